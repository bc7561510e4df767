//! After trouble, and while a key is looked for.

use super::*;

#[tokio::test(start_paused = true)]
async fn what_failed_is_tried_again_after_a_rest_and_its_end_is_told() {
    let mut bench = Bench::new("let x = <cursor>\n", Some(""));
    *bench.script.reply.lock().unwrap() = Some(Err(Error::NoKey));
    assert_eq!(bench.complete().await, Err(Reason::Endpoint(Error::NoKey)));
    *bench.script.reply.lock().unwrap() = Some(Ok("1;\n".into()));
    time::sleep(Duration::from_secs(29)).await;
    bench.type_text("a");
    assert_eq!(bench.complete().await, Err(Reason::Paused(Error::NoKey)));
    time::sleep(Duration::from_secs(1)).await;
    bench.type_text(" = ");
    assert_eq!(text(bench.complete().await), "1;");
    assert_eq!(bench.notices.try_recv(), Ok(Notice::Trouble(Reason::Endpoint(Error::NoKey))));
    assert_eq!(bench.notices.try_recv(), Ok(Notice::WorksAgain));
    assert!(bench.notices.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn whoever_is_overtaken_does_not_wait_for_the_key() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo();\n"));
    *bench.script.key_takes.lock().unwrap() = Duration::from_secs(10);
    let first = bench.start().await;
    time::sleep(Duration::from_millis(50)).await;
    bench.type_text("f");
    let second = bench.start().await;
    let before = time::Instant::now();
    assert_eq!(first.await.unwrap(), Err(Reason::Superseded));
    assert_eq!(time::Instant::now(), before);
    assert_eq!(text(second.await.unwrap()), "foo();");
}

#[tokio::test(start_paused = true)]
async fn of_an_empty_document_nothing_is_sent() {
    let bench = Bench::new("<cursor>", Some("foo();\n"));
    assert_eq!(bench.complete().await, Err(Reason::NoText));
    let (answer, others) =
        bench.engine.complete_with_alternatives(&Query { invoked: true, ..bench.query() }, ready(())).await;
    assert_eq!((answer.result, others, bench.asked()), (Err(Reason::NoText), vec![], 0));
}

#[tokio::test(start_paused = true)]
async fn a_cut_stream_shows_its_complete_lines_or_says_why_not() {
    let bench = Bench::new("let x = <cursor>\n", Some(""));
    let cut = Error::Cut { host: "h".into() };
    *bench.script.reply.lock().unwrap() = Some(Err(cut.clone()));
    assert_eq!(bench.complete().await, Err(Reason::Endpoint(cut)));
}
