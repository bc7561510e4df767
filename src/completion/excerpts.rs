//! Excerpts of other files as an endpoint may see them: of files that may be sent alone, masked, put together by file.

use std::path::{Path, PathBuf};

use super::context::{ContextSource, Snippet};
use super::filter::FILE_HEADER;
use super::{Window, eligibility};
use crate::masking::documents::MaskedDocuments;
use crate::masking::{MaskedText, Placeholders, ValueSyntax};
use crate::model::OtherFile;
use crate::model::marks::{self, Found};
use crate::privacy::{Location, Privacy};
use crate::text::document::Document;
use crate::text::language;
use crate::text::line_break::to_lf;

/// What stands between two excerpts of one file that are apart.
const GAP: &str = "\n";

/// The excerpts for one place. The same secret has the same placeholder in all of them.
#[derive(Debug, Clone, Default)]
pub struct Excerpts {
    pieces: Vec<Piece>,
    others: Vec<OtherFile>,
    path: MaskedText,
    placeholders: Placeholders,
}

/// One excerpt.
#[derive(Debug, Clone)]
struct Piece {
    snippet: Snippet,
    /// Below the workspace's folder.
    path: MaskedText,
    text: MaskedText,
    /// Whether nothing of it had to be masked.
    is_clean: bool,
}

/// What makes excerpts of snippets.
#[derive(Debug)]
pub struct Maker<'a> {
    /// Where they were chosen.
    pub source: &'a dyn ContextSource,
    /// Which files are never sent.
    pub privacy: &'a Privacy,
    /// What is secret in the files that excerpts are of.
    pub masks: &'a MaskedDocuments,
}

impl Maker<'_> {
    /// What a document is called beside excerpts: its path below the workspace's folder that holds it, or for what is no
    /// file its name. `None` for a file of no such folder: others are none of its business.
    pub fn own_path(&self, uri: &str, location: &Location) -> Option<String> {
        let roots = self.source.roots();
        if roots.is_empty() {
            return None;
        }
        if location.file.is_none() {
            return uri.rsplit(['/', ':']).next().map(str::to_owned);
        }
        let names = location.file.iter().chain(&location.names);
        names.into_iter().find_map(|name| below(&slashed(name), roots.iter()))
    }

    /// The excerpts that `snippets` become beside a document with that path, where secrets have these `placeholders`
    /// already. What was masked `before` is taken from there, where it is the same and held no secret.
    pub fn make(
        &self,
        snippets: Vec<Snippet>,
        own_path: &str,
        before: &Excerpts,
        placeholders: Placeholders,
    ) -> Excerpts {
        let mut made = Excerpts::none(placeholders);
        made.path = self.masks.masker().text(own_path, ValueSyntax::Prose, &mut made.placeholders);
        if is_marked(own_path) {
            return made;
        }
        let roots = self.source.roots();
        for snippet in snippets {
            let Some(path) = below(&snippet.key, roots.iter()) else { continue };
            if is_marked(&path) || is_marked(&snippet.text) || self.privacy.excludes(Path::new(&snippet.key)).is_some()
            {
                continue;
            }
            let same = |piece: &&Piece| {
                let Snippet { key, lines, text, why: _, age: _ } = &piece.snippet;
                piece.is_clean && (key, lines, text) == (&snippet.key, &snippet.lines, &snippet.text)
            };
            let piece = match before.pieces.iter().find(same) {
                Some(known) => Some(Piece { snippet, ..known.clone() }),
                None => self.piece(snippet, &path, &roots, &mut made.placeholders),
            };
            piece.into_iter().for_each(|piece| made.add(piece));
        }
        made
    }

    /// Files as a whole, masked; but those that may not be sent.
    pub fn whole(&self, keys: &[String], placeholders: &mut Placeholders) -> Vec<OtherFile> {
        let roots = self.source.roots();
        let whole = |key: &String| {
            let path = below(key, roots.iter()).filter(|_| self.privacy.excludes(Path::new(key)).is_none())?;
            let document = self.document(key)?;
            eligibility::excerpt(&document, &roots, self.privacy).ok()?;
            let found = self.masks.of(&document);
            let text = found.render(&document.text, 0..document.text.len_bytes(), placeholders).text;
            Some(OtherFile { path: self.masks.masker().text(&path, ValueSyntax::Prose, placeholders), text })
        };
        keys.iter().filter_map(whole).collect()
    }

    /// A file as it is known; LF line ends.
    fn document(&self, key: &str) -> Option<Document> {
        Some(Document::new(key, language::of(Path::new(key)), 0, &to_lf(self.source.text(key)?)))
    }

    /// One snippet, masked as the whole of its text tells; `None` where that may not be sent, or is another one by now.
    fn piece(&self, snippet: Snippet, path: &str, roots: &[PathBuf], placeholders: &mut Placeholders) -> Option<Piece> {
        let document = self.document(&snippet.key)?;
        let whole = document.text.to_string();
        eligibility::excerpt(&document, roots, self.privacy).ok()?;
        let mut ends = whole.split_inclusive('\n').scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        });
        let start = match snippet.lines.start {
            0 => 0,
            lines => ends.nth(lines - 1)?,
        };
        let end = start + snippet.text.len();
        // The last line of a text may have no end of its own.
        let is_there = whole.get(start..end) == Some(&snippet.text)
            || (whole.get(start..) == snippet.text.strip_suffix('\n') && end == whole.len() + 1);
        if !is_there {
            return None;
        }
        let found = self.masks.of(&document);
        let rendered = found.render(whole.as_str(), start..end.min(whole.len()), placeholders);
        let masked_path = self.masks.masker().text(path, ValueSyntax::Prose, placeholders);
        let is_clean = rendered.replaced.is_empty() && *masked_path == *path;
        Some(Piece { is_clean, text: rendered.text, path: masked_path, snippet })
    }
}

impl Excerpts {
    /// None, beside texts with these placeholders.
    pub fn none(placeholders: Placeholders) -> Self {
        Self { placeholders, ..Self::default() }
    }

    /// By file, in the order in which they stand before the document's own text.
    pub fn others(&self) -> &[OtherFile] {
        &self.others
    }

    /// What the document is called beside them.
    pub fn path(&self) -> &MaskedText {
        &self.path
    }

    /// The placeholders in them, for what is sent with them.
    pub fn placeholders(&self) -> &Placeholders {
        &self.placeholders
    }

    /// The snippets that are in them, in their order.
    pub fn snippets(&self) -> impl Iterator<Item = &Snippet> {
        self.pieces.iter().map(|piece| &piece.snippet)
    }

    /// Each with its path below the workspace's folder, and whether it held a secret.
    pub fn list(&self) -> impl Iterator<Item = (&str, &Snippet, bool)> {
        self.pieces.iter().map(|piece| (&*piece.path, &piece.snippet, !piece.is_clean))
    }

    /// Bytes of their text, as it is sent.
    pub fn bytes(&self) -> usize {
        self.others.iter().map(|other| other.text.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether they may stand before this window: one that holds the marks by which files are told apart would be taken
    /// for several.
    pub fn fit(&self, window: &Window) -> bool {
        !self.is_empty() && !is_marked(&window.prefix) && !is_marked(&window.suffix)
    }

    fn add(&mut self, piece: Piece) {
        let last = self.pieces.last().filter(|last| last.snippet.key == piece.snippet.key);
        let is_next = last.is_some_and(|last| last.snippet.lines.end == piece.snippet.lines.start);
        match self.others.last_mut().filter(|_| last.is_some()) {
            Some(other) => {
                if !is_next {
                    other.text.push(&GAP.into());
                }
                other.text.push(&piece.text);
            }
            None => self.others.push(OtherFile { path: piece.path.clone(), text: piece.text.clone() }),
        }
        self.pieces.push(piece);
    }
}

/// Whether a text holds what tells models where another file begins.
fn is_marked(text: &str) -> bool {
    let is_mark = |at: usize| match marks::spelled(&text[at..], true) {
        // These two are HTML as well.
        Found::Mark(length) => !matches!(&text[at..at + length], "<s>" | "</s>"),
        Found::No | Found::Unknown => false,
    };
    text.split('\n').any(|line| line.starts_with(FILE_HEADER)) || marks::candidates(text).any(is_mark)
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The path below the innermost of the folders that holds it, with `/`.
fn below<'a>(key: &str, folders: impl Iterator<Item = &'a PathBuf>) -> Option<String> {
    let rests = folders.filter_map(|folder| {
        let rest = key.strip_prefix(slashed(folder).trim_end_matches('/'))?;
        rest.strip_prefix('/').filter(|rest| !rest.is_empty())
    });
    rests.min_by_key(|rest| rest.len()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::Query;
    use crate::completion::context::Why;
    use crate::masking::examples::assemble;

    /// Files that are known, each whole.
    #[derive(Debug)]
    struct Files(Vec<(&'static str, String)>);

    impl ContextSource for Files {
        fn choose(&self, _: &Query, _: &Window, _: &[Snippet], _: usize) -> Vec<Snippet> {
            vec![]
        }

        fn holding(&self, _: &Query, _: &[String], _: usize) -> Vec<String> {
            vec![]
        }

        fn roots(&self) -> Vec<PathBuf> {
            vec!["/w".into(), "/v/lib".into()]
        }

        fn text(&self, key: &str) -> Option<String> {
            self.0.iter().find(|(name, _)| *name == key).map(|(_, text)| text.clone())
        }

        fn removals(&self) -> u64 {
            0
        }
    }

    fn snippet(key: &str, lines: std::ops::Range<usize>, text: &str) -> Snippet {
        Snippet { key: key.into(), lines, text: text.into(), why: Why::Alike, age: 0 }
    }

    fn made(files: &[(&'static str, &str)], snippets: &[Snippet], privacy: &Privacy) -> Excerpts {
        let token = assemble("gh|p_<A36>", 1);
        let files = Files(files.iter().map(|(key, text)| (*key, text.replace('§', &token))).collect());
        let masks = MaskedDocuments::new(true);
        let maker = Maker { source: &files, privacy, masks: &masks };
        let filled = |snippet: &Snippet| Snippet { text: snippet.text.replace('§', &token), ..snippet.clone() };
        maker.make(snippets.iter().map(filled).collect(), "src/own.rs", &Excerpts::default(), Placeholders::default())
    }

    /// What is sent, each file as `path: text`; `§` stands for a token.
    #[track_caller]
    fn check(files: &[(&'static str, &str)], snippets: &[Snippet], expected: &[&str]) {
        let excerpts = made(files, snippets, &Privacy::new(&["*.sql".to_owned()], true));
        let sent: Vec<_> =
            excerpts.others().iter().map(|other| format!("{}: {}", &*other.path, &*other.text)).collect();
        assert_eq!(sent, expected);
    }

    #[test]
    fn what_is_of_one_file_stands_together_and_paths_are_those_below_the_workspace() {
        let text = "a\nb\nc\nd\ne\n";
        check(
            &[("/w/x.rs", text), ("/v/lib/y.rs", text)],
            &[
                snippet("/w/x.rs", 0..1, "a\n"),
                snippet("/w/x.rs", 1..2, "b\n"),
                snippet("/w/x.rs", 3..5, "d\ne\n"),
                snippet("/v/lib/y.rs", 4..5, "e\n"),
                snippet("/w/x.rs", 2..3, "c\n"),
            ],
            &["x.rs: a\nb\n\nd\ne\n", "y.rs: e\n", "x.rs: c\n"],
        );
        check(&[("/w/x.rs", "a\r\nb")], &[snippet("/w/x.rs", 1..2, "b\n")], &["x.rs: b"]);
    }

    #[test]
    fn nothing_comes_from_outside_from_private_files_or_from_texts_that_are_others_by_now() {
        let diff = "diff --git a/.env b/.env\n--- a/.env\n+++ b/.env\n@@ -1 +1 @@\n-a\n+b\nlast\n";
        check(
            &[("/out/x.rs", "a\n"), ("/w/.env", "a\n"), ("/w/x.sql", "a\n"), ("/w/x.rs", "b\n"), ("/w/p.diff", diff)],
            &[
                snippet("/out/x.rs", 0..1, "a\n"),
                snippet("/w/.env", 0..1, "a\n"),
                snippet("/w/x.sql", 0..1, "a\n"),
                snippet("/w/x.rs", 0..1, "a\n"),
                snippet("/w/gone.rs", 0..1, "a\n"),
                snippet("/w/p.diff", 6..7, "last\n"),
            ],
            &[],
        );
    }

    #[test]
    fn texts_with_marks_that_tell_files_apart_are_left_out() {
        let texts = ["+++++ a.rs\n", "x = \"<|file_sep|>\"\n", "<repo_name>a\n", "<s>a</s>\n", " +++++ a\n"];
        let files: Vec<_> = ["/w/1", "/w/2", "/w/3", "/w/4", "/w/5"].into_iter().zip(texts).collect();
        let snippets: Vec<_> = files.iter().map(|(key, text)| snippet(key, 0..1, text)).collect();
        check(&files, &snippets, &["4: <s>a</s>\n", "5:  +++++ a\n"]);
        let excerpts = made(&files[3..], &snippets[3..], &Privacy::default());
        let window = |prefix: &str| Window { prefix: prefix.into(), ..Window::default() };
        assert!(excerpts.fit(&window("a")) && !excerpts.fit(&window("+++++ b\n")));
        assert!(!Excerpts::default().fit(&window("a")));
    }

    #[test]
    fn secrets_are_masked_as_the_whole_file_tells() {
        check(
            &[("/w/x.rs", "a = \"§\";\n")],
            &[snippet("/w/x.rs", 0..1, "a = \"§\";\n")],
            &["x.rs: a = \"masked_secret_1\";\n"],
        );
        let key = format!(
            "-----BEGIN RSA PRIVATE KEY-----\n{}\n{}\n{}\n-----END RSA PRIVATE KEY-----\n",
            "MIIEowIBAAKCAQEA7bq1".repeat(3),
            "xV9rTq3L8mKp2WsZ4YhN".repeat(3),
            "short="
        );
        let second = key.split_inclusive('\n').nth(2).expect("a second line of the key");
        check(&[("/w/k.rs", &key)], &[snippet("/w/k.rs", 2..3, second)], &["k.rs: masked_secret_1\n"]);
    }

    #[test]
    fn what_was_masked_before_and_is_clean_is_not_looked_for_again() {
        let (masks, privacy) = (MaskedDocuments::new(true), Privacy::default());
        let chosen = vec![snippet("/w/x.rs", 0..1, "a\n")];
        let known = Files(vec![("/w/x.rs", "a\n".into())]);
        let first = Maker { source: &known, privacy: &privacy, masks: &masks }.make(
            chosen.clone(),
            "o.rs",
            &Excerpts::default(),
            Placeholders::default(),
        );
        let empty = Files(vec![]);
        let again = Maker { source: &empty, privacy: &privacy, masks: &masks }.make(
            chosen,
            "o.rs",
            &first,
            Placeholders::default(),
        );
        assert_eq!((again.others(), again.snippets().count()), (first.others(), 1));
    }

    #[test]
    fn a_document_is_called_by_its_path_below_the_workspace_and_one_outside_has_no_name() {
        let (files, masks, privacy) = (Files(vec![]), MaskedDocuments::new(true), Privacy::default());
        let maker = Maker { source: &files, privacy: &privacy, masks: &masks };
        let own = |file: &str| {
            let location = Location::named(Some(file.into()), vec![file.into()]);
            maker.own_path(&format!("file://{file}"), &location)
        };
        assert_eq!(own("/w/src/a.rs").as_deref(), Some("src/a.rs"));
        assert_eq!(own("/v/lib/a.rs").as_deref(), Some("a.rs"));
        assert_eq!(own("/elsewhere/a.rs"), None);
        assert_eq!(own("/workspace/a.rs"), None);
        assert_eq!(maker.own_path("untitled:Untitled-1", &Location::nowhere()).as_deref(), Some("Untitled-1"));
    }
}
