//! Layers in, settings out: every leaf is tried on its own, so that a wrong one never spoils the rest.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::problem::one_line;
use super::schema::{Rule, alternatives};
use super::spelling::{names_a_secret, nearest};
use super::{Layer, Origin, Problem, Settings, schema, unknown};
use crate::privacy;

/// The outcome of all layers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loaded {
    /// Always valid.
    pub settings: Settings,
    /// Where each value that somebody set comes from, by its dotted key. What is not here is a default.
    pub origins: BTreeMap<String, Origin>,
    /// What could not be used, lowest layer first.
    pub problems: Vec<Problem>,
}

/// One setting as it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Dotted, such as `completion.maxTokens`.
    pub key: String,
    /// `null` when it is not set and has no default.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

impl Loaded {
    /// Every setting as it holds, by key; of the languages and headers those that are set.
    pub fn list(&self) -> Vec<Setting> {
        let values = json!(self.settings);
        let mut keys: Vec<String> = keys(Rule(schema()));
        let is_free = |key: &&String| key.starts_with("languages.") || key.starts_with("endpoint.headers.");
        keys.extend(self.origins.keys().filter(is_free).cloned());
        keys.sort();
        let setting = |key: String| Setting {
            value: value_at(&values, &key).cloned().unwrap_or_default(),
            origin: self.origins.get(&key).cloned().unwrap_or_default(),
            key,
        };
        keys.into_iter().map(setting).collect()
    }
}

/// Lays `layers` over the defaults, the last one on top. `~/` in paths becomes a place below `home`.
pub fn load(layers: &[Layer], home: Option<&Path>) -> Loaded {
    let mut check = Check::new(Rule(schema()), home);
    for layer in layers {
        check.origin = layer.origin.clone();
        check.table(Rule(schema()), "", &layer.values);
        for (name, value) in &layer.beside {
            check.refuse_beside(name, value);
        }
    }
    check.finish()
}

/// The walk over all layers.
struct Check<'a> {
    /// For paths and patterns that begin with `~`.
    home: Option<&'a Path>,
    /// All dotted keys there are, without those of languages.
    keys: Vec<String>,
    /// The defaults, for what `null` means.
    defaults: Value,
    /// The layer we are in.
    origin: Origin,
    /// The uppermost good value of each leaf.
    leaves: BTreeMap<String, (Value, Origin)>,
    /// What was wrong, and whether the message shall end with what is used instead.
    refusals: Vec<(Problem, bool)>,
}

impl<'a> Check<'a> {
    fn new(root: Rule<'_>, home: Option<&'a Path>) -> Self {
        Check {
            home,
            keys: keys(root),
            defaults: json!(Settings::default()),
            origin: Origin::Default,
            leaves: BTreeMap::new(),
            refusals: Vec::new(),
        }
    }

    /// A table of settings, or of tables by language.
    fn table(&mut self, rule: Rule<'_>, key: &str, values: &Value) {
        let Value::Object(values) = values else {
            // Lua cannot tell an empty table from an empty list, so its editors send the one for the other.
            let says_nothing = values.is_null() || values.as_array().is_some_and(Vec::is_empty);
            if !says_nothing {
                self.refuse(key, format!("must be a table of settings, not {}", kind(values)), false);
            }
            return;
        };
        for (name, value) in values {
            // `"endpoint.url": 1` is `"endpoint": {"url": 1}`. Depth is bounded: an unknown first part ends it.
            match name.split_once('.') {
                Some((first, rest)) => self.entry(rule, key, first, &json!({ rest: value })),
                None => self.entry(rule, key, name, value),
            }
        }
    }

    fn entry(&mut self, rule: Rule<'_>, parent: &str, name: &str, value: &Value) {
        let key = below(parent, name);
        let named = rule.properties().and_then(|known| known.get(name)).map(Rule);
        let Some(found) = named.or(rule.entries()) else {
            return self.refuse_unknown(rule, parent, name, value);
        };
        if found.properties().is_some() || found.entries().is_some() {
            self.table(found, &key, value);
        } else {
            self.leaf(found, key, value);
        }
    }

    fn leaf(&mut self, rule: Rule<'_>, key: String, value: &Value) {
        if self.says_nothing(rule, &key, value) {
            return;
        }
        let value = match (rule.independent_items(), value) {
            (Some(item), Value::Array(items)) => Value::Array(self.good_items(item, &key, items)),
            _ => value.clone(),
        };
        if let (Some(table), Value::Array(items)) = (rule.tables(), &value)
            && self.refuses_in(table, &key, items)
        {
            return;
        }
        if !rule.admits(&value) || !fits_the_types(&key, &value) {
            let message = format!("must be {}, not {}", rule.description(), shown(rule, &value));
            return self.refuse(&key, message, true);
        }
        self.leaves.insert(key, (value, self.origin.clone()));
    }

    /// `null` says nothing, except where it alone can switch a default off. So does "" for what need not be set: some
    /// editors send it for a text field left blank.
    fn says_nothing(&self, rule: Rule<'_>, key: &str, value: &Value) -> bool {
        match value {
            Value::Null => !rule.admits(value) || default_at(&self.defaults, key).is_none_or(Value::is_null),
            Value::String(text) => text.is_empty() && rule.admits(&Value::Null),
            _ => false,
        }
    }

    /// The globs among the items. The others are told and left out.
    fn good_items(&mut self, rule: Rule<'_>, key: &str, items: &[Value]) -> Vec<Value> {
        let mut good = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let earlier: Vec<String> = good.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            let pattern = item.as_str().map(|pattern| in_home(pattern, self.home));
            let wrong = match pattern.map(|pattern| privacy::check(&pattern, &earlier).map(|()| pattern)) {
                Some(Ok(pattern)) if rule.admits(item) => {
                    good.push(pattern.into());
                    continue;
                }
                Some(Err(error)) => error,
                _ => format!("must be {}, not {}", rule.description(), shown(rule, item)),
            };
            self.refuse(&format!("{key}[{index}]"), format!("{wrong}; left out"), false);
        }
        good
    }

    /// Tells what is wrong in a list of tables, if anything is; the list is then not taken.
    fn refuses_in(&mut self, rule: Rule<'_>, key: &str, items: &[Value]) -> bool {
        let before = self.refusals.len();
        for (index, item) in items.iter().enumerate() {
            let table = format!("{key}[{index}]");
            let Value::Object(entries) = item else {
                self.refuse(&table, format!("must be a table of settings, not {}", kind(item)), false);
                continue;
            };
            for (name, value) in entries {
                match rule.properties().and_then(|known| known.get(name)).map(Rule) {
                    None => self.refuse_unknown(rule, &table, name, value),
                    Some(rule) if !rule.admits(value) => {
                        let message = format!("must be {}, not {}", rule.description(), shown(rule, value));
                        self.refuse(&below(&table, name), message, false);
                    }
                    Some(_) => {}
                }
            }
        }
        self.refusals.len() > before
    }

    fn refuse_unknown(&mut self, rule: Rule<'_>, parent: &str, name: &str, value: &Value) {
        let key = below(parent, name);
        if parent.is_empty() && self.origin == Origin::Editor && value.is_object() && unknown::is_foreign(name) {
            return;
        }
        let siblings: Vec<&str> = rule.properties().into_iter().flat_map(Map::keys).map(String::as_str).collect();
        let meant = nearest(parent, name, &siblings, &self.keys);
        let message = if names_a_secret(name) {
            let instead = match parent {
                "chat" => "CODESTRAL_CHAT_API_KEY, chat.apiKeyFile or chat.apiKeyCommand".to_owned(),
                it if it.starts_with("endpoint.fallbacks") => format!("{it}.apiKeyFile or {it}.apiKeyCommand"),
                _ => "CODESTRAL_API_KEY, endpoint.apiKeyFile or endpoint.apiKeyCommand".to_owned(),
            };
            format!("an API key does not belong in settings; set {instead} instead")
        } else {
            match meant.as_slice() {
                [] => "unknown setting".to_owned(),
                meant => format!("unknown setting, did you mean {}?", alternatives(meant)),
            }
        };
        let may_redirect = unknown::may_redirect(&key, value, &meant);
        let problem = Problem { key, origin: self.origin.clone(), message, may_redirect };
        self.refusals.push((problem, false));
    }

    /// A setting of ours beside our section: told where it may have named a host or a private file.
    fn refuse_beside(&mut self, name: &str, value: &Value) {
        if unknown::may_redirect(name, value, &[]) {
            let message = "stands beside codestral, where it means nothing; put it inside".to_owned();
            let problem = Problem { key: name.to_owned(), origin: self.origin.clone(), message, may_redirect: true };
            self.refusals.push((problem, false));
        }
    }

    fn refuse(&mut self, key: &str, message: String, is_leaf: bool) {
        let problem = Problem { key: key.to_owned(), origin: self.origin.clone(), message, may_redirect: false };
        self.refusals.push((problem, is_leaf));
    }

    fn finish(self) -> Loaded {
        let mut tree = self.defaults.clone();
        let (languages, others): (Vec<_>, Vec<_>) =
            self.leaves.iter().partition(|(key, _)| key.starts_with("languages."));
        // Languages last: each starts as `completion` turned out.
        for (key, (value, _)) in others.into_iter().chain(languages) {
            put(&mut tree, key, value.clone());
        }
        let problems = self
            .refusals
            .into_iter()
            .map(|(problem, is_leaf)| if is_leaf { with_used(problem, &self.defaults, &tree) } else { problem })
            .collect();
        Loaded {
            // Each leaf has passed on its own and none bears on another, so this does not fail; the property test
            // below holds it to that.
            settings: expand_home(serde_json::from_value(tree).unwrap_or_default(), self.home),
            origins: self.leaves.into_iter().map(|(key, (_, origin))| (key, origin)).collect(),
            problems,
        }
    }
}

/// All dotted keys, without those of languages.
fn keys(root: Rule<'_>) -> Vec<String> {
    fn visit(rule: Rule<'_>, key: &str, found: &mut Vec<String>) {
        if let Some(properties) = rule.properties() {
            for (name, rule) in properties {
                visit(Rule(rule), &below(key, name), found);
            }
        } else if rule.entries().is_none() {
            found.push(key.to_owned());
        }
    }
    let mut found = Vec::new();
    visit(root, "", &mut found);
    found
}

/// The key of the setting `name` in that table; the outermost has no name.
fn below(table: &str, name: &str) -> String {
    if table.is_empty() { name.to_owned() } else { format!("{table}.{name}") }
}

/// Whether the typed settings take this value, all else being default.
fn fits_the_types(key: &str, value: &Value) -> bool {
    let tree = key.rsplit('.').fold(value.clone(), |inner, name| json!({ name: inner }));
    serde_json::from_value::<Settings>(tree).is_ok()
}

/// Puts a leaf in its place. A language that is not there yet starts as a copy of `completion`, with `context`; any other
/// table empty.
fn put(tree: &mut Value, key: &str, value: Value) {
    let new = if key.starts_with("languages.") {
        let mut language = tree["completion"].clone();
        language["context"] = tree["context"].clone();
        language
    } else {
        json!({})
    };
    let mut place = tree;
    for name in key.split('.') {
        let Value::Object(table) = place else { return };
        place = table.entry(name).or_insert_with(|| new.clone());
    }
    *place = value;
}

fn value_at<'a>(tree: &'a Value, key: &str) -> Option<&'a Value> {
    key.split('.').try_fold(tree, |tree, name| tree.get(name))
}

/// The default under `key`; that of a language's key is `completion`'s or `context`'s.
fn default_at<'a>(tree: &'a Value, key: &str) -> Option<&'a Value> {
    match key.strip_prefix("languages.").and_then(|rest| rest.split_once('.')) {
        Some((_, name)) if name.starts_with("context.") => value_at(tree, name),
        Some((_, name)) => tree["completion"].get(name),
        None => value_at(tree, key),
    }
}

/// Says what is used instead. Not for settings without a default: what others set there (addresses, commands) may hold
/// a secret.
fn with_used(mut problem: Problem, defaults: &Value, tree: &Value) -> Problem {
    let has_default = default_at(defaults, &problem.key).is_some_and(|value| !value.is_null() && !value.is_array());
    if has_default && let Some(used) = value_at(tree, &problem.key).or_else(|| default_at(tree, &problem.key)) {
        problem.message.push_str(&format!("; using {used}"));
    }
    problem
}

/// The wrong value, as far as it may be repeated: text only where it should have been one of a few words.
fn shown(rule: Rule<'_>, value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::String(text) if rule.is_closed() => format!("\"{}\"", one_line(text)),
        _ => kind(value).to_owned(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(text) if text.is_empty() => "an empty string",
        Value::String(_) => "a string",
        Value::Array(items) if items.iter().all(Value::is_string) => "this list",
        Value::Array(_) => "a list of other things",
        Value::Object(_) => "a table",
    }
}

/// The pattern with `~/`, also behind a `!`, as the home directory.
fn in_home(pattern: &str, home: Option<&Path>) -> String {
    let (mark, body) = pattern.strip_prefix('!').map_or(("", pattern), |body| ("!", body));
    match (body.strip_prefix("~/").or_else(|| body.strip_prefix("~\\")), home) {
        (Some(rest), Some(home)) => format!("{mark}{}/{rest}", home.display()),
        _ => pattern.to_owned(),
    }
}

fn expand_home(mut settings: Settings, home: Option<&Path>) -> Settings {
    let Settings { endpoint, chat, log, .. } = &mut settings;
    let paths = [&mut endpoint.api_key_file, &mut endpoint.ca_file, &mut chat.api_key_file, &mut log.file];
    let of_fallbacks = endpoint.fallbacks.iter_mut().flat_map(|other| {
        let headers = other.headers.values_mut().map(|header| &mut header.file);
        headers.chain([&mut other.api_key_file, &mut other.ca_file])
    });
    let headers = endpoint.headers.values_mut().map(|header| &mut header.file);
    for path in paths.into_iter().chain(headers).chain(of_fallbacks).flatten() {
        if let (Some(home), Ok(rest)) = (home, path.strip_prefix("~")) {
            *path = home.join(rest);
        }
    }
    settings
}
