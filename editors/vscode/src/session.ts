// The server's life: started, restarted, brought back after a crash, and what is said when it cannot be.
import type { ChildProcess } from "node:child_process";
import * as vscode from "vscode";
import { CloseAction, ErrorAction, LanguageClient, RevealOutputChannelOn, State } from "vscode-languageclient/node";
import type { LanguageClientOptions, Middleware } from "vscode-languageclient/node";
import { Crashes } from "./crashes.js";
import type { Key } from "./key.js";
import { ends, find, launch } from "./process.js";
import type { Known } from "./statusView.js";

/** What the session leaves to others. */
export interface Hooks {
  middleware(): Middleware;
  /** What `initialize` tells beside the protocol's own. */
  initializationOptions(): unknown;
  /** A client is made and not started yet: the place to listen to its notifications. */
  made(client: LanguageClient): void;
  /** The phase has changed. */
  phase(phase: Known["phase"], problem?: string): void;
}

// The library pops up a red message for each failed request. What fails is told by us, once, in its place.
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** One server at a time. */
export class Session implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel("Codestral", { log: true });
  private readonly crashes = new Crashes();
  private current: LanguageClient | undefined;
  // Starts and stops wait for one another.
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly extension: vscode.Uri,
    private readonly key: Key,
    private readonly hooks: Hooks,
  ) {}

  /** The server where it runs. */
  running(): LanguageClient | undefined {
    return this.current?.isRunning() ? this.current : undefined;
  }

  /** The server, brought up first if need be; undefined where it does not come up, of which the person has been told. */
  async client(): Promise<LanguageClient | undefined> {
    await this.turn;
    if (!this.running()) await this.restart();
    return this.running();
  }

  /** Starts the server anew, as settings and key now are. */
  restart(): Promise<void> {
    this.crashes.forget();
    return this.next(async () => {
      await this.close();
      await this.open();
    });
  }

  /** Stops the server. */
  stop(): Promise<void> {
    return this.next(() => this.close());
  }

  dispose(): void {
    this.log.dispose();
  }

  private next(step: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(step, step);
    return this.turn;
  }

  private async open(): Promise<void> {
    const found = find(this.extension);
    if ("problem" in found) {
      this.fail(found.problem, "Open settings");
      return;
    }
    this.log.info(`starting ${found.path}`);
    const started: ChildProcess[] = [];
    const client = new QuietClient(
      "codestral",
      "Codestral",
      // Asked at each start, so that a server that comes back after a crash has today's key.
      async () => {
        const child = await launch(found.path, await this.key.environment());
        started.push(child);
        return child;
      },
      this.options(),
    );
    this.current = client;
    client.onDidChangeState(({ newState }) => {
      if (this.current !== client) return;
      if (newState === State.Running) this.hooks.phase("running");
      if (newState === State.Starting) this.hooks.phase("starting");
    });
    this.hooks.made(client);
    try {
      await client.start();
    } catch (error) {
      // One that ended at once is a crash as any other: started again, and told of if that does not help.
      const [first] = started;
      if (first && (await ends(first))) return;
      this.fail(`${found.path} does not start: ${error instanceof Error ? error.message : String(error)}.`, "Show log");
    }
  }

  private async close(): Promise<void> {
    const client = this.current;
    this.current = undefined;
    if (!client) return;
    this.hooks.phase("stopped");
    try {
      if (client.needsStop()) await client.stop();
    } catch (error) {
      // One that does not stop in time is killed by the library.
      this.log.warn(`the server did not stop cleanly: ${String(error)}`);
    }
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [{ scheme: "file" }, { scheme: "untitled" }],
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: () => this.hooks.initializationOptions(),
      initializationFailedHandler: () => false,
      middleware: this.hooks.middleware(),
      stdioOptions: {
        stdout: () => undefined,
        // The server's log has levels of its own.
        stderr: (stream, channel) => {
          stream.setEncoding("utf8");
          stream.on("data", (text: string) => {
            channel.append(text);
          });
        },
      },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          if (this.crashes.record(Date.now())) {
            this.log.warn("the server ended by itself; starting it again");
            return { action: CloseAction.Restart, handled: true };
          }
          this.fail("The server has ended by itself five times in three minutes: its log may say why.", "Show log");
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    };
  }

  private fail(problem: string, button: "Open settings" | "Show log"): void {
    this.log.error(problem);
    this.hooks.phase("failed", problem);
    void vscode.window.showWarningMessage(`Codestral: ${problem}`, button, "Start again").then((chosen) => {
      if (chosen === "Start again") void this.restart();
      if (chosen === "Show log") this.log.show();
      if (chosen === "Open settings") {
        void vscode.commands.executeCommand("workbench.action.openSettings", "codestral.server.path");
      }
    });
  }
}
