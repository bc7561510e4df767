//! Server-sent events (WHATWG HTML, section 9.2.6), read from bytes that may be cut anywhere.

/// The largest event, in bytes. A chunk of a completion has a few hundred; this is room for a whole reply in one event.
pub const LONGEST_EVENT: usize = 1 << 20;

/// An event is larger than [`LONGEST_EVENT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

/// Reads events. Only their data is of interest: no endpoint we know says anything by an event's name or id.
#[derive(Debug, Default)]
pub struct Sse {
    line: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    /// The last byte was `\r`: a `\n` now belongs to the same line end.
    after_cr: bool,
    /// The first line has been read, so a byte order mark is no longer expected.
    past_first_line: bool,
}

impl Sse {
    /// Takes the next `bytes` and hands each event that is complete to `event`.
    pub fn push(&mut self, bytes: &[u8], mut event: impl FnMut(String)) -> Result<(), TooLong> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.after_cr && rest[0] == b'\n' {
                rest = &rest[1..];
            }
            self.after_cr = false;
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.line.extend_from_slice(rest);
                return self.check_size();
            };
            self.line.extend_from_slice(&rest[..end]);
            self.check_size()?;
            self.after_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            self.end_line(&mut event);
        }
        Ok(())
    }

    /// The stream is over: the event that lacks its blank line, if there is one. The standard drops it; but some
    /// servers leave out the last blank line, and whether the data is whole shows when it is read.
    pub fn finish(mut self) -> Option<String> {
        let mut last = None;
        if !self.line.is_empty() {
            self.end_line(&mut |_| {});
        }
        self.end_line(&mut |data| last = Some(data));
        last
    }

    fn end_line(&mut self, event: &mut impl FnMut(String)) {
        let mut line = self.line.as_slice();
        if !self.past_first_line {
            line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
            self.past_first_line = true;
        }
        if line.is_empty() {
            if self.has_data {
                event(String::from_utf8_lossy(&self.data).into_owned());
            }
            self.data.clear();
            self.has_data = false;
        } else if let Some(value) = data_of(line) {
            if self.has_data {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(value);
            self.has_data = true;
        }
        self.line.clear();
    }

    fn check_size(&self) -> Result<(), TooLong> {
        if self.line.len() + self.data.len() > LONGEST_EVENT { Err(TooLong) } else { Ok(()) }
    }
}

/// The value of a `data` line; `None` for comments and other fields.
fn data_of(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"data")?;
    match rest {
        [] => Some(rest),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(pieces: &[&[u8]]) -> Vec<String> {
        let mut events = Vec::new();
        let mut sse = Sse::default();
        for piece in pieces {
            sse.push(piece, |event| events.push(event)).unwrap();
        }
        events.extend(sse.finish());
        events
    }

    #[track_caller]
    fn check(stream: &str, expect: &[&str]) {
        let bytes = stream.as_bytes();
        assert_eq!(events(&[bytes]), expect);
        for cut in 0..=bytes.len() {
            assert_eq!(events(&[&bytes[..cut], &bytes[cut..]]), expect, "cut at {cut}");
        }
        assert_eq!(events(&bytes.chunks(1).collect::<Vec<_>>()), expect, "byte by byte");
    }

    #[test]
    fn lines_end_in_three_ways() {
        check("data: a\n\ndata: b\n\n", &["a", "b"]);
        check("data: a\r\n\r\ndata: b\r\n\r\n", &["a", "b"]);
        check("data: a\r\rdata: b\r\r", &["a", "b"]);
        check("data: a\r\n\ndata: b\n\r\n", &["a", "b"]);
    }

    #[test]
    fn only_data_lines_count() {
        check(": hello\n\nevent: message\nid: 1\nretry: 5\ndatabase: no\ndata:x\n\n", &["x"]);
        check("data:  two blanks\n\n", &[" two blanks"]);
        check("data\n\n", &[""]);
        check("\n\n\n: only comments\n\n", &[]);
    }

    #[test]
    fn data_lines_of_one_event_are_joined() {
        check("data: a\ndata:\n: between\ndata: c\n\n", &["a\n\nc"]);
    }

    #[test]
    fn characters_may_be_cut_and_a_byte_order_mark_is_skipped() {
        check("\u{feff}data: 世界🦀é\n\n", &["世界🦀é"]);
    }

    #[test]
    fn an_event_without_its_blank_line_still_counts_at_the_end() {
        check("data: a\n\ndata: b\n", &["a", "b"]);
        check("data: a\n\ndata: b", &["a", "b"]);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced() {
        assert_eq!(events(&[b"data: a\xff\n\n"]), ["a\u{fffd}"]);
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut sse = Sse::default();
        let line = [b"data: ".as_slice(), &[b'x'; 1000], b"\n"].concat();
        let refused = (0..2000).any(|_| sse.push(&line, |_| {}).is_err());
        assert!(refused);
        assert!(sse.line.len() + sse.data.len() < LONGEST_EVENT + 2000);
    }

    proptest! {
        #[test]
        fn chunks_do_not_change_what_is_read(
            stream in "(data: ?|: |x|é|🦀|\r\n|\n|\r|\n\n){0,40}",
            cuts in proptest::collection::vec(0usize..200, 0..8),
        ) {
            let bytes = stream.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(events(&pieces), events(&[bytes]));
        }
    }
}
