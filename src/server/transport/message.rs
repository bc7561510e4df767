//! One message body as JSON-RPC: a call, an answer, or the error it deserves.

use serde_json::Value;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};

use super::frames::Fault;
use super::numbers;
use super::uri_spelling::Spellings;

/// What the client sent.
#[derive(Debug)]
pub enum Message {
    /// A request or a notification.
    Call(Request),
    /// The answer to a request of ours.
    Answer(Response),
    /// Not a message. This answer tells the client so.
    Fault(Response),
}

/// Reads one body. Every URI in it becomes one that strict parsers take; `spellings` remembers the client's own.
pub fn decode(body: &[u8], spellings: &Spellings) -> Message {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else {
        return fault(None, ErrorCode::ParseError, "the body is not JSON in UTF-8");
    };
    if let Some(Value::Number(id)) = value.get_mut("id")
        && let Some(whole) = numbers::whole(id)
    {
        *id = whole;
    }
    let id = value.get("id").and_then(|id| serde_json::from_value::<Id>(id.clone()).ok());
    if value.get("method").is_some_and(Value::is_string) {
        if let Some(params) = value.get_mut("params") {
            spellings.read(params);
            numbers::normalize(params);
        }
        return serde_json::from_value(value)
            .map_or_else(|_| fault(id, ErrorCode::InvalidRequest, "not a JSON-RPC 2.0 request"), Message::Call);
    }
    // A broken answer bears an id of ours. Echoing it would look like an answer to a request of the client's.
    let is_answer = value.get("result").is_some() || value.get("error").is_some();
    let id = if is_answer { None } else { id };
    serde_json::from_value(value)
        .map_or_else(|_| fault(id, ErrorCode::InvalidRequest, "not a JSON-RPC 2.0 message"), Message::Answer)
}

impl From<Fault> for Message {
    fn from(broken: Fault) -> Self {
        let code = match broken {
            Fault::TooLong => ErrorCode::InvalidRequest,
            Fault::Rubbish | Fault::NoLength | Fault::BadLength => ErrorCode::ParseError,
        };
        fault(None, code, broken.to_string())
    }
}

fn fault(id: Option<Id>, code: ErrorCode, message: impl Into<String>) -> Message {
    let error = Error { code, message: message.into().into(), data: None };
    Message::Fault(Response::from_error(id.unwrap_or(Id::Null), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &[u8], expect: &str) {
        let seen = match decode(body, &Spellings::default()) {
            Message::Call(request) => format!("call {}", request.method()),
            Message::Answer(response) => format!("answer {}", response.id()),
            Message::Fault(response) => {
                format!("fault {} {}", response.id(), response.error().map_or(0, |error| error.code.code()))
            }
        };
        assert_eq!(seen, expect, "{}", String::from_utf8_lossy(body));
    }

    #[test]
    fn messages_are_told_apart() {
        check(br#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#, "call initialized");
        check(br#"{"jsonrpc":"2.0","id":"a","method":"shutdown"}"#, "call shutdown");
        check(br#"{"jsonrpc":"2.0","id":100.0,"method":"shutdown"}"#, "call shutdown");
        check(br#"{"jsonrpc":"2.0","id":3.0,"result":null}"#, "answer 3");
        check(br#"{"jsonrpc":"2.0","id":3,"result":null}"#, "answer 3");
        check(br#"{"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"no"}}"#, "answer 3");
    }

    #[test]
    fn what_is_no_message_is_refused_with_its_id_where_it_has_one() {
        check(b"", "fault null -32700");
        check(b"{", "fault null -32700");
        check(b"\xff\xfe", "fault null -32700");
        check(b"{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}", "fault null -32700");
        check("[".repeat(1000).as_bytes(), "fault null -32700");
        check(b"[]", "fault null -32600");
        check(br#"[{"jsonrpc":"2.0","id":1,"method":"shutdown"}]"#, "fault null -32600");
        check(b"42", "fault null -32600");
        check(b"{}", "fault null -32600");
        check(br#"{"jsonrpc":"2.0","id":3}"#, "fault 3 -32600");
        check(br#"{"jsonrpc":"2.0","id":3,"method":7}"#, "fault 3 -32600");
        check(br#"{"jsonrpc":"1.0","id":3,"method":"shutdown"}"#, "fault 3 -32600");
        check(br#"{"id":"x","method":"shutdown"}"#, "fault \"x\" -32600");
        check(br#"{"jsonrpc":"2.0","id":[],"method":"shutdown"}"#, "fault null -32600");
        check(br#"{"jsonrpc":"1.0","id":3,"result":null}"#, "fault null -32600");
    }
}
