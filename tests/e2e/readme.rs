//! That the README is true: its links, its table of settings, its commands.

use std::fs;
use std::path::Path;

use tempfile::tempdir;

use crate::process::command;

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
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
    for name in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let page = page(name);
        let targets: Vec<&str> = page.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        let local = targets.iter().filter(|target| !target.starts_with("https://"));
        for target in local {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(target).exists(), "{name} links to {target}");
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
    let named = ["`codestral-ls ", "cargo run --release -- "].map(|start| page.split(start).skip(1));
    let mut words: Vec<&str> = named.into_iter().flatten().filter_map(|rest| rest.split([' ', '`']).next()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words, ["check", "complete", "config", "usage"]);
    for word in words {
        let outcome = command(home.path()).args([word, "--help"]).output().expect("the binary runs");
        assert!(outcome.status.success(), "codestral-ls {word}: {}", String::from_utf8_lossy(&outcome.stderr));
    }
}
