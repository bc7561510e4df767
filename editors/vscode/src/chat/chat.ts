// Chats: asked for, shown while they come, and what is said when they have ended.
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { ExecuteCommandRequest, LSPErrorCodes, ResponseError, WorkDoneProgress } from "vscode-languageclient/node";
import type { LanguageClient } from "vscode-languageclient/node";
import type { ChatDocuments, Named } from "./documents.js";
import { failure, tell } from "./outcome.js";
import type { Ended, Told } from "./outcome.js";
import { doing, isProse, missingWords } from "./request.js";
import type { Action, ChatRequest } from "./request.js";
import type { ChatDelta, Transcripts } from "./transcript.js";

/** The server's command. */
export const COMMAND = "codestral.chat";

/** How long a passing word stays in the status bar, in milliseconds. */
const PASSING = 5000;

const RUNNING = "codestral.chatRunning";

/** What a chat needs of the session. */
export interface Server {
  /** The server, started if need be; undefined where it cannot be. */
  client(): Promise<LanguageClient | undefined>;
  /** Counts what is awaited; the returned function ends it. */
  asking(): () => void;
}

type Answer = Partial<Ended> & Partial<Named>;

/** The chats of this session. */
export class Chat implements vscode.Disposable {
  private readonly cancels = new Set<vscode.CancellationTokenSource>();
  private last: Named | undefined;

  constructor(
    private readonly server: Server,
    private readonly transcripts: Transcripts,
    private readonly documents: ChatDocuments,
  ) {}

  /** An action on the selection of the active editor; without a selection, on the block around the cursor. */
  async onSelection(action: Action): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const scheme = editor?.document.uri.scheme;
    if (!editor || (scheme !== "file" && scheme !== "untitled")) {
      if (action === "ask") await this.run({ action });
      else await show({ as: "information", text: "Codestral: open the code first, and select what it is about." });
      return;
    }
    const client = await this.server.client();
    if (!client) return;
    const convert = client.code2ProtocolConverter;
    const textDocument = { uri: convert.asUri(editor.document.uri) };
    await this.run({ action, textDocument, range: convert.asRange(editor.selection) });
  }

  /** A further question in the conversation that is open, else in the last one. */
  async followUp(): Promise<void> {
    const active = vscode.window.activeTextEditor?.document.uri;
    const named = (active?.scheme === "codestral-chat" ? this.documents.named(active) : undefined) ?? this.last;
    if (!named) {
      await this.onSelection("ask");
      return;
    }
    const instruction = await words({ title: "Codestral: ask further", placeHolder: "And what if it is empty?" });
    if (instruction === undefined) return;
    await this.documents.load(named);
    await this.run({ action: "ask", conversation: named.conversation, instruction });
  }

  /** Runs one chat to its end, as the request says or as the person adds. */
  async run(asked: ChatRequest): Promise<unknown> {
    const missing = missingWords(asked);
    const instruction = missing ? await words(missing) : asked.instruction;
    if (missing && instruction === undefined) return undefined;
    const request: ChatRequest = instruction === undefined ? asked : { ...asked, instruction };
    const client = await this.server.client();
    if (!client) return undefined;
    this.loadOwn(request);
    return this.send(client, request);
  }

  /** Takes in one `codestral/chatDelta`. */
  async take(delta: ChatDelta): Promise<void> {
    const transcript = this.transcripts.apply(delta);
    if (!transcript) return;
    this.last = transcript;
    this.documents.redraw(transcript);
    if (delta.kind === "text") return;
    await vscode.commands.executeCommand("setContext", RUNNING, this.transcripts.running().length > 0);
    if (delta.kind === "begin" && delta.action && isProse(delta.action)) await this.documents.show(transcript);
  }

  /** Ends all chats that run. */
  cancel(): void {
    for (const source of this.cancels) source.cancel();
  }

  /** The server is gone: what it was writing will not go on. */
  interrupt(): void {
    for (const transcript of this.transcripts.interrupt()) this.documents.redraw(transcript);
    void vscode.commands.executeCommand("setContext", RUNNING, false);
  }

  dispose(): void {
    this.cancel();
  }

  // "Send this question" runs in the conversation's own file: what that holds, with the question, comes before the answer.
  private loadOwn({ conversation }: ChatRequest): void {
    const active = vscode.window.activeTextEditor?.document;
    if (conversation === undefined || active?.uri.scheme !== "file") return;
    const named = this.documents.named(active.uri);
    if (named?.conversation === conversation) this.transcripts.replace(conversation, named.uri, active.getText());
  }

  private async send(client: LanguageClient, request: ChatRequest): Promise<unknown> {
    const source = new vscode.CancellationTokenSource();
    this.cancels.add(source);
    const done = this.server.asking();
    // With a token of our own the answer comes at the end, and its cancellation ends the chat.
    const workDoneToken = randomUUID();
    const location = isProse(request.action) ? vscode.ProgressLocation.Window : vscode.ProgressLocation.Notification;
    const options = { location, title: `Codestral: ${doing(request.action)}`, cancellable: true };
    try {
      return await vscode.window.withProgress(options, async (progress, token) => {
        token.onCancellationRequested(() => {
          source.cancel();
        });
        const heard = client.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
          if (value.message) progress.report({ message: value.message });
        });
        try {
          const params = { command: COMMAND, arguments: [request], workDoneToken };
          const answer = (await client.sendRequest(ExecuteCommandRequest.type, params, source.token)) as Answer | null;
          if (answer?.outcome) void this.end(answer as Ended & Answer);
          return answer;
        } finally {
          heard.dispose();
        }
      });
    } catch (error) {
      void show(refusal(error, source.token.isCancellationRequested));
      return undefined;
    } finally {
      done();
      this.cancels.delete(source);
      source.dispose();
    }
  }

  private async end(answer: Ended & Answer): Promise<void> {
    const told = tell(answer);
    const { conversation, uri } = answer;
    const chosen = await show(told);
    if (chosen === "conversation" && conversation !== undefined && uri !== undefined) {
      await this.documents.show({ conversation, uri });
    }
  }
}

function refusal(error: unknown, cancelled: boolean): Told {
  if (cancelled || (error instanceof ResponseError && error.code === LSPErrorCodes.RequestCancelled)) {
    return tell({ outcome: "cancelled" });
  }
  return failure(error instanceof Error ? error.message : String(error));
}

async function words(prompt: { title: string; placeHolder: string }): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox({ ...prompt, ignoreFocusOut: true });
  return typed?.trim() ? typed.trim() : undefined;
}

const BUTTONS = { conversation: "Show the reply", key: "Set API key", log: "Show log" } as const;

async function show({ as, text, button }: Told): Promise<Told["button"]> {
  if (as === "nothing") return undefined;
  if (as === "passing") {
    vscode.window.setStatusBarMessage(text, PASSING);
    return undefined;
  }
  const tellPerson = as === "warning" ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  const chosen = await tellPerson(text, ...(button ? [BUTTONS[button]] : []));
  if (chosen === undefined) return undefined;
  if (button === "key") await vscode.commands.executeCommand("codestral.setApiKey");
  if (button === "log") await vscode.commands.executeCommand("codestral.showLog");
  return button;
}
