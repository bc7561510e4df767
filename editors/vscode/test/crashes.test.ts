// How often a server that ends by itself is started again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Crashes } from "../src/crashes.js";

test("the fifth crash in three minutes is the last", () => {
  const crashes = new Crashes();
  assert.deepEqual([0, 1, 2, 3, 4].map((at) => crashes.record(at)), [true, true, true, true, false]);
});

test("crashes that are far apart are each an accident", () => {
  const crashes = new Crashes();
  for (let at = 0; at < 20; at++) assert.equal(crashes.record(at * 60_000), true);
});

test("a start by hand begins the count anew", () => {
  const crashes = new Crashes();
  for (let at = 0; at < 5; at++) crashes.record(at);
  crashes.forget();
  assert.equal(crashes.record(6), true);
});
