//! Several different suggestions for one place, for someone who asked by hand and wants to choose.
//!
//! Asked the same question twice, Codestral answers the same. So the further ones are asked for with other seeds and a
//! higher temperature, at the same time as the first, and equal ones are shown once.

use futures_util::{StreamExt, future::join_all};
use tokio::{pin, select, time::timeout};

use super::{Answer, Engine, budget};
use crate::{
    completion::{
        Query, Reason, Source, Suggestion, Window, block,
        filter::{self, Filtered, opening},
        gate, prompt,
        stop::{self, Reach},
    },
    model::{Piece, Prompt},
    usage::{Cost, prompt_bytes},
};

/// The temperature of the further ones: the upper end of what Mistral recommends, so that they differ.
const TEMPERATURE: f32 = 0.7;

impl Engine {
    /// Answers a query asked by hand: the answer [`complete`](Self::complete) gives, and the further suggestions.
    pub async fn choose(&self, query: &Query) -> (Answer, Vec<Suggestion>) {
        let (known, missing) = self.known(query);
        let further = join_all(missing.into_iter().map(|(window, prompt)| self.variant(query, window, prompt)));
        pin!(further);
        let first = self.complete(query);
        pin!(first);
        let (answer, asked) = select! {
            biased;
            answer = &mut first => (answer, None),
            asked = &mut further => (first.await, Some(asked)),
        };
        if answer.result.as_ref().is_err_and(|reason| *reason == Reason::Superseded) {
            return (answer, vec![]);
        }
        let settings = self.lock().settings.clone();
        let completion = settings.completion_for(&query.document.language);
        let asked = match asked {
            Some(asked) => asked,
            None => timeout(completion.show_after(), further).await.unwrap_or_default(),
        };
        let mut others: Vec<Suggestion> = vec![];
        for other in known.into_iter().chain(asked.into_iter().flatten()) {
            let is_new = |seen: &Suggestion| seen.text != other.text;
            if answer.result.as_ref().ok().is_none_or(is_new) && others.iter().all(is_new) {
                others.push(other);
            }
        }
        others.truncate(completion.choices.saturating_sub(1));
        (answer, others)
    }

    /// What is known of the place already, and the prompts for what is not.
    fn known(&self, query: &Query) -> (Vec<Suggestion>, Vec<(Window, Prompt)>) {
        let mut state = self.lock();
        let settings = state.settings.clone();
        let (document, completion) = (&query.document, settings.completion_for(&query.document.language));
        let allowed = gate::document(query, &settings, &state.privacy, state.on).is_ok();
        if !allowed || state.pace.trouble().is_some() {
            return (vec![], vec![]);
        }
        let window = Window::cut(&document.text, query.cursor, budget(completion));
        state.forget_predictions();
        let blocks = state.reuse.all(&document.uri, &window, &document.language);
        let shown = |block: &String| shown(query, &window, block, Source::Reuse);
        let known: Vec<Suggestion> = blocks.iter().filter_map(shown).collect();
        let prompt = prompt::build(&window, &settings.endpoint.model, completion);
        let missing = (known.len().max(1)..completion.choices).map(|n| {
            let seed = prompt.random_seed.unwrap_or_default() + n as u64;
            let other = Prompt { random_seed: Some(seed), temperature: Some(TEMPERATURE), ..prompt.clone() };
            (window.clone(), other)
        });
        (known, missing.collect())
    }

    /// Asks once more, in another way. Dropping the future resets the stream.
    async fn variant(&self, query: &Query, window: Window, prompt: Prompt) -> Option<Suggestion> {
        let language = &query.document.language;
        let bytes = prompt_bytes(&prompt);
        let mut reply = {
            let mut state = self.lock();
            state.counts.requests += 1;
            state.endpoint.complete(prompt)
        };
        let (mut raw, mut usage) = (String::new(), None);
        while let Some(piece) = reply.next().await {
            match piece {
                Ok(Piece::Text(text)) => raw.push_str(&text),
                Ok(Piece::Thinking(_)) => {}
                Ok(Piece::End(end)) => {
                    usage = end.usage;
                    break;
                }
                // The first request meets the same trouble, and tells of it.
                Err(_) => break,
            }
            if stop::enough(&window, language, &opening::clean(&window, &raw), Reach::BLOCK).is_some() {
                break;
            }
        }
        drop(reply);
        self.lock().count(language, Cost::of(bytes, raw.len(), usage));
        let clean = opening::clean(&window, &raw);
        let end = block::end(&window, language, &clean, true)?;
        shown(query, &window, &clean[..end], Source::Endpoint)
    }
}

fn shown(query: &Query, window: &Window, block: &str, source: Source) -> Option<Suggestion> {
    let Filtered { text, replaces } = filter::apply(window, &query.document.language, block).ok()?;
    Some(Suggestion { text, replaces, source })
}
