//! The one table of languages. A language added here is known to all that looks at texts.

use super::braces::{
    C, CPP, CSHARP, CSS, D, DART, GLEAM, GO, GRAPHQL, GROOVY, JAVA, JAVASCRIPT, KOTLIN, OBJECTIVE_C, ODIN, PHP, PROTO,
    RUST, SCALA, SCSS, SHADER, SOLIDITY, SWIFT, TERRAFORM, TYPESCRIPT, VERILOG, ZIG,
};
use super::layout::{
    ASSEMBLER, CLOJURE, COFFEESCRIPT, ELM, ERLANG, FSHARP, GDSCRIPT, HASKELL, LISP, NIM, NIX, OCAML, PROLOG, PYTHON,
};
use super::markup::{
    ASCIIDOC, COMPONENT, GIT, GO_MODULE, HTML, INI, JSON, JSONC, JSX, LATEX, MARKDOWN, ORG, RESTRUCTURED_TEXT, SASS,
    TOML, TSX, TYPST, XML, YAML,
};
use super::syntax::{PLAIN, Syntax};
use super::words::{
    ADA, BATCH, CMAKE, CRYSTAL, DOCKERFILE, ELIXIR, FISH, FORTRAN, JULIA, JUST, LUA, MAKE, MATLAB, PASCAL, PERL,
    POWERSHELL, R, RUBY, SHELL, SQL, TCL, VHDL, VIM, VISUAL_BASIC,
};

/// One language.
#[derive(Debug)]
pub(super) struct Language {
    /// LSP's id ("Text Document Language Identifiers" of 3.18); where it has none, the one of VS Code.
    pub(super) id: &'static str,
    /// What editors other than VS Code call it, where that differs.
    pub(super) aliases: &'static [&'static str],
    /// Whole names of its files, in lower case.
    pub(super) files: &'static [&'static str],
    /// What follows the last dot of its files' names, in lower case.
    pub(super) extensions: &'static [&'static str],
    pub(super) syntax: &'static Syntax,
}

const fn language(id: &'static str, syntax: &'static Syntax) -> Language {
    Language { id, aliases: &[], files: &[], extensions: &[], syntax }
}

impl Language {
    const fn aka(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    const fn files(self, files: &'static [&'static str]) -> Self {
        Self { files, ..self }
    }

    const fn ends(self, extensions: &'static [&'static str]) -> Self {
        Self { extensions, ..self }
    }
}

pub(super) const TABLE: &[Language] = &[
    language("ada", &ADA),
    language("asciidoc", &ASCIIDOC).ends(&["adoc", "asciidoc"]),
    language("asm", &ASSEMBLER).aka(&["asm-intel-x86-generic", "nasm"]),
    language("bat", &BATCH).aka(&["batch", "dosbatch"]).ends(&["bat", "cmd"]),
    language("bibtex", &LATEX).aka(&["bib"]).ends(&["bib"]),
    language("c", &C).ends(&["c"]),
    language("clojure", &CLOJURE).ends(&["clj", "cljc", "cljs", "edn"]),
    language("cmake", &CMAKE).files(&["cmakelists.txt"]).ends(&["cmake"]),
    language("coffeescript", &COFFEESCRIPT).aka(&["coffee"]).ends(&["coffee"]),
    // A `.h` is C++ to VS Code and Neovim alike.
    language("cpp", &CPP).ends(&["cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "ino", "ipp"]),
    language("crystal", &CRYSTAL),
    language("csharp", &CSHARP).aka(&["c-sharp", "cs"]).ends(&["cs", "csx"]),
    language("css", &CSS).ends(&["css"]),
    language("cuda-cpp", &CPP).aka(&["cuda"]).ends(&["cu", "cuh"]),
    language("d", &D).ends(&["d"]),
    language("dart", &DART).ends(&["dart"]),
    language("diff", &PLAIN).aka(&["patch"]).ends(&["diff", "patch"]),
    language("dockerfile", &DOCKERFILE).files(&["containerfile", "dockerfile"]).ends(&["dockerfile"]),
    language("elixir", &ELIXIR).ends(&["ex", "exs"]),
    language("elm", &ELM).ends(&["elm"]),
    language("erlang", &ERLANG).ends(&["erl", "hrl"]),
    language("fish", &FISH),
    language("fortran", &FORTRAN).aka(&["fortran-modern", "fortranfreeform"]),
    language("fsharp", &FSHARP).ends(&["fs", "fsi", "fsx"]),
    language("gdscript", &GDSCRIPT),
    language("git-commit", &GIT).aka(&["gitcommit"]).files(&["commit_editmsg", "merge_msg"]),
    language("git-rebase", &GIT).aka(&["gitrebase"]).files(&["git-rebase-todo"]),
    language("gleam", &GLEAM).ends(&["gleam"]),
    language("glsl", &SHADER).ends(&["frag", "glsl", "vert"]),
    language("go", &GO).ends(&["go"]),
    language("go.mod", &GO_MODULE).aka(&["gomod"]).files(&["go.mod"]),
    language("graphql", &GRAPHQL).ends(&["gql", "graphql"]),
    language("groovy", &GROOVY).files(&["jenkinsfile"]).ends(&["gradle", "groovy"]),
    language("handlebars", &HTML).ends(&["handlebars", "hbs"]),
    language("haskell", &HASKELL).ends(&["hs", "lhs"]),
    language("html", &HTML).aka(&["htmldjango", "jinja"]).ends(&["htm", "html", "xhtml"]),
    language("ini", &INI).aka(&["cfg", "dosini", "properties"]).ends(&["cfg", "ini"]),
    language("java", &JAVA).ends(&["java"]),
    language("javascript", &JAVASCRIPT).ends(&["cjs", "js", "mjs"]),
    language("javascriptreact", &JSX).aka(&["javascript.jsx", "jsx"]).ends(&["jsx"]),
    language("json", &JSON).ends(&["json"]),
    language("jsonc", &JSONC).aka(&["json5"]).ends(&["jsonc"]),
    language("julia", &JULIA).ends(&["jl"]),
    language("just", &JUST).files(&["justfile", ".justfile"]).ends(&["just"]),
    language("kotlin", &KOTLIN).ends(&["kt", "kts"]),
    language("latex", &LATEX).aka(&["plaintex", "tex"]).ends(&["sty", "tex"]),
    language("less", &SCSS).ends(&["less"]),
    language("lisp", &LISP)
        .aka(&["common-lisp", "commonlisp", "elisp", "emacs-lisp", "fennel"])
        .ends(&["cl", "el", "lisp"]),
    language("lua", &LUA).aka(&["luau"]).ends(&["lua"]),
    language("makefile", &MAKE).aka(&["make"]).files(&["makefile", "gnumakefile"]).ends(&["mak", "mk"]),
    language("markdown", &MARKDOWN).aka(&["mdx", "quarto", "rmd"]).ends(&["markdown", "md"]),
    language("matlab", &MATLAB).aka(&["octave"]),
    language("nim", &NIM).ends(&["nim"]),
    language("nix", &NIX).ends(&["nix"]),
    language("objective-c", &OBJECTIVE_C).aka(&["objc"]).ends(&["m"]),
    language("objective-cpp", &OBJECTIVE_C).aka(&["objcpp"]).ends(&["mm"]),
    language("ocaml", &OCAML).ends(&["ml", "mli"]),
    language("odin", &ODIN).ends(&["odin"]),
    language("org", &ORG).ends(&["org"]),
    language("pascal", &PASCAL).aka(&["objectpascal"]).ends(&["pas"]),
    language("perl", &PERL).ends(&["pl", "pm"]),
    language("php", &PHP).ends(&["php", "phtml"]),
    language("powershell", &POWERSHELL).aka(&["ps1"]).ends(&["ps1", "psd1", "psm1"]),
    language("prolog", &PROLOG),
    language("proto", &PROTO).aka(&["protobuf"]).ends(&["proto"]),
    language("python", &PYTHON).ends(&["py", "pyi", "pyw"]),
    language("r", &R).ends(&["r"]),
    language("racket", &LISP),
    language("razor", &HTML).aka(&["aspnetcorerazor"]).ends(&["cshtml", "razor"]),
    language("restructuredtext", &RESTRUCTURED_TEXT).aka(&["rst"]).ends(&["rst"]),
    language("ruby", &RUBY).files(&["gemfile", "rakefile", "vagrantfile"]).ends(&["gemspec", "rake", "rb"]),
    language("rust", &RUST).ends(&["rs"]),
    language("sass", &SASS).ends(&["sass"]),
    language("scala", &SCALA).ends(&["sbt", "scala"]),
    language("scheme", &LISP).ends(&["scm", "ss"]),
    language("scss", &SCSS).ends(&["scss"]),
    language("shellscript", &SHELL)
        .aka(&["bash", "sh", "zsh"])
        .files(&[".bashrc", ".bash_profile", ".profile", ".zshrc", "pkgbuild"])
        .ends(&["bash", "ksh", "sh", "zsh"]),
    language("solidity", &SOLIDITY).ends(&["sol"]),
    language("sql", &SQL).aka(&["mysql", "plsql"]).ends(&["sql"]),
    language("starlark", &PYTHON).aka(&["bzl"]).files(&["build", "build.bazel", "workspace"]).ends(&["bzl", "star"]),
    language("svelte", &COMPONENT).aka(&["astro"]).ends(&["svelte"]),
    language("swift", &SWIFT).ends(&["swift"]),
    language("systemverilog", &VERILOG).ends(&["sv", "svh"]),
    language("tcl", &TCL),
    language("terraform", &TERRAFORM).aka(&["hcl", "terraform-vars", "tfvars"]).ends(&["tf"]),
    language("toml", &TOML).files(&["cargo.lock", "poetry.lock"]).ends(&["toml"]),
    language("typescript", &TYPESCRIPT).ends(&["cts", "mts", "ts"]),
    language("typescriptreact", &TSX).aka(&["tsx", "typescript.tsx"]).ends(&["tsx"]),
    language("typst", &TYPST).ends(&["typ"]),
    language("vb", &VISUAL_BASIC).aka(&["vbnet"]).ends(&["vb"]),
    language("verilog", &VERILOG).ends(&["v"]),
    language("vhdl", &VHDL).ends(&["vhd", "vhdl"]),
    language("vim", &VIM).ends(&["vim"]),
    language("vue", &COMPONENT).ends(&["vue"]),
    language("wgsl", &SHADER).ends(&["wgsl"]),
    language("xml", &XML).ends(&["svg", "xml", "xsd"]),
    language("xsl", &XML).ends(&["xsl", "xslt"]),
    language("yaml", &YAML).aka(&["docker-compose", "dockercompose"]).ends(&["yaml", "yml"]),
    language("zig", &ZIG).ends(&["zig", "zon"]),
];
