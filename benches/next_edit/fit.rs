//! Fits the trees by which candidates are judged: gradient boosting on the log loss, with histograms.

use std::fmt::Write as _;

use codestral_ls::next_edit::{
    numbers::{NAMES, NUMBERS},
    tree::{DEPTH, QUESTIONS, Tree},
};

/// The part of the rows that one tree is grown on: one in so many is left.
const ROWS_OF: u64 = 2;

/// Held against large leaves, in units of the loss' curvature.
const RIDGE: f32 = 8.0;

/// The least curvature in a leaf: about so many rows of which the outcome is not clear.
const LEAST: f32 = 6.0;

/// Different bounds of one number.
const BINS: usize = 64;

/// Columns of the written table.
const MAX_WIDTH: usize = 116;

/// One candidate: its numbers, whether it was right, and how much it counts.
#[derive(Debug, Clone)]
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
    pub fn odds(&self, numbers: &[f32; NUMBERS]) -> f32 {
        self.trees.iter().fold(self.base, |sum, tree| sum + tree.value(numbers))
    }
}

/// How a model is grown.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    /// How many trees.
    pub trees: usize,
    /// What part of its best value each tree's leaf counts.
    pub rate: f32,
    /// Of the numbers, each tree may ask for one in so many: the fewer, the more the trees differ.
    pub numbers_of: u64,
}

/// Fits the trees.
pub fn fit(rows: &[Row], growth: Growth) -> Model {
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
    let mut chance = 0x9E37_79B9_7F4A_7C15_u64;
    let mut one_in = |of: u64| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33).is_multiple_of(of)
    };
    for _ in 0..growth.trees {
        let slopes: Vec<(f32, f32)> = rows
            .iter()
            .zip(&odds)
            .map(|(row, &odds)| {
                let likely = 1.0 / (1.0 + (-odds).exp());
                (row.weight * (f32::from(u8::from(row.right)) - likely), row.weight * likely * (1.0 - likely))
            })
            .collect();
        let picked: Vec<u32> = (0..rows.len() as u32).filter(|_| one_in(ROWS_OF)).collect();
        let asked: Vec<usize> = (0..NUMBERS).filter(|_| one_in(growth.numbers_of)).collect();
        let mut tree = grow(&bounds, (&binned, &slopes), &picked, &asked);
        tree.leaf.iter_mut().for_each(|leaf| *leaf = round(*leaf * growth.rate));
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

/// Grows a tree on the rows `picked`, which may ask for the numbers `allowed`.
fn grow(
    bounds: &[Vec<f32>],
    (binned, slopes): (&[[u8; NUMBERS]], &[(f32, f32)]),
    picked: &[u32],
    allowed: &[usize],
) -> Tree {
    let mut tree = Tree { number: [0; QUESTIONS], bound: [f32::MAX; QUESTIONS], leaf: [0.0; QUESTIONS + 1] };
    let mut node = vec![0_u8; picked.len()];
    let value = |(slope, curve): (f32, f32)| slope * slope / (curve + RIDGE);
    let mut above: Vec<Vec<[(f32, f32); BINS + 2]>> = vec![];
    for depth in 0..DEPTH {
        let (first, count) = ((1 << depth) - 1, 1 << depth);
        let mut rows = vec![0_usize; count];
        node.iter().for_each(|&node| rows[usize::from(node) - first] += 1);
        // Of two halves only the smaller one is added up: the larger one is what is left of the whole.
        let added =
            |at: usize| depth == 0 || rows[at] < rows[at ^ 1] || (rows[at] == rows[at ^ 1] && at.is_multiple_of(2));
        let mut sums = vec![vec![[(0.0_f32, 0.0_f32); BINS + 2]; allowed.len()]; count];
        for (&row, &node) in picked.iter().zip(&node) {
            let at = usize::from(node) - first;
            if !added(at) {
                continue;
            }
            let sums = &mut sums[at];
            let (bins, (slope, curve)) = (&binned[row as usize], slopes[row as usize]);
            for (sums, &number) in sums.iter_mut().zip(allowed) {
                let sum = &mut sums[usize::from(bins[number])];
                sum.0 += slope;
                sum.1 += curve;
            }
        }
        for at in (0..count).filter(|&at| !added(at)) {
            for number in 0..allowed.len() {
                for bin in 0..BINS + 2 {
                    let (whole, half) = (above[at / 2][number][bin], sums[at ^ 1][number][bin]);
                    sums[at][number][bin] = (whole.0 - half.0, whole.1 - half.1);
                }
            }
        }
        let mut asked = vec![(0_usize, u8::MAX); count];
        for (at, sums) in sums.iter().enumerate() {
            let mut best = 1e-3;
            for (sums, &number) in sums.iter().zip(allowed) {
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
        for (&row, node) in picked.iter().zip(&mut node) {
            let (number, bin) = asked[usize::from(*node) - first];
            let yes = bin != u8::MAX && binned[row as usize][number] > bin;
            *node = 2 * *node + if yes { 2 } else { 1 };
        }
        above = sums;
    }
    let mut sums = [(0.0_f32, 0.0_f32); QUESTIONS + 1];
    for (&row, &node) in picked.iter().zip(&node) {
        let sum = &mut sums[usize::from(node) - QUESTIONS];
        sum.0 += slopes[row as usize].0;
        sum.1 += slopes[row as usize].1;
    }
    for (leaf, (slope, curve)) in tree.leaf.iter_mut().zip(sums) {
        *leaf = slope / (curve + RIDGE);
    }
    tree
}

/// The source of one of the files in `learned`.
pub fn source(model: &Model, heading: &str) -> String {
    let mut text = String::new();
    for line in heading.lines() {
        let _ = writeln!(text, "{}", format!("//! {line}").trim_end());
    }
    text.push_str("\nuse crate::next_edit::tree::{Model, Tree, tree};\n\n");
    let _ = writeln!(
        text,
        "/// The model.\npub static MODEL: Model = Model {{ base: {:?}, fitted_on: FITTED_ON, trees: TREES }};\n",
        round(model.base)
    );
    text.push_str("#[rustfmt::skip]\nconst FITTED_ON: &[&str] = &[\n   ");
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
    text.push_str("\n];\n\nconst NEVER: f32 = f32::MAX;\n\n");
    text.push_str("// A leaf may be near a constant of mathematics by chance.\n#[allow(clippy::approx_constant)]\n");
    text.push_str("#[rustfmt::skip]\nconst TREES: &[Tree] = &[\n");
    for tree in &model.trees {
        let list = |values: Vec<String>| values.join(", ");
        let numbers = tree.number.iter().map(ToString::to_string).collect();
        let bound = |bound: &f32| if *bound == f32::MAX { "NEVER".into() } else { format!("{bound:?}") };
        let bounds = tree.bound.iter().map(bound).collect();
        let leaves = tree.leaf.iter().map(|leaf| format!("{leaf:?}")).collect();
        let _ = writeln!(text, "    tree([{}], [{}], [{}]),", list(numbers), list(bounds), list(leaves));
    }
    text.push_str("];\n");
    text
}
