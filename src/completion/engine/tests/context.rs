//! Excerpts of other files: when they are chosen, what a request takes, and that its head rests within a line.

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::thread;

use super::*;
use crate::completion::Window;
use crate::completion::context::{ContextSource, Snippet, Why};
use crate::masking::examples::assemble;
use crate::settings::{Context, Dialect};

/// Chooses the line of a text that has the number of the cursor's line.
#[derive(Debug, Default)]
struct Lines {
    text: Mutex<String>,
    removals: AtomicU64,
    /// How long a choice takes.
    takes: Mutex<Duration>,
    /// The snippets of the choice before, of each choice.
    kept: Mutex<Vec<usize>>,
}

impl ContextSource for Lines {
    fn choose(&self, query: &Query, _: &Window, kept: &[Snippet], bytes: usize) -> Vec<Snippet> {
        let takes = *self.takes.lock().unwrap();
        thread::sleep(takes);
        self.kept.lock().unwrap().push(kept.len());
        let line = query.document.text.byte_to_line(query.cursor);
        let text = self.text.lock().unwrap();
        let Some(text) = text.split_inclusive('\n').nth(line).filter(|text| text.len() <= bytes) else { return vec![] };
        vec![Snippet { key: "/w/other.rs".into(), lines: line..line + 1, text: text.into(), why: Why::Alike, age: 0 }]
    }

    fn holding(&self, _: &Query, _: &[String], _: usize) -> Vec<String> {
        vec![]
    }

    fn roots(&self) -> Vec<PathBuf> {
        vec!["/w".into()]
    }

    fn text(&self, _: &str) -> Option<String> {
        Some(self.text.lock().unwrap().clone())
    }

    fn removals(&self) -> u64 {
        self.removals.load(SeqCst)
    }
}

fn bench(text: &str) -> (Bench, Arc<Lines>) {
    let bench = Bench::new("let x = <cursor>\n", Some("foo();\n"));
    let lines = Arc::new(Lines { text: Mutex::new(text.into()), ..Lines::default() });
    bench.engine.set_context(lines.clone());
    (bench, lines)
}

/// What stands before the window of the last prompt, by file.
fn sent(bench: &Bench) -> Vec<String> {
    let prompts = bench.script.prompts.lock().unwrap();
    let others = &prompts.last().unwrap().others;
    others.iter().map(|other| format!("{}: {}", &*other.path, &*other.text)).collect()
}

/// Types something that no reply foresees, and lets it be asked for.
async fn asked_after(bench: &mut Bench, typed: &str) -> Vec<String> {
    bench.type_text(typed);
    let _ = bench.complete().await;
    time::sleep(Duration::from_secs(1)).await;
    sent(bench)
}

#[tokio::test(start_paused = true)]
async fn the_first_request_waits_for_its_excerpts_and_those_in_its_line_take_the_same() {
    let (mut bench, lines) = bench("one\ntwo\nthree\n");
    *lines.takes.lock().unwrap() = Duration::from_millis(3);
    assert_eq!(asked_after(&mut bench, "a").await, ["other.rs: one\n"]);
    let own = bench.script.prompts.lock().unwrap()[0].path.to_string();
    assert_eq!(own, "a.rs");
    for typed in ["q", "r", "s"] {
        assert_eq!(asked_after(&mut bench, typed).await, ["other.rs: one\n"]);
    }
    assert_eq!(asked_after(&mut bench, "\nz").await, ["other.rs: two\n"]);
    assert_eq!(*lines.kept.lock().unwrap(), [0, 1], "two choices, the second beside what the first chose");
    let record = bench.engine.history().pop().unwrap();
    assert_eq!((record.snippets, record.snippet_bytes), (1, 4));
    let prompts = bench.script.prompts.lock().unwrap();
    assert!(prompts.iter().all(|prompt| prompt.cache_key.is_some() && prompt.cache_key == prompts[0].cache_key));
}

#[tokio::test(start_paused = true)]
async fn what_changes_elsewhere_is_in_the_next_prompt_also_in_the_same_line() {
    let (mut bench, lines) = bench("one\n");
    assert_eq!(asked_after(&mut bench, "a").await, ["other.rs: one\n"]);
    *lines.text.lock().unwrap() = "changed\n".into();
    assert_eq!(asked_after(&mut bench, "q").await, ["other.rs: one\n"], "nobody told");
    let other = Document::new("file:///w/other.rs", "rust", 0, "changed\n");
    bench.engine.edited(&other, &[Edit { replaced: 0..3, inserted: "changed".into() }]);
    assert_eq!(asked_after(&mut bench, "r").await, ["other.rs: changed\n"]);
    *lines.text.lock().unwrap() = String::new();
    lines.removals.fetch_add(1, SeqCst);
    assert!(asked_after(&mut bench, "s").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_choice_that_takes_long_holds_no_request_up() {
    let (mut bench, lines) = bench("one\n");
    let begun = std::time::Instant::now();
    *lines.takes.lock().unwrap() = Duration::from_millis(1500);
    bench.type_text("a");
    let mut query = bench.query();
    query.invoked = true;
    let engine = bench.engine.clone();
    // The clock rests while another thread works, so real time is let go by.
    let answer = tokio::spawn(async move { engine.complete(&query).await.result });
    for _ in 0..100 {
        tokio::task::yield_now().await;
        time::advance(Duration::from_millis(10)).await;
    }
    assert!(answer.await.unwrap().is_ok());
    assert!(sent(&bench).is_empty() && begun.elapsed() < Duration::from_millis(1400), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn secrets_of_excerpts_are_masked_counted_and_have_one_placeholder_with_those_of_the_window() {
    let token = assemble("gh|p_<A36>", 1);
    let (mut bench, _) = bench(&format!("let t = \"{token}\";\n"));
    assert_eq!(asked_after(&mut bench, "a").await, ["other.rs: let t = \"masked_secret_1\";\n"]);
    assert_eq!(bench.script.prompts.lock().unwrap().last().unwrap().secrets, 1);
    bench.splice(0..0, &format!("let u = \"{token}\";"));
    bench.cursor = bench.document.text.len_bytes() - 1;
    asked_after(&mut bench, "b").await;
    let prompts = bench.script.prompts.lock().unwrap();
    let last = prompts.last().unwrap();
    assert!(last.prefix.starts_with("let u = \"masked_secret_1\";"), "{last:?}");
    assert_eq!((last.secrets, &*last.others[0].text), (1, "let t = \"masked_secret_1\";\n"));
}

#[tokio::test(start_paused = true)]
async fn settings_switch_them_off_and_what_was_chosen_is_forgotten() {
    let (mut bench, lines) = bench("one\n");
    assert_eq!(asked_after(&mut bench, "a").await, ["other.rs: one\n"]);
    let configure = |context: Context| {
        let settings = Settings { context, ..Settings::default() };
        bench.engine.configure(Arc::new(settings), bench.script.clone());
    };
    configure(Context { enabled: false, ..Context::default() });
    assert!(asked_after(&mut bench, "q").await.is_empty());
    let configure = |context: Context| {
        let settings = Settings { context, ..Settings::default() };
        bench.engine.configure(Arc::new(settings), bench.script.clone());
    };
    configure(Context { max_bytes: 3, ..Context::default() });
    assert!(asked_after(&mut bench, "r").await.is_empty());
    assert_eq!(lines.kept.lock().unwrap().len(), 2, "nothing is chosen where nothing is wanted");
    let mut settings = Settings::default();
    settings.endpoint.dialect = Dialect::Local;
    assert!(!settings.may_use_context());
}

#[tokio::test(start_paused = true)]
async fn a_window_with_the_marks_of_files_gets_none() {
    let (mut bench, _) = bench("one\n");
    bench.splice(0..0, "+++++ a\n");
    bench.cursor = bench.document.text.len_bytes() - 1;
    assert!(asked_after(&mut bench, "a").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_goes_on_with_another_file_is_read_no_further() {
    let (mut bench, _) = bench("one\n");
    *bench.script.reply.lock().unwrap() = Some(Ok("foo();\n+++++ other.rs\none two three four five\n".into()));
    bench.type_text("a");
    assert_eq!(text(bench.complete().await), "foo();");
    time::sleep(TOKEN * 3).await;
    assert_eq!(bench.open(), 0);
}
