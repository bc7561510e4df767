//! The settings of a session as the editor and the settings file change them, and the backend that they name.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::Client;
use crate::endpoint::Backend;
use crate::logging::Logging;
use crate::settings::{Reader, Settings, SettingsFile, Sources};

/// The section of the settings in a client's configuration.
const SECTION: &str = "codestral";

/// How often the settings file is looked at while someone types. By hand it is looked at each time.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A changed file is looked at again after this, so often at most, until it stays the same.
const SETTLING: Duration = Duration::from_millis(30);
const SETTLING_LOOKS: usize = 20;

/// The settings and where they come from.
pub struct Configuration {
    state: Mutex<State>,
    /// When the settings file was looked at last; held while it is.
    looked: Mutex<Option<Instant>>,
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
        Self { state: Mutex::new(state), looked: Mutex::default(), logging }
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
        self.merge(&mut state, apply);
        said
    }

    /// Whether the settings file has not been looked at for a while.
    pub fn file_is_due(&self) -> bool {
        self.looked.try_lock().is_ok_and(|looked| looked.is_none_or(|at| at.elapsed() >= LOOK_EVERY))
    }

    /// Looks whether the settings file changed, and takes what it says as [`update`](Self::update) does; says whether it
    /// did. Reads the disk. At most one caller looks at a time, and one that is not `asked` by a person seldom.
    pub fn look_at_file(&self, asked: bool, apply: impl FnOnce(&Current)) -> bool {
        let Ok(mut looked) = self.looked.try_lock() else { return false };
        if !asked && looked.is_some_and(|at| at.elapsed() < LOOK_EVERY) {
            return false;
        }
        let changed = self.changed_file();
        *looked = Some(Instant::now());
        let Some(file) = changed else { return false };
        tracing::info!("the settings file changed");
        let mut state = self.state();
        state.sources.set_file(file);
        self.merge(&mut state, apply);
        true
    }

    /// The settings file, if it says something else than before. An editor that writes may be caught between emptying it
    /// and filling it, so it counts once it says the same twice.
    fn changed_file(&self) -> Option<SettingsFile> {
        let known = self.state().sources.settings_file()?.clone();
        let reader = Reader::system();
        let mut changed = known.read_again(&reader)?;
        for _ in 0..SETTLING_LOOKS {
            thread::sleep(SETTLING);
            match changed.read_again(&reader) {
                None => return Some(changed).filter(|file| *file != known),
                Some(newer) => changed = newer,
            }
        }
        None
    }

    fn merge(&self, state: &mut State, apply: impl FnOnce(&Current)) {
        let loaded = state.sources.load();
        let problems: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
        self.logging.set_level(loaded.settings.log.level);
        let dangerous = loaded.problems.iter().find(|problem| problem.forbids_sending());
        let refusal = dangerous.map(|problem| format!("nothing is sent until the settings are mended: {problem}"));
        if *state.current.settings != loaded.settings || state.refusal != refusal {
            let backend = match &refusal {
                Some(why) => state.current.backend.refusing(&loaded.settings, why.clone()),
                None => state.current.backend.changed(&loaded.settings),
            };
            state.current = Current { settings: Arc::new(loaded.settings), backend };
            state.refusal = refusal;
            apply(&state.current);
        }
        let Current { settings, backend } = &state.current;
        let not_carried = backend.not_carried(settings);
        state.problems = problems.into_iter().chain(not_carried).collect();
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
        let trouble = self.logging.trouble();
        self.state().all_problems().into_iter().chain(trouble).collect()
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
        match client.configuration(SECTION).await {
            Ok(sent) => sent,
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
