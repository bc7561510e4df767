// The next edit as the server offers it, and what a key does with it. Lines and characters count from zero, in UTF-16 units.

/** A place in a document. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** A part of a document. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** One change: `text` in place of `range`. */
export interface Edit {
  readonly text: string;
  readonly range: Range;
  /** The document's URI as the server writes it, and the version of it that is meant. */
  readonly textDocument: { readonly uri: string; readonly version: number };
}

/** Edits that belong together and do not overlap, and what is told when they are made. */
export interface Offer {
  readonly id: string;
  readonly edits: readonly [Edit, ...Edit[]];
  readonly accepted: { readonly command: string; readonly arguments: unknown[] };
}

/** Where the person is: the cursor's document and line, and the lines that are on screen, both ends included. */
export interface View {
  readonly uri: string;
  readonly line: number;
  readonly visible: readonly (readonly [first: number, last: number])[];
}

/** What the key does: go to the edit, or make it. */
export type Step = "jump" | "make";

/** The offer in an answer of `codestral.nextEdit`; undefined where there is none, or where it is not as it should be. */
export function readOffer(answer: unknown): Offer | undefined {
  const { id, edits } = (answer ?? {}) as { id?: unknown; edits?: unknown };
  if (typeof id !== "string" || !Array.isArray(edits) || !edits.every(isEdit)) return undefined;
  const [first, ...rest] = edits;
  if (!first) return undefined;
  const { command, arguments: args } = first.command ?? {};
  if (typeof command !== "string" || !Array.isArray(args)) return undefined;
  return { id, edits: [first, ...rest], accepted: { command, arguments: args } };
}

/** What the key does for a person who is there. `line` is the first edit's, clipped to its document. */
export function step(edit: Edit, line: number, view: View): Step {
  return isInSight(edit, line, view) && view.line === line ? "make" : "jump";
}

/** Where the edit is, in words, for a person who cannot see it. */
export function hint(edit: Edit, line: number, view: View): string | undefined {
  if (isInSight(edit, line, view)) return undefined;
  const where = edit.textDocument.uri === view.uri ? `line ${line + 1}` : `${nameOf(edit.textDocument.uri)}:${line + 1}`;
  return `next edit: ${where}`;
}

/** Whether Tab stays with its own meaning: only blanks stand before the cursor, and the edit is elsewhere. */
export function tabIndents(beforeCursor: string, next: Step): boolean {
  return next === "jump" && beforeCursor.trim() === "";
}

/** Where the cursor is best once the first edit and the others of its document are made: behind its text. */
export function placeAfter(edits: readonly [Edit, ...Edit[]]): Position {
  const [target] = edits;
  const others = edits.filter((edit) => edit !== target && edit.textDocument.uri === target.textDocument.uri);
  // Those before it move it. From the last to the first, so that each is at its own place still.
  const above = others.filter((edit) => isBefore(edit.range.end, target.range.start)).sort((one, two) => compare(two.range.start, one.range.start));
  return above.reduce((place, { range, text }) => {
    const end = endOf(range.start, text);
    const character = place.line === range.end.line ? end.character + place.character - range.end.character : place.character;
    return { line: place.line + end.line - range.end.line, character };
  }, endOf(target.range.start, target.text.replace(/\r?\n$/, "")));
}

/** A text's lines, without their ends. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

function isInSight(edit: Edit, line: number, view: View): boolean {
  return edit.textDocument.uri === view.uri && view.visible.some(([first, last]) => first <= line && line <= last);
}

function nameOf(uri: string): string {
  const last = uri.slice(uri.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

function endOf(start: Position, text: string): Position {
  const lines = linesOf(text);
  const last = lines.at(-1) ?? "";
  return lines.length === 1
    ? { line: start.line, character: start.character + last.length }
    : { line: start.line + lines.length - 1, character: last.length };
}

function isBefore(one: Position, two: Position): boolean {
  return compare(one, two) <= 0;
}

function compare(one: Position, two: Position): number {
  return one.line - two.line || one.character - two.character;
}

interface Sent extends Edit {
  readonly command?: { readonly command?: unknown; readonly arguments?: unknown };
}

function isEdit(value: unknown): value is Sent {
  const { text, range, textDocument } = (value ?? {}) as Partial<Record<keyof Edit, unknown>>;
  const { start, end } = (range ?? {}) as { start?: unknown; end?: unknown };
  const { uri, version } = (textDocument ?? {}) as { uri?: unknown; version?: unknown };
  return typeof text === "string" && isPosition(start) && isPosition(end) && typeof uri === "string" && typeof version === "number";
}

function isPosition(value: unknown): value is Position {
  const { line, character } = (value ?? {}) as { line?: unknown; character?: unknown };
  return typeof line === "number" && typeof character === "number";
}
