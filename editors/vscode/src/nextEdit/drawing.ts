// What is drawn for edits: old text struck out, new text beside it. Text of several lines stands as a block to the right of
// the lines it is for, since an extension cannot put lines between those of the editor.
import { linesOf } from "./offer.js";
import type { Edit, Position, Range } from "./offer.js";

/** Between the text and a block, in columns. */
const GAP = 4;

/** A block that begins further right, in columns, is mostly out of sight: there may be a better place above. */
const FAR = 80;

/** The most lines of a block: more hide what they stand beside. */
const MOST_LINES = 12;

/** The longest line that is drawn, in characters: what is longer does not fit on most screens. */
const LONGEST = 100;

/** The document that is drawn in. */
export interface Source {
  readonly lineCount: number;
  /** In columns. */
  readonly tabSize: number;
  /** A line's text, without its end. */
  line(index: number): string;
}

/** New text within a line. */
export interface Insertion {
  readonly at: Position;
  readonly text: string;
}

/** One line of a block, behind the end of a line of the document. All rows of a block are equally wide. */
export interface Row {
  readonly line: number;
  /** Between the line's text, or what else is drawn behind it, and the row, in columns. */
  readonly gap: number;
  readonly text: string;
}

/** A line's end that is taken out, where nothing else of its line is. */
export type Break = Position;

/** The border between two lines at which new ones come. */
export interface Border {
  readonly line: number;
  readonly side: "above" | "below";
}

/** What is drawn in one document. Blanks are such that a browser keeps them. */
export interface Drawing {
  readonly struck: readonly Range[];
  readonly breaks: readonly Break[];
  readonly insertions: readonly Insertion[];
  readonly rows: readonly Row[];
  readonly borders: readonly Border[];
}

/** The drawing of edits in a document, which do not overlap. */
export function draw(edits: readonly Edit[], source: Source): Drawing {
  const struck: Range[] = [];
  const breaks: Break[] = [];
  const insertions: Insertion[] = [];
  const rows: Row[] = [];
  const borders: Border[] = [];
  // By line, in columns: what is drawn behind it already.
  const drawn = new Map<number, number>();
  const isInline = (edit: Edit): boolean => linesOf(edit.text).length === 1;
  for (const edit of edits) {
    const range = { start: clip(edit.range.start, source), end: clip(edit.range.end, source) };
    const parts = partsOf(range, source);
    struck.push(...parts.filter((part) => part.start.character < part.end.character));
    breaks.push(...parts.filter((part) => part.start.character === part.end.character).map((part) => part.start));
    if (!isInline(edit) || edit.text === "") continue;
    const text = shown(edit.text, source.tabSize);
    insertions.push({ at: range.end, text });
    drawn.set(range.end.line, (drawn.get(range.end.line) ?? 0) + widthOf(text, source.tabSize));
  }
  for (const edit of edits.filter((each) => !isInline(each))) {
    const { first, last, lines } = wholeLines(edit, source);
    if (lines.length === 0) continue;
    if (first > last) borders.push(first < source.lineCount ? { line: first, side: "above" } : { line: source.lineCount - 1, side: "below" });
    for (const row of block(lines, first, source, drawn)) {
      rows.push(row);
      drawn.set(row.line, (drawn.get(row.line) ?? 0) + row.gap + widthOf(row.text, source.tabSize));
    }
  }
  return { struck, breaks, insertions, rows, borders };
}

/** The lines that an edit changes, `first` to `last` (none, where new ones come before `first`), and what they become. */
function wholeLines({ range, text }: Edit, source: Source): { first: number; last: number; lines: string[] } {
  const start = clip(range.start, source);
  const end = clip(range.end, source);
  const lines = linesOf(source.line(start.line).slice(0, start.character) + text + source.line(end.line).slice(end.character));
  let [first, last] = [start.line, end.line];
  while (first <= last && lines.length > 0 && lines[0] === source.line(first)) {
    lines.shift();
    first += 1;
  }
  while (first <= last && lines.length > 0 && lines.at(-1) === source.line(last)) {
    lines.pop();
    last -= 1;
  }
  return { first, last, lines };
}

function block(lines: readonly string[], first: number, source: Source, drawn: ReadonlyMap<number, number>): Row[] {
  const most = Math.min(MOST_LINES, source.lineCount);
  const texts = withoutIndent(lines, source.tabSize).map((line) => shown(line, source.tabSize));
  const left = texts.length - most + 1;
  if (left > 1) texts.splice(most - 1, left, `… ${left}${BLANK}more${BLANK}lines`);
  const widest = Math.max(...texts.map((text) => widthOf(text, source.tabSize)));
  const end = (line: number): number => widthOf(source.line(line), source.tabSize) + (drawn.get(line) ?? 0);
  const columnAt = (anchor: number): number => GAP + Math.max(...texts.map((_, index) => end(anchor + index)));
  const within = (anchor: number): number => Math.max(0, Math.min(anchor, source.lineCount - texts.length));
  const [beside, above] = [within(first), within(first - texts.length)];
  const anchor = columnAt(beside) > FAR && columnAt(above) < columnAt(beside) ? above : beside;
  const column = columnAt(anchor);
  return texts.map((text, index) => ({
    line: anchor + index,
    gap: column - end(anchor + index),
    text: text + BLANK.repeat(widest - widthOf(text, source.tabSize)),
  }));
}

/** A range line by line; of several lines without their indentation, which says nothing. Empty: only the line's end. */
function partsOf({ start, end }: Range, source: Source): Range[] {
  if (start.line === end.line) return start.character === end.character ? [] : [{ start, end }];
  const parts: Range[] = [];
  for (let line = start.line; line <= end.line; line += 1) {
    const text = source.line(line);
    const to = line === end.line ? end.character : text.length;
    const indent = text.length - text.trimStart().length;
    const from = Math.min(to, line === start.line ? Math.max(start.character, indent) : indent);
    if (from < to || line < end.line) parts.push({ start: { line, character: from }, end: { line, character: to } });
  }
  return parts;
}

function clip({ line, character }: Position, source: Source): Position {
  const last = source.lineCount - 1;
  if (line > last) return { line: last, character: source.line(last).length };
  return { line, character: Math.min(character, source.line(line).length) };
}

const BLANK = "\u00a0";

const CHARACTERS = new Intl.Segmenter();

/** A line as it is drawn: tabs as blanks, too long ones cut. */
function shown(line: string, tabSize: number): string {
  const text = expanded(line, tabSize).replaceAll(/[\p{Zs}\p{Zl}\p{Zp}\p{Cc}]/gu, BLANK);
  const characters = Array.from(CHARACTERS.segment(text), ({ segment }) => segment);
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join("")}…` : text;
}

function withoutIndent(lines: readonly string[], tabSize: number): string[] {
  const all = lines.map((line) => expanded(line, tabSize));
  const written = all.filter((line) => line.trim() !== "");
  const indent = Math.min(...written.map((line) => line.length - line.trimStart().length));
  return all.map((line) => line.slice(indent));
}

function expanded(line: string, tabSize: number): string {
  let text = "";
  for (const part of line.split(/(\t)/)) {
    text += part === "\t" ? " ".repeat(tabSize - (widthOf(text, tabSize) % tabSize)) : part;
  }
  return text;
}

/** In columns, as a fixed-width font draws it. */
function widthOf(line: string, tabSize: number): number {
  let width = 0;
  for (const character of line) {
    if (character === "\t") width += tabSize - (width % tabSize);
    else if (!/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** East Asian characters and emoji, which take two columns. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;
