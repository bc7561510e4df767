//! What many tools do: windows of 20 lines of the open files, the most similar first (BM25), as many as fit.

use std::collections::HashMap;

use crate::scenes::{Scene, Workspace, words};

const LINES: usize = 20;
const QUERY_LINES: usize = 16;

/// At most `bytes` of excerpts.
pub fn choose(scene: &Scene, workspace: &Workspace, bytes: usize) -> String {
    let (before, _) = scene.window(0);
    let query: String = before.rsplit('\n').take(QUERY_LINES).collect::<Vec<_>>().join("\n");
    let mut windows: Vec<String> = Vec::new();
    for key in &scene.open {
        let lines: Vec<&str> = workspace.text(key).split_inclusive('\n').collect();
        windows.extend(lines.chunks(LINES).map(|lines| lines.concat()));
    }
    let mut with: HashMap<&str, f64> = HashMap::new();
    for window in &windows {
        words(window).into_iter().for_each(|word| *with.entry(word).or_default() += 1.0);
    }
    let average = windows.iter().map(String::len).sum::<usize>() as f64 / windows.len().max(1) as f64;
    let all = windows.len() as f64;
    let score = |window: &String| {
        let known = words(window);
        let shared = words(&query).into_iter().filter(|word| known.contains(word));
        shared
            .map(|word| {
                let with = with.get(word).copied().unwrap_or_default();
                let rarity = (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
                let count = window.matches(word).count() as f64;
                rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * window.len() as f64 / average))
            })
            .sum::<f64>()
    };
    let mut scored: Vec<(f64, &String)> = windows.iter().map(|window| (score(window), window)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut told = String::new();
    for (_, window) in scored {
        if told.len() + window.len() <= bytes {
            told.push_str(window);
        }
    }
    told
}
