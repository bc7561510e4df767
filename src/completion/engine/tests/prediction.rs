//! The embedded engine in the endpoint's place, and what becomes of what it said.

use std::sync::atomic::{AtomicU64, AtomicUsize};

use super::*;
use crate::completion::Window;
use crate::settings::First;

/// Says one text anywhere.
#[derive(Default)]
struct Knows {
    text: Mutex<Option<String>>,
    forgotten: AtomicU64,
    asked: AtomicUsize,
    /// Text is deleted the first so many times it is asked.
    deletes: usize,
}

impl Knows {
    fn new(text: &str) -> Self {
        Self { text: Mutex::new(Some(text.to_owned())), ..Self::default() }
    }

    fn delete(&self) {
        *self.text.lock().unwrap() = None;
        self.forgotten.fetch_add(1, SeqCst);
    }
}

impl Predictor for Knows {
    fn predict(&self, _: &Query, _: &Window) -> Option<(String, f32)> {
        if self.asked.fetch_add(1, SeqCst) < self.deletes {
            self.forgotten.fetch_add(1, SeqCst);
        }
        self.text.lock().unwrap().clone().map(|text| (text, 0.7))
    }

    fn forgotten(&self) -> u64 {
        self.forgotten.load(SeqCst)
    }
}

/// An endpoint that refuses, and the embedded engine in its place.
fn refused(knows: Knows) -> (Bench, Arc<Knows>) {
    let bench = Bench::new("let x = <cursor>\n", None);
    *bench.script.reply.lock().unwrap() = Some(Err(Error::NoKey));
    let knows = Arc::new(knows);
    bench.engine.set_predictor(knows.clone());
    (bench, knows)
}

#[tokio::test(start_paused = true)]
async fn what_it_said_is_known_until_text_is_deleted() {
    let (mut bench, knows) = refused(Knows::new("bar();"));
    assert_eq!(bench.complete().await.unwrap().source, Source::Local);
    bench.type_text("b");
    let suggestion = bench.complete().await.unwrap();
    assert_eq!((suggestion.text.as_str(), suggestion.source), ("ar();", Source::Reuse));
    knows.delete();
    bench.type_text("a");
    assert_eq!(bench.complete().await, Err(Reason::Paused(Error::NoKey)));
}

#[tokio::test(start_paused = true)]
async fn what_is_deleted_is_not_offered_as_a_choice_either() {
    let (mut bench, knows) = refused(Knows::new("bar();"));
    bench.complete().await.unwrap();
    knows.delete();
    bench.engine.configure(Arc::new(Settings::default()), bench.script.clone());
    *bench.script.reply.lock().unwrap() = Some(Ok("foo();\n".into()));
    bench.type_text("");
    let (answer, others) =
        bench.engine.complete_with_alternatives(&Query { invoked: true, ..bench.query() }, ready(())).await;
    assert_eq!((text(answer.result).as_str(), others), ("foo();", vec![]));
}

#[tokio::test(start_paused = true)]
async fn text_deleted_while_it_predicts_makes_it_predict_again() {
    let (bench, knows) = refused(Knows { deletes: 2, ..Knows::new("bar();") });
    assert_eq!(text(bench.complete().await), "bar();");
    assert_eq!(knows.asked.load(SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn what_a_filter_drops_of_it_is_asked_of_the_endpoint() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo();\n"));
    let mut settings = Settings::default();
    settings.local.first = First::Set(true);
    bench.engine.configure(Arc::new(settings), bench.script.clone());
    // Sure enough to go first, and of no use: it is only white space.
    bench.engine.set_predictor(Arc::new(Sure("  ")));
    bench.type_text("");
    let suggestion = bench.complete().await.unwrap();
    assert_eq!((suggestion.text.as_str(), suggestion.source), ("foo();", Source::Endpoint));
}

#[tokio::test(start_paused = true)]
async fn while_the_endpoint_is_slow_what_it_is_sure_of_is_shown_first_and_what_follows_asked_for() {
    for (first_byte, first, shown_at_once) in [
        (600, First::Auto, true),
        (600, First::Set(false), false),
        (200, First::Auto, false),
        (200, First::Set(true), true),
    ] {
        let mut bench = Bench::new("let x = <cursor>\n", Some("slow();\n"));
        let mut settings = Settings::default();
        settings.local.first = first;
        bench.engine.configure(Arc::new(settings), bench.script.clone());
        *bench.script.first_byte.lock().unwrap() = Some(Duration::from_millis(first_byte));
        bench.type_text("");
        assert_eq!(text(bench.complete().await), "slow();", "nothing is known of the endpoint yet");
        time::sleep(TOKEN * 5).await;
        bench.engine.set_predictor(Arc::new(Sure("bar();")));
        bench.type_text("slow();\nlet y = ");
        let begun = time::Instant::now();
        let suggestion = bench.complete().await.unwrap();
        let at_once = begun.elapsed().is_zero();
        let case = format!("{first_byte} ms, {first:?}");
        assert_eq!((suggestion.source == Source::Local, at_once), (shown_at_once, shown_at_once), "{case}");
    }
}

/// Is sure of one text anywhere.
struct Sure(&'static str);

impl Predictor for Sure {
    fn predict(&self, _: &Query, _: &Window) -> Option<(String, f32)> {
        Some((self.0.to_owned(), 0.9))
    }

    fn forgotten(&self) -> u64 {
        0
    }
}
