//! Languages whose blocks stand in braces, C and what took after it.

use super::syntax::{Escape, PLAIN, StringMark, Syntax, Words};

const SLASHES: &[&str] = &["//"];
const SLASH_STAR: &[(&str, &str)] = &[("/*", "*/")];
const DOCS: &[&str] = &["///", "//!", "/**", "/*!"];

/// What C-like statements begin with.
const FLOW: &[&str] = &["if", "else", "for", "while", "do", "switch", "case", "default", "return", "goto"];

pub(super) const C: Syntax = Syntax {
    line_comments: SLASHES,
    block_comments: SLASH_STAR,
    doc_comments: DOCS,
    strings: &[StringMark::line("\""), StringMark::character("'")],
    words: Words {
        opens: &["do", "else"],
        closes: &[],
        continues: &["else"],
        defines: &["const", "enum", "static", "struct", "union"],
        flow: FLOW,
    },
    preprocessed: true,
    semicolons: true,
    ..PLAIN
};

pub(super) const CPP: Syntax = Syntax {
    strings: &[StringMark::raw("R\"(", ")\""), StringMark::line("\""), StringMark::character("'")],
    words: Words {
        opens: &["do", "else", "try"],
        continues: &["else", "catch"],
        defines: &["class", "concept", "const", "enum", "namespace", "static", "struct", "union"],
        flow: &["if", "for", "while", "do", "switch", "case", "default", "return", "goto", "try", "throw", "co_return"],
        ..C.words
    },
    ..C
};

pub(super) const OBJECTIVE_C: Syntax = Syntax {
    words: Words {
        closes: &["@end"],
        defines: &["@interface", "@implementation", "@protocol", "const", "enum", "static", "struct", "union"],
        ..CPP.words
    },
    ..C
};

pub(super) const JAVA: Syntax = Syntax {
    strings: &[StringMark::lines("\"\"\""), StringMark::line("\""), StringMark::character("'")],
    words: Words {
        opens: &["do", "else", "finally", "try"],
        continues: &["else", "catch", "finally"],
        defines: &["class", "enum", "interface", "record"],
        flow: &["if", "for", "while", "do", "switch", "case", "default", "return", "try", "throw", "synchronized"],
        ..C.words
    },
    preprocessed: false,
    ..C
};

pub(super) const CSHARP: Syntax = Syntax {
    strings: &[
        StringMark::raw("\"\"\"", "\"\"\""),
        StringMark::raw("$@\"", "\"").escaped(Escape::Doubled),
        StringMark::raw("@$\"", "\"").escaped(Escape::Doubled),
        StringMark::raw("@\"", "\"").escaped(Escape::Doubled),
        StringMark::line("\""),
        StringMark::character("'"),
    ],
    words: Words {
        defines: &["class", "const", "delegate", "enum", "interface", "namespace", "record", "static", "struct"],
        flow: &[
            "if", "for", "foreach", "while", "do", "switch", "case", "default", "return", "try", "throw", "using",
            "lock", "unsafe", "yield",
        ],
        ..JAVA.words
    },
    ..C
};

pub(super) const JAVASCRIPT: Syntax = Syntax {
    strings: &[StringMark::lines("`"), StringMark::line("\""), StringMark::line("'")],
    words: Words {
        defines: &["class", "const", "function"],
        flow: &[
            "if", "for", "while", "do", "switch", "case", "default", "return", "try", "throw", "with", "let", "await",
            "yield",
        ],
        ..JAVA.words
    },
    preprocessed: false,
    semicolons: false,
    ..C
};

pub(super) const TYPESCRIPT: Syntax = Syntax {
    words: Words {
        defines: &["class", "const", "enum", "function", "interface", "module", "namespace", "type"],
        ..JAVASCRIPT.words
    },
    ..JAVASCRIPT
};

pub(super) const RUST: Syntax = Syntax {
    strings: &[
        StringMark::raw("r###\"", "\"###"),
        StringMark::raw("r##\"", "\"##"),
        StringMark::raw("r#\"", "\"#"),
        StringMark::raw("r\"", "\""),
        StringMark::lines("\""),
        StringMark::character("'"),
    ],
    words: Words {
        opens: &["else", "loop", "unsafe"],
        continues: &["else"],
        defines: &["const", "enum", "fn", "macro_rules", "mod", "static", "struct", "trait", "type", "union"],
        flow: &["if", "for", "while", "loop", "match", "return", "unsafe", "let", "async", "break"],
        ..C.words
    },
    preprocessed: false,
    ..C
};

pub(super) const GO: Syntax = Syntax {
    doc_comments: &[],
    strings: &[StringMark::raw("`", "`"), StringMark::line("\""), StringMark::character("'")],
    words: Words {
        opens: &["else"],
        continues: &["else"],
        defines: &["const", "func", "type"],
        flow: &["if", "for", "switch", "case", "default", "select", "return", "go", "defer"],
        ..C.words
    },
    preprocessed: false,
    semicolons: false,
    ..C
};

pub(super) const SWIFT: Syntax = Syntax {
    strings: &[StringMark::raw("#\"", "\"#"), StringMark::lines("\"\"\""), StringMark::line("\"")],
    words: Words {
        opens: &["do", "else", "repeat"],
        continues: &["else", "catch"],
        defines: &["actor", "class", "enum", "extension", "func", "let", "protocol", "static", "struct", "typealias"],
        flow: &["if", "for", "while", "repeat", "switch", "case", "default", "return", "guard", "do", "defer", "throw"],
        ..C.words
    },
    preprocessed: false,
    semicolons: false,
    ..C
};

pub(super) const KOTLIN: Syntax = Syntax {
    words: Words {
        defines: &["class", "const", "fun", "interface", "object", "typealias", "val"],
        flow: &["if", "for", "while", "do", "when", "return", "try", "throw"],
        ..JAVA.words
    },
    semicolons: false,
    ..JAVA
};

pub(super) const SCALA: Syntax = Syntax {
    words: Words {
        opens: &["do", "else", "finally", "then", "try", "yield"],
        closes: &["end"],
        defines: &["class", "def", "enum", "given", "object", "trait", "type", "val"],
        flow: &["if", "for", "while", "do", "match", "case", "return", "try", "throw"],
        ..JAVA.words
    },
    semicolons: false,
    ..JAVA
};

pub(super) const GROOVY: Syntax = Syntax {
    strings: &[StringMark::lines("\"\"\""), StringMark::lines("'''"), StringMark::line("\""), StringMark::line("'")],
    words: Words { defines: &["class", "def", "enum", "interface", "trait"], ..JAVA.words },
    preprocessed: false,
    semicolons: false,
    ..C
};

pub(super) const DART: Syntax = Syntax {
    strings: &[
        StringMark::raw("r'''", "'''"),
        StringMark::raw("r\"\"\"", "\"\"\""),
        StringMark::lines("'''"),
        StringMark::lines("\"\"\""),
        StringMark::raw("r'", "'"),
        StringMark::raw("r\"", "\""),
        StringMark::line("'"),
        StringMark::line("\""),
    ],
    words: Words {
        defines: &["class", "const", "enum", "extension", "mixin", "static", "typedef"],
        flow: JAVASCRIPT.words.flow,
        ..JAVA.words
    },
    preprocessed: false,
    ..C
};

pub(super) const PHP: Syntax = Syntax {
    line_comments: &["//", "#"],
    strings: &[StringMark::lines("\""), StringMark::lines("'"), StringMark::lines("`")],
    words: Words {
        closes: &["endif", "endfor", "endforeach", "endwhile", "endswitch"],
        continues: &["else", "elseif", "catch", "finally"],
        defines: &["class", "const", "enum", "function", "interface", "namespace", "static", "trait"],
        flow: &[
            "if", "for", "foreach", "while", "do", "switch", "case", "default", "return", "try", "throw", "match",
            "echo",
        ],
        ..JAVA.words
    },
    preprocessed: false,
    tags: true,
    ..C
};

pub(super) const ZIG: Syntax = Syntax {
    block_comments: &[],
    words: Words {
        opens: &["else"],
        continues: &["else"],
        defines: &["const", "fn"],
        flow: &["if", "for", "while", "switch", "return", "defer", "errdefer", "try", "comptime"],
        ..C.words
    },
    preprocessed: false,
    ..C
};

pub(super) const ODIN: Syntax = Syntax {
    strings: &[StringMark::raw("`", "`"), StringMark::line("\""), StringMark::character("'")],
    words: Words {
        opens: &["do", "else"],
        continues: &["else"],
        defines: &["enum", "proc", "struct", "union"],
        flow: &["if", "for", "switch", "case", "return", "defer", "when"],
        ..C.words
    },
    preprocessed: false,
    semicolons: false,
    ..C
};

pub(super) const D: Syntax = Syntax {
    block_comments: &[("/*", "*/"), ("/+", "+/")],
    strings: &[
        StringMark::raw("`", "`"),
        StringMark::raw("r\"", "\""),
        StringMark::lines("\""),
        StringMark::character("'"),
    ],
    words: Words {
        defines: &["alias", "class", "const", "enum", "interface", "module", "static", "struct", "template", "union"],
        flow: &["if", "for", "foreach", "while", "do", "switch", "case", "default", "return", "try", "throw", "with"],
        ..JAVA.words
    },
    preprocessed: false,
    ..C
};

pub(super) const GLEAM: Syntax = Syntax {
    block_comments: &[],
    strings: &[StringMark::lines("\"")],
    words: Words {
        opens: &[],
        continues: &[],
        defines: &["const", "fn", "type"],
        flow: &["case", "let", "use"],
        ..C.words
    },
    preprocessed: false,
    semicolons: false,
    ..C
};

pub(super) const SOLIDITY: Syntax = Syntax {
    strings: &[StringMark::line("\""), StringMark::line("'")],
    words: Words {
        opens: &["do", "else", "try"],
        continues: &["else", "catch"],
        defines: &["constant", "contract", "enum", "event", "function", "interface", "library", "modifier", "struct"],
        flow: &["if", "for", "while", "do", "return", "try", "emit", "unchecked"],
        ..C.words
    },
    preprocessed: false,
    ..C
};

/// GLSL and WGSL: C without strings.
pub(super) const SHADER: Syntax =
    Syntax { strings: &[], words: Words { defines: &["const", "fn", "let", "struct", "var"], ..C.words }, ..C };

pub(super) const PROTO: Syntax = Syntax {
    strings: &[StringMark::line("\""), StringMark::line("'")],
    words: Words {
        opens: &[],
        continues: &[],
        defines: &["enum", "message", "oneof", "rpc", "service"],
        flow: &["option", "reserved", "import", "syntax"],
        ..C.words
    },
    preprocessed: false,
    ..C
};

pub(super) const GRAPHQL: Syntax = Syntax {
    line_comments: &["#"],
    block_comments: &[],
    doc_comments: &["\"\"\""],
    strings: &[StringMark::lines("\"\"\""), StringMark::line("\"")],
    words: Words {
        opens: &[],
        closes: &[],
        continues: &[],
        defines: &[
            "directive",
            "enum",
            "fragment",
            "input",
            "interface",
            "mutation",
            "query",
            "scalar",
            "subscription",
            "type",
            "union",
        ],
        flow: &["extend"],
    },
    ..PLAIN
};

pub(super) const TERRAFORM: Syntax = Syntax {
    line_comments: &["#", "//"],
    doc_comments: &[],
    strings: &[StringMark::line("\"")],
    words: Words {
        opens: &[],
        continues: &[],
        defines: &["data", "module", "output", "provider", "resource", "variable"],
        flow: &["for", "if", "dynamic"],
        ..C.words
    },
    preprocessed: false,
    semicolons: false,
    ..C
};

pub(super) const CSS: Syntax = Syntax {
    line_comments: &[],
    doc_comments: &[],
    strings: &[StringMark::line("\""), StringMark::line("'")],
    words: Words { opens: &[], closes: &[], continues: &[], defines: &[], flow: &[] },
    preprocessed: false,
    ..C
};

/// SCSS and Less.
pub(super) const SCSS: Syntax = Syntax {
    line_comments: SLASHES,
    doc_comments: &["///"],
    words: Words { defines: &["function", "mixin"], flow: &["if", "else", "for", "each", "while"], ..CSS.words },
    ..CSS
};

pub(super) const VERILOG: Syntax = Syntax {
    doc_comments: DOCS,
    strings: &[StringMark::line("\"")],
    words: Words {
        opens: &["begin", "else", "fork"],
        closes: &[
            "end",
            "endcase",
            "endclass",
            "endfunction",
            "endgenerate",
            "endinterface",
            "endmodule",
            "endpackage",
            "endtask",
            "join",
        ],
        continues: &["else"],
        defines: &["class", "function", "interface", "localparam", "module", "package", "parameter", "task"],
        flow: &["if", "for", "while", "case", "always", "always_comb", "always_ff", "initial", "assign", "return"],
    },
    preprocessed: false,
    ..C
};
