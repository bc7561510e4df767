//! What this client can do, told once from `initialize`, and how it wants to be answered.

use tower_lsp::ls_types::{InitializeParams, PositionEncodingKind};

use crate::position::Encoding;
use crate::settings::AsCompletion;

/// The client by its abilities. Names count only where a client's ways cannot be told from what it announces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Client {
    /// The position encoding agreed on.
    pub encoding: Encoding,
    /// Whether it asks for inline completions.
    pub inline_completion: bool,
    /// Whether `workspace/configuration` may be asked.
    pub configuration: bool,
    /// Whether it wants `workspace/didChangeConfiguration` to be registered before it sends any.
    pub registers_configuration: bool,
    /// Whether it can be asked to tell of changed files.
    pub watches_files: bool,
    /// Whether it shows progress that the server begins.
    pub progress: bool,
    /// Whether it can open a document for the user.
    pub show_document: bool,
    /// Whether it inserts all lines of a completion item; Neovim up to 0.11 takes only the first.
    pub multiline_items: bool,
    /// Whether its next `completion` waits until the last is answered, so that a query must follow the typing (Helix).
    pub one_at_a_time: bool,
}

impl Client {
    /// What `initialize` says of the client.
    pub fn new(params: &InitializeParams) -> Self {
        let capabilities = &params.capabilities;
        let workspace = capabilities.workspace.as_ref();
        let name = params.client_info.as_ref().map_or("", |info| info.name.as_str()).to_lowercase();
        let offered = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let text_document = capabilities.text_document.as_ref();
        let window = capabilities.window.as_ref();
        Self {
            encoding: encoding(offered.unwrap_or_default()),
            inline_completion: text_document.is_some_and(|document| document.inline_completion.is_some()),
            configuration: workspace.and_then(|workspace| workspace.configuration).unwrap_or_default(),
            registers_configuration: workspace
                .and_then(|workspace| workspace.did_change_configuration)
                .and_then(|change| change.dynamic_registration)
                .unwrap_or_default(),
            watches_files: workspace
                .and_then(|workspace| workspace.did_change_watched_files.as_ref())
                .and_then(|watch| watch.dynamic_registration)
                .unwrap_or_default(),
            progress: window.and_then(|window| window.work_done_progress).unwrap_or_default(),
            show_document: window.and_then(|window| window.show_document.as_ref()).is_some_and(|show| show.support),
            multiline_items: name != "neovim",
            one_at_a_time: name == "helix",
        }
    }

    /// Whether `textDocument/completion` is offered: beside inline completion the same text would come twice.
    pub fn wants_completion(&self, setting: AsCompletion) -> bool {
        match setting {
            AsCompletion::Auto => !self.inline_completion,
            AsCompletion::Always => true,
            AsCompletion::Never => false,
        }
    }

    /// The protocol's name of the encoding agreed on.
    pub fn encoding_kind(&self) -> PositionEncodingKind {
        match self.encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }
}

/// Bytes where the client can, since the rope counts in them; else UTF-16, which every client must understand.
fn encoding(offered: &[PositionEncodingKind]) -> Encoding {
    if offered.contains(&PositionEncodingKind::UTF8) {
        return Encoding::Utf8;
    }
    let only_utf32 = !offered.is_empty() && offered.iter().all(|kind| *kind == PositionEncodingKind::UTF32);
    if only_utf32 { Encoding::Utf32 } else { Encoding::Utf16 }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn client(params: Value) -> Client {
        Client::new(&serde_json::from_value(params).unwrap())
    }

    #[test]
    fn a_client_that_says_nothing_gets_the_least() {
        let client = client(json!({ "capabilities": {} }));
        assert_eq!(client, Client { multiline_items: true, ..Client::default() });
        assert!(client.wants_completion(AsCompletion::Auto));
        assert!(!client.wants_completion(AsCompletion::Never));
    }

    #[test]
    fn inline_completion_takes_the_place_of_items() {
        let client = client(json!({ "capabilities": { "textDocument": { "inlineCompletion": {} } } }));
        assert!(client.inline_completion);
        assert!(!client.wants_completion(AsCompletion::Auto));
        assert!(client.wants_completion(AsCompletion::Always));
    }

    #[test]
    fn utf8_is_taken_when_offered() {
        for (offered, expected) in [
            (json!(["utf-16", "utf-8"]), Encoding::Utf8),
            (json!(["utf-8", "utf-32", "utf-16"]), Encoding::Utf8),
            (json!(["utf-32", "utf-16"]), Encoding::Utf16),
            (json!(["utf-16"]), Encoding::Utf16),
            (json!(["utf-32"]), Encoding::Utf32),
            (json!(["utf-7"]), Encoding::Utf16),
        ] {
            let client = client(json!({ "capabilities": { "general": { "positionEncodings": offered } } }));
            assert_eq!(client.encoding, expected);
        }
    }
}
