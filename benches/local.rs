//! How good and how fast the embedded engine is, beside two baselines: `cargo bench --bench local -- --help`.

// A program for a terminal: its figures belong on stdout.
#![allow(clippy::print_stdout)]

#[path = "local/baselines.rs"]
mod baselines;
#[path = "support/corpus.rs"]
mod corpus;
#[path = "local/evaluate.rs"]
mod evaluate;
#[path = "local/fit.rs"]
mod fit;
#[path = "local/logistic.rs"]
mod logistic;
#[path = "local/network.rs"]
mod network;
#[path = "local/places.rs"]
mod places;
#[path = "local/texts.rs"]
mod texts;

use std::env;

use crate::{
    corpus::{Error, Half, Language},
    texts::Source,
};

const USAGE: &str = "\
Hides the rest of a file at random places and counts how often the rest of the line is predicted exactly.

  --language NAME   rust, python or javascript: published sources of the versions that are installed here
                    [default: rust]
  --half NAME       tune, report or all: the half of the packages to index and to test on; constants are tuned on one,
                    figures are reported on the other [default: report]
  --corpus DIR      files below this folder instead; may be repeated
  --ext rs,py       extensions of the files taken there [default: rs]
  --places N        places inside lines; a quarter as many at line starts [default: 2000, to fit 4000]
  --seed S          which places [default: 1]
  --engine-only     without the baselines, whose tables take most of the memory and the time

  --fit             fit the engine's models on the half called tune instead, say what they do on both halves, and write
                    src/local/model/weights.rs; of --places some 13 times as many are used
  --units N         hidden units of the network that is fitted [default: 12]
";

fn main() -> Result<(), Error> {
    let Some(options) = Options::from_args()? else {
        print!("{USAGE}");
        return Ok(());
    };
    if options.fit {
        return fit::fit(options.units, options.places);
    }
    let files = texts::read(&options.source)?;
    evaluate::evaluate(&files, &options)
}

/// What is asked on the command line.
pub struct Options {
    source: Source,
    places: usize,
    seed: u64,
    engine_only: bool,
    fit: bool,
    units: usize,
}

impl Options {
    fn from_args() -> Result<Option<Self>, Error> {
        let (mut language, mut half) = (Language::Rust, Some(Half::Report));
        let (mut folders, mut extensions) = (Vec::new(), vec!["rs".to_owned()]);
        let (mut places, mut seed, mut engine_only) = (None, 1, false);
        let (mut fit, mut units) = (false, 12);
        let mut args = env::args().skip(1).filter(|arg| arg != "--bench");
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--help" => return Ok(None),
                "--engine-only" => engine_only = true,
                "--fit" => fit = true,
                _ => {
                    let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
                    match arg.as_str() {
                        "--language" => language = language_called(&value)?,
                        "--half" => half = half_called(&value)?,
                        "--corpus" => folders.push(value.into()),
                        "--ext" => extensions = value.split(',').map(String::from).collect(),
                        "--places" => places = Some(value.parse()?),
                        "--units" => units = value.parse()?,
                        "--seed" => seed = value.parse()?,
                        _ => return Err(format!("unknown option {arg}; see --help").into()),
                    }
                }
            }
        }
        let places = places.unwrap_or(if fit { 4000 } else { 2000 });
        let pinned = folders.is_empty();
        let source = if pinned { Source::Pinned(language, half) } else { Source::Folders(folders, extensions) };
        Ok(Some(Self { source, places, seed, engine_only, fit, units }))
    }
}

fn language_called(name: &str) -> Result<Language, Error> {
    let language = Language::ALL.into_iter().find(|language| language.id() == name);
    Ok(language.ok_or_else(|| format!("no texts in {name}; see --help"))?)
}

fn half_called(name: &str) -> Result<Option<Half>, Error> {
    match name {
        "tune" => Ok(Some(Half::Tune)),
        "report" => Ok(Some(Half::Report)),
        "all" => Ok(None),
        _ => Err(format!("no half called {name}; see --help").into()),
    }
}
