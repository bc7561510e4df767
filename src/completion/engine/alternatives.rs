//! Several different suggestions for one place, for someone who asked by hand and wants to choose.
//!
//! Asked the same question twice, Codestral answers the same. So the further ones are asked for with other seeds and a
//! higher temperature, at the same time as the first, and equal ones are shown once.

use std::ops::ControlFlow;

use futures_util::future::{BoxFuture, Shared, join_all};
use tokio::{pin, select, time::timeout};

use super::{Answer, Engine, budget};
use crate::{
    completion::{
        Query, Reason, Source, Suggestion, Window, block, eligibility,
        filter::{self, Filtered, Growing},
        prompt,
        stop::{Reach, Watch},
    },
    masking::placeholder,
    model::{Delta, Prompt, read},
    usage::Metered,
};

/// Answers a query asked by hand: the engine's answer, and the further suggestions.
pub(super) async fn complete(
    engine: &Engine,
    query: &Query,
    prepared: Shared<BoxFuture<'static, ()>>,
) -> (Answer, Vec<Suggestion>) {
    let further = async {
        prepared.clone().await;
        // Alone the embedded engine has nothing to choose from, and nobody else is there to be asked.
        let endpoint = engine.lock().endpoint.clone();
        if engine.admit(query).await.is_err() || endpoint.is_local().await {
            return vec![];
        }
        engine.find_secrets(query);
        engine.chosen(query).await;
        let (known, missing) = known(engine, query);
        let asked = join_all(missing.into_iter().map(|(window, prompt)| ask(engine, query, window, prompt))).await;
        known.into_iter().chain(asked.into_iter().flatten()).collect::<Vec<_>>()
    };
    pin!(further);
    let first = engine.complete_after(query, prepared.clone());
    pin!(first);
    // Where not all of them find a place at the endpoint, the further ones must not be before the first.
    let choices = engine.lock().settings.completion_for(&query.document.language).choices;
    let in_turn = engine.lock().endpoint.places().is_some_and(|places| places < choices);
    let ((mut answer, standing), further_ones) = select! {
        biased;
        first = &mut first => (first, None),
        asked = &mut further, if !in_turn => (first.await, Some(asked)),
    };
    if matches!(answer.result, Err(Reason::Superseded | Reason::Private(_))) {
        return (answer, vec![]);
    }
    let settings = engine.lock().settings.clone();
    let completion = settings.completion_for(&query.document.language);
    let further_ones = match (further_ones, standing) {
        (Some(asked), _) => asked,
        (None, None) => vec![],
        (None, Some(mut standing)) => select! {
            biased;
            asked = timeout(completion.show_after(), further) => asked.unwrap_or_default(),
            // What is shown now is for another text or another request.
            () = standing.overtaken(engine, &query.document.uri) => {
                answer.result = Err(Reason::Superseded);
                return (answer, vec![]);
            }
        },
    };
    let mut others: Vec<Suggestion> = vec![];
    for other in further_ones {
        let is_new = |seen: &Suggestion| seen.text != other.text;
        if answer.result.as_ref().ok().is_none_or(is_new) && others.iter().all(is_new) {
            others.push(other);
        }
    }
    others.truncate(completion.choices.saturating_sub(1));
    (answer, others)
}

/// What the cache holds for the place, and the prompts for what it does not.
fn known(engine: &Engine, query: &Query) -> (Vec<Suggestion>, Vec<(Window, Prompt)>) {
    let mut state = engine.lock();
    let settings = state.settings.clone();
    let (document, completion) = (&query.document, settings.completion_for(&query.document.language));
    let is_eligible = eligibility::document(query, &settings, &state.privacy, state.on).is_ok();
    if !is_eligible || state.backoff.last_error().is_some() {
        return (vec![], vec![]);
    }
    let window = eligibility::window(document, query.cursor, budget(completion));
    state.forget_predictions();
    let blocks = state.cache.alternatives(&document.uri, &window, &document.language);
    let shown = |block: &String| shown(query, &window, block, "", Source::Reuse);
    let known: Vec<Suggestion> = blocks.iter().filter_map(shown).collect();
    let excerpts = state.take_excerpts(query, &window);
    let masked = state.masked_window(query, excerpts.as_deref());
    let key = Some(state.cache_key(&document.uri));
    let prompt = prompt::build(&masked, excerpts.as_deref(), &settings.endpoint.model, completion);
    let prompt = Prompt { cache_key: key, ..prompt };
    let missing = (known.len().max(1)..completion.choices).map(|n| {
        let seed = prompt.random_seed.unwrap_or_default() + n as u64;
        let other = Prompt { random_seed: Some(seed), temperature: Some(prompt::OTHER_TEMPERATURE), ..prompt.clone() };
        (window.clone(), other)
    });
    (known, missing.collect())
}

/// Asks once more, in another way. Dropping the future resets the stream.
async fn ask(engine: &Engine, query: &Query, window: Window, prompt: Prompt) -> Option<Suggestion> {
    let (language, is_masked) = (&query.document.language, prompt.secrets > 0);
    let reply = {
        let state = engine.lock();
        Metered::completion(&state.usage, language, &prompt, |prompt, sent| {
            state.endpoint.complete_telling(prompt, sent)
        })
    };
    let others: Vec<String> = prompt.others.iter().map(|other| other.path.to_string()).collect();
    let mut text = Growing::new(window, language.clone()).beside(others.iter().map(String::as_str));
    let mut watch = Watch::new(Reach::BLOCK);
    let reading = read(reply, |delta| {
        let Delta::Text(piece) = delta else { return ControlFlow::Continue(()) };
        text.push(&piece);
        match watch.enough(&text) {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    });
    // The first request meets the same trouble, and tells of it; what came before is as good as ever.
    let _ = reading.await;
    text.finish();
    let clean = if is_masked { before_placeholder(text.text()) } else { text.text() };
    let end = block::end(text.window(), language, clean, true)?;
    shown(query, text.window(), &clean[..end], &clean[end..], Source::Endpoint)
}

/// The complete lines before the first placeholder; all of it without one.
fn before_placeholder(reply: &str) -> &str {
    let Some(at) = placeholder::find(reply) else { return reply };
    reply[..at].rfind('\n').map_or("", |end| &reply[..end])
}

fn shown(query: &Query, window: &Window, block: &str, beyond: &str, source: Source) -> Option<Suggestion> {
    let Filtered { text, replaces, .. } = filter::apply_for(query, window, block, beyond).ok()?;
    Some(Suggestion { text, replaces, source })
}
