// What is drawn of an edit. In the pictures `-…-` is struck out, `+…+` new text, `|…|` a row of a block, `~` a removed line
// end, and a line of `=` the border at which new lines come.
import assert from "node:assert/strict";
import { test } from "node:test";
import { draw } from "../src/nextEdit/drawing.js";
import type { Drawing, Source } from "../src/nextEdit/drawing.js";
import type { Edit } from "../src/nextEdit/offer.js";

function sourceOf(text: string): Source {
  const lines = text.split("\n");
  return { lineCount: lines.length, tabSize: 4, line: (index) => lines[index] ?? "" };
}

/** The edit that puts `text` in place of the part between `«` and `»`; and the text without these. */
function marked(text: string, insert: string): { source: Source; edits: Edit[] } {
  const [before = "", old = "", after = ""] = text.split(/[«»]/);
  const at = (prefix: string) => ({ line: prefix.split("\n").length - 1, character: prefix.length - prefix.lastIndexOf("\n") - 1 });
  const edit = { text: insert, range: { start: at(before), end: at(before + old) }, textDocument: { uri: "file:///a", version: 1 } };
  return { source: sourceOf(before + old + after), edits: [edit] };
}

function picture(source: Source, { struck, breaks, insertions, rows, borders }: Drawing): string {
  const out: string[] = [];
  for (let line = 0; line < source.lineCount; line += 1) {
    const text = source.line(line);
    const marks: [number, string][] = [
      ...struck.filter(({ start }) => start.line === line).flatMap(({ start, end }): [number, string][] => [[start.character, "-"], [end.character, "-"]]),
      ...breaks.filter((at) => at.line === line).map((at): [number, string] => [at.character, "~"]),
      ...insertions.filter(({ at }) => at.line === line).map(({ at, text: label }): [number, string] => [at.character, `+${label}+`]),
      ...rows.filter((row) => row.line === line).map((row): [number, string] => [text.length, `${" ".repeat(row.gap)}|${row.text}|`]),
    ];
    let shown = "";
    let from = 0;
    for (const [character, mark] of marks.sort(([one], [two]) => one - two)) {
      shown += text.slice(from, character) + mark;
      from = character;
    }
    shown += text.slice(from);
    if (borders.some((border) => border.line === line && border.side === "above")) out.push("=");
    out.push(shown.replaceAll("\u00a0", " "));
    if (borders.some((border) => border.line === line && border.side === "below")) out.push("=");
  }
  return out.join("\n");
}

function check(text: string, insert: string, expected: string): void {
  const { source, edits } = marked(text, insert);
  assert.equal(picture(source, draw(edits, source)), expected);
}

test("a word in place of another stands behind the one that is struck out", () => {
  check("log(«count»);", "total", "log(-count-+total+);");
});

test("what is only put in, or only taken out, has the one half", () => {
  check("log(«»a)", "ctx, ", "log(+ctx, +a)");
  check("log(«ctx, »a)", "", "log(-ctx, -a)");
});

test("blanks that are new are kept, and tabs are as wide as the document's", () => {
  check("a«»b", "  ", "a+  +b");
  check("a«»b", "\tx", "a+    x+b");
});

test("whole lines that are new stand beside where they come, below a border", () => {
  check("a\nbc\n«»d\ne\n", "  one\n  two\n", "a\nbc\n=\nd    |one|\ne    |two|\n");
  check("a\nbc«»\nd\ne", "\n  one\n  two", "a\nbc\n=\nd    |one|\ne    |two|");
});

test("at the end of the text they stand beside its last lines", () => {
  check("a\nbcd«»", "\none\n  three", "a      |one    |\nbcd    |  three|\n=");
  check("abc\n«»", "one\n", "abc\n=\n    |one|");
});

test("lines in place of others stand beside them", () => {
  check("if (a) {\n«  one\n  two\n»}\n", "  1\n  2\n", "if (a) {\n  -one-    |1|\n  -two-    |2|\n}\n");
});

test("an edit within a line that makes several of it is drawn as whole lines", () => {
  check("call(«a, b»);\nx\ny\nz", "\n  a,\n  b,\n", "call(-a, b-);    |call(|\nx              |  a, |\ny              |  b, |\nz              |);   |");
});

test("lines that stay are in no block", () => {
  check("a {«»\n}\nb\nc", "\n  x", "a {\n=\n}    |x|\nb\nc");
  check("a\n«»b\n", "b\n", "a\nb\n=\n    |b|");
});

test("rows begin in one column beside lines of different widths", () => {
  check("«»a\n\tb\n漢字\n", "1\n2\n3\n", "=\na        |1|\n\tb    |2|\n漢字     |3|\n");
});

test("beside long lines the block goes above, if there is room", () => {
  const long = "x".repeat(90);
  check(`a\nb\n«»${long}\n`, "1\n2\n", `a    |1|\nb    |2|\n=\n${long}\n`);
});

test("a long block is cut, and says by how much", () => {
  const { source, edits } = marked(`«»${"\n".repeat(30)}`, "x\n".repeat(20));
  const { rows } = draw(edits, source);
  assert.equal(rows.length, 12);
  assert.equal(rows.at(-1)?.text.replaceAll("\u00a0", " "), "… 9 more lines");
  assert.ok(rows.every(({ text }) => text.length === rows[0]?.text.length));
});

test("a block never has more rows than the document has lines", () => {
  check("«»a", "1\n2\n3\n", "=\na    |… 3 more lines|");
});

test("a long line is cut between characters", () => {
  const { source, edits } = marked("«»", "👩‍👧".repeat(200));
  assert.equal(draw(edits, source).insertions[0]?.text, `${"👩‍👧".repeat(99)}…`);
});

test("a line end that is taken out is drawn where nothing else is", () => {
  check("a«\n»b", "", "a~\nb");
  check("a\n«\n»b", "", "a\n~\nb");
  check("«  a\n\n»b", "", "  -a-\n~\nb");
});

test("a place that the document does not have is its end", () => {
  const source = sourceOf("ab\nc");
  const edit: Edit = { text: "x", range: { start: { line: 1, character: 9 }, end: { line: 5, character: 0 } }, textDocument: { uri: "a", version: 1 } };
  assert.equal(picture(source, draw([edit], source)), "ab\nc+x+");
});

test("a block stands behind what is drawn in its lines already", () => {
  const one = marked("f(«»)\ng\nh", "abc");
  const two = marked("f()\n«»g\nh", "1\n2\n");
  const three = marked("«»f()\ng\nh", "8\n9\n");
  const { source } = one;
  assert.equal(
    picture(source, draw([...one.edits, ...two.edits, ...three.edits], source)),
    "=\nf(+abc+)    |8|\n=\ng    |1|    |9|\nh    |2|",
  );
});

test("no line end or control character gets into what is drawn", () => {
  const nasty = "a\u2028b\u2029c\u0000d\u0085e\tf";
  const { source, edits } = marked("x\ny\n«»", `${nasty}\n${nasty}\r\n`);
  const inline = marked("«»", nasty);
  const texts = [...draw(edits, source).rows, ...draw(inline.edits, inline.source).insertions].map(({ text }) => text);
  assert.equal(texts.length, 3);
  for (const text of texts) assert.match(text, /^[a-f\u00a0]+$/);
});
