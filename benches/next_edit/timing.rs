//! What an edit costs in a text of 10,000 lines, with nine more of that size open.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use codestral_ls::next_edit::{NextEdit, Origin};
use ropey::Rope;

use crate::{histories, replay::shuffled, report::default_confidence, session::File};

const TEXTS: usize = 10;
const LINES: usize = 10_000;
const EDITS: usize = 2_000;

/// For each edit: how long it took to note it, and to ask for the next one.
pub fn measure() -> Vec<(Duration, Duration)> {
    let files: Vec<File> = histories::sessions(7).into_iter().flat_map(|session| session.files).collect();
    let rust: Vec<&File> = files.iter().filter(|file| &*file.language == "rust").collect();
    let mut engine = NextEdit::default();
    let mut texts: Vec<(Arc<str>, Rope)> = Vec::new();
    for number in 0..TEXTS {
        let mut text = String::new();
        let mut lines = 0;
        for at in shuffled(rust.len() * 200, number as u64) {
            let part = &rust[at % rust.len()].text;
            // Half of the names are of this part only, as they are in programs.
            let part = part.replace("other_", &format!("other{at}_")).replace("last_", &format!("last{at}_"));
            lines += part.lines().count();
            text.push_str(&part);
            if lines >= LINES {
                break;
            }
        }
        let key: Arc<str> = format!("file:///{number}.rs").into();
        let rope = Rope::from_str(&text);
        engine.open(&key, &"rust".into(), rope.clone());
        texts.push((key, rope));
    }
    let mut times = Vec::new();
    let mut now = 0;
    for (number, at) in shuffled(LINES - 10, 3).into_iter().take(EDITS).enumerate() {
        // Mostly in one text, some lines away from the last edit.
        let (key, rope) = &mut texts[if number % 9 == 0 { number % TEXTS } else { 0 }];
        let row = (at / 10 + number) % (rope.len_lines() - 2);
        let line = rope.line(row).to_string();
        let word = line.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).find(|word| word.len() > 3);
        let Some((column, word)) = word.and_then(|word| Some((line.find(word)?, word))) else { continue };
        let start = rope.line_to_byte(row) + column;
        let range = start..start + word.len();
        let new = format!("{word}_{}", number % 3);
        let chars = rope.byte_to_char(range.start)..rope.byte_to_char(range.end);
        rope.remove(chars.clone());
        rope.insert(chars.start, &new);
        now += 2_000;
        let began = Instant::now();
        engine.change(key, rope.clone(), range, new.len(), Origin::Typed, now);
        let noted = began.elapsed();
        std::hint::black_box(engine.propose(key, start, default_confidence(), now + 500));
        times.push((noted, began.elapsed()));
    }
    times
}
