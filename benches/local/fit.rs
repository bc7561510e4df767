//! Fits the engine's models on one half of the corpus, says what they do on both, and writes the weights down.
//!
//! One after the other, for each looks at what the one before says: how alike an occurrence and the cursor are, which
//! candidate is likeliest, how likely the prediction is right. The same corpus gives the same weights.

use std::{collections::BTreeMap, fs, path::Path, thread};

use codestral_local::{
    File, Index, Place, Segment,
    fitting::{
        CANDIDATE_FEATURES, CONFIDENCE_FEATURES, Candidate, CandidateFeatures, ConfidenceFeatures, PLACE_FEATURES,
        PlaceFeatures, candidates, log_odds, occurrences,
    },
};

use crate::{
    corpus::{Error, Half, Language},
    logistic,
    network::{Choice, Network, hundredths, rounded},
    places::{Hole, holes},
    texts,
};

/// Which places: others than those that `evaluate` takes by default.
const SEED: u64 = 7;
/// Of the places the first model is fitted on every so many, for each has some hundred occurrences.
const OCCURRENCES_STEP: usize = 4;
/// One place of so many is kept for the confidence.
const CONFIDENCE_STEP: usize = 4;
/// What the network takes a value farther from the mean than this for, in standard deviations.
const FARTHEST: f32 = 4.0;
/// Packages smaller than this (bytes) are no workspace of their own.
const LEAST_PACKAGE: usize = 100_000;

/// Places are looked at in so many threads.
const THREADS: usize = 4;

/// The network's inputs.
const INPUTS: usize = PLACE_FEATURES + CANDIDATE_FEATURES;
/// The inputs of the confidence, and a constant.
const EVIDENCE: usize = CONFIDENCE_FEATURES + 1;

/// Fits with `units` hidden units on some multiples of `places` places, and writes into the engine's sources.
pub fn fit(units: usize, places: usize) -> Result<(), Error> {
    let mut tune = workspaces(Half::Tune, places)?;
    let similarity = similarity(&mut tune);
    let samples = self::samples(&mut tune, &similarity)?;
    // The confidence is fitted where the ranking was not: where it was, it is surer than elsewhere.
    let kept = |n: usize| n.is_multiple_of(CONFIDENCE_STEP);
    let choices = samples.iter().enumerate().filter(|(n, _)| !kept(*n));
    let choices: Vec<Choice<INPUTS>> = choices.filter_map(|(_, sample)| sample.choice()).collect();
    println!("{} places, at {} of them one of several candidates is right", samples.len(), choices.len());
    let mut ranking = Network::fit(&choices, units, FARTHEST, SEED);
    ranking.round();
    let evidence: Vec<_> =
        samples.iter().step_by(CONFIDENCE_STEP).filter_map(|sample| sample.evidence(&ranking)).collect();
    let confidence = logistic::fit(&evidence).map(|weight| (weight * 1000.0).round() / 1000.0);
    report("tune", &samples, &ranking, &confidence);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("model/weights.rs");
    fs::write(&path, written(&similarity, &ranking, &confidence))?;
    println!("written to {}", path.display());
    drop((samples, tune));
    let mut other = workspaces(Half::Report, places)?;
    let samples = self::samples(&mut other, &similarity)?;
    report("report", &samples, &ranking, &confidence);
    Ok(())
}

/// Files that are indexed together, and places in them.
struct Workspace {
    index: Index,
    files: Vec<File>,
    holes: Vec<Hole>,
}

/// Each language by itself, all of them together, and larger packages by themselves, as workspaces are.
fn workspaces(half: Half, places: usize) -> Result<Vec<Workspace>, Error> {
    let (mut workspaces, mut all) = (Vec::new(), Vec::new());
    let mut packages: BTreeMap<String, Vec<File>> = BTreeMap::new();
    for (language, part) in [(Language::Rust, 4), (Language::Python, 2), (Language::JavaScript, 2)] {
        let files = texts::pinned(language, Some(half))?;
        for (package, file) in &files {
            packages.entry(format!("{} {package}", language.id())).or_default().push(file.clone());
        }
        let files: Vec<File> = files.into_iter().map(|(_, file)| file).collect();
        if files.is_empty() {
            println!("no {} here: the weights will be others", language.id());
            continue;
        }
        all.extend(files.iter().cloned());
        workspaces.push(Workspace::new(files, places * part, SEED));
    }
    workspaces.push(Workspace::new(all, places, SEED + 1));
    let size = |files: &[File]| files.iter().map(|file| file.text.len()).sum::<usize>();
    for files in packages.into_values().filter(|files| size(files) >= LEAST_PACKAGE) {
        workspaces.push(Workspace::new(files, places / 20, SEED + 2));
    }
    Ok(workspaces)
}

impl Workspace {
    fn new(files: Vec<File>, places: usize, seed: u64) -> Self {
        Self { index: texts::built(&files, Segment::build), holes: holes(&files, places, seed), files }
    }

    /// Calls `visit` with every `step`th place, while what stands from it on is hidden, and the rest of its line.
    fn visit(&mut self, step: usize, mut visit: impl FnMut(&Index, Place, &str)) {
        let index = &mut self.index;
        for hole in self.holes.iter().step_by(step) {
            let file = &self.files[hole.file];
            let before = &file.text[..hole.at];
            index.open(&file.key, &file.language, before, 1);
            let place = Place { key: &file.key, language: &file.language, before, after: "" };
            visit(index, place, hole.rest(&self.files));
            index.close(&file.key);
        }
    }

    fn samples(&mut self, similarity: &PlaceFeatures<f64>) -> Vec<Sample> {
        let mut samples = Vec::new();
        self.visit(1, |index, place, rest| {
            let candidates = candidates(similarity, index, place);
            let right =
                |candidate: &Candidate| candidate.prediction.as_ref().is_some_and(|(text, _)| text.trim_end() == rest);
            samples.push(Sample { right: candidates.iter().map(right).collect(), candidates });
        });
        samples
    }
}

/// The samples of all workspaces, in their order.
fn samples(workspaces: &mut [Workspace], similarity: &PlaceFeatures<f64>) -> Result<Vec<Sample>, Error> {
    thread::scope(|scope| {
        // The largest stand first: each thread gets some of every size.
        let mut parts: Vec<Vec<(usize, &mut Workspace)>> = (0..THREADS).map(|_| Vec::new()).collect();
        workspaces.iter_mut().enumerate().for_each(|(n, workspace)| parts[n % THREADS].push((n, workspace)));
        let run = |part: Vec<(usize, &mut Workspace)>| {
            let samples = part.into_iter().map(|(n, workspace)| (n, workspace.samples(similarity)));
            samples.collect::<Vec<_>>()
        };
        let threads: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || run(part))).collect();
        let mut done = Vec::new();
        for thread in threads {
            done.extend(thread.join().map_err(|_| "a thread has died")?);
        }
        done.sort_by_key(|(n, _)| *n);
        Ok(done.into_iter().flat_map(|(_, samples)| samples).collect())
    })
}

/// The weights of occurrences: those that are right shall weigh most.
fn similarity(workspaces: &mut [Workspace]) -> PlaceFeatures<f64> {
    let mut choices: Vec<Choice<PLACE_FEATURES>> = Vec::new();
    for workspace in workspaces {
        workspace.visit(OCCURRENCES_STEP, |index, place, rest| {
            let found = occurrences(index, place);
            let right: Vec<bool> =
                found.iter().map(|(_, text)| text.as_ref().is_some_and(|text| text.trim_end() == rest)).collect();
            if right.contains(&true) && right.contains(&false) {
                let rows = found.iter().map(|(features, _)| features.map(|value| value as f32).values()).collect();
                choices.push(Choice { rows, right });
            }
        });
    }
    println!("occurrences: {} places at which some are right and some are not", choices.len());
    let network = Network::fit(&choices, 0, f32::INFINITY, SEED);
    let weights = std::array::from_fn(|at| f64::from(rounded(network.direct()[at] * network.scale[at])));
    PlaceFeatures::from_values(weights.map(|weight: f64| (weight * 1000.0).round() / 1000.0))
}

/// The candidates of a place, and which of them are right.
struct Sample {
    candidates: Vec<Candidate>,
    right: Vec<bool>,
}

impl Sample {
    fn rows(&self) -> Vec<[f32; INPUTS]> {
        let row = |candidate: &Candidate| {
            let (place, own) = (candidate.place.values(), candidate.own.values());
            std::array::from_fn(|at| if at < PLACE_FEATURES { place[at] } else { own[at - PLACE_FEATURES] })
        };
        self.candidates.iter().map(row).collect()
    }

    fn choice(&self) -> Option<Choice<INPUTS>> {
        let several = self.right.contains(&true) && self.right.contains(&false);
        several.then(|| Choice { rows: self.rows(), right: self.right.clone() })
    }

    /// What tells whether the prediction made here is right, and whether it is.
    fn evidence(&self, ranking: &Network<INPUTS>) -> Option<([f64; EVIDENCE], bool)> {
        let likely = ranking.likelihoods(&self.rows());
        let predicts = |n: &usize| self.candidates[*n].prediction.is_some();
        // Among equals the first, as the engine takes it.
        let best = (0..likely.len()).filter(predicts).rev().max_by(|&a, &b| likely[a].total_cmp(&likely[b]))?;
        let (_, evidence) = self.candidates[best].prediction.as_ref()?;
        let evidence = ConfidenceFeatures { log_odds: log_odds(f64::from(likely[best])), ..*evidence }.values();
        let row = std::array::from_fn(|at| evidence.get(at).copied().unwrap_or(1.0));
        Some((row, self.right[best]))
    }
}

/// Prints what the models do with samples.
fn report(half: &str, samples: &[Sample], ranking: &Network<INPUTS>, confidence: &[f64; EVIDENCE]) {
    let (mut loss, mut choices, mut right, mut confidence_loss, mut predictions) = (0.0, 0, 0, 0.0, 0);
    for sample in samples {
        if let Some(choice) = sample.choice() {
            let likely = ranking.likelihoods(&choice.rows);
            let sum: f32 =
                likely.iter().zip(&choice.right).filter(|(_, right)| **right).map(|(likely, _)| likely).sum();
            loss -= f64::from(sum.max(1e-9).ln());
            choices += 1;
        }
        if let Some((row, is_right)) = sample.evidence(ranking) {
            let likely = logistic::probability(confidence, &row);
            confidence_loss -= if is_right { likely } else { 1.0 - likely }.max(1e-9).ln();
            predictions += 1;
            right += usize::from(is_right);
        }
    }
    println!(
        "{half} half: {:.2} % of {} places right; loss of the ranking {:.4}, of the confidence {:.4}",
        100.0 * f64::from(right as u32) / samples.len().max(1) as f64,
        samples.len(),
        loss / f64::from(choices.max(1)),
        confidence_loss / f64::from(predictions.max(1)),
    );
}

/// The source of the engine's `model/weights.rs`.
fn written(similarity: &PlaceFeatures<f64>, ranking: &Network<INPUTS>, confidence: &[f64; EVIDENCE]) -> String {
    let mut out = format!(
        "//! The weights of the models, as `cargo bench --bench local -- --fit` fitted them; nothing is written by hand.
#![allow(clippy::approx_constant, reason = \"a weight near a constant is there by chance\")]

use super::{{Confidence, Model, Ranking, Row, Unit}};
use crate::features::{{CandidateFeatures, ConfidenceFeatures, PlaceFeatures}};

/// How many hidden units the network has.
pub const UNITS: usize = {};

/// The model that predictions are made with.
pub static FITTED: Model = Model {{
    similarity: SIMILARITY,
    ranking: Ranking::new(PLACE, CANDIDATE, UNIT),
    confidence: Confidence {{ bias: {:?}, weights: CONFIDENCE }},
}};
",
        ranking.units, confidence[CONFIDENCE_FEATURES],
    );
    let weight = |weight: f64| format!("{weight:?}");
    let names = PlaceFeatures::<f64>::NAMES;
    let similar = names.into_iter().zip(similarity.values().map(weight));
    let doc = "What each feature adds to the logarithm of an occurrence's weight.";
    table(&mut out, doc, "SIMILARITY: PlaceFeatures<f64>", similar);
    let doc = "What each feature adds to the logarithm of the odds that a prediction is right.";
    let sure = ConfidenceFeatures::<f64>::NAMES.into_iter().zip(confidence.map(weight));
    table(&mut out, doc, "CONFIDENCE: ConfidenceFeatures<f64>", sure);
    let row = |at: usize| {
        let (mean, scale, direct) = (ranking.mean[at], ranking.scale[at], ranking.direct()[at]);
        let hidden: Vec<i8> = ranking.hidden(at).iter().map(|weight| hundredths(*weight)).collect();
        format!("row({mean:?}, {scale:?}, {direct:?}, {hidden:?})")
    };
    let doc = "The network's row for each feature of a candidate's best occurrence.";
    table(&mut out, doc, "PLACE: PlaceFeatures<Row>", names.into_iter().zip((0..).map(row)));
    let doc = "The network's row for each feature of a candidate.";
    let own = CandidateFeatures::<f32>::NAMES.into_iter().zip((PLACE_FEATURES..).map(row));
    table(&mut out, doc, "CANDIDATE: CandidateFeatures<Row>", own);
    out += "\n/// The network's hidden units.\nconst UNIT: [Unit; UNITS] = [\n";
    let (biases, outs) = ranking.biases_and_outs();
    for (bias, adds) in biases.iter().zip(outs) {
        out += &format!("    Unit {{ bias: {bias:?}, out: {adds:?} }},\n");
    }
    out + "];

/// A row of the network, with the hidden weights in hundredths.
const fn row(mean: f32, scale: f32, direct: f32, hundredths: [i8; UNITS]) -> Row {
    let (mut hidden, mut unit) = ([0.0; UNITS], 0);
    while unit < UNITS {
        hidden[unit] = hundredths[unit] as f32 / 100.0;
        unit += 1;
    }
    Row { mean, scale, direct, hidden }
}
"
}

fn table(out: &mut String, doc: &str, head: &str, rows: impl Iterator<Item = (&'static str, String)>) {
    let kind = head.split([' ', '<']).nth(1).unwrap_or_default();
    *out += &format!("\n/// {doc}\nconst {head} = {kind} {{\n");
    rows.for_each(|(name, row)| *out += &format!("    {name}: {row},\n"));
    *out += "};\n";
}
