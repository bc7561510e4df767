//! Random places in texts at which the engine is asked.

use codestral_local::File;

/// A place whose file is hidden from it on.
pub struct Hole {
    /// The number of its file.
    pub file: usize,
    /// The byte from which on the file is hidden.
    pub at: usize,
    /// Whether it is inside a line and not at its start.
    pub inside: bool,
}

impl Hole {
    /// What is hidden of its line.
    pub fn rest<'a>(&self, files: &'a [File]) -> &'a str {
        files[self.file].text[self.at..].lines().next().unwrap_or_default().trim_end()
    }
}

/// SplitMix64: the same places for the same seed, everywhere.
pub struct Random(pub u64);

impl Random {
    /// A number under `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound.max(1) as u64) as usize
    }
}

/// `inside` places inside lines, and a quarter as many at line starts: random lines that hold two characters or more,
/// files by their size; inside: behind the first and before the last character; at starts: behind the indentation.
pub fn holes(files: &[File], inside: usize, seed: u64) -> Vec<Hole> {
    let total: usize = files.iter().map(|file| file.text.len()).sum();
    let mut random = Random(seed);
    let mut holes = Vec::new();
    let wanted = inside + inside / 4;
    for _ in 0..wanted * 100 {
        if holes.len() == wanted {
            break;
        }
        let mut at = random.below(total);
        let file = files.iter().position(|file| {
            let inside = at < file.text.len();
            at -= if inside { 0 } else { file.text.len() };
            inside
        });
        let Some(file) = file else { continue };
        let text = &files[file].text;
        let start = text.as_bytes()[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let line = text[start..].lines().next().unwrap_or_default().trim_end();
        let indent = line.len() - line.trim_start().len();
        if line.len() - indent < 2 {
            continue;
        }
        let inside = holes.len() < inside;
        let at = start + indent + if inside { 1 + random.below(line.len() - indent - 1) } else { 0 };
        if text.is_char_boundary(at) {
            holes.push(Hole { file, at, inside });
        }
    }
    holes
}
