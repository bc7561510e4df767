//! A cursor that rests where something is still to be written: asked once.

use super::*;
use crate::completion::engine::rest::REST;

/// A body in which one line is unfinished, an empty one waits, and the rest is written.
const BODY: &str = "fn f() {\n    let x = \n\n    done(1);\n}\n<cursor>fn g() {}\n";
const UNFINISHED: &str = "let x = ";

/// The document as it was opened: nothing was typed yet.
fn opened(reply: Option<&str>) -> Bench {
    let bench = Bench::new(BODY, reply);
    bench.engine.closed(&bench.document.uri);
    bench
}

impl Bench {
    /// Puts the cursor behind `text`.
    fn go_behind(&mut self, text: &str) {
        self.cursor = self.document.text.to_string().find(text).unwrap() + text.len();
    }

    /// Goes there and asks as Neovim does; says what it came to and how long that took.
    async fn rest_behind(&mut self, text: &str) -> (Result<String, Reason>, Duration) {
        self.go_behind(text);
        let begun = time::Instant::now();
        let answer = self.complete().await.map(|suggestion| suggestion.text);
        (answer, begun.elapsed())
    }
}

fn ok(text: &str) -> Result<String, Reason> {
    Ok(text.into())
}

#[tokio::test(start_paused = true)]
async fn an_unfinished_line_is_asked_about_after_a_rest() {
    let mut bench = opened(Some("foo();\n"));
    bench.rest_behind("g() {}").await.0.unwrap_err();
    let (answer, took) = bench.rest_behind(UNFINISHED).await;
    assert_eq!((answer, bench.asked()), (ok("foo();"), 1));
    assert!((REST..REST + FIRST_BYTE * 2).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn after_typing_elsewhere_it_is_asked_about_too() {
    let mut bench = opened(Some("foo();\n"));
    bench.go_behind("done(1);");
    bench.type_text("\n    m");
    bench.complete().await.ok();
    let asked = bench.asked();
    let (answer, took) = bench.rest_behind(UNFINISHED).await;
    assert_eq!((answer, bench.asked()), (ok("foo();"), asked + 1));
    assert!(took >= REST, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn an_empty_line_in_a_body_is_asked_about() {
    let mut bench = opened(Some("    foo();\n"));
    bench.rest_behind("done(1);").await.0.unwrap_err();
    assert_eq!(bench.rest_behind("let x = \n").await.0, ok("    foo();"));
    assert_eq!(bench.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_place_that_was_asked_about_is_not_asked_about_again() {
    let mut bench = opened(None);
    bench.go_behind("g() {}");
    assert_eq!(bench.complete().await, Err(Reason::NoEdit));
    bench.go_behind(UNFINISHED);
    // Nothing comes, and insert mode is left: the stream is reset, so that nothing is known of the place.
    let query = bench.start().await;
    time::sleep(REST + Duration::from_millis(100)).await;
    assert_eq!((bench.asked(), bench.open()), (1, 1));
    query.abort();
    time::sleep(Duration::from_millis(1)).await;
    assert_eq!(bench.open(), 0);
    for place in [UNFINISHED, UNFINISHED, "done(1);", UNFINISHED] {
        assert_eq!(bench.rest_behind(place).await, (Err(Reason::NoEdit), Duration::ZERO), "{place}");
    }
    assert_eq!(bench.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_same_cursor_in_another_text_is_another_place() {
    let mut bench = opened(Some(""));
    bench.go_behind("g() {}");
    bench.complete().await.unwrap_err();
    assert_eq!(bench.rest_behind(UNFINISHED).await.0, Err(Reason::Empty));
    bench.go_behind("done(1);");
    bench.type_text("\n    more(2);");
    assert_eq!(bench.complete().await.unwrap_err(), Reason::Empty);
    assert_eq!(bench.rest_behind(UNFINISHED).await.0, Err(Reason::Empty));
    assert_eq!(bench.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_known_there_is_shown_at_once() {
    let mut bench = opened(Some("foo();\n"));
    bench.rest_behind("g() {}").await.0.unwrap_err();
    assert_eq!(bench.rest_behind(UNFINISHED).await.0, ok("foo();"));
    bench.rest_behind("done(1);").await.0.unwrap_err();
    assert_eq!(bench.rest_behind(UNFINISHED).await, (ok("foo();"), Duration::ZERO));
    assert_eq!(bench.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn wandering_asks_nothing() {
    let mut bench = opened(Some("foo();\n"));
    bench.rest_behind("g() {}").await.0.unwrap_err();
    // Every place of the text, half a rest at each, and a whole one where all is written.
    let places = bench.document.text.len_bytes();
    for at in 0..places {
        bench.cursor = at;
        let query = bench.start().await;
        time::sleep(REST / 2).await;
        query.abort();
    }
    for written in ["done(1);", "fn f()", "g() {}", "}\n"] {
        assert_eq!(bench.rest_behind(written).await.0, Err(Reason::NoEdit), "{written}");
    }
    assert_eq!(bench.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn switched_off_a_rest_asks_nothing_and_typing_does() {
    let mut bench = opened(Some("foo();\n"));
    let mut settings = Settings::default();
    settings.completion.on_rest = false;
    bench.engine.configure(Arc::new(settings), bench.script.clone());
    bench.rest_behind("g() {}").await.0.unwrap_err();
    assert_eq!(bench.rest_behind(UNFINISHED).await, (Err(Reason::NoEdit), Duration::ZERO));
    bench.type_text("f");
    assert_eq!(text(bench.complete().await), "foo();");
    assert_eq!(bench.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_menu_does_not_come_up_by_itself() {
    let mut bench = opened(Some("foo();\n"));
    bench.rest_behind("g() {}").await.0.unwrap_err();
    bench.go_behind(UNFINISHED);
    let query = Query { follows: Follows::Words, ..bench.query() };
    assert_eq!(bench.engine.complete(&query).await.result, Err(Reason::NoEdit));
    assert_eq!(bench.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_key_ends_the_rest_and_asks_as_a_key_does() {
    let mut bench = opened(Some("foo();\n"));
    bench.rest_behind("g() {}").await.0.unwrap_err();
    bench.go_behind(UNFINISHED);
    let resting = bench.start().await;
    time::sleep(REST / 2).await;
    bench.type_text("f");
    let begun = time::Instant::now();
    assert_eq!(text(bench.complete().await), "foo();");
    assert!(begun.elapsed() < REST, "{:?}", begun.elapsed());
    assert_eq!(resting.await.unwrap(), Err(Reason::Superseded));
    assert_eq!(bench.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_second_request_at_the_place_that_was_just_typed_to_asks_as_the_first() {
    let mut bench = Bench::new("let x <cursor>\n", Some("foo();\n"));
    bench.type_text("= ");
    // The menu of the editor's own came up and made it ask again.
    let first = bench.start().await;
    let begun = time::Instant::now();
    assert_eq!(text(bench.complete().await), "foo();");
    assert!(begun.elapsed() < REST, "{:?}", begun.elapsed());
    assert_eq!(first.await.unwrap(), Err(Reason::Superseded));
    assert_eq!(bench.asked(), 1);
}
