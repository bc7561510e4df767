//! How the excerpts of other files stand before the text at the cursor: in the way that the model has learnt, which its
//! name tells, or in Codestral's.
//!
//! What stands after the cursor travels apart in all of them.

use std::borrow::Cow;

use crate::masking::MaskedText;
use crate::model::Prompt;

/// A way of putting several files into one prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContextForm {
    /// `+++++ path` before each: the one that Codestral's users know, by Continue.
    Codestral,
    /// Qwen2.5-Coder's, by its report: `<|repo_name|>`, and `<|file_sep|>path` before each.
    Qwen,
    /// `StarCoder2`'s, by its paper: `<repo_name>`, and `<file_sep>path` before each.
    StarCoder,
    /// DeepSeek-Coder's, by its page: `#path` before each.
    DeepSeek,
}

impl ContextForm {
    /// The one that a model of this name has learnt.
    pub fn of(model: &str) -> Self {
        let model = model.to_ascii_lowercase();
        let is = |names: &[&str]| names.iter().any(|name| model.contains(name));
        // CodeQwen came before the form, and knows nothing of it.
        if is(&["qwen"]) && is(&["coder"]) {
            Self::Qwen
        } else if is(&["starcoder2", "starcoder-2"]) {
            Self::StarCoder
        } else if is(&["deepseek"]) {
            Self::DeepSeek
        } else {
            Self::Codestral
        }
    }

    /// The text before the cursor with the excerpts before it; without any it is left as it is.
    pub fn prefix(self, prompt: &Prompt) -> Cow<'_, str> {
        if prompt.others.is_empty() {
            return Cow::Borrowed(&prompt.prefix);
        }
        let mut text = self.before(prompt);
        text.push(&prompt.prefix);
        Cow::Owned(text.to_string())
    }

    /// What stands before the document's own text: the excerpts, and last what the document is called. Nothing without
    /// excerpts. A repository is called "project": what it is called is nobody's business.
    pub fn before(self, prompt: &Prompt) -> MaskedText {
        let mut text = MaskedText::default();
        if prompt.others.is_empty() {
            return text;
        }
        text.push_format(match self {
            Self::Qwen => "<|repo_name|>project\n",
            Self::StarCoder => "<repo_name>project",
            Self::Codestral | Self::DeepSeek => "",
        });
        for other in &prompt.others {
            text.push_format(self.header());
            text.push(&other.path);
            text.push_format("\n");
            text.push(&other.text);
            if !other.text.ends_with('\n') {
                text.push_format("\n");
            }
            text.push_format(self.between());
        }
        text.push_format(self.header());
        text.push(&prompt.path);
        text.push_format("\n");
        text
    }

    /// Whether excerpts stand before the tokens of a model's own format, and not inside of its prefix.
    pub fn stands_outside(self) -> bool {
        matches!(self, Self::Qwen | Self::StarCoder)
    }

    fn header(self) -> &'static str {
        match self {
            Self::Codestral => "+++++ ",
            Self::Qwen => "<|file_sep|>",
            Self::StarCoder => "<file_sep>",
            Self::DeepSeek => "#",
        }
    }

    /// What stands between the last line of a file and the header of the next.
    fn between(self) -> &'static str {
        match self {
            Self::Codestral | Self::DeepSeek => "\n",
            Self::Qwen | Self::StarCoder => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::OtherFile;

    #[track_caller]
    fn check(model: &str, expected: &str) {
        let other = |path: &'static str, text: &'static str| OtherFile { path: path.into(), text: text.into() };
        let others = vec![other("src/a.rs", "fn a();\n"), other("b.rs", "fn b();")];
        let prompt = Prompt { prefix: "own".into(), path: "src/own.rs".into(), others, ..Prompt::default() };
        assert_eq!(ContextForm::of(model).prefix(&prompt), expected, "{model}");
    }

    #[test]
    fn each_file_has_its_header_and_the_own_one_stands_last() {
        for model in ["codestral-latest", "", "my-model", "codeqwen-7b"] {
            check(model, "+++++ src/a.rs\nfn a();\n\n+++++ b.rs\nfn b();\n\n+++++ src/own.rs\nown");
        }
        check(
            "Qwen/Qwen2.5-Coder-7B",
            "<|repo_name|>project\n<|file_sep|>src/a.rs\nfn a();\n<|file_sep|>b.rs\nfn b();\n<|file_sep|>src/own.rs\nown",
        );
        check(
            "bigcode/starcoder2-3b",
            "<repo_name>project<file_sep>src/a.rs\nfn a();\n<file_sep>b.rs\nfn b();\n<file_sep>src/own.rs\nown",
        );
        check("deepseek-coder-v2", "#src/a.rs\nfn a();\n\n#b.rs\nfn b();\n\n#src/own.rs\nown");
    }

    #[test]
    fn without_excerpts_there_is_no_header() {
        let prompt = Prompt { prefix: "own".into(), path: "src/own.rs".into(), ..Prompt::default() };
        for model in ["codestral", "qwen2.5-coder", "starcoder2", "deepseek"] {
            assert_eq!(ContextForm::of(model).prefix(&prompt), "own");
        }
    }
}
