//! Both dialects through a real llama.cpp server with a model of random weights: streams, slots, trouble.
//!
//! Opt-in: `tests/llamacpp/run` gets server and model, and runs these tests. What the model says means nothing, and cuts
//! characters in the middle: what counts is that it arrives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure here is a failed test")]

mod server;

use std::process::Command;
use std::time::{Duration, Instant};

use codestral_ls::endpoint::fim_template::FimFormat;
use codestral_ls::endpoint::{Dialect, HttpEndpoint, Options};
use codestral_ls::masking::{MaskedText, Masker, Placeholders, ValueSyntax};
use codestral_ls::model::{ChatPrompt, End, Endpoint, Error, Finish, Message, OtherFile, Piece, Prompt, Reply, Role};
use futures_util::StreamExt;
use server::Server;
use tokio::time::sleep;

/// Both ways to ask it, the second in the format that its tokens are of.
const DIALECTS: [Dialect; 2] = [Dialect::LlamaCpp, Dialect::OpenAi];

fn endpoint(server: &Server, dialect: Dialect, stream: bool) -> HttpEndpoint {
    let fim_format = FimFormat::parse(Some("qwen")).unwrap();
    let options = Options { url: server.url(), dialect: Some(dialect), stream, fim_format, ..Options::default() };
    HttpEndpoint::new(options).unwrap()
}

fn text(text: &str) -> MaskedText {
    Masker::new(&[]).text(text, ValueSyntax::Code, &mut Placeholders::default())
}

fn prompt(prefix: &str, max_tokens: u32) -> Prompt {
    Prompt {
        prefix: text(prefix),
        suffix: text("\n}\n"),
        model: "tiny".to_owned(),
        max_tokens,
        temperature: Some(1.0),
        random_seed: Some(7),
        ..Prompt::default()
    }
}

/// All that a reply brings.
async fn heard(mut reply: Reply) -> Result<(String, End), Error> {
    let mut text = String::new();
    while let Some(piece) = reply.next().await {
        match piece? {
            Piece::Text(more) => text += &more,
            Piece::Thinking(_) => {}
            Piece::End(end) => {
                assert_eq!(reply.next().await, None, "something after the end");
                return Ok((text, end));
            }
        }
    }
    panic!("a reply without an end");
}

#[tokio::test]
#[ignore = "needs llama.cpp; run tests/llamacpp/run"]
async fn completions_come_streamed_and_whole_in_both_dialects() {
    let server = Server::start(&[]);
    for dialect in DIALECTS {
        for stream in [true, false] {
            let endpoint = endpoint(&server, dialect, stream);
            let (text, end) = heard(endpoint.complete(prompt("fn one() {", 32))).await.unwrap();
            println!("{dialect:?}, streamed {stream}: {text:?}, {end:?}");
            assert!(!text.is_empty() && matches!(end.finish, Finish::Length | Finish::Stop), "{end:?}");
            if dialect == Dialect::LlamaCpp || !stream {
                let usage = end.usage.unwrap();
                assert!(usage.prompt_tokens > 10 && usage.completion_tokens <= 32, "{usage:?}");
            }
        }
    }
}

#[tokio::test]
#[ignore = "needs llama.cpp; run tests/llamacpp/run"]
async fn characters_that_are_cut_in_the_middle_are_no_trouble() {
    let server = Server::start(&[]);
    for dialect in DIALECTS {
        let mut replaced = 0;
        for seed in 0..20 {
            let prompt = Prompt { random_seed: Some(seed), ..prompt("let text = \"é🦀世", 200) };
            let (text, _) = heard(endpoint(&server, dialect, true).complete(prompt)).await.unwrap();
            replaced += text.matches('\u{fffd}').count();
        }
        assert!(replaced > 20, "the model writes halves of characters: {replaced}");
    }
}

#[tokio::test]
#[ignore = "needs llama.cpp; run tests/llamacpp/run"]
async fn a_stream_that_is_given_up_frees_its_slot() {
    let server = Server::start(&[]);
    let (native, watcher) = (endpoint(&server, Dialect::LlamaCpp, true), endpoint(&server, Dialect::LlamaCpp, true));
    for dialect in DIALECTS {
        let asked = if dialect == Dialect::LlamaCpp { native.clone() } else { endpoint(&server, dialect, true) };
        let mut freed = Vec::new();
        for seed in 0..10 {
            let long = Prompt { random_seed: Some(seed), ..prompt("fn long() {", 4096) };
            let mut reply = asked.complete(long);
            // What ends by itself at once shows nothing.
            let Some(Ok(Piece::Text(_))) = reply.next().await else { continue };
            drop(reply);
            let begun = Instant::now();
            while watcher.slots().await.is_none_or(|(busy, _)| busy > 0) {
                assert!(begun.elapsed() < Duration::from_secs(2), "the slot is still at work");
                sleep(Duration::from_millis(2)).await;
            }
            freed.push(begun.elapsed());
        }
        freed.sort_unstable();
        println!(
            "{dialect:?}: the slot is free after {:?} at most, half of the time {:?}",
            freed.last(),
            freed.get(freed.len() / 2)
        );
        assert!(freed.len() > 3);
    }
}

#[tokio::test]
#[ignore = "needs llama.cpp; run tests/llamacpp/run"]
async fn what_is_asked_after_a_stream_was_given_up_begins_at_once() {
    let server = Server::start(&[]);
    for dialect in DIALECTS {
        let endpoint = endpoint(&server, dialect, true);
        let mut begun_after = Vec::new();
        for seed in 0..20 {
            let long = Prompt { random_seed: Some(seed), ..prompt("fn long() {", 4096) };
            let mut older = endpoint.complete(long);
            let Some(Ok(Piece::Text(_))) = older.next().await else { continue };
            let mut newer = endpoint.complete(prompt("fn other() {", 8));
            let begun = Instant::now();
            drop(older);
            assert!(matches!(newer.next().await, Some(Ok(_))));
            begun_after.push(begun.elapsed());
        }
        begun_after.sort_unstable();
        println!(
            "{dialect:?}: the next begins after {:?} at most, half of the time {:?}",
            begun_after.last(),
            begun_after.get(begun_after.len() / 2)
        );
        assert!(begun_after.len() > 5 && begun_after.last().is_some_and(|took| *took < Duration::from_secs(2)));
    }
}

#[tokio::test]
#[ignore = "needs llama.cpp; run tests/llamacpp/run"]
async fn a_server_that_starts_is_waited_for_and_every_trouble_until_then_has_a_name() {
    let server = Server::start_without_waiting(&[]);
    let endpoint = endpoint(&server, Dialect::LlamaCpp, true);
    let begun = Instant::now();
    let mut kinds = Vec::new();
    loop {
        match heard(endpoint.complete(prompt("fn one() {", 4))).await {
            Ok(_) => break,
            Err(error) => kinds.push(error.kind()),
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{kinds:?}");
        sleep(Duration::from_millis(5)).await;
    }
    kinds.dedup();
    println!("until it answered, after {:?}: {kinds:?}", begun.elapsed());
    assert!(kinds.iter().all(|kind| ["unreachable", "loading", "cut"].contains(kind)), "{kinds:?}");
}

#[tokio::test]
#[ignore = "needs llama.cpp; run tests/llamacpp/run"]
async fn a_prompt_that_is_too_long_is_told() {
    let server = Server::start(&["-c", "512"]);
    let long = prompt(&"let number = other + 1;\n".repeat(250), 16);
    for dialect in DIALECTS {
        let error = heard(endpoint(&server, dialect, true).complete(long.clone())).await.unwrap_err();
        assert_eq!(error.kind(), "promptTooLong", "{error}");
        assert!(error.to_string().contains("512 tokens"), "{error}");
    }
}

#[tokio::test]
#[ignore = "needs llama.cpp; run tests/llamacpp/run"]
async fn a_stop_string_ends_the_reply_and_is_no_part_of_it() {
    let server = Server::start(&[]);
    for dialect in DIALECTS {
        let stop: Vec<String> = ('a'..='z').chain('A'..='Z').map(String::from).collect();
        let asked = Prompt { stop: stop.clone(), ..prompt("fn one() {", 200) };
        let (text, end) = heard(endpoint(&server, dialect, true).complete(asked)).await.unwrap();
        assert!(end.finish == Finish::Stop && !stop.iter().any(|stop| text.contains(stop)), "{text:?}, {end:?}");
    }
}

#[tokio::test]
#[ignore = "needs llama.cpp; run tests/llamacpp/run"]
async fn excerpts_of_other_files_reach_the_model_and_a_steady_prefix_is_not_computed_again() {
    let server = Server::start(&[]);
    let endpoint = endpoint(&server, Dialect::LlamaCpp, true);
    let usage = async |prompt: Prompt| heard(endpoint.complete(prompt)).await.unwrap().1.usage.unwrap();
    let code = "fn used() -> usize {\n    41\n}\n".repeat(20);
    let bare = usage(prompt(&code, 4)).await;
    let others = vec![OtherFile { path: text("src/used.rs"), text: text(&code) }];
    let with = usage(Prompt { others, ..prompt(&code, 4) }).await;
    println!("{bare:?}, with an excerpt {with:?}");
    assert!(with.prompt_tokens > bare.prompt_tokens + code.len() as u64 / 2);
    usage(prompt(&code, 4)).await;
    let again = usage(prompt(&format!("{code}fn"), 4)).await;
    println!("two more letters: {again:?}");
    assert!(again.cached_tokens > bare.prompt_tokens / 2, "{again:?}");
}

#[tokio::test]
#[ignore = "needs llama.cpp; run tests/llamacpp/run"]
async fn it_chats() {
    let server = Server::start(&[]);
    for dialect in DIALECTS {
        let messages = vec![Message { role: Role::User, text: text("why?") }];
        let asked = ChatPrompt { messages, max_tokens: Some(16), random_seed: Some(3), ..ChatPrompt::default() };
        let (text, end) = heard(endpoint(&server, dialect, true).chat(asked)).await.unwrap();
        assert!(!text.is_empty() && end.finish != Finish::Other, "{text:?}, {end:?}");
    }
}

#[tokio::test]
#[ignore = "needs llama.cpp; run tests/llamacpp/run"]
async fn killed_and_started_again_while_somebody_types_it_answers_again() {
    let mut server = Server::start(&[]);
    for dialect in DIALECTS {
        let endpoint = endpoint(&server, dialect, true);
        let mut reply = endpoint.complete(prompt("fn one() {", 4096));
        let first = reply.next().await;
        assert!(matches!(first, Some(Ok(Piece::Text(_)))), "{first:?}");
        server.kill();
        let broken = heard(reply).await;
        // What was on its way may have been the end.
        assert!(broken.as_ref().is_ok() || broken.as_ref().is_err_and(|error| error.kind() == "cut"), "{broken:?}");
        let gone = heard(endpoint.complete(prompt("fn one() {a", 8))).await.unwrap_err();
        assert!(["unreachable", "cut"].contains(&gone.kind()), "{gone}");
        server.start_again();
        heard(endpoint.complete(prompt("fn one() {ab", 8))).await.unwrap();
    }
}

#[tokio::test]
#[ignore = "needs llama.cpp; run tests/llamacpp/run"]
async fn two_hundred_completions_are_typed_through_without_an_error() {
    let server = Server::start(&[]);
    for dialect in DIALECTS {
        let endpoint = endpoint(&server, dialect, true);
        let (mut typed, begun) = ("fn main() {\n    let mut ".to_owned(), Instant::now());
        for key in 0..200_u8 {
            typed.push((b'a' + key % 26) as char);
            let asked = Prompt { random_seed: Some(u64::from(key)), ..prompt(&typed, 24) };
            let mut reply = endpoint.complete(asked);
            // Every second one is typed past after its first piece, as it happens.
            if key % 2 == 0 {
                assert!(matches!(reply.next().await, Some(Ok(_))), "key {key}");
            } else if let Err(error) = heard(reply).await {
                panic!("key {key}: {error}");
            }
        }
        println!("{dialect:?}: 200 completions in {:?}", begun.elapsed());
    }
}

#[tokio::test]
#[ignore = "needs llama.cpp; run tests/llamacpp/run"]
async fn check_and_models_tell_what_the_server_is() {
    let server = Server::start(&["-c", "4096"]);
    let endpoint = endpoint(&server, Dialect::LlamaCpp, true);
    let props = endpoint.props().await.unwrap().unwrap();
    assert_eq!((props.slots, props.context), (Some(1), Some(4096)));
    assert_eq!(endpoint.slots().await, Some((0, 1)));
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    std::fs::write(&config, format!("[endpoint]\nurl = \"{}\"\ndialect = \"llamacpp\"\n", server.url())).unwrap();
    for (command, parts) in [
        ("check", &["1 at a time, 0 at work now", "4096 tokens a request", "tokens a second"][..]),
        ("models", &["tiny.gguf"]),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_codestral-ls"))
            .args([command, "--config"])
            .arg(&config)
            .env("HOME", home.path())
            .env("XDG_STATE_HOME", home.path())
            .env_remove("CODESTRAL_API_KEY")
            .current_dir(home.path())
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        println!("{printed}");
        assert!(output.status.success() && parts.iter().all(|part| printed.contains(part)), "{printed}");
    }
}
