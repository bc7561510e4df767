// What is left behind.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { FILES } from "../fixtures.mjs";

export const cases = {
  "the key stands in no file of the settings, the logs or the conversations": (_editor, { vscode, key }) => {
    const files = [vscode.data, vscode.home].flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
    );
    assert.ok(files.length > 10, "files are found");
    const telling = files.map((entry) => join(entry.parentPath, entry.name)).filter((path) => readFileSync(path).includes(key));
    assert.deepEqual(telling, []);
  },

  "a key that is forgotten is not used any more": async (editor, { use, workspace }) => {
    await use("knows");
    await editor.command("Codestral: Forget API key");
    workspace.write("add.rs", FILES["add.rs"].text);
    await editor.open("add.rs", FILES["add.rs"].text, "let sum = ");
    await editor.type("l");
    await editor.waitForStatus("error");
    assert.match(await editor.tooltip(), /no API key/);
  },
};
