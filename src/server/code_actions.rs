//! Code actions as this client wants them, whatever they do: which kinds it asks for, and in which shape.

use tower_lsp::ls_types::{CodeAction, CodeActionOrCommand, CodeActionParams};

use super::capabilities::ClientCapabilities;

/// Whether actions of this kind are asked for.
pub fn is_wanted(kind: &str, params: &CodeActionParams) -> bool {
    let only = params.context.only.as_deref();
    only.is_none_or(|only| only.iter().any(|only| is_or_is_in(kind, only.as_str())))
}

/// The action as a literal, or as the command alone for clients that know no literals.
pub fn in_form(mut action: CodeAction, client: &ClientCapabilities) -> CodeActionOrCommand {
    match action.command.take() {
        Some(command) if !client.action_literals => CodeActionOrCommand::Command(command),
        command => CodeActionOrCommand::CodeAction(CodeAction { command, ..action }),
    }
}

/// Kinds are paths: `refactor.rewrite` is in `refactor`.
fn is_or_is_in(kind: &str, only: &str) -> bool {
    kind.strip_prefix(only).is_some_and(|rest| only.is_empty() || rest.is_empty() || rest.starts_with('.'))
}
