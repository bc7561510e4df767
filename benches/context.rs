//! What excerpts of other files bring: how many of the names that the next lines need, and how long a choice takes.
//!
//! `cargo bench --bench context`. Each package of the pinned corpus with enough files is a workspace. A scene takes a file
//! of it, of which one to five lines are missing at the cursor; three other files are open. Counted are the identifiers of
//! the missing lines that stand nowhere else in the file, and of these the ones in the prompt ("cross"); at most those can
//! be that stand in another file of the workspace ("bound"). Three in four scenes need a name of another file.
//!
//! `-- --half tune` tries the packages that constants are tuned on instead of the others.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a benchmark prints")]

#[path = "context/baseline.rs"]
mod baseline;
#[path = "support/corpus.rs"]
mod corpus;
#[path = "context/scenes.rs"]
mod scenes;
#[path = "context/times.rs"]
mod times;

use codestral_ls::completion::context::{ContextIndex, Place, Snippet, imported_names};
use corpus::{Half, Language};
use scenes::{Scene, Workspace};

/// No corpus should be cut.
const MEMORY: usize = 4 << 30;

/// Lines above the cursor from which a person comes, line by line, before the choice that counts.
const LINES_BEFORE: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let half = match arguments.iter().position(|argument| argument == "--half").map(|at| &arguments[at + 1][..]) {
        None | Some("report") => Half::Report,
        Some("tune") => Half::Tune,
        Some(other) => panic!("--half is tune or report, not {other}"),
    };
    println!("packages to {half:?}");
    println!(
        "{:<12} {:>5} {:>7} {:>7} {:>9} {:>8} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}",
        "",
        "works",
        "scenes",
        "window",
        "open BM25",
        "our open",
        "2 KiB",
        "4 KiB",
        "8 KiB",
        "moving",
        "bound",
        "steady"
    );
    let mut all = Figures::default();
    for language in Language::ALL {
        let mut texts = corpus::read(language).expect("the corpus");
        texts.retain(|text| text.half() == half);
        println!("{:<12} fingerprint {:016x}", language.id(), corpus::fingerprint(&texts));
        let workspaces = scenes::workspaces(language, texts);
        let mut figures = Figures { workspaces: workspaces.len(), ..Figures::default() };
        workspaces.iter().for_each(|workspace| figures.add(workspace, language));
        figures.print(language.id());
        all.join(&figures);
    }
    all.print("all");
    times::print(half);
}

/// Names found by each policy, of how many.
#[derive(Debug, Default)]
struct Figures {
    workspaces: usize,
    scenes: usize,
    names: usize,
    found: [usize; 8],
    steady: f64,
    moves: usize,
}

impl Figures {
    fn add(&mut self, workspace: &Workspace, language: Language) {
        let mut index = ContextIndex::new(MEMORY);
        for (key, text) in &workspace.files {
            index.add(key, language.id(), text);
        }
        for scene in workspace.scenes() {
            self.scenes += 1;
            self.names += scene.names.len();
            for key in &scene.open {
                index.open(key, language.id(), workspace.text(key));
            }
            let imports = imported_names(scene.text().lines());
            let choose = |before: &str, after: &str, kept: &[Snippet], bytes: usize, only_open: bool| {
                let (key, imports) = (scene.key.as_str(), imports.as_slice());
                let folders = std::slice::from_ref(&workspace.folder);
                let place = Place { key, language: language.id(), before, after, imports, folders, only_open };
                index.choose(&place, kept, bytes)
            };
            let (before, after) = scene.window(0);
            let text = |snippets: &[Snippet]| snippets.iter().map(|snippet| snippet.text.as_str()).collect::<String>();
            let open = baseline::choose(&scene, workspace, 4096);
            let mut kept: Vec<Snippet> = Vec::new();
            for above in (0..=LINES_BEFORE).rev() {
                let (before, after) = scene.window(above);
                let chosen = choose(&before, &after, &kept, 4096, false);
                if !kept.is_empty() {
                    let (old, new) = (text(&kept), text(&chosen));
                    let same = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
                    self.steady += same as f64 / old.len() as f64;
                    self.moves += 1;
                }
                kept = chosen;
            }
            let told = [
                String::new(),
                open,
                text(&choose(&before, &after, &[], 4096, true)),
                text(&choose(&before, &after, &[], 2048, false)),
                text(&choose(&before, &after, &[], 4096, false)),
                text(&choose(&before, &after, &[], 8192, false)),
                text(&kept),
            ];
            for (found, told) in self.found.iter_mut().zip(&told) {
                *found += scene.found(told);
            }
            self.found[7] += scene.elsewhere;
            for key in &scene.open {
                index.remove(key);
                index.add(key, language.id(), workspace.text(key));
            }
        }
    }

    fn join(&mut self, other: &Self) {
        self.workspaces += other.workspaces;
        self.scenes += other.scenes;
        self.names += other.names;
        self.found.iter_mut().zip(&other.found).for_each(|(all, some)| *all += some);
        self.steady += other.steady;
        self.moves += other.moves;
    }

    fn print(&self, name: &str) {
        let share = |found: usize| 100.0 * found as f64 / self.names.max(1) as f64;
        let [window, bm25, open, small, ours, large, moving, bound] = self.found.map(share);
        println!(
            "{name:<12} {:>5} {:>7} {window:>7.1} {bm25:>9.1} {open:>8.1} {small:>7.1} {ours:>7.1} {large:>7.1} {moving:>7.1} {bound:>7.1} {:>7.2}",
            self.workspaces,
            self.scenes,
            self.steady / self.moves.max(1) as f64
        );
    }
}

impl Scene {
    /// How many of the names that the missing lines need stand in what is told.
    fn found(&self, told: &str) -> usize {
        let words = scenes::words(told);
        self.names.iter().filter(|name| words.contains(name.as_str())).count()
    }
}
