//! Languages in which indentation or expressions carry the structure: Python's kin, the functional ones, Lisps.

use super::syntax::{NO_WORDS, PLAIN, StringMark, Syntax, Words};

pub(super) const PYTHON: Syntax = Syntax {
    line_comments: &["#"],
    block_comments: &[],
    doc_comments: &["\"\"\"", "'''", "#:"],
    strings: &[StringMark::lines("\"\"\""), StringMark::lines("'''"), StringMark::line("\""), StringMark::line("'")],
    words: Words {
        opens: &[],
        closes: &[],
        continues: &["elif", "else", "except", "finally"],
        defines: &["class", "def", "type"],
        flow: &[
            "if", "for", "while", "with", "try", "match", "case", "return", "raise", "yield", "assert", "async",
            "await", "del", "pass",
        ],
    },
    indented: true,
    ..PLAIN
};

pub(super) const GDSCRIPT: Syntax = Syntax {
    doc_comments: &["##"],
    words: Words {
        defines: &["class", "class_name", "const", "enum", "func", "signal", "static"],
        flow: &["if", "for", "while", "match", "return", "await", "pass"],
        ..PYTHON.words
    },
    ..PYTHON
};

pub(super) const NIM: Syntax = Syntax {
    block_comments: &[("#[", "]#")],
    doc_comments: &["##"],
    strings: &[StringMark::raw("\"\"\"", "\"\"\""), StringMark::line("\""), StringMark::character("'")],
    words: Words {
        opens: &["block", "else", "try"],
        continues: &["elif", "else", "except", "finally", "of"],
        defines: &["const", "func", "iterator", "macro", "method", "proc", "template", "type"],
        flow: &["if", "for", "while", "when", "case", "try", "return", "block", "let", "var"],
        ..PYTHON.words
    },
    ..PYTHON
};

pub(super) const COFFEESCRIPT: Syntax = Syntax {
    block_comments: &[("###", "###")],
    doc_comments: &[],
    words: Words {
        opens: &["else", "finally", "then", "try"],
        continues: &["catch", "else", "finally"],
        defines: &["class"],
        flow: &["if", "unless", "for", "while", "until", "switch", "when", "return", "try", "throw"],
        ..PYTHON.words
    },
    ..PYTHON
};

pub(super) const HASKELL: Syntax = Syntax {
    line_comments: &["--"],
    block_comments: &[("{-", "-}")],
    doc_comments: &["-- |", "-- ^", "{-|"],
    strings: &[StringMark::line("\""), StringMark::character("'")],
    words: Words {
        opens: &["do", "else", "in", "let", "of", "then", "where"],
        continues: &["else", "in", "then"],
        defines: &["class", "data", "instance", "module", "newtype", "type"],
        flow: &["case", "do", "if", "let", "where", "import"],
        ..PYTHON.words
    },
    ..PYTHON
};

pub(super) const ELM: Syntax = Syntax {
    doc_comments: &["{-|"],
    strings: &[StringMark::lines("\"\"\""), StringMark::line("\""), StringMark::character("'")],
    words: Words { defines: &["alias", "module", "port", "type"], ..HASKELL.words },
    ..HASKELL
};

pub(super) const FSHARP: Syntax = Syntax {
    line_comments: &["//"],
    block_comments: &[("(*", "*)")],
    doc_comments: &["///"],
    strings: &[
        StringMark::lines("\"\"\""),
        StringMark::raw("@\"", "\""),
        StringMark::lines("\""),
        StringMark::character("'"),
    ],
    words: Words {
        opens: &["begin", "do", "else", "finally", "then", "try", "with"],
        closes: &["end"],
        continues: &["elif", "else", "finally", "with"],
        defines: &["exception", "let", "member", "module", "namespace", "type"],
        flow: &["if", "for", "while", "match", "try", "use", "open", "return"],
    },
    ..PYTHON
};

pub(super) const OCAML: Syntax = Syntax {
    line_comments: &[],
    block_comments: &[("(*", "*)")],
    doc_comments: &["(**"],
    strings: &[StringMark::raw("{|", "|}"), StringMark::lines("\""), StringMark::character("'")],
    words: Words {
        opens: &["begin", "do", "else", "in", "of", "sig", "struct", "then", "try", "with"],
        closes: &["done", "end"],
        continues: &["else", "then", "with", "in"],
        defines: &["class", "exception", "let", "module", "type", "val"],
        flow: &["if", "for", "while", "match", "try", "open", "begin", "fun", "function"],
    },
    indented: false,
    ..PYTHON
};

pub(super) const ERLANG: Syntax = Syntax {
    line_comments: &["%"],
    doc_comments: &["%% @doc"],
    strings: &[StringMark::lines("\""), StringMark::line("'")],
    words: Words {
        opens: &["after", "begin", "catch", "of", "receive", "try"],
        closes: &["end"],
        continues: &["after", "catch", "of"],
        defines: &[],
        flow: &["if", "case", "receive", "try", "begin", "when"],
    },
    indented: false,
    ..PYTHON
};

pub(super) const PROLOG: Syntax = Syntax { block_comments: &[("/*", "*/")], words: NO_WORDS, ..ERLANG };

pub(super) const LISP: Syntax = Syntax {
    line_comments: &[";"],
    block_comments: &[("#|", "|#")],
    doc_comments: &[],
    // An apostrophe quotes what follows it; nothing closes it.
    strings: &[StringMark::lines("\"")],
    words: Words {
        defines: &["define", "defmacro", "defn", "defparameter", "defstruct", "defun", "defvar", "deftype", "defclass"],
        flow: &["let", "if", "cond", "when", "unless", "case", "do", "progn", "loop"],
        ..NO_WORDS
    },
    indented: false,
    ..PYTHON
};

pub(super) const CLOJURE: Syntax = Syntax {
    block_comments: &[],
    words: Words {
        defines: &[
            "def",
            "definterface",
            "defmacro",
            "defmethod",
            "defmulti",
            "defn",
            "defprotocol",
            "defrecord",
            "ns",
        ],
        ..LISP.words
    },
    ..LISP
};

pub(super) const NIX: Syntax = Syntax {
    block_comments: &[("/*", "*/")],
    doc_comments: &["/**"],
    strings: &[StringMark::raw("''", "''"), StringMark::lines("\"")],
    words: Words {
        opens: &["else", "in", "let", "rec", "then"],
        continues: &["else", "in", "then"],
        flow: &["if", "let", "with", "assert", "inherit", "rec"],
        ..NO_WORDS
    },
    indented: false,
    ..PYTHON
};

pub(super) const ASSEMBLER: Syntax = Syntax {
    line_comments: &[";", "#", "//"],
    block_comments: &[("/*", "*/")],
    doc_comments: &[],
    strings: &[StringMark::line("\""), StringMark::character("'")],
    words: NO_WORDS,
    indented: false,
    ..PYTHON
};
