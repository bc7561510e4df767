//! What a request does now, given what is known: the whole state machine, pure.

use std::time::Instant;

use super::rest::Begun;
use crate::completion::{Reason, cache::EntryId, cache::Found};
use crate::model::Error;

/// Any prediction is welcome: the predictor keeps back what it is not sure of.
pub(super) const ANY: f32 = 0.0;

/// The least confidence at which the endpoint is not asked. The model may write more lines, and better ones, so only
/// what is right four times in five goes before it; the confidence is calibrated (`cargo bench --bench local`), and a
/// rest of 35 bytes seldom gets above 0.86.
pub(super) const FIRST: f32 = 0.8;

/// All that counts for the newest request of a document.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub now: Instant,
    /// Asked for by the user's own hand, not by typing.
    pub invoked: bool,
    /// What came before it, and what that allows.
    pub begun: Begun,
    /// The cursor stands in a secret, or at an end of one.
    pub in_secret: bool,
    /// What the cache holds for the cursor.
    pub found: Found,
    /// When the complete lines of an open stream are shown, though its block is not complete.
    pub partly_at: Instant,
    /// When another stream is opened besides the one that is waited for, unless that speaks before; `None` where there
    /// is another already.
    pub again_at: Option<Instant>,
    /// The stream that is waited for was asked for so many keys ago, in doubt, that its answer will hardly fit.
    pub is_overtaken: bool,
    /// What became of the stream that this request opened.
    pub asked: Asked,
    /// Whether an empty reply may be asked for once more: by hand, at an endpoint, and once.
    pub may_ask_again: bool,
    pub predictor: Predictor,
    /// The most tokens a day may take, where they are used up.
    pub ceiling: Option<u64>,
    /// Why the endpoint is left alone, if it is.
    pub resting: Option<Error>,
    /// When an automatic request may be sent.
    pub due: Instant,
}

/// What became of the stream that a request opened, once the cache has nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    NotYet,
    /// It said nothing of use.
    Empty,
    Failed(Error),
}

/// Whether the embedded engine is asked: alone, before the endpoint, or in its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Predictor {
    /// There is no endpoint to ask.
    pub alone: bool,
    /// `local.first`: before the endpoint, where it is very sure.
    pub first: bool,
    /// `local.fallback`: in the place of an endpoint that may not be asked.
    pub fallback: bool,
    /// The least confidence it was asked for by this request; infinite before.
    pub tried: f32,
}

/// What a request does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// Show this block of the cache, unless a filter takes it away.
    Show { text: String, entry: EntryId },
    /// Show nothing.
    Refuse(Reason),
    /// Look again when something of the document changed, or at this time.
    Wait(Option<Instant>),
    /// Open a stream, perhaps besides one that has been silent for too long.
    Ask { besides: Option<EntryId> },
    /// Open a stream that is told to say something, in the place of an empty reply.
    AskAgain {
        /// The entry of the cache that holds that reply.
        empty: Option<EntryId>,
    },
    /// Ask the embedded engine for what it is at least so sure of, and look again.
    Predict {
        least: f32,
        /// Why the endpoint is not asked, where the engine stands in for it.
        instead: Option<Reason>,
    },
}

/// What the request does now; `newest` is `None` for one that an edit or a newer request has superseded.
pub(super) fn decide(newest: Option<Facts>) -> Step {
    let Some(facts) = newest else { return Step::Refuse(Reason::Superseded) };
    if !may_ask(&facts.found, facts.may_ask_again) {
        return match facts.found {
            Found::Hit { text, id, .. } => Step::Show { text, entry: id },
            Found::Pending(entry) => wait_for(entry, &facts),
            Found::Masked => Step::Refuse(Reason::Masked),
            Found::Empty(_) | Found::Miss => Step::Refuse(Reason::Empty),
        };
    }
    if let Found::Empty(entry) = facts.found {
        return Step::AskAgain { empty: Some(entry) };
    }
    let predictor = facts.predictor;
    match &facts.asked {
        Asked::NotYet => {}
        Asked::Empty if facts.may_ask_again => return Step::AskAgain { empty: None },
        Asked::Empty => return Step::Refuse(Reason::Empty),
        Asked::Failed(error) => return predictor.instead_of(Reason::Endpoint(error.clone())),
    }
    match facts.begun {
        Begun::InPassing if !facts.invoked => return Step::Refuse(Reason::NoEdit),
        Begun::ToRest(until) if !facts.invoked && until > facts.now => return Step::Wait(Some(until)),
        _ => {}
    }
    if predictor.alone {
        return predictor.instead_of(Reason::Unsure);
    }
    if predictor.first && predictor.tried > FIRST {
        return Step::Predict { least: FIRST, instead: None };
    }
    if facts.invoked {
        return Step::Ask { besides: None };
    }
    if let Some(reason) = hindrance(&facts) {
        return predictor.instead_of(reason);
    }
    if facts.due > facts.now { Step::Wait(Some(facts.due)) } else { Step::Ask { besides: None } }
}

/// Why the endpoint is not asked, unless it is by hand.
fn hindrance(facts: &Facts) -> Option<Reason> {
    if facts.in_secret {
        return Some(Reason::InSecret);
    }
    let ceiling = facts.ceiling.map(Reason::Ceiling);
    ceiling.or_else(|| facts.resting.clone().map(Reason::Paused))
}

/// A stream is on its way. Where it is silent for too long another is opened besides, and where keys have overtaken it
/// another is opened as well, if one may be asked at all.
fn wait_for(entry: EntryId, facts: &Facts) -> Step {
    let refused = !facts.invoked && (facts.begun == Begun::InPassing || hindrance(facts).is_some());
    let rested_at = facts.begun.until().filter(|_| !facts.invoked).unwrap_or(facts.now);
    let may_ask_at = facts.due.max(rested_at);
    let again_at = facts.again_at.filter(|_| !refused).map(|at| at.max(may_ask_at));
    if again_at.is_some_and(|at| at <= facts.now) {
        return Step::Ask { besides: Some(entry) };
    }
    let overtaken_at = Some(may_ask_at).filter(|_| facts.is_overtaken && !refused);
    if overtaken_at.is_some_and(|at| at <= facts.now) {
        return Step::Ask { besides: None };
    }
    let partly_at = Some(facts.partly_at).filter(|at| *at > facts.now);
    Step::Wait([partly_at, again_at, overtaken_at].into_iter().flatten().min())
}

/// Whether the cache leaves the question open. An empty answer settles it for typing; by hand it is asked once more.
pub(super) fn may_ask(found: &Found, may_ask_again: bool) -> bool {
    match found {
        Found::Hit { .. } | Found::Pending(_) => false,
        Found::Empty(_) => may_ask_again,
        Found::Masked => false,
        Found::Miss => true,
    }
}

impl Predictor {
    /// The embedded engine's turn where the endpoint is not asked for `reason`; that reason if it has had it.
    fn instead_of(self, reason: Reason) -> Step {
        if (self.alone || self.fallback) && self.tried > ANY {
            Step::Predict { least: ANY, instead: Some(reason) }
        } else {
            Step::Refuse(reason)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LATER: Duration = Duration::from_millis(100);

    /// Facts of an automatic request at a place of which nothing is known, all of which allow it to ask now.
    fn facts() -> Facts {
        let now = Instant::now();
        let predictor = Predictor { alone: false, first: false, fallback: false, tried: f32::INFINITY };
        Facts {
            now,
            invoked: false,
            begun: Begun::Typing,
            in_secret: false,
            found: Found::Miss,
            partly_at: now,
            again_at: None,
            is_overtaken: false,
            asked: Asked::NotYet,
            may_ask_again: false,
            predictor,
            ceiling: None,
            resting: None,
            due: now,
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Facts), expected: impl FnOnce(Instant) -> Step) {
        let mut facts = facts();
        change(&mut facts);
        let now = facts.now;
        assert_eq!(decide(Some(facts)), expected(now));
    }

    fn refuse(reason: Reason) -> impl FnOnce(Instant) -> Step {
        move |_| Step::Refuse(reason)
    }

    fn stand_in(reason: Reason) -> impl FnOnce(Instant) -> Step {
        move |_| Step::Predict { least: ANY, instead: Some(reason) }
    }

    #[test]
    fn an_older_request_is_superseded() {
        assert_eq!(decide(None), Step::Refuse(Reason::Superseded));
    }

    #[test]
    fn what_is_known_goes_before_all_else() {
        let hit = Found::Hit { text: "a".into(), id: 7, at: 0 };
        let show = |_| Step::Show { text: "a".into(), entry: 7 };
        let spent = |facts: &mut Facts| {
            (facts.ceiling, facts.resting, facts.begun) = (Some(1), Some(Error::NoKey), Begun::InPassing)
        };
        check(|facts| (spent(facts), facts.found = hit).0, show);
        check(|facts| facts.found = Found::Pending(7), |_| Step::Wait(None));
        let young = |facts: &mut Facts| (facts.found, facts.partly_at) = (Found::Pending(7), facts.now + LATER);
        check(young, |now| Step::Wait(Some(now + LATER)));
    }

    #[test]
    fn a_silent_stream_gets_another_beside_it_as_soon_as_one_may_be_asked() {
        let silent = |facts: &mut Facts| {
            (facts.found, facts.partly_at) = (Found::Pending(7), facts.now + LATER * 3);
            facts.again_at = Some(facts.now);
        };
        check(silent, |_| Step::Ask { besides: Some(7) });
        check(|facts| (silent(facts), facts.again_at = None).0, |now| Step::Wait(Some(now + LATER * 3)));
        let soon = |facts: &mut Facts| facts.again_at = Some(facts.now + LATER);
        check(|facts| (silent(facts), soon(facts)).0, |now| Step::Wait(Some(now + LATER)));
        check(|facts| (silent(facts), facts.due += LATER * 2).0, |now| Step::Wait(Some(now + LATER * 2)));
        check(|facts| (silent(facts), facts.ceiling = Some(9)).0, |now| Step::Wait(Some(now + LATER * 3)));
        check(|facts| (silent(facts), facts.begun = Begun::InPassing).0, |now| Step::Wait(Some(now + LATER * 3)));
        check(|facts| (silent(facts), facts.in_secret = true).0, |now| Step::Wait(Some(now + LATER * 3)));
        let by_hand = |facts: &mut Facts| {
            (facts.begun, facts.in_secret, facts.invoked) = (Begun::InPassing, true, true);
        };
        check(|facts| (silent(facts), by_hand(facts)).0, |_| Step::Ask { besides: Some(7) });
    }

    #[test]
    fn a_stream_that_keys_have_overtaken_is_not_all_that_is_waited_for() {
        let overtaken = |facts: &mut Facts| (facts.found, facts.is_overtaken) = (Found::Pending(7), true);
        check(overtaken, |_| Step::Ask { besides: None });
        check(|facts| (overtaken(facts), facts.due += LATER).0, |now| Step::Wait(Some(now + LATER)));
        check(|facts| (overtaken(facts), facts.ceiling = Some(9)).0, |_| Step::Wait(None));
    }

    #[test]
    fn an_empty_answer_settles_it_but_for_one_more_question_by_hand() {
        let empty = |may_ask_again, asked| {
            move |facts: &mut Facts| {
                (facts.found, facts.may_ask_again, facts.asked) = (Found::Empty(7), may_ask_again, asked);
            }
        };
        check(empty(false, Asked::NotYet), refuse(Reason::Empty));
        check(empty(true, Asked::NotYet), |_| Step::AskAgain { empty: Some(7) });
        check(empty(true, Asked::Empty), |_| Step::AskAgain { empty: Some(7) });
        check(empty(false, Asked::Empty), refuse(Reason::Empty));
        check(|facts| facts.asked = Asked::Empty, refuse(Reason::Empty));
        let useless = |facts: &mut Facts| (facts.may_ask_again, facts.asked) = (true, Asked::Empty);
        check(useless, |_| Step::AskAgain { empty: None });
        let failed = Asked::Failed(Error::NoKey);
        check(|facts| (useless(facts), facts.asked = failed).0, refuse(Reason::Endpoint(Error::NoKey)));
    }

    #[test]
    fn typing_waits_and_a_hand_does_not() {
        check(|_| {}, |_| Step::Ask { besides: None });
        check(|facts| facts.due += LATER, |now| Step::Wait(Some(now + LATER)));
        check(|facts| facts.begun = Begun::InPassing, refuse(Reason::NoEdit));
        check(|facts| facts.ceiling = Some(9), refuse(Reason::Ceiling(9)));
        check(|facts| facts.resting = Some(Error::NoKey), refuse(Reason::Paused(Error::NoKey)));
        let hindered = |facts: &mut Facts| {
            (facts.ceiling, facts.resting, facts.invoked) = (Some(9), Some(Error::NoKey), true);
            facts.begun = Begun::InPassing;
            facts.due += LATER;
        };
        check(hindered, |_| Step::Ask { besides: None });
    }

    #[test]
    fn who_came_to_write_is_given_the_time_to_rest() {
        let to_rest = |facts: &mut Facts| facts.begun = Begun::ToRest(facts.now + LATER);
        check(to_rest, |now| Step::Wait(Some(now + LATER)));
        check(|facts| facts.begun = Begun::ToRest(facts.now), |_| Step::Ask { besides: None });
        check(|facts| (to_rest(facts), facts.invoked = true).0, |_| Step::Ask { besides: None });
        check(|facts| (to_rest(facts), facts.predictor.alone = true).0, |now| Step::Wait(Some(now + LATER)));
        let spent = |facts: &mut Facts| (facts.begun, facts.ceiling) = (Begun::ToRest(facts.now), Some(9));
        check(spent, refuse(Reason::Ceiling(9)));
        let silent = |facts: &mut Facts| {
            (facts.found, facts.again_at, facts.partly_at) = (Found::Pending(7), Some(facts.now), facts.now);
        };
        check(|facts| (to_rest(facts), silent(facts)).0, |now| Step::Wait(Some(now + LATER)));
        check(|facts| (silent(facts), facts.begun = Begun::ToRest(facts.now)).0, |_| Step::Ask { besides: Some(7) });
    }

    #[test]
    fn in_a_secret_only_a_hand_asks() {
        check(|facts| facts.in_secret = true, refuse(Reason::InSecret));
        check(|facts| (facts.in_secret, facts.invoked) = (true, true), |_| Step::Ask { besides: None });
        let fallback = |facts: &mut Facts| (facts.in_secret, facts.predictor.fallback) = (true, true);
        check(fallback, stand_in(Reason::InSecret));
        let known = Found::Hit { text: "a".into(), id: 7, at: 0 };
        let show = |_| Step::Show { text: "a".into(), entry: 7 };
        check(|facts| (facts.in_secret, facts.found) = (true, known), show);
        check(|facts| facts.found = Found::Masked, refuse(Reason::Masked));
    }

    #[test]
    fn the_embedded_engine_stands_in_once_wherever_the_endpoint_is_not_asked() {
        let fallback = |facts: &mut Facts| facts.predictor.fallback = true;
        check(fallback, |_| Step::Ask { besides: None });
        check(|facts| (fallback(facts), facts.ceiling = Some(9)).0, stand_in(Reason::Ceiling(9)));
        check(|facts| (fallback(facts), facts.resting = Some(Error::NoKey)).0, stand_in(Reason::Paused(Error::NoKey)));
        let failed = |facts: &mut Facts| (facts.asked, facts.invoked) = (Asked::Failed(Error::NoKey), true);
        check(failed, refuse(Reason::Endpoint(Error::NoKey)));
        check(|facts| (failed(facts), fallback(facts)).0, stand_in(Reason::Endpoint(Error::NoKey)));
        let tried = |facts: &mut Facts| facts.predictor.tried = ANY;
        check(|facts| (failed(facts), fallback(facts), tried(facts)).0, refuse(Reason::Endpoint(Error::NoKey)));
        check(|facts| facts.predictor.alone = true, stand_in(Reason::Unsure));
        check(|facts| (facts.predictor.alone = true, tried(facts)).0, refuse(Reason::Unsure));
    }

    #[test]
    fn where_it_goes_first_the_endpoint_is_asked_for_what_it_is_not_sure_of() {
        let first = |facts: &mut Facts| facts.predictor.first = true;
        check(first, |_| Step::Predict { least: FIRST, instead: None });
        check(|facts| (first(facts), facts.predictor.tried = FIRST).0, |_| Step::Ask { besides: None });
        let resting = |facts: &mut Facts| (facts.predictor.tried, facts.resting) = (FIRST, Some(Error::NoKey));
        check(|facts| (resting(facts), facts.predictor.fallback = true).0, stand_in(Reason::Paused(Error::NoKey)));
    }
}
