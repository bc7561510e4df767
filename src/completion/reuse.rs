//! What we already know: everything models have said, asked before any wait.
//!
//! One rule covers typing along, deleting back, accepting a part, undoing and coming back: what stood before the cursor
//! when the model was asked, followed by what it said, is one text, and a query fits when the text before its cursor is
//! a cut through that text. The rest of it is the suggestion. What stands after the cursor must be what stood there
//! then; brackets the editor closed meanwhile may stand in front of it.

mod known;

use std::{collections::VecDeque, time::Duration};

use super::Window;
use known::Known;

/// Suggestions kept, beside those that are on their way. A session of an hour asks about 300 times; older places are
/// seldom returned to.
const MOST_ENTRIES: usize = 256;

/// Bytes of text kept over all suggestions. Most hold 400; a look through all of it takes 0.1 ms by the replay bench.
const MOST_BYTES: usize = 128 * 1024;

/// Names one thing known.
pub type Id = u64;

/// What is known at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// This block comes next.
    Block {
        /// LF line ends, unfiltered.
        text: String,
        /// Where it comes from.
        id: Id,
        /// Bytes between the start of what the model said and the cursor; negative before it.
        at: isize,
    },
    /// The model was asked right here and said nothing.
    Nothing,
    /// A stream is on its way that may say it.
    Open(Id),
    /// Nothing is known.
    Unknown,
}

/// All that is known, oldest first.
#[derive(Debug, Default)]
pub struct Reuse {
    known: VecDeque<Known>,
    last: Id,
}

impl Reuse {
    /// A stream was opened for this place.
    pub fn open(&mut self, document: &str, window: &Window) -> Id {
        self.last += 1;
        self.known.push_back(Known::new(self.last, document, window));
        self.last
    }

    /// The embedded engine predicted `text` for this place, when [`Predictor::forgotten`](super::Predictor::forgotten)
    /// was at `forgotten`.
    pub fn predicted(&mut self, document: &str, window: &Window, text: &str, forgotten: u64) -> Id {
        let id = self.open(document, window);
        if let Some(known) = self.known.back_mut() {
            known.predicted = Some(forgotten);
        }
        self.grow(id, text);
        self.close(id);
        id
    }

    /// Forgets what was predicted before `forgotten`: the text it was taken from may be deleted. What models said is
    /// theirs, and stays.
    pub fn forget_predictions(&mut self, forgotten: u64) {
        self.known.retain(|known| known.predicted.is_none_or(|at| at == forgotten));
    }

    /// All the stream has said so far. It only ever grows.
    pub fn grow(&mut self, id: Id, said: &str) {
        let Some(known) = self.known.iter_mut().rev().find(|known| known.id == id) else { return };
        known.grow(said);
    }

    /// The stream's first text came so long after the question.
    pub fn heard(&mut self, id: Id, after: Duration) {
        if let Some(known) = self.known.iter_mut().rev().find(|known| known.id == id) {
            known.first_text = Some(after);
        }
    }

    /// All that was said, and how long its first text took.
    pub fn said(&self, id: Id) -> Option<(&str, Option<Duration>)> {
        let known = self.known.iter().find(|known| known.id == id)?;
        Some((known.said(), known.first_text))
    }

    /// The stream ended by itself, or all that can be used of it is there.
    pub fn close(&mut self, id: Id) {
        if let Some(known) = self.known.iter_mut().find(|known| known.id == id) {
            known.open = false;
            self.shrink();
        }
    }

    /// The stream was broken off, but might have said more: what is left are the lines that are complete.
    pub fn cut(&mut self, id: Id) {
        let Some(at) = self.known.iter().position(|known| known.id == id) else { return };
        if !self.known[at].cut() {
            self.known.remove(at);
        }
        self.shrink();
    }

    /// What comes next at the window's cursor. With `partly`, the complete lines of an open stream are taken even
    /// where their block is not complete.
    pub fn look(&mut self, document: &str, window: &Window, language: &str, partly: bool) -> Found {
        let mut fallback = Found::Unknown;
        for known in self.known.iter_mut().rev().filter(|known| known.document == document) {
            match known.look(window, language, partly) {
                // What was asked further on and fits because text was deleted is the last resort.
                Found::Block { text, id, at } if at < 0 => {
                    if fallback == Found::Unknown {
                        fallback = Found::Block { text, id, at };
                    }
                }
                Found::Unknown => {}
                Found::Open(id) if matches!(fallback, Found::Unknown | Found::Block { .. }) => {
                    fallback = Found::Open(id);
                }
                Found::Open(_) => {}
                found => return found,
            }
        }
        fallback
    }

    /// All the different blocks known for the window's cursor, the newest first.
    pub fn all(&mut self, document: &str, window: &Window, language: &str) -> Vec<String> {
        let mut blocks = vec![];
        for known in self.known.iter_mut().rev().filter(|known| known.document == document) {
            match known.look(window, language, false) {
                Found::Block { text, at, .. } if at >= 0 && !blocks.contains(&text) => blocks.push(text),
                _ => {}
            }
        }
        blocks
    }

    /// Whether what `id` has said and may still say fits the window's cursor.
    pub fn fits(&self, id: Id, window: &Window) -> bool {
        self.known.iter().any(|known| known.id == id && known.fits(window))
    }

    /// How many bytes of what `id` has said stand before the window's cursor; `None` where it does not fit.
    pub fn agreed(&self, id: Id, window: &Window) -> Option<usize> {
        self.known.iter().find(|known| known.id == id)?.agreed(window)
    }

    /// All that is known after the window's cursor, where the stream that said it was broken off.
    pub fn rest(&self, document: &str, window: &Window) -> Option<&str> {
        let fits = |known: &Known| known.document == document && known.agreed(window).is_some();
        self.known.iter().rev().find(|known| fits(known))?.rest(window)
    }

    /// How many things are known.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Forgets the oldest until the rest is within bounds. What a stream is still saying does not count and stays:
    /// someone waits for it.
    fn shrink(&mut self) {
        let kept = || self.known.iter().filter(|known| !known.open);
        let (mut entries, mut bytes) = (kept().count(), kept().map(Known::bytes).sum::<usize>());
        while entries > MOST_ENTRIES || (bytes > MOST_BYTES && entries > 1) {
            let Some(oldest) = self.known.iter().position(|known| !known.open) else { return };
            bytes -= self.known.remove(oldest).map_or(0, |known| known.bytes());
            entries -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn window(marked: &str) -> Window {
        let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
        Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true }
    }

    /// Asked at `asked`, the model said `said`, which was shown there; what is known at `marked`? `…` is an open stream.
    #[track_caller]
    fn check(asked: &str, said: &str, marked: &str, shown: &str) {
        let open = said.ends_with('…');
        let mut reuse = Reuse::default();
        let id = reuse.open("a", &window(asked));
        reuse.grow(id, said.trim_end_matches('…'));
        if !open {
            reuse.close(id);
        }
        reuse.look("a", &window(asked), "rust", false);
        let drawn = match reuse.look("a", &window(marked), "rust", false) {
            Found::Block { text, .. } => text,
            Found::Nothing => "nothing".into(),
            Found::Open(_) => "…".into(),
            Found::Unknown => "unknown".into(),
        };
        assert_eq!(drawn, shown, "asked at {asked:?}, said {said:?}, now {marked:?}");
    }

    #[test]
    fn the_same_place_again() {
        check("let x = <cursor>\n", "foo();", "let x = <cursor>\n", "foo();");
        check("<cursor>", "a", "<cursor>", "a");
    }

    #[test]
    fn typed_along() {
        check("let x = <cursor>\n", "foo();", "let x = fo<cursor>\n", "o();");
        check("let x = <cursor>\n", "foo();", "let x = foo();<cursor>\n", "unknown");
        check("let x = <cursor>\n", "foo();", "let x = bar<cursor>\n", "unknown");
    }

    #[test]
    fn typed_along_past_the_first_line() {
        check("if <cursor>\n", "x {\n    a();\n}\nb();", "if x {\n    a<cursor>\n", "();\n}");
    }

    #[test]
    fn accepted_finds_the_next_block() {
        check("let x = <cursor>\n", "foo();\nlet y = 1;\n", "let x = foo();<cursor>\n", "\nlet y = 1;");
        check("let x = <cursor>\n", "foo();\nlet y = 1;\n", "let x = foo();\n<cursor>\n", "let y = 1;");
    }

    #[test]
    fn deleted_back() {
        check("let xyz = <cursor>\n", "foo();", "let xy<cursor>\n", "z = foo();");
    }

    #[test]
    fn text_above_may_change() {
        let far = "x".repeat(300);
        let line = "y".repeat(200);
        check(&format!("{far}\n{line}<cursor>"), "foo", &format!("changed\n{line}<cursor>"), "foo");
        check("let a;\nlet x = <cursor>\n", "foo();", "let b;\nlet x = <cursor>\n", "unknown");
    }

    #[test]
    fn text_below_belongs_to_the_place() {
        check("let x = <cursor>\nlet y;", "foo();", "let x = <cursor>\nlet z;", "unknown");
        let far = "y".repeat(120);
        check(&format!("x<cursor>{far}1"), "foo\n", &format!("x<cursor>{far}2"), "foo");
    }

    #[test]
    fn a_bracket_the_editor_closed_is_no_change() {
        check("foo<cursor>\n", "(a, b);", "foo(<cursor>)\n", "a, b);");
        check("if x <cursor>\n", "{\n    a();\n}", "if x {\n    <cursor>\n}\n", "a();\n}");
        check("foo<cursor>\n", "[a, b];", "foo[<cursor>)\n", "unknown");
    }

    #[test]
    fn an_empty_answer_is_kept_for_its_place_only() {
        check("let x = <cursor>\n", "", "let x = <cursor>\n", "nothing");
        check("let x = <cursor>\n", "", "let x = f<cursor>\n", "unknown");
    }

    #[test]
    fn an_open_stream_is_waited_for() {
        check("let x = <cursor>\n", "…", "let x = <cursor>\n", "…");
        check("let x = <cursor>\n", "…", "let x = fo<cursor>\n", "…");
        check("let x = <cursor>\n", "f…", "let x = fo<cursor>\n", "…");
        check("let x = <cursor>\n", "bar…", "let x = fo<cursor>\n", "unknown");
        check("let x = <cursor>\n", "foo();\nlet…", "let x = f<cursor>\n", "oo();");
    }

    #[test]
    fn a_broken_stream_leaves_its_complete_lines() {
        let mut reuse = Reuse::default();
        let id = reuse.open("a", &window("<cursor>"));
        reuse.grow(id, "one();\ntw");
        reuse.cut(id);
        let found = reuse.look("a", &window("<cursor>"), "rust", false);
        assert_eq!(found, Found::Block { text: "one();".into(), id, at: 0 });
        let id = reuse.open("b", &window("<cursor>"));
        reuse.grow(id, "tw");
        reuse.cut(id);
        assert_eq!(reuse.look("b", &window("<cursor>"), "rust", false), Found::Unknown);
    }

    #[test]
    fn complete_lines_of_an_open_stream_may_be_taken() {
        let mut reuse = Reuse::default();
        let id = reuse.open("a", &window("<cursor>"));
        reuse.grow(id, "fn f() {\n    a();\n    b");
        assert_eq!(reuse.look("a", &window("<cursor>"), "rust", false), Found::Open(id));
        let found = reuse.look("a", &window("<cursor>"), "rust", true);
        assert_eq!(found, Found::Block { text: "fn f() {\n    a();".into(), id, at: 0 });
    }

    #[test]
    fn other_documents_know_nothing_of_it() {
        let mut reuse = Reuse::default();
        let id = reuse.open("a", &window("x<cursor>"));
        reuse.grow(id, "y");
        reuse.close(id);
        assert_eq!(reuse.look("b", &window("x<cursor>"), "rust", false), Found::Unknown);
    }

    #[test]
    fn predictions_are_forgotten_with_their_text_and_what_models_said_is_not() {
        let mut reuse = Reuse::default();
        reuse.predicted("a", &window("x<cursor>"), "old", 1);
        reuse.predicted("a", &window("y<cursor>"), "new", 2);
        let id = reuse.open("a", &window("z<cursor>"));
        reuse.grow(id, "model");
        reuse.close(id);
        reuse.forget_predictions(2);
        let mut shown = |marked| match reuse.look("a", &window(marked), "rust", false) {
            Found::Block { text, .. } => text,
            found => format!("{found:?}"),
        };
        assert_eq!([shown("x<cursor>"), shown("y<cursor>"), shown("z<cursor>")], ["Unknown", "new", "model"]);
        assert_eq!(reuse.len(), 2);
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let mut reuse = Reuse::default();
        for n in 0..MOST_ENTRIES + 10 {
            let id = reuse.open("a", &window(&format!("{n} <cursor>")));
            reuse.grow(id, &"z".repeat(4000));
            reuse.close(id);
        }
        assert!(reuse.len() <= MOST_ENTRIES && bytes(&reuse) <= MOST_BYTES);
        assert_eq!(reuse.look("a", &window("0 <cursor>"), "rust", false), Found::Unknown);
    }

    fn bytes(reuse: &Reuse) -> usize {
        reuse.known.iter().map(Known::bytes).sum()
    }

    #[test]
    fn a_stream_on_its_way_is_never_forgotten() {
        let mut reuse = Reuse::default();
        let asked = |n| window(&format!("{} {n} <cursor>", "x".repeat(1000)));
        let ids: Vec<Id> = (0..MOST_ENTRIES + 10).map(|n| reuse.open("a", &asked(n))).collect();
        assert!(ids.iter().enumerate().all(|(n, id)| reuse.look("a", &asked(n), "rust", false) == Found::Open(*id)));
        for (n, id) in ids.into_iter().enumerate() {
            reuse.grow(id, "z");
            reuse.close(id);
            let known = Found::Block { text: "z".into(), id, at: 0 };
            assert_eq!(reuse.look("a", &asked(n), "rust", false), known, "what was just said");
        }
        assert!(reuse.len() <= MOST_ENTRIES && bytes(&reuse) <= MOST_BYTES);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        /// Whatever is shown, put at the cursor, gives a beginning of the text the model meant.
        #[test]
        fn what_is_shown_never_contradicts_what_the_model_said(
            before in "[ab(]{0,6}", after in "[ab)\n]{0,6}", said in "[ab()\n ]{0,12}", typed in "[ab()\n ]{0,6}", deleted in 0..4usize
        ) {
            let mut reuse = Reuse::default();
            let asked = Window { prefix: before.clone(), suffix: after.clone(), from_start: true, to_end: true };
            let id = reuse.open("a", &asked);
            reuse.grow(id, &said);
            reuse.close(id);
            let mut prefix = format!("{before}{typed}");
            prefix.truncate(prefix.len().saturating_sub(deleted));
            let now = Window { prefix: prefix.clone(), suffix: after.clone(), from_start: true, to_end: true };
            if let Found::Block { text, .. } = reuse.look("a", &now, "rust", false) {
                prop_assert!(format!("{before}{said}").starts_with(&format!("{prefix}{text}")), "{prefix:?} {text:?}");
            }
        }
    }
}
