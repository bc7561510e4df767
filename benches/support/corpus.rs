//! The texts that benchmarks read: published sources that do not move with this project's own commits.
//!
//! Rust: the `src` folders of the crates that our lock file names for Linux, in these versions; of a crate in several
//! versions the newest alone, for one is nearly a copy of the other. Python: its standard library without its tests.
//! JavaScript: npm's own sources. Where one of the two is not installed, its texts are none.
//!
//! The same versions give the same texts in the same order on every machine; [`fingerprint`] tells whether two runs had
//! the same.
#![allow(dead_code, reason = "each benchmark uses its own part")]

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The system whose dependencies are read, wherever the benchmark runs.
const TARGET: &str = "x86_64-unknown-linux-gnu";
/// Folders of tests and of what others wrote, in Python's library.
const NOT_THE_LIBRARY: [&str; 5] = ["test", "tests", "idle_test", "site-packages", "__pycache__"];

/// Why there is no corpus.
pub type Error = Box<dyn std::error::Error>;

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Rust,
    Python,
    JavaScript,
}

impl Language {
    pub const ALL: [Self; 3] = [Self::Rust, Self::Python, Self::JavaScript];

    /// LSP's language identifier.
    pub fn id(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
            Self::JavaScript => "javascript",
        }
    }

    fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["rs"],
            Self::Python => &["py"],
            Self::JavaScript => &["js", "cjs", "mjs"],
        }
    }
}

/// What a text may be used for: constants are tuned on one half of the packages, figures are reported on the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    Tune,
    Report,
}

/// One source file.
#[derive(Debug, Clone)]
pub struct Text {
    /// The crate, the top module of Python's library or the npm package it belongs to, without a version.
    pub package: String,
    pub language: Language,
    /// Below the folder of all packages, with `/`, such as `serde-1.0.2/src/lib.rs`: the same on every machine.
    pub path: String,
    pub text: String,
}

impl Text {
    /// The half of the text's package. It hangs on the name alone, so that a new version stays in its half.
    pub fn half(&self) -> Half {
        // The lowest bits of this hash would be a sum of the bytes' lowest bits.
        let hash = fnv(FNV_START, self.package.as_bytes());
        if (hash >> 40) & 1 == 0 { Half::Tune } else { Half::Report }
    }
}

/// All texts in `language`, sorted by path.
pub fn read(language: Language) -> Result<Vec<Text>, Error> {
    let mut texts = match language {
        Language::Rust => crates()?,
        Language::Python => python(),
        Language::JavaScript => npm(),
    };
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(texts)
}

/// A number that is the same for two runs only if their texts were.
pub fn fingerprint<'a>(texts: impl IntoIterator<Item = &'a Text>) -> u64 {
    texts.into_iter().fold(FNV_START, |hash, text| fnv(fnv(hash, text.path.as_bytes()), text.text.as_bytes()))
}

/// What [`fnv`] starts with.
pub const FNV_START: u64 = 0xCBF2_9CE4_8422_2325;

/// FNV-1a: the same everywhere and always, unlike the standard library's hashes. Goes on with `hash`.
pub fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

fn crates() -> Result<Vec<Text>, Error> {
    let registry = registry()?;
    let mut texts = Vec::new();
    for (name, version) in locked()? {
        let folder = format!("{name}-{version}");
        let Some(unpacked) = registry.iter().map(|source| source.join(&folder)).find(|path| path.is_dir()) else {
            return Err(format!("{folder} is not unpacked: run `cargo fetch --locked --target {TARGET}`").into());
        };
        let read = files(&unpacked.join("src"), Language::Rust);
        texts.extend(read.into_iter().map(|(path, text)| Text {
            package: name.clone(),
            language: Language::Rust,
            path: format!("{folder}/src/{path}"),
            text,
        }));
    }
    Ok(texts)
}

/// Names and versions of the crates that are built for Linux, of each the newest.
fn locked() -> Result<BTreeMap<String, String>, Error> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut tree = Command::new(cargo);
    tree.current_dir(repository()?).args(["tree", "--workspace", "--locked", "--target", TARGET]);
    tree.args(["--edges", "normal,build,dev", "--prefix", "none", "--format", "{p}"]);
    let output = tree.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let mut newest: BTreeMap<String, String> = BTreeMap::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        // `tokio v1.54.1`; our own stand there with their folder behind it.
        let mut words = line.split(' ');
        let (Some(name), Some(version)) = (words.next(), words.next().and_then(|word| word.strip_prefix('v'))) else {
            continue;
        };
        if line.contains(" (/") || line.contains(":\\") {
            continue;
        }
        let known = newest.entry(name.to_owned()).or_default();
        if numbers(version) > numbers(known) {
            version.clone_into(known);
        }
    }
    Ok(newest)
}

fn numbers(version: &str) -> Vec<u64> {
    version.split(|c: char| !c.is_ascii_digit()).map_while(|part| part.parse().ok()).collect()
}

/// The folder of the lock file: of this package or of the workspace it is in.
fn repository() -> Result<&'static Path, Error> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(package.ancestors().find(|folder| folder.join("Cargo.lock").is_file()).ok_or("no Cargo.lock")?)
}

/// The folders into which Cargo unpacks crates, one for each registry.
fn registry() -> Result<Vec<PathBuf>, Error> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo"))).ok_or("no home folder")?;
    Ok(fs::read_dir(home.join("registry/src"))?.flatten().map(|entry| entry.path()).collect())
}

fn python() -> Vec<Text> {
    let ask = "import sysconfig, platform; print(platform.python_version()); print(sysconfig.get_path('stdlib'))";
    let Some(answer) = said("python3", &["-c", ask]) else { return Vec::new() };
    let Some((version, folder)) = answer.split_once('\n') else { return Vec::new() };
    let files = files(Path::new(folder.trim()), Language::Python);
    let of_library = |path: &str| !path.split('/').any(|part| NOT_THE_LIBRARY.contains(&part));
    let text = |(path, text): (String, String)| Text {
        package: path.split('/').next().unwrap_or_default().trim_end_matches(".py").to_owned(),
        language: Language::Python,
        path: format!("python-{}/{path}", version.trim()),
        text,
    };
    files.into_iter().filter(|(path, _)| of_library(path)).map(text).collect()
}

fn npm() -> Vec<Text> {
    // On Windows npm is a script, which no process can be started from.
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let (Some(root), Some(version)) = (said(npm, &["root", "-g"]), said(npm, &["--version"])) else {
        return Vec::new();
    };
    let text = |(path, text): (String, String)| Text {
        package: npm_package(&path),
        language: Language::JavaScript,
        path: format!("npm-{}/{path}", version.trim()),
        text,
    };
    files(&Path::new(root.trim()).join("npm"), Language::JavaScript).into_iter().map(text).collect()
}

/// `semver` of `node_modules/semver/index.js`, `@npmcli/arborist` of what lies in that folder, else `npm`.
fn npm_package(path: &str) -> String {
    let Some((_, below)) = path.rsplit_once("node_modules/") else { return "npm".into() };
    let depth = if below.starts_with('@') { 2 } else { 1 };
    below.split('/').take(depth).collect::<Vec<_>>().join("/")
}

/// What a program prints; `None` where there is no such program, or it fails.
fn said(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok()?;
    String::from_utf8(output.stdout).ok().filter(|_| output.status.success())
}

/// The UTF-8 files in `language` below `folder`, with their paths below it.
fn files(folder: &Path, language: Language) -> Vec<(String, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten().flatten() {
            let (path, kind) = (entry.path(), entry.file_type());
            if kind.as_ref().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
                continue;
            }
            let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            if !kind.is_ok_and(|kind| kind.is_file()) || !language.extensions().contains(&extension) {
                continue;
            }
            let below = path.strip_prefix(folder).map(|below| below.to_string_lossy().replace('\\', "/"));
            if let (Ok(below), Ok(text)) = (below, fs::read_to_string(&path)) {
                found.push((below, text));
            }
        }
    }
    found
}
