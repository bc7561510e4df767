//! That the README is true: its links, its table of settings, its commands.

use std::fs;
use std::path::Path;

use tempfile::tempdir;

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
