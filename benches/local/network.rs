//! Fitting a choice among several: a network with one hidden layer and a direct way past it, or without units a linear
//! model.

use crate::places::Random;

/// Choices in one step.
const BATCH: usize = 128;
/// Steps, and the size of the first; it falls to nothing with the last.
const STEPS: usize = 3000;
const FIRST_STEP: f32 = 1e-2;
/// How strongly weights are held down.
const DECAY: f32 = 1e-3;
/// Adam's usual constants (D. P. Kingma and J. Ba, 2015).
const MEAN_KEPT: f32 = 0.9;
const SQUARE_KEPT: f32 = 0.999;
const LEAST: f32 = 1e-8;

/// What there is to choose from at one place, and which of it is right: at least one, and not all.
#[derive(Debug, Clone)]
pub struct Choice<const N: usize> {
    pub rows: Vec<[f32; N]>,
    pub right: Vec<bool>,
}

/// Scores one of the rows of a choice; the softmax over all scores is how likely each is.
#[derive(Debug, Clone)]
pub struct Network<const N: usize> {
    pub mean: [f32; N],
    /// The inverse of the standard deviation.
    pub scale: [f32; N],
    /// Farther from the mean than so many standard deviations is no farther.
    pub farthest: f32,
    pub units: usize,
    /// The direct weight of each input, then of each input those of the units, then the units' biases and what each
    /// unit adds.
    weights: Vec<f32>,
}

impl<const N: usize> Network<N> {
    /// Fits `choices`: makes what is right likeliest.
    pub fn fit(choices: &[Choice<N>], units: usize, farthest: f32, seed: u64) -> Self {
        let mut random = Random(seed);
        let mut network = Self::new(choices, units, farthest, &mut random);
        let scaled: Vec<Choice<N>> = choices.iter().map(|choice| network.scaled(choice)).collect();
        let count = network.weights.len();
        let (mut means, mut squares, mut gradient) = (vec![0.0; count], vec![0.0; count], vec![0.0; count]);
        let (mut mean_part, mut square_part) = (1.0, 1.0);
        let mut order: Vec<usize> = (0..choices.len()).collect();
        for taken in 0..STEPS {
            let step = FIRST_STEP * (1.0 - taken as f32 / STEPS as f32);
            let from = taken * BATCH % order.len().max(1);
            if from < BATCH {
                (1..order.len()).for_each(|at| order.swap(at, random.below(at + 1)));
            }
            let batch = &order[from..order.len().min(from + BATCH)];
            gradient.iter_mut().zip(&network.weights).for_each(|(slope, weight)| *slope = DECAY * weight);
            for &at in batch {
                network.add_gradient(&scaled[at], 1.0 / batch.len() as f32, &mut gradient);
            }
            (mean_part, square_part) = (mean_part * MEAN_KEPT, square_part * SQUARE_KEPT);
            let moments = means.iter_mut().zip(&mut squares);
            for ((weight, slope), (mean, square)) in network.weights.iter_mut().zip(&gradient).zip(moments) {
                *mean = MEAN_KEPT * *mean + (1.0 - MEAN_KEPT) * slope;
                *square = SQUARE_KEPT * *square + (1.0 - SQUARE_KEPT) * slope * slope;
                *weight -= step * *mean / (1.0 - mean_part) / ((*square / (1.0 - square_part)).sqrt() + LEAST);
            }
        }
        network
    }

    /// Small random weights, and means and deviations as they are.
    fn new(choices: &[Choice<N>], units: usize, farthest: f32, random: &mut Random) -> Self {
        let rows = || choices.iter().flat_map(|choice| &choice.rows);
        let count = rows().count().max(1) as f64;
        let (mut sums, mut squares) = ([0.0f64; N], [0.0f64; N]);
        for row in rows() {
            sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
        }
        let mean = sums.map(|sum| (sum / count) as f32);
        for row in rows() {
            for ((square, &value), mean) in squares.iter_mut().zip(row).zip(mean) {
                *square += f64::from(value - mean).powi(2);
            }
        }
        // What never varies counts nothing.
        let scale =
            squares.map(|square| if square > 0.0 { (1.0 / (square / count).sqrt()).min(20.0) as f32 } else { 0.0 });
        let mut weights = vec![0.0; N + N * units + 2 * units];
        let mut draw = |inputs: usize| {
            let unit = random.below(1 << 20) as f32 / (1 << 19) as f32 - 1.0;
            unit / (inputs as f32).sqrt()
        };
        weights[N..N + N * units].fill_with(|| draw(N));
        weights[N + N * units + units..].fill_with(|| draw(units));
        Self { mean: mean.map(rounded), scale: scale.map(rounded), farthest, units, weights }
    }

    /// What a row adds to the score by itself, input by input.
    pub fn direct(&self) -> &[f32] {
        &self.weights[..N]
    }

    /// What the input adds to each unit.
    pub fn hidden(&self, input: usize) -> &[f32] {
        &self.weights[N + input * self.units..][..self.units]
    }

    /// What the units start from, and what each adds to the score.
    pub fn biases_and_outs(&self) -> (&[f32], &[f32]) {
        self.weights[N + N * self.units..].split_at(self.units)
    }

    /// Rounds the weights to what will be written down: those of the units to hundredths in a byte, others to
    /// thousandths.
    pub fn round(&mut self) {
        let hidden = N..N + N * self.units;
        for (at, weight) in self.weights.iter_mut().enumerate() {
            *weight = if hidden.contains(&at) { hundredths(*weight) as f32 / 100.0 } else { rounded(*weight) };
        }
    }

    /// How likely each row is.
    pub fn likelihoods(&self, rows: &[[f32; N]]) -> Vec<f32> {
        softmax(rows.iter().map(|row| self.score(&self.scaled_row(row), &mut vec![0.0; self.units])).collect())
    }

    fn scaled(&self, choice: &Choice<N>) -> Choice<N> {
        let rows = choice.rows.iter().map(|row| self.scaled_row(row)).collect();
        Choice { rows, right: choice.right.clone() }
    }

    fn scaled_row(&self, row: &[f32; N]) -> [f32; N] {
        std::array::from_fn(|at| ((row[at] - self.mean[at]) * self.scale[at]).clamp(-self.farthest, self.farthest))
    }

    /// The score of a scaled row, and what its units hold.
    fn score(&self, row: &[f32; N], units: &mut [f32]) -> f32 {
        let (biases, outs) = self.biases_and_outs();
        units.copy_from_slice(biases);
        for (value, weights) in row.iter().zip(self.weights[N..].chunks(self.units.max(1))) {
            units.iter_mut().zip(weights).for_each(|(unit, weight)| *unit += value * weight);
        }
        let direct: f32 = row.iter().zip(self.direct()).map(|(value, weight)| value * weight).sum();
        direct + units.iter().zip(outs).map(|(unit, out)| unit.max(0.0) * out).sum::<f32>()
    }

    /// Adds the gradient of the logarithm of how likely what is right is, negated, times `part`.
    fn add_gradient(&self, choice: &Choice<N>, part: f32, gradient: &mut [f32]) {
        let units = self.units;
        let mut held = vec![0.0; units * choice.rows.len()];
        let scores = choice.rows.iter().enumerate();
        let scores = scores.map(|(n, row)| self.score(row, &mut held[n * units..(n + 1) * units])).collect();
        let likely = softmax(scores);
        let right: f32 =
            likely.iter().zip(&choice.right).map(|(likely, right)| if *right { *likely } else { 0.0 }).sum();
        let (_, outs) = self.biases_and_outs();
        let mut slopes = vec![0.0; units];
        for ((n, row), (likely, is_right)) in choice.rows.iter().enumerate().zip(likely.iter().zip(&choice.right)) {
            let wanted = if *is_right { likely / right.max(1e-12) } else { 0.0 };
            let slope = part * (likely - wanted);
            let held = &held[n * units..(n + 1) * units];
            for ((to, out), held) in slopes.iter_mut().zip(outs).zip(held) {
                *to = if *held > 0.0 { slope * out } else { 0.0 };
            }
            let (direct, rest) = gradient.split_at_mut(N);
            let (hidden, rest) = rest.split_at_mut(N * units);
            let (biases, outs) = rest.split_at_mut(units);
            direct.iter_mut().zip(row).for_each(|(to, value)| *to += slope * value);
            for (to, value) in hidden.chunks_mut(units.max(1)).zip(row) {
                to.iter_mut().zip(&slopes).for_each(|(to, slope)| *to += slope * value);
            }
            biases.iter_mut().zip(&slopes).for_each(|(to, slope)| *to += slope);
            outs.iter_mut().zip(held).for_each(|(to, held)| *to += slope * held.max(0.0));
        }
    }
}

/// Rounded to thousandths.
pub fn rounded(value: f32) -> f32 {
    (value * 1000.0).round() / 1000.0
}

/// Rounded to hundredths, as far as a byte reaches.
pub fn hundredths(value: f32) -> i8 {
    (value * 100.0).round().clamp(-127.0, 127.0) as i8
}

fn softmax(mut scores: Vec<f32>) -> Vec<f32> {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.iter_mut().for_each(|score| *score = (*score - highest).exp());
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= sum);
    scores
}
