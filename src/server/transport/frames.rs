//! Bytes in, message bodies out: the base protocol's frames, and the way back to them after a broken one.

use std::io::{self, BufRead, ErrorKind, Read};

/// The longest body we take, in bytes: far above any file worth completing in, far below what would hurt the machine.
pub const MAX_BODY: u64 = 64 << 20;

/// A line longer than this many bytes is no header; only its end is kept, where the next header may hide.
const MAX_LINE: usize = 4 << 10;

/// How much of such a line is kept, in bytes: room for any `Content-Length` header.
const LINE_TAIL: usize = 256;

/// A body buffer that grew past this many bytes is given back after use, so that one huge file is not paid for ever.
const KEPT_BUFFER: usize = 1 << 20;

const CONTENT_LENGTH: &[u8] = b"content-length:";

/// What stands next in the input.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// The body of one message, as many bytes as its header said.
    Body(&'a [u8]),
    /// Something that is no frame. Reading goes on at the next header.
    Fault(Fault),
}

/// How a frame can be broken. A run of rubbish is reported once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Bytes that are neither a header nor announced by one.
    #[error("expected a header")]
    Rubbish,
    /// A header without `Content-Length`.
    #[error("the header has no Content-Length")]
    NoLength,
    /// `Content-Length` is not a number of bytes.
    #[error("Content-Length is not a number of bytes")]
    BadLength,
    /// The body is longer than [`MAX_BODY`]. It is skipped without being kept.
    #[error("the message is longer than 64 MiB")]
    TooLong,
}

/// Reads frames, LSP 3.18 "Base Protocol", and survives what is none.
#[derive(Debug)]
pub struct Frames<R> {
    input: R,
    line: Vec<u8>,
    body: Vec<u8>,
    /// The length the current header has announced so far.
    length: Option<u64>,
    /// The current header has at least one line.
    in_header: bool,
    /// We told of a fault and have not met a good frame since.
    lost: bool,
}

impl<R: BufRead> Frames<R> {
    /// Reads frames from `input`, which should hold more than one message.
    pub fn new(input: R) -> Self {
        Self { input, line: Vec::new(), body: Vec::new(), length: None, in_header: false, lost: false }
    }

    /// The next body or fault; `None` at the end of the input, also when it ends inside a frame.
    pub fn read(&mut self) -> io::Result<Option<Frame<'_>>> {
        while self.read_line()? {
            match classify(&self.line) {
                Line::Blank => {
                    if let Some(length) = self.length.take() {
                        return self.read_body(length);
                    }
                    if std::mem::take(&mut self.in_header) && !self.lost {
                        return Ok(Some(self.fault(Fault::NoLength)));
                    }
                }
                Line::Other => self.in_header = true,
                Line::Length { length, after_rubbish } => {
                    if length > MAX_BODY {
                        // The body is not skipped by count, for the count may be a lie: it is read as rubbish. No
                        // line of JSON can end in a `Content-Length` header, as a string holds no raw line end.
                        return Ok(Some(self.fault(Fault::TooLong)));
                    }
                    self.length = Some(length);
                    self.in_header = true;
                    if after_rubbish && !self.lost {
                        self.lost = true;
                        return Ok(Some(Frame::Fault(Fault::Rubbish)));
                    }
                }
                Line::BadLength => return Ok(Some(self.fault(Fault::BadLength))),
                Line::Rubbish if self.lost => {}
                Line::Rubbish => return Ok(Some(self.fault(Fault::Rubbish))),
            }
        }
        Ok(None)
    }

    fn fault(&mut self, fault: Fault) -> Frame<'static> {
        self.length = None;
        self.in_header = false;
        self.lost = true;
        Frame::Fault(fault)
    }

    fn read_body(&mut self, length: u64) -> io::Result<Option<Frame<'_>>> {
        self.in_header = false;
        self.lost = false;
        self.body.clear();
        if self.body.capacity() > KEPT_BUFFER {
            self.body = Vec::new();
        }
        // The buffer grows with what arrives, not with what was announced.
        let read = (&mut self.input).take(length).read_to_end(&mut self.body)?;
        let whole = u64::try_from(read).is_ok_and(|read| read == length);
        Ok(whole.then_some(Frame::Body(&self.body)))
    }

    /// Reads one line with its end into `line`; false at the end of the input. Of a very long line, the last part.
    fn read_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                return Ok(false);
            }
            let end = chunk.iter().position(|&byte| byte == b'\n');
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.line.extend_from_slice(&chunk[..used]);
            self.input.consume(used);
            if end.is_some() {
                return Ok(true);
            }
            if self.line.len() > MAX_LINE {
                self.line.drain(..self.line.len() - LINE_TAIL);
            }
        }
    }
}

/// What one line of input is.
enum Line {
    Blank,
    Length {
        length: u64,
        after_rubbish: bool,
    },
    BadLength,
    /// A header we have no use for, such as `Content-Type`.
    Other,
    Rubbish,
}

fn classify(line: &[u8]) -> Line {
    let line = line.trim_ascii();
    if line.is_empty() {
        return Line::Blank;
    }
    // After a body that is longer than announced, its rest and the next header share a line: so the last one counts.
    let found = line.windows(CONTENT_LENGTH.len()).rposition(|part| part.eq_ignore_ascii_case(CONTENT_LENGTH));
    if let Some(start) = found {
        return match parse_length(line[start + CONTENT_LENGTH.len()..].trim_ascii()) {
            Some(length) => Line::Length { length, after_rubbish: start > 0 },
            None if start == 0 => Line::BadLength,
            None => Line::Rubbish,
        };
    }
    let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
    let is_header =
        name.len() < line.len() && !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    if is_header { Line::Other } else { Line::Rubbish }
}

/// Digits only; a number too big for us is still a number.
fn parse_length(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = std::str::from_utf8(digits).ok()?;
    Some(digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;
    use std::iter::{Copied, Cycle};
    use std::slice;

    use proptest::prelude::*;

    use super::*;

    /// Hands out its bytes in pieces of the given sizes, over and over.
    struct Pieces<'a> {
        bytes: &'a [u8],
        sizes: Cycle<Copied<slice::Iter<'a, usize>>>,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let size = self.sizes.next().unwrap_or(1).min(buffer.len()).min(self.bytes.len());
            buffer[..size].copy_from_slice(&self.bytes[..size]);
            self.bytes = &self.bytes[size..];
            Ok(size)
        }
    }

    /// All frames of `input`: bodies as text, faults by name.
    fn frames(input: &[u8], sizes: &[usize]) -> Vec<String> {
        let pieces = Pieces { bytes: input, sizes: sizes.iter().copied().cycle() };
        let mut frames = Frames::new(BufReader::with_capacity(64, pieces));
        let mut seen = Vec::new();
        while let Some(frame) = frames.read().unwrap() {
            seen.push(match frame {
                Frame::Body(body) => String::from_utf8_lossy(body).into_owned(),
                Frame::Fault(fault) => format!("{fault:?}"),
            });
        }
        seen
    }

    #[track_caller]
    fn check(input: &str, expect: &[&str]) {
        for size in [1, 7, 64] {
            assert_eq!(frames(input.as_bytes(), &[size]), expect, "in pieces of {size} bytes");
        }
    }

    #[test]
    fn good_frames() {
        check("", &[]);
        check("Content-Length: 2\r\n\r\n{}", &["{}"]);
        check("Content-Length: 2\r\n\r\n{}Content-Length: 4\r\n\r\n[ü]", &["{}", "[ü]"]);
        check("content-LENGTH:2\n\n{}", &["{}"]);
        check("Content-Type: x; charset=utf-8\r\nContent-Length: 2\r\nX-Third: y\r\n\r\n{}", &["{}"]);
        check("\r\n\r\nContent-Length: 2\r\n\r\n{}", &["{}"]);
        check("Content-Length: 0\r\n\r\nContent-Length: 2\r\n\r\n{}", &["", "{}"]);
    }

    #[test]
    fn an_end_inside_a_frame_is_the_end() {
        check("Content-Length: 9\r\n\r\n{}", &[]);
        check("Content-Length: 9\r\n", &[]);
        check("Content-Len", &[]);
    }

    #[test]
    fn broken_frames_are_told_once_and_the_next_good_one_is_read() {
        let good = "Content-Length: 2\r\n\r\n{}";
        let long = "x".repeat(3 * MAX_LINE);
        let table: &[(String, &[&str])] = &[
            ("Content-Length: abc\r\n\r\n{\"a\":1}".into(), &["BadLength", "{}"]),
            ("Content-Length: -5\r\n\r\n{\"a\":1}".into(), &["BadLength", "{}"]),
            ("Content-Length: +5\r\n\r\n{\"a\":1}".into(), &["BadLength", "{}"]),
            ("Content-Length:\r\n\r\n{\"a\":1}\r\n".into(), &["BadLength", "{}"]),
            ("Content-Length: 4294967296\r\n\r\n".into(), &["TooLong", "{}"]),
            ("Content-Length: 99999999999999999999999\r\n\r\n{\"a\":1}".into(), &["TooLong", "{}"]),
            ("Content-Length: 67108865\r\n\r\n{\"Content-Length: 3\\r\\n\":1}".into(), &["TooLong", "{}"]),
            ("Content-Type: x\r\n\r\n{\"a\":1}".into(), &["NoLength", "{}"]),
            ("{\"a\":1}".into(), &["Rubbish", "{}"]),
            ("what\r\nis this\r\n\r\nthing\r\n".into(), &["Rubbish", "{}"]),
            ("Content-Length: 2\r\n\r\n{\"a\":1}".into(), &["{\"", "Rubbish", "{}"]),
            (long, &["Rubbish", "{}"]),
        ];
        for (broken, expect) in table {
            check(&format!("{broken}{good}"), expect);
        }
    }

    #[test]
    fn a_body_longer_than_announced_costs_the_message_it_swallowed_only() {
        let input = "Content-Length: 12\r\n\r\n{}Content-Length: 2\r\n\r\n{}Content-Length: 4\r\n\r\n[42]";
        check(input, &["{}Content-Le", "NoLength", "[42]"]);
    }

    proptest! {
        #[test]
        fn frames_cut_anywhere_read_the_same(
            bodies in prop::collection::vec(".{0,80}", 1..8),
            sizes in prop::collection::vec(1_usize..40, 1..12),
        ) {
            let input: String = bodies.iter().map(|body| format!("Content-Length: {}\r\n\r\n{body}", body.len())).collect();
            prop_assert_eq!(frames(input.as_bytes(), &sizes), bodies);
        }

        #[test]
        fn after_any_bytes_a_good_frame_is_found(
            rubbish in prop::collection::vec(any::<u8>(), 0..300),
            sizes in prop::collection::vec(1_usize..40, 1..12),
        ) {
            let mut input = rubbish;
            input.extend_from_slice(b"\r\nContent-Length: 4\r\n\r\n[42]");
            let seen = frames(&input, &sizes);
            prop_assert_eq!(seen.last().map(String::as_str), Some("[42]"));
        }
    }
}
