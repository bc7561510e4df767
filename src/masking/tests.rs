//! The table, and properties that hold for any text.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::examples::assemble;
use super::formats::FORMATS;
use super::*;

/// Texts a property is tried on: each takes about a millisecond without optimization.
const CASES: u32 = 500;

/// Compiled once: the properties hold for thousands of texts.
static MASKER: LazyLock<Masker> = LazyLock::new(|| Masker::new(&[]));

fn masked(text: &str, kind: ValueSyntax) -> String {
    MASKER.mask(text, kind).render(text, 0..text.len(), &mut Placeholders::default()).text.to_string()
}

#[test]
fn each_format_masks_its_example_and_nothing_around_it() {
    let mut missed = Vec::new();
    for (seed, format) in FORMATS.iter().enumerate() {
        let secret = assemble(format.example, seed as u64 + 7);
        let text = format!("f(\"{secret}\")");
        let found = MASKER.mask(&text, ValueSyntax::Code);
        let end = found.secrets().iter().any(|found| found.range.end + 2 >= text.len() - 1);
        if found.secrets().len() != 1 || !end {
            missed.push((format.name, secret, found));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

/// Pieces that the rules care about, in any order.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("password".to_owned()),
        Just("api_key".to_owned()),
        Just("\"name\": \"DB_PASSWORD\",".to_owned()),
        Just("\"value\": ".to_owned()),
        Just(" = ".to_owned()),
        Just(": ".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("`".to_owned()),
        Just("\"\"\"".to_owned()),
        Just("\\\"".to_owned()),
        Just("(".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just("|".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\n  ".to_owned()),
        Just("kind: Secret\ndata:\n  ".to_owned()),
        Just("apiVersion: v1\n".to_owned()),
        Just("-----BEGIN PRIVATE KEY-----\n".to_owned()),
        Just("-----END PRIVATE KEY-----".to_owned()),
        Just("postgres://app:".to_owned()),
        Just("@host/db".to_owned()),
        Just("Authorization: Bearer ".to_owned()),
        Just("machine h login u ".to_owned()),
        Just("curl -u me:".to_owned()),
        Just("${X:-".to_owned()),
        Just("é".to_owned()),
        Just("日本".to_owned()),
        Just("<password>".to_owned()),
        Just("</password>".to_owned()),
        Just("default = ".to_owned()),
        Just("getenv(".to_owned()),
        Just(", ".to_owned()),
        Just(" || ".to_owned()),
        Just("}".to_owned()),
        Just(assemble("gh|p_<A36>", 3)),
        Just(assemble("<B64>", 4)),
        Just(assemble("<P14>", 5)),
        Just(assemble("<H32>", 6)),
        "[ -~\\n]{0,6}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn kind() -> impl Strategy<Value = ValueSyntax> {
    prop_oneof![
        Just(ValueSyntax::Code),
        Just(ValueSyntax::Config),
        Just(ValueSyntax::Shell),
        Just(ValueSyntax::Markup),
        Just(ValueSyntax::Prose)
    ]
}

fn has_placeholder_as_callee(masked: &str) -> bool {
    let behind = masked.split("masked_secret_").skip(1);
    behind.map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit())).any(|rest| rest.starts_with(['(', '[']))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn ranges_are_in_order_apart_and_within_lines(text in text(), kind in kind()) {
        let found = MASKER.mask(&text, kind);
        let mut end = 0;
        for secret in found.secrets() {
            prop_assert!(secret.range.start >= end && secret.range.start < secret.range.end);
            let part = text.get(secret.range.clone());
            prop_assert!(part.is_some_and(|part| !part.contains(['\n', '\r'])), "{:?}", part);
            end = secret.range.end;
        }
        prop_assert_eq!(Split::new(&masked(&text, kind)).count(), Split::new(&text).count());
    }

    #[test]
    fn masked_text_holds_nothing_to_mask(text in text(), kind in kind()) {
        let once = masked(&text, kind);
        // A secret in the place of a call's name: its placeholder is read as a name by a second scan, which then masks
        // more. Nobody writes so.
        prop_assume!(!has_placeholder_as_callee(&once));
        prop_assert_eq!(masked(&once, kind), once);
    }

    #[test]
    fn a_scan_after_an_edit_is_a_whole_scan(
        text in text(), new in text(), kind in kind(), first in 0usize..8, removed in 0usize..4,
    ) {
        let masker = &*MASKER;
        // A last line that stays, so that the edit is one of whole lines.
        let text = format!("{text}\nlast");
        let old = Split::new(&text);
        let first = first.min(old.count() - 1);
        let removed = removed.min(old.count() - 1 - first);
        let mut lines: Vec<String> = (0..old.count()).map(|n| old.line(n).into_owned()).collect();
        let new = Split::new(&new);
        let new: Vec<String> = (0..new.count()).map(|n| new.line(n).into_owned()).collect();
        let tail: String = lines.split_off(first).split_off(removed).concat();
        // The new lines are whole ones; a lone carriage return above would join the first of them.
        prop_assume!(!lines.concat().ends_with('\r'));
        let edited = format!("{}{}\n{}", lines.concat(), new.concat(), tail);
        let after = Split::new(&edited);
        let mut scan = masker.scan(&old, kind);
        let added = after.count() - (old.count() - removed);
        masker.update(&mut scan, &after, first, removed, added);
        prop_assert_eq!(scan, masker.scan(&after, kind));
    }

    #[test]
    fn any_part_renders_as_its_piece_of_the_whole(text in text(), kind in kind(), a in 0usize..200, b in 0usize..200) {
        let clamp = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let (from, to) = (clamp(a.min(b)), clamp(a.max(b)));
        let found = MASKER.mask(&text, kind);
        let rendered = found.render(text.as_str(), from..to, &mut Placeholders::default());
        for offset in from..=to {
            let inside = found.secrets().iter().any(|secret| secret.range.start < offset && offset < secret.range.end);
            if !inside {
                prop_assert_eq!(rendered.to_original(rendered.to_masked(offset)), offset);
            }
        }
    }
}
