// Chat by editors/chat.md: the requests, the text that comes, the endings.
import assert from "node:assert/strict";
import { test } from "node:test";
import { tell } from "../src/chat/outcome.js";
import { ACTIONS, doing, isProse, missingWords, readRequest } from "../src/chat/request.js";
import { Transcripts } from "../src/chat/transcript.js";
import type { ChatDelta } from "../src/chat/transcript.js";

const URI = "file:///state/chat/c1.md";

function delta(sequence: number, kind: ChatDelta["kind"], text = "", more: Partial<ChatDelta> = {}): ChatDelta {
  return { chat: 1, conversation: "c1", uri: URI, sequence, kind, text, ...more };
}

function take(...deltas: ChatDelta[]): Transcripts {
  const transcripts = new Transcripts();
  for (const each of deltas) transcripts.apply(each);
  return transcripts;
}

test("the text of a chat is its deltas in order", () => {
  const transcripts = take(delta(0, "begin", "# Explain\n"), delta(1, "text", "It "), delta(2, "text", "adds."), delta(3, "end", "\n"));
  assert.equal(transcripts.get("c1")?.text, "# Explain\nIt adds.\n");
  assert.deepEqual(transcripts.running(), []);
});

test("a chat runs from its begin to its end", () => {
  assert.equal(take(delta(0, "begin"), delta(1, "text", "a")).running().length, 1);
  assert.equal(take(delta(0, "begin"), delta(1, "end")).running().length, 0);
});

test("a delta that comes twice is taken once", () => {
  const transcripts = take(delta(0, "begin"), delta(1, "text", "a"), delta(1, "text", "a"));
  assert.equal(transcripts.get("c1")?.text, "a");
});

test("a straggler of an earlier chat does not write into the next", () => {
  const transcripts = take(delta(0, "begin"), delta(1, "end"), delta(0, "begin", "", { chat: 2 }), delta(2, "text", "late"));
  assert.equal(transcripts.get("c1")?.text, "");
});

test("a further question stands below what the file held", () => {
  const transcripts = new Transcripts();
  transcripts.load("c1", URI, "before\n");
  transcripts.apply(delta(0, "begin", "## again\n"));
  assert.equal(transcripts.get("c1")?.text, "before\n## again\n");
  assert.equal(transcripts.load("c1", URI, "the file, later").text, "before\n## again\n");
});

test("what is written into a conversation's own file stands in it, unless the model writes just then", () => {
  const transcripts = take(delta(0, "begin", "a"), delta(1, "end", "b"));
  transcripts.replace("c1", URI, "ab and a question");
  assert.equal(transcripts.get("c1")?.text, "ab and a question");
  transcripts.apply(delta(0, "begin", "!", { chat: 2 }));
  transcripts.replace("c1", URI, "the file, later");
  assert.equal(transcripts.get("c1")?.text, "ab and a question!");
});

test("a conversation that is being written is not dropped", () => {
  const transcripts = take(delta(0, "begin", "a"));
  transcripts.drop("c1");
  assert.equal(transcripts.get("c1")?.text, "a");
  transcripts.apply(delta(1, "end"));
  transcripts.drop("c1");
  assert.equal(transcripts.get("c1"), undefined);
});

test("a server that dies leaves no chat running", () => {
  const transcripts = take(delta(0, "begin", "half"));
  assert.equal(transcripts.interrupt().length, 1);
  assert.equal(transcripts.running().length, 0);
  assert.match(transcripts.get("c1")?.text ?? "", /^half\n\n\*The server stopped/);
});

test("words are asked for only where the contract needs them", () => {
  const needy = ACTIONS.filter((action) => missingWords({ action }) !== undefined);
  assert.deepEqual(needy, ["change", "ask"]);
  assert.equal(missingWords({ action: "ask", instruction: "why?" }), undefined);
  assert.ok(missingWords({ action: "change", instruction: "  " }));
  assert.equal(missingWords({ action: "ask", conversation: "c1" }), undefined, "its question is in its document");
});

test("every action ends in prose or in an edit, and says what it does", () => {
  assert.deepEqual(ACTIONS.filter(isProse), ["explain", "tests", "ask"]);
  for (const action of ACTIONS) assert.match(doing(action), /^[a-z ]+ing/);
});

test("only our own arguments are read", () => {
  assert.deepEqual(readRequest({ action: "fix", range: 1 }), { action: "fix", range: 1 });
  for (const wrong of [undefined, null, "fix", {}, { action: "sing" }]) assert.equal(readRequest(wrong), undefined);
});

test("each outcome is told in its own way, none as an error", () => {
  const ways = (["answered", "applied", "moved", "unchanged", "offered", "cancelled", "failed"] as const).map(
    (outcome) => tell({ outcome }).as,
  );
  assert.deepEqual(ways, ["nothing", "passing", "information", "information", "information", "passing", "warning"]);
});

test("what was left out is told even where all went well", () => {
  assert.deepEqual(tell({ outcome: "answered", message: "The file was cut." }), { as: "information", text: "Codestral: The file was cut." });
});

test("an edit that was only offered leads to the reply, a refused key to the key", () => {
  assert.equal(tell({ outcome: "offered" }).button, "conversation");
  assert.equal(tell({ outcome: "failed", message: "the API key is refused" }).button, "key");
  assert.equal(tell({ outcome: "failed", message: "the endpoint is down" }).button, "log");
});
