//! URIs as clients spell them, and as strict parsers want them: there and back.

use std::collections::{HashMap, VecDeque};
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use tower_lsp::ls_types::Uri;

/// The members that hold a URI in the protocol's types, LSP 3.18.
const URI_MEMBERS: &[&str] = &["uri", "oldUri", "newUri", "rootUri", "baseUri", "scopeUri", "targetUri", "href"];

/// The members whose content is not the protocol's but ours or the user's: it stays as it is, both ways.
pub(super) const OPAQUE_MEMBERS: &[&str] = &["arguments", "data", "initializationOptions", "settings"];

/// The member that holds URIs as its own members' names: `WorkspaceEdit.changes`.
const KEYED_BY_URI: &str = "changes";

/// The scheme of a URI that has none or cannot be parsed in any other way. No file has it, so it names only a text.
const OPAQUE_SCHEME: &str = "opaque:";

/// All but RFC 3986's "unreserved" characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// All that may stand nowhere in a URI, nor in its path, query or fragment. `%` and `#` are kept where they mean what they
/// mean there.
const FORBIDDEN: &AsciiSet = &RESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// The client's own spelling of each URI that a strict parser would refuse.
///
/// The protocol layer parses by RFC 3986 and drops what fails: an edit with `file:///a b` would be lost. So inside the
/// server such a URI is percent-encoded, the same way each time, and on the way out it is spelled as it came in.
#[derive(Debug, Default)]
pub struct Spellings(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    spelled: HashMap<String, String>,
    /// The keys of `spelled`, the oldest first.
    order: VecDeque<String>,
}

/// So many spellings are remembered: more documents than anyone has open.
const MOST_SPELLINGS: usize = 4096;

impl Known {
    fn forget(&mut self, parseable: &str) {
        if self.spelled.remove(parseable).is_some() {
            self.order.retain(|known| known != parseable);
        }
    }

    fn remember(&mut self, parseable: String, spelled: String) {
        if self.spelled.insert(parseable.clone(), spelled).is_none() {
            self.order.push_back(parseable);
        }
        if self.order.len() > MOST_SPELLINGS
            && let Some(oldest) = self.order.pop_front()
        {
            self.spelled.remove(&oldest);
        }
    }
}

impl Spellings {
    /// Makes every URI in the params of a call from the client parseable.
    pub fn read(&self, params: &mut Value) {
        each_uri(params, &mut |uri| {
            let Some(parseable) = parseable(uri) else {
                // The client now uses the strict spelling of what it spelled loosely before: the last one counts.
                self.known().forget(uri);
                return;
            };
            let spelled = mem::replace(uri, parseable.clone());
            self.known().remember(parseable, spelled);
        });
    }

    /// Gives every URI in an outgoing result or params the client's own spelling.
    pub fn restore(&self, value: &mut Value) {
        let known = self.known();
        each_uri(value, &mut |uri| {
            if let Some(spelled) = known.spelled.get(uri) {
                uri.clone_from(spelled);
            }
        });
    }

    /// No URI so far needed another spelling.
    pub fn is_empty(&self) -> bool {
        self.known().spelled.is_empty()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A spelling of `uri` that parses by RFC 3986, or `None` when it does so already. Equal inputs give equal outputs.
pub fn parseable(uri: &str) -> Option<String> {
    if parses(uri) {
        return None;
    }
    let encoded = encode(uri);
    if parses(&encoded) {
        return Some(encoded);
    }
    Some(format!("{OPAQUE_SCHEME}{}", utf8_percent_encode(uri, RESERVED)))
}

/// Encodes what may not stand where it stands, and keeps what is encoded already and the `#` of a fragment.
fn encode(uri: &str) -> String {
    let (before, fragment) = uri.split_once('#').map_or((uri, None), |(before, fragment)| (before, Some(fragment)));
    let mut encoded = encode_part(before);
    if let Some(fragment) = fragment {
        encoded.push('#');
        encoded.push_str(&encode_part(fragment));
    }
    encoded
}

fn encode_part(part: &str) -> String {
    let mut pieces = part.split('%');
    let first = pieces.next().unwrap_or_default();
    let mut encoded = utf8_percent_encode(first, FORBIDDEN).to_string();
    for piece in pieces {
        let is_triplet = piece.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        encoded.push_str(if is_triplet { "%" } else { "%25" });
        encoded.extend(utf8_percent_encode(piece, FORBIDDEN));
    }
    encoded
}

fn parses(uri: &str) -> bool {
    uri.parse::<Uri>().is_ok()
}

fn each_uri(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_uri(item, visit)),
        Value::Object(members) => members.iter_mut().for_each(|(name, member)| match member {
            Value::String(uri) if URI_MEMBERS.contains(&name.as_str()) => visit(uri),
            Value::Object(keyed) if name == KEYED_BY_URI => each_key(keyed, visit),
            _ if OPAQUE_MEMBERS.contains(&name.as_str()) => {}
            _ => each_uri(member, visit),
        }),
        _ => {}
    }
}

fn each_key(keyed: &mut Map<String, Value>, visit: &mut dyn FnMut(&mut String)) {
    *keyed = mem::take(keyed)
        .into_iter()
        .map(|(mut key, member)| {
            visit(&mut key);
            (key, member)
        })
        .collect();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(uri: &str, expect: &str) {
        assert_eq!(parseable(uri).as_deref().unwrap_or(uri), expect);
    }

    #[test]
    fn what_strict_parsers_refuse_is_encoded_and_nothing_else() {
        check("file:///a.rs", "file:///a.rs");
        check("file:///a%20b", "file:///a%20b");
        check("file:///c:/x", "file:///c:/x");
        check("file:///c%3A/x", "file:///c%3A/x");
        check("untitled:Untitled-1", "untitled:Untitled-1");
        check("vscode-remote://ssh-remote%2Bhost/a", "vscode-remote://ssh-remote%2Bhost/a");
        check("http://[::1]/a", "http://[::1]/a");
        check("file:///a b", "file:///a%20b");
        check("file:///home/ü.rs", "file:///home/%C3%BC.rs");
        check("file:///c:\\x", "file:///c:%5Cx");
        check("file:///[id].tsx", "file:///%5Bid%5D.tsx");
        check("file:///100%", "file:///100%25");
        check("file:///50%zz%41", "file:///50%25zz%41");
        check("file:///a#b#c", "file:///a#b%23c");
        check("file:///\u{0}\n", "file:///%00%0A");
    }

    #[test]
    fn what_is_no_uri_at_all_still_names_a_text() {
        check("", "opaque:");
        check("/home/a b", "opaque:%2Fhome%2Fa%20b");
        check("*scratch*", "opaque:%2Ascratch%2A");
    }

    #[test]
    fn the_client_gets_its_own_spelling_back() {
        let spellings = Spellings::default();
        let mut params = json!({"textDocument": {"uri": "file:///a b", "text": "file:///a b"}});
        spellings.read(&mut params);
        assert_eq!(params, json!({"textDocument": {"uri": "file:///a%20b", "text": "file:///a b"}}));

        let mut edit = json!({"edit": {
            "changes": {"file:///a%20b": [], "file:///other": []},
            "documentChanges": [{"textDocument": {"uri": "file:///a%20b"}}],
        }});
        spellings.restore(&mut edit);
        assert_eq!(
            edit,
            json!({"edit": {
                "changes": {"file:///a b": [], "file:///other": []},
                "documentChanges": [{"textDocument": {"uri": "file:///a b"}}],
            }})
        );
    }

    #[test]
    fn the_oldest_spellings_are_forgotten() {
        let spellings = Spellings::default();
        for n in 0..MOST_SPELLINGS + 10 {
            spellings.read(&mut json!({"uri": format!("file:///a {n}")}));
        }
        let spelled = spellings.known().spelled.len();
        let order = spellings.known().order.len();
        assert_eq!((spelled, order), (MOST_SPELLINGS, MOST_SPELLINGS));
        let mut newest = json!({"uri": "file:///a%204105"});
        spellings.restore(&mut newest);
        assert_eq!(newest, json!({"uri": "file:///a 4105"}));
    }

    #[test]
    fn the_last_spelling_counts() {
        let spellings = Spellings::default();
        spellings.read(&mut json!({"uri": "file:///a b"}));
        spellings.read(&mut json!({"uri": "file:///a%20b"}));
        assert!(spellings.is_empty());
    }

    #[test]
    fn what_is_not_the_protocols_stays_as_it_is() {
        let params =
            json!({"initializationOptions": {"uri": "a b"}, "arguments": [{"uri": "a b"}], "settings": {"uri": "a b"}});
        let mut read = params.clone();
        Spellings::default().read(&mut read);
        assert_eq!(read, params);
    }

    proptest! {
        #[test]
        fn any_text_becomes_a_uri_and_comes_back(uri in "\\PC{0,40}") {
            let spellings = Spellings::default();
            let mut value = json!({ "uri": uri });
            spellings.read(&mut value);
            prop_assert!(value["uri"].as_str().unwrap().parse::<Uri>().is_ok());
            spellings.restore(&mut value);
            prop_assert_eq!(value["uri"].as_str().unwrap(), uri);
        }
    }
}
