//! What is asked once more, by hand, because nothing of a reply could be shown.

use super::*;

/// Asks by hand, or not, where a model first says `reply`; gives what is shown and how often it was asked.
async fn complete(bench: &Bench, invoked: bool) -> (Result<String, Reason>, usize) {
    let query = Query { invoked, ..bench.query() };
    let result = bench.engine.complete(&query).await.result;
    (result.map(|suggestion| suggestion.text), bench.asked())
}

#[tokio::test(start_paused = true)]
async fn a_reply_of_which_nothing_is_left_is_asked_for_once_more_by_hand_only() {
    for (reply, filter) in [
        ("", None),
        ("<|end_of_file|>", Some("filteredMark")),
        ("let alpha = beta();\n", Some("filteredBegun")),
        ("next_line();\n", Some("filteredSuffix")),
    ] {
        let bench = Bench::new("let alpha = beta();\n<cursor>\nnext_line();\n", Some(reply));
        let (by_itself, asked) = complete(&bench, false).await;
        assert_eq!((by_itself.unwrap_err().code(), asked), (filter.unwrap_or("empty"), 1), "{reply:?}");
        let bench = Bench::new("let alpha = beta();\n<cursor>\nnext_line();\n", Some(reply));
        let (by_hand, asked) = complete(&bench, true).await;
        assert_eq!((by_hand.unwrap_err().code(), asked), (filter.unwrap_or("empty"), 2), "{reply:?}");
        let prompts = bench.script.prompts.lock().unwrap().clone();
        assert_eq!((prompts[0].min_tokens, prompts[1].min_tokens), (None, Some(8)));
        assert_eq!(prompts[1].temperature, Some(0.7));
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_second_reply_says_is_shown() {
    let bench = Bench::new("let x = <cursor>\n", Some(""));
    assert_eq!(complete(&bench, false).await, (Err(Reason::Empty), 1));
    *bench.script.reply.lock().unwrap() = Some(Ok("foo();\n".into()));
    assert_eq!(complete(&bench, false).await, (Err(Reason::Empty), 1));
    assert_eq!(complete(&bench, true).await, (Ok("foo();".into()), 2));
    assert_eq!(complete(&bench, false).await, (Ok("foo();".into()), 2));
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_fails_is_not_asked_once_more() {
    let bench = Bench::new("let x = <cursor>\n", Some(""));
    *bench.script.reply.lock().unwrap() = Some(Err(Error::NoKey));
    assert_eq!(complete(&bench, true).await, (Err(Reason::Endpoint(Error::NoKey)), 1));
}
