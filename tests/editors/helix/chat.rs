//! Chat in Helix: from a selection by a code action to the edit or the document.

use std::time::Duration;

use crate::editor::{ENTER, Helix, NEXT};
use crate::fake_endpoint::{Fake, Script};
use crate::other::Other;

const TEXT: &str = "fn main() {\n    run()\n}\n\nfn run() {}\n";
const REPLY: &str = "Here it is:\n\n```rust\nfn main() {\n    run();\n}\n```\n";
const AFTER: &str = "fn main() {\n    run();\n}\n\nfn run() {}\n";

impl Helix {
    /// Selects the first three lines and takes a code action on them.
    #[track_caller]
    fn take_action(&mut self, title: &str) {
        self.terminal.keys("ggxxx");
        self.terminal.wait_for(" 3:2");
        self.terminal.keys(" a");
        let title = format!("Codestral: {title}");
        self.terminal.wait_for(&title);
        let titles = self.terminal.lines_with("Codestral: ");
        let at = titles.iter().position(|line| line.contains(&title)).expect("it was seen");
        // The first is selected from the beginning.
        self.terminal.keys(&format!("{}{ENTER}", NEXT.repeat(at)));
    }
}

#[test]
fn a_code_action_edits_the_selection_and_undo_takes_it_back() {
    for title in ["Fix", "Document", "Improve"] {
        let (fake, other) = (Fake::start(|_| Script::text(REPLY)), Other::start(&[]));
        let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
        helix.take_action(title);
        helix.terminal.wait_for("run();");
        helix.check_saved(AFTER);
        helix.terminal.keys("u");
        helix.terminal.wait("the text before", |screen| screen.contains("2      run()\n"));
        assert_eq!(fake.stats().requests, 1);
    }
}

#[test]
fn an_explanation_opens_beside_the_code() {
    let (fake, other) = (Fake::start(|_| Script::text("It calls **run** and ends.")), Other::start(&[]));
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    helix.take_action("Explain");
    helix.terminal.wait_for("It calls **run** and ends.");
    helix.terminal.wait_for(".md");
}

#[test]
fn a_question_is_written_and_sent_in_its_document() {
    let (fake, other) = (Fake::start(|_| Script::text("Because it **must**.")), Other::start(&[]));
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    helix.take_action("Ask");
    helix.terminal.wait_for(".md");
    helix.terminal.keys("geo");
    helix.terminal.wait_for(" INS ");
    helix.terminal.keys("Why does it run?");
    helix.terminal.wait_for("Why does it run?");
    helix.leave_insert_mode();
    helix.terminal.keys(" a");
    helix.terminal.wait_for("Codestral: Send this question");
    helix.terminal.keys(ENTER);
    helix.terminal.wait_for("Because it **must**.");
    let asked = fake.received().pop().expect("one request").body["messages"].to_string();
    assert!(asked.contains("Why does it run?") && asked.contains("run()"), "{asked}");
}

#[test]
fn a_question_can_be_a_command() {
    let (fake, other) = (Fake::start(|_| Script::text("With read_to_string.")), Other::start(&[]));
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    helix.command(r#"lsp-workspace-command codestral.chat {"action": "ask", "instruction": "How do I read a file?"}"#);
    helix.terminal.wait_for("With read_to_string.");
    let asked = fake.received()[0].body["messages"].to_string();
    assert!(asked.contains("How do I read a file?"), "{asked}");
}

#[test]
fn what_is_typed_while_the_answer_is_on_its_way_is_kept() {
    let fake = Fake::start(|_| Script::text(REPLY).after(Duration::from_millis(700)));
    let other = Other::start(&[]);
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    helix.take_action("Improve");
    assert_eq!(fake.wait_for(|stats| stats.requests == 1).requests, 1);
    helix.terminal.keys("ggO// typed");
    helix.terminal.wait_for("// typed");
    helix.terminal.wait_for("run();");
    helix.check_saved(&format!("// typed\n{AFTER}"));
}
