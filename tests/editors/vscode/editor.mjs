// VS Code as its user sees it: keys in, what is on the screen out.
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "./support.mjs";

/** Between two keys of a quick typist, in milliseconds. */
const KEY_EVERY = 60;

const STATUS = '[id="codestral-ls.codestral-ls.codestral.status"]';

/** One window. */
export class Editor {
  constructor(page) {
    this.page = page;
  }

  async load(url) {
    await this.page.goto(url);
    await this.page.waitForSelector(".monaco-workbench .statusbar", { timeout: 90_000 });
    await until("the extension shows its status", () => this.status(), 60_000);
  }

  async key(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(text) {
    await this.page.keyboard.type(text, { delay: KEY_EVERY });
  }

  /** Opens a file of the folder, with the cursor behind `after`, which stands in `text` once. */
  async open(name, text, after) {
    await this.closeAll();
    await this.find(name);
    const before = text.slice(0, text.indexOf(after) + after.length).split("\n");
    await this.goTo(before.length, before.at(-1).replace(/\r$/, "").length + 1);
  }

  /** Opens a file of the folder beside what is open. */
  async find(name) {
    await this.key("Control+p");
    await this.page.waitForSelector(".quick-input-widget input");
    await this.type(name);
    await until(`${name} is found`, async () => (await this.rows())[0]?.includes(basename(name)));
    await this.key("Enter");
    await until(`${name} is open`, async () => (await this.page.locator(".tab.active").getAttribute("data-resource-name")) === name);
  }

  /** Line and column from 1; columns in UTF-16 units. */
  async goTo(line, column) {
    await this.key("Control+g");
    await this.page.waitForSelector(".quick-input-widget input:focus");
    await this.page.keyboard.type(`${line}:${column}`);
    await until("the line is reached", async () => {
      if (!(await this.page.locator(".quick-input-widget input:focus").count())) return true;
      // One that comes before the list has taken the text in is lost.
      await this.key("Enter");
      await sleep(300);
      return false;
    });
    await until("the editor has the keyboard", () => this.page.evaluate(() => Boolean(document.activeElement?.closest(".monaco-editor .native-edit-context, .monaco-editor textarea, .monaco-editor"))));
  }

  /** Runs a command by its title. */
  async command(title) {
    await this.key("F1");
    await this.page.waitForSelector(".quick-input-widget input:focus");
    await this.page.keyboard.type(title);
    await until(`the command ${title} is there`, async () => (await this.rows()).some((row) => row.startsWith(title)));
    await this.key("Enter");
  }

  /** Closes all editors. Unsaved changes of the case before are of no interest. */
  async closeAll() {
    await this.command("View: Close All Editors");
    await until("all editors are closed", async () => {
      const refuse = this.page.locator(".monaco-dialog-box .monaco-button", { hasText: "Don't Save" });
      if (await refuse.count()) await refuse.click();
      return (await this.page.locator(".tab").count()) === 0;
    });
  }

  /** Takes a picture of the upper left part of the editor, of so many pixels. */
  async picture(path, size) {
    const box = await this.page.locator(".editor-group-container .editor-container").first().boundingBox();
    await this.page.mouse.move(5, 5);
    await this.page.screenshot({ path, clip: { x: box.x, y: box.y, ...size } });
  }

  /** The rows of the open list, as they are read out. */
  rows() {
    return this.page.locator(".quick-input-list .monaco-list-row").evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label") ?? row.textContent));
  }

  /** Writes into the input box that is open. */
  async answer(text) {
    await until("an input box is open", () => this.page.locator(".quick-input-widget input:focus").count());
    await this.page.keyboard.type(text);
    await this.key("Enter");
  }

  /** The ghost text on the screen, with its lines joined by newlines; empty where there is none. */
  async ghost() {
    return this.page.evaluate(() => {
      const blank = (text) => text.replaceAll("\u00a0", " ").replaceAll("\u200c", "");
      const parts = [...document.querySelectorAll(".monaco-editor .ghost-text-decoration, .monaco-editor .ghost-text-decoration-preview")];
      const inline = parts.map((part) => blank(part.textContent)).join("");
      const lines = [...document.querySelectorAll(".monaco-editor .suggest-preview-text .view-line, .monaco-editor .ghost-text .view-line")];
      return [inline, ...lines.map((line) => blank(line.textContent))].join("\n").trimEnd();
    });
  }

  async waitForGhost(expected) {
    let seen = "";
    try {
      return await until("ghost text", async () => (seen = await this.ghost()) === expected);
    } catch {
      throw new Error(`the ghost text is ${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`);
    }
  }

  /**
   * What is drawn of a next edit, line by line from the top: `-old-`, `+new+`, and `hint` where it is told at the cursor;
   * what stands in the text besides is left out.
   */
  async nextEdit() {
    return this.page.evaluate(() => {
      const blank = (text) => text.replaceAll("\u00a0", " ");
      const partOf = (span) => {
        const styles = getComputedStyle(span);
        const after = getComputedStyle(span, "::after");
        const told = /^"(.*)"$/s.exec(after.content)?.[1];
        const isHint = told?.startsWith("next edit: ");
        const old = styles.textDecorationLine === "line-through" && span.textContent ? `-${blank(span.textContent)}-` : "";
        return old + (told === undefined ? "" : isHint ? told : `+${blank(told)}+`);
      };
      return [...document.querySelectorAll(".editor-instance .view-line")]
        .map((line) => ({ top: Number.parseFloat(line.style.top), text: [...line.querySelectorAll('span[class*="ced-"]')].map(partOf).join("") }))
        .filter(({ text }) => text !== "")
        .sort((one, other) => one.top - other.top)
        .map(({ text }) => text)
        .join("\n");
    });
  }

  async waitForNextEdit(expected) {
    let seen;
    try {
      return await until("next edit", async () => (seen = await this.nextEdit()) === expected);
    } catch {
      throw new Error(`the next edit is drawn as ${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`);
    }
  }

  /** The cursor's line, from 1, as the status bar tells it. */
  async line() {
    const text = await this.page.locator('[id="status.editor.selection"]').innerText();
    return Number(/Ln (\d+)/.exec(text)?.[1]);
  }

  /** The text of a file once it is saved. */
  async saved(workspace, name) {
    await this.key("Control+s");
    await until(`${name} is saved`, async () => (await this.page.locator(".tab.active.dirty").count()) === 0);
    return workspace.read(name);
  }

  /** What the status bar item says: its state, its text, its colour. */
  async status() {
    const item = this.page.locator(STATUS);
    if ((await item.count()) === 0) return undefined;
    const label = await item.getAttribute("aria-label");
    return (label ?? (await item.locator("a").getAttribute("aria-label")))?.replace("Codestral: ", "").trim();
  }

  async waitForStatus(expected) {
    let seen;
    try {
      return await until("status", async () => (seen = await this.status()) === expected);
    } catch {
      throw new Error(`the status bar says ${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`);
    }
  }

  /** The item's tooltip. */
  async tooltip() {
    await this.page.locator(STATUS).hover();
    const hover = this.page.locator(".monaco-hover:visible, .workbench-hover:visible").last();
    await hover.waitFor();
    const text = await hover.innerText();
    await this.page.mouse.move(5, 300);
    return text;
  }

  /** The messages that are up: text and whether they are errors. */
  messages() {
    return this.page.locator(".notification-toast .notification-list-item").evaluateAll((items) =>
      items.map((item) => ({
        text: item.querySelector(".notification-list-item-message")?.textContent ?? "",
        isError: Boolean(item.querySelector(".codicon-error")),
      })),
    );
  }

  async dismissMessages() {
    await this.command("Notifications: Clear All Notifications");
  }

  /** The text of the editor that shows a document whose name matches, as far as it is on the screen. */
  async text(name) {
    const groups = this.page.locator(".editor-group-container", { has: this.page.locator(".tab.active", { hasText: name }) });
    if ((await groups.count()) === 0) return undefined;
    const lines = await groups.first().locator(".monaco-editor .view-line").evaluateAll((lines) =>
      lines
        .map((line) => ({ top: Number.parseFloat(line.style.top), text: line.textContent.replaceAll("\u00a0", " ") }))
        .sort((one, other) => one.top - other.top)
        .map((line) => line.text),
    );
    return lines.join("\n");
  }
}
