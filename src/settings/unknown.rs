//! Unknown settings: whether one may have named another host or a private file, and whose it is.
//!
//! A default holds in the place of what could not be read. Where that may send text to another host than the person
//! named, or from a file that the person wanted to keep, nothing may be sent until the settings are mended. So what an
//! unknown setting holds is looked at, not only where it stands.

use serde_json::Value;

use super::spelling::{is_near, plain};

/// Words by which people name a host, a kind of endpoint, a key's place or private files, beside our own.
const TELLING: [&str; 29] = [
    "address",
    "apibase",
    "base",
    "baseurl",
    "block",
    "denied",
    "deny",
    "endpoint",
    "endpoints",
    "exclude",
    "excluded",
    "excludes",
    "excludepatterns",
    "host",
    "hostname",
    "hosts",
    "ignore",
    "ignored",
    "ignorepatterns",
    "localonly",
    "neversend",
    "offline",
    "privacy",
    "private",
    "privatefiles",
    "provider",
    "proxy",
    "server",
    "uri",
];

/// The last parts of our own settings that say where text goes, with which key, and what stays.
const OURS: [&str; 12] = [
    "url",
    "dialect",
    "apikeyfile",
    "apikeycommand",
    "cafile",
    "exclude",
    "usedefaultexcludes",
    "respectgitignore",
    "endpoint",
    "privacy",
    "chat",
    "context",
];

/// Sections whose settings have nothing to do with where text goes.
const HARMLESS_SECTIONS: [&str; 6] = ["completion", "languages", "limits", "local", "log", "nextEdit"];

/// Sections of editors and of other servers, which some clients send along. In lower case.
const FOREIGN: &[&str] = &[
    "ansible",
    "astro",
    "basedpyright",
    "bash",
    "bashide",
    "biome",
    "clangd",
    "cmake",
    "copilot",
    "css",
    "csharp",
    "cspell",
    "dart",
    "debug",
    "deno",
    "docker",
    "editor",
    "elixirls",
    "elm",
    "emmet",
    "erlang",
    "eslint",
    "explorer",
    "extensions",
    "files",
    "flow",
    "fsharp",
    "git",
    "github",
    "go",
    "gopls",
    "graphql",
    "harper-ls",
    "haskell",
    "helm-ls",
    "html",
    "http",
    "intelephense",
    "java",
    "javascript",
    "jedi",
    "js/ts",
    "json",
    "julia",
    "jupyter",
    "kotlin",
    "latex",
    "less",
    "ltex",
    "lua",
    "markdown",
    "metals",
    "mypy",
    "nil",
    "nix",
    "nixd",
    "notebook",
    "ocaml",
    "omnisharp",
    "perl",
    "perlnavigator",
    "php",
    "phpactor",
    "powershell",
    "prettier",
    "prisma",
    "puppet",
    "pylsp",
    "pyright",
    "python",
    "r",
    "remote",
    "ruby",
    "rubylsp",
    "ruff",
    "rust-analyzer",
    "scss",
    "search",
    "solargraph",
    "sourcekit-lsp",
    "svelte",
    "tailwindcss",
    "telemetry",
    "terminal",
    "terraform",
    "texlab",
    "typescript",
    "typos",
    "vale",
    "vetur",
    "volar",
    "vtsls",
    "vue",
    "window",
    "workbench",
    "xml",
    "yaml",
    "zig",
    "zls",
];

/// Whether a section of that name belongs to somebody else.
pub(super) fn is_foreign(name: &str) -> bool {
    let name = name.to_lowercase();
    FOREIGN.contains(&name.as_str())
}

/// Whether a section of that name was meant to be the one that says where text goes, or what stays.
pub(super) fn is_ours(name: &str) -> bool {
    ["endpoint", "privacy"].iter().any(|ours| is_near(&plain(name), ours))
}

/// Whether the unknown setting `key` with that value may have named another host or private files. `meant` are the
/// settings it was probably meant to be.
pub(super) fn may_redirect(key: &str, value: &Value, meant: &[String]) -> bool {
    if key.split('.').any(is_telling) || names_are_telling(value) || holds(value, &|text| text.contains("://")) {
        return true;
    }
    let is_harmless = |key: &str| HARMLESS_SECTIONS.contains(&key.split('.').next().unwrap_or_default());
    if is_harmless(key)
        || (!meant.is_empty() && meant.iter().all(|key| is_harmless(key) || super::problem::is_harmless(key)))
    {
        return false;
    }
    // Nobody can tell what a text was meant for; a number or a truth value names neither a host nor a file.
    holds(value, &|_| true)
}

fn is_telling(name: &str) -> bool {
    let name = plain(name);
    TELLING.contains(&name.as_str()) || OURS.iter().any(|ours| is_near(&name, ours))
}

fn names_are_telling(value: &Value) -> bool {
    match value {
        Value::Object(entries) => {
            entries.iter().any(|(name, value)| name.split('.').any(is_telling) || names_are_telling(value))
        }
        Value::Array(items) => items.iter().any(names_are_telling),
        _ => false,
    }
}

/// Whether any text in the value, at any depth, is such.
fn holds(value: &Value, is_such: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is_such(text),
        Value::Array(items) => items.iter().any(|item| holds(item, is_such)),
        Value::Object(entries) => entries.values().any(|value| holds(value, is_such)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Layer, Origin, Problem, load};
    use super::*;

    /// Whether settings with that, in the file and from the editor, forbid sending.
    #[track_caller]
    fn check(values: &Value, forbids: bool) {
        for layer in [Layer::new(Origin::File("/config.toml".into()), values.clone()), Layer::editor(values.clone())] {
            let problems = load(&[layer], None).problems;
            assert_eq!(problems.iter().any(Problem::forbids_sending), forbids, "{values}: {problems:?}");
        }
    }

    #[test]
    fn what_may_have_named_a_host_or_a_private_file_forbids_sending_wherever_it_stands() {
        for values in [
            json!({ "url": "https://proxy.example" }),
            json!({ "URL": "proxy.example" }),
            json!({ "exclude": ["private/"] }),
            json!({ "endpont": { "url": "https://proxy.example" } }),
            json!({ "endpont": { "u": "proxy.example" } }),
            json!({ "endpoints": [{ "name": "a" }] }),
            json!({ "server": { "address": "proxy" } }),
            json!({ "mistral": { "where": "https://proxy.example" } }),
            json!({ "codestral-ls.endpoint.url": "proxy" }),
            json!({ "codestral_ls": { "endpoint": { "url": "proxy" } } }),
            json!({ "privcy": { "exlude": ["*.sql"] } }),
            json!({ "ignore": ["*.sql"] }),
            json!({ "never": ["*.sql"] }),
            json!({ "useDefaultExclude": true }),
            json!({ "dialekt": "local" }),
            json!({ "provider": "local" }),
            json!({ "completion": { "url": "proxy" } }),
            json!({ "languages": { "rust": { "exclude": true } } }),
            json!({ "limits": { "excludes": ["*.sql"] } }),
            json!({ "local": { "dialect": "local" } }),
            json!({ "whatever": "proxy.example" }),
            json!({ "apiKeyFile": "/key" }),
        ] {
            check(&values, true);
        }
    }

    #[test]
    fn what_can_have_named_neither_forbids_nothing() {
        for values in [
            json!({ "completion": { "debonceMs": 5 } }),
            json!({ "completion": { "prefetchh": "off" } }),
            json!({ "languages": { "rust": { "topp": 1 } } }),
            json!({ "log": { "levl": "debug" } }),
            json!({ "complation": { "choices": 1 } }),
            json!({ "zzz": 1 }),
            json!({ "model": "codestral-2508" }),
            json!({ "endpoint": { "model": "" } }),
        ] {
            check(&values, false);
        }
    }

    #[test]
    fn sections_of_others_are_theirs_only_where_an_editor_sends_them() {
        let values = json!({ "gopls": { "staticcheck": true, "url": "x" }, "pylsp": { "plugins": { "a": { "exclude": ["b"] } } } });
        assert_eq!(load(&[Layer::editor(values.clone())], None).problems, []);
        let file = Layer::new(Origin::File("/config.toml".into()), values);
        assert!(load(&[file], None).problems.iter().all(Problem::forbids_sending));
    }

    #[test]
    fn what_stands_beside_our_section_is_no_setting_but_may_have_been_meant_as_one() {
        let beside =
            |values| load(&[Layer::editor(values)], None).problems.iter().filter(|it| it.forbids_sending()).count();
        assert_eq!(beside(json!({ "codestral": {}, "endpoint": { "url": "https://a.example" } })), 1);
        assert_eq!(beside(json!({ "codestral": {}, "privacy.exclude": ["x"] })), 1);
        assert_eq!(
            beside(json!({ "codestral": {}, "editor": { "url": "https://a.example" }, "completion": { "x": 1 } })),
            0
        );
    }
}
