//! What one place set, before anything of it is checked.

use serde_json::{Map, Value};

use super::{Origin, unknown};

/// The section of the settings in a client's configuration.
const SECTION: &str = "codestral";

/// What one place set, as a tree of tables. A dotted name stands for the tables it names.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Where it comes from.
    pub origin: Origin,
    /// The tree. `null` says nothing.
    pub values: Value,
    /// What an editor sent beside our section under a name that is one of ours. It is not taken, but must not be
    /// overlooked either.
    pub beside: Map<String, Value>,
}

impl Layer {
    /// What the file or the environment sets.
    pub fn new(origin: Origin, values: Value) -> Layer {
        Layer { origin, values, beside: Map::new() }
    }

    /// The layer in what an editor sent: what stands under `codestral`, or all of it where there is no such section.
    ///
    /// Editors differ by that one level. Beside `codestral` may stand other servers' sections, which are not ours.
    pub fn editor(sent: Value) -> Layer {
        let origin = Origin::Editor;
        let Value::Object(sent) = sent else { return Layer::new(origin, sent) };
        let (mut section, mut beside) = (Map::new(), Map::new());
        let mut is_sectioned = false;
        for (name, value) in &sent {
            if name == SECTION {
                is_sectioned = true;
                match value {
                    Value::Object(ours) => section.extend(ours.clone()),
                    Value::Null => {}
                    wrong => return Layer { origin, values: wrong.clone(), beside },
                }
            } else if let Some(key) = name.strip_prefix("codestral.") {
                is_sectioned = true;
                section.insert(key.to_owned(), value.clone());
            } else if name.split('.').next().is_some_and(unknown::is_ours) {
                beside.insert(name.clone(), value.clone());
            }
        }
        if is_sectioned {
            Layer { origin, values: Value::Object(section), beside }
        } else {
            Layer::new(origin, Value::Object(sent))
        }
    }
}
