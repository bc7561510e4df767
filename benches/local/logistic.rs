//! Fitting a probability: a logistic regression by Newton's method.

/// Steps of Newton's method; it has long arrived by then.
const STEPS: usize = 30;
/// How strongly weights are held down, as a part of one case: enough that what never varies stays 0.
const DECAY: f64 = 1e-3;

/// The weights that make what happened likeliest: of each case a row, and whether it happened.
pub fn fit<const N: usize>(cases: &[([f64; N], bool)]) -> [f64; N] {
    let mut weights = [0.0; N];
    for _ in 0..STEPS {
        let (mut slope, mut curve) = (weights.map(|weight| DECAY * weight), [[0.0; N]; N]);
        (0..N).for_each(|at| curve[at][at] = DECAY);
        for (row, happened) in cases {
            let likely = probability(&weights, row);
            let (off, spread) = (likely - f64::from(u8::from(*happened)), likely * (1.0 - likely));
            for a in 0..N {
                slope[a] += off * row[a];
                (0..N).for_each(|b| curve[a][b] += spread * row[a] * row[b]);
            }
        }
        let step = solve(curve, slope);
        weights.iter_mut().zip(step).for_each(|(weight, step)| *weight -= step);
    }
    weights
}

/// How likely it is that a case with this row happens.
pub fn probability<const N: usize>(weights: &[f64; N], row: &[f64; N]) -> f64 {
    let sum: f64 = weights.iter().zip(row).map(|(weight, value)| weight * value).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// What times `matrix`, which is symmetric and positive, is `right`: Gauss's elimination.
fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for pivot in 0..N {
        for below in pivot + 1..N {
            let part = matrix[below][pivot] / matrix[pivot][pivot];
            (pivot..N).for_each(|at| matrix[below][at] -= part * matrix[pivot][at]);
            right[below] -= part * right[pivot];
        }
    }
    for pivot in (0..N).rev() {
        let known: f64 = (pivot + 1..N).map(|at| matrix[pivot][at] * right[at]).sum();
        right[pivot] = (right[pivot] - known) / matrix[pivot][pivot];
    }
    right
}
