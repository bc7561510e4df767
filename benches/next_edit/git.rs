//! Sessions from the commits of a git repository: the hunks of source files that were changed.
//!
//! There are two kinds, since nobody knows how much of a commit a person does at a time: whole commits, with all their
//! files open, and the files of commits each by itself. In the latter less is still to come, and all of it in one text.

use std::{
    error::Error,
    io::{BufRead, BufReader, Read, Write},
    ops::Range,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::session::{File, Hunk, Session, language};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Commits with more hunks are merges of work, or were made by a program.
const MAX_HUNKS: usize = 20;

/// The same of one file's part of a commit.
const MAX_HUNKS_OF_FILE: usize = 8;

/// And those in more files.
const MAX_FILES: usize = 8;

/// Larger files are data.
const MAX_BYTES: usize = 400_000;

/// Files beside those of the commit that are open too: a person has more open than they change.
const OTHER_FILES: usize = 2;

/// What no person writes.
const NOT_WRITTEN: [&str; 10] =
    ["vendor/", "node_modules/", "third_party/", "/dist/", "generated", ".pb.", "_pb2", ".min.", "testdata/", "zz_"];

/// The sessions of a repository, of both kinds.
#[derive(Debug, Default)]
pub struct Sessions {
    pub commits: Vec<Session>,
    pub files: Vec<Session>,
}

struct Parsed {
    commit: String,
    /// The path, the blob before, and the hunks.
    files: Vec<(String, String, Vec<Lines>)>,
}

/// Which lines are replaced, and by what.
type Lines = (Range<usize>, String);

/// Up to `most` sessions of each kind, of the latest `commits` commits of the repository in `folder`.
pub fn sessions(folder: &Path, commits: usize, most: usize) -> Outcome<Sessions> {
    let git_dir = if folder.join(".git").exists() { folder.join(".git") } else { folder.to_path_buf() };
    let mut log = Command::new("git")
        .arg("--git-dir")
        .arg(&git_dir)
        .args(["log", "--no-merges", "-p", "-U0", "--no-color", "--no-renames", "--diff-filter=M", "--full-index"])
        .args(["--no-ext-diff", "--no-textconv", "--format=commit %H", &format!("-n{commits}"), "--"])
        .args([
            "*.py", "*.ts", "*.tsx", "*.go", "*.rs", "*.java", "*.js", "*.mjs", "*.jsx", "*.c", "*.h", "*.cc", "*.cpp",
        ])
        .args(["*.hpp", "*.kt"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut objects = Objects::new(&git_dir)?;
    let name = folder.components().rev().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let name = name.into_iter().find(|name| name != "repo" && name != ".git").unwrap_or_default();
    let mut found = Sessions::default();
    let mut parsed: Option<Parsed> = None;
    let mut output = BufReader::new(log.stdout.take().ok_or("no output of git")?);
    let mut line = Vec::new();
    loop {
        line.clear();
        let ended = output.read_until(b'\n', &mut line)? == 0;
        let text = String::from_utf8_lossy(&line);
        if ended || text.starts_with("commit ") {
            if let Some(parsed) = parsed.take() {
                found.add(&name, &parsed, &mut objects, most);
            }
            if ended || (found.commits.len() >= most && found.files.len() >= most) {
                break;
            }
            parsed = Some(Parsed { commit: text.trim_start_matches("commit ").trim().into(), files: vec![] });
            continue;
        }
        let Some(parsed) = &mut parsed else { continue };
        read_line(parsed, &text);
    }
    drop(output);
    let _ = log.kill();
    log.wait()?;
    Ok(found)
}

impl Sessions {
    /// Adds those of one commit, of each kind of which there are fewer than `most`.
    fn add(&mut self, name: &str, parsed: &Parsed, objects: &mut Objects, most: usize) {
        if self.commits.len() < most {
            self.commits.extend(session(name, parsed, objects, MAX_HUNKS));
        }
        for file in &parsed.files {
            if self.files.len() < most {
                let alone = Parsed { commit: parsed.commit.clone(), files: vec![file.clone()] };
                self.files.extend(session(name, &alone, objects, MAX_HUNKS_OF_FILE));
            }
        }
    }
}

fn read_line(parsed: &mut Parsed, line: &str) {
    if let Some(rest) = line.strip_prefix("diff --git a/") {
        let path = rest.split(" b/").next().unwrap_or_default().trim();
        parsed.files.push((path.into(), String::new(), vec![]));
        return;
    }
    let Some((_, blob, hunks)) = parsed.files.last_mut() else { return };
    if let Some(rest) = line.strip_prefix("index ").filter(|_| hunks.is_empty()) {
        *blob = rest.split("..").next().unwrap_or_default().into();
    } else if let Some(rest) = line.strip_prefix("@@ -") {
        let mut numbers = rest.split([' ', '+', '@']).filter(|part| !part.is_empty());
        let old = numbers.next().unwrap_or_default();
        let (start, count) = old.split_once(',').unwrap_or((old, "1"));
        let (start, count) = (start.parse().unwrap_or(1_usize), count.parse().unwrap_or(0_usize));
        let start = if count == 0 { start } else { start.saturating_sub(1) };
        hunks.push((start..start + count, String::new()));
    } else if let (Some(rest), Some((_, new))) = (line.strip_prefix('+'), hunks.last_mut()) {
        new.push_str(rest);
    }
}

fn session(name: &str, parsed: &Parsed, objects: &mut Objects, most_hunks: usize) -> Option<Session> {
    let hunks: usize = parsed.files.iter().map(|(_, _, hunks)| hunks.len()).sum();
    if hunks == 0 || hunks > most_hunks || parsed.files.len() > MAX_FILES {
        return None;
    }
    let (mut files, mut all) = (Vec::new(), Vec::new());
    for (path, blob, hunks) in &parsed.files {
        if NOT_WRITTEN.iter().any(|part| path.contains(part)) {
            return None;
        }
        let text = text(objects.read(blob)?)?;
        let lines = text.split_inclusive('\n').count();
        if !text.ends_with('\n') {
            return None;
        }
        for (old, new) in hunks {
            if old.end > lines || (!new.is_empty() && !new.ends_with('\n')) {
                return None;
            }
            all.push(Hunk { file: files.len(), old: old.clone(), new: new.clone() });
        }
        files.push(File { key: path.as_str().into(), language: language(path)?.into(), text });
    }
    others(parsed, objects, &mut files);
    Some(Session { name: format!("{name} {}", &parsed.commit.get(..10)?), files, hunks: all })
}

/// Opens files beside the first one.
fn others(parsed: &Parsed, objects: &mut Objects, files: &mut Vec<File>) {
    let Some((path, ..)) = parsed.files.first() else { return };
    let (folder, extension) = (path.rsplit_once('/').map_or("", |parts| parts.0), path.rsplit_once('.').map(|p| p.1));
    let Some(tree) = objects.read(&format!("{}^:{folder}", parsed.commit)) else { return };
    let mut entries = Vec::new();
    let mut rest = tree.as_slice();
    while let Some(end) = rest.iter().position(|&byte| byte == 0) {
        let entry = String::from_utf8_lossy(&rest[..end]).into_owned();
        let Some(id) = rest.get(end + 1..end + 21) else { break };
        let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        rest = &rest[end + 21..];
        if let Some((_, name)) = entry.split_once(' ') {
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            let known = parsed.files.iter().any(|(other, ..)| *other == path);
            if !known && extension.is_some_and(|extension| name.ends_with(&format!(".{extension}"))) {
                entries.push((path, id));
            }
        }
    }
    // By their contents' names: as good as chance, and always the same.
    entries.sort_by(|one, two| one.1.cmp(&two.1));
    for (path, id) in entries.into_iter().take(OTHER_FILES) {
        if let (Some(text), Some(language)) = (objects.read(&id).and_then(text), language(&path)) {
            files.push(File { key: path.as_str().into(), language: language.into(), text });
        }
    }
}

fn text(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let fits = text.len() <= MAX_BYTES && !text.contains('\0') && text.lines().all(|line| line.len() < 2_000);
    // The hunks are counted in line feeds, the texts in all line ends of the protocol.
    let plain = !text.replace("\r\n", "\n").contains('\r');
    (fits && plain).then_some(text)
}

/// Reads objects by one process of git.
struct Objects {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Objects {
    fn new(git_dir: &Path) -> Outcome<Self> {
        let mut child = Command::new("git")
            .arg("--git-dir")
            .arg(git_dir)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let input = child.stdin.take().ok_or("no input of git")?;
        let output = BufReader::new(child.stdout.take().ok_or("no output of git")?);
        Ok(Self { child, input, output })
    }

    fn read(&mut self, name: &str) -> Option<Vec<u8>> {
        writeln!(self.input, "{name}").ok()?;
        let mut head = String::new();
        self.output.read_line(&mut head).ok()?;
        let mut words = head.split_whitespace().rev();
        let size: usize = words.next()?.parse().ok()?;
        let mut bytes = vec![0; size + 1];
        self.output.read_exact(&mut bytes).ok()?;
        bytes.truncate(size);
        Some(bytes)
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
