//! What the person takes, and what is asked for beyond the first suggestion.

use super::*;
use crate::usage::Tally;

#[tokio::test(start_paused = true)]
async fn asked_by_hand_it_offers_different_suggestions_and_equal_ones_once() {
    let bench = Bench::new("let x = <cursor>\n", Some("foo();\n"));
    let query = Query { invoked: true, ..bench.query() };
    let (answer, others) = bench.engine.complete_with_alternatives(&query, ready(())).await;
    assert_eq!((text(answer.result).as_str(), others), ("foo();", vec![]));
    let seeds: Vec<_> = bench.script.prompts.lock().unwrap().iter().map(|prompt| prompt.random_seed).collect();
    assert_eq!(seeds.len(), 3);
    assert!(seeds.contains(&None) && seeds.contains(&Some(1)) && seeds.contains(&Some(2)), "{seeds:?}");
    *bench.script.reply.lock().unwrap() = Some(Ok("bar();\n".into()));
    let (answer, others) = bench.engine.complete_with_alternatives(&query, ready(())).await;
    let others: Vec<_> = others.into_iter().map(|other| other.text).collect();
    assert_eq!((text(answer.result).as_str(), others), ("foo();", vec!["bar();".to_owned()]));
    time::sleep(TOKEN * 10).await;
    assert_eq!(bench.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn asked_by_hand_it_is_overtaken_though_only_further_ones_are_waited_for() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo();\n"));
    assert_eq!(text(bench.complete().await), "foo();");
    *bench.script.reply.lock().unwrap() = None;
    let (engine, query) = (bench.engine.clone(), Query { invoked: true, ..bench.query() });
    let task = tokio::spawn(async move { engine.complete_with_alternatives(&query, ready(())).await.0.result });
    time::sleep(Duration::from_millis(50)).await;
    bench.type_text("f");
    let before = time::Instant::now();
    assert_eq!(task.await.unwrap(), Err(Reason::Superseded));
    assert_eq!(time::Instant::now(), before);
}

#[tokio::test(start_paused = true)]
async fn each_of_several_requests_is_paid_when_all_are_taken_back() {
    let bench = Bench::new("let x = <cursor>\n", None);
    let (engine, query) = (bench.engine.clone(), Query { invoked: true, ..bench.query() });
    let task = tokio::spawn(async move { engine.complete_with_alternatives(&query, ready(())).await.1 });
    time::sleep(Duration::from_millis(100)).await;
    task.abort();
    time::sleep(Duration::from_millis(1)).await;
    let counts = bench.usage.counts();
    assert_eq!((bench.asked(), counts.requests, counts.reset), (3, 3, 3));
    assert_eq!(bench.usage.take_tally().of("rust").requests, 3);
}

#[tokio::test(start_paused = true)]
async fn what_became_of_suggestions_is_counted_by_language() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo();\nlet y = bar();\n"));
    bench.complete().await.unwrap();
    time::sleep(TOKEN * 10).await;
    bench.type_text("f");
    bench.complete().await.unwrap();
    bench.type_text("oo();");
    bench.engine.accepted();
    assert_eq!(text(bench.complete().await), "\nlet y = bar();");
    bench.type_text("\nlet ");
    bench.complete().await.unwrap();
    bench.type_text("z");
    let mut tally = bench.usage.take_tally();
    let row = *tally.of("rust");
    assert_eq!((row.shown, row.accepted, row.partly, row.rejected, row.requests), (2, 1, 1, 1, 1));
    assert!(row.prompt_tokens > 0 && row.completion_tokens > 0, "{row:?}");
    assert_eq!(bench.usage.take_tally(), Tally::default());
}

#[tokio::test(start_paused = true)]
async fn asking_ahead_can_be_switched_off() {
    for (prefetch, requests) in [(Prefetch::Auto, 2), (Prefetch::OnAccept, 2), (Prefetch::Off, 1)] {
        let mut bench = Bench::new("let x = <cursor>\n", Some("foo_bar();\nnext();\nthird();\nfourth();\nfifth();\n"));
        let mut settings = Settings::default();
        settings.completion.prefetch = prefetch;
        bench.engine.configure(Arc::new(settings), bench.script.clone());
        bench.complete().await.unwrap();
        time::sleep(TOKEN * 10).await;
        for typed in "foo_bar();\nnext()".chars() {
            time::sleep(Duration::from_millis(150)).await;
            bench.type_text(&typed.to_string());
            bench.complete().await.unwrap();
        }
        assert_eq!(bench.asked(), requests, "{prefetch:?}");
    }
}
