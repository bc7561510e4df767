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
mod tests {
    use super::*;
    use crate::endpoint::{llamacpp, ollama};

    /// Everything a body says, its text in one piece.
    #[derive(Debug, PartialEq)]
    struct Heard {
        text: String,
        end: Option<End>,
        result: Result<(), Broken>,
    }

    fn hear_with(mut decoder: Decoder, parts: &[&[u8]]) -> Heard {
        let mut pieces = Vec::new();
        let mut result = parts.iter().try_for_each(|part| decoder.push(part, &mut pieces));
        if result.is_ok() {
            result = decoder.finish(&mut pieces);
        }
        let (mut text, mut end) = (String::new(), None);
        for piece in pieces {
            assert_eq!(end, None, "something after the end");
            match piece {
                Piece::Text(more) => text += &more,
                Piece::Thinking(more) => assert!(!more.is_empty() && text.is_empty(), "thinking comes first"),
                Piece::End(it) => end = Some(it),
            }
        }
        Heard { text, end, result }
    }

    /// Checks the body whole, in two halves cut at every byte, and byte by byte.
    #[track_caller]
    fn check(body: &str, text: &str, end: Option<(Finish, Option<[u64; 2]>)>, result: Result<(), Broken>) {
        check_with(|| Decoder::new(reply::read), body, text, end, result);
    }

    #[track_caller]
    fn check_with(
        decoder: impl Fn() -> Decoder,
        body: &str,
        text: &str,
        end: Option<(Finish, Option<[u64; 2]>)>,
        result: Result<(), Broken>,
    ) {
        let hear = |parts: &[&[u8]]| hear_with(decoder(), parts);
        let end = end.map(|(finish, usage)| End {
            finish,
            usage: usage.map(|[prompt_tokens, completion_tokens]| Usage {
                prompt_tokens,
                completion_tokens,
                cached_tokens: 0,
            }),
        });
        let expect = Heard { text: text.into(), end, result };
        let bytes = body.as_bytes();
        assert_eq!(hear(&[bytes]), expect);
        for cut in 0..=bytes.len() {
            assert_eq!(hear(&[&bytes[..cut], &bytes[cut..]]), expect, "cut at {cut}");
        }
        assert_eq!(hear(&bytes.chunks(1).collect::<Vec<_>>()), expect, "byte by byte");
    }

    #[track_caller]
    fn check_good(body: &str, text: &str, finish: Finish, usage: Option<[u64; 2]>) {
        check(body, text, Some((finish, usage)), Ok(()));
    }

    macro_rules! body {
        ($name:literal) => {
            include_str!(concat!("../../tests/wire/", $name))
        };
    }

    #[test]
    fn every_stream_of_mistral_is_read_wherever_it_is_cut() {
        let (odd, usage) = ("return n % 2 == 1", Some([21, 9]));
        check_good(body!("mistral-fim-stream.sse"), odd, Finish::Stop, usage);
        check_good(body!("mistral-fim-stream-fused-final.sse"), odd, Finish::Stop, usage);
        check_good(body!("mistral-fim-stream-chunklist.sse"), odd, Finish::Stop, usage);
        check_good(body!("mistral-fim-stream-length.sse"), "return n % 2", Finish::Length, Some([21, 6]));
        check_good(body!("mistral-fim-stream-utf8.sse"), "print(\"héllo 世界 🦀\")", Finish::Stop, usage);
        check_good(body!("mistral-chat-thinking-stream.sse"), "Hello!", Finish::Stop, Some([9, 17]));
        check_good(
            body!("mistral-chat-stream.sse"),
            "Hello there, how may I assist you today?",
            Finish::Stop,
            Some([9, 12]),
        );
        check_good(body!("sse-edge-crlf.sse"), "ab", Finish::Stop, usage);
    }

    #[test]
    fn every_stream_of_a_litellm_proxy_is_read_wherever_it_is_cut() {
        check_good(body!("litellm-completions-stream.sse"), "a, b):\n    ", Finish::Stop, None);
        check_good(body!("litellm-completions-stream-usage.sse"), "a, b):\n    ", Finish::Stop, Some([10, 5]));
        check_good(body!("litellm-completions-stream-swallowed-error.sse"), "", Finish::Stop, None);
        check_good(body!("litellm-passthrough-fim-stream.sse"), "a, b):\n    ", Finish::Stop, Some([8, 9]));
        check_good(body!("litellm-chat-stream.sse"), "Hello there, how may I assist you today?", Finish::Stop, None);
        check_good(body!("litellm-chat-thinking-stream.sse"), "answer", Finish::Stop, None);
    }

    #[test]
    fn replies_of_llama_cpp_are_read_wherever_they_are_cut() {
        let check = |body, end| {
            check_with(|| Decoder::new(llamacpp::read), body, "return a + b", Some((Finish::Stop, end)), Ok(()));
        };
        check(body!("other/llamacpp-infill-stream.sse"), None);
        check(body!("other/llamacpp-infill.json"), Some([30, 4]));
        let open = body!("other/llamacpp-infill-stream.sse").replace("\"stop\":true", "\"stop\":false");
        check_with(|| Decoder::new(llamacpp::read), &open, "return a + b", None, Err(Broken::Cut));
    }

    #[test]
    fn replies_of_ollama_are_read_wherever_they_are_cut() {
        let stream = body!("other/ollama-generate-stream.ndjson");
        let end = Some((Finish::Stop, Some([0, 4])));
        let check =
            |body: &str, text, end, result| check_with(|| Decoder::by_line(ollama::read), body, text, end, result);
        check(stream, "a, b):", end, Ok(()));
        check(stream.trim_end(), "a, b):", end, Ok(()));
        check(&stream.replace('\n', "\r\n"), "a, b):", end, Ok(()));
        let cut = stream.split_inclusive('\n').take(2).collect::<String>();
        check(&cut, "a, b):", None, Err(Broken::Cut));
        check(&format!("{cut}{{\"respon"), "a, b):", None, Err(Broken::Cut));
        let error = r#"{"error":"the model has stopped"}"#;
        check(&format!("{cut}{error}\n"), "a, b):", None, Err(Broken::Refused(error.to_owned())));
        check_with(
            || Decoder::new(ollama::read),
            body!("other/ollama-generate.json"),
            "a, b):\n    c = a + b\n    ",
            Some((Finish::Stop, Some([18, 10]))),
            Ok(()),
        );
    }

    #[test]
    fn whole_objects_are_read_where_a_stream_was_asked_for() {
        check_good(body!("mistral-fim.json"), "return n % 2 == 1", Finish::Stop, Some([21, 9]));
        check_good(body!("mistral-fim-empty.json"), "", Finish::Stop, Some([21, 0]));
        check_good(body!("litellm-completions.json"), "a, b):\n    ", Finish::Stop, Some([8, 9]));
        check_good("\r\n {\"choices\":[{\"text\":\"x\"}]}", "x", Finish::Stop, None);
    }

    #[test]
    fn a_stream_without_an_end_is_cut_and_its_text_delivered() {
        check(body!("sse-truncated.sse"), "return n % 2", None, Err(Broken::Cut));
        for nothing in ["", " \n", ": ping\n\n", "{\"choices\":[{\"te"] {
            check(nothing, "", None, Err(Broken::Cut));
        }
        let half = "data: {\"choices\":[{\"text\":\"a\"}]}\n\ndata: {\"choices\":[{\"te";
        check(half, "a", None, Err(Broken::Cut));
    }

    #[test]
    fn the_done_mark_may_be_missing_after_a_finish_reason() {
        let whole = body!("mistral-fim-stream.sse");
        let without = whole.trim_end().strip_suffix("data: [DONE]").unwrap();
        check_good(without, "return n % 2 == 1", Finish::Stop, Some([21, 9]));
        check_good(without.trim_end(), "return n % 2 == 1", Finish::Stop, Some([21, 9]));
    }

    #[test]
    fn the_done_mark_alone_is_an_end() {
        check_good("data: {\"choices\":[{\"text\":\"a\"}]}\n\ndata: [DONE]\n\n", "a", Finish::Stop, None);
    }

    #[test]
    fn an_error_inside_a_stream_comes_after_its_text() {
        let body = body!("litellm-completions-stream-cut.sse");
        let error = body.trim_end().rsplit("data: ").next().unwrap().to_owned();
        check(body, "a, b", None, Err(Broken::Refused(error)));
    }

    #[test]
    fn strangers_are_named() {
        let json = "it is not the JSON of a reply";
        check("<html>login</html>", "", None, Err(Broken::Unreadable("it is a web page")));
        check("data: hello\n\n", "", None, Err(Broken::Unreadable(json)));
        check("{\"models\":[]}", "", None, Err(Broken::Unreadable(json)));
        check("[1, 2]", "", None, Err(Broken::Unreadable(json)));
    }

    #[test]
    fn an_endless_body_is_refused() {
        let mut decoder = Decoder::new(reply::read);
        let mut pieces = Vec::new();
        decoder.push(b"{", &mut pieces).unwrap();
        let refused = (0..10).any(|_| decoder.push(&[b' '; 1 << 20], &mut pieces).is_err());
        assert!(refused);
    }
}
