// The text of conversations, put together from `codestral/chatDelta`.
import type { Action } from "./request.js";

/** One `codestral/chatDelta`, as editors/chat.md has it. */
export interface ChatDelta {
  readonly chat: number;
  readonly conversation: string;
  readonly uri: string;
  readonly sequence: number;
  readonly kind: "begin" | "text" | "end";
  readonly action?: Action;
  readonly text?: string;
  readonly outcome?: string;
  readonly message?: string;
}

/** One conversation as far as it has come. */
export interface Transcript {
  readonly conversation: string;
  /** The server's own document of it. */
  readonly uri: string;
  text: string;
  /** The chat that writes now, by number. */
  running: number | undefined;
  /** The last delta of it that was taken in. */
  sequence: number;
}

/** The conversations of this session. */
export class Transcripts {
  private readonly known = new Map<string, Transcript>();

  get(conversation: string): Transcript | undefined {
    return this.known.get(conversation);
  }

  /** Takes in what a conversation's file holds, unless the conversation is known already. */
  load(conversation: string, uri: string, text: string): Transcript {
    const known = this.known.get(conversation);
    if (known) return known;
    const loaded: Transcript = { conversation, uri, text, running: undefined, sequence: -1 };
    this.known.set(conversation, loaded);
    return loaded;
  }

  /** Takes in what the person has made of a conversation in its own file; not while it is being written. */
  replace(conversation: string, uri: string, text: string): void {
    this.drop(conversation);
    this.load(conversation, uri, text);
  }

  /** Drops a conversation that is not shown; its file has it. One that is being written stays. */
  drop(conversation: string): void {
    if (this.known.get(conversation)?.running === undefined) this.known.delete(conversation);
  }

  /** The conversations that are being written. */
  running(): Transcript[] {
    return [...this.known.values()].filter((transcript) => transcript.running !== undefined);
  }

  /** Ends all that is being written: the server that wrote it is gone. */
  interrupt(): Transcript[] {
    const running = this.running();
    for (const transcript of running) {
      transcript.running = undefined;
      transcript.text += "\n\n*The server stopped before the end.*\n";
    }
    return running;
  }

  /** Takes in one delta; undefined where it has been taken in before or belongs to a chat that is not the running one. */
  apply(delta: ChatDelta): Transcript | undefined {
    const transcript = this.load(delta.conversation, delta.uri, "");
    if (delta.kind === "begin") {
      transcript.running = delta.chat;
    } else if (transcript.running !== delta.chat || delta.sequence <= transcript.sequence) {
      return undefined;
    }
    transcript.sequence = delta.sequence;
    transcript.text += delta.text ?? "";
    if (delta.kind === "end") transcript.running = undefined;
    return transcript;
  }
}
