//! What one place set, before anything of it is checked.

use serde_json::{Map, Value};

use super::Origin;

/// What one place set, as a tree of tables. A dotted name stands for the tables it names.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Where it comes from.
    pub origin: Origin,
    /// The tree. `null` says nothing.
    pub values: Value,
}

impl Layer {
    /// The layer in what an editor sent: what stands under `codestral`, or all of it where there is no such section.
    ///
    /// Editors differ by that one level. Beside `codestral` may stand other servers' sections, which are not ours.
    pub fn editor(sent: Value) -> Layer {
        let Value::Object(sent) = sent else { return Layer { origin: Origin::Editor, values: sent } };
        let mut section = Map::new();
        let mut is_sectioned = false;
        for (name, value) in &sent {
            if name == "codestral" {
                is_sectioned = true;
                match value {
                    Value::Object(ours) => section.extend(ours.clone()),
                    Value::Null => {}
                    wrong => return Layer { origin: Origin::Editor, values: wrong.clone() },
                }
            } else if let Some(key) = name.strip_prefix("codestral.") {
                is_sectioned = true;
                section.insert(key.to_owned(), value.clone());
            }
        }
        Layer { origin: Origin::Editor, values: Value::Object(if is_sectioned { section } else { sent }) }
    }
}
