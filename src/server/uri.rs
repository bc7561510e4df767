//! URIs <-> paths, the one place where either becomes the other.

use std::iter;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use serde_json::Value;
use tower_lsp::ls_types::Uri;

use crate::privacy::Location;

/// The scheme of files. No other names one: a notebook's cell, an older version of a file or a document without a name is
/// no file, though a path may stand in its URI.
const FILE: &str = "file";

/// More names than this no honest URI holds.
const MOST_NAMES: usize = 64;

/// The path of the file that a URI names, if it names one.
pub fn to_path(uri: &Uri) -> Option<PathBuf> {
    if !uri.scheme().as_str().eq_ignore_ascii_case(FILE) || uri.query().is_some() || uri.fragment().is_some() {
        return None;
    }
    if cfg!(windows) {
        let host = uri.authority().map(|authority| authority.host()).unwrap_or_default();
        return windows_path(host, &percent_decode_str(uri.path().as_str()).decode_utf8_lossy());
    }
    uri.to_file_path().map(|path| path.into_owned())
}

/// The path that a host and a decoded path name on Windows, always written in one way: clients write a drive in either
/// case, and a share with its server as the host or in the path.
fn windows_path(host: &str, path: &str) -> Option<PathBuf> {
    let path = path.replace('/', "\\");
    let rest = path.trim_start_matches('\\');
    if rest.is_empty() {
        return None;
    }
    let is_share_in_path = path.starts_with(r"\\");
    if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
        return Some(format!(r"\\{host}\{rest}").into());
    }
    Some(match rest.as_bytes() {
        [drive, b':', ..] if drive.is_ascii_alphabetic() => {
            format!("{}{}", drive.to_ascii_uppercase() as char, &rest[1..]).into()
        }
        _ if is_share_in_path => format!(r"\\{rest}").into(),
        _ => path.into(),
    })
}

pub fn from_path(path: &Path) -> Option<Uri> {
    let uri = Uri::from_file_path(path)?;
    // A share's server is its host.
    match uri.as_str().strip_prefix("file:////").filter(|_| cfg!(windows)) {
        Some(share) => format!("file://{}", share.trim_start_matches('/')).parse().ok(),
        None => Some(uri),
    }
}

/// All that a URI says of where its document lies: its file, and every path in it that may be the one of a file whose
/// text it shows. What is private by its path is so under each of them.
pub fn location(uri: &str) -> Location {
    let file = uri.parse().ok().as_ref().and_then(to_path);
    let mut names = Vec::new();
    match &file {
        Some(file) => names.push(file.clone()),
        None => names_in(&percent_decode_str(uri).decode_utf8_lossy(), &mut names),
    }
    Location::named(file, names)
}

/// The paths in a decoded URI that is no file's: `git:/w/a?{"path":"/w/a"}`, `fugitive:///w/.git//1234/a`,
/// `gitsigns:///w/.git//HEAD:a`, `diffview:///w/.git/:0:/a`, `vscode-notebook-cell:/w/a.ipynb#W0`.
fn names_in(uri: &str, names: &mut Vec<PathBuf>) {
    let after_scheme = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    let rest = after_scheme.strip_prefix("//").filter(|rest| rest.starts_with('/')).unwrap_or(after_scheme);
    paths_in(rest, names);
    let (before_fragment, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (path, query) = before_fragment.split_once('?').unwrap_or((before_fragment, ""));
    for part in [path, query, fragment] {
        paths_in(part, names);
    }
    for text in [query, fragment] {
        if let Ok(value) = serde_json::from_str(text) {
            strings_in(&value, names);
        }
        for pair in text.split('&') {
            paths_in(pair.split_once('=').map_or(pair, |(_, value)| value), names);
        }
    }
}

/// A text as a path, what follows a colon in it, and what may be the path of a file in the repository whose `.git` it
/// passes through.
fn paths_in(text: &str, names: &mut Vec<PathBuf>) {
    let after_colons = text.rmatch_indices(':').map(|(at, _)| text[at + 1..].into());
    let in_repository = text.split_once("/.git/").into_iter().flat_map(|(repository, inside)| {
        let starts = inside.rmatch_indices(['/', ':']).map(|(at, _)| at + 1);
        starts.map(|start| Path::new(repository).join(inside[start..].trim_start_matches('/')))
    });
    // The ends of a path come first: they tell most, should there be too many.
    for path in iter::once(PathBuf::from(text)).chain(after_colons).chain(in_repository) {
        if names.len() >= MOST_NAMES {
            return;
        }
        if !path.as_os_str().is_empty() && !names.contains(&path) {
            names.push(path);
        }
    }
}

fn strings_in(value: &Value, names: &mut Vec<PathBuf>) {
    match value {
        Value::String(text) => paths_in(text, names),
        Value::Array(items) => items.iter().for_each(|item| strings_in(item, names)),
        Value::Object(members) => members.values().for_each(|member| strings_in(member, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(uri: &str, file: Option<&str>, names: &[&str]) {
        let location = location(uri);
        assert_eq!(location.file, file.map(PathBuf::from), "{uri}");
        for name in names {
            assert!(location.names.contains(&PathBuf::from(name)), "{uri} has no {name}: {:?}", location.names);
        }
    }

    #[cfg(not(windows))]
    #[test]
    fn only_a_file_has_a_path() {
        check("file:///w/a%20b.rs", Some("/w/a b.rs"), &["/w/a b.rs"]);
        check("FILE:///w/a.rs", Some("/w/a.rs"), &["/w/a.rs"]);
        check("git:/w/a.rs", None, &["/w/a.rs"]);
        check("untitled:/w/a.rs", None, &["/w/a.rs"]);
        check("file:///w/a.ipynb#W0", None, &["/w/a.ipynb"]);
    }

    #[test]
    fn a_path_of_windows_is_written_in_one_way() {
        for (host, path, expected) in [
            ("", "/c:/w/a.rs", Some(r"C:\w\a.rs")),
            ("", "/C:/w/a.rs", Some(r"C:\w\a.rs")),
            ("", r"/c:\w\a.rs", Some(r"C:\w\a.rs")),
            ("localhost", "/c:/w", Some(r"C:\w")),
            ("server", "/share/a.rs", Some(r"\\server\share\a.rs")),
            ("", "//server/share/a.rs", Some(r"\\server\share\a.rs")),
            ("", "///server/share/a.rs", Some(r"\\server\share\a.rs")),
            ("", "/w/a.rs", Some(r"\w\a.rs")),
            ("", "/", None),
            ("", "", None),
        ] {
            assert_eq!(windows_path(host, path), expected.map(PathBuf::from), "{host} {path}");
        }
    }

    #[test]
    fn every_path_in_a_uri_counts() {
        check(
            "git:/w/.env?%7B%22path%22%3A%22%2Fw%2Fprivate%2Fa%22%2C%22ref%22%3A%22~%22%7D",
            None,
            &["/w/.env", "/w/private/a"],
        );
        check("fugitive:///w/.git//1234abcd/private/.env", None, &["/w/private/.env"]);
        check("fugitive:///w/.git/worktrees/x//1234abcd/.env", None, &["/w/.env"]);
        check("gitsigns:///w/.git//HEAD:private/.env", None, &["/w/private/.env"]);
        check("diffview:///w/.git/:0:/.env", None, &["/w/.env"]);
        check("jj:/w/.env?rev=@-", None, &["/w/.env"]);
        check("vscode-notebook-cell:/w/secret.ipynb#W0sZmls", None, &["/w/secret.ipynb"]);
        check("zipfile:///w/a.zip::b/.env", None, &["b/.env"]);
        check("show:?path=/w/.env&rev=1", None, &["/w/.env"]);
        check("opaque:%2Fw%2F.env", None, &["/w/.env"]);
        // A client that does not encode what it should.
        check("file:///w/#old/.env", None, &["/w/#old/.env", "old/.env"]);
        check("file:///w/a?b/.env", None, &["/w/a?b/.env"]);
    }

    #[test]
    fn an_odd_uri_is_no_trouble() {
        for uri in ["", ":", "a", "git:", "x:?{", "x:/.git/", "é:é#é?é:é/.git/é", "file:", "x:%ff%"] {
            location(uri);
        }
        assert!(location(&format!("x:{}", ":a/".repeat(1000))).names.len() <= MOST_NAMES);
    }
}
