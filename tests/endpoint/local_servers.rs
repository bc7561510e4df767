//! Servers that hold a model themselves: llama.cpp, Ollama, vLLM, by the bodies that they send.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use codestral_ls::endpoint::fim_template::FimFormat;
use codestral_ls::endpoint::{Backend, Dialect, HttpEndpoint, LoadingModels, Options};
use codestral_ls::masking::{Masker, Placeholders, ValueSyntax};
use codestral_ls::model::{ChatPrompt, End, Endpoint, Finish, Message, Piece, Prompt, Role, Usage};
use codestral_ls::settings::{self, Settings};
use futures_util::StreamExt;
use serde_json::json;

use crate::fake_endpoint::{Config, Ending, Fake, Received, Script};
use crate::{ask, ask_in_vain, options, prompt};

macro_rules! body {
    ($name:literal) => {
        include_bytes!(concat!("../wire/other/", $name)).to_vec()
    };
}

fn speaking(fake: &Fake, dialect: Dialect) -> Options {
    Options { dialect: Some(dialect), key: None, ..options(fake, "") }
}

fn endpoint(fake: &Fake, dialect: Dialect) -> HttpEndpoint {
    HttpEndpoint::new(speaking(fake, dialect)).unwrap()
}

/// Each reply whole and in pieces of 7 bytes, which cut lines and characters.
fn pieces(body: &[u8]) -> Vec<Vec<u8>> {
    body.chunks(7).map(<[u8]>::to_vec).collect()
}

#[tokio::test]
async fn llama_cpp_is_asked_to_fill_in_and_its_stream_is_read() {
    let fake = Fake::start(|_| Script::raw("text/event-stream", pieces(&body!("llamacpp-infill-stream.sse"))));
    let (text, end) = ask(&endpoint(&fake, Dialect::LlamaCpp)).await;
    assert_eq!((text.as_str(), end), ("return a + b", Ok(End { finish: Finish::Stop, usage: None })));
    let asked = &fake.received()[0];
    assert_eq!((asked.path.as_str(), asked.header("authorization")), ("/infill", None));
    assert_eq!((&asked.body["input_prefix"], &asked.body["input_suffix"]), (&json!("fn one() {"), &json!("}")));
    assert_eq!((&asked.body["n_predict"], &asked.body["cache_prompt"]), (&json!(64), &json!(true)));
}

#[tokio::test]
async fn a_key_goes_to_a_local_server_where_one_is_set() {
    let fake = Fake::start(|_| Script::raw("application/json", vec![body!("llamacpp-infill.json")]));
    let endpoint =
        HttpEndpoint::new(Options { stream: false, dialect: Some(Dialect::LlamaCpp), ..options(&fake, "/v1") });
    let (text, end) = ask(&endpoint.unwrap()).await;
    let usage = Some(Usage { prompt_tokens: 30, completion_tokens: 4, cached_tokens: 0 });
    assert_eq!((text.as_str(), end), ("return a + b", Ok(End { finish: Finish::Stop, usage })));
    assert!(fake.received()[0].header("authorization").is_some());
}

#[tokio::test]
async fn a_model_that_is_loading_is_waited_for() {
    let asked = AtomicUsize::new(0);
    let fake = Fake::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => Script::refuse(503, body!("llamacpp-loading.json")),
        _ => Script::raw("text/event-stream", vec![body!("llamacpp-infill-stream.sse")]),
    });
    assert_eq!(ask(&endpoint(&fake, Dialect::LlamaCpp)).await.0, "return a + b");
    assert_eq!(fake.stats().requests, 3);
}

#[tokio::test]
async fn a_model_that_loads_for_long_is_told_and_not_waited_for() {
    let fake = Fake::start(|_| Script::refuse(503, body!("llamacpp-loading.json")));
    let options = Options { timeout: Duration::from_millis(700), ..speaking(&fake, Dialect::LlamaCpp) };
    let error = ask_in_vain(&HttpEndpoint::new(options).unwrap()).await;
    assert_eq!(error.kind(), "loading");
    assert!(error.to_string().contains("still loading its model"), "{error}");
    assert_eq!(fake.stats().requests, 2);
}

#[tokio::test]
async fn a_stream_that_is_given_up_is_closed_so_that_the_slot_is_free() {
    let first = b"data: {\"content\":\"a\",\"stop\":false}\n\n".to_vec();
    let fake = Fake::start(move |_| Script::raw("text/event-stream", vec![first.clone()]).ending(Ending::Stall));
    let mut reply = endpoint(&fake, Dialect::LlamaCpp).complete(prompt());
    assert_eq!(reply.next().await, Some(Ok(Piece::Text("a".into()))));
    drop(reply);
    assert_eq!(fake.until(|stats| stats.cancelled == 1).await.cancelled, 1);
}

#[tokio::test]
async fn ollama_is_asked_to_insert_and_its_lines_are_read() {
    let fake = Fake::start(|_| Script::raw("application/x-ndjson", pieces(&body!("ollama-generate-stream.ndjson"))));
    let (text, end) = ask(&endpoint(&fake, Dialect::Ollama)).await;
    let usage = Some(Usage { prompt_tokens: 0, completion_tokens: 4, cached_tokens: 0 });
    assert_eq!((text.as_str(), end), ("a, b):", Ok(End { finish: Finish::Stop, usage })));
    let asked = &fake.received()[0];
    assert_eq!(asked.path, "/api/generate");
    assert_eq!((asked.prompt(), asked.suffix()), ("fn one() {", "}"));
    assert_eq!(asked.body["options"], json!({ "num_predict": 64 }));
}

#[tokio::test]
async fn where_ollama_writes_the_format_the_models_tokens_in_the_text_are_made_harmless() {
    let fake = Fake::start(|_| Script::raw("application/x-ndjson", vec![body!("ollama-generate-stream.ndjson")]));
    let masked = |text: &str| Masker::new(&[]).text(text, ValueSyntax::Code, &mut Placeholders::default());
    let (prefix, suffix) = (masked("a = '<|fim_middle|>'\n"), masked("b = '<|endoftext|>'\n"));
    let qwen = Prompt { prefix, suffix, model: "qwen2.5-coder:7b".into(), ..prompt() };
    assert!(endpoint(&fake, Dialect::Ollama).complete(qwen).next().await.is_some_and(|piece| piece.is_ok()));
    let asked = &fake.received()[0];
    assert_eq!((asked.prompt(), asked.suffix()), ("a = '< |fim_middle|>'\n", "b = '< |endoftext|>'\n"));
}

/// Refuses a suffix by this body, and answers anything else.
fn refusing_suffix(status: u16, refusal: Vec<u8>, answer: Vec<u8>) -> Fake {
    Fake::start(move |received: &Received| match received.body.get("suffix") {
        Some(_) => Script::refuse(status, refusal.clone()),
        None => Script::raw("application/x-ndjson", vec![answer.clone()]),
    })
}

#[tokio::test]
async fn where_ollamas_template_has_no_suffix_the_models_own_format_is_used() {
    let fake = refusing_suffix(400, body!("ollama-no-insert-error.json"), body!("ollama-generate-stream.ndjson"));
    let endpoint = endpoint(&fake, Dialect::Ollama);
    for _ in 0..2 {
        assert_eq!(ask(&endpoint).await.0, "a, b):");
    }
    let asked = fake.received();
    assert_eq!(asked.len(), 3, "the suffix is tried once");
    assert_eq!((asked[1].prompt(), &asked[1].body["raw"]), ("[SUFFIX]}[PREFIX]fn one() {", &json!(true)));
    assert!(asked[1].body["options"]["stop"].as_array().unwrap().contains(&json!("[PREFIX]")));
}

#[tokio::test]
async fn a_model_that_cannot_insert_is_told_in_one_sentence() {
    let fake = refusing_suffix(400, body!("ollama-no-insert-error.json"), body!("ollama-generate-stream.ndjson"));
    let unknown = Prompt { model: "llama3.1:8b".into(), ..prompt() };
    let error = endpoint(&fake, Dialect::Ollama).complete(unknown).next().await.unwrap().unwrap_err();
    let text = error.to_string();
    assert!(text.contains("does not support insert") && text.contains("endpoint.fimTemplate"), "{text}");
    assert_eq!(fake.stats().requests, 1);
}

#[tokio::test]
async fn where_vllm_refuses_a_suffix_the_models_own_format_is_used() {
    let fake = refusing_suffix(400, body!("vllm-suffix-error.json"), body!("openai-completions.json"));
    let endpoint = endpoint(&fake, Dialect::OpenAi);
    let qwen = Prompt { model: "Qwen/Qwen2.5-Coder-7B".into(), ..prompt() };
    let text = endpoint.complete(qwen).next().await;
    assert_eq!(text, Some(Ok(Piece::Text("return n % 2 == 1".into()))));
    let asked = fake.received();
    assert_eq!(asked[1].prompt(), "<|fim_prefix|>fn one() {<|fim_suffix|>}<|fim_middle|>");
    assert_eq!(asked[1].body.get("suffix"), None);
}

#[tokio::test]
async fn servers_of_openais_dialect_are_read_streamed_and_whole() {
    let bodies = [
        ("vllm", body!("vllm-completions-stream.sse"), body!("vllm-completions.json")),
        ("lmstudio", body!("lmstudio-completions-stream.sse"), body!("lmstudio-completions.json")),
        (
            "llama-cpp-python",
            body!("llama-cpp-python-completions-stream.sse"),
            body!("llama-cpp-python-completions.json"),
        ),
        ("deepseek", body!("deepseek-completions-stream.sse"), body!("deepseek-completions.json")),
    ];
    for (name, streamed, whole) in bodies {
        let path = if name == "deepseek" { "/beta/completions" } else { "/v1/completions" };
        for (stream, kind, body) in [(true, "text/event-stream", streamed), (false, "application/json", whole)] {
            let fake = Fake::start(move |_| Script::raw(kind, pieces(&body)));
            let url = if name == "deepseek" { format!("{}{path}", fake.url()) } else { fake.url().to_owned() };
            // DeepSeek takes a suffix; the others are asked in the model's own format.
            let fim_format = if name == "deepseek" { FimFormat::Suffix } else { FimFormat::OfModel };
            let options = Options { url, stream, fim_format, ..speaking(&fake, Dialect::OpenAi) };
            let (text, end) = ask(&HttpEndpoint::new(options).unwrap()).await;
            assert!(text.starts_with("return n % 2 == 1") && end.is_ok(), "{name}, {stream}: {text:?}, {end:?}");
            let asked = &fake.received()[0];
            assert_eq!((asked.path.as_str(), &asked.body["stream"]), (path, &json!(stream)));
            assert_eq!(asked.body.get("suffix").is_some(), name == "deepseek");
        }
    }
}

#[tokio::test]
async fn a_template_that_is_set_is_used_at_once() {
    let fake = Fake::start(|_| Script::text("x"));
    for (written, expected) in [
        ("auto", "[SUFFIX]}[PREFIX]fn one() {"),
        ("starcoder", "<fim_prefix>fn one() {<fim_suffix>}<fim_middle>"),
        ("<P>{prefix}<S>{suffix}<M>", "<P>fn one() {<S>}<M>"),
    ] {
        let fim_format = FimFormat::parse(Some(written)).unwrap();
        let options = Options { fim_format, ..speaking(&fake, Dialect::OpenAi) };
        assert_eq!(ask(&HttpEndpoint::new(options).unwrap()).await.0, "x");
        let asked = fake.received().pop().unwrap();
        assert_eq!((asked.prompt(), asked.body.get("suffix")), (expected, None));
    }
}

#[tokio::test]
async fn chat_goes_to_the_common_route_of_each() {
    let fake = Fake::start(|_| Script::text("hi"));
    for dialect in Dialect::ALL {
        let messages = vec![Message { role: Role::User, text: "hello".into() }];
        let endpoint = endpoint(&fake, dialect);
        let text = endpoint.chat(ChatPrompt { messages, model: "m".into(), ..ChatPrompt::default() }).next().await;
        assert_eq!(text, Some(Ok(Piece::Text("hi".into()))), "{dialect:?}");
        assert_eq!(fake.received().pop().unwrap().path, "/v1/chat/completions");
    }
}

#[tokio::test]
async fn one_request_at_a_time_goes_to_a_server_with_one_slot() {
    let first = b"data: {\"content\":\"a\",\"stop\":false}\n\n".to_vec();
    let fake = Fake::start(move |_| Script::raw("text/event-stream", vec![first.clone()]).ending(Ending::Stall));
    let endpoint = endpoint(&fake, Dialect::LlamaCpp);
    let (mut one, mut other) = (endpoint.complete(prompt()), endpoint.complete(prompt()));
    assert!(one.next().await.is_some());
    let waits = tokio::time::timeout(Duration::from_millis(100), other.next()).await;
    assert!(waits.is_err() && fake.stats().requests == 1, "the second waits, and nothing of it is sent");
    drop(one);
    assert_eq!(other.next().await, Some(Ok(Piece::Text("a".into()))));
    let two = HttpEndpoint::new(Options { parallel: Some(2), ..speaking(&fake, Dialect::LlamaCpp) }).unwrap();
    let (mut one, mut other) = (two.complete(prompt()), two.complete(prompt()));
    assert!(one.next().await.is_some() && other.next().await.is_some());
    assert_eq!((endpoint.places(), two.places()), (Some(1), Some(2)));
}

#[tokio::test]
async fn how_many_slots_there_are_is_told_by_the_server_itself() {
    let config = Config { scripts_gets: true, ..Config::default() };
    let fake = Fake::start_with(config, |received: &Received| match received.path.as_str() {
        "/props" => Script::raw("application/json", vec![br#"{"total_slots":3}"#.to_vec()]),
        _ => Script::raw("text/event-stream", vec![body!("llamacpp-infill-stream.sse")]),
    });
    let endpoint = endpoint(&fake, Dialect::LlamaCpp);
    assert_eq!(endpoint.places(), Some(1), "until it is asked");
    for _ in 0..2 {
        assert_eq!(ask(&endpoint).await.0, "return a + b");
    }
    assert_eq!((endpoint.places(), fake.stats().gets), (Some(3), 1));
}

#[tokio::test]
async fn a_completion_that_is_given_up_does_not_stop_ollama_from_loading() {
    let fake = Fake::start(|received| match received.body.get("prompt") {
        Some(_) => Script::silence(),
        None => Script::raw("application/json", vec![br#"{"done":true}"#.to_vec()]).after(Duration::from_secs(1)),
    });
    let loading = LoadingModels::default();
    let options = Options { loading: loading.clone(), ..speaking(&fake, Dialect::Ollama) };
    let (endpoint, mut seen) = (HttpEndpoint::new(options).unwrap(), loading.watch());
    for number in 1..=3 {
        let mut reply = endpoint.complete(prompt());
        tokio::select! {
            said = reply.next() => panic!("{said:?}"),
            stats = fake.until(move |stats| stats.requests >= number) => assert!(stats.requests >= number),
        }
    }
    let host = seen.wait_for(|loads| loads.host().is_some()).await.unwrap().host().cloned();
    assert_eq!(host.as_deref(), Some(endpoint.host()));
    seen.wait_for(|loads| loads.host().is_none()).await.unwrap();
    assert!(!seen.borrow().has_failed());
    let asked = fake.received();
    let loads = asked.iter().filter(|received| received.body.get("prompt").is_none()).count();
    let stats = fake.until(|stats| stats.open_streams == 0).await;
    assert_eq!((loads, stats.cancelled), (1, 3), "it is loaded once, and by nobody's completion");
}

#[tokio::test]
async fn a_cold_ollama_is_waited_for_longer_than_a_warm_one() {
    let asked = AtomicUsize::new(0);
    let fake = Fake::start(move |_| {
        let answer = Script::raw("application/x-ndjson", vec![body!("ollama-generate-stream.ndjson")]);
        match asked.fetch_add(1, Ordering::SeqCst) {
            0 => answer.after(Duration::from_millis(700)),
            1 => Script::silence(),
            _ => answer.after(Duration::from_millis(700)),
        }
    });
    let options = Options { timeout: Duration::from_millis(300), ..speaking(&fake, Dialect::Ollama) };
    let endpoint = HttpEndpoint::new(options).unwrap();
    assert_eq!(ask(&endpoint).await.0, "a, b):");
    assert_eq!(ask_in_vain(&endpoint).await.kind(), "timedOut");
    // It may have made room for another model.
    assert_eq!(ask(&endpoint).await.0, "a, b):");
}

#[tokio::test]
async fn a_load_ends_when_the_server_says_something_else_or_a_completion_comes() {
    let asked = AtomicUsize::new(0);
    // It has no `/health`.
    let fake = Fake::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Script::refuse(503, body!("llamacpp-loading.json")),
        1 => Script::raw("text/event-stream", vec![body!("llamacpp-infill-stream.sse")]).after(Duration::from_secs(1)),
        2 => Script::refuse(503, body!("llamacpp-loading.json")),
        _ => Script::refuse(500, "{}"),
    });
    let loading = LoadingModels::default();
    let options = Options { loading: loading.clone(), ..speaking(&fake, Dialect::LlamaCpp) };
    let (endpoint, mut seen) = (HttpEndpoint::new(options).unwrap(), loading.watch());
    for has_failed in [false, true] {
        let asking = tokio::spawn({
            let endpoint = endpoint.clone();
            async move { ask(&endpoint).await.1.is_err() }
        });
        seen.wait_for(|loads| loads.host().is_some()).await.unwrap();
        seen.wait_for(|loads| loads.host().is_none()).await.unwrap();
        assert_eq!((seen.borrow().has_failed(), asking.await.unwrap()), (has_failed, has_failed));
    }
}

#[tokio::test]
async fn a_slow_server_is_asked_for_no_more_than_it_writes_in_time() {
    let reply = r#"{"content":"x","stop":true,"stop_type":"eos","tokens_evaluated":9,"tokens_predicted":21}"#;
    let slow = move || Script::raw("application/json", vec![reply.into()]).after(Duration::from_millis(200));
    let fake = Fake::start(move |_| slow());
    let options = Options { stream: false, ..speaking(&fake, Dialect::LlamaCpp) };
    let endpoint = HttpEndpoint::new(options).unwrap();
    for _ in 0..2 {
        ask(&endpoint).await.1.unwrap();
    }
    let asked: Vec<u64> =
        fake.received().iter().map(|request| request.body["n_predict"].as_u64().unwrap_or_default()).collect();
    // 20 tokens in at least 200 ms: at most 40 in the 400 ms after which a suggestion is to be there.
    assert_eq!(asked[0], 64);
    assert!((24..=40).contains(&asked[1]), "{asked:?}");
    assert!(endpoint.tokens_per_second().is_some_and(|speed| speed <= 100.0));
}

#[tokio::test]
async fn ollama_is_asked_to_load_the_model_and_tells_which_can_insert() {
    let fake = Fake::start(|received| match received.path.as_str() {
        "/api/show" => {
            let shown =
                json!({ "capabilities": ["completion", "insert"], "model_info": { "llama.context_length": 32768 } });
            Script::raw("application/json", vec![shown.to_string().into_bytes()])
        }
        _ => Script::raw(
            "application/json",
            vec![br#"{"model":"m","response":"","done":true,"done_reason":"load"}"#.to_vec()],
        ),
    });
    let mut settings = Settings::default();
    settings.endpoint.url = Some(fake.url().to_owned());
    settings.endpoint.dialect = settings::Dialect::Ollama;
    settings.endpoint.model = "codestral:22b".to_owned();
    let backend = Backend::with_environment(&settings, |_| None);
    backend.warm_up().await;
    let asked = &fake.received()[0];
    assert_eq!(
        (asked.path.as_str(), &asked.body),
        ("/api/generate", &json!({ "model": "codestral:22b", "keep_alive": "30m" }))
    );
    let models = backend.open().await.unwrap().endpoint.models().await.unwrap();
    assert_eq!((models[0].fim, models[0].max_context_length), (Some(true), Some(32768)));
}
