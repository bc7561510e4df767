//! How long an answer from the cache takes, in real time, with as much known as is ever kept.

use std::{hint::black_box, time::Instant};

use codestral_ls::completion::{
    Window,
    cache::{Cache, Found},
};

use crate::session::Session;

/// Look-ups of each kind.
const TIMES: usize = 2000;

/// Two lines of the report: the place asked last, the place asked first, and a place of which nothing is known.
pub fn report(session: &Session) -> String {
    let window = |typed: usize| Window {
        prefix: format!("{}{}", session.before, &session.hole[..typed]),
        suffix: session.after.clone(),
        from_start: true,
        to_end: true,
    };
    let places: Vec<usize> =
        (0..session.hole.len()).filter(|at| session.hole.is_char_boundary(*at)).take(256).collect();
    let mut cache = Cache::default();
    for place in &places {
        let id = cache.insert("a", &window(*place));
        // Different from the text, so that no place is known from another one.
        let said = format!("{place} {}", session.hole.repeat(3).chars().take(1700).collect::<String>());
        cache.update(id, &said);
        cache.complete(id);
    }
    let mut time = |window: &Window| {
        let mut times: Vec<u128> = (0..TIMES)
            .map(|_| {
                let begun = Instant::now();
                black_box::<Found>(cache.lookup("a", black_box(window), session.language.id(), false));
                begun.elapsed().as_nanos()
            })
            .collect();
        times.sort_unstable();
        format!("{:.1} / {:.1}", times[TIMES / 2] as f64 / 1e3, times[TIMES * 99 / 100] as f64 / 1e3)
    };
    let (last, first) = (places[places.len() - 1], places[0]);
    let (newest, oldest) = (time(&window(last)), time(&window(first)));
    let nowhere = Window { prefix: format!("{}nowhere else", session.before), ..window(0) };
    let unknown = time(&nowhere);
    format!(
        "{} known; real time, median / 99th of 100, us: newest {newest}, oldest {oldest}, unknown {unknown}",
        cache.len()
    )
}
