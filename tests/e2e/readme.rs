//! That the README is true: its links, its table of settings, its commands.

use std::fs;
use std::path::Path;

#[cfg(unix)]
use codestral_ls::endpoint::{Dialect, url};
use tempfile::tempdir;

#[cfg(unix)]
use crate::fake_endpoint::{Fake, Received, Script};
use crate::process::command;

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All pages: those of the project and those of the editors.
fn pages() -> Vec<String> {
    let mut pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned).to_vec();
    for folder in ["editors", "editors/helix", "editors/neovim", "editors/vscode"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        pages.extend(names.filter(|name| name.ends_with(".md")).map(|name| format!("{folder}/{name}")));
    }
    assert!(pages.len() > 8, "the pages are found: {pages:?}");
    pages
}

/// The lines between fences of this language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(of) => inside = !inside && of == language,
            None if inside => found.push(line.to_owned()),
            None => {}
        }
    }
    found
}

#[test]
fn links_lead_to_files_that_are_there() {
    for name in pages() {
        let page = page(&name);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
        let folder = folder.parent().expect("a page stands in a folder");
        let targets: Vec<&str> = page.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        let local = targets.iter().filter(|target| !target.starts_with("https://") && !target.starts_with('#'));
        for target in local {
            let file = target.split('#').next().unwrap_or_default();
            assert!(folder.join(file).exists(), "{name} links to {target}");
        }
    }
}

#[test]
fn the_settings_table_says_what_holds() {
    let home = tempdir().expect("a directory");
    let printed = command(home.path()).arg("config").output().expect("the binary runs");
    let printed = String::from_utf8(printed.stdout).expect("settings are UTF-8");
    let holds: Vec<&str> = printed.lines().filter_map(|line| Some(line.rsplit_once("# default")?.0.trim())).collect();
    let page = page("README.md");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .skip_while(|line| *line != "| key | default | meaning |")
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect())
        .collect();
    assert!(rows.len() > 5, "the table is found");
    for row in rows {
        let [key, default, _] = row[..] else { panic!("{row:?} has not three cells") };
        let line = match default {
            "not set" => format!("# {key} is not set"),
            value => format!("{key} = {value}"),
        };
        assert!(holds.contains(&line.as_str()), "`{line}` is not among\n{printed}");
    }
}

#[test]
fn every_block_of_settings_can_be_pasted() {
    let page = page("README.md");
    let parts: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(parts.len() > 6, "the blocks are found");
    for part in parts {
        let home = tempdir().expect("a directory");
        let file = home.path().join("config.toml");
        fs::write(&file, part).expect("a file");
        let output = command(home.path()).args(["config", "--config"]).arg(&file).output().expect("the binary runs");
        assert!(output.status.success(), "{part}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Says `a + b` to all that a dialect asks.
#[cfg(unix)]
fn speaking(dialect: Dialect) -> Fake {
    Fake::start(move |_| match dialect {
        Dialect::LlamaCpp => {
            let events = "data: {\"content\":\"a + b\",\"stop\":false}\n\ndata: {\"content\":\"\",\"stop\":true}\n\n";
            Script::raw("text/event-stream", vec![events.into()])
        }
        Dialect::Ollama => {
            let lines = "{\"response\":\"a + b\",\"done\":false}\n{\"response\":\"\",\"done\":true}\n";
            Script::raw("application/x-ndjson", vec![lines.into()])
        }
        Dialect::Mistral | Dialect::OpenAi => Script::text("a + b"),
    })
}

/// What a block for an endpoint leads to when its address is that of a fake: `check` finds nothing to mend, `complete`
/// completes, and all is asked in the dialect and at the place that the address as written tells. Gives what was asked.
#[cfg(unix)]
#[track_caller]
fn run_block(block: &str) -> (Dialect, Vec<Received>) {
    use std::os::unix::fs::PermissionsExt;
    let quoted = |after: &str| block.split(after).nth(1).and_then(|rest| rest.split('"').nth(1)).expect("it is quoted");
    let written = quoted("url = ");
    let url = url::parse(written).expect("an address");
    let is_set = block.contains("dialect = ");
    let dialect = if is_set { Dialect::LlamaCpp } else { url::dialect(&url) };
    let (fake, second) = (speaking(dialect), speaking(Dialect::Mistral));
    let own = format!("{}{}", fake.url(), url.path().trim_end_matches('/'));
    let set = if is_set { String::new() } else { format!("\ndialect = \"{}\"", dialect.name()) };
    // Some are told by host or port, which are others here.
    let config = block.replacen(&format!("\"{written}\""), &format!("\"{own}\"{set}"), 1);
    let config = config.replace("\"https://api.mistral.ai\"", &format!("\"{}/mistral\"", second.url()));
    assert!(!config.contains("https://"), "{config}");

    let home = tempdir().expect("a directory");
    let write = |path: &Path, text: &str, mode| {
        fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        fs::write(path, text).expect("a file");
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its rights");
    };
    for key in block.split("\"~/").skip(1).filter_map(|rest| rest.split('"').next()) {
        write(&home.path().join(key), "a-key-of-a-file", 0o600);
    }
    write(&home.path().join("bin/gcloud"), "#!/bin/sh\necho a-key-of-gcloud\n", 0o755);
    let (file, code) = (home.path().join("config.toml"), home.path().join("add.py"));
    write(&file, &format!("privacy.temporaryFiles = true\n{config}"), 0o600);
    write(&code, "def add(a, b):\n    return \n\n\nprint(add(1, 2))\n", 0o600);
    let place = format!("{}:2", code.display());
    let path = format!("{}:/usr/bin:/bin", home.path().join("bin").display());
    for (arguments, part) in [(&["check"][..], "ok   completion"), (&["complete", &place], "a + b")] {
        let output = command(home.path()).env("PATH", &path).args(arguments).arg("--config").arg(&file).output();
        let output = output.expect("the binary runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains(part), "{config}\n{arguments:?}: {text}");
        assert!(!text.contains("a-key-of"), "{text}");
    }
    let asked = url::completions(&url::parse(&own).expect("an address"), dialect);
    let received = fake.received();
    let completions: Vec<_> = received.iter().filter(|received| received.path == asked.path()).cloned().collect();
    assert!(completions.len() >= 2, "{config}\n{received:?}");
    (dialect, completions)
}

#[cfg(unix)]
#[test]
fn every_block_for_an_endpoint_is_run_in_its_dialect() {
    let page = page("README.md");
    let section = page.split("## Other endpoints").nth(1).and_then(|rest| rest.split("\n## ").next());
    let blocks = section.expect("the section").split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut run = Vec::new();
    for block in blocks.filter(|block| block.starts_with("[endpoint] # ")) {
        let (dialect, asked) = run_block(block);
        let name = block.trim_start_matches("[endpoint] # ").split([' ', ',', ';', '\n']).next().unwrap_or_default();
        let key = |header| asked[0].header(header).unwrap_or_default().to_owned();
        run.push((name, dialect, key("authorization"), key("api-key")));
        assert!(block.trim().lines().count() <= 6, "{block}");
    }
    let bare = |name, dialect| (name, dialect, String::new(), String::new());
    let with = |name, dialect, key: &str| (name, dialect, format!("Bearer {key}"), String::new());
    assert_eq!(
        run,
        [
            bare("llama.cpp", Dialect::LlamaCpp),
            bare("Ollama", Dialect::Ollama),
            bare("vLLM", Dialect::OpenAi),
            with("DeepSeek", Dialect::OpenAi, "a-key-of-a-file"),
            ("Azure", Dialect::Mistral, String::new(), "a-key-of-a-file".to_owned()),
            with("Vertex", Dialect::Mistral, "a-key-of-gcloud"),
            bare("this", Dialect::LlamaCpp),
        ]
    );
}

#[test]
fn one_command_checks_what_the_readme_tells_to_run() {
    let lines = blocks(&page("README.md"), "sh");
    assert!(lines.iter().any(|line| line == "cargo test"), "{lines:?}");
    assert!(page(".ci/run").lines().any(|line| line.starts_with("step cargo test")), "the tests are part of .ci/run");
    assert!(page("CONTRIBUTING.md").contains(".ci/run"));
}

#[test]
fn every_command_the_readme_names_is_there() {
    let home = tempdir().expect("a directory");
    let page = page("README.md");
    let named = ["`codestral-ls ", "\ncodestral-ls ", " 2>&1 | codestral-ls ", "cargo run --release -- "]
        .map(|start| page.split(start).skip(1));
    let mut words: Vec<&str> = named.into_iter().flatten().filter_map(|rest| rest.split([' ', '`']).next()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words, ["chat", "check", "complete", "config", "models", "usage"]);
    for word in words {
        let outcome = command(home.path()).args([word, "--help"]).output().expect("the binary runs");
        assert!(outcome.status.success(), "codestral-ls {word}: {}", String::from_utf8_lossy(&outcome.stderr));
    }
}
