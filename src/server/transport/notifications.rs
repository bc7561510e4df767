//! Notifications the protocol layer would drop in silence: nobody can be answered, so at least the log says so.

use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::Request;
use tower_lsp::ls_types::notification::{
    Cancel, DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders,
    DidCloseTextDocument, DidCreateFiles, DidDeleteFiles, DidOpenTextDocument, DidRenameFiles, DidSaveTextDocument,
    Initialized, Notification, WillSaveTextDocument, WorkDoneProgressCancel,
};

type Parse = fn(&Value) -> Result<(), serde_json::Error>;

/// Each notification we know, with the parser the protocol layer will use. The layer parses inside and tells nobody what
/// it drops, so this is a second parsing: 5 µs for a keystroke, 0.4 ms for a new document of 1 MB (2026-11-28, a busy
/// machine). In exchange the answer is exactly the layer's own.
const KNOWN: &[(&str, Parse)] = &[
    (DidChangeTextDocument::METHOD, parse::<DidChangeTextDocument>),
    (DidOpenTextDocument::METHOD, parse::<DidOpenTextDocument>),
    (DidCloseTextDocument::METHOD, parse::<DidCloseTextDocument>),
    (DidSaveTextDocument::METHOD, parse::<DidSaveTextDocument>),
    (WillSaveTextDocument::METHOD, parse::<WillSaveTextDocument>),
    (Cancel::METHOD, parse::<Cancel>),
    (Initialized::METHOD, parse::<Initialized>),
    (DidChangeConfiguration::METHOD, parse::<DidChangeConfiguration>),
    (DidChangeWorkspaceFolders::METHOD, parse::<DidChangeWorkspaceFolders>),
    (DidChangeWatchedFiles::METHOD, parse::<DidChangeWatchedFiles>),
    (DidCreateFiles::METHOD, parse::<DidCreateFiles>),
    (DidRenameFiles::METHOD, parse::<DidRenameFiles>),
    (DidDeleteFiles::METHOD, parse::<DidDeleteFiles>),
    (WorkDoneProgressCancel::METHOD, parse::<WorkDoneProgressCancel>),
];

/// Why the params of this notification do not fit its method; `None` when they fit or the method is none we know.
///
/// The text may quote the params, so it may hold source text.
pub fn misfit(notification: &Request) -> Option<String> {
    let (_, parse) = KNOWN.iter().find(|(method, _)| *method == notification.method())?;
    match notification.params() {
        Some(params) => parse(params).err().map(|error| error.to_string()),
        None => Some("there are no params".to_owned()),
    }
}

/// What the session is told in the place of a `didChange` that cannot be read: its params are the document's URI, or
/// `null` where not even that is told.
pub const EDIT_LOST: &str = "codestral/editLost";

/// The call to make where `lost` would be dropped. An edit that is lost makes all that follow meet another text.
pub fn instead_of_lost(lost: Request) -> Request {
    if lost.method() != DidChangeTextDocument::METHOD {
        return lost;
    }
    let uri = lost.params().and_then(|params| params.pointer("/textDocument/uri")).filter(|uri| uri.is_string());
    Request::build(EDIT_LOST).params(json!({ "uri": uri })).finish()
}

/// Whether the handler of this notification must be done before the next message is looked at: everything that comes
/// after it counts on the text or the settings it brings.
pub fn is_ordered(method: &str) -> bool {
    method == EDIT_LOST || method.starts_with("textDocument/did") || method.starts_with("workspace/didChange")
}

fn parse<N: Notification>(params: &Value) -> Result<(), serde_json::Error> {
    N::Params::deserialize(params).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: &'static str, params: Value, fits: bool) {
        let seen = misfit(&Request::build(method).params(params).finish());
        assert_eq!(seen.is_none(), fits, "{method}: {seen:?}");
    }

    #[test]
    fn params_that_do_not_fit_are_found() {
        check("textDocument/didClose", json!({"textDocument": {"uri": "file:///a"}}), true);
        check("textDocument/didClose", json!({"textDocument": {"uri": 7}}), false);
        check("textDocument/didChange", json!({"textDocument": {"uri": "file:///a", "version": 1}}), false);
        check("workspace/didChangeConfiguration", json!({"settings": null}), true);
        check("workspace/didChangeConfiguration", json!(null), false);
        check("$/unknown", json!(7), true);
        assert!(misfit(&Request::build("textDocument/didOpen").finish()).is_some());
    }
}
