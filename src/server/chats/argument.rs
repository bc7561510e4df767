//! The one argument of `codestral.chat`, checked.

use serde::Deserialize;
use serde_json::Value;
use tower_lsp::ls_types as lsp;

use super::COMMAND;
use crate::chat::Action;
use crate::chat::prompt::Diagnostic;
use crate::server::convert;
use crate::server::transport::parseable;

/// What is asked, by an editor.
#[derive(Debug, Clone)]
pub struct Argument {
    /// What to do.
    pub action: Action,
    /// The document that holds the code.
    pub uri: Option<lsp::Uri>,
    /// The code in it.
    pub range: Option<lsp::Range>,
    /// The person's words; not blank.
    pub words: Option<String>,
    /// The conversation to go on with.
    pub conversation: Option<String>,
    /// What tools say of the code.
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    action: String,
    text_document: Option<lsp::TextDocumentIdentifier>,
    range: Option<lsp::Range>,
    instruction: Option<String>,
    conversation: Option<String>,
    diagnostics: Option<Vec<lsp::Diagnostic>>,
}

impl Argument {
    /// Reads it. The error is one sentence for whoever wrote the key that sends it.
    pub fn read(argument: Option<Value>) -> Result<Self, String> {
        let example = r#"{"action": "explain", "textDocument": {"uri": ...}, "range": ...}"#;
        let Some(argument) = argument else {
            return Err(format!("{COMMAND} needs one argument, such as {example}"));
        };
        let mut argument = argument;
        // What stands in arguments is ours, so it comes as the client spells it.
        if let Some(Value::String(uri)) = argument.pointer_mut("/textDocument/uri")
            && let Some(parseable) = parseable(uri)
        {
            *uri = parseable;
        }
        let raw: Raw = serde_json::from_value(argument)
            .map_err(|error| format!("the argument of {COMMAND} is not as it should be ({error}); it is {example}"))?;
        let Some(action) = Action::named(&raw.action) else {
            let names = Action::ALL.map(Action::name).join(", ");
            return Err(format!("there is no action {:?}; there are {names}", raw.action));
        };
        Ok(Self {
            action,
            uri: raw.text_document.map(|document| document.uri),
            range: raw.range,
            words: raw.instruction.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty()),
            conversation: raw.conversation,
            diagnostics: raw.diagnostics.iter().flatten().map(convert::from_diagnostic).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_sent_is_read() {
        let range = json!({"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 0}});
        let argument = Argument::read(Some(json!({
            "action": "fix",
            "textDocument": {"uri": "file:///a.rs"},
            "range": range,
            "instruction": " ",
            "diagnostics": [{"range": range, "severity": 2, "source": "rustc", "code": "E1", "message": "m"}],
        })))
        .unwrap();
        assert_eq!(argument.action, Action::Fix);
        assert_eq!(argument.words, None);
        let expected = Diagnostic { line: 2, severity: "warning", message: "m (rustc E1)".into() };
        assert_eq!(argument.diagnostics, [expected]);
    }

    #[test]
    fn what_is_null_is_not_there() {
        let nothing = json!({"action": "ask", "textDocument": null, "range": null, "instruction": null,
            "conversation": null, "diagnostics": null});
        assert!(Argument::read(Some(nothing)).is_ok_and(|argument| argument.diagnostics.is_empty()));
    }

    #[track_caller]
    fn check_refused(argument: Option<Value>, sentence: &str) {
        let error = Argument::read(argument).unwrap_err();
        assert!(error.contains(sentence), "{error}");
    }

    #[test]
    fn what_is_wrong_is_said() {
        check_refused(None, "needs one argument");
        check_refused(Some(json!({})), "missing field `action`");
        check_refused(Some(json!({"action": "sing"})), "there is no action \"sing\"; there are explain, fix, ");
        check_refused(Some(json!({"action": "fix", "range": 3})), "not as it should be");
        check_refused(Some(json!("fix")), "not as it should be");
    }
}
