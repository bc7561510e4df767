//! Settings: whatever else stands there, the good keys count, and what comes out is valid.

use serde_json::{Value, json};

use super::check;
use crate::settings::{Layer, Origin, load, parse};

const WORDS: &[&str] = &[
    "[endpoint]\n",
    "[completion]\n",
    "[privacy]\n",
    "[languages.rust]\n",
    "url = \"http://a\"\n",
    "maxTokens = 1\n",
    "enabled = true\n",
    "exclude = [\"a\"]\n",
    "dialect = \"local\"\n",
    "\"endpoint.url\"",
    "completion.debounceMs = -1\n",
    "codestral",
    "temperature = nan\n",
    "apiKeyCommand = []\n",
    "1979-05-27",
    "[[chat]]\n",
    "{\"codestral\": {\"endpoint\": {}}}",
    "null",
    "{\"a.b.c.d\": 1}",
];

fn target(input: &[u8]) {
    let Some(values) = serde_json::from_slice(input).ok().or_else(|| parse(input).ok()) else { return };
    let values: Value = values;
    let good = json!({"log": {"level": "debug"}, "completion": {"maxTokens": 77}});
    let file = Layer::new(Origin::Default, good.clone());
    for above in [Layer::new(Origin::Editor, values.clone()), Layer::editor(values.clone())] {
        let loaded = load(&[file.clone(), above], None);
        check_good(&values.to_string(), &loaded.settings);
        // What came out is wholly valid.
        let again = load(&[Layer::new(Origin::Editor, json!(loaded.settings))], None);
        assert!(again.problems.is_empty(), "{:?}", again.problems);
        assert_eq!(again.settings, loaded.settings);
    }
    // Beside the wrong ones, in one table.
    if let Value::Object(mut beside) = values.clone() {
        for name in ["log", "completion"] {
            beside.insert(name.to_owned(), good[name].clone());
        }
        check_good(&values.to_string(), &load(&[Layer::new(Origin::Editor, Value::Object(beside))], None).settings);
    }
}

fn check_good(said: &str, settings: &crate::settings::Settings) {
    if !said.contains("level") && !said.contains("log") {
        assert_eq!(json!(settings.log.level), json!("debug"));
    }
    if !said.contains("maxTokens") && !said.contains("completion") {
        assert_eq!(settings.completion.max_tokens, 77);
    }
}

#[test]
fn good_settings_count_whatever_else_stands_there() {
    check("settings", WORDS, target);
}
