//! The scripted endpoint of the engine's tests.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, future, future::BoxFuture, stream};
use tokio::time;

use crate::model::{End, Endpoint, Error, Piece, Prompt, Reply};

pub const FIRST_BYTE: Duration = Duration::from_millis(200);
pub const TOKEN: Duration = Duration::from_millis(10);

/// Says `reply` word by word, the first after 200 ms, each next after 10 ms; counts what is asked and what is open.
#[derive(Default)]
pub struct Script {
    pub reply: Mutex<Option<Result<String, Error>>>,
    pub prompts: Mutex<Vec<Prompt>>,
    pub open: Arc<AtomicUsize>,
    /// The most that were open at a time.
    pub most_open: Arc<AtomicUsize>,
    /// How long the first word takes where that is not the usual time.
    pub first_byte: Mutex<Option<Duration>>,
    /// Goes silent in the place of the end.
    pub hangs: Mutex<bool>,
    /// How long the key is looked for before anything is asked.
    pub key_takes: Mutex<Duration>,
    /// How many requests it says that it works on at a time.
    pub places: Mutex<Option<usize>>,
}

struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

impl Endpoint for Script {
    fn complete(&self, prompt: Prompt) -> Reply {
        self.prompts.lock().unwrap().push(prompt);
        let (count, most) = (self.open.clone(), self.most_open.clone());
        let first_byte = self.first_byte.lock().unwrap().unwrap_or(FIRST_BYTE);
        let (reply, hangs) = (self.reply.lock().unwrap().clone(), *self.hangs.lock().unwrap());
        // Nothing is asked before the reply is polled.
        let opened = async move {
            most.fetch_max(count.fetch_add(1, SeqCst) + 1, SeqCst);
            said(reply, Open(count), first_byte, hangs)
        };
        opened.into_stream().flatten().boxed()
    }

    fn places(&self) -> Option<usize> {
        *self.places.lock().unwrap()
    }

    fn is_local(&self) -> BoxFuture<'_, bool> {
        let takes = *self.key_takes.lock().unwrap();
        async move {
            if !takes.is_zero() {
                time::sleep(takes).await;
            }
            false
        }
        .boxed()
    }
}

fn said(reply: Option<Result<String, Error>>, open: Open, first_byte: Duration, hangs: bool) -> Reply {
    let pieces = match reply {
        Some(Ok(text)) => {
            let words = text.split_inclusive([' ', '\n']).map(|word| Ok(Piece::Text(word.to_owned())));
            words.chain([Ok(Piece::End(End::default()))]).collect::<Vec<_>>()
        }
        Some(Err(error)) => vec![Err(error)],
        None => {
            let never = move |_: &Result<Piece, Error>| drop(Arc::clone(&open.0));
            return stream::pending().inspect(never).boxed();
        }
    };
    let timed = stream::iter(pieces).enumerate().then(move |(at, piece)| {
        let _open = &open;
        async move {
            time::sleep(if at == 0 { first_byte } else { TOKEN }).await;
            if hangs && matches!(piece, Ok(Piece::End(_))) {
                future::pending::<()>().await;
            }
            piece
        }
    });
    timed.boxed()
}
