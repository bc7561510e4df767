// The next edit: asked for after each edit, drawn where it is, reached and made by one key.
import * as vscode from "vscode";
import { ExecuteCommandRequest } from "vscode-languageclient/node";
import type { LanguageClient } from "vscode-languageclient/node";
import { isEligible } from "./eligible.js";
import { hint, placeAfter, readOffer, step, tabIndents } from "./offer.js";
import type { Edit, Offer, Step, View } from "./offer.js";
import { Painter } from "./painter.js";

/** The server's command. */
const COMMAND = "codestral.nextEdit";

/** The server waits until the keyboard has rested for longer than this, in milliseconds; a burst of keys then asks once. */
const ASK_AFTER = 100;

/** How long a passing word stays in the status bar, in milliseconds. */
const PASSING = 5000;

/** What keys look at: an edit is shown; the cursor is at it; Tab is left to indent. */
interface Keys {
  readonly nextEditShown: boolean;
  readonly nextEditHere: boolean;
  readonly nextEditTabIndents: boolean;
}

const NO_KEYS: Keys = { nextEditShown: false, nextEditHere: false, nextEditTabIndents: false };

/** The next edit of this window. */
export class NextEdit implements vscode.Disposable {
  private readonly painter = new Painter();
  private readonly registered: vscode.Disposable;
  private shown: Offer | undefined;
  private soon: NodeJS.Timeout | undefined;
  private request: vscode.CancellationTokenSource | undefined;
  // While one is made and the one after it is awaited, keys are still ours: a quick second Tab is no indentation.
  private isMaking = false;
  private keys: Keys = NO_KEYS;

  constructor(private readonly server: () => LanguageClient | undefined) {
    const { workspace, window } = vscode;
    const redraw = (): void => { this.redraw(); };
    this.registered = vscode.Disposable.from(
      workspace.onDidChangeTextDocument((event) => { this.changed(event); }),
      workspace.onDidCloseTextDocument((document) => { this.hide(document); }),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("codestral.nextEdit") && !isOn()) this.interrupt();
      }),
      window.onDidChangeTextEditorSelection(redraw),
      window.onDidChangeTextEditorVisibleRanges(redraw),
      window.onDidChangeActiveTextEditor(redraw),
      window.onDidChangeVisibleTextEditors(redraw),
      window.tabGroups.onDidChangeTabs(redraw),
    );
  }

  /** Goes to the edit, or makes it where the cursor is at it; where none is shown, asks for one. */
  async go(): Promise<void> {
    if (this.isMaking) return;
    const offer = this.current();
    if (!offer) {
      await this.ask(false);
      if (!this.current()) pass("Codestral: there is no next edit");
    } else if (this.step(offer) === "jump") {
      await jump(offer);
      this.redraw();
    } else {
      await this.make(offer);
    }
  }

  /** Takes it away; it does not come again. */
  async dismiss(): Promise<void> {
    const offer = this.shown;
    this.hide();
    if (offer) await this.run({ dismiss: true, id: offer.id });
  }

  /** Has the server make all places of the pattern at once. */
  async makeAll(): Promise<void> {
    const place = this.place();
    if (!place) return;
    this.interrupt();
    await this.run({ ...place, apply: true, all: true });
  }

  /** What was shown or asked for is of no use any more. */
  interrupt(): void {
    this.cancel();
    this.hide();
  }

  dispose(): void {
    this.interrupt();
    vscode.Disposable.from(this.registered, this.painter).dispose();
  }

  private changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (this.isMaking || contentChanges.length === 0) return;
    this.hide(document);
    const editor = vscode.window.activeTextEditor;
    if (editor?.document !== document || !isEligible(editor)) return;
    this.cancel();
    this.soon = setTimeout(() => void this.ask(true), ASK_AFTER);
  }

  private async ask(automatic: boolean): Promise<void> {
    this.cancel();
    const place = this.place();
    if (!place || !isOn()) return;
    const request = new vscode.CancellationTokenSource();
    this.request = request;
    const answer = await this.run({ ...place, automatic }, request.token);
    if (request.token.isCancellationRequested) return;
    this.request = undefined;
    this.show(readOffer(answer));
  }

  private show(offer: Offer | undefined): void {
    this.shown = offer;
    if (!this.current()) {
      this.hide();
      return;
    }
    this.redraw();
    const item = { command: { arguments: [offer?.id] } };
    this.server()?.sendNotification("textDocument/didShowInlineEdit", { item }).catch(() => undefined);
  }

  private async make(offer: Offer): Promise<void> {
    this.isMaking = true;
    try {
      this.shown = undefined;
      this.painter.clear();
      if (!(await apply(offer.edits))) {
        pass("Codestral: VS Code does not let the next edit be made");
        await this.run({ dismiss: true, id: offer.id });
        return;
      }
      await this.server()?.sendRequest(ExecuteCommandRequest.type, offer.accepted);
      await this.ask(false);
    } catch {
      // The server has ended; what was made stays.
    } finally {
      this.isMaking = false;
      if (!this.shown) this.hide();
    }
  }

  /** Takes away what is shown, if it is about this document. */
  private hide(about?: vscode.TextDocument): void {
    if (about && !this.shown?.edits.some((edit) => isIn(edit, about))) return;
    this.shown = undefined;
    this.painter.clear();
    if (!this.isMaking) this.setKeys(NO_KEYS);
  }

  private cancel(): void {
    clearTimeout(this.soon);
    this.request?.cancel();
    this.request?.dispose();
    this.request = undefined;
  }

  private redraw(): void {
    const active = vscode.window.activeTextEditor;
    // With several cursors the person changes all places himself.
    if (active && active.selections.length > 1) this.interrupt();
    const offer = this.current();
    if (!offer) return;
    const editors = vscode.window.visibleTextEditors.filter(isEligible);
    // First the keys: what is seen can be taken.
    this.setKeys(active && editors.includes(active) ? this.keysFor(offer, active) : NO_KEYS);
    this.painter.clear(new Set(editors));
    for (const editor of editors) {
      const words = editor === active ? hint(offer.edits[0], lineOf(offer.edits[0]), viewOf(editor)) : undefined;
      this.painter.paint(editor, offer.edits.filter((edit) => isIn(edit, editor.document)), words);
    }
  }

  private keysFor(offer: Offer, { document, selection }: vscode.TextEditor): Keys {
    const next = this.step(offer);
    const before = document.lineAt(selection.active.line).text.slice(0, selection.active.character);
    return { nextEditShown: true, nextEditHere: next === "make", nextEditTabIndents: tabIndents(before, next) };
  }

  private setKeys(keys: Keys): void {
    for (const name of Object.keys(keys) as (keyof Keys)[]) {
      if (this.keys[name] !== keys[name]) void vscode.commands.executeCommand("setContext", `codestral.${name}`, keys[name]);
    }
    this.keys = keys;
  }

  private step({ edits: [first] }: Offer): Step {
    const editor = vscode.window.activeTextEditor;
    return editor ? step(first, lineOf(first), viewOf(editor)) : "jump";
  }

  /** What is shown, if its documents are as they were. */
  private current(): Offer | undefined {
    const isCurrent = (edit: Edit): boolean => documentOf(edit)?.version === edit.textDocument.version;
    return this.shown?.edits.every(isCurrent) ? this.shown : undefined;
  }

  /** Where the cursor is, for the server; undefined where next edits are not for. */
  private place(): object | undefined {
    const editor = vscode.window.activeTextEditor;
    const convert = this.server()?.code2ProtocolConverter;
    if (!convert || !editor || editor.selections.length > 1 || !isEligible(editor)) return undefined;
    const textDocument = { uri: convert.asUri(editor.document.uri), version: editor.document.version };
    return { textDocument, position: convert.asPosition(editor.selection.active) };
  }

  private async run(argument: object, token?: vscode.CancellationToken): Promise<unknown> {
    try {
      return await this.server()?.sendRequest(ExecuteCommandRequest.type, { command: COMMAND, arguments: [argument] }, token);
    } catch {
      // Cancelled, or the server ends: there is no next edit.
      return undefined;
    }
  }
}

async function jump({ edits: [first] }: Offer): Promise<void> {
  const document = documentOf(first);
  if (!document) return;
  const at = toRange(first, document).start;
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  const shownIn = [activeTextEditor, ...visibleTextEditors].find((editor) => editor?.document === document && isEligible(editor));
  const column = shownIn?.viewColumn === undefined ? {} : { viewColumn: shownIn.viewColumn };
  await vscode.window.showTextDocument(document, { ...column, selection: new vscode.Range(at, at) });
}

/** Makes edits as one step of undoing; false where VS Code refuses, as it does for a document that is read-only. */
async function apply(edits: Offer["edits"]): Promise<boolean> {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !edits.every((edit) => isIn(edit, editor.document))) return applyToSeveral(edits);
  const made = await editor.edit((builder) => {
    for (const edit of edits) builder.replace(toRange(edit, editor.document), edit.text);
  });
  if (!made) return false;
  const { line, character } = placeAfter(edits);
  const at = editor.document.validatePosition(new vscode.Position(line, character));
  editor.selection = new vscode.Selection(at, at);
  return true;
}

function applyToSeveral(edits: Offer["edits"]): Thenable<boolean> {
  const change = new vscode.WorkspaceEdit();
  for (const edit of edits) {
    const document = documentOf(edit);
    if (document) change.replace(document.uri, toRange(edit, document), edit.text);
  }
  return vscode.workspace.applyEdit(change);
}

function viewOf({ document, selection, visibleRanges }: vscode.TextEditor): View {
  const visible = visibleRanges.map(({ start, end }) => [start.line, end.line] as const);
  return { uri: document.uri.toString(), line: selection.active.line, visible };
}

function isIn(edit: Edit, document: vscode.TextDocument): boolean {
  return document.uri.toString() === edit.textDocument.uri;
}

function documentOf(edit: Edit): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => isIn(edit, document));
}

function lineOf(edit: Edit): number {
  const document = documentOf(edit);
  return document ? toRange(edit, document).start.line : edit.range.start.line;
}

// A place below the last line is the end of that line.
function toRange({ range: { start, end } }: Edit, document: vscode.TextDocument): vscode.Range {
  return document.validateRange(new vscode.Range(start.line, start.character, end.line, end.character));
}

function isOn(): boolean {
  return vscode.workspace.getConfiguration("codestral").get("nextEdit.enabled", true);
}

function pass(text: string): void {
  vscode.window.setStatusBarMessage(text, PASSING);
}
