// What fails, and what is seen of it.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FILES } from "../fixtures.mjs";
import { until } from "../support.mjs";

const AT = "let sum = ";

/** The servers that were started from our binary below this process's code-server. */
function servers(vscode) {
  const home = vscode.home;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/exe`) === process.env.CODESTRAL_LS && readFileSync(`/proc/${pid}/environ`, "utf8").includes(`HOME=${home}\0`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

export const cases = {
  "an endpoint that fails pops nothing up, and the status bar says why": async (editor, { use }) => {
    await editor.dismissMessages();
    await use("down");
    await editor.open("down.rs", FILES["down.rs"].text, AT);
    await editor.type("left.chec");
    await editor.waitForStatus("error");
    await sleep(500);
    assert.deepEqual(await editor.messages(), []);
    assert.match(await editor.tooltip(), /503|rests/);
  },

  "an endpoint that is back brings ghost text back": async (editor, { use }) => {
    await use("knows");
    await editor.open("down.rs", FILES["down.rs"].text, AT);
    await editor.type("l");
    await editor.waitForGhost("eft.checked_add(right)?;");
    await editor.waitForStatus("idle");
  },

  "a server that crashes is started again": async (editor, { vscode }) => {
    const [pid, ...more] = servers(vscode);
    assert.equal(more.length, 0, "one server for one window");
    process.kill(pid, "SIGKILL");
    await until("another server runs", () => servers(vscode).some((other) => other !== pid));
    await editor.waitForStatus("idle");
    await editor.open("down.rs", FILES["down.rs"].text, AT);
    await editor.type("l");
    await editor.waitForGhost("eft.checked_add(right)?;");
    assert.deepEqual((await editor.messages()).filter(({ isError }) => isError), []);
  },

  "a server that is not there is said, with the way to it": async (editor, { vscode, settings, use }) => {
    vscode.settings({ ...settings, "codestral.server.path": "/nowhere/codestral-ls" });
    await editor.waitForStatus("error");
    const [message] = await until("a message", async () => {
      const messages = await editor.messages();
      return messages.length > 0 && messages;
    });
    assert.match(message.text, /\/nowhere\/codestral-ls named by codestral\.server\.path cannot be run/);
    assert.equal(message.isError, false);
    assert.deepEqual(servers(vscode), [], "the old server is gone");
    vscode.settings(settings);
    await editor.waitForStatus("idle");
    await use("knows");
    await editor.dismissMessages();
  },

  "a server that ends at once is said once, and a mended one starts": async (editor, { vscode, settings, use, work }) => {
    const broken = join(work, "broken-server");
    writeFileSync(broken, "#!/bin/sh\nexit 3\n", { mode: 0o755 });
    vscode.settings({ ...settings, "codestral.server.path": broken });
    try {
      await editor.waitForStatus("error");
      // What else would come comes soon.
      await sleep(2000);
      const messages = await editor.messages();
      assert.deepEqual(messages.map(({ isError }) => isError), [false], JSON.stringify(messages));
      assert.match(messages[0].text, /ended by itself/);
      assert.equal(await editor.status(), "error");
    } finally {
      vscode.settings(settings);
    }
    await editor.waitForStatus("idle");
    await use("knows");
    await editor.dismissMessages();
  },

  "the command why tells of the last requests": async (editor) => {
    await editor.command("Codestral: Why was there (no) suggestion?");
    const text = await until("why.txt is shown", () => editor.text("why.txt"));
    assert.match(text, /what became of the last requests/);
  },

  "usage is shown as a document": async (editor) => {
    await editor.command("Codestral: Show usage and costs");
    await until("the usage is shown", () => editor.text("Codestral usage.txt"));
  },

  "a click on the status bar opens the menu": async (editor) => {
    await editor.page.locator('[id="codestral-ls.codestral-ls.codestral.status"]').click();
    await until("the menu is open", async () => (await editor.rows()).some((row) => row.includes("Show log")));
    await editor.key("Escape");
  },

  "settings of the server stand on the settings page": async (editor) => {
    await editor.command("Preferences: Open Settings (UI)");
    await editor.page.waitForSelector(".settings-editor .suggest-input-container");
    await editor.type("codestral.completion.showAfterMs");
    await until("the setting is shown", async () => (await editor.page.locator(".settings-editor .setting-item-label", { hasText: "Show After Ms" }).count()) > 0);
  },

  "the walkthrough opens with its steps": async (editor) => {
    await editor.closeAll();
    await editor.command("Welcome: Open Walkthrough");
    await editor.answer("Codestral in two minutes");
    await until("the steps are shown", async () => (await editor.page.locator(".getting-started-step", { hasText: "Give it your key" }).count()) > 0);
  },
};
