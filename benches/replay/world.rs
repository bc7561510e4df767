//! The circumstances a policy meets: the person, the editor and the endpoint.

use std::time::Duration;

/// One set of circumstances.
#[derive(Debug, Clone)]
pub struct World {
    /// Its heading.
    pub name: &'static str,
    /// Median time between keys, ms.
    pub key_ms: f64,
    /// Share of letters typed wrongly.
    pub typos: f64,
    /// Share of right suggestions the person takes.
    pub accept: f64,
    /// Median time to the first byte, ms.
    pub first_byte_ms: f64,
    /// Deviation of its logarithm.
    pub first_byte_sigma: f64,
    /// From token to token.
    pub token: Duration,
    /// Share of lines the model cannot guess from their start.
    pub unguessable: f64,
    /// Whether which lines those are is drawn anew each time it is asked.
    pub fickle: bool,
    /// Whether all sessions of a set are one: the policy remembers what became of its suggestions in those before.
    pub long: bool,
    /// The editor.
    pub editor: Editor,
}

/// When an editor asks and what it does with answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Editor {
    /// VS Code: asks at every edit, cancels the request before, drops late answers.
    Eager,
    /// Neovim: asks after 200 ms of rest, cancels nothing, takes every answer.
    Resting,
}

impl Editor {
    /// From the edit to the request.
    pub fn asks_after(self) -> Duration {
        match self {
            Self::Eager => Duration::ZERO,
            Self::Resting => Duration::from_millis(200),
        }
    }
}

/// The circumstances for which the figures to reach are set.
pub const REFERENCE: World = World {
    name: "reference: 150 ms between keys, first byte 220 ms, 6 ms a token, 30 % of lines not guessable",
    key_ms: 150.0,
    typos: 0.02,
    accept: 0.0,
    first_byte_ms: 220.0,
    first_byte_sigma: 0.35,
    token: Duration::from_millis(6),
    unguessable: 0.3,
    fickle: false,
    long: false,
    editor: Editor::Eager,
};

/// The reference and the harder ones.
pub fn worlds() -> [World; 9] {
    [
        REFERENCE,
        World { name: "half of the lines not guessable", unguessable: 0.5, ..REFERENCE },
        World { name: "first byte 600 ms", first_byte_ms: 600.0, ..REFERENCE },
        World { name: "80 ms between keys, 6 % typos", key_ms: 80.0, typos: 0.06, ..REFERENCE },
        World { name: "answers differently each time", fickle: true, ..REFERENCE },
        World { name: "first byte 300 ms, heavy tail", first_byte_ms: 300.0, first_byte_sigma: 1.1, ..REFERENCE },
        World { name: "one long session in which nothing is accepted", long: true, ..REFERENCE },
        World { name: "60 % of right suggestions accepted", accept: 0.6, ..REFERENCE },
        World { name: "Neovim: asks after 200 ms, cancels nothing", editor: Editor::Resting, ..REFERENCE },
    ]
}
