//! A day's tokens: when they are gone the endpoint is asked by hand only.

use super::*;
use crate::usage::today;

const MOST: u64 = 1000;

fn limited(bench: &Bench, most: u64) {
    let mut settings = Settings::default();
    settings.limits.tokens_per_day = Some(most);
    bench.engine.configure(Arc::new(settings), bench.script.clone());
}

#[tokio::test(start_paused = true)]
async fn used_up_nothing_is_asked_but_by_hand_and_it_is_told_once() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo();\n"));
    limited(&bench, MOST);
    bench.usage.set_spent(today(), MOST - 1);
    assert_eq!(text(bench.complete().await), "foo();");
    for _ in 0..2 {
        bench.type_text("y(");
        assert_eq!(bench.complete().await, Err(Reason::Ceiling(MOST)));
    }
    assert_eq!(bench.asked(), 1);
    assert_eq!(bench.notices.recv().await, Some(Notice::Trouble(Reason::Ceiling(MOST))));
    assert!(bench.notices.try_recv().is_err());
    assert_eq!(bench.engine.status().ceiling, Some(MOST));

    let by_hand = Query { invoked: true, ..bench.query() };
    assert_eq!(text(bench.engine.complete(&by_hand).await.result), "foo();");
    limited(&bench, 2 * MOST);
    bench.type_text("z(");
    assert_eq!(text(bench.complete().await), "foo();");
    assert_eq!((bench.asked(), bench.engine.status().ceiling), (3, None));
}

#[tokio::test(start_paused = true)]
async fn used_up_nothing_is_asked_ahead_either() {
    for (spent, asked) in [(0, 2), (MOST, 1)] {
        let mut bench = Bench::new("let x = <cursor>\n", Some("foo(one, two);\nlet y = bar();\nlet z = baz();\n"));
        limited(&bench, MOST);
        assert_eq!(text(bench.complete().await), "foo(one, two);");
        time::sleep(TOKEN * 10).await;
        bench.type_text("foo(one, two);");
        bench.complete().await.unwrap();
        bench.usage.set_spent(today(), spent);
        bench.type_text("\nlet y = ba");
        assert_eq!(text(bench.complete().await), "r();");
        assert_eq!(bench.asked(), asked, "{spent} spent");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_counted_here_and_not_written_yet_adds_to_what_is_on_disk() {
    let bench = Bench::new("let x = <cursor>\n", Some("foo();\n"));
    assert_eq!(text(bench.complete().await), "foo();");
    time::sleep(Duration::from_secs(1)).await;
    let own = bench.usage.spent_today();
    assert!(own > 0);
    bench.usage.set_spent(today(), 500);
    assert_eq!(bench.usage.spent_today(), 500 + own);
    let tally = bench.usage.take_tally();
    bench.usage.set_spent(today(), 500 + tally.total().tokens());
    assert_eq!(bench.usage.spent_today(), 500 + own);
}
