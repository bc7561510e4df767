//! What is set and cannot be carried out where it is asked: nothing of it is dropped in silence.

use super::member::{Member, Target};
use super::{Backend, dialect};
use crate::endpoint::{Dialect, url};
use crate::settings::{self, Settings};

impl Backend {
    /// What an endpoint's dialect cannot carry of the settings that this is made from, a sentence each.
    pub fn not_carried(&self, settings: &Settings) -> Vec<String> {
        if matches!(self.first.target, Target::Refused(_)) {
            return Vec::new();
        }
        let mut told = Vec::new();
        for member in self.members() {
            if let Some(dialect) = dialect_of(member) {
                told.extend(of(member, dialect, settings, self.chat.is_none()));
            }
        }
        told.extend(unused_fallbacks(settings));
        told
    }
}

/// The dialect that is spoken; `None` where nobody is asked.
fn dialect_of(member: &Member) -> Option<Dialect> {
    if member.settings.dialect == settings::Dialect::Local {
        return None;
    }
    dialect(&member.settings).or_else(|| Some(url::dialect(&member.parsed_url().ok()?)))
}

fn of(member: &Member, dialect: Dialect, settings: &Settings, chats: bool) -> Vec<String> {
    let (section, name, host) = (&member.section, dialect.name(), member.url());
    let is_local = matches!(dialect, Dialect::LlamaCpp | Dialect::Ollama);
    let mut told = Vec::new();
    let asks_least = |completion: &settings::Completion| completion.min_tokens.is_some();
    if is_local
        && (asks_least(&settings.completion)
            || settings.languages.values().any(|language| asks_least(&language.completion)))
    {
        told.push(format!("completion.minTokens is not sent to {host}: the dialect {name} has nothing like it"));
    }
    if is_local && chats && settings.chat.safe_prompt {
        told.push(format!(
            "chat.safePrompt is not sent to {host}: it is Mistral's, and the dialect {name} has no such field"
        ));
    }
    if !dialect.takes_template() && member.settings.fim_template.is_some() {
        told.push(format!(
            "{section}.fimTemplate is not used: in the dialect {name} the server itself writes the prompt"
        ));
    }
    told
}

fn unused_fallbacks(settings: &Settings) -> Vec<String> {
    let (endpoint, local) = (&settings.endpoint, settings::Dialect::Local);
    if endpoint.fallbacks.is_empty() {
        return Vec::new();
    }
    if endpoint.dialect == local {
        return vec!["endpoint.fallbacks is not used, since endpoint.dialect is local".to_owned()];
    }
    let nobody = endpoint.fallbacks.iter().enumerate().filter(|(_, fallback)| fallback.dialect == local);
    let say = |(at, _)| {
        format!("endpoint.fallbacks[{at}] is not used: the embedded engine stands in by itself, as local.fallback says")
    };
    nobody.map(say).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Fallback;

    #[track_caller]
    fn check(change: impl FnOnce(&mut Settings), told: &[&str]) {
        let mut settings = Settings::default();
        settings.endpoint.url = Some("http://localhost:8080".into());
        settings.endpoint.dialect = settings::Dialect::Llamacpp;
        change(&mut settings);
        let found = Backend::with_environment(&settings, |_| None).not_carried(&settings);
        assert_eq!(found.len(), told.len(), "{found:?}");
        for (sentence, part) in found.iter().zip(told) {
            assert!(sentence.contains(part) && !sentence.contains(". "), "{sentence:?} lacks {part:?}");
        }
    }

    #[test]
    fn nothing_that_is_set_is_dropped_in_silence() {
        check(|_| {}, &[]);
        check(|settings| settings.completion.min_tokens = Some(1), &["completion.minTokens is not sent"]);
        check(|settings| settings.chat.safe_prompt = true, &["chat.safePrompt is not sent"]);
        check(|settings| settings.endpoint.fim_template = Some("qwen".into()), &["endpoint.fimTemplate is not used"]);
        let elsewhere = |settings: &mut Settings| {
            settings.chat.safe_prompt = true;
            settings.chat.url = Some("https://api.mistral.ai".into());
        };
        check(elsewhere, &[]);
        let mistral = |settings: &mut Settings| {
            settings.endpoint.dialect = settings::Dialect::Mistral;
            (settings.chat.safe_prompt, settings.completion.min_tokens) = (true, Some(1));
        };
        check(mistral, &[]);
    }

    #[test]
    fn each_fallback_is_looked_at() {
        let local = Fallback { dialect: settings::Dialect::Local, ..Fallback::default() };
        let ollama = Fallback { url: Some("http://localhost:11434".into()), ..Fallback::default() };
        let set = |settings: &mut Settings| {
            settings.endpoint.dialect = settings::Dialect::Openai;
            settings.endpoint.fallbacks = vec![local.clone(), ollama];
            settings.completion.min_tokens = Some(1);
        };
        check(set, &["http://localhost:11434: the dialect ollama", "endpoint.fallbacks[0] is not used"]);
        let alone = |settings: &mut Settings| {
            settings.endpoint.dialect = settings::Dialect::Local;
            settings.endpoint.fallbacks = vec![local];
        };
        check(alone, &["since endpoint.dialect is local"]);
    }
}
