//! The figures, printed.

use std::time::Duration;

use codestral_ls::{
    next_edit::{Rule, numbers::NAMES},
    settings::NextEdit,
};

use crate::{fit::Model, replay::Moment};

/// A threshold for those who want to be disturbed by almost nothing wrong.
pub const STRICT_CONFIDENCE: f32 = 0.78;

/// The threshold where the user sets none.
pub fn default_confidence() -> f32 {
    NextEdit::default().confidence as f32
}

/// Precision, coverage and quiet when what is at least so likely is shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    pub shown: usize,
    pub right: usize,
    pub reverts: usize,
    pub covered: usize,
    pub predictable: usize,
    pub noisy: usize,
    pub other: usize,
    pub in_part: usize,
}

impl Figures {
    pub fn new(moments: &[Moment], least: f32) -> Self {
        let mut figures = Self::default();
        for moment in moments {
            let shown = moment.best.filter(|best| best.0 >= least);
            let right = shown.is_some_and(|best| best.1);
            figures.shown += usize::from(shown.is_some());
            figures.right += usize::from(right);
            figures.in_part += usize::from(shown.is_some() && moment.best_in_part);
            figures.reverts += usize::from(shown.is_some_and(|best| best.2));
            if moment.predictable {
                figures.predictable += 1;
                figures.covered += usize::from(right);
            } else {
                figures.other += 1;
                // What is right although nothing repeats is no noise.
                figures.noisy += usize::from(shown.is_some() && !right);
            }
        }
        figures
    }

    /// Of moments of which only this is known: whether they are predictable, and the likeliest edit.
    pub fn of(moments: impl Iterator<Item = (bool, Option<(f32, bool)>)>, least: f32) -> Self {
        let mut figures = Self::default();
        for (predictable, best) in moments {
            let shown = best.filter(|best| best.0 >= least);
            let right = shown.is_some_and(|best| best.1);
            figures.shown += usize::from(shown.is_some());
            figures.right += usize::from(right);
            figures.predictable += usize::from(predictable);
            figures.covered += usize::from(predictable && right);
            figures.other += usize::from(!predictable);
            figures.noisy += usize::from(!predictable && shown.is_some() && !right);
        }
        figures
    }

    pub fn line(&self) -> String {
        let part = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
        format!(
            "precision {:5.1} % (in part {:5.1} %), coverage {:5.1} % of the predictable, quiet {:5.1} %, shown {:5}, reverts {}",
            part(self.right, self.shown),
            part(self.in_part, self.shown),
            part(self.covered, self.predictable),
            100.0 - part(self.noisy, self.other),
            self.shown,
            self.reverts
        )
    }
}

pub fn print(title: &str, moments: &[Moment]) {
    let count = |of: fn(&&Moment) -> bool| moments.iter().filter(of).count();
    let part = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
    let (predictable, known) = (count(|one| one.predictable), count(|one| one.known));
    println!("\n{title}: {} moments", moments.len());
    println!(
        "  predictable {:.1} %, nothing more {:.1} %, a right candidate {:.1} % ({:.1} % of the predictable)",
        part(predictable, moments.len()),
        part(count(|one| !one.more), moments.len()),
        part(known, moments.len()),
        part(count(|one| one.predictable && one.known), predictable)
    );
    let of = |loss: fn(&Moment, f32) -> bool| {
        let least = default_confidence();
        part(moments.iter().filter(|one| one.predictable && loss(one, least)).count(), predictable)
    };
    println!(
        "  of the predictable: no rule finds it {:.1} %, another is likelier {:.1} %, right but not sure enough {:.1} %",
        of(|one, _| !one.known),
        of(|one, _| one.known && !one.best.is_some_and(|best| best.1)),
        of(|one, least| one.best.is_some_and(|best| best.1 && best.0 < least)),
    );
    for least in [0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85] {
        println!("  >= {least:.2}: {}", Figures::new(moments, least).line());
    }
    for (name, least) in [("default", default_confidence()), ("strict", STRICT_CONFIDENCE)] {
        println!("  {name} {least:.2}: {}", Figures::new(moments, least).line());
    }
    for (at, name) in ["rename at the next word", "again, 1 neighbour", "again, 3 neighbours"].iter().enumerate() {
        let of = |wanted: fn(&Moment, (bool, bool, bool)) -> bool| {
            moments.iter().filter(|one| wanted(one, one.baselines[at])).count()
        };
        let guessed = of(|_, guess| guess.0);
        println!(
            "  {name}: precision {:.1} % (in part {:.1} %), coverage {:.1} % ({:.1} %), quiet {:.1} %",
            part(of(|_, guess| guess.1), guessed),
            part(of(|_, guess| guess.2), guessed),
            part(of(|one, guess| one.predictable && guess.1), predictable),
            part(of(|one, guess| one.predictable && guess.2), predictable),
            100.0 - part(of(|one, guess| !one.predictable && guess.0), moments.len() - predictable),
        );
    }
    for rule in Rule::ALL {
        let of: Vec<_> =
            moments.iter().filter_map(|one| one.best).filter(|b| b.3 == rule && b.0 >= default_confidence()).collect();
        let right = of.iter().filter(|best| best.1).count();
        println!("    {:14} shown {:5}, right {:5.1} %", rule.name(), of.len(), part(right, of.len()));
    }
    let mut times: Vec<_> = moments.iter().map(|one| one.time).collect();
    times.sort_unstable();
    let at = |part: f64| times.get(((times.len().max(1) - 1) as f64 * part) as usize).copied().unwrap_or_default();
    println!("  asking: p50 {:?}, p99 {:?}, max {:?}", at(0.5), at(0.99), at(1.0));
}

pub fn print_at(title: &str, moments: &[Moment], least: f32) {
    println!("{title}, {} moments, {least:.2}: {}", moments.len(), Figures::new(moments, least).line());
}

pub fn times(title: &str, times: Vec<(Duration, Duration)>) {
    let (mut noted, mut all): (Vec<_>, Vec<_>) = times.into_iter().unzip();
    for (name, times) in [("an edit noted", &mut noted), ("an edit noted and the next one found", &mut all)] {
        times.sort_unstable();
        let at = |part: f64| times.get(((times.len().max(1) - 1) as f64 * part) as usize).copied().unwrap_or_default();
        println!("{title}, {name}: p50 {:?}, p99 {:?}, max {:?}", at(0.5), at(0.99), at(1.0));
    }
}

/// How often each number is asked for, and how much its leaves differ: what the trees go by.
pub fn importance(model: &Model) {
    let mut asked: Vec<(usize, &str)> = NAMES.iter().map(|name| (0, *name)).collect();
    for tree in &model.trees {
        for (number, bound) in tree.number.iter().zip(tree.bound) {
            if bound != f32::MAX {
                asked[usize::from(*number)].0 += 1;
            }
        }
    }
    asked.sort_by(|one, two| two.cmp(one));
    let shown: Vec<String> = asked.iter().map(|(count, name)| format!("{name} {count}")).collect();
    println!("asked: {}", shown.join(", "));
}
