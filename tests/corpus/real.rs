//! Replies cut out of real files: a model that says just what stands there is shown as it is.

use std::fs;
use std::path::{Path, PathBuf};

use codestral_ls::completion::filter::{self, Filtered};
use codestral_ls::completion::window::Budget;
use codestral_ls::completion::{Window, block};
use codestral_ls::text::language;
use ropey::Rope;

/// A stretch of a file that a model is to say, and what the filters make of it.
#[derive(Debug)]
pub struct Stretch {
    /// The number of its file.
    pub file: usize,
    pub place: String,
    window: Window,
    language: &'static str,
    reply: String,
}

/// Bytes before and behind the cursor.
const BUDGET: Budget = Budget { prefix: 4096, suffix: 1024 };

/// The longest file that is cut from, in bytes; longer ones are generated.
const MOST_BYTES: u64 = 200_000;

/// The stretches cut out of the files under `folder`, so many from each, the same in every run.
pub fn stretches(folder: &Path, from_each: usize) -> impl Iterator<Item = Stretch> {
    let mut files = vec![];
    collect(folder, &mut files);
    files.sort();
    files.into_iter().enumerate().flat_map(move |(number, path)| {
        let text = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        (0..from_each)
            .filter_map(|nth| Some(Stretch { file: number, ..cut(&path, &text, number * from_each + nth)? }))
            .collect::<Vec<_>>()
    })
}

impl Stretch {
    /// What is shown where that is not what the file holds.
    pub fn damage(&self) -> Option<String> {
        let end = block::end(&self.window, self.language, &self.reply, true).unwrap_or(self.reply.len());
        let wanted = self.reply[..end].trim_end();
        match filter::shown(&self.window, self.language, &self.reply, false) {
            Ok(Filtered { text, replaces: 0, .. }) if text.trim_end() == wanted => None,
            Ok(Filtered { text, replaces, took }) => Some(format!("{text:?}{} {took:?}", "⌦".repeat(replaces))),
            Err(filter) => Some(filter.name().to_owned()),
        }
    }

    /// The text around the cursor, for a person.
    pub fn drawn(&self) -> String {
        let above: Vec<&str> = self.window.prefix.rsplit('\n').take(4).collect();
        let above: Vec<&str> = above.into_iter().rev().collect();
        let below: Vec<&str> = self.window.suffix.split('\n').take(3).collect();
        format!("{}▮{}\n   reply {:?}", above.join("\n"), below.join("\n"), self.reply)
    }
}

/// One stretch of one to four lines: from the start of a line, its first letter, its end or a word in it.
fn cut(path: &Path, text: &str, number: usize) -> Option<Stretch> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    // The golden ratio spreads them over the file.
    let first = (number.wrapping_mul(0x9E37_79B9) >> 7) % lines.len().max(1);
    let line = lines.get(first)?;
    let start: usize = lines[..first].iter().map(|line| line.len()).sum();
    let indent = line.len() - line.trim_start().len();
    let words = || line.match_indices([' ', '(', '.', '=']).map(|(at, sign)| at + sign.len()).filter(|at| *at > indent);
    let within = match number % 5 {
        0 => 0,
        1 => indent,
        2 => line.trim_end().len(),
        3 => words().nth(number % 3)?,
        _ => indent / 2,
    };
    let count = 1 + number % 4 + usize::from(number % 5 == 2);
    let end = start + lines[first..].iter().take(count).map(|line| line.len()).sum::<usize>();
    let reply = text.get(start + within..end)?.trim_end_matches('\n').to_owned();
    let is_blank = line.trim().is_empty() || reply.trim().is_empty() || reply.len() > 600;
    let rest = text.get(start + within + reply.len()..)?;
    let window = Window::cut(&Rope::from_str(&format!("{}{rest}", &text[..start + within])), start + within, BUDGET);
    let place = format!("{}:{}", path.display(), first + 1);
    (!is_blank).then_some(Stretch { file: 0, place, window, language: language::of(path), reply })
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !is_hidden {
            collect(&path, files);
        } else if language::of(&path) != language::PLAIN_TEXT
            && entry.metadata().is_ok_and(|data| data.len() < MOST_BYTES)
        {
            files.push(path);
        }
    }
}
