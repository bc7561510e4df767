//! LSP's language ids by file name, for texts that no editor has named the language of.
//!
//! Ids are those of LSP 3.18 ("Text Document Language Identifiers"); where it has none, those of VS Code.

use std::ffi::OsStr;
use std::path::Path;

/// The id of a text of no known language.
pub const PLAIN_TEXT: &str = "plaintext";

/// Languages told by the whole file name, in lower case.
const BY_NAME: &[(&str, &[&str])] = &[
    ("cmake", &["cmakelists.txt"]),
    ("dockerfile", &["containerfile", "dockerfile"]),
    ("git-commit", &["commit_editmsg", "merge_msg"]),
    ("git-rebase", &["git-rebase-todo"]),
    ("go.mod", &["go.mod"]),
    ("groovy", &["jenkinsfile"]),
    ("just", &["justfile", ".justfile"]),
    ("makefile", &["makefile", "gnumakefile"]),
    ("ruby", &["gemfile", "rakefile", "vagrantfile"]),
    ("shellscript", &[".bashrc", ".bash_profile", ".profile", ".zshrc", "pkgbuild"]),
    ("starlark", &["build", "build.bazel", "workspace"]),
    ("toml", &["cargo.lock", "poetry.lock"]),
];

/// Languages told by what follows the last dot, in lower case.
const BY_EXTENSION: &[(&str, &[&str])] = &[
    ("bat", &["bat", "cmd"]),
    ("bibtex", &["bib"]),
    ("c", &["c"]),
    ("clojure", &["clj", "cljc", "cljs", "edn"]),
    ("cmake", &["cmake"]),
    ("coffeescript", &["coffee"]),
    // A `.h` is C++ to VS Code and Neovim alike.
    ("cpp", &["cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "ino", "ipp"]),
    ("csharp", &["cs", "csx"]),
    ("css", &["css"]),
    ("cuda-cpp", &["cu", "cuh"]),
    ("d", &["d"]),
    ("dart", &["dart"]),
    ("diff", &["diff", "patch"]),
    ("dockerfile", &["dockerfile"]),
    ("elixir", &["ex", "exs"]),
    ("elm", &["elm"]),
    ("erlang", &["erl", "hrl"]),
    ("fsharp", &["fs", "fsi", "fsx"]),
    ("gleam", &["gleam"]),
    ("glsl", &["frag", "glsl", "vert"]),
    ("go", &["go"]),
    ("graphql", &["gql", "graphql"]),
    ("groovy", &["gradle", "groovy"]),
    ("handlebars", &["handlebars", "hbs"]),
    ("haskell", &["hs", "lhs"]),
    ("html", &["htm", "html", "xhtml"]),
    ("ini", &["cfg", "ini"]),
    ("java", &["java"]),
    ("javascript", &["cjs", "js", "mjs"]),
    ("javascriptreact", &["jsx"]),
    ("json", &["json"]),
    ("jsonc", &["jsonc"]),
    ("julia", &["jl"]),
    ("just", &["just"]),
    ("kotlin", &["kt", "kts"]),
    ("latex", &["sty", "tex"]),
    ("less", &["less"]),
    ("lisp", &["cl", "el", "lisp"]),
    ("lua", &["lua"]),
    ("makefile", &["mak", "mk"]),
    ("markdown", &["markdown", "md"]),
    ("nim", &["nim"]),
    ("nix", &["nix"]),
    ("objective-c", &["m"]),
    ("objective-cpp", &["mm"]),
    ("ocaml", &["ml", "mli"]),
    ("odin", &["odin"]),
    ("pascal", &["pas"]),
    ("perl", &["pl", "pm"]),
    ("php", &["php", "phtml"]),
    ("powershell", &["ps1", "psd1", "psm1"]),
    ("proto", &["proto"]),
    ("python", &["py", "pyi", "pyw"]),
    ("r", &["r"]),
    ("razor", &["cshtml", "razor"]),
    ("restructuredtext", &["rst"]),
    ("ruby", &["gemspec", "rake", "rb"]),
    ("rust", &["rs"]),
    ("sass", &["sass"]),
    ("scala", &["sbt", "scala"]),
    ("scheme", &["scm", "ss"]),
    ("scss", &["scss"]),
    ("shellscript", &["bash", "ksh", "sh", "zsh"]),
    ("solidity", &["sol"]),
    ("sql", &["sql"]),
    ("starlark", &["bzl", "star"]),
    ("svelte", &["svelte"]),
    ("swift", &["swift"]),
    ("systemverilog", &["sv", "svh"]),
    ("terraform", &["tf"]),
    ("toml", &["toml"]),
    ("typescript", &["cts", "mts", "ts"]),
    ("typescriptreact", &["tsx"]),
    ("typst", &["typ"]),
    ("vb", &["vb"]),
    ("verilog", &["v"]),
    ("vhdl", &["vhd", "vhdl"]),
    ("vim", &["vim"]),
    ("vue", &["vue"]),
    ("wgsl", &["wgsl"]),
    ("xml", &["svg", "xml", "xsd"]),
    ("xsl", &["xsl", "xslt"]),
    ("yaml", &["yaml", "yml"]),
    ("zig", &["zig", "zon"]),
];

/// The language id of the file at `path`, told from its name alone; [`PLAIN_TEXT`] where the name says nothing.
pub fn of(path: &Path) -> &'static str {
    let lower = |part: &OsStr| part.to_string_lossy().to_lowercase();
    let by_name = path.file_name().and_then(|name| find(BY_NAME, &lower(name)));
    let by_extension = || path.extension().and_then(|extension| find(BY_EXTENSION, &lower(extension)));
    by_name.or_else(by_extension).unwrap_or(PLAIN_TEXT)
}

fn find(table: &[(&'static str, &[&str])], name: &str) -> Option<&'static str> {
    table.iter().find(|(_, names)| names.contains(&name)).map(|(id, _)| *id)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[track_caller]
    fn check(path: &str, id: &str) {
        assert_eq!(of(Path::new(path)), id, "{path}");
    }

    #[test]
    fn a_language_is_told_by_name_or_extension() {
        check("src/main.rs", "rust");
        check("a/b.test.TSX", "typescriptreact");
        check("deep/Makefile", "makefile");
        check("CMakeLists.txt", "cmake");
        check("api.Dockerfile", "dockerfile");
        check("go.mod", "go.mod");
        check(".bashrc", "shellscript");
        check("x.h", "cpp");
    }

    #[test]
    fn what_no_name_tells_is_plain_text() {
        for path in ["", "notes", "a.unheardof", ".rs", "rs", "a.", ".."] {
            check(path, PLAIN_TEXT);
        }
    }

    #[test]
    fn no_name_means_two_languages() {
        for table in [BY_NAME, BY_EXTENSION] {
            let mut seen = HashSet::new();
            for name in table.iter().flat_map(|(_, names)| *names) {
                assert!(seen.insert(name), "{name} stands twice");
                assert_eq!(*name, name.to_lowercase());
            }
        }
    }
}
