// What the status bar shows for what is known.
import { isAboutKey } from "./messages.js";

/** What `codestral.status` answers; the part that is shown. */
export interface Status {
  readonly state: "idle" | "asking" | "off" | "error";
  readonly model: string;
  readonly url: string;
  readonly error: string | null;
  readonly counts?: { readonly requests: number; readonly shown: number };
  readonly local?: { readonly alone: boolean };
}

/** All that is known of the server. */
export interface Known {
  readonly phase: "stopped" | "starting" | "running" | "failed";
  /** Why it failed. */
  readonly problem?: string | undefined;
  /** Whether a suggestion or a chat is awaited. */
  readonly asking: boolean;
  readonly status?: Status | undefined;
}

/** What the status bar shows. */
export interface View {
  readonly state: "idle" | "asking" | "off" | "error";
  readonly text: string;
  /** Lines of plain text. */
  readonly tooltip: string;
  readonly background?: "error" | "warning";
}

const CLICK = "Click for the menu.";

/** The view of what is known. */
export function view({ phase, problem, asking, status }: Known): View {
  if (phase === "failed") return failed(problem ?? "The server does not run; its log may say why.");
  if (phase === "starting") return { state: "asking", text: "$(loading~spin) Codestral", tooltip: "Codestral: the server starts." };
  if (phase === "stopped") return { state: "off", text: "$(circle-slash) Codestral", tooltip: lines("Codestral: the server is stopped.") };
  const where = whereFrom(status);
  // While it asks again, the trouble of the last time is still what holds.
  if (status?.error) {
    const cure = isAboutKey(status.error) ? "The menu sets the key." : "The menu says why, and shows the log.";
    return { state: "error", text: "$(warning) Codestral", tooltip: `Codestral: ${status.error}\n${cure}`, background: "warning" };
  }
  if (asking || status?.state === "asking") {
    return { state: "asking", text: "$(loading~spin) Codestral", tooltip: lines("Codestral: asking.", where) };
  }
  if (status?.state === "off") {
    return { state: "off", text: "$(circle-slash) Codestral", tooltip: lines("Codestral: automatic completion is off.", where) };
  }
  return { state: "idle", text: "$(sparkle) Codestral", tooltip: lines("Codestral: ready.", where) };
}

function failed(problem: string): View {
  return { state: "error", text: "$(error) Codestral", tooltip: lines(`Codestral: ${problem}`), background: "error" };
}

function whereFrom(status: Status | undefined): string {
  if (!status) return "";
  const counts = status.counts ? ` ${status.counts.requests} requests, ${status.counts.shown} suggestions shown.` : "";
  const from = status.local?.alone ? "Suggestions come from your own files; nothing is sent." : `${status.model} at ${status.url}.`;
  return from + counts;
}

function lines(...parts: string[]): string {
  return [...parts, CLICK].filter((part) => part !== "").join("\n");
}
