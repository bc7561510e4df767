//! The hot paths one by one: positions and edits in a large file, window and prompt, the reply's stream.
//!
//! `cargo bench --bench core`. Compare figures only within one run: machines differ and are noisy.

use std::hint::black_box;

use codestral_ls::completion::{Window, filter, prompt, window::Budget};
use codestral_ls::endpoint::decode::Decoder;
use codestral_ls::endpoint::reply;
use codestral_ls::settings::Settings;
use codestral_ls::text::document::{Change, Document};
use codestral_ls::text::position::{self, Encoding, Position};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const LINES: u32 = 100_000;

/// 100,000 lines, none of them plain ASCII, so that no shortcut helps.
fn large() -> Document {
    let text: String =
        (0..LINES).map(|n| format!("    let value_{n} = \"é世😀\"; // line {n} of many more\n")).collect();
    Document::new("file:///large.rs", "rust", 0, &text)
}

fn documents(criterion: &mut Criterion) {
    let document = large();
    let mut group = criterion.benchmark_group("100,000 lines");
    for (name, encoding) in [("utf-8", Encoding::Utf8), ("utf-16", Encoding::Utf16), ("utf-32", Encoding::Utf32)] {
        let mut line = 0;
        group.bench_function(format!("position to offset and back, {name}"), |bencher| {
            bencher.iter(|| {
                line = (line + 7919) % LINES;
                let offset = position::to_offset(&document.text, Position { line, character: 30 }, encoding);
                black_box(position::from_offset(&document.text, offset, encoding))
            });
        });
    }
    let (mut edited, mut line) = (document.clone(), 0);
    group.bench_function("type and delete one character, snapshot kept", |bencher| {
        bencher.iter(|| {
            line = (line + 7919) % LINES;
            let at = |character| Position { line, character };
            let kept = edited.clone();
            let typed = Change { range: Some((at(8), at(8))), text: "x".into() };
            let deleted = Change { range: Some((at(8), at(9))), text: String::new() };
            edited.apply(vec![typed, deleted], Encoding::Utf16);
            black_box(kept)
        });
    });
    group.finish();
}

fn prompts(criterion: &mut Criterion) {
    let document = large();
    let settings = Settings::default();
    let budget = Budget { prefix: settings.completion.prefix_bytes, suffix: settings.completion.suffix_bytes };
    let cursor = document.text.line_to_byte(50_000) + 20;
    criterion.bench_function("cut the window", |bencher| {
        bencher.iter(|| black_box(Window::cut(&document.text, cursor, budget)));
    });
    let window = Window::cut(&document.text, cursor, budget);
    criterion.bench_function("build the prompt", |bencher| {
        bencher.iter(|| black_box(prompt::build(&window, "codestral-latest", &settings.completion)));
    });
    let block = "value_1 = compute(a, b) {\n        first();\n        second();\n    }";
    criterion.bench_function("filter a block", |bencher| {
        bencher.iter(|| black_box(filter::apply(&window, "rust", block)));
    });
}

fn streams(criterion: &mut Criterion) {
    let chunk = r#"data: {"id":"9f1c2d7ab0e34c5f8a6b1d2e3f405162","object":"chat.completion.chunk","created":1759496862,"model":"codestral-2508","choices":[{"index":0,"delta":{"content":" n % 2"},"finish_reason":null}],"p":"abcdefghijklmnopqrstuv"}"#;
    let body = format!("{}data: [DONE]\n\n", format!("{chunk}\n\n").repeat(100));
    let mut group = criterion.benchmark_group("a reply of 100 chunks");
    group.throughput(Throughput::Bytes(body.len() as u64));
    for size in [7, 1400] {
        group.bench_function(format!("arriving {size} bytes at a time"), |bencher| {
            bencher.iter(|| {
                let (mut decoder, mut pieces) = (Decoder::new(reply::read), Vec::new());
                for part in body.as_bytes().chunks(size) {
                    let _ = decoder.push(part, &mut pieces);
                }
                black_box(pieces)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, documents, prompts, streams);
criterion_main!(benches);
