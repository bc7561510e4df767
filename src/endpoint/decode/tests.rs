//! Bodies as servers send them, cut at every byte.

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
        include_str!(concat!("../../../tests/wire/", $name))
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
fn replies_of_openais_dialect_are_read_wherever_they_are_cut() {
    let (odd, counted) = ("return n % 2 == 1", Some([21, 9]));
    let unicode = "return n % 2 == 1; // é🦀";
    check_good(body!("other/openai-completions.json"), odd, Finish::Stop, counted);
    check_good(body!("other/vllm-completions-stream.sse"), unicode, Finish::Stop, None);
    check_good(body!("other/vllm-completions.json"), odd, Finish::Length, counted);
    check_good(body!("other/lmstudio-completions-stream.sse"), odd, Finish::Stop, None);
    check_good(body!("other/lmstudio-completions.json"), odd, Finish::Stop, counted);
    check_good(body!("other/llama-cpp-python-completions-stream.sse"), odd, Finish::Length, None);
    check_good(body!("other/llama-cpp-python-completions.json"), odd, Finish::Stop, counted);
    check_good(body!("other/deepseek-completions-stream.sse"), odd, Finish::Stop, counted);
    check_good(body!("other/deepseek-completions.json"), odd, Finish::Stop, counted);
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
    let check = |body: &str, text, end, result| check_with(|| Decoder::by_line(ollama::read), body, text, end, result);
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
