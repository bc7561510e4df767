//! `codestral-ls usage`: what became of suggestions, and what they cost, from the counts on this machine.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Args;

use super::{Error, FINE};
use crate::usage::ledger::{Days, Ledger, date};
use crate::usage::{Row, Tally};

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Mistral's prices of codestral-2508 in dollars for a million tokens, from its price list of November 2026.
const SENT_PRICE: f64 = 0.30;
/// The same for tokens received.
const RECEIVED_PRICE: f64 = 0.90;

/// `usage`.
#[derive(Debug, Args)]
pub(super) struct Usage {
    /// Count this many days back, today included.
    #[arg(long, value_name = "N", default_value_t = 30)]
    days: u32,
    /// Print one JSON object: languages and their counts.
    #[arg(long)]
    json: bool,
}

impl Usage {
    pub(super) fn run(&self) -> Result<ExitCode, Error> {
        let unreadable = |error: io::Error| {
            io::Error::other(format!(
                "the counts in usage.json cannot be read ({error}); delete the file to start anew"
            ))
        };
        let days = Ledger::of_user()?.read().map_err(unreadable)?;
        let tally = within(&days, self.days, SystemTime::now());
        let mut out = anstream::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(&tally).map_err(io::Error::from)?)?;
        } else {
            write!(out, "{}", table(&tally, self.days))?;
        }
        out.flush()?;
        Ok(ExitCode::from(FINE))
    }
}

/// The counts of the last `days` days together.
fn within(days: &Days, count: u32, now: SystemTime) -> Tally {
    let first = now.checked_sub(A_DAY * count.saturating_sub(1)).map(date).unwrap_or_default();
    let mut sum = Tally::default();
    for tally in days.days.iter().filter(|(day, _)| **day >= first).map(|(_, tally)| tally) {
        sum.add(tally);
    }
    sum
}

fn table(tally: &Tally, days: u32) -> String {
    let rows: Vec<(&str, Row)> = tally.rows().collect();
    if rows.is_empty() {
        return format!("Nothing was suggested in the last {days} days.\n");
    }
    let mut total = Row::default();
    let mut lines = vec![
        ["language", "shown", "accepted", "partly", "rejected", "taken", "requests", "sent", "received"]
            .map(str::to_owned),
    ];
    for (language, row) in &rows {
        total.add(row);
        lines.push(cells(language, row));
    }
    lines.push(cells("all", &total));
    let width = |at: usize| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        text.push_str(&format!("{:<width$}", line[0], width = widths[0]));
        for (cell, width) in line.iter().zip(&widths).skip(1) {
            text.push_str(&format!("  {cell:>width$}"));
        }
        text.push('\n');
    }
    let dollars = (total.prompt_tokens as f64 * SENT_PRICE + total.completion_tokens as f64 * RECEIVED_PRICE) / 1e6;
    text.push_str(&format!("\nIn the last {days} days, at Mistral's price for codestral-2508: about ${dollars:.2}\n"));
    text
}

fn cells(language: &str, row: &Row) -> [String; 9] {
    let taken = match row.shown {
        0 => "-".to_owned(),
        shown => format!("{:.0} %", 100.0 * (row.accepted + row.partly) as f64 / shown as f64),
    };
    let [shown, accepted, partly, rejected, requests, sent, received] =
        [row.shown, row.accepted, row.partly, row.rejected, row.requests, row.prompt_tokens, row.completion_tokens]
            .map(|count| count.to_string());
    [language.to_owned(), shown, accepted, partly, rejected, taken, requests, sent, received]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_yet_is_said_so() {
        assert_eq!(table(&Tally::default(), 30), "Nothing was suggested in the last 30 days.\n");
    }

    #[test]
    fn languages_are_summed_up() {
        let mut tally = Tally::default();
        *tally.row("rust") = Row { shown: 10, accepted: 3, partly: 1, prompt_tokens: 2_000_000, ..Row::default() };
        *tally.row("c") = Row { requests: 7, completion_tokens: 100_000, ..Row::default() };
        let expected = "\
language  shown  accepted  partly  rejected  taken  requests     sent  received
c             0         0       0         0      -         7        0    100000
rust         10         3       1         0   40 %         0  2000000         0
all          10         3       1         0   40 %         7  2000000    100000

In the last 30 days, at Mistral's price for codestral-2508: about $0.69
";
        assert_eq!(table(&tally, 30), expected);
    }

    #[test]
    fn only_the_last_days_count() {
        let mut days = Days::default();
        for day in ["2026-11-21", "2026-11-22", "2026-11-23"] {
            days.days.entry(day.to_owned()).or_default().row("rust").shown = 1;
        }
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_392_000);
        assert_eq!(within(&days, 2, now).row("rust").shown, 2);
        assert_eq!(within(&days, 0, now).row("rust").shown, 1);
    }
}
