//! Lines of five languages, as far as the made-up histories need them.

/// How one language writes things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    Go,
    Java,
    Python,
    Rust,
    TypeScript,
}

use Syntax::{Go, Java, Python, Rust, TypeScript};

impl Syntax {
    pub const ALL: [Self; 5] = [Go, Java, Python, Rust, TypeScript];

    pub fn extension(self) -> &'static str {
        match self {
            Go => "go",
            Java => "java",
            Python => "py",
            Rust => "rs",
            TypeScript => "ts",
        }
    }

    /// A name of several words, in the language's style.
    pub fn name(self, words: &[&str]) -> String {
        if matches!(self, Python | Rust) {
            return words.join("_");
        }
        let capital = |word: &str| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
        };
        words.iter().enumerate().map(|(at, word)| if at == 0 { (*word).into() } else { capital(word) }).collect()
    }

    /// The first line of a function; parameters are of type `kind`.
    pub fn function(self, name: &str, parameters: &[&str], kind: &str) -> String {
        let list =
            |one: &dyn Fn(&str) -> String| parameters.iter().map(|name| one(name)).collect::<Vec<_>>().join(", ");
        match self {
            Go => format!("func {name}({}) error {{", list(&|name| format!("{name} {kind}"))),
            Java => format!("    static void {name}({}) {{", list(&|name| format!("{kind} {name}"))),
            Python => format!("def {name}({}):", list(&|name| format!("{name}: {kind}"))),
            Rust => format!("fn {name}({}) {{", list(&|name| format!("{name}: {kind}"))),
            TypeScript => format!("function {name}({}) {{", list(&|name| format!("{name}: {kind}"))),
        }
    }

    pub fn end(self) -> Vec<String> {
        match self {
            Python => vec![String::new(), String::new()],
            Java => vec!["    }".into(), String::new()],
            _ => vec!["}".into(), String::new()],
        }
    }

    fn indent(self, depth: usize) -> String {
        match self {
            Go => "\t".repeat(depth),
            Java => "    ".repeat(depth + 1),
            TypeScript => "  ".repeat(depth),
            Python | Rust => "    ".repeat(depth),
        }
    }

    /// A statement at this depth.
    pub fn statement(self, depth: usize, text: &str) -> String {
        let end = if matches!(self, Go | Python) { "" } else { ";" };
        format!("{}{text}{end}", self.indent(depth))
    }

    pub fn variable(self, depth: usize, name: &str, value: &str) -> String {
        let text = match self {
            Go => format!("{name} := {value}"),
            Java => format!("var {name} = {value}"),
            Python => format!("{name} = {value}"),
            Rust => format!("let {name} = {value}"),
            TypeScript => format!("const {name} = {value}"),
        };
        self.statement(depth, &text)
    }

    pub fn condition(self, depth: usize, text: &str) -> String {
        let indent = self.indent(depth);
        match self {
            Go | Rust => format!("{indent}if {text} {{"),
            Java | TypeScript => format!("{indent}if ({text}) {{"),
            Python => format!("{indent}if {text}:"),
        }
    }

    /// What ends a condition; nothing where indentation does.
    pub fn condition_end(self, depth: usize) -> Option<String> {
        (self != Python).then(|| format!("{}}}", self.indent(depth)))
    }

    pub fn import(self, module: &str, name: &str) -> String {
        match self {
            Go => format!("import {name} \"example.org/{module}/{name}\""),
            Java => format!("import org.example.{module}.{name};"),
            Python => format!("from {module} import {name}"),
            Rust => format!("use {module}::{name};"),
            TypeScript => format!("import {{ {name} }} from \"./{module}\";"),
        }
    }

    /// One entry of a literal: `name: value,`.
    pub fn entry(self, name: &str, value: &str) -> String {
        match self {
            Python => format!("    \"{name}\": {value},"),
            Java => format!("        .put(\"{name}\", {value})"),
            Go => format!("\t{name}: {value},"),
            Rust => format!("    {name}: {value},"),
            TypeScript => format!("  {name}: {value},"),
        }
    }

    pub fn integer(self) -> &'static str {
        match self {
            Go | Java | Python => "int",
            Rust => "u32",
            TypeScript => "number",
        }
    }

    pub fn wide_integer(self) -> &'static str {
        match self {
            Go => "int64",
            Java => "long",
            Python => "float",
            Rust => "u64",
            TypeScript => "bigint",
        }
    }
}
