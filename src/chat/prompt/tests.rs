//! What is asked, kept and left out, for whole questions.

use std::sync::Arc;

use ropey::Rope;

use super::*;
use crate::masking::Masker;
use crate::masking::examples::assemble;

const TEXT: &str = "use std::io;\n\nfn main() {\n    run();\n}\n\nfn run() {}\n";

fn question<'a>(action: Action, code: &'a [Code<'a>]) -> Question<'a> {
    Question { action, words: None, code, diagnostics: &[], others: &[], excerpts: &[], history: &[] }
}

fn code<'a>(text: &'a Rope, part: &str) -> Code<'a> {
    let start = text.to_string().find(part).unwrap();
    Code { path: "src/main.rs", language: "rust", text, range: start..start + part.len() }
}

fn build(question: &Question<'_>, system: Option<&str>, tokens: usize) -> Result<Asked, Unaskable> {
    let mut mask = RequestMask::new(Arc::new(Masker::new(&[])));
    let asked = super::build(question, system, tokens, &mut mask);
    assert_eq!(mask.count(), 0, "nothing here is a secret");
    asked
}

#[test]
fn a_secret_is_masked_wherever_it_stands() {
    let token = assemble("gh|p_<A36>", 1);
    let text = Rope::from_str(TEXT);
    let code = [code(&text, "fn main() {\n    run();\n}\n")];
    let diagnostics = [Diagnostic { line: 4, severity: "error", message: format!("{token} is bad") }];
    let history = [Turn { question: format!("is {token} fine?"), answer: format!("{token} is") }];
    let words = format!("replace {token}");
    let question = Question {
        action: Action::Change,
        words: Some(&words),
        code: &code,
        diagnostics: &diagnostics,
        others: &[],
        excerpts: &[],
        history: &history,
    };
    let mut mask = RequestMask::new(Arc::new(Masker::new(&[])));
    let asked = super::build(&question, Some(&format!("Never say {token}")), 4000, &mut mask).unwrap();
    assert_eq!((mask.count(), asked.messages.len()), (1, 4));
    for text in asked.messages.iter().map(|message| &*message.text).chain([asked.kept.as_str()]) {
        assert!(text.contains("masked_secret_1") && !text.contains(&token[4..12]), "{text}");
    }
}

fn last(asked: &Asked) -> &str {
    &asked.messages.last().unwrap().text
}

#[test]
fn excerpts_of_other_files_stand_behind_the_code_as_far_as_they_fit() {
    let text = Rope::from_str(TEXT);
    let code = [code(&text, "fn main() {\n    run();\n}\n")];
    let excerpts = [OtherFile { path: "src/run.py".into(), text: "def run():\n    pass\n".into() }];
    let of =
        |tokens| build(&Question { excerpts: &excerpts, ..question(Action::Explain, &code) }, None, tokens).unwrap();
    let quoted = "\n\nFor reference, from `src/run.py`:\n\n```python\ndef run():\n    pass\n```";
    assert!(last(&of(4000)).ends_with(quoted), "{}", last(&of(4000)));
    assert!(!last(&of(120)).contains("run.py"));
}

#[test]
fn the_selection_is_marked_in_its_surroundings() {
    let text = Rope::from_str(TEXT);
    let code = [code(&text, "fn main() {\n    run();\n}\n")];
    let asked = build(&question(Action::Explain, &code), None, 4000).unwrap();
    let expected = "Explain this code: what it is for, how it works, and what may surprise its reader.\n\n\
                    `src/main.rs` (rust), lines 3 to 5; the selected code stands between <selection> and </selection>:\n\n\
                    ```rust\nuse std::io;\n\n<selection>\nfn main() {\n    run();\n}\n</selection>\n\nfn run() {}\n```";
    assert_eq!(last(&asked), expected);
    assert_eq!(asked.messages[0], Message { role: Role::System, text: SYSTEM.into() });
    let kept = "Explain this code: what it is for, how it works, and what may surprise its reader.\n\n\
                `src/main.rs`, lines 3 to 5:\n\n```rust\nfn main() {\n    run();\n}\n```";
    assert_eq!(asked.kept, kept);
    assert!(asked.left_out.is_empty());
}

#[test]
fn a_part_of_a_line_and_a_bare_place_are_marked_where_they_are() {
    let text = Rope::from_str("let a = b + c;\r\n\r\nx\r\n");
    let part = [code(&text, "b + c")];
    let asked = build(&question(Action::Improve, &part), None, 4000).unwrap();
    assert!(last(&asked).contains("\nlet a = <selection>b + c</selection>;\n\nx\n"), "{}", last(&asked));
    assert!(last(&asked).ends_with(REWRITE));

    let place = [Code { range: 16..16, ..part[0].clone() }];
    let words = Question { words: Some("print a"), ..question(Action::Change, &place) };
    let asked = build(&words, None, 4000).unwrap();
    assert!(last(&asked).contains("let a = b + c;\n<selection></selection>\nx"), "{}", last(&asked));
}

#[test]
fn without_code_there_is_only_the_question() {
    let asked =
        build(&Question { words: Some("What is a rope?"), ..question(Action::Ask, &[]) }, Some("Be brief."), 4000);
    let asked = asked.unwrap();
    let texts: Vec<_> = asked.messages.iter().map(|message| &*message.text).collect();
    assert_eq!(texts, ["Be brief.", "What is a rope?"]);
    assert_eq!(asked.kept, "What is a rope?");
}

#[test]
fn diagnostics_and_definitions_come_after_the_code() {
    let text = Rope::from_str(TEXT);
    let other = Rope::from_str("pub fn run() -> u8 {\n    1\n}\n");
    let code = [code(&text, "fn main() {\n    run();\n}\n")];
    let diagnostics = [Diagnostic { line: 4, severity: "error", message: "unused\nresult".into() }];
    let others = [OtherText { path: "src/run.rs", language: "rust", text: &other }];
    let asked =
        build(&Question { diagnostics: &diagnostics, others: &others, ..question(Action::Fix, &code) }, None, 4000);
    let asked = asked.unwrap();
    let expected = "\n\nFor reference, from `src/run.rs`, line 1:\n\n```rust\npub fn run() -> u8 {\n    1\n}\n```\n\n\
                    Diagnostics of the selection:\n\n- line 4: error: unused\n  result\n\nReply with";
    assert!(last(&asked).contains(expected), "{}", last(&asked));
    assert!(!asked.kept.contains("unused"));
}

#[test]
fn the_oldest_turns_are_dropped_whole() {
    let turn = |n: usize| Turn { question: format!("q{n} {}", "x".repeat(400)), answer: format!("a{n}") };
    let history: Vec<_> = (0..9).map(turn).collect();
    let text = Rope::from_str("x");
    let code = [code(&text, "x")];
    let of = |code| Question { words: Some("more"), history: &history, ..question(Action::Ask, code) };
    let alone = build(&of(&[]), Some(""), 1000).unwrap();
    assert_eq!(alone.left_out, ["the oldest 2 turns of the conversation"], "without code all is the conversation's");
    let asked = build(&of(&code), Some(""), 1000).unwrap();
    assert_eq!(asked.left_out, ["the oldest 7 turns of the conversation"]);
    let roles: Vec<_> = asked.messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::System, Role::User, Role::Assistant, Role::User, Role::Assistant, Role::User]);
    assert_eq!(&*asked.messages[2].text, "a7");
}

#[test]
fn a_turn_without_an_answer_is_not_sent() {
    let history = [Turn { question: "q".into(), answer: String::new() }];
    let asked = build(&Question { words: Some("more"), history: &history, ..question(Action::Ask, &[]) }, None, 1000);
    assert_eq!(asked.unwrap().messages.len(), 2);
}

#[test]
fn a_long_selection_loses_its_middle_in_prose_and_is_refused_for_an_edit() {
    let text = Rope::from_str(&"some line of code\n".repeat(100_000));
    let code = [Code { path: "big.rs", language: "rust", text: &text, range: 0..text.len_bytes() }];
    let asked = build(&question(Action::Explain, &code), None, 2000).unwrap();
    let size: usize = asked.messages.iter().map(|message| message.text.len()).sum();
    assert!((3000..=6000).contains(&size), "{size}");
    assert_eq!(asked.left_out.len(), 1);
    assert!(asked.left_out[0].ends_with("lines from the middle of big.rs:1-100000"), "{:?}", asked.left_out);
    assert!(last(&asked).contains("lines left out]\nsome line"));
    let refused = build(&question(Action::Improve, &code), None, 2000).unwrap_err();
    assert!(matches!(refused, Unaskable::TooLong { tokens: 600_000, .. }), "{refused}");
}

#[test]
fn a_tools_output_is_shown_beside_what_is_rewritten() {
    let (text, output) = (Rope::from_str(TEXT), Rope::from_str(&"error: no such thing\n".repeat(10_000)));
    let output = Code { path: "standard input", language: "plaintext", text: &output, range: 0..output.len_bytes() };
    let code = [code(&text, "fn main() {\n    run();\n}\n"), output];
    let asked = build(&question(Action::Fix, &code), None, 2000).unwrap();
    assert_eq!(last(&asked).matches("\n<selection>\n").count(), 1, "{}", last(&asked));
    assert!(last(&asked).contains("lines left out]\nerror: no such thing"), "{}", last(&asked));
    assert_eq!(asked.left_out.len(), 1, "{:?}", asked.left_out);
    assert!(last(&asked).len() < 6000);
}

#[test]
fn words_beyond_the_budget_are_refused() {
    let words = "why ".repeat(10_000);
    let asked = build(&Question { words: Some(&words), ..question(Action::Ask, &[]) }, None, 2000);
    assert_eq!(asked, Err(Unaskable::WordsTooLong { tokens: 13_333, budget: 2000 }));
}

#[test]
fn no_budget_is_too_small_to_ask() {
    let text = Rope::from_str(TEXT);
    let code = [code(&text, "fn main() {\n    run();\n}\n")];
    for tokens in [0, 1, 50, 100, 200] {
        let asked = build(&question(Action::Explain, &code), None, tokens).unwrap();
        assert!(last(&asked).starts_with("Explain"), "{tokens}");
    }
}
