// The extension: its parts put together, and the commands.
import * as vscode from "vscode";
import { ExecuteCommandRequest, ShowMessageNotification } from "vscode-languageclient/node";
import type { LanguageClient, ShowMessageParams } from "vscode-languageclient/node";
import { Chat } from "./chat/chat.js";
import { ChatDocuments } from "./chat/documents.js";
import { ACTIONS } from "./chat/request.js";
import { Transcripts } from "./chat/transcript.js";
import type { ChatDelta } from "./chat/transcript.js";
import { Key } from "./key.js";
import { showMenu } from "./menu.js";
import { route } from "./messages.js";
import { middleware } from "./middleware.js";
import { NextEdit } from "./nextEdit/nextEdit.js";
import { Session } from "./session.js";
import { explicit, serverSettings } from "./settings.js";
import type { Tree } from "./settings.js";
import { StatusBar } from "./statusBar.js";
import { Usage } from "./usage.js";

const CHAT_DELTA = "codestral/chatDelta";

/** Where the person's wish not to be told of the missing key again is kept. */
const TOLD_OF_KEY = "toldOfKey";

let session: Session | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const key = new Key(context.secrets);
  const transcripts = new Transcripts();
  const documents = new ChatDocuments(transcripts);
  const usage = new Usage(context.extensionUri);
  const manifest = context.extension.packageJSON as { contributes: { configuration: { properties: object } } };
  const names = serverSettings(Object.keys(manifest.contributes.configuration.properties));
  const settings = (): Tree => explicit(names, vscode.workspace.getConfiguration("codestral"));

  const statusBar = new StatusBar(() => opened.running());
  const asking = (): (() => void) => statusBar.asking();
  const opened: Session = new Session(context.extensionUri, key, {
    // Under `codestral`, so that what is not a setting is not taken for a misspelt one.
    initializationOptions: () => ({ chatStream: true, codestral: settings() }),
    middleware: () =>
      middleware({ asking, settings, answered: () => { statusBar.refresh(); }, chat: (request) => chat.run(request) }),
    made: (client) => {
      client.onNotification(CHAT_DELTA, (delta: ChatDelta) => chat.take(delta));
      client.onNotification(ShowMessageNotification.type, (params) => {
        statusBar.refresh();
        void message(context, opened, params);
      });
    },
    phase: (phase, problem) => {
      statusBar.phase(phase, problem);
      if (phase === "running") return;
      chat.interrupt();
      nextEdit.interrupt();
    },
  });
  session = opened;
  const chat = new Chat({ client: () => opened.client(), asking }, transcripts, documents);
  const nextEdit = new NextEdit(() => opened.running());

  const keyChanged = async (): Promise<void> => {
    await vscode.commands.executeCommand("setContext", "codestral.hasKey", (await key.get()) !== undefined);
    await opened.restart();
  };
  const commands: Record<string, () => unknown> = {
    "chat.followUp": () => chat.followUp(),
    "chat.cancel": () => { chat.cancel(); },
    "chat.openFile": () => openFile(documents),
    "nextEdit.go": () => nextEdit.go(),
    "nextEdit.all": () => nextEdit.makeAll(),
    "nextEdit.dismiss": () => nextEdit.dismiss(),
    menu: () => showMenu(statusBar.trouble(), statusBar.isOn()),
    toggleCompletion: async () => {
      await run(opened, "codestral.toggle");
      nextEdit.interrupt();
      statusBar.refresh();
    },
    showWhy: () => run(opened, "codestral.why"),
    showStatus: () => run(opened, "codestral.status"),
    showUsage: () => usage.show(),
    setApiKey: () => key.ask(),
    forgetApiKey: () => key.forget(),
    restartServer: () => opened.restart(),
    showLog: () => { opened.log.show(); },
  };
  for (const action of ACTIONS) commands[`chat.${action}`] = () => chat.onSelection(action);
  context.subscriptions.push(
    key, documents, usage, statusBar, opened, chat, nextEdit,
    key.onDidChange(() => void keyChanged()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("codestral.server")) void opened.restart();
      else if (event.affectsConfiguration("codestral")) statusBar.refresh();
    }),
    ...Object.entries(commands).map(([name, command]) => vscode.commands.registerCommand(`codestral.${name}`, command)),
  );
  void keyChanged();
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}

/** Runs a command of the server that shows its result itself. */
async function run(session: Session, command: string): Promise<void> {
  const client: LanguageClient | undefined = await session.client();
  await client?.sendRequest(ExecuteCommandRequest.type, { command, arguments: [] });
}

async function message(context: vscode.ExtensionContext, session: Session, { type, message: text }: ShowMessageParams): Promise<void> {
  const where = route(type, text);
  if (where.to === "statusBar") {
    session.log.error(text);
    return;
  }
  if (where.button === "key") {
    if (context.globalState.get(TOLD_OF_KEY)) return;
    const chosen = await vscode.window.showInformationMessage(text, "Set API key", "Do not tell again");
    if (chosen === "Set API key") await vscode.commands.executeCommand("codestral.setApiKey");
    if (chosen === "Do not tell again") await context.globalState.update(TOLD_OF_KEY, true);
    return;
  }
  const tell = where.to === "warning" ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  const chosen = await tell(text, ...(where.button === "settings" ? ["Open settings"] : []));
  if (chosen) await vscode.commands.executeCommand("workbench.action.openSettings", "codestral.");
}

async function openFile(documents: ChatDocuments): Promise<void> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const named = active && documents.named(active);
  if (named) await vscode.window.showTextDocument(vscode.Uri.parse(named.uri));
}
