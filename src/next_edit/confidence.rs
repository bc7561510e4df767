//! How likely a candidate is right.

use super::{
    learned::{BASE, TREES},
    numbers::NUMBERS,
};

/// The probability that a candidate with these numbers does exactly what comes next.
pub fn confidence(numbers: &[f32; NUMBERS]) -> f32 {
    let odds = TREES.iter().fold(BASE, |sum, tree| sum + tree.value(numbers));
    1.0 / (1.0 + (-odds).exp())
}

#[cfg(test)]
mod tests {
    use super::{
        super::{learned::FITTED_ON, numbers::NAMES},
        *,
    };

    #[test]
    fn the_trees_were_fitted_on_these_numbers_in_this_order() {
        assert_eq!(FITTED_ON, NAMES);
        assert!(TREES.iter().flat_map(|tree| tree.number).all(|number| usize::from(number) < NUMBERS));
    }
}
