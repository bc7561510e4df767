//! Requests that move along with what is typed while they are open.

use super::*;

impl Bench {
    /// Starts a query that moves, and lets it run until the endpoint is asked.
    async fn start_moving(&self, follows: Follows) -> tokio::task::JoinHandle<Answer> {
        let (engine, query) = (self.engine.clone(), Query { follows, ..self.query() });
        let task = tokio::spawn(async move { engine.complete(&query).await });
        time::sleep(Duration::from_millis(40)).await;
        task
    }
}

/// What was typed meanwhile, and what is suggested behind it.
fn typed_and_text(answer: Answer) -> (String, String) {
    (answer.moved.map(|moved| moved.typed).unwrap_or_default(), text(answer.result))
}

#[tokio::test(start_paused = true)]
async fn letters_move_a_query_along_and_other_signs_supersede_it() {
    let mut bench = Bench::new("let x = fo<cursor>\n", Some("o_bar();\n"));
    let query = bench.start_moving(Follows::Words).await;
    time::sleep(Duration::from_millis(100)).await;
    bench.type_text("o_");
    assert_eq!(typed_and_text(query.await.unwrap()), ("o_".into(), "bar();".into()));
    bench.type_text("x");
    let query = bench.start_moving(Follows::Words).await;
    bench.type_text("(");
    assert_eq!(query.await.unwrap().result, Err(Reason::Superseded));
}

#[tokio::test(start_paused = true)]
async fn where_a_client_takes_late_answers_all_that_is_typed_moves_a_query_along() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo(a)\n    .bar();\n"));
    let query = bench.start_moving(Follows::Typing).await;
    let cursor = bench.cursor;
    for key in ["f", "oo", "(", "a)", "\n    "] {
        bench.type_text(key);
        time::sleep(Duration::from_millis(10)).await;
    }
    let answer = query.await.unwrap();
    let moved = answer.moved.clone().unwrap();
    assert_eq!((moved.cursor, moved.document.text == bench.document.text), (cursor + 11, true));
    assert_eq!(typed_and_text(answer), ("foo(a)\n    ".into(), ".bar();".into()));
    assert_eq!(bench.asked(), 1);
    bench.type_text("x");
    let query = bench.start_moving(Follows::Typing).await;
    bench.backspace();
    assert_eq!(query.await.unwrap().result, Err(Reason::Superseded), "the client asks anew");
}

#[tokio::test(start_paused = true)]
async fn a_query_that_has_moved_from_what_the_model_says_asks_for_where_it_stands() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo();\n"));
    let query = bench.start_moving(Follows::Typing).await;
    bench.type_text("b");
    *bench.script.reply.lock().unwrap() = Some(Ok("ar();\n".into()));
    assert_eq!(typed_and_text(query.await.unwrap()), ("b".into(), "ar();".into()));
    assert_eq!(bench.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_newer_query_supersedes_one_that_moves() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo();\n"));
    let first = bench.start_moving(Follows::Typing).await;
    bench.type_text("f");
    let second = bench.start_moving(Follows::Typing).await;
    assert_eq!(first.await.unwrap().result, Err(Reason::Superseded));
    assert_eq!(typed_and_text(second.await.unwrap()), (String::new(), "oo();".into()));
    assert_eq!(bench.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_nothing_comes_it_asks_once_however_it_could_move() {
    for follows in [Follows::Words, Follows::Typing] {
        for (reply, reason) in [(Err(Error::NoKey), Reason::Endpoint(Error::NoKey)), (Ok(String::new()), Reason::Empty)]
        {
            let mut bench = Bench::new("let x = fo<cursor>\n", None);
            *bench.script.reply.lock().unwrap() = Some(reply);
            let query = bench.start_moving(follows).await;
            assert_eq!(query.await.unwrap().result, Err(reason.clone()));
            assert_eq!(bench.asked(), 1);
            bench.type_text("x");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_in_at_the_cursor_and_must_not_be_sent_ends_a_query_that_moves() {
    for pasted in ["diff --git a/.env b/.env\n+TOKEN=1\n", "a\0b"] {
        let mut bench = Bench::new("<cursor>let x = 1;\n", Some("foo();\n"));
        let query = bench.start_moving(Follows::Typing).await;
        bench.type_text(pasted);
        let reason = query.await.unwrap().result.unwrap_err();
        assert!(matches!(reason, Reason::Private(_) | Reason::Binary), "{pasted:?}: {reason:?}");
        assert_eq!(bench.asked(), 1, "{pasted:?}: before it came");
    }
}
