//! What a person saw and what it cost.

use std::time::Duration;

/// Sums over sessions.
#[derive(Debug, Default)]
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

    /// One line of the table; `bound` is the best possible score.
    pub fn row(&mut self, name: &str, bound: Option<usize>) -> String {
        let share = |count: usize| 100.0 * count as f64 / self.keys.max(1) as f64;
        let of_bound = bound
            .map_or("-".to_owned(), |bound| format!("{:.1}", 100.0 * self.right_line as f64 / bound.max(1) as f64));
        self.delays.sort_unstable();
        let at = |part: f64| self.delays.get((self.delays.len() as f64 * part) as usize).map_or(0, Duration::as_millis);
        let per_char = match self.accepted_chars {
            0 => "-".to_owned(),
            chars => format!("{:.2}", self.tokens as f64 / chars as f64),
        };
        format!(
            "{name:<28}{:>6.1}{of_bound:>7}{:>7.1}{:>7.1}{:>6}{:>7}{:>6}{:>8.1}{:>8.0}{:>9.0}{per_char:>8}",
            share(self.right_line),
            share(self.right_whole),
            share(self.wrong),
            self.stale,
            at(0.5),
            at(0.95),
            share(self.requests),
            share(self.tokens),
            share(self.prompt_tokens),
        )
    }
}

/// The table's head.
pub fn head() -> String {
    format!(
        "{:<28}{:>6}{:>7}{:>7}{:>7}{:>6}{:>7}{:>6}{:>8}{:>8}{:>9}{:>8}",
        "policy",
        "line%",
        "of max",
        "whole%",
        "wrong%",
        "stale",
        "p50ms",
        "p95ms",
        "requ",
        "tokens",
        "prompt",
        "tok/ch"
    )
}
