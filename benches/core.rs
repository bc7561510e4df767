//! The hot paths one by one: positions and edits in a large file, window and prompt, the reply's stream.
//!
//! `cargo bench --bench core`. Compare figures only within one run: machines differ and are noisy.

use std::hint::black_box;

use codestral_ls::completion::filter::{self, Growing};
use codestral_ls::completion::stop::{Reach, Watch};
use codestral_ls::completion::{MaskedWindow, Window, prompt, window::Budget};
use codestral_ls::endpoint::decode::Decoder;
use codestral_ls::endpoint::reply;
use codestral_ls::masking::documents::MaskedDocuments;
use codestral_ls::masking::examples::assemble;
use codestral_ls::masking::{Masker, Placeholders, ValueSyntax};
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
    let found = Masker::new(&[]).scan(&document.text, ValueSyntax::Code).masked(&document.text);
    criterion.bench_function("cut the masked window", |bencher| {
        bencher.iter(|| black_box(MaskedWindow::cut(&document.text, cursor, budget, &found, Placeholders::default())));
    });
    let masked = MaskedWindow::cut(&document.text, cursor, budget, &found, Placeholders::default());
    criterion.bench_function("build the prompt", |bencher| {
        bencher.iter(|| black_box(prompt::build(&masked, None, "codestral-latest", &settings.completion)));
    });
    let block = "value_1 = compute(a, b) {\n        first();\n        second();\n    }";
    criterion.bench_function("filter a block", |bencher| {
        bencher.iter(|| black_box(filter::apply(&window, "rust", block, "")));
    });
    // All filters, whole and as it grows: at most 0.2 ms at 60 lines, and four times the lines cost four times as much.
    for lines in [15, 60, 240] {
        let line = |n| format!("    let other_{n} = compute(alpha[{n}], \"text {n}\");\n");
        let reply: String = (0..lines).map(line).collect();
        criterion.bench_function(&format!("filter a reply of {lines} lines"), |bencher| {
            bencher.iter(|| black_box(filter::shown(&window, "rust", &reply, false)));
        });
        criterion.bench_function(&format!("filter and watch a reply of {lines} lines, 4 bytes at a time"), |bencher| {
            // So much is wanted that all of it is read.
            let reach = Reach { lines: usize::MAX, ahead: usize::MAX };
            bencher.iter(|| {
                let mut growing = Growing::new(window.clone(), "rust".into());
                let mut watch = Watch::new(reach);
                for piece in reply.as_bytes().chunks(4) {
                    growing.push(str::from_utf8(piece).unwrap_or_default());
                    black_box(watch.enough(&growing));
                }
                growing.finish();
                black_box(growing)
            });
        });
    }
}

/// A document of 1 MB with a password in every hundredth line: opened, edited, and asked about unchanged.
fn masking(criterion: &mut Criterion) {
    let word = assemble("trom|bone|sword", 1);
    let line = |n: usize| match n % 100 {
        7 => format!("    let password_{n} = \"{word}{n}\";\n"),
        _ => format!("    let value_{n} = compute(value_{}, {n});\n", n / 2),
    };
    let fits = |bytes: &mut usize, line: String| {
        *bytes += line.len();
        (*bytes < 1_000_000).then_some(line)
    };
    let text: String = (0..).map(line).scan(0, fits).collect();
    let document = Document::new("file:///masked.rs", "rust", 0, &text);
    let mut group = criterion.benchmark_group("secrets in 1 MB");
    group.sample_size(20);
    group.bench_function("all of it, once", |bencher| {
        bencher.iter(|| black_box(MaskedDocuments::new(true).of(&document)));
    });
    let documents = MaskedDocuments::new(true);
    documents.of(&document);
    group.bench_function("a request", |bencher| bencher.iter(|| black_box(documents.of(&document))));
    let (mut edited, mut number) = (document.clone(), 0);
    group.bench_function("an edit of a character", |bencher| {
        bencher.iter(|| {
            number = (number + 7919) % 20_000;
            let at = Position { line: number, character: 8 };
            let edits = edited.apply(vec![Change { range: Some((at, at)), text: "x".into() }], Encoding::Utf16);
            documents.edited(&edited, &edits);
        });
    });
    group.bench_function("an edit that sends the whole text", |bencher| {
        bencher.iter(|| {
            let at = Position { line: 10_000, character: 8 };
            edited.apply(vec![Change { range: Some((at, at)), text: "x".into() }], Encoding::Utf16);
            let whole = Change { range: None, text: edited.text.to_string() };
            let edits = edited.apply(vec![whole], Encoding::Utf16);
            documents.edited(&edited, &edits);
        });
    });
    group.finish();
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

criterion_group!(benches, documents, prompts, masking, streams);
criterion_main!(benches);
