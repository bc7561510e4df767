//! The engine against a scripted endpoint on a paused clock.

mod again;
mod alternatives;
mod besides;
mod ceiling;
mod context;
mod hour;
mod moving;
mod places;
mod prediction;
mod recovery;
mod rest;
mod script;
mod soak;

use std::sync::atomic::Ordering::SeqCst;

use futures_util::FutureExt;
use script::{FIRST_BYTE, Script, TOKEN};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;
use crate::model::Error;
use crate::privacy::Location;
use crate::{
    completion::{Follows, Source},
    settings::Prefetch,
    text::{
        document::{Change, Document},
        position::{Encoding, Position},
    },
};

struct Bench {
    engine: Engine,
    usage: Recorder,
    script: Arc<Script>,
    notices: UnboundedReceiver<Notice>,
    document: Document,
    cursor: usize,
}

impl Bench {
    /// A document with `<cursor>`, opened and just edited; the model will say `reply`.
    fn new(marked: &str, reply: Option<&str>) -> Self {
        let (sender, notices) = unbounded_channel();
        let script = Arc::new(Script::default());
        *script.reply.lock().unwrap() = reply.map(|text| Ok(text.to_owned()));
        let usage = Recorder::default();
        let engine = Engine::new(Arc::new(Settings::default()), script.clone(), usage.clone(), sender);
        let cursor = marked.find("<cursor>").unwrap();
        let document = Document::new("file:///a.rs", "rust", 0, &marked.replacen("<cursor>", "", 1));
        let mut bench = Self { engine, usage, script, notices, document, cursor };
        bench.type_text("");
        bench
    }

    fn query(&self) -> Query {
        Query {
            document: self.document.clone(),
            location: Located::at(Location::nowhere()),
            cursor: self.cursor,
            invoked: false,
            follows: Follows::Nothing,
            keeps_rest: false,
        }
    }

    async fn complete(&self) -> Result<Suggestion, Reason> {
        self.engine.complete(&self.query()).await.result
    }

    /// Starts a query and lets it run to its first wait.
    async fn start(&self) -> tokio::task::JoinHandle<Result<Suggestion, Reason>> {
        let (engine, query) = (self.engine.clone(), self.query());
        let task = tokio::spawn(async move { engine.complete(&query).await.result });
        tokio::task::yield_now().await;
        task
    }

    fn type_text(&mut self, text: &str) {
        self.splice(self.cursor..self.cursor, text);
    }

    fn backspace(&mut self) {
        self.splice(self.cursor - 1..self.cursor, "");
    }

    fn splice(&mut self, range: std::ops::Range<usize>, text: &str) {
        let at = |offset| crate::text::position::from_offset(&self.document.text, offset, Encoding::Utf8);
        let ends: (Position, Position) = (at(range.start), at(range.end));
        let edits = self.document.apply(vec![Change { range: Some(ends), text: text.into() }], Encoding::Utf8);
        self.cursor = range.start + text.len();
        self.engine.edited(&self.document, &edits);
    }

    fn asked(&self) -> usize {
        self.script.prompts.lock().unwrap().len()
    }

    fn open(&self) -> usize {
        self.script.open.load(SeqCst)
    }
}

fn text(result: Result<Suggestion, Reason>) -> String {
    result.unwrap().text
}

#[tokio::test(start_paused = true)]
async fn asks_and_shows() {
    let bench = Bench::new("let x = <cursor>\n", Some("foo();\n"));
    let suggestion = bench.complete().await.unwrap();
    assert_eq!((suggestion.text.as_str(), suggestion.source), ("foo();", Source::Endpoint));
    assert_eq!(&*bench.script.prompts.lock().unwrap()[0].prefix, "let x = ");
    time::sleep(TOKEN * 3).await;
    assert_eq!(bench.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn typing_along_asks_nothing_more_and_waits_for_nothing() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo();\n"));
    bench.complete().await.unwrap();
    for typed in ["f", "o", "o"] {
        bench.type_text(typed);
        let before = time::Instant::now();
        let suggestion = bench.complete().await.unwrap();
        assert_eq!(suggestion.source, Source::Reuse);
        assert_eq!(time::Instant::now(), before);
    }
    assert_eq!(bench.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_stream_serves_the_keys_typed_while_it_runs() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo_bar_baz();\n"));
    let first = bench.start().await;
    time::sleep(Duration::from_millis(100)).await;
    bench.type_text("f");
    let second = bench.start().await;
    time::sleep(Duration::from_millis(50)).await;
    bench.type_text("o");
    let third = bench.start().await;
    assert_eq!(first.await.unwrap(), Err(Reason::Superseded));
    assert_eq!(second.await.unwrap(), Err(Reason::Superseded));
    assert_eq!(text(third.await.unwrap()), "o_bar_baz();");
    assert_eq!(bench.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_contradicted_is_reset() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo \n    bar \n    baz \n    qux(); \n"));
    let first = bench.start().await;
    time::sleep(FIRST_BYTE + TOKEN * 2).await;
    assert_eq!(bench.open(), 1);
    bench.type_text("other");
    assert_eq!(first.await.unwrap(), Err(Reason::Superseded));
    tokio::task::yield_now().await;
    assert_eq!(bench.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_typo_taken_back_finds_the_stream_still_running() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo one two three four();\n"));
    let _first = bench.start().await;
    time::sleep(FIRST_BYTE + TOKEN).await;
    bench.type_text("foo");
    bench.type_text("z");
    bench.backspace();
    assert_eq!(text(bench.complete().await), " one two three four();");
    assert_eq!(bench.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_keys_is_one_request() {
    let mut bench = Bench::new("<cursor>\n", Some(" = 1;\n"));
    let mut last = bench.start().await;
    for typed in ["a", "b", "c", "d"] {
        time::sleep(Duration::from_millis(5)).await;
        bench.type_text(typed);
        last = bench.start().await;
    }
    assert_eq!(text(last.await.unwrap()), " = 1;");
    assert_eq!(bench.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn taking_a_request_back_resets_its_stream() {
    let bench = Bench::new("let x = <cursor>\n", None);
    let query = bench.start().await;
    time::sleep(Duration::from_millis(100)).await;
    assert_eq!(bench.open(), 1);
    query.abort();
    time::sleep(Duration::from_millis(1)).await;
    assert_eq!(bench.open(), 0);
    assert_eq!(bench.engine.history().last().unwrap().outcome, Err(Reason::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn a_request_taken_back_after_a_key_keeps_its_stream() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo();\n"));
    let query = bench.start().await;
    time::sleep(Duration::from_millis(100)).await;
    bench.type_text("f");
    query.abort();
    time::sleep(Duration::from_millis(1)).await;
    assert_eq!(text(bench.complete().await), "oo();");
    assert_eq!(bench.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn moving_the_cursor_asks_nothing() {
    let mut bench = Bench::new("let x = <cursor>\nlet y = 1;\n", Some("foo();\n"));
    bench.complete().await.unwrap();
    bench.cursor += 1;
    assert_eq!(bench.complete().await, Err(Reason::NoEdit));
    bench.cursor -= 1;
    assert_eq!(text(bench.complete().await), "foo();");
    assert_eq!(bench.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn accepting_shows_the_next_block_at_once() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo();\nlet y = bar();\nlet z = baz();\n"));
    assert_eq!(text(bench.complete().await), "foo();");
    time::sleep(TOKEN * 10).await;
    bench.type_text("foo();");
    let before = time::Instant::now();
    assert_eq!(text(bench.complete().await), "\nlet y = bar();");
    assert_eq!((bench.asked(), time::Instant::now()), (1, before));
}

#[tokio::test(start_paused = true)]
async fn what_follows_is_asked_for_before_the_known_text_is_typed_to_its_end() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo(one, two);\nlet y = bar();\nlet z = baz();\n"));
    assert_eq!(text(bench.complete().await), "foo(one, two);");
    time::sleep(TOKEN * 10).await;
    bench.type_text("foo(one, two);");
    bench.complete().await.unwrap();
    *bench.script.reply.lock().unwrap() = Some(Ok("\nlet z = baz();\n".into()));
    bench.type_text("\nlet y = ba");
    assert_eq!(text(bench.complete().await), "r();");
    assert_eq!(bench.asked(), 2);
    time::sleep(FIRST_BYTE + TOKEN * 10).await;
    bench.type_text("r();");
    let before = time::Instant::now();
    assert_eq!(text(bench.complete().await), "\nlet z = baz();");
    assert_eq!((bench.asked(), time::Instant::now()), (2, before));
}

#[tokio::test(start_paused = true)]
async fn a_suggestion_that_was_not_meant_is_not_read_on() {
    let mut bench = Bench::new("<cursor>\n", Some("if a {\n    b();\n}\n"));
    assert_eq!(text(bench.complete().await), "if a {\n    b();\n}");
    bench.type_text("w");
    *bench.script.reply.lock().unwrap() = Some(Ok("hile a {\n    b();\n}\n".into()));
    assert_eq!(text(bench.complete().await), "hile a {");
}

#[tokio::test(start_paused = true)]
async fn trouble_is_told_once_and_rested_from() {
    let mut bench = Bench::new("let x = <cursor>\n", Some(""));
    *bench.script.reply.lock().unwrap() = Some(Err(Error::NoKey));
    assert_eq!(bench.complete().await, Err(Reason::Endpoint(Error::NoKey)));
    for _ in 0..3 {
        bench.type_text("a");
        assert_eq!(bench.complete().await, Err(Reason::Paused(Error::NoKey)));
    }
    assert_eq!(bench.asked(), 1);
    assert_eq!(bench.notices.recv().await, Some(Notice::Trouble(Reason::Endpoint(Error::NoKey))));
    assert!(bench.notices.try_recv().is_err());
    bench.engine.configure(Arc::new(Settings::default()), bench.script.clone());
    *bench.script.reply.lock().unwrap() = Some(Ok("1;\n".into()));
    bench.type_text(" = ");
    assert_eq!(text(bench.complete().await), "1;");
}

#[tokio::test(start_paused = true)]
async fn an_empty_answer_is_not_asked_for_again() {
    let mut bench = Bench::new("let x = <cursor>\n", Some(""));
    assert_eq!(bench.complete().await, Err(Reason::Empty));
    bench.type_text("a");
    bench.backspace();
    assert_eq!(bench.complete().await, Err(Reason::Empty));
    assert_eq!(bench.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn closing_the_document_ends_everything() {
    let bench = Bench::new("let x = <cursor>\n", None);
    let query = bench.start().await;
    time::sleep(Duration::from_millis(100)).await;
    bench.engine.closed(&bench.document.uri);
    assert_eq!(query.await.unwrap(), Err(Reason::Superseded));
    tokio::task::yield_now().await;
    assert_eq!((bench.open(), bench.engine.status().streams), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_request_from_before_the_document_was_closed_is_superseded_by_one_after_it() {
    let mut bench = Bench::new("let x = <cursor>\n", Some("foo();\n"));
    let before = bench.start().await;
    bench.engine.closed(&bench.document.uri);
    bench.type_text("");
    // Begins before the first one can look again.
    let query = bench.query();
    let mut after = Box::pin(bench.engine.complete(&query));
    assert!((&mut after).now_or_never().is_none());
    assert_eq!(before.await.unwrap(), Err(Reason::Superseded));
    assert_eq!(text(after.await.result), "foo();");
}

#[tokio::test(start_paused = true)]
async fn a_request_for_a_document_that_is_not_open_has_its_reason() {
    let bench = Bench::new("<cursor>", None);
    bench.engine.not_open("file:///other.rs", 3);
    let record = bench.engine.history().pop().unwrap();
    assert_eq!((&*record.uri, record.line, record.outcome), ("file:///other.rs", 3, Err(Reason::NotOpen)));
}
