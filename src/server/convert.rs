//! LSP's types <-> ours, and nothing else.

use ropey::Rope;
use serde_json::json;
use tower_lsp::ls_types::{
    self as lsp, CompletionItem, CompletionItemKind, CompletionList, CompletionTextEdit, Documentation,
    InlineCompletionItem, InlineCompletionList, InsertTextFormat, InsertTextMode, MarkupContent, MarkupKind,
    TextDocumentContentChangeEvent, TextEdit,
};

use super::capabilities::ClientCapabilities;
use crate::chat::fence::fenced;
use crate::chat::prompt::Diagnostic;
use crate::completion::Suggestion;
use crate::text::document::{Change, Document};
use crate::text::line_break;
use crate::text::position::{self, Encoding, Position};

/// Run by clients after a suggestion was accepted whole: the one standard sign of it.
pub const ACCEPTED: &str = "codestral.accepted";

/// The most characters of a suggestion in a menu's row.
const LABEL: usize = 60;

/// A position.
pub fn from_position(position: lsp::Position) -> Position {
    Position { line: position.line, character: position.character }
}

/// A position, the other way.
pub fn to_position(position: Position) -> lsp::Position {
    lsp::Position { line: position.line, character: position.character }
}

/// One content change.
pub fn from_change(change: TextDocumentContentChangeEvent) -> Change {
    let range = change.range.map(|range| (from_position(range.start), from_position(range.end)));
    Change { range, text: change.text }
}

/// What a tool says of the code: in its words, with its name and code.
pub fn from_diagnostic(diagnostic: &lsp::Diagnostic) -> Diagnostic {
    let severity = match diagnostic.severity {
        Some(lsp::DiagnosticSeverity::WARNING) => "warning",
        Some(lsp::DiagnosticSeverity::INFORMATION) => "information",
        Some(lsp::DiagnosticSeverity::HINT) => "hint",
        _ => "error",
    };
    let code = diagnostic.code.as_ref().map(|code| match code {
        lsp::NumberOrString::Number(number) => number.to_string(),
        lsp::NumberOrString::String(string) => string.clone(),
    });
    let source: Vec<String> = diagnostic.source.clone().into_iter().chain(code).collect();
    let source = if source.is_empty() { String::new() } else { format!(" ({})", source.join(" ")) };
    let line = diagnostic.range.start.line as usize + 1;
    Diagnostic { line, severity, message: format!("{}{source}", diagnostic.message) }
}

/// Where a suggestion goes: what it replaces, in a document, and what stands before it in `insertText`.
#[derive(Debug, Clone)]
pub struct Anchor<'a> {
    /// The document the client asked about.
    pub document: &'a Document,
    /// Byte offset where the replaced text begins.
    pub start: usize,
    /// Byte offset of the cursor, or the end of the menu's selected text.
    pub cursor: usize,
    /// What the insert text starts with: the text of the menu's selected item, or nothing.
    pub given: &'a str,
}

/// The answer to `textDocument/inlineCompletion`. Always a list, a plain string and a range on one line: Neovim keeps
/// an old item on `null`, VS Code shows nothing where the range is missing.
pub fn to_inline_list(suggestions: &[Suggestion], anchor: &Anchor<'_>, encoding: Encoding) -> InlineCompletionList {
    let item = |suggestion: &Suggestion| InlineCompletionItem {
        insert_text: format!("{}{}", anchor.given, suggestion.text),
        filter_text: None,
        range: Some(range(anchor, suggestion.replaces, encoding)),
        command: Some(accepted_command(suggestion)),
        insert_text_format: None,
    };
    InlineCompletionList { items: suggestions.iter().map(item).collect() }
}

/// The answer to `textDocument/completion`. Nothing is a complete empty list: an incomplete one makes Helix throw other
/// servers' answers away. An item makes the list incomplete, so that Helix asks again at each key.
pub fn to_completion_list(
    suggestion: Option<&Suggestion>,
    document: &Document,
    cursor: usize,
    client: &ClientCapabilities,
) -> CompletionList {
    let item = |suggestion: &Suggestion| completion_item(suggestion, document, cursor, client);
    let items: Vec<_> = suggestion.map(item).into_iter().collect();
    CompletionList { is_incomplete: !items.is_empty(), items }
}

fn completion_item(
    suggestion: &Suggestion,
    document: &Document,
    cursor: usize,
    client: &ClientCapabilities,
) -> CompletionItem {
    let start = word_start(&document.text, cursor);
    let word = document.text.slice(document.text.byte_to_char(start)..document.text.byte_to_char(cursor)).to_string();
    let shown = if client.multiline_items { suggestion.text.as_str() } else { first_line(&suggestion.text) };
    let whole = format!("{word}{shown}");
    let anchor = Anchor { document, start, cursor, given: "" };
    let new_text = whole.replace('\n', line_break::of_document(&document.text));
    CompletionItem {
        label: label(&whole),
        kind: Some(CompletionItemKind::TEXT),
        detail: Some("Codestral".to_owned()),
        documentation: Some(Documentation::MarkupContent(MarkupContent {
            kind: MarkupKind::Markdown,
            value: fenced(&whole.replace(&format!("\n{}", indent(&document.text, start)), "\n"), &document.language),
        })),
        filter_text: Some(first_line(whole.trim_start()).to_owned()),
        insert_text_format: Some(InsertTextFormat::PLAIN_TEXT),
        insert_text_mode: Some(InsertTextMode::AS_IS),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range: range(&anchor, suggestion.replaces, client.encoding),
            new_text,
        })),
        command: Some(accepted_command(suggestion)),
        ..CompletionItem::default()
    }
}

fn accepted_command(suggestion: &Suggestion) -> lsp::Command {
    lsp::Command {
        title: "Codestral suggestion accepted".to_owned(),
        command: ACCEPTED.to_owned(),
        arguments: Some(vec![json!({ "characters": suggestion.text.chars().count() })]),
    }
}

fn range(anchor: &Anchor<'_>, replaces: usize, encoding: Encoding) -> lsp::Range {
    let at = |offset| to_position(position::from_offset(&anchor.document.text, offset, encoding));
    lsp::Range { start: at(anchor.start), end: at(anchor.cursor + replaces) }
}

/// Where the word that ends at `cursor` begins.
fn word_start(text: &Rope, cursor: usize) -> usize {
    let mut before = text.chars_at(text.byte_to_char(cursor));
    let mut start = cursor;
    while let Some(c) = before.prev().filter(|c| c.is_alphanumeric() || *c == '_') {
        start -= c.len_utf8();
    }
    start
}

/// What the line at `offset` is indented by. In the box beside the menu the first line stands at the left, and so must
/// the others that stand below it in the text.
fn indent(text: &Rope, offset: usize) -> String {
    text.line(text.byte_to_line(offset)).chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
}

fn label(whole: &str) -> String {
    let trimmed = whole.trim_start();
    let line = first_line(trimmed);
    let mut label: String = line.chars().take(LABEL).collect();
    if label.len() < trimmed.trim_end().len() {
        label.push('…');
    }
    label
}

/// Where in the document the suggestion for the selected item of an open menu goes on: the document as it would be if
/// the item were taken, and the place of the whole. LSP 3.18, `SelectedCompletionInfo`.
pub fn with_selected(document: &Document, start: usize, end: usize, text: &str) -> Document {
    let mut taken = document.clone();
    taken.replace(start..end, text);
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::Source;

    fn suggestion(text: &str, replaces: usize) -> Suggestion {
        Suggestion { text: text.into(), replaces, source: Source::Endpoint }
    }

    /// What stands in the document after the item's edit, and its filter text and label.
    #[track_caller]
    fn check_item(
        marked: &str,
        reply: &str,
        replaces: usize,
        client: ClientCapabilities,
        after: &str,
        filter: &str,
        label: &str,
    ) {
        let cursor = marked.find("<cursor>").unwrap();
        let document = Document::new("file:///a", "rust", 0, &marked.replacen("<cursor>", "", 1));
        let list = to_completion_list(Some(&suggestion(reply, replaces)), &document, cursor, &client);
        assert!(list.is_incomplete);
        let item = &list.items[0];
        let Some(CompletionTextEdit::Edit(edit)) = item.text_edit.clone() else { panic!("no edit") };
        assert_eq!(edit.range.start.line, edit.range.end.line);
        let mut changed = document.clone();
        let change = Change {
            range: Some((from_position(edit.range.start), from_position(edit.range.end))),
            text: edit.new_text,
        };
        changed.apply(vec![change], client.encoding);
        assert_eq!(changed.text.to_string(), after);
        assert_eq!((item.filter_text.as_deref(), item.label.as_str()), (Some(filter), label));
    }

    #[test]
    fn in_the_box_beside_the_menu_the_lines_stand_below_each_other() {
        let document = Document::new("file:///a", "rust", 0, "{\n    fo\n}\n");
        let reply = suggestion("r x in 0..3 {\n        show(x);\n    }", 0);
        let list = to_completion_list(Some(&reply), &document, "{\n    fo".len(), &helix());
        let Some(Documentation::MarkupContent(shown)) = list.items[0].documentation.clone() else { panic!("no box") };
        assert_eq!(shown.value, "```rust\nfor x in 0..3 {\n    show(x);\n}\n```");
    }

    fn helix() -> ClientCapabilities {
        ClientCapabilities { encoding: Encoding::Utf16, multiline_items: true, ..ClientCapabilities::default() }
    }

    #[test]
    fn an_item_takes_the_word_along() {
        check_item("let é😀 = fo<cursor>\n", "o();", 0, helix(), "let é😀 = foo();\n", "foo();", "foo();");
        check_item("x.<cursor>\n", "bar()", 0, helix(), "x.bar()\n", "bar()", "bar()");
        check_item("f(<cursor>)\n", "a) + 1", 1, helix(), "f(a) + 1\n", "a) + 1", "a) + 1");
    }

    #[test]
    fn an_item_has_the_documents_line_ends() {
        check_item("a {<cursor>\r\n", "\n  b\n}", 0, helix(), "a {\r\n  b\r\n}\r\n", "b", "b…");
    }

    #[test]
    fn neovim_gets_one_line() {
        let client = ClientCapabilities { multiline_items: false, ..helix() };
        check_item("fo<cursor>\n", "o {\n  b\n}", 0, client, "foo {\n", "foo {", "foo {");
    }

    #[test]
    fn nothing_is_a_complete_empty_list() {
        let document = Document::new("file:///a", "rust", 0, "");
        let list = to_completion_list(None, &document, 0, &helix());
        assert!(!list.is_incomplete && list.items.is_empty());
    }

    #[test]
    fn an_inline_item_has_a_range_on_one_line() {
        let document = Document::new("file:///a", "rust", 0, "x\nf(😀)");
        let anchor = Anchor { document: &document, start: 8, cursor: 8, given: "" };
        let list = to_inline_list(&[suggestion(") + 1", 1)], &anchor, Encoding::Utf16);
        let expected = lsp::Range::new(lsp::Position::new(1, 4), lsp::Position::new(1, 5));
        assert_eq!(list.items[0].range, Some(expected));
        assert_eq!(list.items[0].insert_text, ") + 1");
    }

    #[test]
    fn the_menus_selected_item_counts_as_typed() {
        let document = Document::new("file:///a", "rust", 0, "x = ma;");
        let taken = with_selected(&document, 4, 6, "main");
        assert_eq!(taken.text.to_string(), "x = main;");
        let anchor = Anchor { document: &document, start: 4, cursor: 6, given: "main" };
        let list = to_inline_list(&[suggestion("()", 0)], &anchor, Encoding::Utf8);
        assert_eq!(list.items[0].insert_text, "main()");
        assert_eq!(list.items[0].range, Some(lsp::Range::new(lsp::Position::new(0, 4), lsp::Position::new(0, 6))));
    }

    #[test]
    fn fences_in_the_code_do_not_end_the_block() {
        assert_eq!(fenced("a\n```\nb", "md"), "````md\na\n```\nb\n````");
    }
}
