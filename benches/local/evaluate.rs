//! How often the engine is right, how sure it is of it, and how long it takes.

use std::time::{Duration, Instant};

use codestral_local::{File, Index, Options as Sureness, Place, SHOWN_CONFIDENCE, predict};

use crate::{
    Options,
    baselines::Baselines,
    corpus::{Error, FNV_START, fnv},
    places::{Hole, Random, holes},
    texts::{self, LIMIT},
};

/// Of the places, ordered by how sure the engine is: in so many per cent it would be shown.
const COVERAGES: [usize; 6] = [5, 10, 20, 30, 50, 100];

/// Prints all figures.
pub fn evaluate(files: &[File], options: &Options) -> Result<(), Error> {
    let mut index = texts::index(files);
    let baselines = (!options.engine_only).then(|| Baselines::new(files));
    let mut tallies = [("engine", Tally::default()), ("suffix", Tally::default()), ("line", Tally::default())];
    let (mut multi, mut times) = ([0usize; 2], Vec::new());
    let mut all = FNV_START;
    let every = Sureness { shown: 0.0, ..Sureness::default() };
    for hole in &holes(files, options.places, options.seed) {
        let (file, rest) = (&files[hole.file], hole.rest(files));
        let before = &file.text[..hole.at];
        index.open(&file.key, &file.language, before, 1);
        let place = Place { key: &file.key, language: &file.language, before, after: "" };
        let (prediction, time) = quickest(|| predict(&index, place, every));
        times.push(time);
        index.close(&file.key);
        let text = prediction.as_ref().map(|prediction| prediction.text.as_str());
        let sureness = prediction.as_ref().map_or(0.0, |prediction| prediction.confidence);
        all = fnv(fnv(all, text.unwrap_or_default().as_bytes()), &sureness.to_bits().to_le_bytes());
        multi_line(text.unwrap_or_default(), &file.text[hole.at..], &mut multi);
        tallies[0].1.count(hole, rest, text.map(|text| text.lines().next().unwrap_or_default()), sureness);
        if let Some(baselines) = &baselines {
            let (text, sureness) = baselines.longest_suffix(hole.file, before);
            tallies[1].1.count(hole, rest, text, sureness);
            let (text, sureness) = baselines.most_frequent_line(hole.file, before);
            tallies[2].1.count(hole, rest, text, sureness);
        }
    }
    report(&mut tallies[..if baselines.is_some() { 3 } else { 1 }]);
    let right = 100.0 * multi[0] as f64 / multi[1].max(1) as f64;
    println!("following lines: {} predicted, {right:.1} % right", multi[1]);
    println!("fingerprint of the predictions: {:016x}", all);
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    println!("prediction: p50 {:?}, p99 {:?}, max {:?}", at(0.5), at(0.99), at(1.0));
    edits(files);
    Ok(())
}

/// The quickest of three runs: the others may have met what else the machine was doing.
pub fn quickest<T>(mut run: impl FnMut() -> T) -> (T, Duration) {
    let timed = |_| {
        let start = Instant::now();
        let outcome = run();
        (outcome, start.elapsed())
    };
    let mut runs = [0; 3].map(timed);
    runs.sort_by_key(|run| run.1);
    let [first, ..] = runs;
    first
}

/// Right or wrong, and how sure, of every place.
#[derive(Default)]
struct Tally {
    inside: Vec<(f32, bool)>,
    starts: Vec<(f32, bool)>,
    first_token: usize,
    places: usize,
}

impl Tally {
    fn count(&mut self, hole: &Hole, rest: &str, text: Option<&str>, sureness: f32) {
        let right = text.is_some_and(|text| text.trim_end() == rest);
        let sureness = if text.is_some() { sureness } else { -1.0 };
        let list = if hole.inside { &mut self.inside } else { &mut self.starts };
        list.push((sureness, right));
        self.first_token += usize::from(text.is_some_and(|text| first_token(text) == first_token(rest)));
        self.places += 1;
    }

    fn exact(list: &[(f32, bool)]) -> f64 {
        100.0 * list.iter().filter(|(_, right)| *right).count() as f64 / list.len().max(1) as f64
    }

    /// How many of the surest `percent` of the places inside lines are right.
    fn precision(&mut self, percent: usize) -> (f64, f32) {
        self.inside.sort_by(|a, b| b.0.total_cmp(&a.0));
        let covered = (self.inside.len() * percent / 100).max(1).min(self.inside.len());
        (Self::exact(&self.inside[..covered]), self.inside.get(covered - 1).map_or(0.0, |last| last.0))
    }

    fn all(&self) -> Vec<(f32, bool)> {
        [self.inside.as_slice(), self.starts.as_slice()].concat()
    }
}

/// The rest of a word, or the next character, with the space before it.
fn first_token(text: &str) -> &str {
    let trimmed = text.trim_start();
    let word = trimmed.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(trimmed.len());
    let len = if word == 0 { trimmed.chars().next().map_or(0, char::len_utf8) } else { word };
    &text[..text.len() - trimmed.len() + len]
}

/// Counts the lines after the first that are right, and all of them.
fn multi_line(predicted: &str, hidden: &str, counts: &mut [usize; 2]) {
    for (a, b) in predicted.lines().zip(hidden.lines()).skip(1) {
        counts[0] += usize::from(a.trim_end() == b.trim_end());
        counts[1] += 1;
    }
}

fn report(tallies: &mut [(&str, Tally)]) {
    let names: Vec<String> = tallies.iter().map(|(name, _)| format!("{name:>9}")).collect();
    println!("\n{:32} {}", "", names.join(" "));
    let mut row = |name: &str, figure: &dyn Fn(&mut Tally) -> f64| {
        let figures = tallies.iter_mut().map(|(_, tally)| format!("{:8.1}%", figure(tally)));
        println!("{name:32} {}", figures.collect::<Vec<_>>().join(" "));
    };
    row("exact rest of line, inside", &|tally| Tally::exact(&tally.inside));
    row("exact rest of line, line starts", &|tally| Tally::exact(&tally.starts));
    row("exact rest of line, all", &|tally| Tally::exact(&tally.all()));
    row("first token, all", &|tally| 100.0 * tally.first_token as f64 / tally.places.max(1) as f64);
    for percent in COVERAGES {
        row(&format!("precision at {percent} % coverage"), &|tally| tally.precision(percent).0);
    }
    if let Some((_, engine)) = tallies.first_mut() {
        calibration(engine);
    }
}

/// Whether what the engine says of its sureness is so.
fn calibration(engine: &mut Tally) {
    let thresholds = COVERAGES.map(|percent| format!("{percent} %: {:.2}", engine.precision(percent).1));
    println!("confidence at coverage: {}", thresholds.join(", "));
    let all = engine.all();
    let shown: Vec<_> = all.iter().filter(|(sureness, _)| *sureness >= SHOWN_CONFIDENCE).copied().collect();
    println!(
        "at the default threshold {SHOWN_CONFIDENCE}: {:.1} % of all places shown, {:.1} % of them right",
        100.0 * shown.len() as f64 / all.len().max(1) as f64,
        Tally::exact(&shown),
    );
    println!("\nconfidence   observed   places");
    for bucket in 0..10 {
        let inside = |&&(sureness, _): &&(f32, bool)| (sureness * 10.0).clamp(-1.0, 9.0).floor() == bucket as f32;
        let list: Vec<_> = all.iter().filter(inside).copied().collect();
        let mean = list.iter().map(|(sureness, _)| sureness).sum::<f32>() / list.len().max(1) as f32;
        println!("{:9.1}% {:9.1}% {:8}", 100.0 * mean, Tally::exact(&list), list.len());
    }
}

/// One key after the other, all over a document of 10,000 lines.
fn edits(files: &[File]) {
    let lines = files.iter().flat_map(|file| file.text.lines()).filter(|line| line.is_ascii());
    let lines: Vec<&str> = lines.take(10_000).collect();
    let text = lines.join("\n");
    let mut index = Index::new(LIMIT);
    index.open("a", "text", &text, 0);
    let mut random = Random(1);
    let mut times: Vec<Duration> = (0..2000)
        .map(|now| {
            let at = random.below(text.len());
            let start = Instant::now();
            index.edit("a", at..at, ["x", "\n", "(", "foo(bar);\n"][random.below(4)], now);
            start.elapsed()
        })
        .collect();
    index.open("b", "text", &"    call(alpha, beta);\n".repeat(10_000), 0);
    let place = Place { key: "b", language: "text", before: &"    call(alpha, beta);\n".repeat(200), after: "" };
    println!("prediction in 10000 equal lines: {:?}", quickest(|| predict(&index, place, Sureness::default())).1);
    times.sort_unstable();
    println!("edit in {} lines: p50 {:?}, p99 {:?}, max {:?}", lines.len(), times[1000], times[1980], times[1999]);
}
