//! Languages whose blocks begin and end with words: shells, scripts, Pascal's kin.

use super::syntax::{Escape, PLAIN, StringMark, Syntax, Words};

const HASH: &[&str] = &["#"];

pub(super) const RUBY: Syntax = Syntax {
    line_comments: HASH,
    block_comments: &[("=begin", "=end")],
    doc_comments: &[],
    strings: &[StringMark::lines("\""), StringMark::lines("'"), StringMark::lines("`")],
    words: Words {
        opens: &["begin", "do", "else", "ensure", "loop", "then"],
        closes: &["end"],
        continues: &["else", "elsif", "ensure", "rescue", "when", "in"],
        defines: &["class", "def", "module"],
        flow: &["if", "unless", "while", "until", "for", "case", "begin", "return", "loop", "yield"],
    },
    ..PLAIN
};

pub(super) const CRYSTAL: Syntax = Syntax {
    block_comments: &[],
    strings: &[StringMark::lines("\""), StringMark::character("'"), StringMark::lines("`")],
    words: Words { defines: &["class", "def", "enum", "lib", "macro", "module", "struct"], ..RUBY.words },
    ..RUBY
};

pub(super) const ELIXIR: Syntax = Syntax {
    block_comments: &[],
    doc_comments: &["@doc", "@moduledoc", "@typedoc"],
    strings: &[StringMark::lines("\"\"\""), StringMark::lines("'''"), StringMark::lines("\""), StringMark::lines("'")],
    words: Words {
        opens: &["after", "catch", "do", "else", "rescue"],
        closes: &["end"],
        continues: &["after", "catch", "else", "rescue"],
        defines: &["def", "defmacro", "defmodule", "defp", "defprotocol", "defstruct"],
        flow: &["if", "unless", "case", "cond", "for", "with", "try", "receive"],
    },
    ..RUBY
};

pub(super) const JULIA: Syntax = Syntax {
    block_comments: &[("#=", "=#")],
    doc_comments: &["\"\"\""],
    strings: &[
        StringMark::lines("\"\"\""),
        StringMark::lines("\""),
        StringMark::character("'"),
        StringMark::lines("`"),
    ],
    words: Words {
        opens: &["begin", "do", "else", "finally", "quote", "try"],
        closes: &["end"],
        continues: &["catch", "else", "elseif", "finally"],
        defines: &["const", "function", "macro", "module", "struct", "type"],
        flow: &["if", "for", "while", "begin", "let", "return", "try", "do"],
    },
    ..RUBY
};

pub(super) const LUA: Syntax = Syntax {
    line_comments: &["--"],
    block_comments: &[("--[[", "]]"), ("--[=[", "]=]")],
    doc_comments: &["---"],
    strings: &[
        StringMark::raw("[[", "]]"),
        StringMark::raw("[=[", "]=]"),
        StringMark::line("\""),
        StringMark::line("'"),
    ],
    words: Words {
        opens: &["do", "else", "repeat", "then"],
        closes: &["end", "until"],
        continues: &["else", "elseif"],
        defines: &["function"],
        flow: &["if", "for", "while", "repeat", "do", "return"],
    },
    ..RUBY
};

pub(super) const SHELL: Syntax = Syntax {
    block_comments: &[],
    strings: &[StringMark::lines("\""), StringMark::raw("'", "'"), StringMark::lines("`")],
    words: Words {
        opens: &["do", "else", "in", "then"],
        closes: &["done", "esac", "fi"],
        continues: &["elif", "else", "then"],
        defines: &["function"],
        flow: &["if", "for", "while", "until", "case", "select", "do", "return"],
    },
    ..RUBY
};

pub(super) const FISH: Syntax = Syntax {
    strings: &[StringMark::lines("\""), StringMark::lines("'")],
    words: Words {
        opens: &["begin", "else"],
        closes: &["end"],
        continues: &["else", "case"],
        defines: &["function"],
        flow: &["if", "for", "while", "switch", "begin", "return", "and", "or"],
    },
    ..SHELL
};

pub(super) const POWERSHELL: Syntax = Syntax {
    block_comments: &[("<#", "#>")],
    strings: &[
        StringMark::raw("@\"", "\"@"),
        StringMark::raw("@'", "'@"),
        StringMark::lines("\"").escaped(Escape::Backquote),
        StringMark::raw("'", "'").escaped(Escape::Doubled),
    ],
    words: Words {
        opens: &["do", "else", "finally", "try"],
        closes: &[],
        continues: &["catch", "else", "elseif", "finally"],
        defines: &["class", "enum", "filter", "function"],
        flow: &["if", "for", "foreach", "while", "do", "switch", "return", "try", "throw", "param"],
    },
    ignores_case: true,
    ..RUBY
};

pub(super) const BATCH: Syntax = Syntax {
    line_comments: &["REM ", "rem ", "::"],
    block_comments: &[],
    strings: &[StringMark::line("\"").escaped(Escape::Nothing)],
    words: Words {
        opens: &["do", "else"],
        closes: &[],
        continues: &["else"],
        defines: &[],
        flow: &["if", "for", "goto", "call", "set", "echo"],
    },
    ignores_case: true,
    ..RUBY
};

pub(super) const PERL: Syntax = Syntax {
    block_comments: &[("=pod", "=cut")],
    words: Words {
        opens: &["do", "else", "eval"],
        closes: &[],
        continues: &["else", "elsif", "continue"],
        defines: &["package", "sub"],
        flow: &["if", "unless", "for", "foreach", "while", "until", "do", "return", "eval"],
    },
    ..RUBY
};

pub(super) const R: Syntax = Syntax {
    block_comments: &[],
    doc_comments: &["#'"],
    words: Words {
        opens: &["else", "repeat"],
        closes: &[],
        continues: &["else"],
        defines: &[],
        flow: &["if", "for", "while", "repeat", "return"],
    },
    ..RUBY
};

pub(super) const TCL: Syntax = Syntax {
    block_comments: &[],
    strings: &[StringMark::lines("\"")],
    words: Words {
        opens: &["else"],
        closes: &[],
        continues: &["else", "elseif"],
        defines: &["proc"],
        flow: &["if", "for", "foreach", "while", "switch", "return"],
    },
    ..RUBY
};

pub(super) const VIM: Syntax = Syntax {
    // A string begins with the same sign; what follows a comment's sign is a blank nearly always.
    line_comments: &["\" "],
    block_comments: &[],
    strings: &[StringMark::line("\""), StringMark::raw("'", "'").escaped(Escape::Doubled)],
    words: Words {
        opens: &["else", "finally", "try"],
        closes: &[
            "end",
            "endfor",
            "endfu",
            "endfun",
            "endfunc",
            "endfunction",
            "endif",
            "endtry",
            "endw",
            "endwhile",
            "enddef",
        ],
        continues: &["catch", "else", "elseif", "finally"],
        defines: &["command", "def", "function"],
        flow: &["if", "for", "while", "try", "return", "let", "call"],
    },
    ..RUBY
};

pub(super) const CMAKE: Syntax = Syntax {
    block_comments: &[("#[[", "]]")],
    strings: &[StringMark::lines("\""), StringMark::raw("[[", "]]")],
    words: Words {
        opens: &[],
        closes: &["endforeach", "endfunction", "endif", "endmacro", "endwhile"],
        continues: &["else", "elseif"],
        defines: &[],
        flow: &["if", "foreach", "while", "set", "return"],
    },
    ignores_case: true,
    ..RUBY
};

pub(super) const MAKE: Syntax = Syntax {
    block_comments: &[],
    strings: &[],
    words: Words {
        opens: &["else"],
        closes: &["endef", "endif", "fi", "done"],
        continues: &["else"],
        defines: &["define"],
        flow: &["ifdef", "ifeq", "ifndef", "ifneq", "include", "export"],
    },
    indented: true,
    ..RUBY
};

pub(super) const SQL: Syntax = Syntax {
    line_comments: &["--"],
    block_comments: &[("/*", "*/")],
    strings: &[
        StringMark::raw("'", "'").escaped(Escape::Doubled),
        StringMark::raw("\"", "\"").escaped(Escape::Doubled),
        StringMark::raw("`", "`"),
        StringMark::raw("$$", "$$"),
    ],
    words: Words {
        opens: &["as", "begin", "declare", "else", "loop", "then"],
        closes: &["end"],
        continues: &["else", "elsif", "elseif", "exception", "when"],
        defines: &["function", "index", "procedure", "table", "trigger", "type", "view"],
        flow: &[
            "if", "case", "for", "while", "loop", "return", "select", "with", "insert", "update", "delete", "begin",
        ],
    },
    ignores_case: true,
    ..RUBY
};

pub(super) const PASCAL: Syntax = Syntax {
    line_comments: &["//"],
    block_comments: &[("{", "}"), ("(*", "*)")],
    strings: &[StringMark::line("'").escaped(Escape::Doubled)],
    brackets: &[('(', ')'), ('[', ']')],
    words: Words {
        opens: &["begin", "do", "else", "finally", "of", "repeat", "then", "try", "var"],
        closes: &["end", "until"],
        continues: &["else", "except", "finally"],
        defines: &["class", "const", "function", "procedure", "program", "type", "unit"],
        flow: &["if", "for", "while", "repeat", "case", "with", "begin", "try"],
    },
    ignores_case: true,
    ..RUBY
};

pub(super) const ADA: Syntax = Syntax {
    line_comments: &["--"],
    block_comments: &[],
    strings: &[StringMark::line("\"").escaped(Escape::Doubled), StringMark::character("'").escaped(Escape::Nothing)],
    words: Words {
        opens: &["begin", "do", "else", "is", "loop", "then", "declare", "record"],
        closes: &["end"],
        continues: &["else", "elsif", "exception", "when", "begin"],
        defines: &["function", "package", "procedure", "subtype", "task", "type"],
        flow: &["if", "for", "while", "loop", "case", "return", "declare"],
    },
    ignores_case: true,
    ..RUBY
};

pub(super) const VHDL: Syntax = Syntax {
    words: Words {
        opens: &["begin", "else", "generate", "is", "loop", "then"],
        closes: &["end"],
        continues: &["begin", "else", "elsif", "when"],
        defines: &["architecture", "component", "constant", "entity", "function", "package", "procedure", "type"],
        flow: &["if", "for", "while", "case", "process", "return", "wait"],
    },
    ..ADA
};

pub(super) const VISUAL_BASIC: Syntax = Syntax {
    line_comments: &["'", "REM ", "rem "],
    block_comments: &[],
    doc_comments: &["'''"],
    strings: &[StringMark::line("\"").escaped(Escape::Doubled)],
    words: Words {
        opens: &["do", "else", "finally", "then", "try"],
        closes: &["end", "loop", "next", "wend"],
        continues: &["case", "catch", "else", "elseif", "finally"],
        defines: &["class", "const", "enum", "function", "interface", "module", "property", "structure", "sub"],
        flow: &["if", "for", "while", "do", "select", "with", "using", "return", "try", "dim"],
    },
    ignores_case: true,
    ..RUBY
};

pub(super) const FORTRAN: Syntax = Syntax {
    line_comments: &["!"],
    block_comments: &[],
    doc_comments: &["!>", "!!"],
    strings: &[StringMark::line("\"").escaped(Escape::Doubled), StringMark::line("'").escaped(Escape::Doubled)],
    words: Words {
        opens: &["contains", "do", "else", "then"],
        closes: &["end", "enddo", "endif", "endfunction", "endmodule", "endprogram", "endsubroutine"],
        continues: &["contains", "else", "elseif", "case"],
        defines: &["function", "interface", "module", "program", "subroutine", "type"],
        flow: &["if", "do", "select", "where", "call", "return"],
    },
    ignores_case: true,
    ..RUBY
};

pub(super) const MATLAB: Syntax = Syntax {
    line_comments: &["%"],
    block_comments: &[("%{", "%}")],
    strings: &[StringMark::line("\"").escaped(Escape::Doubled), StringMark::line("'").escaped(Escape::Doubled)],
    words: Words {
        opens: &["else", "otherwise", "try"],
        closes: &["end", "endfunction", "endif"],
        continues: &["case", "catch", "else", "elseif", "otherwise"],
        defines: &["classdef", "function"],
        flow: &["if", "for", "while", "switch", "try", "return"],
    },
    ..RUBY
};

pub(super) const JUST: Syntax = Syntax {
    block_comments: &[],
    strings: &[
        StringMark::lines("\"\"\""),
        StringMark::raw("'''", "'''"),
        StringMark::lines("\""),
        StringMark::raw("'", "'"),
    ],
    words: Words {
        opens: &["else", "then"],
        closes: &["fi", "done", "esac"],
        continues: &["else", "elif"],
        defines: &["alias"],
        flow: &["if", "set", "export"],
    },
    ..RUBY
};

pub(super) const DOCKERFILE: Syntax = Syntax {
    block_comments: &[],
    strings: &[StringMark::line("\""), StringMark::line("'")],
    words: Words {
        opens: &["do", "then"],
        closes: &["done", "fi"],
        continues: &["else"],
        defines: &[],
        flow: &["add", "arg", "cmd", "copy", "entrypoint", "env", "expose", "from", "label", "run", "user", "workdir"],
    },
    ignores_case: true,
    ..RUBY
};
