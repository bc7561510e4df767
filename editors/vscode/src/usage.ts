// What `codestral-ls usage` prints, as a read-only document.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";
import { find } from "./process.js";

const SCHEME = "codestral-usage";
const ADDRESS = vscode.Uri.from({ scheme: SCHEME, path: "/Codestral usage.txt" });

/** In milliseconds; it reads one small file. */
const LIMIT = 10_000;

/** The document, made anew at each look. */
export class Usage implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly registered = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  constructor(private readonly extension: vscode.Uri) {}

  async provideTextDocumentContent(): Promise<string> {
    const found = find(this.extension);
    if ("problem" in found) return `${found.problem}\n`;
    try {
      return (await promisify(execFile)(found.path, ["usage"], { timeout: LIMIT, windowsHide: true })).stdout;
    } catch (error) {
      return (error as { stderr?: string }).stderr ?? `${String(error)}\n`;
    }
  }

  /** Shows it as it is now. */
  async show(): Promise<void> {
    this.changed.fire(ADDRESS);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(ADDRESS));
  }

  dispose(): void {
    vscode.Disposable.from(this.registered, this.changed).dispose();
  }
}
