//! Where settings come from: the file and the environment, read once, and what the editor says, as it says it.

use std::io;
use std::path::{Path, PathBuf};
use std::{env, fs};

use etcetera::{BaseStrategy, choose_base_strategy};
use serde_json::{Value, json};

use super::{Layer, Loaded, Origin, Problem, load};

/// The environment variables that set something, and what.
const VARIABLES: [(&str, &str); 2] = [("CODESTRAL_URL", "endpoint.url"), ("CODESTRAL_MODEL", "endpoint.model")];

/// What reading the settings needs of the system.
pub struct Reader<'a> {
    /// The bytes of a file.
    pub file: &'a dyn Fn(&Path) -> io::Result<Vec<u8>>,
    /// An environment variable's value.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The user's configuration directory.
    pub config_dir: Option<PathBuf>,
    /// The user's home directory.
    pub home: Option<PathBuf>,
}

impl Reader<'_> {
    /// The system's own.
    pub fn system() -> Self {
        let directories = choose_base_strategy().ok();
        Reader {
            file: &|path| fs::read(path),
            variable: &|name| env::var(name).ok(),
            config_dir: directories.as_ref().map(BaseStrategy::config_dir),
            home: directories.map(|directories| directories.home_dir().to_owned()),
        }
    }
}

/// All that was said so far. Reading touches the system, loading does not.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The file and the environment.
    system: Vec<Layer>,
    /// What was wrong with the file as a whole.
    problems: Vec<Problem>,
    editor: Option<Layer>,
    home: Option<PathBuf>,
}

impl Sources {
    /// Reads the environment and the settings file: `chosen`, or `codestral-ls/config.toml` in the configuration
    /// directory, which need not exist.
    pub fn read(chosen: Option<&Path>, reader: &Reader<'_>) -> Sources {
        let mut sources = Sources { system: Vec::new(), problems: Vec::new(), editor: None, home: reader.home.clone() };
        let usual = || reader.config_dir.as_ref().map(|dir| dir.join("codestral-ls").join("config.toml"));
        if let Some(path) = chosen.map(Path::to_owned).or_else(usual) {
            let origin = Origin::File(path.clone());
            match (reader.file)(&path) {
                Ok(bytes) => match parse(&bytes) {
                    Ok(values) => sources.system.push(Layer::new(origin, values)),
                    Err(message) => sources.refuse_file(origin, message),
                },
                Err(error) if error.kind() == io::ErrorKind::NotFound && chosen.is_none() => {}
                Err(error) => sources.refuse_file(origin, format!("cannot be read, {error}")),
            }
        }
        for (name, key) in VARIABLES {
            let Some(value) = (reader.variable)(name).filter(|value| !value.is_empty()) else { continue };
            sources.system.push(Layer::new(Origin::Environment(name), json!({ key: value })));
        }
        sources
    }

    /// Takes what the editor sent, as it was sent, in the place of all it sent before. `null` says nothing: then this
    /// returns false, and a client that can be asked (`workspace/configuration`) wants to be.
    pub fn set_editor(&mut self, sent: Value) -> bool {
        if sent.is_null() {
            return false;
        }
        self.editor = Some(Layer::editor(sent));
        true
    }

    /// The settings file, if one was read.
    pub fn file(&self) -> Option<&Path> {
        self.system.iter().find_map(|layer| match &layer.origin {
            Origin::File(path) => Some(path.as_path()),
            _ => None,
        })
    }

    /// The settings as they hold now.
    pub fn load(&self) -> Loaded {
        let layers: Vec<Layer> = self.system.iter().chain(&self.editor).cloned().collect();
        let mut loaded = load(&layers, self.home.as_deref());
        loaded.problems.splice(0..0, self.problems.iter().cloned());
        loaded
    }

    fn refuse_file(&mut self, origin: Origin, message: String) {
        let message = format!("{message}; the file is ignored");
        self.problems.push(Problem { key: String::new(), origin, message, may_redirect: false });
    }
}

/// The tree in a TOML file, or one sentence on where it is broken. The sentence quotes nothing of the file, which may
/// hold a key that should not be there.
pub fn parse(bytes: &[u8]) -> Result<Value, String> {
    let text = match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
            return Err(format!("line {line}: not UTF-8 text"));
        }
    };
    // Some editors on Windows write a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.split('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("line {line}, column {column}: {}", error.message().replace('\n', ", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: io::Result<&[u8]>, chosen: Option<&str>) -> Sources {
        let file = file.map(<[u8]>::to_vec);
        let reader = Reader {
            file: &|_| file.as_ref().map(Clone::clone).map_err(|error| io::Error::new(error.kind(), error.to_string())),
            variable: &|name| (name == "CODESTRAL_URL").then(|| "https://env.example".to_owned()),
            config_dir: Some(PathBuf::from("/conf")),
            home: Some(PathBuf::from("/home/me")),
        };
        Sources::read(chosen.map(Path::new), &reader)
    }

    #[track_caller]
    fn check(file: io::Result<&[u8]>, chosen: Option<&str>, problems: &[&str]) {
        let loaded = read(file, chosen).load();
        let found: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
        assert_eq!(found, problems);
        assert_eq!(
            loaded.settings.endpoint.url.as_deref(),
            Some("https://env.example"),
            "the environment still counts"
        );
    }

    #[test]
    fn a_broken_or_unreadable_file_is_told_and_ignored() {
        let file = Path::new("/conf").join("codestral-ls").join("config.toml");
        let file = file.display();
        let loaded = read(Ok(b"[endpoint]\n  apiKeyFile = sk-secret\n"), None).load();
        let told = loaded.problems[0].to_string();
        let expected = format!("settings (in {file}): line 2, column ");
        assert!(told.starts_with(&expected), "{told}");
        assert!(told.ends_with("; the file is ignored") && !told.contains("secret") && !told.contains('\n'), "{told}");

        check(
            Ok(b"a = 1\n\xff"),
            None,
            &[&format!("settings (in {file}): line 2: not UTF-8 text; the file is ignored")],
        );
        check(
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "permission denied")),
            None,
            &[&format!("settings (in {file}): cannot be read, permission denied; the file is ignored")],
        );
    }

    #[test]
    fn a_missing_file_is_a_problem_only_when_it_was_chosen() {
        let missing = || Err(io::Error::new(io::ErrorKind::NotFound, "no such file"));
        check(missing(), None, &[]);
        check(
            missing(),
            Some("my.toml"),
            &["settings (in my.toml): cannot be read, no such file; the file is ignored"],
        );
    }

    #[test]
    fn a_byte_order_mark_is_no_mistake() {
        check(Ok("\u{feff}log.level = \"debug\"\n".as_bytes()), None, &[]);
    }

    #[test]
    fn the_environment_is_above_the_file_and_below_the_editor() {
        let mut sources = read(Ok(b"endpoint.url = 'https://file.example'\nendpoint.model = 'm'"), None);
        let url = |sources: &Sources| sources.load().settings.endpoint.url.unwrap_or_default();
        assert_eq!(url(&sources), "https://env.example");
        assert_eq!(sources.load().settings.endpoint.model, "m");
        assert!(sources.set_editor(json!({ "endpoint": { "url": "https://editor.example" } })));
        assert_eq!(url(&sources), "https://editor.example");
        assert_eq!(sources.load().origins["endpoint.url"], Origin::Editor);
    }

    #[test]
    fn each_word_of_the_editor_replaces_the_one_before_and_null_changes_nothing() {
        let mut sources = read(Ok(b""), None);
        assert!(sources.set_editor(json!({ "completion": { "maxTokens": 9, "stop": ["x"] } })));
        assert!(!sources.set_editor(Value::Null));
        assert_eq!(sources.load().settings.completion.max_tokens, 9);
        assert!(sources.set_editor(json!({ "codestral": { "completion": { "maxTokens": 10 } } })));
        let completion = sources.load().settings.completion;
        assert_eq!((completion.max_tokens, completion.stop.len()), (10, 0));
    }
}
