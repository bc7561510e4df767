//! Fits the trees by which candidates are judged: gradient boosting on the log loss, with histograms.

use std::fmt::Write as _;

use codestral_ls::next_edit::{
    numbers::{NAMES, NUMBERS},
    tree::{DEPTH, QUESTIONS, Tree},
};

/// How many trees.
const TREES: usize = 100;

/// What part of its best value each tree's leaf counts.
const RATE: f32 = 0.1;

/// Held against large leaves, in units of the loss' curvature.
const RIDGE: f32 = 8.0;

/// The least curvature in a leaf: about so many rows of which the outcome is not clear.
const LEAST: f32 = 6.0;

/// Different bounds of one number.
const BINS: usize = 32;

/// Columns of the written table.
const MAX_WIDTH: usize = 116;

/// One candidate: its numbers, whether it was right, and how much it counts.
pub struct Row {
    pub numbers: [f32; NUMBERS],
    pub right: bool,
    pub weight: f32,
}

/// What is added up: a constant, and the trees' values.
#[derive(Debug, Clone)]
pub struct Model {
    pub base: f32,
    pub trees: Vec<Tree>,
}

impl Model {
    pub fn confidence(&self, numbers: &[f32; NUMBERS]) -> f32 {
        let odds = self.trees.iter().fold(self.base, |sum, tree| sum + tree.value(numbers));
        1.0 / (1.0 + (-odds).exp())
    }
}

pub fn fit(rows: &[Row]) -> Model {
    let bounds: Vec<Vec<f32>> = (0..NUMBERS).map(|number| bounds(rows, number)).collect();
    let binned: Vec<[u8; NUMBERS]> = rows
        .iter()
        .map(|row| {
            std::array::from_fn(|number| bounds[number].partition_point(|&bound| bound < row.numbers[number]) as u8)
        })
        .collect();
    let all: f32 = rows.iter().map(|row| row.weight).sum();
    let right: f32 = rows.iter().filter(|row| row.right).map(|row| row.weight).sum();
    let base = (right.max(1.0) / (all - right).max(1.0)).ln();
    let mut odds = vec![base; rows.len()];
    let mut trees = Vec::new();
    for _ in 0..TREES {
        let slopes: Vec<(f32, f32)> = rows
            .iter()
            .zip(&odds)
            .map(|(row, &odds)| {
                let likely = 1.0 / (1.0 + (-odds).exp());
                (row.weight * (f32::from(u8::from(row.right)) - likely), row.weight * likely * (1.0 - likely))
            })
            .collect();
        let tree = grow(&bounds, &binned, &slopes);
        for (odds, row) in odds.iter_mut().zip(rows) {
            *odds += tree.value(&row.numbers);
        }
        trees.push(tree);
    }
    Model { base, trees }
}

fn bounds(rows: &[Row], number: usize) -> Vec<f32> {
    let mut values: Vec<f32> = rows.iter().map(|row| row.numbers[number]).collect();
    values.sort_by(f32::total_cmp);
    let mut different = values.clone();
    different.dedup();
    let picked: Vec<f32> = if different.len() <= BINS {
        different
    } else {
        let mut picked: Vec<f32> = (0..BINS).map(|bin| values[(bin + 1) * (values.len() - 1) / (BINS + 1)]).collect();
        picked.dedup();
        picked.push(values[values.len() - 1]);
        picked.dedup();
        picked
    };
    // Between two values, in few digits: so the written table is the fitted one.
    picked.windows(2).map(|pair| round((pair[0] + pair[1]) / 2.0)).collect()
}

fn round(value: f32) -> f32 {
    (value * 1000.0).round() / 1000.0
}

fn grow(bounds: &[Vec<f32>], binned: &[[u8; NUMBERS]], slopes: &[(f32, f32)]) -> Tree {
    let mut tree = Tree { number: [0; QUESTIONS], bound: [f32::MAX; QUESTIONS], leaf: [0.0; QUESTIONS + 1] };
    let mut node = vec![0_u8; binned.len()];
    for depth in 0..DEPTH {
        let (first, count) = ((1 << depth) - 1, 1 << depth);
        let mut sums = vec![[[(0.0_f32, 0.0_f32); BINS + 2]; NUMBERS]; count];
        for ((bins, &(slope, curve)), &node) in binned.iter().zip(slopes).zip(&node) {
            let sums = &mut sums[usize::from(node) - first];
            for (number, &bin) in bins.iter().enumerate() {
                let sum = &mut sums[number][usize::from(bin)];
                sum.0 += slope;
                sum.1 += curve;
            }
        }
        let value = |(slope, curve): (f32, f32)| slope * slope / (curve + RIDGE);
        let mut asked = vec![(0_usize, u8::MAX); count];
        for (at, sums) in sums.iter().enumerate() {
            let mut best = 1e-3;
            for (number, sums) in sums.iter().enumerate() {
                let all = sums.iter().fold((0.0, 0.0), |all, sum| (all.0 + sum.0, all.1 + sum.1));
                let mut below = (0.0, 0.0);
                for (bin, bound) in bounds[number].iter().enumerate() {
                    below = (below.0 + sums[bin].0, below.1 + sums[bin].1);
                    let above = (all.0 - below.0, all.1 - below.1);
                    if below.1 < LEAST || above.1 < LEAST {
                        continue;
                    }
                    let gain = value(below) + value(above) - value(all);
                    if gain > best {
                        best = gain;
                        asked[at] = (number, bin as u8);
                        tree.number[first + at] = number as u8;
                        tree.bound[first + at] = *bound;
                    }
                }
            }
        }
        for (bins, node) in binned.iter().zip(&mut node) {
            let (number, bin) = asked[usize::from(*node) - first];
            let yes = bin != u8::MAX && bins[number] > bin;
            *node = 2 * *node + if yes { 2 } else { 1 };
        }
    }
    let mut sums = [(0.0, 0.0); QUESTIONS + 1];
    for (&(slope, curve), &node) in slopes.iter().zip(&node) {
        let sum = &mut sums[usize::from(node) - QUESTIONS];
        *sum = (sum.0 + slope, sum.1 + curve);
    }
    for (leaf, (slope, curve)) in tree.leaf.iter_mut().zip(sums) {
        *leaf = round(RATE * slope / (curve + RIDGE));
    }
    tree
}

/// The source of `learned.rs`.
pub fn source(model: &Model, heading: &str) -> String {
    let mut text = String::from(
        "//! The trees by which candidates are judged, as they were fitted: nothing here is written by hand.\n//!\n",
    );
    for line in heading.lines() {
        let _ = writeln!(text, "//! {line}");
    }
    text.push_str("\nuse super::tree::{Tree, tree};\n\n");
    let _ =
        writeln!(text, "/// What is added up before the first tree.\npub const BASE: f32 = {:?};\n", round(model.base));
    text.push_str("/// What the numbers were called, in their order, when the trees were fitted.\n");
    text.push_str("#[rustfmt::skip]\npub const FITTED_ON: &[&str] = &[\n   ");
    let mut width = 3;
    for name in NAMES {
        let quoted = format!(" \"{name}\",");
        if width + quoted.len() > MAX_WIDTH {
            text.push_str("\n   ");
            width = 3;
        }
        width += quoted.len();
        text.push_str(&quoted);
    }
    text.push_str("\n];\n\n");
    let _ = writeln!(text, "const NEVER: f32 = f32::MAX;\n");
    let _ = writeln!(text, "/// The trees.\n#[rustfmt::skip]\npub const TREES: &[Tree] = &[");
    for tree in &model.trees {
        let list = |values: Vec<String>| values.join(", ");
        let numbers = tree.number.iter().map(ToString::to_string).collect();
        let bound = |bound: &f32| if *bound == f32::MAX { "NEVER".into() } else { format!("{bound:?}") };
        let bounds = tree.bound.iter().map(bound).collect();
        let leaves = tree.leaf.iter().map(|leaf| format!("{leaf:?}")).collect();
        let _ = writeln!(text, "    tree([{}],", list(numbers));
        let _ = writeln!(text, "        [{}],", list(bounds));
        let _ = writeln!(text, "        [{}]),", list(leaves));
    }
    text.push_str("];\n");
    text
}
