// The conversations as read-only Markdown documents that grow while the model writes.
import * as vscode from "vscode";
import type { Transcript, Transcripts } from "./transcript.js";

/** The scheme of the documents. */
export const SCHEME = "codestral-chat";

/** The shortest time between two drawings of a growing document, in milliseconds; a model writes faster than one reads. */
const DRAW_EVERY = 80;

/** A conversation by its document. */
export interface Named {
  readonly conversation: string;
  /** The server's own document of it. */
  readonly uri: string;
}

/** The documents of conversations. */
export class ChatDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  private readonly registered: vscode.Disposable[];

  constructor(private readonly transcripts: Transcripts) {
    this.registered = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument((document) => {
        const named = this.named(document.uri);
        if (named) this.transcripts.drop(named.conversation);
      }),
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document.uri.scheme === SCHEME) follow(event);
      }),
    ];
  }

  /** The text of a document; after a reload of the window it comes from the conversation's file. */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const named = this.named(uri);
    return named ? (await this.load(named)).text : "";
  }

  /** Makes sure that what a conversation held before is known, so that what is added stands below it. */
  async load({ conversation, uri }: Named): Promise<Transcript> {
    const known = this.transcripts.get(conversation);
    if (known) return known;
    let text = "";
    try {
      text = new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.parse(uri)));
    } catch {
      // A conversation that was never written has no file.
    }
    return this.transcripts.load(conversation, uri, text);
  }

  /** The conversation that a document shows, ours or the server's own file of one. */
  named(document: vscode.Uri): Named | undefined {
    const name = /([^/]+)\.md$/.exec(document.path)?.[1];
    if (name === undefined) return undefined;
    if (document.scheme === SCHEME) return { conversation: name, uri: document.query };
    return document.scheme === "file" ? { conversation: name, uri: document.toString() } : undefined;
  }

  /** Shows a conversation beside the code, without taking the keyboard away. */
  async show(transcript: Named): Promise<void> {
    const uri = address(transcript);
    const document = await vscode.workspace.openTextDocument(uri);
    const visible = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
    const viewColumn = visible?.viewColumn ?? column(transcript);
    await vscode.window.showTextDocument(document, { viewColumn, preserveFocus: true, preview: false });
  }

  /** Draws a conversation that has grown, soon. */
  redraw(transcript: Named): void {
    const { conversation } = transcript;
    if (this.waiting.has(conversation)) return;
    const draw = (): void => {
      this.waiting.delete(conversation);
      this.changed.fire(address(transcript));
    };
    this.waiting.set(conversation, setTimeout(draw, DRAW_EVERY));
  }

  dispose(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    vscode.Disposable.from(...this.registered, this.changed).dispose();
  }
}

function address({ conversation, uri }: Named): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${conversation}.md`, query: uri });
}

// Beside code; in the place of another conversation, or of this one's own file.
function column({ uri }: Named): vscode.ViewColumn {
  const active = vscode.window.activeTextEditor?.document.uri;
  const isChat = active?.scheme === SCHEME || active?.toString() === vscode.Uri.parse(uri).toString();
  return isChat ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
}

// Keeps the end in view for who was looking at it; who has scrolled up reads on undisturbed.
function follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
  const grown = contentChanges.reduce((sum, change) => sum + change.text.split("\n").length - 1, 0);
  for (const editor of vscode.window.visibleTextEditors) {
    const bottom = editor.visibleRanges.at(-1)?.end.line;
    if (editor.document !== document || bottom === undefined) continue;
    const end = document.lineAt(document.lineCount - 1).range.end;
    if (bottom >= end.line - grown - 1) editor.revealRange(new vscode.Range(end, end));
  }
}
