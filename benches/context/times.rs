//! How long indexing, an edit and a choice take, and how much memory an index does.

use std::time::{Duration, Instant};

use codestral_ls::completion::context::{ContextIndex, Place, imported_names};

use crate::MEMORY;
use crate::corpus::{self, Half, Language, Text};

/// Source in the index while choices are timed.
const BYTES: usize = 20_000_000;

/// Choices timed.
const CHOICES: usize = 400;

/// Prints the figures for one language, of both halves if one is too little.
pub fn print(half: Half) {
    let mut texts = corpus::read(Language::Rust).expect("the corpus");
    texts.sort_by_key(|text| text.half() != half);
    let (mut index, mut bytes, mut used) = (ContextIndex::new(MEMORY), 0, Vec::<&Text>::new());
    let begun = Instant::now();
    for text in &texts {
        if bytes + text.text.len() > BYTES {
            break;
        }
        bytes += text.text.len();
        index.add(&format!("/w/{}", text.path), "rust", &text.text);
        used.push(text);
    }
    let took = begun.elapsed();
    println!();
    println!("indexing {:.1} MB of Rust: {:.0} MB/s", bytes as f64 / 1e6, bytes as f64 / 1e6 / took.as_secs_f64());
    println!("memory: {:.2} bytes a byte", index.coverage().memory as f64 / bytes as f64);
    let folders = ["/w/".to_owned()];
    let mut choices = Vec::new();
    let mut edits = Vec::new();
    for at in 0..CHOICES {
        let text = used[at * used.len() / CHOICES];
        let key = format!("/w/{}", text.path);
        let cursor = (at * 7919) % text.text.len().max(1);
        let cursor = text.text[..text.text.floor_char_boundary(cursor)].rfind('\n').map_or(0, |at| at + 1);
        let from = text.text.floor_char_boundary(cursor.saturating_sub(6144));
        let to = text.text.floor_char_boundary((cursor + 2048).min(text.text.len()));
        let begun = Instant::now();
        let imports = imported_names(text.text.lines());
        let place = Place {
            key: &key,
            language: "rust",
            before: &text.text[from..cursor],
            after: &text.text[cursor..to],
            imports: &imports,
            folders: &folders,
            only_open: false,
        };
        std::hint::black_box(index.choose(&place, &[], 4096));
        choices.push(begun.elapsed());
        let begun = Instant::now();
        index.open(&key, "rust", &format!("{}\n", text.text));
        edits.push(begun.elapsed());
    }
    line("a choice", choices);
    line("an edited document read again", edits);
}

fn line(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    println!("{name}: p50 {:.2} ms, p99 {:.2} ms", at(50), at(99));
}
