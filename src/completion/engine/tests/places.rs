//! An endpoint that works on few requests at a time, as servers on machines of one's own do.

use super::*;

/// Longer than a stream may be silent before another is asked besides, where nothing is known of the endpoint.
const LONG: Duration = Duration::from_secs(3);

/// A document at the cursor, and an endpoint with one place that will say `reply`.
fn one_place(marked: &str, reply: Option<&str>) -> Bench {
    let bench = Bench::new(marked, reply);
    *bench.script.places.lock().unwrap() = Some(1);
    bench
}

#[tokio::test(start_paused = true)]
async fn a_stream_kept_in_case_of_a_typo_makes_room_for_what_is_asked_now() {
    let mut bench = one_place("let x = <cursor>\n", Some("foo one two three four();\n"));
    let _first = bench.start().await;
    time::sleep(FIRST_BYTE + TOKEN).await;
    bench.type_text("foo");
    bench.type_text("z");
    assert_eq!((bench.asked(), bench.open()), (1, 1), "it may be taken back");
    *bench.script.reply.lock().unwrap() = Some(Ok("oo();\n".into()));
    let begun = time::Instant::now();
    assert_eq!(text(bench.complete().await), "oo();");
    let took = begun.elapsed();
    assert!(took < FIRST_BYTE + Duration::from_millis(60), "{took:?}");
    assert_eq!((bench.asked(), bench.script.most_open.load(SeqCst)), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_typed_along_is_kept_and_nothing_is_asked_besides() {
    let mut bench = one_place("let x = <cursor>\n", None);
    let _first = bench.start().await;
    time::sleep(LONG).await;
    for typed in ["f", "o", "o", "b"] {
        bench.type_text(typed);
        let _later = bench.start().await;
        time::sleep(LONG).await;
    }
    assert_eq!((bench.asked(), bench.open()), (1, 1), "it says nothing yet, and may say what is typed");
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_another_document_makes_room() {
    let mut bench = one_place("let x = <cursor>\n", None);
    let first = bench.start().await;
    time::sleep(FIRST_BYTE).await;
    *bench.script.reply.lock().unwrap() = Some(Ok("foo();\n".into()));
    bench.document = Document::new("file:///b.rs", "rust", 0, "let y = \n");
    bench.type_text("");
    let begun = time::Instant::now();
    assert_eq!(text(bench.complete().await), "foo();");
    assert!(begun.elapsed() < FIRST_BYTE + Duration::from_millis(60), "{:?}", begun.elapsed());
    assert_eq!(first.await.unwrap(), Err(Reason::Superseded));
    assert_eq!((bench.asked(), bench.script.most_open.load(SeqCst)), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn with_two_places_the_older_stream_goes_on() {
    let mut bench = Bench::new("let x = <cursor>\n", None);
    *bench.script.places.lock().unwrap() = Some(2);
    for (name, open) in [("file:///b.rs", 1), ("file:///c.rs", 2), ("file:///d.rs", 2)] {
        bench.document = Document::new(name, "rust", 0, "let y = \n");
        bench.type_text("");
        let _asked = bench.start().await;
        time::sleep(FIRST_BYTE).await;
        assert_eq!(bench.open(), open);
    }
    assert_eq!((bench.asked(), bench.script.most_open.load(SeqCst)), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn what_follows_is_not_asked_ahead_while_the_place_is_taken() {
    for (places, asked) in [(None, 2), (Some(1), 1)] {
        let mut bench = Bench::new("let x = <cursor>\n", Some("foo(one, two);\nlet y = bar();\nlet z = baz();\n"));
        *bench.script.places.lock().unwrap() = places;
        assert_eq!(text(bench.complete().await), "foo(one, two);");
        time::sleep(TOKEN * 10).await;
        bench.type_text("foo(one, two);");
        bench.complete().await.unwrap();
        *bench.script.reply.lock().unwrap() = None;
        // Somebody else's stream takes the place.
        let mut other = Bench { document: Document::new("file:///b.rs", "rust", 0, "x\n"), cursor: 1, ..bench };
        other.type_text("(");
        let _taken = other.start().await;
        time::sleep(FIRST_BYTE).await;
        let before = other.asked();
        let mut bench = Bench {
            document: Document::new("file:///a.rs", "rust", 0, "let x = foo(one, two);\n"),
            cursor: 22,
            ..other
        };
        bench.type_text("\nlet y = ba");
        assert_eq!(text(bench.complete().await), "r();");
        assert_eq!(bench.asked() - before + 1, asked, "{places:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn by_hand_the_first_suggestion_is_asked_for_before_the_further_ones() {
    let bench = one_place("let x = <cursor>\n", Some("foo();\n"));
    let query = Query { invoked: true, ..bench.query() };
    let (answer, _) = bench.engine.complete_with_alternatives(&query, ready(())).await;
    assert_eq!(text(answer.result), "foo();");
    let prompts = bench.script.prompts.lock().unwrap();
    let temperatures: Vec<_> = prompts.iter().map(|prompt| prompt.temperature).collect();
    let other = Some(crate::completion::prompt::OTHER_TEMPERATURE);
    assert_eq!((temperatures.len(), temperatures[0] == other, temperatures[1]), (3, false, other));
}
