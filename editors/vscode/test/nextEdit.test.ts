// The next edit: what an answer offers, what a key does with it, what is said of one out of sight.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hint, placeAfter, readOffer, step, tabIndents } from "../src/nextEdit/offer.js";
import type { Edit, View } from "../src/nextEdit/offer.js";

const HERE = "file:///project/main.ts";
const THERE = "file:///project/deep/a%20name.ts";

function edit(place: string, text: string, uri = HERE): Edit {
  const [line = 0, character = 0, endLine = line, end = character] = place.split(/[:-]/).map(Number);
  return { text, range: { start: { line, character }, end: { line: endLine, character: end } }, textDocument: { uri, version: 7 } };
}

function answer(...edits: unknown[]): unknown {
  return { id: "next-edit-3", edits };
}

const COMMAND = { title: "Accepted", command: "codestral.nextEditAccepted", arguments: ["next-edit-3"] };

test("an answer's edits are an offer, with what is told when they are made", () => {
  const one = { ...edit("1:2-1:5", "total"), command: COMMAND };
  const offer = readOffer(answer(one, edit("3:0-3:0", "x", THERE)));
  assert.equal(offer?.id, "next-edit-3");
  assert.deepEqual(offer.edits.map(({ text }) => text), ["total", "x"]);
  assert.deepEqual(offer.accepted, { command: COMMAND.command, arguments: ["next-edit-3"] });
});

test("what is no offer is none", () => {
  const good = { ...edit("1:2-1:5", "total"), command: COMMAND };
  const bad = [
    undefined, null, "edits", {}, { edits: [] }, { id: "a", edits: [] }, { id: 1, edits: [good] }, answer({ ...good, text: 1 }),
    answer({ ...good, range: { start: { line: 0 } } }), answer({ ...good, textDocument: { uri: HERE } }), answer(edit("1:2-1:5", "total")),
    answer(good, null),
  ];
  for (const each of bad) assert.equal(readOffer(each), undefined, JSON.stringify(each));
});

function view(line: number, ...visible: View["visible"]): View {
  return { uri: HERE, line, visible };
}

test("the key goes to an edit first, and makes it where the cursor is on its line", () => {
  const one = edit("12:2-12:5", "total");
  assert.equal(step(one, 12, view(3, [0, 40])), "jump");
  assert.equal(step(one, 12, view(12, [0, 40])), "make");
});

test("an edit that is scrolled away or folded is not made unseen", () => {
  const one = edit("12:2-12:5", "total");
  assert.equal(step(one, 12, view(12, [40, 80])), "jump");
  assert.equal(step(one, 12, view(12, [0, 11], [13, 40])), "jump");
});

test("an edit of another document is gone to, on whatever line the cursor is", () => {
  assert.equal(step(edit("12:2-12:5", "total", THERE), 12, view(12, [0, 40])), "jump");
});

test("only of an edit out of sight it is said where it is", () => {
  assert.equal(hint(edit("12:0-12:5", "a"), 12, view(3, [0, 12])), undefined);
  assert.equal(hint(edit("12:0-12:5", "a"), 12, view(3, [0, 11])), "next edit: line 13");
  assert.equal(hint(edit("12:0-12:5", "a", THERE), 12, view(3, [0, 40])), "next edit: a name.ts:13");
  assert.equal(hint(edit("0:0-0:5", "a", "untitled:50%"), 0, view(3, [0, 40])), "next edit: untitled:50%:1");
});

test("Tab indents where only blanks stand before the cursor, unless the edit is there", () => {
  assert.equal(tabIndents("", "jump"), true);
  assert.equal(tabIndents(" \t", "jump"), true);
  assert.equal(tabIndents("  call(", "jump"), false);
  assert.equal(tabIndents("", "make"), false);
});

test("after an edit the cursor is behind its text", () => {
  const cases: [Edit, number, number][] = [
    [edit("4:2-4:7", "total"), 4, 7],
    [edit("4:2-4:7", ""), 4, 2],
    [edit("4:2-4:2", "a,\n  bc"), 5, 4],
    [edit("4:2-4:2", "a,\r\n  bc"), 5, 4],
    // Whole lines: at the end of the last of them, and not on the line that was there before.
    [edit("4:0-4:0", "one\n  two\n"), 5, 5],
    [edit("4:0-4:0", "one\r\n"), 4, 3],
    [edit("4:8-4:8", "🎉"), 4, 10],
  ];
  for (const [one, line, character] of cases) assert.deepEqual(placeAfter([one]), { line, character }, JSON.stringify(one));
});

test("what belongs to an edit and stands before it moves the cursor along", () => {
  const target = edit("4:10-4:15", "total");
  assert.deepEqual(placeAfter([target, edit("4:0-4:5", "ab")]), { line: 4, character: 12 });
  assert.deepEqual(placeAfter([target, edit("4:0-4:5", "ab"), edit("4:6-4:7", "")]), { line: 4, character: 11 });
  assert.deepEqual(placeAfter([target, edit("1:0-1:0", "use a;\nuse b;\n")]), { line: 6, character: 15 });
  assert.deepEqual(placeAfter([target, edit("1:0-3:0", "")]), { line: 2, character: 15 });
  assert.deepEqual(placeAfter([target, edit("3:9-4:8", "x")]), { line: 3, character: 17 });
  assert.deepEqual(placeAfter([target, edit("9:0-9:0", "x\n"), edit("1:0-1:0", "x\n", THERE)]), { line: 4, character: 15 });
});
