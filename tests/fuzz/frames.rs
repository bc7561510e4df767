//! The base protocol: cut anywhere, the same frames come out, and a good one that stands first is read.

use std::io::{BufReader, Read};

use super::{check, pieces};
use crate::server::transport::frames::{Frame, Frames};

const WORDS: &[&str] = &[
    "Content-Length: 2\r\n\r\n{}",
    "Content-Length: ",
    "content-length:2",
    "Content-Type: x\r\n",
    "\r\n\r\n",
    "99999999999",
    "Content-Length: 67108865\r\n\r\n",
];

struct Cut<'a>(std::vec::IntoIter<&'a [u8]>);

impl Read for Cut<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Some(piece) = self.0.next() else { return Ok(0) };
        buffer[..piece.len()].copy_from_slice(piece);
        Ok(piece.len())
    }
}

fn all(input: impl Read) -> Vec<String> {
    let mut frames = Frames::new(BufReader::new(input));
    let mut read = Vec::new();
    while let Some(frame) = frames.read().unwrap() {
        read.push(match frame {
            Frame::Body(body) => format!("{body:?}"),
            Frame::Fault(fault) => fault.to_string(),
        });
    }
    read
}

fn target(input: &[u8]) {
    let whole = all(input);
    assert_eq!(whole, all(Cut(pieces(input).into_iter())));
    let good = [b"Content-Length: 2\r\n\r\n{}", input].concat();
    assert_eq!(all(good.as_slice())[1..], whole);
}

#[test]
fn frames_are_read_however_they_are_cut() {
    check("frames", WORDS, target);
}
