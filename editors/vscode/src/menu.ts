// The menu behind the status bar item.
import * as vscode from "vscode";

interface Entry extends vscode.QuickPickItem {
  readonly command?: string;
  readonly args?: readonly unknown[];
}

const CHAT: readonly Entry[] = [
  { label: "$(comment-discussion) Ask about the selection…", command: "codestral.chat.ask" },
  { label: "$(book) Explain the selection", command: "codestral.chat.explain" },
  { label: "$(edit) Change the selection as I say…", command: "codestral.chat.change" },
];

const REST: readonly Entry[] = [
  { label: "$(question) Why was there (no) suggestion?", command: "codestral.showWhy" },
  { label: "$(info) Show status", command: "codestral.showStatus" },
  { label: "$(graph) Show usage and costs", command: "codestral.showUsage" },
  { label: "$(key) Set API key", command: "codestral.setApiKey" },
  { label: "$(gear) Settings", command: "workbench.action.openSettings", args: ["codestral."] },
  { label: "$(debug-restart) Restart the server", command: "codestral.restartServer" },
  { label: "$(output) Show log", command: "codestral.showLog" },
];

/** Shows the menu, with the trouble first where there is one. */
export async function showMenu(trouble: string | undefined, isOn: boolean): Promise<void> {
  const first: Entry[] = trouble === undefined ? [] : [{ label: "$(warning) Trouble", detail: trouble, command: "codestral.showWhy" }];
  const toggle: Entry = {
    label: isOn ? "$(circle-slash) Switch automatic completion off" : "$(sparkle) Switch automatic completion on",
    command: "codestral.toggleCompletion",
  };
  const line: Entry = { label: "", kind: vscode.QuickPickItemKind.Separator };
  const chosen = await vscode.window.showQuickPick([...first, toggle, line, ...CHAT, line, ...REST], { title: "Codestral" });
  if (chosen?.command) await vscode.commands.executeCommand(chosen.command, ...(chosen.args ?? []));
}
