// Draws a next edit by decorations, in VS Code's own colours.
import * as vscode from "vscode";
import { draw } from "./drawing.js";
import type { Drawing, Source } from "./drawing.js";
import type { Edit, Position, Range } from "./offer.js";

const INSERTED = new vscode.ThemeColor("diffEditor.insertedTextBackground");
const REMOVED = new vscode.ThemeColor("diffEditor.removedTextBackground");
const BORDER = new vscode.ThemeColor("editorGutter.addedBackground");
const DIMMED = new vscode.ThemeColor("editorGhostText.foreground");
const RULER = { overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.modifiedForeground"), overviewRulerLane: vscode.OverviewRulerLane.Left };

/** Between the text of a line and the hint, in columns. */
const HINT_GAP = 2;

const KINDS = ["struck", "breaks", "insertions", "rows", "above", "below", "hint"] as const;

type Kind = (typeof KINDS)[number];

/** The decorations. */
export class Painter implements vscode.Disposable {
  private readonly types: Record<Kind, vscode.TextEditorDecorationType> = {
    struck: type({ textDecoration: "line-through", backgroundColor: REMOVED, ...RULER }),
    breaks: type({ after: { contentText: "↵", textDecoration: "line-through", backgroundColor: REMOVED }, ...RULER }),
    insertions: type(RULER),
    rows: type({}),
    above: type({ isWholeLine: true, borderStyle: "solid", borderWidth: "1px 0 0 0", borderColor: BORDER, ...RULER }),
    below: type({ isWholeLine: true, borderStyle: "solid", borderWidth: "0 0 1px 0", borderColor: BORDER, ...RULER }),
    hint: type({}),
  };
  private readonly drawnIn = new Set<vscode.TextEditor>();

  /** Draws the edits of its document in an editor, and a hint at the cursor; in place of what is drawn there. */
  paint(editor: vscode.TextEditor, edits: readonly Edit[], hint: string | undefined): void {
    const source = sourceOf(editor);
    const { struck, breaks, insertions, rows, borders }: Drawing = draw(edits, source);
    const end = (line: number): Position => ({ line, character: source.line(line).length });
    this.drawnIn.add(editor);
    this.set(editor, {
      struck: struck.map((range) => ({ range: toRange(range) })),
      breaks: breaks.map((at) => ({ range: toRange({ start: at, end: at }) })),
      insertions: insertions.map(({ at, text }) => ({ range: toRange({ start: at, end: at }), renderOptions: { after: inserted(text, 0) } })),
      rows: rows.map(({ line, gap, text }) => ({ range: toRange({ start: end(line), end: end(line) }), renderOptions: { after: inserted(text, gap) } })),
      above: borders.filter(({ side }) => side === "above").map(({ line }) => wholeLine(line)),
      below: borders.filter(({ side }) => side === "below").map(({ line }) => wholeLine(line)),
      hint: hint === undefined ? [] : [hintAt(end(editor.selection.active.line), hint)],
    });
  }

  /** Takes away all that is drawn, but in these editors. */
  clear(but: ReadonlySet<vscode.TextEditor> = new Set()): void {
    for (const editor of this.drawnIn) {
      if (but.has(editor)) continue;
      this.set(editor, {});
      this.drawnIn.delete(editor);
    }
  }

  dispose(): void {
    for (const kind of KINDS) this.types[kind].dispose();
  }

  private set(editor: vscode.TextEditor, decorations: Partial<Record<Kind, vscode.DecorationOptions[]>>): void {
    for (const kind of KINDS) editor.setDecorations(this.types[kind], decorations[kind] ?? []);
  }
}

function sourceOf(editor: vscode.TextEditor): Source {
  const { document, options } = editor;
  return {
    lineCount: document.lineCount,
    tabSize: typeof options.tabSize === "number" ? options.tabSize : 4,
    line: (index) => document.lineAt(index).text,
  };
}

// One that is typed at is soon drawn anew; until then it does not grow.
function type(options: vscode.DecorationRenderOptions): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({ rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed, ...options });
}

function inserted(text: string, gap: number): vscode.ThemableDecorationAttachmentRenderOptions {
  return { contentText: text, backgroundColor: INSERTED, margin: `0 0 0 ${gap}ch` };
}

function hintAt(at: Position, text: string): vscode.DecorationOptions {
  const after = { contentText: text, color: DIMMED, fontStyle: "italic", margin: `0 0 0 ${HINT_GAP}ch` };
  return { range: toRange({ start: at, end: at }), renderOptions: { after } };
}

function wholeLine(line: number): vscode.DecorationOptions {
  return { range: new vscode.Range(line, 0, line, 0) };
}

function toRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
