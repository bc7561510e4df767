// What the status bar shows, and where the server's messages go.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isAboutKey, route } from "../src/messages.js";
import { view } from "../src/statusView.js";
import type { Known, Status } from "../src/statusView.js";

const IDLE: Status = {
  state: "idle",
  model: "codestral-latest",
  url: "https://api.mistral.ai",
  error: null,
  counts: { requests: 7, shown: 5 },
  local: { alone: false },
};

const known = (more: Partial<Known>): Known => ({ phase: "running", asking: false, status: IDLE, ...more });

test("idle names the model, the host and the counts", () => {
  const { state, tooltip, background } = view(known({}));
  assert.equal(state, "idle");
  assert.equal(background, undefined);
  assert.equal(tooltip, "Codestral: ready.\ncodestral-latest at https://api.mistral.ai. 7 requests, 5 suggestions shown.\nClick for the menu.");
});

test("without a key it says that nothing is sent", () => {
  assert.match(view(known({ status: { ...IDLE, local: { alone: true } } })).tooltip, /own files; nothing is sent/);
});

test("asking is seen from either side", () => {
  assert.equal(view(known({ asking: true })).state, "asking");
  assert.equal(view(known({ status: { ...IDLE, state: "asking" } })).state, "asking");
});

test("off is told unless something is asked by hand", () => {
  const off: Status = { ...IDLE, state: "off" };
  assert.equal(view(known({ status: off })).state, "off");
  assert.equal(view(known({ status: off, asking: true })).state, "asking");
});

test("trouble stays while it is asked again, and brings its cure", () => {
  const status: Status = { ...IDLE, state: "error", error: "the API key is refused: set another one." };
  const { state, tooltip, background } = view(known({ status, asking: true }));
  assert.deepEqual([state, background], ["error", "warning"]);
  assert.equal(tooltip, "Codestral: the API key is refused: set another one.\nThe menu sets the key.");
});

test("a server that does not run says why", () => {
  const { state, tooltip, background } = view(known({ phase: "failed", problem: "It is not on PATH: install it." }));
  assert.deepEqual([state, background], ["error", "error"]);
  assert.match(tooltip, /not on PATH/);
});

test("an error of the server is no pop-up", () => {
  assert.deepEqual(route(1, "Codestral: the endpoint is down"), { to: "statusBar" });
});

test("a wrong setting is a warning with a way to it", () => {
  assert.deepEqual(route(2, "Codestral settings: completion.foo is unknown"), { to: "warning", button: "settings" });
  assert.deepEqual(route(2, "Codestral: something else"), { to: "warning" });
});

test("a missing key comes with the way to set it", () => {
  assert.deepEqual(route(3, "Codestral: no API key is set, so …"), { to: "information", button: "key" });
  assert.deepEqual(route(3, "Codestral: automatic completion is on"), { to: "information" });
});

test("only sentences about the key are about the key", () => {
  assert.ok(isAboutKey("set MISTRAL_API_KEY"));
  assert.ok(isAboutKey("the endpoint refuses the key"));
  assert.ok(!isAboutKey("the keyboard must rest"));
});
