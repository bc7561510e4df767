//! The settings of excerpts of other files, and what one language sets for itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Completion, Dialect, Settings};

/// The excerpts of other files of the workspace that the model is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Context {
    /// Whether excerpts of other files are sent with a completion, and with a chat about code.
    pub enabled: bool,
    /// The most of them, in bytes; 0 is none.
    #[schemars(range(max = 32_768))]
    pub max_bytes: usize,
    /// Which files they may come from.
    pub from: ContextFiles,
}

impl Context {
    /// The most that may be sent of other files, in bytes.
    pub fn bytes(&self) -> usize {
        if self.enabled { self.max_bytes } else { 0 }
    }
}

impl Default for Context {
    fn default() -> Self {
        // Some 1,300 tokens. On sessions replayed in real repositories 4 KiB bring half of the names that a completion
        // needs from elsewhere, 8 KiB a fifth more of them.
        Context { enabled: true, max_bytes: 4096, from: ContextFiles::Workspace }
    }
}

/// Which files excerpts may come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ContextFiles {
    /// Those of the workspace's folders.
    #[default]
    Workspace,
    /// Those of them that are open.
    Open,
}

impl Settings {
    /// The excerpts of other files for a document of this LSP language id.
    pub fn context_for(&self, language_id: &str) -> &Context {
        self.languages.get(language_id).map_or(&self.context, |own| &own.context)
    }

    /// Whether excerpts of other files may come to be sent, in any language.
    pub fn may_use_context(&self) -> bool {
        self.any_context(|context| context.bytes() > 0)
    }

    /// Whether these may be of files that are not open.
    pub fn may_use_files(&self) -> bool {
        self.any_context(|context| context.bytes() > 0 && context.from == ContextFiles::Workspace)
    }

    fn any_context(&self, is_such: impl Fn(&Context) -> bool) -> bool {
        let mut all = self.languages.values().map(|own| &own.context).chain([&self.context]);
        self.endpoint.dialect != Dialect::Local && all.any(is_such)
    }
}

/// What holds for one language: the settings of `completion`, and those of `context`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
#[schemars(extend("additionalProperties" = false))]
pub struct Language {
    /// How and when to complete.
    #[serde(flatten)]
    pub completion: Completion,
    /// The excerpts of other files of the workspace that the model is shown.
    pub context: Context,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::settings::tests::{check, editor, file};
    use crate::settings::{ContextFiles, load};

    #[test]
    fn excerpts_are_set_for_all_and_by_language() {
        let set = json!({ "context": { "maxBytes": 100 }, "languages": { "rust": { "context": { "from": "open" } } } });
        let own = json!({ "context": { "maxBytes": 100, "enabled": true, "from": "open" } });
        let mut rust = json!(crate::settings::Language::default());
        rust["context"] = own["context"].clone();
        check(&[editor(set.clone())], json!({ "context": { "maxBytes": 100 }, "languages": { "rust": rust } }), &[]);
        let settings = load(&[editor(set)], None).settings;
        let of = |language| (settings.context_for(language).from, settings.context_for(language).bytes());
        assert_eq!((of("rust"), of("go")), ((ContextFiles::Open, 100), (ContextFiles::Workspace, 100)));
        let off = load(&[file(json!({ "languages": { "go": { "context": { "enabled": false } } } }))], None).settings;
        assert_eq!((off.context_for("go").bytes(), off.context_for("rust").bytes()), (0, 4096));
    }

    #[test]
    fn who_cannot_be_understood_about_other_files_has_nothing_sent() {
        for wrong in [
            json!({ "context": { "enabled": "no" } }),
            json!({ "context": { "enable": false } }),
            json!({ "context": { "from": "opened" } }),
            json!({ "context": { "maxBytes": -1 } }),
            json!({ "context": false }),
            json!({ "contxt": { "enabled": false } }),
            json!({ "completion": { "context": { "enabled": false } } }),
            json!({ "languages": { "rust": { "context": { "enabled": 0 } } } }),
            json!({ "languages": { "rust": { "contex": false } } }),
        ] {
            let problems = load(&[editor(wrong.clone())], None).problems;
            assert!(problems.iter().any(super::super::Problem::forbids_sending), "{wrong}: {problems:?}");
        }
    }
}
