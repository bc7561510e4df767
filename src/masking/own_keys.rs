//! The keys that this process uses itself: the one secret that is surely known.
//!
//! One list for the whole process: whoever finds a key adds it, and whoever masks asks for it, whether it is a prompt, a
//! message of a chat or a line of the log. A key may be found long after a masker was made.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{PoisonError, RwLock};

use super::{MaskedText, Masker, Placeholders, ValueSyntax};

static KEYS: RwLock<Vec<String>> = RwLock::new(Vec::new());
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// A key that no text may hold from now on.
pub fn add(key: &str) {
    let key = key.trim();
    let mut keys = KEYS.write().unwrap_or_else(PoisonError::into_inner);
    if !key.is_empty() && !keys.iter().any(|known| known == key) {
        keys.push(key.to_owned());
        GENERATION.fetch_add(1, SeqCst);
    }
}

/// Changes whenever a key is added.
pub fn generation() -> u64 {
    GENERATION.load(SeqCst)
}

/// Masks by the rules, or with `only_keys` nothing but the keys known now.
pub fn masker(only_keys: bool) -> Masker {
    let keys = KEYS.read().unwrap_or_else(PoisonError::into_inner);
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    if only_keys { Masker::only(&keys) } else { Masker::new(&keys) }
}

/// Masks the keys that were found since the text was masked.
pub fn mask_in<'a>(texts: impl IntoIterator<Item = &'a mut MaskedText>) {
    let masker = masker(true);
    let mut placeholders = Placeholders::for_keys();
    for text in texts {
        let found = masker.mask(text, ValueSyntax::Prose);
        if !found.secrets().is_empty() {
            *text = found.render(&**text, 0..text.len(), &mut placeholders).text;
        }
    }
}
