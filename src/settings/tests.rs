//! Layers in; settings, origins and problems out.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

pub(super) fn file(values: Value) -> Layer {
    Layer::new(Origin::File("/config.toml".into()), values)
}

pub(super) fn editor(values: Value) -> Layer {
    Layer::editor(values)
}

/// `expected` are the settings that are not as by default, as a tree.
#[track_caller]
pub(super) fn check(layers: &[Layer], expected: Value, problems: &[&str]) {
    let loaded = load(layers, Some(Path::new("/home/me")));
    let mut tree = json!(Settings::default());
    lay(&mut tree, &expected);
    assert_eq!(json!(loaded.settings), tree);
    let found: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    assert_eq!(found, problems);
}

fn lay(tree: &mut Value, over: &Value) {
    match (tree, over) {
        (Value::Object(tree), Value::Object(over)) => {
            for (name, value) in over {
                lay(tree.entry(name).or_insert(Value::Null), value);
            }
        }
        (tree, over) => *tree = over.clone(),
    }
}

#[test]
fn with_nothing_set_all_is_default() {
    check(&[], json!({}), &[]);
    let nulls = [json!(null), json!({}), json!({ "codestral": null }), json!({ "completion": null })];
    // What an editor in Lua sends for an empty table.
    let lists = [json!([]), json!({ "codestral": [] }), json!({ "completion": [], "languages": [] })];
    for nothing in nulls.into_iter().chain(lists) {
        check(&[editor(nothing)], json!({}), &[]);
    }
}

#[test]
fn a_later_layer_wins_leaf_by_leaf() {
    check(
        &[
            file(json!({ "completion": { "maxTokens": 64, "stop": ["a"] }, "endpoint": { "model": "m" } })),
            editor(json!({ "completion": { "maxTokens": 32 } })),
        ],
        json!({ "completion": { "maxTokens": 32, "stop": ["a"] }, "endpoint": { "model": "m" } }),
        &[],
    );
}

#[test]
fn all_shapes_in_which_editors_send_settings_mean_the_same() {
    let ours = json!({ "completion": { "debounceMs": 50 } });
    let shapes = [
        // Neovim's init_options and settings, Helix's config.
        ours.clone(),
        // Helix's config with the section, VS Code's synchronised section.
        json!({ "codestral": ours }),
        // A client that sends all servers' sections.
        json!({ "codestral": ours, "rust-analyzer": { "cargo": 1 }, "completion": { "debounceMs": 3 } }),
        // Flat names, as they stand in VS Code's settings file.
        json!({ "codestral.completion.debounceMs": 50, "editor.fontSize": 12 }),
        json!({ "completion.debounceMs": 50 }),
    ];
    for shape in shapes {
        check(&[editor(shape)], ours.clone(), &[]);
    }
}

#[test]
fn a_wrong_value_leaves_the_lower_layer_and_the_rest_alone() {
    check(
        &[
            file(json!({ "completion": { "temperature": 0.5, "topP": 0 } })),
            editor(
                json!({ "completion": { "temperature": 7, "maxTokens": "256", "stop": ["x", 1], "enabled": false } }),
            ),
        ],
        json!({ "completion": { "temperature": 0.5, "enabled": false } }),
        &[
            "completion.topP (in /config.toml): must be a number above 0, at most 1, not 0",
            "completion.maxTokens (from the editor): must be a whole number from 1 to 4096, not a string; using 256",
            "completion.stop (from the editor): must be a list of strings, not a list of other things",
            "completion.temperature (from the editor): must be a number from 0 to 1.5, not 7; using 0.5",
        ],
    );
    check(
        &[editor(json!({ "endpoint": { "dialect": "mistrl", "url": 5, "model": "" }, "log": 3 }))],
        json!({}),
        &[
            "endpoint.dialect (from the editor): must be \"auto\", \"mistral\", \"openai\", \"llamacpp\", \"ollama\" or \"local\", not \"mistrl\"; using \"auto\"",
            "endpoint.model (from the editor): must be a string that is not empty, not an empty string; using \"codestral-latest\"",
            "endpoint.url (from the editor): must be a string, not 5",
            "log (from the editor): must be a table of settings, not a number",
        ],
    );
    check(
        &[editor(json!([1])), editor(json!({ "codestral": "x" }))],
        json!({}),
        &[
            "settings (from the editor): must be a table of settings, not a list of other things",
            "settings (from the editor): must be a table of settings, not a string",
        ],
    );
}

#[test]
fn fallbacks_and_headers_are_taken_as_a_whole_and_checked_inside() {
    let header = json!({ "file": "~/azure-key" });
    let fallback = json!({ "url": "https://api.mistral.ai", "apiKeyFile": "~/key", "headers": { "x-one": header } });
    let set = json!({ "endpoint": { "fallbacks": [fallback], "headers": { "api-key": header } } });
    let loaded = load(&[file(set)], Some(Path::new("/home/me")));
    assert_eq!(loaded.problems, []);
    let Endpoint { fallbacks, headers, .. } = loaded.settings.endpoint;
    assert_eq!(headers["api-key"].file.as_deref(), Some(Path::new("/home/me/azure-key")));
    assert_eq!(fallbacks[0].headers["x-one"].file.as_deref(), Some(Path::new("/home/me/azure-key")));
    assert_eq!(fallbacks[0].api_key_file.as_deref(), Some(Path::new("/home/me/key")));
    assert_eq!(fallbacks[0].model, "codestral-latest");
    for (wrong, told) in [
        (json!("x"), "endpoint.fallbacks (in /config.toml): must be a list of tables of settings, not a string"),
        (json!([5]), "endpoint.fallbacks[0] (in /config.toml): must be a table of settings, not a number"),
        (
            json!([{}, { "modl": "m" }]),
            "endpoint.fallbacks[1].modl (in /config.toml): unknown setting, did you mean endpoint.fallbacks[1].model?",
        ),
        (
            json!([{ "apiKey": "sk-0123456789" }]),
            "endpoint.fallbacks[0].apiKey (in /config.toml): an API key does not belong in settings; set endpoint.fallbacks[0].apiKeyFile or endpoint.fallbacks[0].apiKeyCommand instead",
        ),
        (
            json!([{ "timeoutMs": 5 }]),
            "endpoint.fallbacks[0].timeoutMs (in /config.toml): must be a whole number from 100 to 120000, not 5",
        ),
        (
            json!([{ "dialect": "x" }]),
            "endpoint.fallbacks[0].dialect (in /config.toml): must be \"auto\", \"mistral\", \"openai\", \"llamacpp\", \"ollama\" or \"local\", not \"x\"",
        ),
    ] {
        let loaded = load(&[file(json!({ "endpoint": { "fallbacks": wrong } }))], None);
        assert_eq!(loaded.problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [told]);
        assert!(loaded.problems.iter().all(Problem::forbids_sending) && loaded.settings.endpoint.fallbacks.is_empty());
    }
    let wrong = json!({ "endpoint": { "headers": { "a": { "value": "sk-0123456789" } } } });
    let problems = load(&[file(wrong)], None).problems;
    assert!(problems[0].forbids_sending() && !problems[0].to_string().contains("sk-"), "{problems:?}");
}

#[test]
fn bounds_are_inclusive_and_debounce_is_a_number_or_auto() {
    for (value, is_good) in [
        (json!("auto"), true),
        (json!(0), true),
        (json!(5000), true),
        (json!(5001), false),
        (json!("5"), false),
        (json!(-1), false),
    ] {
        let loaded = load(&[editor(json!({ "completion": { "debounceMs": value } }))], None);
        assert_eq!(loaded.problems.is_empty(), is_good, "{value}: {:?}", loaded.problems);
        assert_eq!(json!(loaded.settings.completion.debounce_ms) == value, is_good);
    }
    for (value, is_good) in [(255, false), (256, true), (262_144, true), (262_145, false)] {
        let loaded = load(&[editor(json!({ "completion": { "prefixBytes": value } }))], None);
        assert_eq!(loaded.problems.is_empty(), is_good, "{value}");
    }
}

#[test]
fn an_unknown_key_is_told_with_the_nearest_right_one() {
    check(
        &[file(json!({ "completion": { "debonceMs": 5, "max_tokens": 5 }, "model": "x", "complation": {}, "zzz": 1 }))],
        json!({}),
        &[
            "complation (in /config.toml): unknown setting, did you mean completion?",
            "completion.debonceMs (in /config.toml): unknown setting, did you mean completion.debounceMs?",
            "completion.max_tokens (in /config.toml): unknown setting, did you mean completion.maxTokens?",
            "model (in /config.toml): unknown setting, did you mean chat.model or endpoint.model?",
            "zzz (in /config.toml): unknown setting",
        ],
    );
    check(
        &[editor(json!({ "languages": { "rust": { "topp": 1 } }, "a\nb": 1 }))],
        json!({}),
        &[
            "a\u{fffd}b (from the editor): unknown setting",
            "languages.rust.topp (from the editor): unknown setting, did you mean languages.rust.topP?",
        ],
    );
}

#[test]
fn an_api_key_in_the_settings_is_refused_and_never_repeated() {
    let secret = "sk-0123456789";
    for wrong in [
        json!({ "endpoint": { "apiKey": secret } }),
        json!({ "endpoint": { "api_key": [secret] } }),
        json!({ "apiKey": secret }),
        json!({ "codestral": { "token": { "value": secret } } }),
    ] {
        let told = load(&[editor(wrong)], None).problems;
        assert_eq!(told.len(), 1);
        assert!(told[0].message.contains("CODESTRAL_API_KEY, endpoint.apiKeyFile or endpoint.apiKeyCommand"));
        assert!(!told[0].to_string().contains(secret));
    }
    for wrong in [json!({ "endpoint": { "apiKeyCommand": secret } }), json!({ "endpoint": secret })] {
        let told = load(&[editor(wrong)], None).problems;
        assert_eq!(told.len(), 1);
        assert!(!told[0].to_string().contains(secret));
    }
}

#[test]
fn null_says_nothing_but_switches_the_temperature_off() {
    check(
        &[
            file(json!({ "endpoint": { "url": "https://a.example" }, "completion": { "maxTokens": 5 } })),
            editor(json!({ "endpoint": { "url": null }, "completion": { "maxTokens": null, "temperature": null } })),
        ],
        json!({ "endpoint": { "url": "https://a.example" }, "completion": { "maxTokens": 5, "temperature": null } }),
        &[],
    );
    check(
        &[file(json!({ "endpoint": { "url": "https://a.example" } })), editor(json!({ "endpoint": { "url": "" } }))],
        json!({ "endpoint": { "url": "https://a.example" } }),
        &[],
    );
}

#[test]
fn a_language_is_laid_over_completion_of_whatever_layer() {
    let loaded = load(
        &[
            file(json!({ "languages": { "rust": { "maxTokens": 64, "temperature": null } } })),
            editor(
                json!({ "completion": { "enabled": false, "maxTokens": 9 }, "languages": { "rust": { "suffixBytes": 512 } } }),
            ),
        ],
        None,
    );
    assert_eq!(loaded.problems, []);
    let rust = loaded.settings.completion_for("rust");
    assert_eq!((rust.enabled, rust.max_tokens, rust.temperature, rust.suffix_bytes), (false, 64, None, 512));
    assert_eq!(loaded.settings.completion_for("go").max_tokens, 9);

    check(
        &[editor(json!({ "completion": { "maxTokens": 7 }, "languages": { "go": { "maxTokens": 0 } } }))],
        json!({ "completion": { "maxTokens": 7 } }),
        &["languages.go.maxTokens (from the editor): must be a whole number from 1 to 4096, not 0; using 7"],
    );
}

#[test]
fn one_wrong_glob_does_not_uncover_the_files_of_the_others() {
    check(
        &[editor(json!({ "privacy": { "exclude": ["*.key", 5, "[", "secret/**"] } }))],
        json!({ "privacy": { "exclude": ["*.key", "secret/**"] } }),
        &[
            "privacy.exclude[1] (from the editor): must be a string that is not empty, not 5; left out",
            "privacy.exclude[2] (from the editor): is no glob, unclosed character class; missing ']'; left out",
        ],
    );
}

#[test]
fn a_tilde_in_a_path_is_the_home_directory() {
    let loaded = load(
        &[editor(
            json!({ "endpoint": { "apiKeyFile": "~/key", "caFile": "/etc/~/ca" }, "log": { "file": "~you/log" } }),
        )],
        Some(Path::new("/home/me")),
    );
    assert_eq!(loaded.settings.endpoint.api_key_file.as_deref(), Some(Path::new("/home/me/key")));
    assert_eq!(loaded.settings.endpoint.ca_file.as_deref(), Some(Path::new("/etc/~/ca")));
    assert_eq!(loaded.settings.log.file.as_deref(), Some(Path::new("~you/log")));
}

#[test]
fn the_list_names_every_setting_with_its_origin() {
    let loaded =
        load(&[editor(json!({ "completion": { "maxTokens": 5 }, "languages": { "go": { "enabled": false } } }))], None);
    let list = loaded.list();
    let find = |key: &str| list.iter().find(|setting| setting.key == key).cloned();
    let setting = |key: &str, value, origin| Some(Setting { key: key.to_owned(), value, origin });
    assert_eq!(find("completion.maxTokens"), setting("completion.maxTokens", json!(5), Origin::Editor));
    assert_eq!(find("endpoint.url"), setting("endpoint.url", Value::Null, Origin::Default));
    assert_eq!(find("languages.go.enabled"), setting("languages.go.enabled", json!(false), Origin::Editor));
    assert_eq!(find("languages.go.maxTokens"), None);
}

/// Any JSON at all, with names that often are ours.
fn anything() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "codestral",
            "completion",
            "endpoint",
            "languages",
            "rust",
            "privacy",
            "exclude",
            "maxTokens",
            "temperature",
            "debounceMs",
            "topP",
            "randomSeed",
            "stop",
            "minTokens",
            "timeoutMs",
            "apiKeyCommand",
            "languages.go.topP",
            "chat",
            "chat.url",
            "contextTokens",
            "systemPrompt",
            "safePrompt",
        ])
        .prop_map(str::to_owned),
        ".*",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (0..300i64).prop_map(Value::from),
        (-1.0..2.0f64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop_oneof![Just("auto".to_owned()), Just("".to_owned()), ".*"].prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..8).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_an_editor_sends_the_settings_are_valid(sent in anything()) {
        // A last layer shows that the tree as a whole was taken, and not given up for the defaults.
        let last = file(json!({ "chat": { "model": "last" } }));
        let loaded = load(&[editor(sent), last], None);
        prop_assert_eq!(&loaded.settings.chat.model, "last");
        for Setting { key, value, origin } in loaded.list() {
            if origin != Origin::Default {
                let alone = load(&[Layer::new(origin, json!({ key: value }))], None);
                prop_assert_eq!(alone.problems, []);
            }
        }
        for problem in loaded.problems {
            prop_assert!(!problem.to_string().contains('\n'));
        }
    }
}
