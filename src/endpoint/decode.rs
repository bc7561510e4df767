//! The bytes of a reply's body -> pieces, whether it is a stream of events or one JSON object.

use std::mem;

use serde::de::IgnoredAny;

use crate::endpoint::reply::{self, Fault};
use crate::endpoint::sse::Sse;
use crate::model::{End, Finish, Piece, Usage};

/// The largest reply that comes as one JSON object, in bytes: far more than any completion, far less than what hurts.
const LONGEST_JSON: usize = 4 << 20;

/// Why a body gives no more pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// It ended before the reply did.
    Cut,
    /// The endpoint sent this error object.
    Refused(String),
    /// It cannot be read; the words say why.
    Unreadable(&'static str),
}

/// Reads one object of a body: what tells the dialects apart.
pub type Read = fn(&str) -> Result<reply::Chunk, Fault>;

/// Turns a body into pieces. Pieces read before an error are delivered before it.
#[derive(Debug)]
pub struct Decoder {
    read: Read,
    /// JSON is one object a line.
    by_line: bool,
    framing: Framing,
    /// What we know of the end so far: the reason, and the usage, which may come before or after it.
    finish: Option<Finish>,
    usage: Option<Usage>,
    ended: bool,
}

#[derive(Debug)]
enum Framing {
    /// Nothing but white space so far.
    Unknown,
    Events(Sse),
    /// The line that has begun.
    Lines(Vec<u8>),
    Json(Vec<u8>),
}

impl Decoder {
    /// A decoder for one body, whose objects `read` understands.
    pub fn new(read: Read) -> Self {
        Self { read, by_line: false, framing: Framing::Unknown, finish: None, usage: None, ended: false }
    }

    /// The same for a body that, where it is no stream of events, is one object a line.
    pub fn by_line(read: Read) -> Self {
        Self { by_line: true, ..Self::new(read) }
    }

    /// Takes the next `bytes`; their pieces are appended to `pieces`.
    pub fn push(&mut self, bytes: &[u8], pieces: &mut Vec<Piece>) -> Result<(), Broken> {
        let bytes = match self.framing {
            Framing::Unknown => self.choose_framing(bytes)?,
            _ => bytes,
        };
        let mut events = Vec::new();
        match &mut self.framing {
            Framing::Unknown => return Ok(()),
            Framing::Json(body) if body.len() + bytes.len() > LONGEST_JSON => {
                return Err(Broken::Unreadable("it is too long"));
            }
            Framing::Json(body) => body.extend_from_slice(bytes),
            Framing::Lines(line) => {
                line.extend_from_slice(bytes);
                let complete = line.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
                let lines: Vec<u8> = line.drain(..complete).collect();
                if line.len() > LONGEST_JSON {
                    return Err(Broken::Unreadable("a line is too long"));
                }
                for line in String::from_utf8_lossy(&lines).lines() {
                    self.event(line, pieces)?;
                }
            }
            Framing::Events(sse) => {
                let pushed = sse.push(bytes, |event| events.push(event));
                for event in &events {
                    self.event(event, pieces)?;
                }
                pushed.map_err(|_| Broken::Unreadable("an event is too long"))?;
            }
        }
        Ok(())
    }

    /// The body is over: the end of the reply, or why it has none.
    pub fn finish(&mut self, pieces: &mut Vec<Piece>) -> Result<(), Broken> {
        if self.ended {
            return Ok(());
        }
        match mem::replace(&mut self.framing, Framing::Unknown) {
            Framing::Unknown => Err(Broken::Cut),
            Framing::Json(body) => self.whole(&body, pieces),
            Framing::Lines(line) => self.last_event(Some(String::from_utf8_lossy(&line).into_owned()), pieces),
            Framing::Events(sse) => self.last_event(sse.finish(), pieces),
        }
    }

    /// What is left at the end may be half an event: a cut, not something unreadable.
    fn last_event(&mut self, event: Option<String>, pieces: &mut Vec<Piece>) -> Result<(), Broken> {
        match event.map(|event| self.event(&event, pieces)) {
            Some(Err(Broken::Unreadable(_))) | None | Some(Ok(())) => {}
            Some(refused) => return refused,
        }
        if self.ended {
            return Ok(());
        }
        if self.finish.is_none() {
            return Err(Broken::Cut);
        }
        self.end(pieces);
        Ok(())
    }

    /// The model has stopped; only the usage or the end mark may still come.
    pub fn is_finishing(&self) -> bool {
        self.finish.is_some()
    }

    /// `End` has been delivered.
    pub fn is_over(&self) -> bool {
        self.ended
    }

    /// A server may answer with one JSON object although a stream was asked for, and call it what it likes: the first
    /// byte that is not white space is surer than `Content-Type`.
    fn choose_framing<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Broken> {
        let bytes = bytes.trim_ascii_start();
        self.framing = match bytes.first() {
            None => Framing::Unknown,
            Some(b'{') if self.by_line => Framing::Lines(Vec::new()),
            Some(b'{' | b'[') => Framing::Json(Vec::new()),
            Some(b'<') => return Err(Broken::Unreadable("it is a web page")),
            Some(_) => Framing::Events(Sse::default()),
        };
        Ok(bytes)
    }

    fn event(&mut self, data: &str, pieces: &mut Vec<Piece>) -> Result<(), Broken> {
        if self.ended || data.trim().is_empty() {
            return Ok(());
        }
        if data.trim() == "[DONE]" {
            self.end(pieces);
            return Ok(());
        }
        let chunk = self.read_object(data)?;
        let is_last = chunk.is_last;
        self.take(chunk, pieces);
        if is_last {
            self.end(pieces);
        }
        Ok(())
    }

    fn whole(&mut self, body: &[u8], pieces: &mut Vec<Piece>) -> Result<(), Broken> {
        let chunk = match self.read_object(&String::from_utf8_lossy(body)) {
            Err(Broken::Unreadable(_)) if is_half(body) => return Err(Broken::Cut),
            chunk => chunk?,
        };
        self.take(chunk, pieces);
        self.end(pieces);
        Ok(())
    }

    fn read_object(&self, json: &str) -> Result<reply::Chunk, Broken> {
        (self.read)(json).map_err(|fault| match fault {
            Fault::Refused => Broken::Refused(json.to_owned()),
            Fault::NotAReply => Broken::Unreadable("it is not the JSON of a reply"),
        })
    }

    fn take(&mut self, chunk: reply::Chunk, pieces: &mut Vec<Piece>) {
        if !chunk.thinking.is_empty() {
            pieces.push(Piece::Thinking(chunk.thinking));
        }
        if !chunk.text.is_empty() {
            pieces.push(Piece::Text(chunk.text));
        }
        self.finish = self.finish.or(chunk.finish);
        self.usage = chunk.usage.or(self.usage);
    }

    fn end(&mut self, pieces: &mut Vec<Piece>) {
        self.ended = true;
        pieces.push(Piece::End(End { finish: self.finish.unwrap_or_default(), usage: self.usage }));
    }
}

/// Is this the beginning of JSON whose end is missing?
fn is_half(body: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(body).is_err_and(|error| error.is_eof())
}

#[cfg(test)]
mod tests;
