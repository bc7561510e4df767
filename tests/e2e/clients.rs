//! The editors we know, by the literal capabilities they send.

use std::ffi::OsString;
use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::editor::Editor;

/// An editor before it starts its server.
pub struct Builder {
    pub client_info: Value,
    pub capabilities: Value,
    pub options: Value,
    pub settings: Value,
    pub process_id: Value,
    /// `initialize.rootUri`.
    pub root: Value,
    pub first_version: i64,
    pub env: Vec<(OsString, OsString)>,
    pub args: Vec<OsString>,
    pub home: TempDir,
    /// Whether requests of the server's are left unanswered.
    pub never_answers: bool,
    /// Whether registrations are refused though the client said that it takes them.
    pub refuses_registrations: bool,
    /// Whether no file can be written, as on a full disk.
    pub full_disk: bool,
}

impl Builder {
    fn new(name: &str, version: &str, first_version: i64, capabilities: Value) -> Self {
        Self {
            client_info: json!({"name": name, "version": version}),
            capabilities,
            options: Value::Null,
            settings: json!({}),
            process_id: std::process::id().into(),
            root: Value::Null,
            first_version,
            env: Vec::new(),
            args: Vec::new(),
            home: TempDir::new().expect("a temporary directory"),
            never_answers: false,
            refuses_registrations: false,
            full_disk: false,
        }
    }

    /// Sets a variable of the server's environment.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Adds an argument of the server's.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Leaves every request of the server's unanswered.
    pub fn never_answers(mut self) -> Self {
        self.never_answers = true;
        self
    }

    /// Refuses registrations though the client said that it takes them.
    pub fn refuses_registrations(mut self) -> Self {
        self.refuses_registrations = true;
        self
    }

    /// Lets the server write no file, as on a full disk.
    pub fn on_full_disk(mut self) -> Self {
        self.full_disk = true;
        self
    }

    /// `initializationOptions`.
    pub fn options(mut self, options: Value) -> Self {
        self.options = options;
        self
    }

    /// What `workspace/configuration` answers from, by section.
    pub fn settings(mut self, settings: Value) -> Self {
        self.settings = settings;
        self
    }

    /// The only position encodings offered.
    pub fn encodings(mut self, encodings: &[&str]) -> Self {
        self.capabilities["general"]["positionEncodings"] = json!(encodings);
        self
    }

    /// `initialize.processId`, this process unless set.
    pub fn process_id(mut self, process_id: impl Into<Value>) -> Self {
        self.process_id = process_id.into();
        self
    }

    /// Writes a file below the server's home before it starts.
    pub fn file(self, path: &str, content: &str) -> Self {
        let path = self.home.path().join(path);
        fs::create_dir_all(path.parent().expect("a file has a parent")).expect("the home is writable");
        fs::write(path, content).expect("the home is writable");
        self
    }

    /// Spawns the server and shakes hands.
    pub fn start(self) -> Editor {
        Editor::start(self)
    }
}

/// Neovim 0.12.4: offers UTF-8, inline completion, starts at version 0.
pub fn neovim() -> Builder {
    let mut capabilities = capabilities(&["utf-8", "utf-16", "utf-32"]);
    capabilities["textDocument"]["inlineCompletion"] = json!({"dynamicRegistration": false});
    capabilities["textDocument"]["completion"]["contextSupport"] = true.into();
    capabilities["textDocument"]["synchronization"] =
        json!({"dynamicRegistration": false, "willSave": true, "willSaveWaitUntil": true, "didSave": true});
    capabilities["workspace"]["didChangeConfiguration"] = json!({"dynamicRegistration": false});
    Builder::new("Neovim", "0.12.4", 0, capabilities)
}

/// Helix 25.07.1: no inline completion, starts at version 0.
pub fn helix() -> Builder {
    let mut capabilities = capabilities(&["utf-8", "utf-32", "utf-16"]);
    capabilities["workspace"]["didChangeConfiguration"] = json!({"dynamicRegistration": false});
    Builder::new("helix", "25.07.1", 0, capabilities)
}

/// VS Code 1.139 (as code-server names itself): UTF-16 only, everything dynamic, starts at version 1.
pub fn vscode() -> Builder {
    let mut capabilities = capabilities(&["utf-16"]);
    capabilities["general"]["staleRequestSupport"] = json!({"cancel": true, "retryOnContentModified": []});
    capabilities["textDocument"]["inlineCompletion"] = json!({"dynamicRegistration": true});
    capabilities["textDocument"]["completion"]["contextSupport"] = true.into();
    capabilities["textDocument"]["synchronization"] =
        json!({"dynamicRegistration": true, "willSave": true, "willSaveWaitUntil": true, "didSave": true});
    capabilities["workspace"]["didChangeConfiguration"] = json!({"dynamicRegistration": true});
    Builder::new("code-server", "1.139.1", 1, capabilities)
}

/// LSP4IJ 0.20 in IntelliJ IDEA: UTF-16 without a word about it, no settings to ask for, starts at version 1. As its
/// `SupportedFeatures` names them, and inline completion.
pub fn jetbrains() -> Builder {
    let capabilities = json!({
        "textDocument": {
            "synchronization": {"willSave": true, "willSaveWaitUntil": true, "didSave": true},
            "completion": {
                "completionItem": {
                    "snippetSupport": true,
                    "documentationFormat": ["markdown", "plaintext"],
                    "insertTextModeSupport": {"valueSet": [1, 2]},
                    "resolveSupport": {"properties": ["documentation", "detail", "additionalTextEdits"]},
                },
                "completionList": {"itemDefaults": ["editRange"]},
            },
            "codeAction": {
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor"]}},
                "dataSupport": true,
                "resolveSupport": {"properties": ["edit"]},
                "dynamicRegistration": true,
            },
            "inlineCompletion": {},
        },
        "window": {"workDoneProgress": true, "showMessage": {}, "showDocument": {"support": true}},
        "workspace": {
            "applyEdit": true,
            "executeCommand": {"dynamicRegistration": true},
            "workspaceFolders": true,
            "workspaceEdit": {"documentChanges": true, "resourceOperations": ["create", "delete", "rename"]},
            "didChangeWatchedFiles": {"dynamicRegistration": true},
            "didChangeConfiguration": {"dynamicRegistration": true},
        },
    });
    Builder::new("IntelliJ IDEA Community Edition", "2026.2", 1, capabilities)
}

/// What all three clients have in common.
fn capabilities(encodings: &[&str]) -> Value {
    json!({
        "general": {"positionEncodings": encodings},
        "textDocument": {
            "completion": {"completionItem": {"snippetSupport": true, "insertReplaceSupport": true}},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor"]}}},
        },
        "window": {"workDoneProgress": true, "showMessage": {}, "showDocument": {"support": true}},
        "workspace": {
            "configuration": true,
            "applyEdit": true,
            "workspaceEdit": {"documentChanges": true},
            "workspaceFolders": true,
        },
    })
}
