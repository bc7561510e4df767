// What passes between VS Code and the server, and is looked at or changed on its way.
import type { CancellationToken } from "vscode";
import type { ConfigurationParams, Middleware } from "vscode-languageclient/node";
import { COMMAND } from "./chat/chat.js";
import { readRequest } from "./chat/request.js";
import type { ChatRequest } from "./chat/request.js";
import type { Tree } from "./settings.js";

/** What the middleware tells and asks. */
export interface Ears {
  /** A suggestion is awaited; the returned function ends it. */
  asking(): () => void;
  /** Something was answered that may have changed the server's state. */
  answered(): void;
  /** The settings that are set. */
  settings(): Tree;
  /** A chat that a code action asks for. */
  chat(request: ChatRequest): Promise<unknown>;
}

/** The middleware. */
export function middleware(ears: Ears): Middleware {
  return {
    provideInlineCompletionItems: async (document, position, context, token, next) => {
      const done = ears.asking();
      try {
        return await next(document, position, context, token);
      } finally {
        done();
        ears.answered();
      }
    },
    executeCommand: async (command, args: unknown[], next) => {
      const request = command === COMMAND ? readRequest(args[0]) : undefined;
      if (request) return ears.chat(request);
      const result: unknown = await next(command, args);
      ears.answered();
      return result;
    },
    workspace: {
      configuration: (params: ConfigurationParams, token: CancellationToken, next) => {
        const told = params.items.map((item) => (item.section === "codestral" ? ears.settings() : undefined));
        return told.every((settings) => settings !== undefined) ? told : next(params, token);
      },
      // Without sections the server is told that something changed, and asks; the settings then pass above.
      didChangeConfiguration: (_sections, next) => next(undefined),
    },
  };
}
