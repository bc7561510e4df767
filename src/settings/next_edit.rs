//! The settings of next edits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The next edit: what you will change next, by rules from what you changed just now. Sends nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct NextEdit {
    /// Whether next edits are offered.
    pub enabled: bool,
    /// How sure an edit must be to be offered, from 0 to 1. On real histories, of those of 0.62 and more 3 in 4 were
    /// right.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}

impl Default for NextEdit {
    fn default() -> Self {
        // Rather quiet than wrong: nothing wrong is shown at 98 of 100 moments at which nothing repeats.
        NextEdit { enabled: true, confidence: 0.62 }
    }
}
