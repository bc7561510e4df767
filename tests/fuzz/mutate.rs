//! Changes of an input, from a seed: a failure comes again.

/// Numbers from a seed (xorshift).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `limit`, or 0.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit.max(1) as u64)).unwrap_or_default()
    }
}

/// What texts, numbers and protocols break on.
const EDGES: &[&[u8]] = &[
    b"\0",
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\n\n",
    b"\t",
    b" ",
    b"",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf0\x9f",
    "😀".as_bytes(),
    "é".as_bytes(),
    "e\u{301}".as_bytes(),
    "\u{2028}".as_bytes(),
    "\u{feff}".as_bytes(),
    b"\\u0000",
    b"\\ud800",
    b"0",
    b"-1",
    b"-0",
    b"1e999",
    b"9007199254740993",
    b"18446744073709551616",
    b"2147483648",
    b"null",
    b"{}",
    b"[]",
    b"\"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b"'",
    b"`",
    b"```",
    b"#",
    b"=",
    b".",
    b",",
    b":",
];

/// Makes one change.
pub fn change(input: &mut Vec<u8>, other: &[u8], words: &[&str], random: &mut Random) {
    let at = random.below(input.len() + 1);
    let end = at + random.below((input.len() - at).min(64) + 1);
    match random.below(9) {
        0 => drop(input.drain(at..end)),
        1 => drop(input.splice(at..at, EDGES[random.below(EDGES.len())].iter().copied())),
        2 | 3 if !words.is_empty() => drop(input.splice(at..at, words[random.below(words.len())].bytes())),
        4 => drop(input.splice(at..end, EDGES[random.below(EDGES.len())].iter().copied())),
        5 => {
            let copy = input[at..end].to_vec();
            let to = random.below(input.len() + 1);
            drop(input.splice(to..to, copy));
        }
        6 if at < input.len() => input[at] ^= 1 << random.below(8),
        7 => {
            let from = random.below(other.len() + 1);
            let to = from + random.below(other.len() - from + 1);
            drop(input.splice(at..end, other[from..to].iter().copied()));
        }
        _ => drop(input.splice(at..end, [u8::try_from(random.below(256)).unwrap_or_default()])),
    }
}
