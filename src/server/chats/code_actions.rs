//! The code actions that carry `codestral.chat`.

use serde_json::{Value, json};
use tower_lsp::ls_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams, CodeActionTriggerKind,
    Command, Diagnostic, WorkDoneProgressOptions,
};

use super::COMMAND;
use crate::chat::Action;
use crate::server::capabilities::ClientCapabilities;
use crate::server::code_actions::{in_form, is_wanted};

/// The root of the kinds that LSP has no name for.
const OWN_KIND: &str = "codestral";

/// What is announced: the kinds an editor may offer by name.
pub fn options() -> CodeActionOptions {
    CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::REFACTOR_REWRITE, OWN_KIND.into()]),
        work_done_progress_options: WorkDoneProgressOptions::default(),
        resolve_provider: Some(false),
    }
}

/// What can be asked about the code at a place. `conversation`: the document is that one, in which nothing but its
/// next question can be asked.
pub fn offered(
    params: &CodeActionParams,
    conversation: Option<&str>,
    client: &ClientCapabilities,
) -> Vec<CodeActionOrCommand> {
    let actions = match conversation {
        Some(id) => vec![send(id)],
        None => {
            let fitting =
                Action::ALL.into_iter().filter(|action| fits(*action, params) && can_be_worded(*action, client));
            fitting.map(|action| about(action, params)).collect()
        }
    };
    let wanted = |action: &CodeAction| is_wanted(action.kind.as_ref().map_or("", CodeActionKind::as_str), params);
    actions.into_iter().filter(wanted).map(|action| in_form(action, client)).collect()
}

/// Editors ask on their own at every move of the cursor, to light a bulb: only a selection or a diagnostic is worth it.
fn fits(action: Action, params: &CodeActionParams) -> bool {
    if action == Action::Change {
        // It is nothing without words, which a code action cannot ask for; "Ask" can, by a document.
        return false;
    }
    let automatic = params.context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC);
    let fixes = action == Action::Fix && !params.context.diagnostics.is_empty();
    !automatic || fixes || params.range.start != params.range.end
}

/// A question is written into a document that the editor is shown, or asked for by an editor that knows chat.
fn can_be_worded(action: Action, client: &ClientCapabilities) -> bool {
    !action.needs_words() || client.show_document || client.streams_chat
}

fn about(action: Action, params: &CodeActionParams) -> CodeAction {
    let mut argument = json!({
        "action": action.name(),
        "textDocument": params.text_document,
        "range": params.range,
    });
    let fixes: &[Diagnostic] = if action == Action::Fix { &params.context.diagnostics } else { &[] };
    if !fixes.is_empty() {
        argument["diagnostics"] = json!(fixes);
    }
    let mut built = carrying(action.title(), kind(action), argument);
    built.diagnostics = Some(fixes.to_vec()).filter(|fixes| !fixes.is_empty());
    built
}

fn send(conversation: &str) -> CodeAction {
    let argument = json!({ "action": Action::Ask.name(), "conversation": conversation });
    carrying("Send this question", format!("{OWN_KIND}.send").into(), argument)
}

fn carrying(title: &str, kind: CodeActionKind, argument: Value) -> CodeAction {
    let title = format!("Codestral: {title}");
    let command = Command { title: title.clone(), command: COMMAND.to_owned(), arguments: Some(vec![argument]) };
    CodeAction { title, kind: Some(kind), command: Some(command), ..CodeAction::default() }
}

fn kind(action: Action) -> CodeActionKind {
    match action {
        Action::Fix => CodeActionKind::QUICKFIX,
        Action::Document | Action::Improve | Action::Change => CodeActionKind::REFACTOR_REWRITE,
        Action::Explain | Action::Tests | Action::Ask => format!("{OWN_KIND}.{}", action.name()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(context: Value, end: u32) -> CodeActionParams {
        serde_json::from_value(json!({
            "textDocument": {"uri": "file:///a.rs"},
            "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": end}},
            "context": context,
        }))
        .unwrap()
    }

    fn able() -> ClientCapabilities {
        ClientCapabilities { show_document: true, action_literals: true, ..ClientCapabilities::default() }
    }

    fn diagnostic() -> Value {
        json!({"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}, "message": "m"})
    }

    #[track_caller]
    fn check(context: Value, end: u32, expected: &[&str]) {
        let offered = serde_json::to_value(offered(&params(context, end), None, &able())).unwrap();
        let titles: Vec<_> = offered.as_array().unwrap().iter().map(|it| it["title"].as_str().unwrap()).collect();
        let expected: Vec<_> = expected.iter().map(|title| format!("Codestral: {title}")).collect();
        assert_eq!(titles, expected);
    }

    #[test]
    fn each_action_is_offered_when_asked_for() {
        let all = ["Explain", "Fix", "Document", "Write tests", "Improve", "Ask"];
        check(json!({"diagnostics": []}), 3, &all);
        check(json!({"diagnostics": [], "triggerKind": 1}), 0, &all);
        check(json!({"diagnostics": [], "triggerKind": 2}), 3, &all);
    }

    #[test]
    fn no_bulb_is_lit_at_every_move_of_the_cursor() {
        check(json!({"diagnostics": [], "triggerKind": 2}), 0, &[]);
        check(json!({"diagnostics": [diagnostic()], "triggerKind": 2}), 0, &["Fix"]);
    }

    #[test]
    fn only_the_kinds_that_are_wanted_come() {
        check(json!({"diagnostics": [], "only": ["quickfix"]}), 1, &["Fix"]);
        check(json!({"diagnostics": [], "only": ["refactor"]}), 1, &["Document", "Improve"]);
        check(json!({"diagnostics": [], "only": ["codestral"]}), 1, &["Explain", "Write tests", "Ask"]);
        check(json!({"diagnostics": [], "only": ["codestral.ask", "quick"]}), 1, &["Ask"]);
        check(json!({"diagnostics": [], "only": ["source.organizeImports"]}), 1, &[]);
    }

    #[test]
    fn the_command_carries_range_and_diagnostics() {
        let params = params(json!({"diagnostics": [diagnostic()]}), 2);
        let offered = serde_json::to_value(offered(&params, None, &able())).unwrap();
        let fix = &offered[1];
        assert_eq!(fix["kind"], "quickfix");
        assert_eq!(fix["command"]["command"], COMMAND);
        let argument = &fix["command"]["arguments"][0];
        assert_eq!(argument["range"]["end"]["character"], 2);
        assert_eq!(argument["diagnostics"], json!([diagnostic()]));
        assert_eq!(offered[0]["command"]["arguments"][0].get("diagnostics"), None);
    }

    #[test]
    fn a_client_without_literals_gets_commands() {
        let offered =
            serde_json::to_value(offered(&params(json!({"diagnostics": []}), 1), None, &ClientCapabilities::default()))
                .unwrap();
        assert_eq!(offered[0]["command"], COMMAND);
        assert_eq!(offered[0]["arguments"][0]["action"], "explain");
    }

    #[test]
    fn a_question_is_offered_where_it_can_be_written() {
        let asks = |client: &ClientCapabilities| {
            let offered = serde_json::to_value(offered(&params(json!({"diagnostics": []}), 1), None, client)).unwrap();
            offered.to_string().contains("Codestral: Ask")
        };
        assert!(asks(&able()) && asks(&ClientCapabilities { streams_chat: true, ..ClientCapabilities::default() }));
        assert!(!asks(&ClientCapabilities::default()));
    }

    #[test]
    fn in_a_conversation_its_question_can_be_sent() {
        let offered = offered(&params(json!({"diagnostics": []}), 0), Some("2026-a"), &able());
        let offered = serde_json::to_value(offered).unwrap();
        assert_eq!(offered.as_array().unwrap().len(), 1);
        assert_eq!(offered[0]["command"]["arguments"][0], json!({"action": "ask", "conversation": "2026-a"}));
    }
}
