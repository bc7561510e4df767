//! What the engine has to beat: the most frequent line, and the longest suffix.

use std::collections::HashMap;

use codestral_local::File;

/// A length in bytes, and where each run of that length ends: file and byte.
type Ends<'a> = (usize, HashMap<&'a [u8], Vec<(u32, u32)>>);

/// What the engine has to beat.
pub struct Baselines<'a> {
    files: &'a [File],
    /// Every line without its white space, sorted, with its file.
    lines: Vec<(&'a str, usize)>,
    /// Long runs are looked up first, short ones when there is none.
    ends: [Ends<'a>; 2],
}

impl<'a> Baselines<'a> {
    /// Reads all lines and all short runs of bytes.
    pub fn new(files: &'a [File]) -> Self {
        let mut lines = Vec::new();
        for (n, file) in files.iter().enumerate() {
            lines.extend(file.text.lines().map(|line| (line.trim(), n)).filter(|(line, _)| !line.is_empty()));
        }
        lines.sort_unstable();
        Self { files, lines, ends: [ends(files, 10), ends(files, 4)] }
    }

    /// Vim's whole-line completion, the most frequent first: lines that start as this one does, in the other files
    /// and above. Sure as often as it occurs.
    pub fn most_frequent_line(&self, own: usize, before: &str) -> (Option<&'a str>, f32) {
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let typed = before[start..].trim_start();
        if typed.is_empty() {
            return (None, 0.0);
        }
        let from = self.lines.partition_point(|(line, _)| *line < typed);
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for (line, _) in
            self.lines[from..].iter().take_while(|(line, _)| line.starts_with(typed)).filter(|l| l.1 != own)
        {
            *counts.entry(line).or_default() += 1;
        }
        let above = self.files[own].text[..start].lines().map(str::trim);
        for line in above.filter(|line| line.starts_with(typed)) {
            *counts.entry(line).or_default() += 1;
        }
        counts.retain(|line, _| line.len() > typed.len());
        let best = counts.into_iter().max_by_key(|(line, count)| (*count, std::cmp::Reverse(*line)));
        best.map_or((None, 0.0), |(line, count)| (Some(&line[typed.len()..]), count as f32))
    }

    /// What followed the longest run of bytes that ends here, the last above in this file first, then the first in
    /// another. Sure by its length.
    pub fn longest_suffix(&self, own: usize, before: &str) -> (Option<&'a str>, f32) {
        let before = before.as_bytes();
        let mut best: Option<(usize, bool, u32, u32)> = None;
        for (len, ends) in &self.ends {
            let Some(key) = before.len().checked_sub(*len).map(|from| &before[from..]) else { continue };
            for &(file, end) in ends.get(key).into_iter().flatten() {
                let bytes = self.files[file as usize].text.as_bytes();
                let here = file as usize == own;
                if here && !bytes[end as usize..before.len().max(end as usize)].contains(&b'\n') {
                    continue;
                }
                let back = bytes[..end as usize].iter().rev().zip(before.iter().rev());
                let length = back.take(400).take_while(|(a, b)| a == b).count();
                if best.is_none_or(|(old, own, ..)| length > old || (length == old && here >= own && here)) {
                    best = Some((length, here, file, end));
                }
            }
            if best.is_some() {
                break;
            }
        }
        let Some((length, _, file, end)) = best else { return (None, 0.0) };
        let rest = self.files[file as usize].text.get(end as usize..).and_then(|rest| rest.lines().next());
        (rest, length as f32)
    }
}

fn ends(files: &[File], len: usize) -> Ends<'_> {
    let mut ends: HashMap<&[u8], Vec<(u32, u32)>> = HashMap::new();
    for (n, file) in files.iter().enumerate() {
        for (start, run) in file.text.as_bytes().windows(len).enumerate() {
            ends.entry(run).or_default().push((n as u32, (start + len) as u32));
        }
    }
    (len, ends)
}
