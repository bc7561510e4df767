//! What the fake endpoint is told to do with one request, and how that looks on the wire in each family.

use std::time::Duration;

use serde_json::{Value, json};

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub method: String,
    pub path: String,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub version: String,
    pub headers: Vec<(String, String)>,
    /// `Null` if there is none or it is not JSON.
    pub body: Value,
}

impl Received {
    /// The text before the cursor.
    pub fn prompt(&self) -> &str {
        self.body["prompt"].as_str().unwrap_or_default()
    }

    /// The text after the cursor; empty if it was not sent.
    pub fn suffix(&self) -> &str {
        self.body["suffix"].as_str().unwrap_or_default()
    }

    /// The first header of that name, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    fn streams(&self) -> bool {
        self.body["stream"] == true
    }
}

/// What to do: wait, then answer. Built with [`Script::text`] and friends and changed with the methods below them.
#[derive(Debug, Clone)]
pub struct Script {
    delay: Duration,
    between: Duration,
    ending: Ending,
    answer: Answer,
}

/// How the answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As it should.
    Done,
    /// The stream ends in order, but without `[DONE]`, `finish_reason` and usage.
    Unfinished,
    /// The connection (HTTP/2: the stream) is torn down after the last piece.
    Cut,
    /// Nothing more comes, for ever.
    Stall,
}

#[derive(Debug, Clone)]
enum Answer {
    Text { chunks: Vec<String>, finish: &'static str },
    Bytes { status: u16, headers: Vec<(String, String)>, pieces: Vec<Vec<u8>> },
    Silence,
    HangUp,
}

impl Script {
    /// Answers with `text` in chunks of a few characters, in the family of the path that was asked.
    pub fn text(text: &str) -> Self {
        const CHUNK: usize = 8;
        let chars: Vec<char> = text.chars().collect();
        Self::chunks(chars.chunks(CHUNK).map(|chunk| chunk.iter().collect::<String>()))
    }

    /// Answers with just these chunks.
    pub fn chunks<S: Into<String>>(chunks: impl IntoIterator<Item = S>) -> Self {
        let chunks = chunks.into_iter().map(Into::into).collect();
        Self::new(Answer::Text { chunks, finish: "stop" })
    }

    /// Refuses with a status and a body.
    pub fn refuse(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self::new(Answer::Bytes { status, headers, pieces: vec![body.into()] })
    }

    /// Sends these bytes with status 200 and this content type, one piece at a time.
    pub fn raw(content_type: &str, pieces: Vec<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self::new(Answer::Bytes { status: 200, headers, pieces })
    }

    /// Never answers.
    pub fn silence() -> Self {
        Self::new(Answer::Silence)
    }

    /// Closes the connection without an answer.
    pub fn hang_up() -> Self {
        Self::new(Answer::HangUp)
    }

    /// Waits before the head of the answer.
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Waits between the pieces of the answer.
    pub fn between(mut self, pause: Duration) -> Self {
        self.between = pause;
        self
    }

    /// Ends in another way.
    pub fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    /// Gives another reason for the end of a text than `stop`.
    pub fn finish(mut self, reason: &'static str) -> Self {
        if let Answer::Text { finish, .. } = &mut self.answer {
            *finish = reason;
        }
        self
    }

    /// Adds a header to a refusal or to raw bytes.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Answer::Bytes { headers, .. } = &mut self.answer {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    fn new(answer: Answer) -> Self {
        Self { delay: Duration::ZERO, between: Duration::ZERO, ending: Ending::Done, answer }
    }

    pub(super) fn plan(self, received: &Received) -> Plan {
        let (delay, between, ending) = (self.delay, self.between, self.ending);
        let head = |status, headers, pieces| Some(Head { status, headers, pieces });
        let head = match self.answer {
            Answer::Text { chunks, finish } => {
                let family = Family::of(&received.path);
                let kind = if received.streams() { "text/event-stream" } else { "application/json" };
                let pieces = match received.streams() {
                    true => family.stream(&chunks, finish, ending == Ending::Done),
                    false => vec![family.whole(&chunks.concat(), finish).into_bytes()],
                };
                head(200, vec![("content-type".to_owned(), kind.to_owned())], pieces)
            }
            Answer::Bytes { status, headers, pieces } => head(status, headers, pieces),
            Answer::Silence => return Plan { delay, between, ending: Ending::Stall, head: None },
            Answer::HangUp => return Plan { delay, between, ending: Ending::Cut, head: None },
        };
        Plan { delay, between, ending, head }
    }
}

/// A script for one request, down to its bytes.
pub(super) struct Plan {
    pub delay: Duration,
    pub between: Duration,
    pub ending: Ending,
    /// `None`: no answer at all; `ending` says whether by silence or by closing.
    pub head: Option<Head>,
}

pub(super) struct Head {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub pieces: Vec<Vec<u8>>,
}

/// In which JSON a path answers.
#[derive(Clone, Copy)]
enum Family {
    /// `choices[].message.content`, `delta.content`: Mistral's own paths, and chat.
    Message,
    /// `choices[].text`.
    Text,
}

impl Family {
    fn of(path: &str) -> Self {
        if path.contains("/fim/") || path.contains("/chat/") { Self::Message } else { Self::Text }
    }

    fn whole(self, text: &str, finish: &str) -> String {
        let (object, choice) = match self {
            Self::Message => {
                let message = json!({ "role": "assistant", "content": text, "tool_calls": null, "prefix": false });
                ("chat.completion", json!({ "index": 0, "message": message, "finish_reason": finish }))
            }
            Self::Text => {
                ("text_completion", json!({ "index": 0, "text": text, "logprobs": null, "finish_reason": finish }))
            }
        };
        body(object, &choice, Some(text.len())).to_string()
    }

    fn stream(self, chunks: &[String], finish: &str, is_whole: bool) -> Vec<Vec<u8>> {
        let mut events = vec![self.chunk("", None, None)];
        events.extend(chunks.iter().map(|text| self.chunk(text, None, None)));
        if is_whole {
            events.push(self.chunk("", Some(finish), Some(chunks.iter().map(String::len).sum())));
            events.push("[DONE]".to_owned());
        }
        events.into_iter().map(|event| format!("data: {event}\n\n").into_bytes()).collect()
    }

    fn chunk(self, text: &str, finish: Option<&str>, written: Option<usize>) -> String {
        match self {
            Self::Message => {
                let choice =
                    json!({ "index": 0, "delta": { "content": text }, "finish_reason": finish, "logprobs": null });
                let mut chunk = body("chat.completion.chunk", &choice, written);
                chunk["p"] = "abcdefghijklmnop"[..(text.len() * 7) % 16].into();
                chunk.to_string()
            }
            // As a LiteLLM proxy does: no nulls, and no text in the last chunk.
            Self::Text => match finish {
                Some(finish) => {
                    body("text_completion", &json!({ "index": 0, "finish_reason": finish }), written).to_string()
                }
                None => body("text_completion", &json!({ "index": 0, "text": text }), written).to_string(),
            },
        }
    }
}

/// The count is bytes / 4: only that it is there, and grows, matters.
fn body(object: &str, choice: &Value, written: Option<usize>) -> Value {
    let mut body =
        json!({ "id": "fake", "object": object, "created": 1_759_496_862, "model": "fake", "choices": [choice] });
    if let Some(written) = written {
        let tokens = written.div_ceil(4);
        body["usage"] = json!({ "prompt_tokens": 10, "completion_tokens": tokens, "total_tokens": 10 + tokens });
    }
    body
}

/// Knows `texts`: finds the place where one of them continues the prompt, and answers with what stands there up to the
/// suffix, at most `lines` lines of it. Knows nothing of a place: answers with an empty text.
pub fn knows(texts: Vec<String>, lines: usize) -> impl Fn(&Received) -> Script + Send + Sync + 'static {
    let texts: Vec<String> = texts.into_iter().map(|text| text.replace("\r\n", "\n")).collect();
    move |received| {
        let (_, best) = texts.iter().fold((0, ""), |best, text| {
            continuation(text, received.prompt(), received.suffix(), best.0).unwrap_or(best)
        });
        let text: String = best.split_inclusive('\n').take(lines).collect();
        Script::text(&text)
    }
}

/// The length of the longest end of `prompt` that `text` holds, if that is at least `least` bytes, and the part of `text`
/// from there to the beginning of `suffix`.
fn continuation<'a>(text: &'a str, prompt: &str, suffix: &str, least: usize) -> Option<(usize, &'a str)> {
    // A prompt may begin with other files; its last lines are enough to find a place, and fewer find too many.
    const ENOUGH: usize = 400;
    const HEAD_OF_SUFFIX: usize = 60;
    let begin = (prompt.len().saturating_sub(ENOUGH)..prompt.len()).find(|&at| prompt.is_char_boundary(at))?;
    let mut starts: Vec<usize> = prompt[begin..].char_indices().map(|(at, _)| begin + at).collect();
    starts.retain(|at| prompt.len() - at >= least);
    // Most texts hold less of it than one before them: these are searched once.
    if !text.contains(&prompt[*starts.last()?..]) {
        return None;
    }
    // Where a text holds an end of the prompt it holds every shorter one.
    let tail = &prompt[*starts.get(starts.partition_point(|&at| !text.contains(&prompt[at..])))?..];
    let rest = &text[text.find(tail)? + tail.len()..];
    let mut end = suffix.len().min(HEAD_OF_SUFFIX);
    while !suffix.is_char_boundary(end) {
        end -= 1;
    }
    let stop = if end == 0 { rest.len() } else { rest.find(&suffix[..end]).unwrap_or(rest.len()) };
    Some((tail.len(), &rest[..stop]))
}
