// The status bar item: fed by what passes, and by asking the server for its state.
import * as vscode from "vscode";
import { ExecuteCommandRequest } from "vscode-languageclient/node";
import type { LanguageClient } from "vscode-languageclient/node";
import { view } from "./statusView.js";
import type { Known, Status } from "./statusView.js";

/** An answer within this time, in milliseconds, is shown without a spinner: a flicker at each key says nothing. */
const SPIN_AFTER = 200;

/** The wait before the server is asked for its state, in milliseconds, so that a burst of keys asks once. */
const SETTLE = 250;

const BACKGROUNDS = {
  error: new vscode.ThemeColor("statusBarItem.errorBackground"),
  warning: new vscode.ThemeColor("statusBarItem.warningBackground"),
};

/** The item. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("codestral.status", vscode.StatusBarAlignment.Right, 100);
  private known: Known = { phase: "stopped", asking: false };
  private awaited = 0;
  private spin: NodeJS.Timeout | undefined;
  private settle: NodeJS.Timeout | undefined;

  constructor(private readonly server: () => LanguageClient | undefined) {
    this.item.name = "Codestral";
    this.item.command = "codestral.menu";
    this.draw({});
    this.item.show();
  }

  /** The trouble that is shown, as one sentence. */
  trouble(): string | undefined {
    return (this.known.phase === "failed" ? this.known.problem : this.known.status?.error) ?? undefined;
  }

  /** Whether suggestions come by themselves. */
  isOn(): boolean {
    return this.known.status?.state !== "off";
  }

  /** The server's phase has changed. */
  phase(phase: Known["phase"], problem?: string): void {
    this.draw({ phase, problem, ...(phase === "running" ? {} : { status: undefined }) });
    void vscode.commands.executeCommand("setContext", "codestral.running", phase === "running");
    if (phase === "running") this.refresh();
  }

  /** Something is awaited; the returned function ends it. */
  asking(): () => void {
    this.awaited += 1;
    this.spin ??= setTimeout(() => {
      this.draw({ asking: this.awaited > 0 });
    }, SPIN_AFTER);
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.awaited -= 1;
      if (this.awaited > 0) return;
      clearTimeout(this.spin);
      this.spin = undefined;
      this.draw({ asking: false });
    };
  }

  /** Asks the server for its state, soon; again for as long as it is busy. */
  refresh(): void {
    this.settle ??= setTimeout(() => {
      this.settle = undefined;
      void this.ask();
    }, SETTLE);
  }

  dispose(): void {
    clearTimeout(this.spin);
    clearTimeout(this.settle);
    this.item.dispose();
  }

  private async ask(): Promise<void> {
    const client = this.server();
    if (!client) return;
    const params = { command: "codestral.status", arguments: [{ show: false }] };
    try {
      const status = (await client.sendRequest(ExecuteCommandRequest.type, params)) as Status;
      if (this.known.phase !== "running") return;
      this.draw({ status });
      if (status.state === "asking") this.refresh();
    } catch {
      // A server that is being stopped; its next phase is drawn.
    }
  }

  private draw(news: Partial<Known>): void {
    this.known = { ...this.known, ...news };
    const { text, tooltip, background, state } = view(this.known);
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.backgroundColor = background ? BACKGROUNDS[background] : undefined;
    this.item.accessibilityInformation = { label: `Codestral: ${state}` };
  }
}
