//! Markup, data and configuration: little or no code.

use super::braces::{JAVASCRIPT, TYPESCRIPT};
use super::syntax::{Escape, PROSE, StringMark, Syntax};

const ANGLES_TOO: &[(char, char)] = &[('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')];

pub(super) const XML: Syntax = Syntax {
    block_comments: &[("<!--", "-->"), ("<![CDATA[", "]]>")],
    strings: &[StringMark::raw("\"", "\""), StringMark::raw("'", "'")],
    brackets: ANGLES_TOO,
    ..PROSE
};

/// HTML, and templates that hold it. Scripts in it are read as what they are in.
pub(super) const HTML: Syntax =
    Syntax { block_comments: &[("<!--", "-->"), ("{{!--", "--}}"), ("{#", "#}"), ("@*", "*@")], ..XML };

/// Components with markup, script and style in one file: Vue, Svelte.
pub(super) const COMPONENT: Syntax = Syntax { block_comments: &[("/*", "*/"), ("<!--", "-->")], ..TYPESCRIPT };

/// JavaScript with markup in it.
pub(super) const JSX: Syntax = Syntax { block_comments: &[("/*", "*/"), ("{/*", "*/}")], ..JAVASCRIPT };

/// The same with types.
pub(super) const TSX: Syntax = Syntax { block_comments: JSX.block_comments, ..TYPESCRIPT };

pub(super) const MARKDOWN: Syntax = Syntax {
    block_comments: &[("<!--", "-->")],
    strings: &[StringMark::raw("```", "```"), StringMark::raw("`", "`")],
    ..PROSE
};

pub(super) const RESTRUCTURED_TEXT: Syntax =
    Syntax { line_comments: &[".. "], strings: &[StringMark::raw("``", "``")], indented: true, ..PROSE };

pub(super) const LATEX: Syntax = Syntax { line_comments: &["%"], ..PROSE };

pub(super) const TYPST: Syntax = Syntax {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    doc_comments: &["///"],
    strings: &[StringMark::lines("\"")],
    ..PROSE
};

/// JSON has no comments; what writes them means JSONC.
pub(super) const JSON: Syntax = Syntax { strings: &[StringMark::line("\"")], ..PROSE };

pub(super) const JSONC: Syntax = Syntax { line_comments: &["//"], block_comments: &[("/*", "*/")], ..JSON };

pub(super) const YAML: Syntax = Syntax {
    line_comments: &["#"],
    strings: &[StringMark::lines("\""), StringMark::raw("'", "'").escaped(Escape::Doubled)],
    indented: true,
    ..PROSE
};

pub(super) const TOML: Syntax = Syntax {
    line_comments: &["#"],
    strings: &[
        StringMark::lines("\"\"\""),
        StringMark::raw("'''", "'''"),
        StringMark::line("\""),
        StringMark::line("'").escaped(Escape::Nothing),
    ],
    ..PROSE
};

pub(super) const INI: Syntax = Syntax { line_comments: &[";", "#"], strings: &[StringMark::line("\"")], ..PROSE };

pub(super) const SASS: Syntax = Syntax {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    strings: &[StringMark::line("\""), StringMark::line("'")],
    indented: true,
    ..PROSE
};

/// Messages and lists that git has people edit.
pub(super) const GIT: Syntax = Syntax { line_comments: &["#"], ..PROSE };

pub(super) const GO_MODULE: Syntax = Syntax { line_comments: &["//"], ..PROSE };
