//! How much is masked of made-up secrets in many places, and how much of what only looks like one.
//!
//! With the variable `SHOW` set, what was missed is printed.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a test that prints its figures")]

mod held_out;
mod tuned;

use codestral_ls::masking::{Masker, Placeholders, ValueSyntax, examples::assemble};

/// A corpus: kinds of secrets, places for any kind, places for passwords, and honest text.
struct Corpus {
    kinds: &'static [(&'static str, &'static str)],
    places: &'static [(&'static str, &'static str)],
    password_places: &'static [(&'static str, &'static str)],
    more_places: &'static [(&'static str, &'static str)],
    honest: &'static [(&'static str, &'static str)],
}

/// Letters of a secret in a row that are a leak.
const LEAK: usize = 8;

/// What stands around the line with the secret.
#[derive(Debug, Clone, Copy)]
enum Position {
    LineAbove,
    FarAbove,
    Below,
    OwnLine,
    HalfTyped,
    RightOfCursor,
    WindowEdge,
}

const POSITIONS: [Position; 7] = [
    Position::LineAbove,
    Position::FarAbove,
    Position::Below,
    Position::OwnLine,
    Position::HalfTyped,
    Position::RightOfCursor,
    Position::WindowEdge,
];

fn leaks(text: &str, secret: &str) -> bool {
    (0..secret.len().saturating_sub(LEAK - 1))
        .any(|at| secret.get(at..at + LEAK).is_some_and(|part| text.contains(part)))
}

/// What would be sent of `place` with `secret` in it, with the cursor in that position.
fn sent(masker: &Masker, language: &str, place: &str, secret: &str, position: Position) -> String {
    let kind = ValueSyntax::of(language);
    let code = "let x = compute(1, 2);\n";
    let filled = place.replace('§', secret);
    let (text, window) = match position {
        Position::LineAbove => (format!("{filled}\n{code}"), None),
        Position::FarAbove => (format!("{filled}\n{}", code.repeat(60)), None),
        Position::Below => (format!("{code}{filled}\n{code}"), None),
        Position::OwnLine => (filled.clone(), None),
        Position::HalfTyped => {
            // Two thirds of the secret are typed; what follows is not there yet.
            let at = place.find('§').unwrap();
            let typed: String = secret.chars().take(secret.chars().count() * 2 / 3).collect();
            (format!("{}{typed}\n{code}", &place[..at]), None)
        }
        Position::RightOfCursor | Position::WindowEdge => {
            let at = place.find('§').unwrap();
            let middle = at + secret.chars().take(secret.chars().count() / 2).map(char::len_utf8).sum::<usize>();
            (filled.clone(), Some(middle))
        }
    };
    let found = masker.mask(&text, kind);
    let mut placeholders = Placeholders::default();
    match (position, window) {
        (Position::RightOfCursor, Some(at)) => {
            let prefix = found.render(text.as_str(), 0..at, &mut placeholders).text.to_string();
            format!("{prefix}\u{0}{}", found.render(text.as_str(), at..text.len(), &mut placeholders).text)
        }
        (_, Some(at)) => found.render(text.as_str(), at..text.len(), &mut placeholders).text.to_string(),
        _ => found.render(text.as_str(), 0..text.len(), &mut placeholders).text.to_string(),
    }
}

struct Figures {
    secrets: usize,
    masked: usize,
    honest: usize,
    changed: usize,
}

fn judge(corpus: &Corpus, show: bool) -> Figures {
    let masker = Masker::new(&[]);
    let mut figures = Figures { secrets: 0, masked: 0, honest: 0, changed: 0 };
    let mut missed = std::collections::BTreeMap::<String, usize>::new();
    let mut case = |language: &str, place: &str, kind: &str, secret: &str| {
        for position in POSITIONS {
            figures.secrets += 1;
            if leaks(&sent(&masker, language, place, secret, position), secret) {
                *missed.entry(format!("{language} | {place} | {kind} | {position:?} | {secret}")).or_default() += 1;
            } else {
                figures.masked += 1;
            }
        }
    };
    for (number, (language, place)) in corpus.places.iter().enumerate() {
        for (kind, pattern) in corpus.kinds {
            case(language, place, kind, &assemble(pattern, number as u64 * 131 + pattern.len() as u64));
        }
    }
    for (number, (language, place)) in corpus.password_places.iter().enumerate() {
        for seed in 0..8 {
            case(language, place, "password", &assemble("<P16>", number as u64 * 8 + seed + 1));
            case(language, place, "plain password", &assemble("<L14>", number as u64 * 8 + seed + 1));
        }
        case(language, place, "word", &assemble("sword|fishtrombone", 1));
    }
    for (number, (language, place)) in corpus.more_places.iter().enumerate() {
        for seed in 0..4 {
            case(language, place, "letters and digits", &assemble("<A24>", number as u64 * 4 + seed + 1));
        }
    }
    for (language, text) in corpus.honest {
        figures.honest += 1;
        let found = masker.mask(text, ValueSyntax::of(language));
        let masked = found.render(*text, 0..text.len(), &mut Placeholders::default()).text.to_string();
        if masked != *text {
            figures.changed += 1;
            println!("changed: {language} | {masked}");
        }
    }
    if show {
        for missed in missed.keys() {
            println!("missed: {missed}");
        }
    }
    figures
}

fn check(name: &str, corpus: &Corpus) {
    let figures = judge(corpus, std::env::var_os("SHOW").is_some());
    let masked = figures.masked as f64 * 100.0 / figures.secrets as f64;
    let changed = figures.changed as f64 * 100.0 / figures.honest as f64;
    println!(
        "{name}: {masked:.2} % of {} secrets masked, {changed:.2} % of {} look-alikes changed",
        figures.secrets, figures.honest
    );
    assert!(masked >= 97.0, "{name}: {masked:.2} % masked");
    assert!(changed <= 0.5, "{name}: {} look-alikes changed", figures.changed);
}

#[test]
fn secrets_are_masked_and_look_alikes_are_not_on_the_tuned_half() {
    check(
        "tuned",
        &Corpus {
            kinds: tuned::KINDS,
            places: tuned::PLACES,
            password_places: tuned::PASSWORD_PLACES,
            more_places: tuned::MORE_PLACES,
            honest: tuned::HONEST,
        },
    );
}

#[test]
fn secrets_are_masked_and_look_alikes_are_not_on_the_held_out_half() {
    check(
        "held out",
        &Corpus {
            kinds: held_out::KINDS,
            places: held_out::PLACES,
            password_places: held_out::PASSWORD_PLACES,
            more_places: &[],
            honest: held_out::HONEST,
        },
    );
}
