//! How a language writes values.

/// What may be a value in a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ValueSyntax {
    /// Values are quoted; a bare word is a name or a call.
    Code,
    /// A bare value goes to the line's end: YAML, INI, properties.
    Config,
    /// A bare value is one word: shells, Dockerfiles, web servers' settings.
    Shell,
    /// Elements and attributes: XML, HTML.
    Markup,
    /// Text for people, with anything in it.
    #[default]
    Prose,
}

impl ValueSyntax {
    /// By the protocol's language identifier (`rust`, `yaml`, ...), or by a file's extension where that is its name.
    pub fn of(language: &str) -> Self {
        match language.to_ascii_lowercase().as_str() {
            "yaml"
            | "yml"
            | "ini"
            | "properties"
            | "dotenv"
            | "env"
            | "editorconfig"
            | "gitconfig"
            | "git-config"
            | "conf"
            | "cfg"
            | "systemd"
            | "desktop"
            | "ansible"
            | "yaml.ansible"
            | "dockercompose"
            | "helm"
            | "pgpass"
            | "netrc"
            | "cnf"
            | "config"
            | "jproperties"
            | "java-properties"
            | "yaml.docker-compose"
            | "confini"
            | "toml" => Self::Config,
            "shellscript" | "sh" | "bash" | "zsh" | "fish" | "dockerfile" | "docker" | "makefile" | "make"
            | "nginx" | "apache" | "apacheconf" | "bat" | "powershell" | "ps1" | "just" | "tcl" | "redis" | "nu"
            | "csh" | "ksh" | "caddyfile" | "haproxy" => Self::Shell,
            "xml" | "html" | "xhtml" | "plist" | "svg" | "xsl" | "xaml" | "csproj" | "htmldjango" | "razor" => {
                Self::Markup
            }
            "" | "markdown" | "md" | "plaintext" | "text" | "txt" | "gitcommit" | "git-commit" | "git-rebase"
            | "diff" | "rst" | "restructuredtext" | "asciidoc" | "org" | "http" | "rest" | "log" | "tex" | "latex"
            | "csv" | "mail" => Self::Prose,
            _ => Self::Code,
        }
    }
}
