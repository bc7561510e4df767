// Ghost text: where it appears, how it is kept, taken and left.
import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FILES, MISSING } from "../fixtures.mjs";

const AT = "let sum = ";
const BODY = "Option<f64> {\n    ";
const REST = "left.checked_add(right)?;";

export const cases = {
  "ghost text appears at the cursor while typing": async (editor, { use }) => {
    await use("knows");
    await editor.open("add.rs", FILES["add.rs"].text, AT);
    await editor.type("l");
    await editor.waitForGhost(REST.slice(1));
  },

  "Tab takes all of the ghost text, and one undo takes it back": async (editor, { workspace }) => {
    await editor.open("add.rs", FILES["add.rs"].text, AT);
    await editor.type("l");
    await editor.waitForGhost(REST.slice(1));
    await editor.key("Tab");
    assert.equal(await editor.saved(workspace, "add.rs"), FILES["add.rs"].whole);
    await editor.key("Control+z");
    assert.equal(await editor.saved(workspace, "add.rs"), FILES["add.rs"].whole.replace(REST, "l"));
  },

  "typing along keeps the ghost text without a new request": async (editor, { endpoint, workspace }) => {
    await editor.open("typing.rs", FILES["typing.rs"].text, AT);
    await editor.type("l");
    await editor.waitForGhost(REST.slice(1));
    const { requests } = await endpoint.stats();
    for (let typed = 2; typed <= 12; typed++) {
      await editor.type(REST[typed - 1]);
      await editor.waitForGhost(REST.slice(typed));
    }
    await sleep(600);
    assert.equal((await endpoint.stats()).requests, requests, "requests");
    await editor.key("Tab");
    assert.equal(await editor.saved(workspace, "typing.rs"), FILES["typing.rs"].whole);
  },

  "typing something else takes the ghost text away": async (editor) => {
    await editor.open("typing.rs", FILES["typing.rs"].whole, AT);
    await editor.type("z");
    await sleep(800);
    assert.equal(await editor.ghost(), "");
  },

  "Ctrl+Right takes one word of the ghost text": async (editor, { workspace }) => {
    await editor.open("word.rs", FILES["word.rs"].text, AT);
    await editor.type("l");
    await editor.waitForGhost(REST.slice(1));
    await editor.key("Control+ArrowRight");
    await editor.waitForGhost(REST.slice("left".length));
    await editor.key("Control+ArrowRight");
    const left = await editor.ghost();
    await editor.key("Escape");
    const text = FILES["word.rs"].whole.replace(REST, REST.slice(0, REST.length - left.length));
    assert.ok(left.length > 0 && left.length < REST.length - "left".length, left);
    assert.equal(await editor.saved(workspace, "word.rs"), text);
  },

  "Escape takes the ghost text away and leaves the text": async (editor, { workspace }) => {
    workspace.write("word.rs", FILES["word.rs"].text);
    await editor.open("word.rs", FILES["word.rs"].text, AT);
    await editor.type("l");
    await editor.waitForGhost(REST.slice(1));
    await editor.key("Escape");
    await editor.waitForGhost("");
    assert.equal(await editor.saved(workspace, "word.rs"), FILES["word.rs"].text.replace(AT, `${AT}l`));
  },

  "ghost text of several lines is taken whole": async (editor, context) => {
    const { text, whole } = FILES["multi.rs"];
    await editor.open("multi.rs", text, BODY);
    await editor.type("i");
    await editor.waitForGhost(MISSING.slice(1));
    await editor.picture(join(context.work, "ghost-text.png"), { width: 540, height: 210 });
    await editor.key("Tab");
    assert.equal(await editor.saved(context.workspace, "multi.rs"), whole);
  },

  "a CRLF file keeps its line ends when ghost text is taken": async (editor, { workspace }) => {
    const { text, whole } = FILES["windows.rs"];
    await editor.open("windows.rs", text, BODY.replace("\n", "\r\n"));
    await editor.type("i");
    await editor.waitForGhost(MISSING.slice(1));
    await editor.key("Tab");
    assert.equal(await editor.saved(workspace, "windows.rs"), whole.replaceAll("\n", "\r\n"));
  },

  "ghost text behind emoji stands at the right place": async (editor, { workspace }) => {
    await editor.open("emoji.rs", FILES["emoji.rs"].text, "let guests = ");
    await editor.type("c");
    await editor.waitForGhost("ount_guests(party);");
    await editor.key("Tab");
    assert.equal(await editor.saved(workspace, "emoji.rs"), FILES["emoji.rs"].whole);
  },

  "with the suggest widget open the ghost text goes on from what is selected": async (editor, { workspace }) => {
    await editor.open("menu.rs", FILES["menu.rs"].text, "let reduced = ");
    await editor.type("tot");
    await editor.key("Control+Space");
    await editor.page.waitForSelector(".suggest-widget.visible .monaco-list-row.focused");
    const row = await editor.page.locator(".suggest-widget .monaco-list-row.focused").getAttribute("aria-label");
    assert.match(row, /^total_amount/);
    await editor.waitForGhost("al_amount * (100 - discount_rate) / 100;");
    // Tab is the menu's; the ghost text then goes on behind what it has put in.
    await editor.key("Tab");
    await editor.waitForGhost(" * (100 - discount_rate) / 100;");
    await editor.key("Tab");
    assert.equal(await editor.saved(workspace, "menu.rs"), FILES["menu.rs"].whole);
  },

  "no ghost text comes while completion is switched off": async (editor, { workspace }) => {
    await editor.command("Codestral: Switch automatic completion on or off");
    await editor.waitForStatus("off");
    workspace.write("add.rs", FILES["add.rs"].text);
    await editor.open("add.rs", FILES["add.rs"].text, AT);
    await editor.type("l");
    await sleep(800);
    assert.equal(await editor.ghost(), "");
    await editor.command("Codestral: Switch automatic completion on or off");
    await editor.waitForStatus("idle");
  },
};
