//! Whether something is still to be written where the cursor stands, told from the text alone. Pure.
//!
//! Who comes to such a place with the cursor and stays there wants to begin; who rests anywhere else reads.

use super::Window;
use crate::text::language::{self, Syntax};
use crate::text::line::{self, Tail};

/// Signs after which an expression must go on. Those that may as well end a line stand in no list: `>` of a tag or a
/// type, `&` of a shell's job, `|` of parameters, `%` of a measure, `!` and `?` behind a name.
const ASSIGNS: [&str; 2] = ["=", "<-"];

/// The same where white space stands before them; without it they belong to a word: `i++`, `path/`, `*p*`.
const OPERATORS: [&str; 19] =
    ["+", "-", "*", "/", "<", ">", "&&", "||", "??", "^", "|>", "<<", ">>", "..", "..=", "++", "<>", "~", "?"];

/// Words behind which, after white space, something must follow in every language that knows them, besides those that
/// begin a definition or a statement.
const WORDS: [&str; 31] = [
    "and",
    "as",
    "assert",
    "await",
    "const",
    "delete",
    "extends",
    "from",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "is",
    "let",
    "new",
    "not",
    "of",
    "or",
    "raise",
    "return",
    "select",
    "set",
    "throw",
    "typeof",
    "until",
    "use",
    "using",
    "var",
    "where",
    "while",
];

/// Languages in which a dot ends a sentence, and is no access to a member.
const ENDED_BY_DOT: [&str; 3] = ["erlang", "prolog", "cobol"];

/// Whether the cursor's line is unfinished, or an empty one in a body.
pub fn is_unfinished(window: &Window, language: &str) -> bool {
    let (before, after) = (window.line_before(), window.line_after());
    // What opens a block behind the cursor has its line finished: `fn f(¦) {`.
    if language::is_prose(language) || !line::is_inert(after) || after.contains(['(', '[', '{']) {
        return false;
    }
    if line::is_blank(before) {
        return line::is_blank(after) && is_in_body(window, language);
    }
    if line::tail(before, language) != Tail::Code {
        return false;
    }
    // What stands deeper below goes on with the line, or is the body that it opens.
    let goes_on = || below(window).is_some_and(|below| line::indent(below) > line::indent(before));
    expects_more(before, after, language) && (!line::is_blank(after) || !goes_on())
}

/// Whether an empty line stands among the statements of something.
fn is_in_body(window: &Window, language: &str) -> bool {
    let Some(above) = window.lines_above().find(|line| !line::is_blank(line)) else { return false };
    let opened = line::shape(above, language);
    if opened.opens || opened.net > 0 || line::indent(window.line_before()) > 0 {
        return true;
    }
    let is_inside = |below: &str| line::indent(below) > 0 || line::shape(below, language).closes;
    line::indent(above) > 0 && below(window).is_some_and(is_inside)
}

/// The nearest line below that is not blank.
fn below(window: &Window) -> Option<&str> {
    window.lines_below().find(|line| !line::is_blank(line))
}

/// Whether the code `before` the cursor cannot be all of its line, of which `after` is there already.
fn expects_more(before: &str, after: &str, language: &str) -> bool {
    let syntax = language::syntax(language);
    let code = line::code(before, language);
    let (trimmed, shape) = (code.trim(), line::shape(before, language));
    if trimmed.ends_with([';', ')', ']', '}']) && shape.net <= 0 {
        return false;
    }
    let opens = if line::is_blank(after) { shape.opens || shape.net > 0 } else { trimmed.ends_with(['(', '[', '{']) };
    opens
        || is_after_sign(trimmed)
        || (trimmed.ends_with(',') && !line::is_blank(after))
        || (is_after_member_dot(&code) && !ENDED_BY_DOT.contains(&language))
        || is_after_word(&code, syntax)
}

fn is_after_sign(code: &str) -> bool {
    let stands_alone = |operator: &&str| {
        let operand = code.strip_suffix(*operator).unwrap_or_default();
        operand.ends_with(char::is_whitespace)
    };
    // A line of such signs is a rule that someone drew.
    let is_code = code.contains(|c: char| c.is_alphanumeric() || c == '_');
    is_code && (ASSIGNS.iter().any(|sign| code.ends_with(sign)) || OPERATORS.iter().any(stands_alone))
}

fn is_after_member_dot(code: &str) -> bool {
    let is_object = |c: char| c.is_alphabetic() || matches!(c, '_' | ')' | ']' | '"' | '?');
    code.strip_suffix('.').is_some_and(|object| object.ends_with(is_object))
}

fn is_after_word(code: &str, syntax: &Syntax) -> bool {
    let text = code.trim_end();
    let word = &text[text.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len()..];
    let word = if syntax.ignores_case { word.to_lowercase() } else { word.to_owned() };
    let words = [&WORDS[..], syntax.words.defines, syntax.words.flow];
    text.len() < code.len() && words.iter().any(|words| words.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: &str, unfinished: bool, marked: &str) {
        let (prefix, suffix) = marked.split_once('¦').unwrap();
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        assert_eq!(is_unfinished(&window, language), unfinished, "{language}: {marked:?}");
    }

    #[test]
    fn a_line_that_must_go_on_is_unfinished() {
        for line in [
            "let x = ¦\nlet y = 1;\n",
            "let x = ¦;\n",
            "x =¦\n",
            "x += ¦\n",
            "a ==¦\n",
            "foo(¦)\n",
            "foo(a, ¦);\n",
            "foo(¦\n",
            "let v = vec![¦];\n",
            "a && ¦\n",
            "x.iter().¦\n",
            "return ¦\n",
            "let ¦\n",
            "if ¦\n",
            "foo(a, b¦\nbar();\n",
            "fn f() {¦\n}\n",
            "fn f() -> ¦\n",
            "match x {\n    A => ¦\n}\n",
            "use ¦\n",
        ] {
            check("rust", true, line);
        }
        check("python", true, "def f(x):¦\n");
        check("python", true, "for x in ¦\n");
        check("python", true, "return not ¦\n");
        check("lua", true, "if x then¦\nend\n");
        check("javascript", true, "const f = async () => ¦\n");
        check("typescript", true, "a?.¦\n");
        check("sql", true, "SELECT ¦\n");
        check("c", true, "#define X (¦)\n");
        check("go", true, "x := ¦\n");
        check("r", true, "x <- ¦\n");
        check("an-unheard-of-language", true, "x = ¦\n");
    }

    #[test]
    fn a_line_that_may_be_all_is_not() {
        for line in [
            "let x = 1;¦\n",
            "foo()¦\n",
            "foo(a¦)\n",
            "}¦\n",
            "a: 1,¦\n",
            "x¦\n",
            "return¦\n",
            "let x = y¦\n",
            "i++¦\n",
            "foo()?¦\n",
            "// so that =¦\n",
            "x // a = ¦\n",
            "let s = \"a = ¦\n",
            "let x = ¦ + 1;\n",
            "let ¦x = 1;\n",
            "fn f(¦) {\n    a();\n}\n",
            "fn f() {¦\n    a();\n}\n",
            "let x =¦\n    y;\n",
            "Vec<u8>¦\n",
            "#[test]¦\n",
            "1.¦\n",
            "=======¦\n",
            "m!¦\n",
        ] {
            check("rust", false, line);
        }
        check("python", false, "def f(x):¦\n    pass\n");
        check("python", false, "x: int¦\n");
        check("html", false, "<p>¦\n");
        check("shellscript", false, "sleep 1 &¦\n");
        check("css", false, "width: 50%¦\n");
        check("erlang", false, "f() -> ok.¦\n");
        check("yaml", false, "a: b¦\n");
    }

    #[test]
    fn an_empty_line_in_a_body_is_a_place_to_begin() {
        check("rust", true, "fn f() {\n¦\n}\n");
        check("rust", true, "fn f() {\n    ¦\n}\n");
        check("rust", true, "fn f() {\n    a();\n¦\n    b();\n}\n");
        check("rust", true, "fn f() {\n    a();\n\n¦\n}\n");
        check("python", true, "def f():\n    a()\n    ¦\n\ndef g():\n    pass\n");
        check("python", true, "def f():\n¦\n");
        check("python", true, "class A:\n    def f(self):\n        pass\n¦\n    def g(self):\n        pass\n");
        check("ruby", true, "def f\n  a\n¦\nend\n");
    }

    #[test]
    fn an_empty_line_between_bodies_is_not() {
        check("rust", false, "fn f() {\n    a();\n}\n¦\nfn g() {}\n");
        check("rust", false, "use a;\n¦\nuse b;\n");
        check("rust", false, "¦\n");
        check("python", false, "def f():\n    a()\n¦\ndef g():\n    pass\n");
        check("python", false, "def f():\n    a()\n¦");
        check("rust", false, "fn f() {\n    ¦}\n");
    }

    #[test]
    fn prose_is_never_unfinished() {
        for (language, line) in [("markdown", "a = ¦\n"), ("plaintext", "and ¦\n"), ("git-commit", "Fix ¦\n")] {
            check(language, false, line);
        }
        check("markdown", false, "- a\n  ¦\n");
    }
}
