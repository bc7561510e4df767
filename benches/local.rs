//! How good and how fast the embedded engine is, beside two baselines: `cargo bench --bench local -- --help`.

// A program for a terminal: its figures belong on stdout.
#![allow(clippy::print_stdout)]

#[path = "local/baselines.rs"]
mod baselines;

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use codestral_ls::local::{self, File, Index, Place, SEGMENT_BYTES, SHOWN_CONFIDENCE, Segment, indexable, predict};

use crate::baselines::Baselines;

const USAGE: &str = "\
Hides the rest of a file at random places and counts how often the rest of the line is predicted exactly.

  --corpus DIR      texts to index and to test on, may be repeated
                    [default: this project and the sources of its dependencies]
  --ext rs,py       extensions of the files taken [default: rs]
  --places N        places inside lines; a quarter as many at line starts [default: 2000]
  --seed S          which places [default: 1]
";

/// Memory the index may use here: no corpus should be cut.
const LIMIT: usize = 4 << 30;
const COVERAGES: [usize; 6] = [5, 10, 20, 30, 50, 100];

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let Some(options) = Options::from_args()? else {
        print!("{USAGE}");
        return Ok(());
    };
    let files = read_corpus(&options);
    let bytes: usize = files.iter().map(|file| file.text.len()).sum();
    println!("corpus: {} files, {:.1} MB of {}", files.len(), bytes as f64 / 1e6, options.extensions.join(","));
    if files.is_empty() {
        return Err("no files to index: name a folder with --corpus and extensions with --ext".into());
    }
    let mut index = build(&files);
    let holes = holes(&files, &options);
    let baselines = Baselines::new(&files);
    let mut engine = Tally::default();
    let mut lines = Tally::default();
    let mut suffixes = Tally::default();
    let mut multi = [0usize; 2];
    let mut times = Vec::new();
    let options = local::Options { shown: 0.0, ..local::Options::default() };
    for hole in &holes {
        let file = &files[hole.file];
        let before = &file.text[..hole.at];
        index.open(&file.key, &file.language, before, 1);
        let place = Place { key: &file.key, language: &file.language, before, after: "" };
        let (prediction, time) = quickest(|| predict(&index, place, options));
        times.push(time);
        index.close(&file.key);
        if let Some(prediction) = &prediction {
            multi_line(&prediction.text, &file.text[hole.at..], &mut multi);
        }
        let text = prediction.as_ref().map(|prediction| prediction.text.lines().next().unwrap_or_default());
        engine.count(hole, &files, text, prediction.as_ref().map_or(0.0, |prediction| prediction.confidence));
        let (text, sureness) = baselines.most_frequent_line(hole.file, before);
        lines.count(hole, &files, text, sureness);
        let (text, sureness) = baselines.longest_suffix(hole.file, before);
        suffixes.count(hole, &files, text, sureness);
    }
    report(&mut engine, &mut lines, &mut suffixes);
    println!(
        "following lines: {} predicted, {:.1} % right",
        multi[1],
        100.0 * multi[0] as f64 / multi[1].max(1) as f64
    );
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    println!("prediction: p50 {:?}, p99 {:?}, max {:?}", at(0.5), at(0.99), at(1.0));
    edits(&files);
    Ok(())
}

/// The quickest of three runs: the others may have met what else the machine was doing.
fn quickest<T>(mut run: impl FnMut() -> T) -> (T, Duration) {
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

struct Options {
    corpus: Vec<PathBuf>,
    extensions: Vec<String>,
    places: usize,
    seed: u64,
}

impl Options {
    fn from_args() -> Outcome<Option<Self>> {
        let mut options = Options { corpus: vec![], extensions: vec!["rs".into()], places: 2000, seed: 1 };
        let mut args = env::args().skip(1).filter(|arg| arg != "--bench");
        while let Some(arg) = args.next() {
            if arg == "--help" {
                return Ok(None);
            }
            let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
            match arg.as_str() {
                "--corpus" => options.corpus.push(value.into()),
                "--ext" => options.extensions = value.split(',').map(String::from).collect(),
                "--places" => options.places = value.parse()?,
                "--seed" => options.seed = value.parse()?,
                _ => return Err(format!("unknown option {arg}; see --help").into()),
            }
        }
        if options.corpus.is_empty() {
            options.corpus = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), registry()?];
        }
        Ok(Some(options))
    }
}

/// The sources Cargo has unpacked.
fn registry() -> Outcome<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo"))).ok_or("no home folder")?;
    Ok(home.join("registry/src"))
}

fn read_corpus(options: &Options) -> Vec<File> {
    let mut files = Vec::new();
    for root in &options.corpus {
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            for path in entries.map(|entry| entry.path()) {
                let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
                if path.is_dir() {
                    folders.push(path);
                } else if options.extensions.iter().any(|wanted| wanted == extension) {
                    let bytes = fs::read(&path).unwrap_or_default();
                    let Ok(text) = indexable(&bytes) else { continue };
                    let key = path.to_string_lossy().replace('\\', "/").into();
                    files.push(File { key, language: extension.into(), text: text.into() });
                }
            }
        }
    }
    files.sort_by(|a, b| a.key.cmp(&b.key));
    files
}

/// Builds the index as a server would, a segment at a time, and says what that took.
fn build(files: &[File]) -> Index {
    let mut index = Index::new(LIMIT);
    let (mut batch, mut size) = (Vec::new(), 0);
    let (mut spent, mut slowest) = (Duration::ZERO, Duration::ZERO);
    for (n, file) in files.iter().enumerate() {
        size += file.text.len();
        batch.push(file.clone());
        if size < SEGMENT_BYTES && n + 1 < files.len() {
            continue;
        }
        let (segment, time) = quickest(|| Segment::build(batch.clone()));
        batch.clear();
        index.add(segment);
        spent += time;
        slowest = slowest.max(time);
        size = 0;
    }
    let coverage = index.coverage();
    println!(
        "index: {:.1} MB/s, slowest segment {slowest:?}, {:.2} bytes of memory a byte, {} files, {} segments",
        coverage.bytes as f64 / 1e6 / spent.as_secs_f64(),
        coverage.memory as f64 / coverage.bytes as f64,
        coverage.files,
        index.slots().len(),
    );
    index
}

/// A place whose file is hidden from it on.
struct Hole {
    file: usize,
    at: usize,
    inside: bool,
}

impl Hole {
    fn rest<'a>(&self, files: &'a [File]) -> &'a str {
        files[self.file].text[self.at..].lines().next().unwrap_or_default().trim_end()
    }
}

/// SplitMix64: the same places for the same seed, everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound.max(1) as u64) as usize
    }
}

/// Random lines that hold two characters or more, files by their size; inside: behind the first and before the last
/// character; at starts: behind the indentation.
fn holes(files: &[File], options: &Options) -> Vec<Hole> {
    let total: usize = files.iter().map(|file| file.text.len()).sum();
    let mut random = Random(options.seed);
    let mut holes = Vec::new();
    let wanted = options.places + options.places / 4;
    for _ in 0..wanted * 100 {
        if holes.len() == wanted {
            break;
        }
        let mut at = random.below(total);
        let file = files.iter().position(|file| {
            let inside = at < file.text.len();
            at -= if inside { 0 } else { file.text.len() };
            inside
        });
        let Some(file) = file else { continue };
        let text = &files[file].text;
        let start = text.as_bytes()[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let line = text[start..].lines().next().unwrap_or_default().trim_end();
        let indent = line.len() - line.trim_start().len();
        if line.len() - indent < 2 {
            continue;
        }
        let inside = holes.len() < options.places;
        let at = start + indent + if inside { 1 + random.below(line.len() - indent - 1) } else { 0 };
        if text.is_char_boundary(at) {
            holes.push(Hole { file, at, inside });
        }
    }
    holes
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
    fn count(&mut self, hole: &Hole, files: &[File], text: Option<&str>, sureness: f32) {
        let rest = hole.rest(files);
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
}

/// The rest of a word, or the next character, with the space before it.
fn first_token(text: &str) -> &str {
    let trimmed = text.trim_start();
    let word = trimmed.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(trimmed.len());
    let len = if word == 0 { trimmed.chars().next().map_or(0, char::len_utf8) } else { word };
    &text[..text.len() - trimmed.len() + len]
}

/// Counts the lines after the first that are right.
fn multi_line(predicted: &str, hidden: &str, counts: &mut [usize; 2]) {
    for (a, b) in predicted.lines().zip(hidden.lines()).skip(1) {
        counts[0] += usize::from(a.trim_end() == b.trim_end());
        counts[1] += 1;
    }
}

fn report(engine: &mut Tally, lines: &mut Tally, suffixes: &mut Tally) {
    println!("\n{:32} {:>9} {:>9} {:>9}", "", "engine", "suffix", "line");
    let mut row = |name: &str, figure: &dyn Fn(&mut Tally) -> f64| {
        println!("{name:32} {:8.1}% {:8.1}% {:8.1}%", figure(engine), figure(suffixes), figure(lines));
    };
    row("exact rest of line, inside", &|tally| Tally::exact(&tally.inside));
    row("exact rest of line, line starts", &|tally| Tally::exact(&tally.starts));
    row("exact rest of line, all", &|tally| Tally::exact(&[tally.inside.as_slice(), tally.starts.as_slice()].concat()));
    row("first token, all", &|tally| 100.0 * tally.first_token as f64 / tally.places.max(1) as f64);
    for percent in COVERAGES {
        row(&format!("precision at {percent} % coverage"), &|tally| tally.precision(percent).0);
    }
    let thresholds = COVERAGES.map(|percent| format!("{percent} %: {:.2}", engine.precision(percent).1));
    println!("confidence at coverage: {}", thresholds.join(", "));
    let all = [engine.inside.as_slice(), engine.starts.as_slice()].concat();
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
    println!("prediction in 10000 equal lines: {:?}", quickest(|| predict(&index, place, local::Options::default())).1);
    times.sort_unstable();
    println!("edit in {} lines: p50 {:?}, p99 {:?}, max {:?}", lines.len(), times[1000], times[1980], times[1999]);
}
