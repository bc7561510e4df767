//! `codestral-ls usage`: what became of the suggestions in each language, and what they and the chats took.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::SystemTime;

use anstyle::Style;
use clap::{Args, value_parser};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Error, FINE};
use crate::calendar::Day;
use crate::usage::days::KEPT_DAYS;
use crate::usage::ledger::Ledger;
use crate::usage::{Figures, NextEditFigures, Tally, price};

const HEAD: Style = Style::new().dimmed();
const TOTAL: Style = Style::new().bold();

const COLUMNS: [&str; 9] =
    ["language", "shown", "accepted", "partly", "rejected", "share", "requests", "sent", "received"];

/// The arguments of `usage`.
#[derive(Debug, Args)]
pub(super) struct Usage {
    /// Count these last days in UTC, today included.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = value_parser!(u32).range(1..=i64::from(KEPT_DAYS)))]
    days: u32,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl Usage {
    /// Reads and prints. That there is nothing yet is no failure.
    pub(super) fn run(&self) -> Result<ExitCode, Error> {
        let first = Day::first_of_last(self.days, SystemTime::now());
        let tally = Ledger::of_user()?.read()?.since(&first);
        let mut out = anstream::stdout().lock();
        if self.json {
            writeln!(out, "{:#}", report(&tally, self.days, &first))?;
        } else if tally.is_empty() {
            writeln!(out, "Nothing was counted since {first}; it begins with the first suggestion in your editor.")?;
        } else {
            print(&tally, &first, &mut out)?;
        }
        out.flush()?;
        Ok(ExitCode::from(FINE))
    }
}

fn report(tally: &Tally, days: u32, first: &Day) -> Value {
    let total = tally.total();
    json!({
        "days": days,
        "since": first,
        "languages": tally.languages().collect::<BTreeMap<_, _>>(),
        "chat": Chat::from(&tally.chats()),
        "filters": tally.filters().map(|(name, figures)| (name, Mended::from(figures))).collect::<BTreeMap<_, _>>(),
        "endpoints": tally.endpoints().map(|(host, figures)| (host, Chat::from(figures))).collect::<BTreeMap<_, _>>(),
        "nextEdits": tally.next_edits().map(|(rule, figures)| (rule, NextEditFigures::from(figures))).collect::<BTreeMap<_, _>>(),
        "total": total,
        "shareAccepted": total.share_accepted(),
        "estimatedDollars": price::dollars(&tally.priced()),
    })
}

/// The figures of chat, or of an endpoint, that can be other than nothing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Chat {
    requests: u64,
    prompt_tokens: u64,
    completion_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    masked: Option<u64>,
}

impl From<&Figures> for Chat {
    fn from(figures: &Figures) -> Self {
        let Figures { requests, prompt_tokens, completion_tokens, masked, .. } = *figures;
        Self { requests, prompt_tokens, completion_tokens, masked: Some(masked).filter(|masked| *masked > 0) }
    }
}

/// What a filter did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Mended {
    /// Suggestions it changed.
    changed: u64,
    /// Suggestions of which it left nothing.
    dropped: u64,
}

impl From<&Figures> for Mended {
    fn from(figures: &Figures) -> Self {
        Self { changed: figures.shown, dropped: figures.rejected }
    }
}

fn print(tally: &Tally, first: &Day, out: &mut impl Write) -> io::Result<()> {
    let total = tally.total();
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    rows.extend(tally.languages().map(|(language, figures)| row(language, figures)));
    if tally.chats() != Figures::default() {
        rows.push(chat_row(&tally.chats()));
    }
    let total_at = rows.len();
    rows.push(row("total", &total));
    rows.extend(tally.next_edits().map(|(rule, figures)| next_edit_row(rule, figures)));
    let widths: [usize; COLUMNS.len()] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or_default());

    writeln!(out, "Since {first} (UTC); share is what was accepted, as a whole or partly, of what was shown.\n")?;
    for (at, row) in rows.iter().enumerate() {
        let style = match at {
            0 => HEAD,
            _ if at == total_at => TOTAL,
            _ => Style::new(),
        };
        write!(out, "{style}{:<width$}", row[0], width = widths[0])?;
        for (cell, width) in row.iter().zip(widths).skip(1) {
            write!(out, "  {cell:>width$}")?;
        }
        writeln!(out, "{style:#}")?;
    }
    print_filters(tally, out)?;
    print_endpoints(tally, out)?;
    writeln!(out, "\nEstimate: {}, at ${:.2} for a million tokens sent", money(&tally.priced()), price::SENT)?;
    writeln!(out, "and ${:.2} for a million received ({}).", price::RECEIVED, price::SOURCE)?;
    match total.masked {
        0 => {}
        1 => writeln!(out, "1 secret was masked in what was sent.")?,
        secrets => writeln!(out, "{secrets} secrets were masked in what was sent, each counted once a request.")?,
    }
    match tally.unpriced().requests {
        0 => Ok(()),
        1 => writeln!(out, "It leaves out 1 chat with a model of another price."),
        chats => writeln!(out, "It leaves out {chats} chats with models of other prices."),
    }
}

/// One line, so that it is seen which filter works too hard.
fn print_filters(tally: &Tally, out: &mut impl Write) -> io::Result<()> {
    let filters: Vec<String> = tally
        .filters()
        .map(|(name, figures)| format!("{name} {} changed, {} dropped", figures.shown, figures.rejected))
        .collect();
    if filters.is_empty() { Ok(()) } else { writeln!(out, "\nFilters: {}.", filters.join("; ")) }
}

/// One line, where there is more than one.
fn print_endpoints(tally: &Tally, out: &mut impl Write) -> io::Result<()> {
    let endpoints: Vec<String> = tally
        .endpoints()
        .map(|(host, it)| {
            format!("{host} {} requests, {} sent, {} received", it.requests, it.prompt_tokens, it.completion_tokens)
        })
        .collect();
    if endpoints.len() < 2 { Ok(()) } else { writeln!(out, "\nEndpoints: {}.", endpoints.join("; ")) }
}

/// Chat suggests nothing, so most columns say nothing of it.
fn chat_row(figures: &Figures) -> [String; COLUMNS.len()] {
    let all = row("chat", figures);
    std::array::from_fn(|column| match COLUMNS[column] {
        "language" | "requests" | "sent" | "received" => all[column].clone(),
        _ => "-".to_owned(),
    })
}

/// Next edits ask for nothing.
fn next_edit_row(rule: &str, figures: &Figures) -> [String; COLUMNS.len()] {
    let all = row(&format!("next edit: {}", rule.replace('-', " ")), figures);
    std::array::from_fn(|column| match COLUMNS[column] {
        "partly" | "requests" | "sent" | "received" => "-".to_owned(),
        _ => all[column].clone(),
    })
}

fn row(language: &str, figures: &Figures) -> [String; COLUMNS.len()] {
    let share = figures.share_accepted().map_or("-".to_owned(), |share| format!("{:.0} %", share * 100.0));
    [
        language.to_owned(),
        figures.shown.to_string(),
        figures.accepted.to_string(),
        figures.partly.to_string(),
        figures.rejected.to_string(),
        share,
        figures.requests.to_string(),
        figures.prompt_tokens.to_string(),
        figures.completion_tokens.to_string(),
    ]
}

/// Dollars to the cent.
fn money(figures: &Figures) -> String {
    let dollars = price::dollars(figures);
    if dollars > 0.0 && dollars < 0.01 { "less than $0.01".to_owned() } else { format!("${dollars:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Cost;

    #[track_caller]
    fn check(prompt_tokens: u64, expected: &str) {
        assert_eq!(money(&Figures { prompt_tokens, ..Figures::default() }), expected);
    }

    #[test]
    fn money_is_told_to_the_cent() {
        check(0, "$0.00");
        check(1, "less than $0.01");
        check(40_000, "$0.01");
        check(41_000_000, "$12.30");
    }

    #[test]
    fn chat_has_a_line_and_what_has_no_price_is_said() {
        let mut tally = Tally::default();
        tally.of("rust").requests += 1;
        tally.chat(true).spend(Cost { prompt_tokens: 1_000_000, completion_tokens: 0, masked: 0 });
        let show = |tally: &Tally| {
            let mut out = Vec::new();
            print(tally, &Day::at(SystemTime::UNIX_EPOCH), &mut anstream::StripStream::new(&mut out)).unwrap();
            String::from_utf8(out).unwrap()
        };
        let text = show(&tally);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[3..6],
            [
                "rust          0         0       0         0      -         1        0         0",
                "chat          -         -       -         -      -         1  1000000         0",
                "total         0         0       0         0      -         2  1000000         0",
            ]
        );
        assert!(text.contains("Estimate: $0.30") && !text.contains("leaves out"), "{text}");
        tally.chat(false).spend(Cost { prompt_tokens: 1_000_000, completion_tokens: 7, masked: 0 });
        let text = show(&tally);
        assert!(text.contains("Estimate: $0.30") && text.contains("leaves out 1 chat with a model"), "{text}");
        let report = report(&tally, 30, &Day::at(SystemTime::UNIX_EPOCH));
        assert_eq!(report["chat"], json!({ "requests": 2, "promptTokens": 2_000_000, "completionTokens": 7 }));
        assert_eq!(report["total"]["requests"], 3);
        assert_eq!(report["languages"].as_object().map(|rows| rows.len()), Some(1));
    }

    #[test]
    fn the_columns_stand_below_each_other() {
        let mut tally = Tally::default();
        *tally.of("rust") = Figures { shown: 1000, accepted: 300, partly: 50, requests: 80, ..Figures::default() };
        tally.of("typescriptreact").requests = 7;
        let mut out = Vec::new();
        print(&tally, &Day::at(SystemTime::UNIX_EPOCH), &mut anstream::StripStream::new(&mut out)).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[2..6],
            [
                "language         shown  accepted  partly  rejected  share  requests  sent  received",
                "rust              1000       300      50         0   35 %        80     0         0",
                "typescriptreact      0         0       0         0      -         7     0         0",
                "total             1000       300      50         0   35 %        87     0         0",
            ]
        );
    }
}
