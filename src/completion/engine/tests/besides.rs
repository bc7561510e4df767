//! Streams that are slow or silent, and the ones opened besides.

use super::*;

/// From the question to the one besides it, where nothing is known of the endpoint.
const PATIENCE: Duration = Duration::from_millis(800);

/// A place at which a stream was opened and says nothing; from now on the model says `foo();`.
async fn hung() -> (Bench, tokio::task::JoinHandle<Result<Suggestion, Reason>>) {
    let bench = Bench::new("let x = <cursor>\n", None);
    let first = bench.start().await;
    time::sleep(Duration::from_millis(100)).await;
    assert_eq!(bench.asked(), 1);
    *bench.script.reply.lock().unwrap() = Some(Ok("foo();\n".into()));
    (bench, first)
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_keeps_nobody_waiting() {
    let begun = time::Instant::now();
    let (bench, waiting) = hung().await;
    assert_eq!(text(waiting.await.unwrap()), "foo();");
    let took = begun.elapsed();
    assert!(took < PATIENCE + FIRST_BYTE + Duration::from_millis(50), "{took:?}");
    time::sleep(TOKEN * 3).await;
    assert_eq!((bench.asked(), bench.open(), bench.engine.status().streams), (2, 0, 0));
    let counts = bench.usage.counts();
    assert_eq!((counts.requests, counts.reset, counts.failed), (2, 1, 0));
    let one = u64::try_from("let x = \n".len().div_ceil(4)).unwrap();
    assert!(counts.prompt_tokens >= one * 2, "the silent one is paid for as well: {counts:?}");
}

#[tokio::test(start_paused = true)]
async fn the_first_key_that_meets_a_hung_stream_asks_at_once_and_only_once() {
    let (mut bench, first) = hung().await;
    bench.type_text("f");
    first.abort();
    time::sleep(PATIENCE).await;
    assert_eq!(bench.asked(), 1, "nobody waits for it");
    bench.type_text("o");
    *bench.script.reply.lock().unwrap() = None;
    let second = bench.start().await;
    time::sleep(Duration::from_millis(100)).await;
    assert_eq!(bench.asked(), 2);
    time::sleep(PATIENCE * 3).await;
    assert_eq!((bench.asked(), bench.open()), (2, 2), "where both are silent the endpoint is slow");
    second.abort();
    time::sleep(TOKEN).await;
    assert_eq!(bench.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn whichever_answers_first_is_shown_and_the_other_reset() {
    let bench = Bench::new("let x = <cursor>\n", Some("late();\n"));
    *bench.script.first_byte.lock().unwrap() = Some(PATIENCE + FIRST_BYTE / 2);
    let waiting = bench.start().await;
    time::sleep(Duration::from_millis(100)).await;
    *bench.script.reply.lock().unwrap() = None;
    assert_eq!(text(waiting.await.unwrap()), "late();");
    time::sleep(TOKEN * 3).await;
    assert_eq!((bench.asked(), bench.open()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn of_a_silent_stream_that_fails_nobody_hears_while_another_may_answer() {
    let mut bench = Bench::new("let x = <cursor>\n", None);
    *bench.script.reply.lock().unwrap() = Some(Err(Error::Cut { host: "h".into() }));
    *bench.script.first_byte.lock().unwrap() = Some(PATIENCE + FIRST_BYTE / 2);
    let waiting = bench.start().await;
    time::sleep(Duration::from_millis(100)).await;
    *bench.script.first_byte.lock().unwrap() = None;
    *bench.script.reply.lock().unwrap() = Some(Ok("foo();\n".into()));
    assert_eq!(text(waiting.await.unwrap()), "foo();");
    assert!(bench.notices.try_recv().is_err());
    assert_eq!(bench.engine.status().last_error, None);
}

#[tokio::test(start_paused = true)]
async fn what_came_of_a_stream_that_stopped_half_way_is_shown_and_the_rest_asked_for() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo();\nlet y = b"));
    *bench.script.hangs.lock().unwrap() = true;
    assert_eq!(text(bench.complete().await), "foo();");
    time::sleep(PATIENCE * 2).await;
    *bench.script.reply.lock().unwrap() = Some(Ok("bar();\n".into()));
    *bench.script.hangs.lock().unwrap() = false;
    bench.type_text("foo();\nlet y = ");
    let begun = time::Instant::now();
    assert_eq!(text(bench.complete().await), "bar();");
    assert!(begun.elapsed() < FIRST_BYTE + Duration::from_millis(100), "{:?}", begun.elapsed());
    time::sleep(TOKEN * 3).await;
    assert_eq!((bench.asked(), bench.open()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn complete_lines_are_shown_when_the_rest_takes_long() {
    let body: String = (0..80).map(|n| format!("    call_{n}();\n")).collect();
    let bench = Bench::new("<cursor>\n", Some(&format!("fn f() {{\n{body}}}\n")));
    let start = time::Instant::now();
    let shown = text(bench.complete().await);
    assert!(shown.starts_with("fn f() {\n    call_0();\n") && shown.ends_with(");"), "{shown}");
    assert!(start.elapsed() <= Duration::from_millis(450), "{:?}", start.elapsed());
}
