//! The block that `codestral-ls config --helix` prints, and that the pages about it are true.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use toml::Table;

use crate::editor::{at_home, program};
use crate::process::command;

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The command `config --helix` with `PATH` set to one folder.
fn config_helix(home: &Path, path: &Path, languages: &[&str]) -> Command {
    let mut config = command(home);
    config.env("PATH", path).args(["config", "--helix"]).args(languages);
    config
}

#[track_caller]
fn printed(mut config: Command) -> String {
    let output = config.output().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it writes UTF-8")
}

#[test]
fn the_file_beside_the_page_is_what_is_printed() {
    let home = TempDir::new().expect("a temporary directory");
    let printed = printed(config_helix(home.path(), home.path(), &["rust", "python", "typescript", "go"]));
    let mut printed: Table = toml::from_str(&printed).expect("TOML");
    let server = printed["language-server"]["codestral"].as_table_mut().expect("a table");
    // Nothing is on the `PATH` here, so it names its whole path.
    let command = server.insert("command".into(), "codestral-ls".into()).expect("a command");
    assert_eq!(command.as_str(), Some(env!("CARGO_BIN_EXE_codestral-ls")));
    let file: Table = toml::from_str(&page("editors/helix/languages.toml")).expect("TOML");
    assert_eq!(file, printed);
}

#[test]
fn each_block_of_the_page_is_toml() {
    let page = page("editors/helix/README.md");
    let blocks: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 3);
    for block in blocks {
        toml::from_str::<Table>(block).unwrap_or_else(|error| panic!("{error}\n{block}"));
    }
}

#[test]
fn helix_takes_the_block_for_every_language_we_know() {
    let Some(helix) = program() else { return };
    let home = TempDir::new().expect("a temporary directory");
    let folder = helix.parent().expect("a file is in a folder");
    let languages = page("src/cli/config_command/helix_servers.txt");
    let languages: Vec<&str> = languages.lines().filter_map(|line| line.split([' ', '=']).next()).collect();
    let block = printed(config_helix(home.path(), folder, &languages));
    fs::create_dir_all(home.path().join("config/helix")).expect("the home is writable");
    fs::write(home.path().join("config/helix/languages.toml"), block).expect("the home is writable");
    for (language, others) in [("rust", vec!["rust-analyzer"]), ("make", vec![])] {
        let health = at_home(&helix, home.path()).args(["--health", language]).output().expect("Helix runs");
        let health = String::from_utf8_lossy(&health.stdout).into_owned();
        for server in others.into_iter().chain(["codestral"]) {
            assert!(health.contains(&format!(" {server}: ")), "{health}");
        }
    }
    // The second time there is nothing to add, even though Helix now names our server, too.
    let again = printed(config_helix(home.path(), folder, &languages));
    assert!(again.lines().all(|line| line.starts_with('#')), "{again}");
}

#[test]
fn a_language_that_helix_does_not_have_is_refused() {
    let home = TempDir::new().expect("a temporary directory");
    let outcome = config_helix(home.path(), home.path(), &["rusty"]).output().expect("the binary runs");
    let stderr = String::from_utf8(outcome.stderr).expect("it writes UTF-8");
    assert_eq!((outcome.status.code(), outcome.stdout.as_slice()), (Some(1), &b""[..]), "{stderr}");
    assert!(stderr.starts_with("Error: Helix has no language \"rusty\"") && stderr.lines().count() == 1, "{stderr}");
}
