//! Markup, data and configuration: little or no code.

use super::braces::{JAVASCRIPT, TYPESCRIPT};
use super::syntax::{Escape, PLAIN, StringMark, Syntax};

/// Words for people to read, with no signs of their own.
const PROSE: Syntax = Syntax { prose: true, ..PLAIN };

const ANGLES_TOO: &[(char, char)] = &[('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')];

pub(super) const XML: Syntax = Syntax {
    block_comments: &[("<!--", "-->"), ("<![CDATA[", "]]>")],
    strings: &[StringMark::raw("\"", "\""), StringMark::raw("'", "'")],
    brackets: ANGLES_TOO,
    tags: true,
    ..PLAIN
};

/// HTML, and templates that hold it. Scripts in it are read as what they are in.
pub(super) const HTML: Syntax =
    Syntax { block_comments: &[("<!--", "-->"), ("{{!--", "--}}"), ("{#", "#}"), ("@*", "*@")], ..XML };

/// Components with markup, script and style in one file: Vue, Svelte.
pub(super) const COMPONENT: Syntax =
    Syntax { block_comments: &[("/*", "*/"), ("<!--", "-->")], tags: true, ..TYPESCRIPT };

/// JavaScript with markup in it.
pub(super) const JSX: Syntax = Syntax { block_comments: &[("/*", "*/"), ("{/*", "*/}")], tags: true, ..JAVASCRIPT };

/// The same with types.
pub(super) const TSX: Syntax = Syntax { block_comments: JSX.block_comments, tags: true, ..TYPESCRIPT };

pub(super) const MARKDOWN: Syntax = Syntax {
    block_comments: &[("<!--", "-->")],
    strings: &[StringMark::raw("```", "```"), StringMark::raw("`", "`")],
    tags: true,
    ..PROSE
};

pub(super) const RESTRUCTURED_TEXT: Syntax =
    Syntax { line_comments: &[".. "], strings: &[StringMark::raw("``", "``")], indented: true, ..PROSE };

pub(super) const LATEX: Syntax = Syntax { line_comments: &["%"], ..PROSE };

pub(super) const ASCIIDOC: Syntax = Syntax { line_comments: &["//"], block_comments: &[("////", "////")], ..PROSE };

pub(super) const ORG: Syntax = Syntax { line_comments: &["# "], ..PROSE };

pub(super) const TYPST: Syntax = Syntax {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    doc_comments: &["///"],
    strings: &[StringMark::lines("\"")],
    ..PROSE
};

/// JSON has no comments; what writes them means JSONC.
pub(super) const JSON: Syntax = Syntax { strings: &[StringMark::line("\"")], ..PLAIN };

pub(super) const JSONC: Syntax = Syntax { line_comments: &["//"], block_comments: &[("/*", "*/")], ..JSON };

pub(super) const YAML: Syntax = Syntax {
    line_comments: &["#"],
    strings: &[StringMark::lines("\""), StringMark::raw("'", "'").escaped(Escape::Doubled)],
    indented: true,
    ..PLAIN
};

pub(super) const TOML: Syntax = Syntax {
    line_comments: &["#"],
    strings: &[
        StringMark::lines("\"\"\""),
        StringMark::raw("'''", "'''"),
        StringMark::line("\""),
        StringMark::line("'").escaped(Escape::Nothing),
    ],
    ..PLAIN
};

pub(super) const INI: Syntax = Syntax { line_comments: &[";", "#"], strings: &[StringMark::line("\"")], ..PLAIN };

pub(super) const SASS: Syntax = Syntax {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    strings: &[StringMark::line("\""), StringMark::line("'")],
    indented: true,
    ..PLAIN
};

/// Messages and lists that git has people edit.
pub(super) const GIT: Syntax = Syntax { line_comments: &["#"], ..PROSE };

pub(super) const GO_MODULE: Syntax = Syntax { line_comments: &["//"], ..PLAIN };
