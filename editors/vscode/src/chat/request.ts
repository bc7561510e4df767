// The argument of `codestral.chat`, as editors/chat.md has it.

/** What can be asked for. */
export type Action = "explain" | "fix" | "document" | "tests" | "improve" | "change" | "ask";

/** All actions. */
export const ACTIONS: readonly Action[] = ["explain", "fix", "document", "tests", "improve", "change", "ask"];

/** A place in LSP's own counting: lines and UTF-16 units from 0. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** The argument of `codestral.chat`. */
export interface ChatRequest {
  readonly action: Action;
  readonly textDocument?: { readonly uri: string };
  readonly range?: { readonly start: Position; readonly end: Position };
  readonly instruction?: string;
  readonly conversation?: string;
}

/** The argument as it came with a code action; undefined where it is none of ours. */
export function readRequest(argument: unknown): ChatRequest | undefined {
  if (typeof argument !== "object" || argument === null) return undefined;
  const action = (argument as { action?: unknown }).action;
  return ACTIONS.some((known) => known === action) ? (argument as ChatRequest) : undefined;
}

/** Whether the action ends in prose; the others end in an edit. */
export function isProse(action: Action): boolean {
  return action === "explain" || action === "tests" || action === "ask";
}

/** What to ask the person before the request can go; undefined where nothing is missing. */
export function missingWords(request: ChatRequest): { title: string; placeHolder: string } | undefined {
  if (request.instruction?.trim()) return undefined;
  // A conversation's own question stands in its document.
  if (request.action === "ask" && request.conversation === undefined) {
    return { title: "Codestral: ask about the selection", placeHolder: "Why is this safe?" };
  }
  if (request.action === "change") {
    return { title: "Codestral: change the selection", placeHolder: "Return an error in place of a panic" };
  }
  return undefined;
}

/** What goes on while an action runs. */
export function doing(action: Action): string {
  const words: Record<Action, string> = {
    explain: "explaining",
    fix: "fixing",
    document: "documenting",
    tests: "writing tests",
    improve: "improving",
    change: "changing",
    ask: "answering",
  };
  return words[action];
}
