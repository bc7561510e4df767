// From an empty VS Code to ghost text, as the extension's README goes.
import assert from "node:assert/strict";
import { FILES } from "../fixtures.mjs";

const AT = "let sum = ";

export const cases = {
  "a server on PATH runs without any setting": async (editor) => {
    await editor.waitForStatus("idle");
    assert.deepEqual(await editor.messages(), []);
  },

  "without the key the status bar says what to do, and nothing pops up": async (editor) => {
    await editor.open("add.rs", FILES["add.rs"].text, AT);
    await editor.type("l");
    await editor.waitForStatus("error");
    assert.match(await editor.tooltip(), /key/i);
    assert.deepEqual(await editor.messages(), []);
  },

  "with the key set by command, ghost text comes from the endpoint that config.toml names": async (editor, { endpoints, key }) => {
    await editor.command("Codestral: Set API key");
    await editor.answer(key);
    await editor.waitForStatus("idle");
    await editor.open("add.rs", FILES["add.rs"].text, AT);
    await editor.type("l");
    await editor.waitForGhost("eft.checked_add(right)?;");
    assert.ok((await endpoints.knows.stats()).requests > 0);
    assert.deepEqual(await editor.messages(), []);
  },
};
