//! The setting a wrong key was meant to be.

/// Finds the key meant by `name`, which is unknown in the table `parent` ("" for the top level): dotted keys, most often
/// one, several when the same name stands in several tables.
///
/// `siblings` are the names known in that table, `keys` all dotted keys there are.
pub(super) fn nearest(parent: &str, name: &str, siblings: &[&str], keys: &[String]) -> Vec<String> {
    let wanted = plain(name);
    let below = |sibling: &str| if parent.is_empty() { sibling.to_owned() } else { format!("{parent}.{sibling}") };
    if let Some(same) = siblings.iter().find(|sibling| plain(sibling) == wanted) {
        return vec![below(same)];
    }

    let elsewhere: Vec<String> =
        keys.iter().filter(|key| key.rsplit('.').next().is_some_and(|last| plain(last) == wanted)).cloned().collect();
    if !elsewhere.is_empty() {
        return elsewhere;
    }

    let close = siblings
        .iter()
        .map(|sibling| (strsim::levenshtein(&wanted, &plain(sibling)), sibling))
        .filter(|(edits, sibling)| *edits <= most_edits(sibling))
        .min();
    close.map(|(_, sibling)| below(sibling)).into_iter().collect()
}

/// Whether a key of this name is one under which people put the API key itself.
pub(super) fn names_a_secret(name: &str) -> bool {
    /// In the form of [`plain`].
    const ENDINGS: [&str; 7] = ["apikey", "token", "secret", "password", "bearer", "authorization", "credential"];
    let name = plain(name);
    name == "key" || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// How many edits still make a slip and not another word.
fn most_edits(name: &str) -> usize {
    (name.len() / 3).clamp(1, 3)
}

/// Whether `name` is `known` but for as many letters as people mistype; both plain.
pub(super) fn is_near(name: &str, known: &str) -> bool {
    strsim::levenshtein(name, known) <= most_edits(known)
}

/// One spelling for `max_tokens`, `max-tokens`, `MaxTokens` and `maxTokens`.
pub(super) fn plain(name: &str) -> String {
    /// Longer than any key of ours, so that a huge name costs nothing.
    const LONGEST: usize = 64;
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, meant: &[&str]) {
        let keys = ["chat.model", "completion.debounceMs", "endpoint.model", "endpoint.url"].map(String::from);
        assert_eq!(nearest("completion", name, &["debounceMs", "maxTokens", "topP"], &keys), meant, "{name}");
    }

    #[test]
    fn a_slip_another_case_and_another_table_are_found() {
        check("debounce_ms", &["completion.debounceMs"]);
        check("DEBOUNCE-MS", &["completion.debounceMs"]);
        check("debonceMs", &["completion.debounceMs"]);
        check("top", &["completion.topP"]);
        check("url", &["endpoint.url"]);
        check("model", &["chat.model", "endpoint.model"]);
        check("colour", &[]);
        check("", &[]);
    }

    #[test]
    fn names_of_secrets_are_known_but_not_our_own_keys() {
        for name in ["apiKey", "api_key", "API-KEY", "key", "token", "mistralApiKey", "authToken", "Authorization"] {
            assert!(names_a_secret(name), "{name}");
        }
        for name in ["apiKeyFile", "apiKeyCommand", "maxTokens", "monkey", "url"] {
            assert!(!names_a_secret(name), "{name}");
        }
    }
}
