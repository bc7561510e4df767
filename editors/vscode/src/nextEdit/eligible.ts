// Which editors next edits are shown in: those that show one document as a text, and not its history or a part of it.
import * as vscode from "vscode";

/** The documents that the server knows. Cells of a notebook, the output and virtual documents are others. */
const SCHEMES = new Set(["file", "untitled"]);

/** Whether next edits are asked for and drawn there. */
export function isEligible(editor: vscode.TextEditor): boolean {
  const { uri, isClosed } = editor.document;
  if (isClosed || !SCHEMES.has(uri.scheme)) return false;
  // An editor within another one, as a peek is, has no column; a comparison's tab is none of one text.
  const group = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn === editor.viewColumn);
  const input = group?.activeTab?.input;
  return input instanceof vscode.TabInputText && input.uri.toString() === uri.toString();
}
