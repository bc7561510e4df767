// What the person is told when a chat has ended.
import { isAboutKey } from "../messages.js";

/** How a chat ended, as editors/chat.md has it; the answer of `codestral.chat` and the delta `end` both tell. */
export interface Ended {
  readonly outcome: "answered" | "applied" | "moved" | "unchanged" | "offered" | "cancelled" | "failed";
  readonly message?: string;
}

/** What is shown. `passing` is the status bar for some seconds; nothing is ever a red pop-up. */
export interface Told {
  readonly as: "nothing" | "passing" | "information" | "warning";
  readonly text: string;
  readonly button?: "conversation" | "key" | "log";
}

/** What to tell of an ending. */
export function tell({ outcome, message }: Ended): Told {
  switch (outcome) {
    case "answered":
      return message ? { as: "information", text: say(message) } : { as: "nothing", text: "" };
    case "applied":
      return { as: message ? "information" : "passing", text: say(message ?? "the edit is made") };
    case "moved":
      return { as: "information", text: say(message ?? "the edit is made where the text has moved to") };
    case "unchanged":
      return { as: "information", text: say(message ?? "the model gave back the same text") };
    case "offered":
      return { as: "information", text: say(message ?? "nothing was edited"), button: "conversation" };
    case "cancelled":
      return { as: "passing", text: say(message ?? "cancelled") };
    case "failed":
      return failure(message ?? "the endpoint failed");
  }
}

/** What to tell of a request that was refused from the start. */
export function failure(message: string): Told {
  return { as: "warning", text: say(message), button: isAboutKey(message) ? "key" : "log" };
}

function say(sentence: string): string {
  return sentence.startsWith("Codestral") ? sentence : `Codestral: ${sentence}`;
}
