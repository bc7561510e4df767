// Next edits: where they are drawn, reached and made by one key, dismissed and undone.
import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FILES } from "../fixtures.mjs";
import { until } from "../support.mjs";

/** Longer than it takes until a next edit is there, in milliseconds. */
const REST = 1500;

// What is only a little likely is offered too, so that it can be seen on a short text.
const SETTINGS = { "codestral.nextEdit.confidence": 0.1 };

/** The first offer in `rename.rs`, and that in `far.rs`. */
const FIRST = "-count-+total+\n-count-+total+\n-count-+total+";

/** Opens the file with a server that has seen nothing yet: what a case dismisses would not come again in the next one. */
async function open(editor, { workspace, use }, name, after) {
  const endpoint = await use("silent", SETTINGS);
  workspace.write(name, FILES[name].text);
  await editor.open(name, FILES[name].text, after);
  const before = (await endpoint.stats()).gets;
  await editor.command("Codestral: Restart the server");
  await until("the server greets", async () => (await endpoint.stats()).gets > before);
  await editor.waitForStatus("idle");
  // What is typed before the server was told of the text is no change to it.
  await sleep(500);
  await editor.key("Control+1");
}

/** Types `total` in place of the `count` that the cursor is behind. */
async function rename(editor) {
  await editor.key("Control+Backspace");
  await editor.type("total");
}

async function openAndRename(editor, context, name) {
  await open(editor, context, name, "let count");
  await rename(editor);
}

/** Presses Tab until `done`; how many of the presses changed the text. */
async function press(editor, name, done) {
  for (let made = 0; ; ) {
    const text = await editor.text(name);
    if (done(text)) return made;
    await until("a next edit is drawn", () => editor.nextEdit());
    const line = await editor.line();
    await editor.key("Tab");
    await until("the key did something", async () => (await editor.text(name)) !== text || (await editor.line()) !== line);
    if ((await editor.text(name)) !== text) made += 1;
  }
}

export const cases = {
  "a next edit is drawn where it is: the old text struck out, the new one beside it": async (editor, context) => {
    await openAndRename(editor, context, "rename.rs");
    await editor.waitForNextEdit(FIRST);
    await editor.picture(join(context.work, "next-edit.png"), { width: 540, height: 215 });
  },

  "Escape dismisses the next edit, and Tab is the editor's own again": async (editor, context) => {
    await openAndRename(editor, context, "rename.rs");
    await editor.waitForNextEdit(FIRST);
    await editor.key("Escape");
    await editor.waitForNextEdit("");
    await sleep(REST);
    assert.equal(await editor.nextEdit(), "", "it does not come again");
    await editor.key("Tab");
    assert.match(await editor.saved(context.workspace, "rename.rs"), /let total {2,}= list/);
  },

  "by Tab alone a renaming is carried through five places by next edits, and undone step by step": async (editor, context) => {
    const { text } = FILES["rename.rs"];
    await openAndRename(editor, context, "rename.rs");
    const whole = text.replaceAll("count", "total");
    const made = await press(editor, "rename.rs", (now) => !now.includes("count"));
    assert.equal(await editor.saved(context.workspace, "rename.rs"), whole);
    await editor.waitForNextEdit("");
    const seen = new Set([whole]);
    for (let steps = 0; steps < made; steps += 1) {
      await editor.key("Control+z");
      seen.add(await editor.saved(context.workspace, "rename.rs"));
    }
    assert.equal(context.workspace.read("rename.rs"), text.replace("count", "total"));
    assert.equal(seen.size, made + 1, "each step takes back one edit");
    await until("what was typed is taken back too", async () => {
      await editor.key("Control+z");
      return (await editor.saved(context.workspace, "rename.rs")) === text;
    });
    await sleep(REST);
    assert.equal(await editor.nextEdit(), "", "what was undone does not come again");
  },

  "where only blanks stand before the cursor Tab indents, until the next edit is gone to": async (editor, context) => {
    await openAndRename(editor, context, "rename.rs");
    await editor.waitForNextEdit(FIRST);
    await editor.goTo(6, 5);
    await editor.key("Tab");
    await until("it is indented", async () => (await editor.text("rename.rs"))?.includes("\n        }\n"));
    await until("a next edit is drawn again", () => editor.nextEdit());
    await editor.key("Control+k", "n");
    await until("the cursor is there", async () => (await editor.line()) !== 6);
    await editor.key("Tab");
    await until("it is made", async () => (await editor.text("rename.rs"))?.includes("(total)"));
  },

  "a next edit out of sight is told at the cursor, and Tab goes there": async (editor, context) => {
    await openAndRename(editor, context, "far.rs");
    await editor.waitForNextEdit("next edit: line 203");
    await editor.key("Tab");
    await until("the cursor is there", async () => (await editor.line()) === 203);
    await editor.waitForNextEdit(FIRST);
    await editor.key("Tab");
    await until("it is made", async () => (await editor.text("far.rs"))?.includes("log(total)"));
  },

  "a next edit in another document is told at the cursor, and Tab opens it": async (editor, context) => {
    await open(editor, context, "calls.rs", "fn ");
    await editor.command("View: Keep Editor");
    await editor.find("loads.rs");
    await editor.goTo(1, "pub fn load_all".length + 1);
    await sleep(500);
    for (let key = 0; key < "load_all".length; key++) await editor.key("Backspace");
    await editor.type("fetch_all");
    await press(editor, "loads.rs", (now) => now?.includes('fetch_all("a")'));
    await editor.waitForNextEdit("next edit: calls.rs:2");
    await editor.key("Tab");
    await until("calls.rs is open", async () => (await editor.page.locator(".tab.active").getAttribute("data-resource-name")) === "calls.rs");
    await editor.waitForNextEdit("-load-+fetch+");
    await editor.key("Tab");
    await until("it is made", async () => (await editor.text("calls.rs"))?.includes('fetch_all("b")'));
    assert.equal(await editor.saved(context.workspace, "calls.rs"), FILES["calls.rs"].text.replace("load", "fetch"));
  },

  "a next edit of several lines stands beside the lines it is for": async (editor, context) => {
    const { text } = FILES["users.rs"];
    await open(editor, context, "users.rs", "age: 1,");
    await editor.type("\nmail: None,\nphone: None,");
    await editor.waitForNextEdit("+mail: None, +\n+phone: None,+");
    await press(editor, "users.rs", (now) => now.split("phone").length === 4);
    const whole = text.replaceAll("age: 1,\n", "age: 1,\n        mail: None,\n        phone: None,\n");
    assert.equal(await editor.saved(context.workspace, "users.rs"), whole);
  },

  "all places of a next edit are made at once by a command": async (editor, context) => {
    await openAndRename(editor, context, "rename.rs");
    await editor.waitForNextEdit(FIRST);
    await editor.command("Codestral: Next edit: make it at all places");
    await until("all are made", async () => !(await editor.text("rename.rs"))?.includes("count"));
  },

  "a next edit goes when its text changes under it": async (editor, context) => {
    await openAndRename(editor, context, "rename.rs");
    await editor.waitForNextEdit(FIRST);
    await editor.goTo(9, 2);
    await editor.page.keyboard.type("x");
    await until("it is gone", async () => (await editor.nextEdit()) === "", 400);
  },

  "no next edit comes for one who types with several cursors": async (editor, context) => {
    await open(editor, context, "rename.rs", "let count");
    await editor.key("Control+d", "Control+d");
    await editor.type("total");
    await sleep(REST);
    assert.equal(await editor.nextEdit(), "");
    assert.equal((await editor.text("rename.rs")).split("total").length, 3, "two places are typed at");
  },

  "no next edit is drawn in a comparison": async (editor, context) => {
    await openAndRename(editor, context, "rename.rs");
    await editor.waitForNextEdit(FIRST);
    await editor.command("File: Compare Active File with Saved");
    await editor.page.waitForSelector(".monaco-diff-editor .modified .view-line");
    await sleep(REST);
    assert.equal(await editor.nextEdit(), "");
  },

  "the setting switches next edits off and on while VS Code runs": async (editor, context) => {
    await openAndRename(editor, context, "rename.rs");
    await editor.waitForNextEdit(FIRST);
    await context.use("silent", { ...SETTINGS, "codestral.nextEdit.enabled": false });
    await editor.waitForNextEdit("");
    await editor.type("s");
    await sleep(REST);
    assert.equal(await editor.nextEdit(), "");
    await openAndRename(editor, context, "rename.rs");
    await editor.waitForNextEdit(FIRST);
  },
};
