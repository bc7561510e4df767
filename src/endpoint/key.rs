//! The API key: where it is looked for, and what it may look like.

mod command;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::masking::own_keys;
use crate::system_error::reason;

/// The variables of the endpoint's key, in the order they are looked at. A Mistral key is for Mistral's hosts: whoever
/// names another one would hand it to strangers.
pub fn variables(is_mistral: bool) -> &'static [&'static str] {
    if is_mistral { &["CODESTRAL_API_KEY", MISTRAL] } else { &["CODESTRAL_API_KEY"] }
}

/// The variables of a fallback's key: `CODESTRAL_API_KEY` is for the one host of `endpoint.url`.
pub fn variables_of_fallback(is_mistral: bool) -> &'static [&'static str] {
    if is_mistral { &[MISTRAL] } else { &[] }
}

/// The variable that other programs for Mistral read, too.
pub const MISTRAL: &str = "MISTRAL_API_KEY";

/// How long the key command may take: enough for a password store that asks an agent, too short for one that nobody
/// answers.
const COMMAND_LIMIT: Duration = Duration::from_secs(10);

/// The most that is read of a file or a command's output, in bytes. A key has fewer than 200.
const LONGEST: u64 = 16 << 10;

/// A key and where it is from.
#[derive(Debug, Clone)]
pub struct Key {
    /// The key itself; `Debug` does not show it.
    pub secret: SecretString,
    /// Where it is from, for a person: `env CODESTRAL_API_KEY`, `file /home/me/key`, `command pass`.
    pub source: String,
    /// What the person should mend although it works.
    pub warning: Option<String>,
}

/// Why a source that the user named gives no key. One sentence that says what to do; none shows any of the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("the key file {path} cannot be read ({reason}); check {setting}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
        /// The setting that names it.
        setting: String,
    },
    /// The command cannot be started.
    #[error("the key command {program} cannot be started ({reason}); check {setting}, a list of program and arguments")]
    CommandStart {
        /// The program.
        program: String,
        /// What the system said.
        reason: String,
        /// The setting that names it.
        setting: String,
    },
    /// The command ended with an error.
    #[error("the key command {program} failed ({status}); run it in a terminal to see why")]
    CommandFailed {
        /// The program.
        program: String,
        /// Its exit code or signal, in words.
        status: String,
    },
    /// The command took too long.
    #[error("the key command {program} did not finish within {} s; run it in a terminal to see what it waits for", limit.as_secs_f32())]
    CommandSlow {
        /// The program.
        program: String,
        /// How long it had.
        limit: Duration,
    },
    /// There is nothing where a key should be.
    #[error("the {origin} holds no key; put the key there, alone on one line")]
    Empty {
        /// The source.
        origin: String,
    },
    /// It is not what a key looks like.
    #[error("the key from {origin} holds {what}; give the key alone, on one line")]
    Malformed {
        /// The source.
        origin: String,
        /// What a key never holds.
        what: &'static str,
    },
}

/// Where one key is looked for, in this order: what the settings name is meant for this endpoint, a variable may be
/// meant for another.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// A file that holds the key alone.
    pub file: Option<&'a Path>,
    /// A program and its arguments; no shell is involved. Empty: none.
    pub command: &'a [String],
    /// Environment variables.
    pub variables: &'a [&'a str],
    /// The settings that name the first two, for messages.
    pub settings: [&'a str; 2],
    /// Whether it is any header's value, which may hold blanks, and not a key.
    pub is_header: bool,
}

/// Looks for the key. Empty variables count as not set. `None`: no source is named or set.
///
/// May read a file and wait up to 10 s for the command, so call it where blocking is fine, and keep what it gives: the
/// command should run once.
/// A key that is found may stand in no text from then on.
pub fn find(env: impl Fn(&str) -> Option<String>, places: &Places<'_>) -> Result<Option<Key>, KeyError> {
    let found = look_for(env, places);
    if let Ok(Some(key)) = &found {
        own_keys::add(key.secret.expose_secret());
    }
    found
}

fn look_for(env: impl Fn(&str) -> Option<String>, places: &Places<'_>) -> Result<Option<Key>, KeyError> {
    if let Some(path) = places.file {
        return from_file(path, places).map(Some);
    }
    if !places.command.is_empty() {
        return command::run(places, COMMAND_LIMIT).map(Some);
    }
    for name in places.variables {
        if let Some(text) = env(name).filter(|text| !text.trim().is_empty()) {
            return checked(&text, format!("env {name}"), None, places).map(Some);
        }
    }
    Ok(None)
}

fn from_file(path: &Path, places: &Places<'_>) -> Result<Key, KeyError> {
    let setting = places.settings[0];
    let failed = |error: io::Error| KeyError::File {
        path: path.to_owned(),
        reason: reason(&error),
        setting: setting.to_owned(),
    };
    let mut file = File::open(path).map_err(failed)?;
    let warning = readable_by_others(&file)
        .then(|| format!("the key file {} can be read by other users; run chmod 600 on it", path.display()));
    let mut text = String::new();
    Read::by_ref(&mut file).take(LONGEST).read_to_string(&mut text).map_err(failed)?;
    checked(&text, format!("file {}", path.display()), warning, places)
}

#[cfg(unix)]
fn readable_by_others(file: &File) -> bool {
    use std::os::unix::fs::PermissionsExt;
    const GROUP_OR_OTHERS_READ: u32 = 0o044;
    file.metadata().is_ok_and(|it| it.permissions().mode() & GROUP_OR_OTHERS_READ != 0)
}

#[cfg(not(unix))]
fn readable_by_others(_: &File) -> bool {
    false
}

/// The key in what people write down: with a byte order mark, in quotes, as a line of an environment file.
fn bare(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim();
    let is_name = |name: &str| {
        let name = name.trim().trim_start_matches("export ").trim_start();
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    // Padding at the end of a key is no value.
    let is_line =
        |name: &str, value: &str| is_name(name) && (name.contains('_') || !value.trim_matches('=').is_empty());
    let line = text.split_once('=').filter(|(name, value)| is_line(name, value));
    let text = line.map_or(text, |(_, value)| value.trim());
    let quoted = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    quoted('"').or_else(|| quoted('\'')).unwrap_or(text).trim()
}

/// A key goes into an HTTP header, so it is printable ASCII; a blank inside comes from `Bearer ...` or from a sentence.
fn checked(text: &str, origin: String, warning: Option<String>, places: &Places<'_>) -> Result<Key, KeyError> {
    let text = bare(text);
    if text.is_empty() {
        return Err(KeyError::Empty { origin });
    }
    let what = text.chars().find_map(|char| match char {
        '\n' | '\r' => Some("more than one line"),
        char if char.is_control() => Some("a control character"),
        char if char.is_whitespace() && !places.is_header => Some("a blank"),
        char if !char.is_ascii() => Some("a character that is not ASCII"),
        _ => None,
    });
    match what {
        Some(what) => Err(KeyError::Malformed { origin, what }),
        None => Ok(Key { secret: SecretString::from(text), source: origin, warning }),
    }
}

/// A header's value as a secret is sent: never shown by `Debug` nor kept in HTTP/2's header table. `None` if it cannot be
/// one.
pub(super) fn header(value: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(value.expose_secret()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// `Bearer KEY`, never shown by `Debug` nor kept in HTTP/2's header table. `None` if it cannot be a header.
pub(super) fn bearer(key: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const ENDPOINT: [&str; 2] = ["endpoint.apiKeyFile", "endpoint.apiKeyCommand"];

    fn places<'a>(
        variables: &'a [&'a str],
        file: Option<&'a Path>,
        command: &'a [String],
        settings: [&'a str; 2],
    ) -> Places<'a> {
        Places { variables, file, command, settings, is_header: false }
    }

    const NO_ENV: fn(&str) -> Option<String> = |_| None;

    fn find(
        env: impl Fn(&str) -> Option<String>,
        file: Option<&Path>,
        command: &[String],
    ) -> Result<Option<Key>, KeyError> {
        super::find(env, &places(variables(true), file, command, ENDPOINT))
    }

    #[track_caller]
    fn check(found: Result<Option<Key>, KeyError>, secret: &str, source: &str) {
        let key = found.unwrap().unwrap();
        assert_eq!(key.secret.expose_secret(), secret);
        assert_eq!(key.source, source);
        assert!(!format!("{key:?}").contains(secret));
    }

    #[track_caller]
    fn check_refused(found: Result<Option<Key>, KeyError>, part: &str) {
        let error = found.unwrap_err();
        assert!(error.to_string().contains(part), "{error} lacks {part:?}");
        assert!(!format!("{error} {error:?}").contains("sk-"), "{error:?}");
    }

    fn words(command: &[&str]) -> Vec<String> {
        command.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn the_sources_are_tried_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        fs::write(&path, "sk-file\r\n").unwrap();
        let both = |name: &str| Some(if name == "CODESTRAL_API_KEY" { " sk-one\n" } else { "sk-two" }.to_owned());
        let second = |name: &str| Some(if name == "CODESTRAL_API_KEY" { "" } else { "sk-two" }.to_owned());
        let command = words(&["no-such-program"]);
        check(find(both, Some(&path), &command), "sk-file", &format!("file {}", path.display()));
        check_refused(find(both, None, &command), "no-such-program");
        check(find(both, None, &[]), "sk-one", "env CODESTRAL_API_KEY");
        check(find(second, None, &[]), "sk-two", "env MISTRAL_API_KEY");
        assert!(find(NO_ENV, None, &[]).unwrap().is_none());
    }

    #[test]
    fn a_mistral_key_is_for_mistrals_hosts() {
        let mistral = |name: &str| (name == MISTRAL).then(|| "sk-mistral".to_owned());
        let places = |is_mistral| places(variables(is_mistral), None, &[], ENDPOINT);
        check(super::find(mistral, &places(true)), "sk-mistral", "env MISTRAL_API_KEY");
        assert!(super::find(mistral, &places(false)).unwrap().is_none());
    }

    #[test]
    fn a_key_is_read_as_people_write_it_down() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        for text in [
            "sk-file",
            "\u{feff}sk-file\r\n",
            "\"sk-file\"\n",
            "'sk-file'",
            "MISTRAL_API_KEY=sk-file\n",
            "export CODESTRAL_API_KEY=\"sk-file\"\r\n",
            "KEY = 'sk-file'",
        ] {
            fs::write(&path, text).unwrap();
            check(find(NO_ENV, Some(&path), &[]), "sk-file", &format!("file {}", path.display()));
        }
        for padded in ["abc-DEF=", "ABCDEF=="] {
            fs::write(&path, padded).unwrap();
            check(find(NO_ENV, Some(&path), &[]), padded, &format!("file {}", path.display()));
        }
        fs::write(&path, "MISTRAL_API_KEY=").unwrap();
        check_refused(find(NO_ENV, Some(&path), &[]), "holds no key");
    }

    #[test]
    fn chat_looks_in_its_own_places_alone_and_names_them() {
        let of_chat = ["chat.apiKeyFile", "chat.apiKeyCommand"];
        let chat = |file, command| places(&["CODESTRAL_CHAT_API_KEY"], file, command, of_chat);
        let other = |name: &str| (name != "CODESTRAL_CHAT_API_KEY").then(|| "sk-endpoint".to_owned());
        assert!(super::find(other, &chat(None, &[])).unwrap().is_none());
        let all = |name: &str| Some(if name == "CODESTRAL_CHAT_API_KEY" { "sk-chat" } else { "sk-x" }.to_owned());
        check(super::find(all, &chat(None, &[])), "sk-chat", "env CODESTRAL_CHAT_API_KEY");
        check_refused(super::find(other, &chat(Some(Path::new("no/such/key")), &[])), "chat.apiKeyFile");
        check_refused(super::find(other, &chat(None, &words(&["no-such-program"]))), "chat.apiKeyCommand");
    }

    #[test]
    fn a_headers_value_may_hold_blanks() {
        let header = Places { is_header: true, ..places(&["H"], None, &[], ENDPOINT) };
        check(super::find(|_| Some("Basic abc=\n".to_owned()), &header), "Basic abc=", "env H");
        check_refused(super::find(|_| Some("sk-a\nsk-b".to_owned()), &header), "more than one line");
        assert!(super::header(&SecretString::from("Basic abc")).unwrap().is_sensitive());
    }

    #[test]
    fn a_text_that_is_no_key_is_refused() {
        let env = |text: &'static str| move |_: &str| Some(text.to_owned());
        check_refused(find(env("sk-a\nsk-b"), None, &[]), "more than one line");
        check_refused(find(env("sk-a\u{7}"), None, &[]), "a control character");
        check_refused(find(env("Bearer sk-a"), None, &[]), "a blank");
        check_refused(find(env("sk-é"), None, &[]), "not ASCII");
    }

    #[test]
    fn the_header_is_marked_as_secret() {
        let header = bearer(&SecretString::from("sk-x")).unwrap();
        assert!(header.is_sensitive());
        assert_eq!(header, "Bearer sk-x");
        assert_eq!(bearer(&SecretString::from("sk-\n")), None);
    }

    #[test]
    fn a_bad_key_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        check_refused(find(NO_ENV, Some(&dir.path().join("none")), &[]), "endpoint.apiKeyFile");
        check_refused(find(NO_ENV, Some(dir.path()), &[]), "cannot be read");
        let empty = dir.path().join("empty");
        fs::write(&empty, " \n").unwrap();
        check_refused(find(NO_ENV, Some(&empty), &[]), "holds no key");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_can_read_gives_a_warning() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        fs::write(&path, "sk-file").unwrap();
        for (mode, warns) in [(0o644, true), (0o640, true), (0o600, false), (0o400, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let warning = find(NO_ENV, Some(&path), &[]).unwrap().unwrap().warning;
            assert_eq!(warning.is_some_and(|text| text.contains("chmod 600")), warns, "{mode:o}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_command_gives_its_first_line() {
        let command = words(&["sh", "-c", "echo '  sk-command '; echo second; echo sk-noise >&2"]);
        check(find(NO_ENV, None, &command), "sk-command", "command sh");
        check(find(NO_ENV, None, &words(&["printf", "%s", "sk-$HOME;x"])), "sk-$HOME;x", "command printf");
    }

    #[cfg(unix)]
    #[test]
    fn a_command_that_gives_no_key_is_named() {
        check_refused(find(NO_ENV, None, &words(&["no-such-program"])), "no-such-program cannot be started");
        check_refused(find(NO_ENV, None, &words(&["sh", "-c", "echo sk-x; exit 3"])), "sh failed (exit status: 3)");
        check_refused(find(NO_ENV, None, &words(&["true"])), "command true holds no key");
        let slow = |script| {
            command::run(&places(&[], None, &words(&["sh", "-c", script]), ENDPOINT), Duration::from_millis(100))
                .map(Some)
        };
        check_refused(slow("exec sleep 20"), "did not finish within 0.1 s");
        check_refused(slow("exec >&-; exec sleep 20"), "did not finish within 0.1 s");
    }
}
