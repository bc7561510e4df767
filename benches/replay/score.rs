//! What a person saw and what it cost.

use std::time::Duration;

/// Sums over sessions.
#[derive(Debug, Default, Clone)]
pub struct Score {
    pub keys: usize,
    pub chars: usize,
    pub right_line: usize,
    pub right_whole: usize,
    pub wrong: usize,
    pub stale: usize,
    pub accepted_chars: usize,
    pub delays: Vec<Duration>,
    pub requests: usize,
    pub tokens: usize,
    pub prompt_tokens: usize,
}

/// What is right of one suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The line that is written next, or the next one where the cursor's is complete.
    pub line: bool,
    pub whole: bool,
    /// Bytes of it that are right up to a line's end.
    pub right_lines: usize,
}

/// Compares what is shown with what will be typed.
pub fn judge(ghost: &str, rest: &str) -> Verdict {
    let ghost = ghost.trim_end();
    let ends = |at: usize| rest[at..].is_empty() || rest[at..].starts_with('\n');
    let agrees = |end: usize| rest.starts_with(&ghost[..end]) && ends(end) && !ghost[..end].trim().is_empty();
    let mut lines = ghost.match_indices('\n').map(|(at, _)| at).chain([ghost.len()]).rev();
    let right_lines = lines.find(|end| agrees(*end)).unwrap_or(0);
    Verdict { line: right_lines > 0, whole: right_lines > 0 && right_lines == ghost.len(), right_lines }
}

impl Score {
    /// One key's time is over: this is on screen, and so long it took to come.
    pub fn key(&mut self, ghost: Option<&str>, rest: Option<&str>, delay: Duration) {
        self.keys += 1;
        let Some(ghost) = ghost else { return };
        let verdict = rest.map(|rest| judge(ghost, rest));
        let Some(verdict) = verdict.filter(|verdict| verdict.line) else {
            self.wrong += 1;
            return;
        };
        self.right_line += 1;
        self.right_whole += usize::from(verdict.whole);
        self.delays.extend(Some(delay).filter(|delay| !delay.is_zero()));
    }

    /// Takes another's sums as well.
    fn add(&mut self, other: &Self) {
        self.keys += other.keys;
        self.chars += other.chars;
        self.right_line += other.right_line;
        self.right_whole += other.right_whole;
        self.wrong += other.wrong;
        self.stale += other.stale;
        self.accepted_chars += other.accepted_chars;
        self.delays.extend(&other.delays);
        self.requests += other.requests;
        self.tokens += other.tokens;
        self.prompt_tokens += other.prompt_tokens;
    }
}

/// One line of the table: a policy's scores, each with the best possible one. They are compared by shares, for where
/// suggestions are accepted not everyone presses the same keys.
pub fn row(name: &str, scores: &[Score], bound: &[Score]) -> String {
    let mut sum = Score::default();
    scores.iter().for_each(|score| sum.add(score));
    let right = |score: &Score| score.right_line as f64 / score.keys.max(1) as f64;
    let of_bound: Vec<f64> = scores
        .iter()
        .zip(bound)
        .map(|(score, bound)| 100.0 * right(score) / right(bound).max(f64::MIN_POSITIVE))
        .collect();
    let mean = of_bound.iter().sum::<f64>() / of_bound.len().max(1) as f64;
    let each: String = of_bound.iter().map(|share| format!("{share:>7.1}")).collect();
    sum.delays.sort_unstable();
    let share = |count: usize| 100.0 * count as f64 / sum.keys.max(1) as f64;
    let at = |part: f64| sum.delays.get((sum.delays.len() as f64 * part) as usize).map_or(0, Duration::as_millis);
    let per_char = match sum.accepted_chars {
        0 => "-".to_owned(),
        chars => format!("{:.2}", sum.tokens as f64 / chars as f64),
    };
    format!(
        "{name:<26}{:>6.1}{mean:>7.1}{each}{:>7.1}{:>7.1}{:>6}{:>7}{:>6}{:>7.1}{:>7.0}{:>8.0}{per_char:>7}",
        share(sum.right_line),
        share(sum.right_whole),
        share(sum.wrong),
        sum.stale,
        at(0.5),
        at(0.95),
        share(sum.requests),
        share(sum.tokens),
        share(sum.prompt_tokens),
    )
}

/// The table's head, for these sets of sessions.
pub fn head<'a>(half: &str, sets: impl Iterator<Item = &'a str>) -> String {
    let each: String = sets.map(|set| format!("{:>7}", set.chars().take(6).collect::<String>())).collect();
    format!(
        "{half:<26}{:>6}{:>7}{each}{:>7}{:>7}{:>6}{:>7}{:>6}{:>7}{:>7}{:>8}{:>7}",
        "line%", "of max", "whole%", "wrong%", "stale", "p50ms", "p95ms", "requ", "tokens", "prompt", "tok/ch"
    )
}
