//! An hour of typing against an endpoint that fails in every way and comes back.

use std::sync::atomic::AtomicU64;

use futures_util::{StreamExt, stream};

use super::*;
use crate::model::{End, Piece, Prompt, Reply};

/// Edits in the hour.
const EDITS: u32 = 20_000;

/// Edits to a request of the editor.
const ASKS_EVERY: u32 = 4;

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// Answers, or fails in its mood of the moment; counts the requests that it would bill.
struct Moody {
    mood: Mutex<Option<Error>>,
    billed: Arc<AtomicU64>,
}

impl Endpoint for Moody {
    fn complete(&self, _: Prompt) -> Reply {
        let (mood, billed) = (self.mood.lock().unwrap().clone(), self.billed.clone());
        let is_free = mood.as_ref().is_some_and(|error| !matches!(error, Error::Cut { .. } | Error::TimedOut { .. }));
        let count = async move { billed.fetch_add(u64::from(!is_free), SeqCst) };
        let pieces = match mood {
            Some(error) => vec![Err(error)],
            None => vec![
                Ok(Piece::Text("some_call(".into())),
                Ok(Piece::Text("x);\n".into())),
                Ok(Piece::End(End::default())),
            ],
        };
        let timed = stream::iter(pieces).then(|piece| async move {
            if piece.is_ok() {
                time::sleep(TOKEN).await;
            }
            piece
        });
        stream::once(count).filter_map(|_| async { None }).chain(timed).boxed()
    }
}

fn mood(dice: &mut Dice) -> Option<Error> {
    let (host, message) = (|| "h".to_owned(), String::new);
    Some(match dice.roll(24) {
        0 => Error::NoKey,
        1 => Error::KeyRefused { host: host(), message: message() },
        2 => Error::PaymentRequired { host: host(), message: message() },
        3 => Error::NotFound { host: host(), message: message() },
        4 => Error::Redirected { host: host(), location: message() },
        5 => Error::Setup("the key command failed".into()),
        6 => Error::RateLimited { retry_after: Some(Duration::from_secs(3)) },
        7 => Error::Overloaded { host: host(), status: 503, message: message(), retry_after: None },
        8 => Error::Unreachable { host: host(), reason: message() },
        9 => Error::Cut { host: host() },
        10 => Error::TimedOut { host: host(), after: TOKEN },
        11 => Error::Intercepted { host: host() },
        _ => return None,
    })
}

#[tokio::test(start_paused = true)]
async fn an_hour_of_trouble_ends_with_completions_and_true_costs() {
    let mut bench = Bench::new("fn main() {\n    <cursor>\n}\n", None);
    let moody = Arc::new(Moody { mood: Mutex::new(None), billed: Arc::default() });
    bench.engine.configure(Arc::new(Settings::default()), moody.clone());
    let (mut dice, begun) = (Dice(0x2545_F491_4F6C_DD1D), time::Instant::now());
    let (mut told, mut shown, mut asking) = (0, 0, vec![]);
    for edit in 0..EDITS {
        if dice.roll(100) == 0 {
            *moody.mood.lock().unwrap() = mood(&mut dice);
        }
        match dice.roll(12) {
            0 if bench.cursor > 16 => bench.backspace(),
            1 => bench.type_text(";\n    "),
            2 => bench.type_text("some_"),
            _ => bench.type_text(["a", "b", " = ", "("][edit as usize % 4]),
        }
        // A file that only grows would be another one by the end.
        if bench.cursor > 1000 {
            bench.splice(12..bench.cursor, "    ");
        }
        // A client asks when its own pause is over, not with each key.
        if edit % ASKS_EVERY == 0 {
            asking.push(bench.start().await);
        }
        time::sleep(Duration::from_millis(150 + dice.roll(60))).await;
        if dice.roll(3) == 0 {
            asking.iter().for_each(tokio::task::JoinHandle::abort);
        }
        if asking.len() > 8 {
            let ended = asking.extract_if(.., |task| task.is_finished()).collect::<Vec<_>>();
            for task in ended {
                shown += u32::from(task.await.is_ok_and(|result| result.is_ok()));
            }
        }
        while bench.notices.try_recv().is_ok() {
            told += 1;
        }
        let state = bench.engine.lock();
        let streams = state.documents.values().map(|document| document.streams.len()).sum::<usize>();
        // What is still on its way is kept beside what is known.
        assert!(state.cache.len() <= 256 + streams && state.documents.len() == 1, "{} entries", state.cache.len());
        assert!(streams <= 16 && asking.len() <= 32, "{streams} streams, {} requests", asking.len());
    }
    assert!(begun.elapsed() >= Duration::from_secs(55 * 60), "{:?}", begun.elapsed());
    assert!(bench.engine.history().len() <= 50);
    // A dozen kinds, each told at most every quarter of an hour, and their ends.
    assert!(told <= 2 * 12 * 5, "told {told} times");
    assert!(shown > EDITS / 200, "{shown} shown");

    *moody.mood.lock().unwrap() = None;
    time::sleep(Duration::from_secs(10 * 60)).await;
    bench.type_text(";\n    let x = ");
    assert_eq!(text(bench.complete().await), "some_call(x);");
    bench.engine.finish();
    let total = bench.usage.take_tally().total();
    assert_eq!(total.requests, moody.billed.load(SeqCst));
    assert!(total.requests > 250, "{total:?}");
}
