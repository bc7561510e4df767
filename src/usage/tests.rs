//! Counts by language, by chat, by filter and by endpoint, and their sums.

use serde_json::{Value, json};

use super::*;

fn tally(value: Value) -> Tally {
    serde_json::from_value(value).unwrap()
}

#[track_caller]
fn check(left: Value, right: Value, expected: Value) {
    let mut sum = tally(left);
    sum.add(&tally(right));
    assert_eq!(sum, tally(expected));
}

#[test]
fn tallies_are_added_by_language() {
    let rust = json!({ "rust": { "shown": 2, "accepted": 1, "promptTokens": 10 } });
    check(json!({}), rust.clone(), rust.clone());
    check(rust.clone(), json!({}), rust.clone());
    check(
        rust.clone(),
        json!({ "rust": { "shown": 1, "partly": 1, "completionTokens": 3 } }),
        json!({ "rust": { "shown": 3, "accepted": 1, "partly": 1, "promptTokens": 10, "completionTokens": 3 } }),
    );
    check(
        rust,
        json!({ "go": { "rejected": 1, "requests": 4 } }),
        json!({
            "go": { "rejected": 1, "requests": 4 },
            "rust": { "shown": 2, "accepted": 1, "promptTokens": 10 },
        }),
    );
    let most = json!({ "rust": { "shown": u64::MAX } });
    check(most.clone(), json!({ "rust": { "shown": 1 } }), most);
}

#[test]
fn what_is_no_name_of_a_language_is_not_kept() {
    for (language, kept) in [
        ("c++", "c++"),
        ("objective-c", "objective-c"),
        ("", "other"),
        ("/home/me/secret.rs", "other"),
        ("a language", "other"),
        ("a123456789a123456789a123456789a12", "other"),
    ] {
        let mut tally = Tally::default();
        tally.of(language).shown += 1;
        assert_eq!(tally.languages().map(|(name, _)| name).collect::<Vec<_>>(), [kept], "{language}");
    }
}

#[test]
fn chat_has_rows_of_its_own_that_no_language_gets_into() {
    let mut day = Tally::default();
    day.chat(true).spend(Cost { prompt_tokens: 10, completion_tokens: 3, masked: 0 });
    day.chat(false).spend(Cost { prompt_tokens: 5, completion_tokens: 1, masked: 0 });
    day.of("chat").shown += 1;
    day.of("chat-unpriced").shown += 1;
    let mut days = Tally::default();
    days.add(&day);
    days.add(&day);
    assert_eq!(days.languages().map(|(name, row)| (name, row.shown)).collect::<Vec<_>>(), [("other", 4)]);
    let figures = |requests, prompt_tokens, completion_tokens| Figures {
        requests,
        prompt_tokens,
        completion_tokens,
        ..Figures::default()
    };
    assert_eq!(days.chats(), figures(4, 30, 8));
    assert_eq!(days.unpriced(), figures(2, 10, 2));
    assert_eq!(days.priced(), Figures { shown: 4, ..figures(2, 20, 6) });
    assert_eq!(days.total(), Figures { shown: 4, ..figures(4, 30, 8) });
    // What an older server reads, adds to and writes again is still the same.
    let kept: BTreeMap<String, Figures> = serde_json::from_value(json!(days)).unwrap();
    assert_eq!(tally(json!(kept)), days);
}

#[test]
fn filters_have_rows_of_their_own_that_no_total_takes_in() {
    let mut day = Tally::default();
    day.filter("filteredQuote").shown += 2;
    day.filter("filteredAbove").rejected += 1;
    day.of("filteredQuote").requests += 1;
    let mut days = Tally::default();
    days.add(&day);
    let rows: Vec<_> = days.filters().map(|(name, row)| (name, row.shown, row.rejected)).collect();
    assert_eq!(rows, [("filteredAbove", 0, 1), ("filteredQuote", 2, 0)]);
    assert_eq!(days.languages().map(|(name, _)| name).collect::<Vec<_>>(), ["other"]);
    assert_eq!(days.total(), Figures { requests: 1, ..Figures::default() });
}

#[test]
fn endpoints_have_rows_beside_the_others_and_this_machine_costs_nothing() {
    let cost = |prompt_tokens| Cost { prompt_tokens, completion_tokens: 1, masked: 0 };
    let mut day = Tally::default();
    day.of("rust").spend(cost(10));
    day.endpoint("localhost:8080").spend(cost(10));
    day.own_machine().spend(cost(10));
    day.of("rust").spend(cost(7));
    day.endpoint("api.mistral.ai").spend(cost(7));
    let mut days = Tally::default();
    days.add(&day);
    let rows: Vec<_> = days.endpoints().map(|(host, row)| (host, row.requests)).collect();
    assert_eq!(rows, [("api.mistral.ai", 1), ("localhost:8080", 1)]);
    assert_eq!((days.total().tokens(), days.priced().tokens()), (19, 8));
    assert_eq!(days.languages().map(|(name, _)| name).collect::<Vec<_>>(), ["rust"]);
}

#[test]
fn a_tally_is_empty_until_something_is_counted() {
    let mut tally = Tally::default();
    assert!(tally.is_empty());
    tally.of("rust");
    assert!(tally.is_empty());
    tally.of("rust").requests += 1;
    assert!(!tally.is_empty());
}

#[test]
fn the_total_and_the_share_take_in_all_languages() {
    let tally = tally(json!({ "go": { "shown": 3, "partly": 1 }, "rust": { "shown": 1, "accepted": 1 } }));
    assert_eq!(tally.total(), Figures { shown: 4, accepted: 1, partly: 1, ..Figures::default() });
    assert_eq!(tally.total().share_accepted(), Some(0.5));
    assert_eq!(Figures::default().share_accepted(), None);
}
