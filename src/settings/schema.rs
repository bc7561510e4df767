//! The JSON schema of the settings, and what it says about one value.

use std::sync::LazyLock;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::{Map, Value};

use super::Settings;

/// The JSON schema (draft 2020-12) of what the user may set, with every description, default and bound: the file beside
/// the editors' pages, read once a process. Making it at run time would put its generator into the binary.
pub fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
        // A test holds that the file is what the code below makes.
        serde_json::from_str(include_str!("../../editors/settings.schema.json")).unwrap_or_default()
    });
    &SCHEMA
}

/// The schema, made from the code that reads the settings. Only the example `settings_schema`, which writes the file, and
/// the test that holds it call this, so that the linker leaves it out of the server.
pub fn generate_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        // Readers without support for references, VS Code's settings page among them, can use it as it is.
        settings.inline_subschemas = true;
    });
    let settings = settings.with_transform(RecursiveTransform(tidy));
    settings.into_generator().into_root_schema_for::<Settings>().to_value()
}

/// Takes out what says nothing new, and makes each description one line.
fn tidy(schema: &mut Schema) {
    // `uint32` and the like; the bounds say as much.
    schema.remove("format");
    // A table's default is that of its settings.
    if schema.get("properties").is_some() {
        schema.remove("default");
    }
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = description.replace('\n', " ");
    }
}

/// Takes the defaults out: what one language does not set is as in `completion`, whatever that is.
pub(super) fn without_defaults(schema: &mut Schema) {
    RecursiveTransform(|schema: &mut Schema| {
        schema.remove("default");
    })
    .transform(schema);
}

/// What the schema says about one value. It reads the few words of JSON schema that ours is written in.
#[derive(Clone, Copy)]
pub(super) struct Rule<'a>(pub &'a Value);

impl<'a> Rule<'a> {
    /// The named settings in a table; `None` for anything but a table of fixed names.
    pub(super) fn properties(self) -> Option<&'a Map<String, Value>> {
        self.0.get("properties")?.as_object()
    }

    /// What each entry of a table of free names must be; `None` for anything else.
    pub(super) fn entries(self) -> Option<Rule<'a>> {
        self.0.get("additionalProperties").filter(|entries| entries.is_object()).map(Rule)
    }

    /// What each item must be, in a list whose items are independent of each other.
    pub(super) fn independent_items(self) -> Option<Rule<'a>> {
        self.0.get("uniqueItems")?;
        self.0.get("items").map(Rule)
    }

    /// What each item must be, in a list of tables.
    pub(super) fn tables(self) -> Option<Rule<'a>> {
        self.0.get("items").map(Rule).filter(|items| items.properties().is_some())
    }

    /// Whether `value` may stand here.
    pub(super) fn admits(self, value: &Value) -> bool {
        if let Some(mut choices) = self.choices() {
            return choices.any(|choice| choice.admits(value));
        }
        if let Some(constant) = self.0.get("const") {
            return constant == value;
        }
        self.types().any(|name| is_of_type(value, name)) && self.is_within_bounds(value)
    }

    /// What may stand here, after "must be": "a whole number from 1 to 4096".
    pub(super) fn description(self) -> String {
        if let Some(choices) = self.choices() {
            return alternatives(&choices.map(Rule::description).collect::<Vec<_>>());
        }
        if let Some(constant) = self.0.get("const") {
            return constant.to_string();
        }
        let name = self.types().find(|name| *name != "null").unwrap_or("null");
        match name {
            "boolean" => "true or false".to_owned(),
            "integer" => format!("a whole number{}", self.bounds()),
            "number" => format!("a number{}", self.bounds()),
            "string" if self.shortest() > 0 => "a string that is not empty".to_owned(),
            "string" => "a string".to_owned(),
            "array" if self.tables().is_some() => "a list of tables of settings".to_owned(),
            "array" => "a list of strings".to_owned(),
            _ => "a table of settings".to_owned(),
        }
    }

    /// Whether only a few words may stand here, besides numbers.
    pub(super) fn is_closed(self) -> bool {
        self.choices().is_some()
    }

    fn choices(self) -> Option<impl Iterator<Item = Rule<'a>>> {
        let choices = self.0.get("oneOf").or_else(|| self.0.get("anyOf"))?;
        Some(choices.as_array()?.iter().map(Rule))
    }

    fn types(self) -> impl Iterator<Item = &'a str> {
        let (one, many) = match self.0.get("type") {
            Some(Value::Array(names)) => (None, names.as_slice()),
            other => (other, [].as_slice()),
        };
        one.into_iter().chain(many).filter_map(Value::as_str)
    }

    fn is_within_bounds(self, value: &Value) -> bool {
        match value {
            Value::Number(number) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                self.number("minimum").is_none_or(|least| number >= least)
                    && self.number("exclusiveMinimum").is_none_or(|least| number > least)
                    && self.number("maximum").is_none_or(|most| number <= most)
            }
            Value::String(text) => text.len() >= self.shortest(),
            Value::Array(items) => {
                self.0.get("items").is_none_or(|rule| items.iter().all(|item| Rule(rule).admits(item)))
            }
            Value::Object(entries) => entries.iter().all(|(name, value)| {
                let named = self.properties().and_then(|known| known.get(name)).map(Rule);
                named.or(self.entries()).is_some_and(|rule| rule.admits(value))
            }),
            _ => true,
        }
    }

    fn bounds(self) -> String {
        match (self.number("minimum"), self.number("exclusiveMinimum"), self.number("maximum")) {
            (Some(least), _, Some(most)) => format!(" from {least} to {most}"),
            (Some(least), _, None) => format!(" of at least {least}"),
            (None, Some(least), Some(most)) => format!(" above {least}, at most {most}"),
            _ => String::new(),
        }
    }

    fn number(self, word: &str) -> Option<f64> {
        self.0.get(word)?.as_f64()
    }

    /// In bytes, which is as good as characters where it is 0 or 1.
    fn shortest(self) -> usize {
        usize::from(self.number("minLength").is_some_and(|least| least > 0.0))
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

/// "a", "a or b", "a, b or c".
pub(super) fn alternatives(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_checked_in_schema_is_fresh() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/settings.schema.json");
        let checked_in = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        let fresh = format!("{:#}\n", generate_schema());
        assert!(checked_in == fresh, "the settings changed; refresh with: cargo run --example settings_schema");
    }

    #[test]
    fn the_schema_uses_no_word_that_the_check_does_not_read() {
        fn visit(rule: &Value) {
            const READ: [&str; 13] = [
                "type",
                "const",
                "oneOf",
                "anyOf",
                "minimum",
                "exclusiveMinimum",
                "maximum",
                "minLength",
                "items",
                "uniqueItems",
                "properties",
                "additionalProperties",
                "default",
            ];
            const FOR_PEOPLE: [&str; 3] = ["$schema", "title", "description"];
            let Some(rule) = rule.as_object() else { return };
            for (word, value) in rule {
                assert!(READ.contains(&word.as_str()) || FOR_PEOPLE.contains(&word.as_str()), "{word} in {rule:?}");
                match word.as_str() {
                    "properties" => value.as_object().unwrap().values().for_each(visit),
                    "oneOf" | "anyOf" => value.as_array().unwrap().iter().for_each(visit),
                    "items" | "additionalProperties" => visit(value),
                    _ => {}
                }
            }
        }
        visit(schema());
    }

    #[test]
    fn every_setting_is_described_and_every_default_is_admitted() {
        fn visit(name: &str, rule: &Value) {
            assert!(rule["description"].is_string(), "{name} has no description");
            if let Some(default) = rule.get("default") {
                assert!(Rule(rule).admits(default), "the default of {name} is out of bounds");
            }
            for (name, rule) in Rule(rule).properties().into_iter().flatten() {
                visit(name, rule);
            }
        }
        visit("settings", schema());
    }
}
