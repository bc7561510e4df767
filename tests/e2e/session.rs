//! A whole scripted session: the endpoint is asked just as often as the policy says, and nothing is left open.

use serde_json::Value;

use crate::clients::vscode;
use crate::editor::Editor;
use crate::fake_endpoint::{Ending, Fake, Script};
use crate::ghost::{URI, editor};

/// What the model would write in the place of the cursor.
const MEANT: &str = "let total = compute(values);\n    report(total);\n";

/// Continues `MEANT` where the prompt stands in it, and goes on for ever beyond it.
fn writes_what_is_meant() -> Fake {
    Fake::start(|request| {
        let typed = request.prompt().rsplit_once("{\n    ").map_or("", |(_, typed)| typed);
        match MEANT.strip_prefix(typed) {
            Some(rest) => Script::chunks([rest, "    more();\n", "    and_more();\n"]).ending(Ending::Stall),
            None => Script::chunks(["wrong"]).ending(Ending::Stall),
        }
    })
}

struct Session {
    editor: Editor,
    offset: usize,
    asked: Vec<i64>,
}

impl Session {
    /// Types text as one key each, as VS Code does: edit, cancel what was asked before, ask.
    fn type_keys(&mut self, keys: &str) {
        for key in keys.chars() {
            self.edit(key.encode_utf8(&mut [0; 4]));
        }
    }

    fn edit(&mut self, text: &str) {
        self.editor.change(URI, self.offset..self.offset, text);
        self.offset += text.len();
        if let Some(last) = self.asked.last() {
            self.editor.cancel(*last);
        }
        self.asked.push(self.editor.complete(URI, self.offset));
    }

    /// Waits for the newest answer.
    fn shown(&mut self) -> Value {
        let newest = self.asked.pop().expect("something was asked");
        for superseded in self.asked.drain(..) {
            self.editor.answer(superseded);
        }
        self.editor.result(newest)["items"][0]["insertText"].take()
    }
}

#[test]
fn a_scripted_session_asks_as_often_as_the_policy_says() {
    let fake = writes_what_is_meant();
    let mut editor = editor(vscode(), &fake);
    let offset = editor.write(URI, "fn f(values: Values) {\n    <cursor>\n    rest();\n}\n");
    let mut session = Session { editor, offset, asked: vec![] };
    session.asked.push(session.editor.complete(URI, offset));
    assert_eq!(session.shown(), "let total = compute(values);");

    // Typed along, deleted back and typed again: known.
    session.type_keys("let to");
    assert_eq!(session.shown(), "tal = compute(values);");
    assert_eq!(fake.stats().requests, 1);

    // Accepted by a word at once: known as well.
    session.edit("tal = ");
    assert_eq!(session.shown(), "compute(values);");
    // Accepted to its end: the next line has been read already.
    session.edit("compute(values);");
    assert_eq!(session.shown(), "\n    report(total);");
    assert_eq!(fake.stats().requests, 1);

    // Gone against: asked once more, and that stream is reset when the document goes.
    session.type_keys("x");
    fake.wait_for(|stats| stats.requests == 2);
    session.editor.close(URI);
    for asked in session.asked.drain(..) {
        session.editor.answer(asked);
    }
    let stats = fake.wait_for(|stats| stats.open_streams == 0);
    assert_eq!((stats.requests, stats.open_streams, stats.cancelled), (2, 0, 2), "{stats:?}");
    assert_eq!(session.editor.shutdown(), 0);
}
