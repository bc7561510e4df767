//! What the user should hear of unasked: each kind of trouble once, and that it is over.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use crate::completion::{Notice, Reason};
use crate::model::{Error, Recipient};

/// Trouble of a kind that was over meanwhile is told again only after this long.
const TELL_AGAIN: Duration = Duration::from_secs(15 * 60);

/// The way to the user.
pub(super) struct Notices {
    sender: UnboundedSender<Notice>,
    /// The kinds of failure that were told, and when.
    told: HashMap<&'static str, Instant>,
    /// Those of the trouble that is not over: it is told once, however long it lasts and however its kinds alternate.
    ongoing: Vec<&'static str>,
    /// Whether trouble was told and not yet that it is over. New settings make trouble news, but end none.
    is_trouble: bool,
    /// The host that answers in another's place, and whether that was told.
    instead: Option<(Arc<str>, bool)>,
    told_instead: Option<Instant>,
}

impl Notices {
    pub fn new(sender: UnboundedSender<Notice>) -> Self {
        Self { sender, told: HashMap::new(), ongoing: vec![], is_trouble: false, instead: None, told_instead: None }
    }

    pub fn endpoint_failed(&mut self, error: &Error, now: Instant) {
        // That goes on and ends by itself; who shows it is told elsewhere, before anything is asked and after.
        if matches!(error, Error::Loading { .. }) {
            return;
        }
        let kind = error.kind();
        let is_recent = self.told.get(kind).is_some_and(|at| now.saturating_duration_since(*at) < TELL_AGAIN);
        if is_recent || self.ongoing.contains(&kind) {
            return;
        }
        self.told.insert(kind, now);
        self.ongoing.push(kind);
        self.is_trouble = true;
        self.trouble(Reason::Endpoint(error.clone()));
    }

    /// The endpoint answered: who was told of its trouble hears that it is over. Where another answers in its place, that
    /// is told instead, once until the first does again.
    pub fn endpoint_answered(&mut self, by: Option<&Recipient>, now: Instant) {
        self.ongoing.clear();
        let was_trouble = std::mem::take(&mut self.is_trouble);
        let instead = by.filter(|by| by.is_fallback).map(|by| by.host.clone());
        let Some(host) = instead else {
            if was_trouble || self.instead.take().is_some_and(|(_, is_told)| is_told) {
                self.send(Notice::WorksAgain);
            }
            return;
        };
        if self.instead.as_ref().is_some_and(|(known, _)| *known == host) {
            return;
        }
        let is_recent = self.told_instead.is_some_and(|at| now.saturating_duration_since(at) < TELL_AGAIN);
        self.instead = Some((host.clone(), !is_recent || was_trouble));
        if !is_recent || was_trouble {
            self.told_instead = Some(now);
            self.send(Notice::Instead(host));
        }
    }

    pub fn trouble(&self, reason: Reason) {
        self.send(Notice::Trouble(reason));
    }

    fn send(&self, notice: Notice) {
        // The receiver is gone only when the server is shutting down.
        let _ = self.sender.send(notice);
    }

    /// The settings changed: whatever fails from now on is news, and so is that it works.
    pub fn reset(&mut self) {
        self.told.clear();
        self.ongoing.clear();
        (self.instead, self.told_instead) = (None, None);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    /// What is told of failures (`Some`) and answers (`None`), a minute apart.
    #[track_caller]
    fn check(events: &[Option<Error>], told: &[Option<Error>]) {
        let (sender, mut receiver) = unbounded_channel();
        let (mut notices, mut now) = (Notices::new(sender), Instant::now());
        for event in events {
            match event {
                Some(error) => notices.endpoint_failed(error, now),
                None => notices.endpoint_answered(None, now),
            }
            now += Duration::from_secs(60);
        }
        drop(notices);
        let heard = std::iter::from_fn(|| receiver.try_recv().ok());
        let heard: Vec<_> = heard
            .map(|notice| match notice {
                Notice::Trouble(Reason::Endpoint(error)) => Some(error),
                _ => None,
            })
            .collect();
        assert_eq!(heard, told);
    }

    #[test]
    fn who_answers_instead_is_told_once_and_that_it_is_over() {
        let (sender, mut receiver) = unbounded_channel();
        let mut notices = Notices::new(sender);
        let from = |host: &str| Recipient { host: host.into(), is_fallback: host != "first", is_own_machine: false };
        let mut now = Instant::now();
        let mut heard = |hosts: &[&str]| {
            for host in hosts {
                notices.endpoint_answered(Some(&from(host)), now);
                now += Duration::from_secs(60);
            }
            std::iter::from_fn(|| receiver.try_recv().ok()).collect::<Vec<_>>()
        };
        let instead = |host: &str| Notice::Instead(host.into());
        assert_eq!(heard(&["first", "first"]), []);
        assert_eq!(heard(&["second", "second", "second"]), [instead("second")]);
        assert_eq!(heard(&["first", "first"]), [Notice::WorksAgain]);
        assert_eq!(heard(&["second", "first", "second", "first"]), [], "one that comes and goes is told seldom");
        assert_eq!(heard(&["first"; 15]), []);
        assert_eq!(heard(&["third", "first"]), [instead("third"), Notice::WorksAgain]);
    }

    #[test]
    fn new_settings_that_fail_as_the_old_ones_did_are_news_and_so_is_that_they_work() {
        let (sender, mut receiver) = unbounded_channel();
        let (mut notices, now) = (Notices::new(sender), Instant::now());
        let refused = || Notice::Trouble(Reason::Endpoint(Error::NoKey));
        for _ in 0..2 {
            notices.endpoint_failed(&Error::NoKey, now);
            notices.endpoint_failed(&Error::NoKey, now);
            assert_eq!(receiver.try_recv().ok(), Some(refused()));
            assert_eq!(receiver.try_recv().ok(), None);
            notices.reset();
        }
        notices.endpoint_answered(None, now);
        notices.endpoint_answered(None, now);
        assert_eq!(receiver.try_recv().ok(), Some(Notice::WorksAgain));
        assert_eq!(receiver.try_recv().ok(), None);
    }

    #[test]
    fn each_kind_is_told_once_and_its_end_only_to_whoever_was_told() {
        let (refused, limited) = (|| Some(Error::NoKey), || Some(Error::RateLimited { retry_after: None }));
        check(&[None, None], &[]);
        check(&[refused(), refused(), refused()], &[refused()]);
        check(&[refused(), None, None], &[refused(), None]);
        let alternating: Vec<_> = (0..60).map(|n| if n % 2 == 0 { refused() } else { limited() }).collect();
        check(&alternating, &[refused(), limited()]);
        check(&[refused(), None, refused(), None], &[refused(), None]);
        check(&[Some(Error::Loading { host: "h".to_owned() }), None], &[]);
        let later: Vec<_> = [refused(), None].into_iter().chain((0..14).map(|_| None)).chain([refused()]).collect();
        check(&later, &[refused(), None, refused()]);
    }
}
