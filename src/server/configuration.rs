//! The settings of a session as the editor changes them, and the backend that they name.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tower_lsp::ls_types::ConfigurationItem;

use super::client::Client;
use crate::endpoint::Backend;
use crate::logging::Logging;
use crate::settings::{Settings, Sources};

/// The section of the settings in a client's configuration.
const SECTION: &str = "codestral";

/// The settings and where they come from.
pub struct Configuration {
    state: Mutex<State>,
    logging: Logging,
}

struct State {
    sources: Sources,
    current: Current,
    /// Why nothing may be sent, if they are wrong where it matters.
    refusal: Option<String>,
    /// What is wrong with them, with the log's file, and of that what the person has been told.
    problems: Vec<String>,
    log_problem: Option<String>,
    told: Vec<String>,
}

impl State {
    fn all_problems(&self) -> Vec<String> {
        self.problems.iter().chain(&self.log_problem).cloned().collect()
    }
}

/// The settings in force, and what is asked by them.
#[derive(Clone)]
pub struct Current {
    pub settings: Arc<Settings>,
    pub backend: Backend,
}

impl Configuration {
    pub fn new(sources: Sources, logging: Logging) -> Self {
        let settings = Arc::new(sources.load().settings);
        let backend = Backend::new(&settings);
        let state = State {
            sources,
            current: Current { settings, backend },
            refusal: None,
            problems: vec![],
            log_problem: None,
            told: vec![],
        };
        Self { state: Mutex::new(state), logging }
    }

    pub fn current(&self) -> Current {
        self.state().current.clone()
    }

    pub fn settings(&self) -> Arc<Settings> {
        self.state().current.settings.clone()
    }

    pub fn backend(&self) -> Backend {
        self.state().current.backend.clone()
    }

    /// Takes what the editor says of the settings. False where it says nothing (`null`): then it wants to be asked.
    ///
    /// Where anything changes, `apply` is called before another change can come; it must not take long.
    pub fn update(&self, sent: Value, apply: impl FnOnce(&Current)) -> bool {
        let mut state = self.state();
        let said = state.sources.set_editor(sent);
        let loaded = state.sources.load();
        state.problems = loaded.problems.iter().map(ToString::to_string).collect();
        self.logging.set_level(loaded.settings.log.level);
        let dangerous = loaded.problems.iter().find(|problem| problem.forbids_sending());
        let refusal = dangerous.map(|problem| format!("nothing is sent until the settings are mended: {problem}"));
        if *state.current.settings != loaded.settings || state.refusal != refusal {
            let backend = match &refusal {
                Some(why) => Backend::refusing(&loaded.settings, why.clone()),
                None => state.current.backend.changed(&loaded.settings),
            };
            state.current = Current { settings: Arc::new(loaded.settings), backend };
            state.refusal = refusal;
            apply(&state.current);
        }
        said
    }

    /// Opens the file that the log goes to, which may take as long as the disk does.
    pub fn open_log(&self) {
        loop {
            let file = self.settings().log.file.clone();
            let problem = self.logging.set_file(file.as_deref()).err();
            let mut state = self.state();
            state.log_problem = problem.map(|error| error.to_string());
            // Other settings may have come meanwhile, and whoever followed them may have been quicker.
            if state.current.settings.log.file == file {
                return;
            }
        }
    }

    /// What is wrong with the settings and the log's file, a sentence each.
    pub fn problems(&self) -> Vec<String> {
        self.state().all_problems()
    }

    /// What is wrong with the settings and has not been told yet; now it counts as told.
    pub fn new_problems(&self) -> Vec<String> {
        let mut state = self.state();
        let problems = state.all_problems();
        let new = problems.iter().filter(|problem| !state.told.contains(problem)).cloned().collect();
        state.told = problems;
        new
    }

    /// Asks a client that wants it to tell of changed settings.
    pub async fn register(&self, client: &Client) {
        if client.capabilities().registers_configuration {
            let options = json!({ "section": SECTION });
            let registered = client.register("codestral-settings", "workspace/didChangeConfiguration", options).await;
            if let Err(error) = registered {
                tracing::warn!("the editor will not tell of changed settings: {error}");
            }
        }
    }

    /// Asks the client for its settings. `None` where it cannot be asked or does not answer.
    pub async fn pull(&self, client: &Client) -> Option<Value> {
        if !client.capabilities().configuration {
            return None;
        }
        let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
        match client.connection.configuration(vec![item]).await {
            Ok(mut values) => values.pop(),
            Err(error) => {
                tracing::warn!("the editor does not tell its settings: {error}");
                None
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
