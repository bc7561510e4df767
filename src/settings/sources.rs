//! Where settings come from: the file, read again when it changes, the environment, and what the editor says, as it says
//! it.

use std::io;
use std::path::{Path, PathBuf};
use std::{env, fs};

use etcetera::{BaseStrategy, choose_base_strategy};
use serde_json::{Value, json};

use super::{Layer, Loaded, Origin, Problem, load};
use crate::system_error::reason;

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
    file: Option<SettingsFile>,
    environment: Vec<Layer>,
    editor: Option<Layer>,
    home: Option<PathBuf>,
}

/// The settings file as it was read last.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsFile {
    path: PathBuf,
    /// Whether it is the usual one, which need not exist.
    is_usual: bool,
    /// What it holds, or why it cannot be read.
    content: Result<Vec<u8>, io::ErrorKind>,
    layer: Option<Layer>,
    /// What is wrong with it as a whole.
    problem: Option<Problem>,
}

impl SettingsFile {
    /// Reads it.
    pub fn read(path: PathBuf, is_usual: bool, reader: &Reader<'_>) -> Self {
        let content = (reader.file)(&path);
        let mut file = Self { path, is_usual, content: Ok(Vec::new()), layer: None, problem: None };
        match &content {
            Ok(bytes) => match parse(bytes) {
                Ok(values) => file.layer = Some(Layer::new(file.origin(), values)),
                Err(message) => file.refuse(&format!("{message}; the file is ignored")),
            },
            Err(error) if is_missing(error) && is_usual => {}
            Err(error) => file.refuse(&format!("cannot be read, {}; the file is ignored", reason(error))),
        }
        file.content = content.map_err(|error| error.kind());
        file
    }

    /// The file as it is now, if it changed. While it is broken nothing is sent, as with one that was so from the start.
    pub fn read_again(&self, reader: &Reader<'_>) -> Option<Self> {
        let now = Self::read(self.path.clone(), self.is_usual, reader);
        (now.content != self.content).then_some(now)
    }

    fn refuse(&mut self, message: &str) {
        let origin = self.origin();
        self.problem = Some(Problem { key: String::new(), origin, message: message.to_owned(), may_redirect: false });
    }

    fn origin(&self) -> Origin {
        Origin::File(self.path.clone())
    }
}

impl Sources {
    /// Reads the environment and the settings file: `chosen`, or `codestral-ls/config.toml` in the configuration
    /// directory, which need not exist.
    pub fn read(chosen: Option<&Path>, reader: &Reader<'_>) -> Sources {
        let usual = || reader.config_dir.as_ref().map(|dir| dir.join("codestral-ls").join("config.toml"));
        let path = chosen.map(Path::to_owned).or_else(usual);
        let file = path.map(|path| SettingsFile::read(path, chosen.is_none(), reader));
        let mut sources = Sources { file, environment: Vec::new(), editor: None, home: reader.home.clone() };
        for (name, key) in VARIABLES {
            let Some(value) = (reader.variable)(name).filter(|value| !value.is_empty()) else { continue };
            sources.environment.push(Layer::new(Origin::Environment(name), json!({ key: value })));
        }
        sources
    }

    /// The settings file as it was read last, whether or not it exists. `None`: there is no place for one.
    pub fn settings_file(&self) -> Option<&SettingsFile> {
        self.file.as_ref()
    }

    /// Takes what the settings file says now in the place of what it said before.
    pub fn set_file(&mut self, file: SettingsFile) {
        self.file = Some(file);
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
        self.file.as_ref().filter(|file| file.layer.is_some()).map(|file| file.path.as_path())
    }

    /// The settings as they hold now.
    pub fn load(&self) -> Loaded {
        let file = self.file.as_ref();
        let of_file = file.and_then(|file| file.layer.as_ref());
        let layers: Vec<Layer> = of_file.into_iter().chain(&self.environment).chain(&self.editor).cloned().collect();
        let mut loaded = load(&layers, self.home.as_deref());
        loaded.problems.splice(0..0, file.and_then(|file| file.problem.clone()));
        loaded
    }
}

/// Whether there is no such file. A home that is no directory, as services have it (`/dev/null`), holds none either.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
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
        check(Err(io::ErrorKind::NotADirectory.into()), None, &[]);
        check(
            missing(),
            Some("my.toml"),
            &["settings (in my.toml): cannot be read, no such file; the file is ignored"],
        );
    }

    /// The model that holds after the file held each of these, and what is told then.
    #[track_caller]
    fn check_again(contents: &[Option<&str>], model: &str, told: &str) {
        let content = std::cell::RefCell::new(contents[0]);
        let file =
            |_: &Path| content.borrow().map(|text| text.as_bytes().to_vec()).ok_or(io::ErrorKind::NotFound.into());
        let reader = Reader { file: &file, variable: &|_| None, config_dir: Some(PathBuf::from("/conf")), home: None };
        let mut sources = Sources::read(None, &reader);
        for now in &contents[1..] {
            let is_changed = *content.borrow() != *now;
            *content.borrow_mut() = *now;
            let changed = sources.settings_file().unwrap().read_again(&reader);
            assert_eq!(changed.is_some(), is_changed);
            changed.into_iter().for_each(|file| sources.set_file(file));
        }
        let loaded = sources.load();
        assert_eq!(loaded.settings.endpoint.model, model);
        let problems: Vec<_> = loaded.problems.iter().map(ToString::to_string).collect();
        assert!(problems.concat().contains(told) && problems.is_empty() == told.is_empty(), "{problems:?}");
    }

    #[test]
    fn a_changed_file_counts_and_a_broken_one_does_not() {
        let (one, two) = (Some("endpoint.model = 'one'"), Some("endpoint.model = 'two'"));
        check_again(&[one, one], "one", "");
        check_again(&[one, two], "two", "");
        check_again(&[None, one], "one", "");
        check_again(&[one, None], "codestral-latest", "");
        check_again(&[one, Some("endpoint.mod")], "codestral-latest", "the file is ignored");
        check_again(&[one, Some("endpoint.mod"), two], "two", "");
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
