//! The body of a block that the reply begins on the line of its header: it belongs on a line of its own.
//!
//! `if x: return` and `fn f() { 1 }` are honest; a body of several lines there is not, nor one whose bracket stays open,
//! nor one that no blank parts from its header.

use super::start::Start;
use super::surroundings::Style;
use crate::completion::Window;
use crate::text::language::{self, Syntax};
use crate::text::line;

/// Words of a line among which the one is that announces a block: `pub(crate) async fn`, `export default class`.
const MOST_WORDS: usize = 4;

/// A longer first line is shown as it comes, in bytes.
const LONGEST_LINE: usize = 400;

/// What stands before the bracket that opens a body, where no word of the line says so.
const BEFORE_BODY: [&str; 4] = [")", "=>", "->", "|"];

/// What begins a line of Python whose colon announces a block.
const BEFORE_COLON: [&str; 14] = [
    "async", "case", "class", "def", "elif", "else", "except", "finally", "for", "if", "match", "try", "while", "with",
];

/// How the end of a header tells that its body follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// By a bracket, which another one closes.
    Bracket,
    /// By a colon or a word: `then`, `do`, the parameters of a `def`.
    Other,
    /// By the name of a class, which may go on.
    Name,
}

/// What header the cursor stands behind, at the end of its line, if it does.
pub fn header(window: &Window, id: &str) -> Option<Header> {
    let before = window.line_before();
    if !line::is_blank(window.line_after()) || language::is_prose(id) || line::tail(before, id) != line::Tail::Code {
        return None;
    }
    let (syntax, code) = (language::syntax(id), line::code(before, id));
    let net = line::shape(before, id).net;
    let mut words = words(&code).take(MOST_WORDS);
    if let Some(head) = code.strip_suffix('{') {
        // `{` behind a sign is an expression's: that of a tag, a path, another bracket.
        let is_body = head.ends_with([' ', ')']) && net > 0;
        let announces = BEFORE_BODY.iter().any(|sign| head.trim_end().ends_with(sign));
        return (is_body && (announces || words.any(|word| is_announced(syntax, word)))).then_some(Header::Bracket);
    }
    let first = words.next().unwrap_or_default();
    let is_header = if code.ends_with(':') {
        id == "python" && BEFORE_COLON.contains(&first) && !code.contains("lambda")
    } else if code.ends_with(')') {
        // In other languages more of the header may follow: `do`, `where`, a type.
        matches!(id, "ruby" | "crystal" | "lua") && syntax.defines(first)
    } else {
        !syntax.words.closes.is_empty() && last_opens(syntax, &code) && is_announced(syntax, first)
    };
    if is_header && net == 0 {
        return Some(Header::Other);
    }
    let names_class = matches!(first, "class" | "module") && matches!(id, "ruby" | "crystal");
    (names_class && words.next().is_some() && code.ends_with(is_word)).then_some(Header::Name)
}

/// What is right at the start of `text`, the reply so far, behind such a header; it begins with `white` bytes of blanks.
/// `None`: more text must tell.
pub fn start(
    window: &Window,
    id: &str,
    style: Style,
    header: Header,
    text: &str,
    white: usize,
    finished: bool,
) -> Option<Start> {
    let (before, body) = (window.line_before(), &text[white..]);
    // A comment behind a header belongs to it.
    let is_comment =
        white > 0 && language::syntax(id).line_comments.iter().any(|sign| body.starts_with(sign.trim_end()));
    if is_comment || !begins_statement(body) {
        return Some(Start::keep());
    }
    let (first, rest) = match body.split_once('\n') {
        Some(lines) => lines,
        None if finished => (body, ""),
        // What is so long is watched for loops rather than waited for.
        None if body.len() > LONGEST_LINE => return Some(Start::keep()),
        None => return None,
    };
    if joins_word(before, first, white, id) {
        return Some(Start::keep());
    }
    let closes = match header {
        // The parameters of a lambda stand behind its bracket in Kotlin and Swift.
        Header::Bracket => {
            closes_bracket(first, id) || first.trim_end().ends_with("->") || first.trim_end().ends_with(" in")
        }
        Header::Other | Header::Name => words(first).any(|word| language::syntax(id).words.closes.contains(&word)),
    };
    if closes {
        return Some(Start::keep());
    }
    let next = rest.split('\n').find(|text| !line::is_blank(text));
    // Its first word may still become another one.
    let grows = |next: &str| rest.ends_with(next) && next.trim_start().chars().all(is_word);
    if !finished && next.is_none_or(grows) {
        return None;
    }
    let columns = line::indent(before);
    let goes_on = next.is_some_and(|next| line::indent(next) > columns || line::shape(next, id).closes);
    let stays = match header {
        Header::Bracket => false,
        Header::Other => white > 0 && !goes_on,
        Header::Name => !goes_on || white == 0 && !follows_name(first),
    };
    if stays {
        return Some(Start::keep());
    }
    // Lines that all stand at the margin are put right together, as all lines of a reply are, where the step is known.
    let is_flat = next.is_some_and(|next| line::indent(next) <= columns && !line::shape(next, id).closes);
    // Where the text tells no step, the reply's own next line does.
    let own = next.map(|next| line::indent(next).saturating_sub(columns)).filter(|own| *own > 0);
    let own = own.map(|own| if line::shape(first, id).opens { own / 2 } else { own });
    let step = style.step.or(own).unwrap_or_else(|| style.step_or_usual(id));
    let deeper = if is_flat && style.step.is_some() { 0 } else { columns + step };
    Some(Start { drop: white, insert: format!("\n{}", style.white(deeper)) })
}

fn words(code: &str) -> impl DoubleEndedIterator<Item = &str> {
    code.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_announced(syntax: &Syntax, word: &str) -> bool {
    syntax.defines(word) || syntax.is_flow(word) || syntax.opens(word)
}

/// Whether the last word of `code`, not its first, opens a block.
fn last_opens(syntax: &Syntax, code: &str) -> bool {
    let mut words = words(code);
    words.next_back().is_some_and(|last| syntax.opens(last) && code.ends_with(last)) && words.next().is_some()
}

/// Whether `body` begins as a statement does, and does not go on with the header.
fn begins_statement(body: &str) -> bool {
    body.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '$' | '"' | '\'' | '#' | '/'))
}

/// Whether `text` is a statement behind the name of a class rather than the rest of that name: `has_many :comments`.
fn follows_name(text: &str) -> bool {
    let rest = text.trim_start_matches(is_word);
    rest.starts_with(' ') && !rest.trim_start().starts_with(['<', '(', ';', '='])
}

/// Whether `text`, the reply's first line, goes on with the header's last word: `do` with `ne`, `do` with `main`.
fn joins_word(before: &str, text: &str, white: usize, id: &str) -> bool {
    if white > 0 || !before.ends_with(is_word) {
        return false;
    }
    let first = &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())];
    let joined = format!("{}{first}", words(before).next_back().unwrap_or_default());
    let syntax = language::syntax(id);
    first.len() == text.trim_end().len() || syntax.closes(&joined) || syntax.opens(&joined)
}

/// Whether `text` closes a bracket that was opened before it.
fn closes_bracket(text: &str, id: &str) -> bool {
    let mut depth = 0;
    line::brackets(text, id).into_iter().any(|(_, bracket)| {
        depth += if matches!(bracket, '(' | '[' | '{') { 1 } else { -1 };
        depth < 0
    })
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;

    /// What is shown of `reply` at the cursor in a text of this language.
    #[track_caller]
    fn check(id: &str, marked: &str, reply: &str, expected: &str) {
        let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        let text = shown(&window, id, reply, false).map_or(String::new(), |filtered| filtered.text);
        assert_eq!(text, expected, "{marked:?} with {reply:?}");
    }

    #[test]
    fn a_body_of_several_lines_begins_on_its_own() {
        check("python", "def f(x):<cursor>\n", " y = x\n    return y", "\n    y = x\n    return y");
        check("python", "def f(x):<cursor>\n", "y = x\nreturn y", "\n    y = x");
        let known = "if a:\n  b\ndef f(x):<cursor>\n";
        check("python", known, "y = x\nreturn y", "\n  y = x\n  return y");
        check("rust", "fn f() {<cursor>\n}\n", " a();\n    b();\n}", "\n    a();\n    b();");
        check("javascript", "on(() => {<cursor>\n})\n", "a();\n  b();", "\n  a();\n  b();");
        check("typescript", "it('a', () => {<cursor>\n});\n", "if (b) {\n    c();\n  }", "\n  if (b) {\n    c();\n  }");
        check("ruby", "class A < B<cursor>\nend\n", "has_many :c\n  has_one :d", "\n  has_many :c\n  has_one :d");
        check("ruby", "def f(x)<cursor>\nend\n", " x + 1\nend", "\n  x + 1");
        check("lua", "  if a then<cursor>\n  end\n", " b()\n    c()", "\n    b()\n    c()");
        check("shellscript", "if [ -f a ]; then<cursor>\nfi\n", "echo a", "\n    echo a");
    }

    #[test]
    fn a_body_that_no_blank_parts_from_its_header_begins_on_its_own_line() {
        check("python", "class A:\n    def f(self):<cursor>\n", "return 1", "\n        return 1");
        check("java", "if (a) {<cursor>\n}\n", "return;", "\n    return;");
        check("go", "\tif err != nil {<cursor>\n\t}\n", "return err", "\n\t\treturn err");
    }

    #[test]
    fn a_body_on_one_line_may_stand_there() {
        check("python", "if a:<cursor>\n", " return", " return");
        check("python", "def f(x):<cursor>\n", " # noqa\n    return x", " # noqa\n    return x");
        check("kotlin", "xs.fold(0) {<cursor>\n}\n", " a, x ->\n    a + x", " a, x ->\n    a + x");
        check("rust", "fn f() -> u8 {<cursor>\n", " 1 }", " 1 }");
        check("shellscript", "for a in b; do<cursor>\n", " echo a; done", " echo a; done");
        check("lua", "local function f(x)<cursor>\n", " return x end", " return x end");
    }

    #[test]
    fn what_goes_on_with_the_line_stays() {
        check("shellscript", "for a in b; do echo a; do<cursor>\n", "ne < c", "ne < c");
        check("python", "x:<cursor>\n", " int = 1", " int = 1");
        check("python", "for a in b[1:<cursor>\n", "2]:", "2]:");
        check(
            "typescriptreact",
            "return <p>{<cursor>\n",
            "a.map((b) => (\n  <i/>\n))}</p>",
            "a.map((b) => (\n  <i/>\n))}</p>",
        );
        check("rust", "use a::{<cursor>\n", "b, c};", "b, c};");
        check("ruby", "def foo<cursor>\n", "(a)", "(a)");
        let elixir = " do\n    x + 1\n  end";
        check("elixir", "  def foo(x)<cursor>\n", elixir, elixir);
        check("python", "f = lambda x:<cursor>\n", "x + 1", "x + 1");
        check("java", "class Foo<cursor>\n", " extends Bar {\n    int x;\n}", " extends Bar {\n    int x;\n}");
        check("ruby", "class Foo<cursor>\nend\n", "Bar < Base\n  a :b", "Bar < Base");
    }
}
