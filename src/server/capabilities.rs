//! What a client tells of itself in `initialize`: what it can do, its folders, its settings.

use std::path::PathBuf;

use serde_json::Value;
use tower_lsp::ls_types::{InitializeParams, PositionEncodingKind};

use super::uri;
use crate::settings::AsCompletion;
use crate::text::position::Encoding;

/// The client by its abilities. Names count only where a client's ways cannot be told from what it announces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClientCapabilities {
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
    /// Whether it makes edits that the server asks for.
    pub applies_edits: bool,
    /// Whether such an edit may name the version of the document that it is meant for.
    pub document_changes: bool,
    /// Whether a code action may be more than a bare command.
    pub action_literals: bool,
    /// Whether it shows conversations itself, by `codestral/chatDelta` (`editors/chat.md`).
    pub streams_chat: bool,
    /// Whether its next `completion` waits until the last is answered, so that a query must follow the typing (Helix).
    pub one_at_a_time: bool,
    /// Whether it shows an inline suggestion that comes after further typing, and asks no more until that rests (Neovim).
    pub takes_late_answers: bool,
    /// Whether it puts an inline suggestion behind what its range spans, instead of in its place (LSP4IJ).
    pub keeps_rest: bool,
    /// Whether a message that fills more than a line makes it wait for a key, which is then missing in the text (Neovim).
    pub blocks_on_long_messages: bool,
}

impl ClientCapabilities {
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
            applies_edits: workspace.and_then(|workspace| workspace.apply_edit).unwrap_or_default(),
            document_changes: workspace
                .and_then(|workspace| workspace.workspace_edit.as_ref())
                .and_then(|edit| edit.document_changes)
                .unwrap_or_default(),
            action_literals: text_document
                .and_then(|document| document.code_action.as_ref())
                .is_some_and(|action| action.code_action_literal_support.is_some()),
            streams_chat: params.initialization_options.as_ref().is_some_and(streams_chat),
            multiline_items: name != "neovim",
            one_at_a_time: name == "helix",
            takes_late_answers: name == "neovim",
            blocks_on_long_messages: name == "neovim",
            keeps_rest: is_jetbrains(&name),
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

/// LSP4IJ calls itself by the full name of the IDE it runs in; each has one of these words in it. In small letters.
const JETBRAINS: [&str; 15] = [
    "appcode",
    "clion",
    "datagrip",
    "dataspell",
    "goland",
    "intellij",
    "jetbrains",
    "lsp4ij",
    "phpstorm",
    "pycharm",
    "rider",
    "rubymine",
    "rustrover",
    "webstorm",
    "writerside",
];

/// Whether a client's name, in small letters, is that of an IDE built on IntelliJ's platform.
fn is_jetbrains(name: &str) -> bool {
    name == "android studio" || name.split_whitespace().any(|word| JETBRAINS.contains(&word))
}

/// What a client says of itself in `initializationOptions`, beside the settings.
const CHAT_STREAM: &str = "chatStream";

fn streams_chat(options: &Value) -> bool {
    [options, &options["codestral"]].iter().any(|options| options[CHAT_STREAM] == true)
}

/// The settings in `initializationOptions`: all but what the client says of itself.
pub fn settings_of(mut options: Value) -> Value {
    for place in ["", "/codestral"] {
        if let Some(Value::Object(options)) = options.pointer_mut(place) {
            options.remove(CHAT_STREAM);
        }
    }
    options
}

/// The folders of the workspace.
pub fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = params.workspace_folders.iter().flatten().filter_map(|folder| uri::to_path(&folder.uri));
    let folders: Vec<PathBuf> = folders.collect();
    if !folders.is_empty() {
        return folders;
    }
    #[expect(deprecated, reason = "the only root that older clients name")]
    let root = params.root_uri.as_ref();
    root.and_then(uri::to_path).into_iter().collect()
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
    use serde_json::json;

    use super::*;

    fn client(params: Value) -> ClientCapabilities {
        ClientCapabilities::new(&serde_json::from_value(params).unwrap())
    }

    #[test]
    fn a_client_that_says_nothing_gets_the_least() {
        let client = client(json!({ "capabilities": {} }));
        assert_eq!(client, ClientCapabilities { multiline_items: true, ..ClientCapabilities::default() });
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
    fn an_ide_of_jetbrains_replaces_nothing_whichever_it_is() {
        for (name, expected) in [
            ("IntelliJ IDEA Community Edition", true),
            ("PyCharm", true),
            ("JetBrains Rider", true),
            ("Android Studio", true),
            ("Visual Studio Code", false),
            ("Strider", false),
            ("Neovim", false),
            ("", false),
        ] {
            let client = client(json!({ "capabilities": {}, "clientInfo": { "name": name } }));
            assert_eq!(client.keeps_rest, expected, "{name}");
        }
    }

    #[test]
    fn what_a_client_says_of_itself_is_no_setting() {
        for options in [json!({"chatStream": true, "log": 1}), json!({"codestral": {"chatStream": true, "log": 1}})] {
            let client = client(json!({ "capabilities": {}, "initializationOptions": options }));
            assert!(client.streams_chat, "{options}");
            let settings = settings_of(options);
            assert!(!settings.to_string().contains("chatStream") && settings.to_string().contains("log"), "{settings}");
        }
        assert!(!client(json!({ "capabilities": {}, "initializationOptions": {"chatStream": 1} })).streams_chat);
        assert_eq!(settings_of(Value::Null), Value::Null);
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
