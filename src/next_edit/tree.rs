//! Trees of questions, as candidates are judged by.

use super::numbers::NUMBERS;

/// Questions of one tree from its root to a leaf.
pub const DEPTH: usize = 5;

/// How many questions a tree has.
pub const QUESTIONS: usize = (1 << DEPTH) - 1;

/// A tree of questions: whether a number is above a bound. Those of node `n` are at `2n + 1` (no) and `2n + 2` (yes).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tree {
    /// Which number is asked for.
    pub number: [u8; QUESTIONS],
    /// The bounds.
    pub bound: [f32; QUESTIONS],
    /// What each leaf adds to the log odds.
    pub leaf: [f32; QUESTIONS + 1],
}

/// A tree of its questions, bounds and leaves, in the table's short form.
pub const fn tree(number: [u8; QUESTIONS], bound: [f32; QUESTIONS], leaf: [f32; QUESTIONS + 1]) -> Tree {
    Tree { number, bound, leaf }
}

/// Trees that are added up.
#[derive(Debug)]
pub struct Model {
    /// What is added up before the first tree.
    pub base: f32,
    /// What the numbers were called, in their order, when the trees were fitted.
    pub fitted_on: &'static [&'static str],
    /// The trees.
    pub trees: &'static [Tree],
}

impl Model {
    /// The log odds that an edit with these numbers is right.
    pub fn odds(&self, numbers: &[f32; NUMBERS]) -> f32 {
        self.trees.iter().fold(self.base, |sum, tree| sum + tree.value(numbers))
    }
}

impl Tree {
    /// What the tree adds to the log odds of `numbers`.
    pub fn value(&self, numbers: &[f32; NUMBERS]) -> f32 {
        let mut node = 0;
        for _ in 0..DEPTH {
            let number =
                self.number.get(node).and_then(|&at| numbers.get(usize::from(at))).copied().unwrap_or_default();
            let bound = self.bound.get(node).copied().unwrap_or_default();
            node = 2 * node + if number > bound { 2 } else { 1 };
        }
        self.leaf.get(node - QUESTIONS).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_leads_to_its_own_half_of_the_leaves() {
        let mut tree = Tree { number: [1; QUESTIONS], bound: [f32::MAX; QUESTIONS], leaf: [0.0; QUESTIONS + 1] };
        tree.bound[0] = 0.5;
        tree.leaf[0] = -1.0;
        tree.leaf[QUESTIONS.div_ceil(2)] = 1.0;
        let mut numbers = [0.0; NUMBERS];
        assert_eq!(tree.value(&numbers), -1.0);
        numbers[1] = 1.0;
        assert_eq!(tree.value(&numbers), 1.0);
    }
}
