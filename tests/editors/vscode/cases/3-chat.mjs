// Chat: streamed beside the code, gone on with, cancelled; and edits from it.
import assert from "node:assert/strict";
import { FILES } from "../fixtures.mjs";
import { until } from "../support.mjs";

const CONVERSATION = /\.md$/;
const ANSWER = "which may overflow.";
const EDITED = FILES["half.rs"].text.replace("of / 2", "of >> 1");

/** Opens half.rs as it was, with its first function selected. */
async function select(editor, { workspace }) {
  await editor.closeAll();
  workspace.write("half.rs", FILES["half.rs"].text);
  await editor.open("half.rs", FILES["half.rs"].text, "fn ");
  await editor.goTo(1, 1);
  await editor.key("Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown");
}

/** The conversation on the screen, with its lines joined: they are broken where the window is narrow. */
async function conversation(editor) {
  return ((await editor.text(CONVERSATION)) ?? "").replaceAll(/\s+/g, " ");
}

/** Waits for a passage in the conversation on the screen; all that was seen of it on the way. */
async function read(editor, passage) {
  const seen = new Set();
  await until(`the conversation says ${passage}`, async () => {
    const text = await conversation(editor);
    seen.add(text);
    return text.includes(passage);
  });
  return [...seen];
}

export const cases = {
  "an explanation is written beside the code while it comes": async (editor, context) => {
    await context.use("prose");
    await select(editor, context);
    await editor.command("Codestral: Explain the selection");
    // At once, since a loaded machine takes long to look.
    const [seen] = await Promise.all([read(editor, ANSWER), editor.waitForStatus("asking")]);
    assert.ok(seen.some((text) => text.includes("It adds") && !text.includes(ANSWER)), "a part of it was seen");
    assert.match(seen.at(-1), /It adds `left` to `right`/);
    await editor.waitForStatus("idle");
    // The keyboard stays with the code.
    await editor.type("x");
    assert.match(await editor.saved(context.workspace, "half.rs"), /^x/);
    assert.deepEqual((await editor.messages()).filter(({ isError }) => isError), []);
  },

  "a further question of the chat stands below the first answer": async (editor, context) => {
    const { requests } = await context.endpoint.stats();
    await editor.command("Codestral: Ask further");
    await editor.answer("And if it is zero?");
    const seen = await read(editor, "And if it is zero?");
    const last = await until("the second answer", async () => {
      const text = await conversation(editor);
      return text.split(ANSWER).length === 3 && text;
    });
    assert.ok(last.indexOf(ANSWER) < last.indexOf("And if it is zero?"), seen.at(-1));
    assert.equal((await context.endpoint.stats()).requests, requests + 1);
  },

  "a question written into the conversation's own file is sent by the light bulb": async (editor) => {
    // The second group of editors.
    await editor.key("Control+2");
    await editor.command("Codestral: Open the conversation's file");
    await until("the file is open", async () => (await editor.page.locator(".tab.active[data-resource-name$='.md']").count()) > 0 && (await editor.page.locator(".tab[data-resource-name$='.md']").count()) === 2);
    await editor.key("Control+End");
    await editor.type("And twice?");
    await editor.key("Control+.");
    const action = editor.page.locator(".action-widget .monaco-list-row", { hasText: "Codestral: Send this question" });
    await action.waitFor();
    await action.click();
    await until("the third answer", async () => (await conversation(editor)).match(/And twice\?.*which may overflow\./));
  },

  "a chat that is cancelled ends, and what has come stays": async (editor, context) => {
    await context.use("slow");
    await select(editor, context);
    await editor.command("Codestral: Explain the selection");
    await read(editor, "One two");
    await editor.command("Codestral: Cancel the chat");
    await until("the endpoint is let go", async () => (await context.endpoint.stats()).cancelled === 1);
    await editor.waitForStatus("idle");
    assert.match(await conversation(editor), /One two/);
    assert.doesNotMatch(await conversation(editor), /twelve/);
  },

  "a chat that improves the code edits it, and one undo takes that back": async (editor, context) => {
    await context.use("code");
    await select(editor, context);
    await editor.command("Codestral: Improve the selection");
    await until("the edit is made", async () => (await editor.text("half.rs"))?.includes("of >> 1"));
    assert.equal(await editor.saved(context.workspace, "half.rs"), EDITED);
    await editor.key("Control+z");
    assert.equal(await editor.saved(context.workspace, "half.rs"), FILES["half.rs"].text);
  },

  "a chat that changes the code asks for words first": async (editor, context) => {
    await context.use("code");
    await select(editor, context);
    const { requests } = await context.endpoint.stats();
    await editor.command("Codestral: Change the selection as I say");
    await until("the words are asked for", () => editor.page.locator(".quick-input-widget input:focus").count());
    assert.equal((await context.endpoint.stats()).requests, requests);
    await editor.answer("shift in place of dividing");
    await until("the edit is made", async () => (await editor.text("half.rs"))?.includes("of >> 1"));
    assert.equal(await editor.saved(context.workspace, "half.rs"), EDITED);
  },

  "the light bulb offers the chat's actions, and asks for words where they are needed": async (editor, context) => {
    await context.use("prose");
    await select(editor, context);
    await editor.key("Control+.");
    const actions = editor.page.locator(".action-widget .monaco-list-row");
    await until("the actions are offered", async () => (await actions.allInnerTexts()).some((text) => text.includes("Codestral: Ask")));
    const offered = (await actions.allInnerTexts()).filter((text) => text.includes("Codestral: "));
    assert.ok(offered.length >= 6, offered.join());
    await actions.filter({ hasText: "Codestral: Ask" }).first().click();
    await editor.answer("Is it total?");
    await read(editor, "Is it total?");
    await read(editor, ANSWER);
  },

  "a chat that the endpoint refuses is told without a red pop-up": async (editor, context) => {
    await context.use("down");
    await select(editor, context);
    await editor.dismissMessages();
    await editor.command("Codestral: Explain the selection");
    const [message] = await until("a message", async () => {
      const messages = await editor.messages();
      return messages.length > 0 && messages;
    });
    assert.equal(message.isError, false);
    assert.match(message.text, /503|rests/);
    await editor.dismissMessages();
  },
};
