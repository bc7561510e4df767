//! Whole sessions: what is offered after what was typed, and that every edit offered can be applied.

mod renaming;

use proptest::prelude::*;

use super::*;

struct Person {
    engine: NextEdit,
    texts: Vec<(Arc<str>, Rope)>,
    now: u64,
    cursor: (usize, usize),
}

impl Person {
    fn new(language: &str, texts: &[&str]) -> Self {
        let mut engine = NextEdit::default();
        let mut open = vec![];
        for (number, text) in texts.iter().enumerate() {
            let key: Arc<str> = format!("file:///{number}").into();
            let rope = Rope::from_str(text);
            engine.open(&key, &language.into(), rope.clone());
            open.push((key, rope));
        }
        Self { engine, texts: open, now: 0, cursor: (0, 0) }
    }

    fn replace(&mut self, text: usize, range: Range<usize>, new: &str, origin: Origin) {
        let (key, rope) = &mut self.texts[text];
        let chars = rope.byte_to_char(range.start)..rope.byte_to_char(range.end);
        rope.remove(chars.clone());
        rope.insert(chars.start, new);
        self.cursor = (text, range.start + new.len());
        self.engine.change(key, rope.clone(), range, new.len(), origin, self.now);
    }

    /// Replaces the occurrence number `which` of `old`.
    fn types(mut self, text: usize, old: &str, which: usize, new: &str) -> Self {
        self.now += 5_000;
        let content = self.texts[text].1.to_string();
        let (start, _) = content.match_indices(old).nth(which).unwrap();
        self.replace(text, start..start + old.len(), new, Origin::Typed);
        self.now += 1_000;
        self
    }

    fn offered(&mut self) -> Vec<Proposal> {
        let (text, cursor) = self.cursor;
        let key = Arc::clone(&self.texts[text].0);
        self.engine.candidates(&key, cursor, self.now)
    }

    fn applied(&self, proposal: &Proposal) -> (usize, String) {
        let at = self.texts.iter().position(|(key, _)| *key == proposal.key).unwrap();
        let mut text = self.texts[at].1.to_string();
        let mut last = text.len() + 1;
        for (range, new) in proposal.edits.iter().rev() {
            assert!(range.end <= text.len() && range.end < last, "in order, without overlap: {proposal:?}");
            assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end), "{proposal:?}");
            last = range.start;
            text.replace_range(range.clone(), new);
        }
        (at, text)
    }

    /// What the texts would be with each edit that is known.
    fn outcomes(&mut self) -> Vec<(usize, String)> {
        let offered = self.offered();
        offered.iter().map(|proposal| self.applied(proposal)).collect()
    }

    #[track_caller]
    fn check(mut self, text: usize, expect: &str) {
        let outcomes = self.outcomes();
        assert!(outcomes.contains(&(text, expect.into())), "{expect}\nis none of {outcomes:#?}");
    }

    #[track_caller]
    fn check_not(mut self, text: usize, unwanted: &str) {
        let outcomes = self.outcomes();
        assert!(!outcomes.contains(&(text, unwanted.into())), "{outcomes:#?}");
    }
}

#[test]
fn a_change_of_several_lines_is_done_again_as_one() {
    let old = "    let x = pool.get(|| vec![]);\n    x.fill(0);\n";
    let new = "    let x = pool.with_capacity(\n        || vec![],\n    );\n    x.clear();\n";
    let text = format!("fn f() {{\n{old}}}\n\nfn g() {{\n    let b = 1;\n{old}    b\n}}\n");
    Person::new("rust", &[&text])
        .types(0, old, 0, new)
        .check(0, &format!("fn f() {{\n{new}}}\n\nfn g() {{\n    let b = 1;\n{new}    b\n}}\n"));
}

#[test]
fn several_lines_are_done_again_with_other_names_and_deeper() {
    let text =
        "if a:\n    lock(one)\n    one.write(1)\nif b:\n    if c:\n        lock(two)\n        two.write(1)\n    x()\n";
    Person::new("python", &[text])
        .types(0, "    lock(one)\n    one.write(1)\n", 0, "    with lock(one):\n        one.write(2)\n")
        .check(
            0,
            "if a:\n    with lock(one):\n        one.write(2)\nif b:\n    if c:\n        with lock(two):\n            \
             two.write(2)\n    x()\n",
        );
}

#[test]
fn two_replacements_on_a_line_are_done_again_together() {
    let text = "a.get(n).map(|i| *i)\n\nf()\n\nb.get(k).map(|i| *i)\n";
    Person::new("rust", &[text])
        .types(0, "map(|i| *i)", 0, "copied()")
        .check(0, "a.get(n).copied()\n\nf()\n\nb.get(k).copied()\n");
}

#[test]
fn an_added_argument_carries_over_to_other_arguments() {
    let text = "log(a)\n\nfoo()\n\nlog(b)\n";
    Person::new("go", &[text]).types(0, "(a", 0, "(ctx, a").check(0, "log(ctx, a)\n\nfoo()\n\nlog(ctx, b)\n");
}

#[test]
fn a_change_of_one_shape_carries_over_to_other_names() {
    let text = "if one.size() == 0 {\n\n}\nif two.size() == 0 {\n";
    Person::new("rust", &[text])
        .types(0, "size() == 0", 0, "is_empty()")
        .check(0, "if one.is_empty() {\n\n}\nif two.is_empty() {\n");
}

#[test]
fn what_was_done_already_is_not_done_again() {
    let text = "run(Some(a));\n\nrun(a);\n";
    let mut person = Person::new("rust", &[text]).types(0, "run(a)", 0, "run(Some(a))");
    let outcomes = person.outcomes();
    assert!(outcomes.iter().all(|(_, text)| !text.contains("Some(Some")), "{outcomes:#?}");
}

#[test]
fn a_line_put_in_is_put_in_below_the_same_line_elsewhere() {
    let text = "a:\n    lock.take()\n    one()\nb:\n    two()\nc:\n    lock.take()\n    three()\n";
    let done = "a:\n    lock.take()\n    lock.log()\n    one()\nb:\n    two()\nc:\n    lock.take()\n    lock.log()\n    three()\n";
    Person::new("python", &[text]).types(0, "    one()", 0, "    lock.log()\n    one()").check(0, done);
}

#[test]
fn a_line_taken_out_is_taken_out_elsewhere() {
    let text = "one();\ndebug(x);\ntwo();\n\nthree();\ndebug(x);\nfour();\n";
    Person::new("rust", &[text]).types(0, "debug(x);\n", 0, "").check(0, "one();\ntwo();\n\nthree();\nfour();\n");
}

#[test]
fn calls_follow_a_parameter_that_was_taken_out() {
    let text = "fn send(to: u8, retry: bool) {\n}\n\nfn main() {\n    send(1, true);\n}\n";
    Person::new("rust", &[text])
        .types(0, ", retry: bool", 0, "")
        .check(0, "fn send(to: u8) {\n}\n\nfn main() {\n    send(1);\n}\n");
}

#[test]
fn a_call_that_was_passed_over_does_not_come_again_after_another_change() {
    let text = "fn send(to: u8, retry: bool) {\n}\n\nfn main() {\n    send(1, true);\n    let a = 1;\n}\n";
    let mut person = Person::new("rust", &[text]).types(0, ", retry: bool", 0, "");
    let first = person.offered().into_iter().find(|one| one.rule == Rule::Signature).unwrap();
    person.engine.dismissed(&first);
    let mut person = person.types(0, "let a", 0, "let b");
    assert!(person.offered().iter().all(|one| one.rule != Rule::Signature), "the only call");
}

#[test]
fn commas_and_brackets_in_strings_part_no_arguments() {
    let text =
        "fn log(a: &str, level: u8) {\n}\n\nfn main() {\n    log(\"hello, world\", 3);\n    log(\":)\", 3);\n}\n";
    let person = || Person::new("rust", &[text]).types(0, ", level: u8", 0, "");
    let head = "fn log(a: &str) {\n}\n\nfn main() {\n";
    let both = format!("{head}    log(\"hello, world\");\n    log(\":)\");\n}}\n");
    person().check(0, &both);
    let text = "fn log(a: &str) {\n}\n\nfn main(level: u8) {\n    log(\"hello, world\");\n}\n";
    Person::new("rust", &[text])
        .types(0, "a: &str", 0, "a: &str, level: u8")
        .check(0, "fn log(a: &str, level: u8) {\n}\n\nfn main(level: u8) {\n    log(\"hello, world\", level);\n}\n");
}

#[test]
fn a_line_that_is_too_long_to_be_read_is_no_blank_line() {
    let data = "1, ".repeat(1_000);
    let text = format!("debug(x);\n\none();\ntwo();\ndebug(x);\n{data}\nthree();\n");
    let mut person = Person::new("rust", &[&text]).types(0, "debug(x);\n\n", 0, "");
    let outcomes = person.outcomes();
    assert!(outcomes.iter().all(|(_, text)| text.contains(&data)), "a line of data goes");
}

#[test]
fn nothing_is_kept_of_a_change_in_a_long_line() {
    let text = format!("[{}]\n[a]\n", "1, ".repeat(100_000));
    let mut person = Person::new("json", &[&text]).types(0, "1, 1", 0, "1, a");
    person.offered();
    assert!(person.engine.taken.values().all(|taken| **taken == Taken::default()));
}

#[test]
fn a_field_taken_out_is_given_no_more() {
    let text = "struct A {\n    name: String,\n    retries: u32,\n}\n\nA {\n    name,\n    retries: 3,\n}\n";
    Person::new("rust", &[text])
        .types(0, "    retries: u32,\n", 0, "")
        .check(0, "struct A {\n    name: String,\n}\n\nA {\n    name,\n}\n");
}

#[test]
fn a_half_typed_word_is_no_example() {
    let mut person = Person::new("rust", &["let count = 1;\n\nshow(count);\n"]).types(0, "count", 0, "to");
    person.now -= 900;
    assert!(person.offered().is_empty());
    person.now += 900;
    assert!(!person.offered().is_empty());
}

#[test]
fn what_was_passed_over_does_not_come_again_and_a_rule_dismissed_three_times_rests() {
    let text: String = (0..9).map(|n| format!("use{n}(count);\n\n")).collect();
    let mut person = Person::new("rust", &[&text]).types(0, "count", 0, "total");
    for _ in 0..RESTS_AFTER {
        let first = person.offered().into_iter().find(|one| one.rule == Rule::Rename).unwrap();
        person.engine.dismissed(&first);
        assert!(person.offered().iter().all(|one| one.identity != first.identity));
    }
    assert!(person.offered().iter().all(|one| one.rule != Rule::Rename));
}

#[test]
fn all_places_are_one_set_of_edits_without_overlap() {
    let text: String = (0..9).map(|n| format!("use{n}(count);\n\n")).collect();
    let mut person = Person::new("rust", &[&text, &text]).types(0, "count", 0, "total");
    let first = person.offered().into_iter().find(|one| one.rule == Rule::Rename).unwrap();
    let (cursor, now) = (person.cursor.1, person.now);
    let all = person.engine.all_places(&first, cursor, 0.0, now);
    assert_eq!(all.len(), 8 + 9);
}

#[test]
fn the_nearest_below_comes_before_what_is_above() {
    let proposal = |confidence, nearness| Proposal {
        key: "a".into(),
        edits: vec![],
        lines: 0..1,
        rule: Rule::Rename,
        confidence,
        pattern: 1,
        nearness,
        identity: 0,
    };
    let all =
        [proposal(0.72, (1, 1, 0)), proposal(0.70, (0, 30, 0)), proposal(0.69, (0, 9, 0)), proposal(0.5, (0, 1, 0))];
    assert_eq!(nearest_of_likeliest(&all), Some(&all[2]));
}

fn fragment() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("foo"),
        Just("bar"),
        Just("x"),
        Just("("),
        Just(")"),
        Just(", "),
        Just(" "),
        Just("😀"),
        Just("é"),
        Just("\r\n"),
        Just("\r\n    "),
        Just("fn f(a: u8)"),
        Just("\""),
        Just("// "),
        Just(";"),
        Just("foo_bar"),
    ];
    prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 50, ..ProptestConfig::default() })]

    /// 50 sessions of 40 edits: 2,000 edits a run, with all that is known asked for after each.
    #[test]
    fn every_edit_offered_can_be_applied_is_tight_and_keeps_line_ends(
        texts in (prop::collection::vec(fragment(), 1..20), prop::collection::vec(fragment(), 1..20)),
        edits in prop::collection::vec((0..2usize, 0..500usize, 0..12usize, fragment(), 0..4_000u64, 0..8u8), 40),
    ) {
        let texts = [texts.0.join("\r\n"), texts.1.join("\r\n")];
        let mut person = Person::new("rust", &[&texts[0], &texts[1]]);
        for (at, start, len, new, wait, origin) in edits {
            person.now += wait;
            let content = person.texts[at].1.to_string();
            let whole = |mut at: usize| {
                at = at.min(content.len());
                while !content.is_char_boundary(at) || (content[at..].starts_with('\n')) {
                    at -= 1;
                }
                at
            };
            let (start, end) = (whole(start), whole(start + len));
            let origin = match origin {
                0 => Origin::Accepted,
                1 => Origin::Outside,
                _ => Origin::Typed,
            };
            person.replace(at, start..end, &new, origin);
            person.now += 400;
            for proposal in person.offered() {
                let (text, after) = person.applied(&proposal);
                prop_assert!(after.replace("\r\n", "").find(['\r', '\n']).is_none(), "{proposal:?}");
                prop_assert_ne!(after, person.texts[text].1.to_string());
                for (range, new) in &proposal.edits {
                    let old = text::slice(&person.texts[text].1, range.clone());
                    let ends = (old.chars().next(), new.chars().next(), old.chars().last(), new.chars().last());
                    prop_assert!(ends.0.is_none() || ends.1.is_none() || (ends.0 != ends.1 && ends.2 != ends.3), "{proposal:?}");
                }
            }
        }
    }
}
