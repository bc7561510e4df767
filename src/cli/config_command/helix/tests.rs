//! The block for each situation a user may be in.

use super::*;

const PATH: &str = "/home/me/.config/helix/languages.toml";

fn situation(text: &str, ask: fn(&str) -> Told) -> Situation {
    Situation::new(PATH.into(), text.to_owned(), PROGRAM.to_owned(), ask).unwrap()
}

fn no_helix(_: &str) -> Told {
    Told::Nothing
}

fn block(text: &str, languages: &[&str], ask: fn(&str) -> Told) -> Result<String, String> {
    let situation = situation(text, ask);
    let names: Vec<String> = languages.iter().map(|&name| name.to_owned()).collect();
    let languages = situation.asked(&names).map_err(|error| error.to_string())?;
    Ok(situation.block(&languages))
}

/// What Helix has after the block is added at the end of the user's file: it merges tables of one name in order.
#[track_caller]
fn check(text: &str, languages: &[&str], ask: fn(&str) -> Told, expected: &[(&str, &str)]) {
    let block = block(text, languages, ask).unwrap();
    let whole: Value = toml::from_str(&format!("{text}\n{block}")).unwrap_or_else(|error| panic!("{error}\n{block}"));
    assert_eq!(whole["language-server"]["codestral"]["command"], PROGRAM, "{block}");
    for (language, servers) in expected {
        let tables = whole["language"].as_array().unwrap().iter().filter(|table| table["name"] == *language);
        let last = tables.filter_map(|table| table["language-servers"].as_array()).next_back().unwrap();
        assert_eq!(super::toml(&Value::Array(last.clone())), *servers, "{block}");
    }
}

#[track_caller]
fn check_refused(language: &str, ask: fn(&str) -> Told, expected: &str) {
    assert_eq!(block("", &[language], ask), Err(expected.to_owned()));
}

#[test]
fn the_servers_helix_has_for_a_language_are_kept() {
    check(
        "",
        &["rust", "python", "make"],
        no_helix,
        &[
            ("rust", r#"["rust-analyzer", "codestral"]"#),
            ("python", r#"["ty", "ruff", "jedi", "pylsp", "zuban", "codestral"]"#),
            ("make", r#"["codestral"]"#),
        ],
    );
}

#[test]
fn an_installed_helix_knows_better_than_the_table() {
    fn ask(_: &str) -> Told {
        Told::Servers(vec!["one".into(), "two".into()])
    }
    check(
        "",
        &["rust", "new"],
        ask,
        &[("rust", r#"["one", "two", "codestral"]"#), ("new", r#"["one", "two", "codestral"]"#)],
    );
}

#[test]
fn what_the_user_set_is_kept_as_it_stands() {
    let text = "[[language]]\nname = \"rust\"\nauto-format = true\n\
                language-servers = [\"mine\", { name = \"other\", except-features = [\"format\"] }]\n";
    let expected = r#"["mine", { except-features = ["format"], name = "other" }, "codestral"]"#;
    check(text, &["rust"], no_helix, &[("rust", expected)]);
    assert!(block(text, &["rust"], no_helix).unwrap().starts_with("# Add this at the end of /home/me/"));
}

#[test]
fn a_language_of_the_users_own_may_have_no_server_yet() {
    check("[[language]]\nname = \"mine\"\nscope = \"x\"\n", &["mine"], no_helix, &[("mine", r#"["codestral"]"#)]);
}

#[test]
fn nothing_is_printed_twice() {
    let first = block("", &["rust", "rust", "go"], no_helix).unwrap();
    assert_eq!(first.matches("name = \"rust\"").count(), 1);
    let again = block(&first, &["rust", "go"], no_helix).unwrap();
    assert!(
        again.starts_with("# Nothing is left to add") && again.lines().all(|line| line.starts_with('#')),
        "{again}"
    );
    assert!(again.contains("already: rust, go."), "{again}");
    check(&first, &["rust", "lua"], no_helix, &[("lua", r#"["lua-language-server", "codestral"]"#)]);
}

#[test]
fn a_file_that_cannot_be_added_to_is_told_of() {
    let text = "language = [{ name = \"rust\" }]\n";
    let block = block(text, &["rust"], no_helix).unwrap();
    assert!(block.starts_with("# Work this into") && block.contains(r#"["rust-analyzer", "codestral"]"#), "{block}");
}

#[test]
fn a_broken_file_is_named() {
    let error = Situation::new(PATH.into(), "a = [".to_owned(), String::new(), no_helix).err().unwrap().to_string();
    assert!(error.starts_with(&format!("{PATH}: line 1, column")) && error.ends_with("; mend it first"), "{error}");
}

#[test]
fn an_unknown_language_is_refused_with_the_nearest() {
    check_refused(
        "rusty",
        no_helix,
        "Helix has no language \"rusty\" that we know of; copy the block of another, or install Helix so that it can be asked (known here: Helix 25.07)",
    );
    check_refused("shellscript", no_helix, "Helix has no language \"shellscript\" that we know of; it calls that bash");
    check_refused(
        "rusty",
        |_| Told::Unknown("rust, ruby".into()),
        "Helix has no language \"rusty\" that we know of; did you mean one of rust, ruby?",
    );
}

#[test]
fn the_languages_of_the_files_here_come_first() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.rs", "b.rs", "x.sh", "photo.jpg", "notes"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let situation = situation("[[language]]\nname = \"go\"\n", no_helix);
    let found = situation.found(folder.path()).unwrap();
    assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["rust", "bash", "go"]);
}

#[test]
fn where_no_file_tells_a_language_one_must_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = situation("", no_helix).found(folder.path()).unwrap_err().to_string();
    assert!(error.ends_with("as in codestral-ls config --helix rust python"), "{error}");
}

#[test]
fn the_health_of_a_language_names_its_servers() {
    let told = |health: &str| super::told(&strip_str(health).to_string());
    let some = "Configured language servers:\n  \u{1b}[0;31m✘\u{1b}[m ty: \u{1b}[0;31m'ty' not found in $PATH\u{1b}[m\n  ✓ pylsp: /usr/bin/pylsp\nConfigured debug adapter: None\n";
    assert_eq!(told(some), Told::Servers(vec!["ty".into(), "pylsp".into()]));
    assert_eq!(
        told("Configured language servers:\u{1b}[0;33m None\u{1b}[m\nConfigured debug adapter: None\n"),
        Told::Servers(vec![])
    );
    let unknown =
        "\u{1b}[0;31mLanguage 'rusty' not found\u{1b}[m\nDid you mean one of these: \u{1b}[0;33mrust, ruby\u{1b}[m ?\n";
    assert_eq!(told(unknown), Told::Unknown("rust, ruby".into()));
    assert_eq!(told("Language 'rusty' not found\n"), Told::Unknown(String::new()));
    // An older Helix told where a server is, not its name.
    assert_eq!(
        told("Configured language servers:\n  ✓ /usr/bin/pylsp\nConfigured debug adapter: None\n"),
        Told::Nothing
    );
    assert_eq!(told("hx: the hexadecimal editor\n"), Told::Nothing);
}

#[test]
fn the_table_names_no_language_twice() {
    let mut names: Vec<&str> = rows().filter_map(|(row, _)| row.split('=').next()).collect();
    assert!(names.len() > 60);
    assert!(names.is_sorted());
    names.dedup();
    assert_eq!(names.len(), rows().count());
}
