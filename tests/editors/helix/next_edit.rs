//! The next edit in Helix: a renaming carried through by a code action, and by the command.

use crate::editor::{ENTER, Helix, NEXT};
use crate::fake_endpoint::{Fake, Script};
use crate::other::Other;

const TEXT: &str = "fn f(list: &[u32]) -> u32 {
    let count = list.len();
    log(count);
    if count > 3 {
        warn(count);
    }
    other();
    report(count);
    count
}
";

/// The title of the action.
const ACTION: &str = "Codestral: Next edit";

/// Where `count` stands besides where it is defined.
const PLACES: usize = 5;

/// A Helix in which the definition is renamed to `total`.
fn renamed(fake: &Fake, other: &Other) -> Option<Helix> {
    let mut helix = Helix::open(fake, other, TEXT)?;
    helix.terminal.keys("2Gx");
    helix.terminal.wait_for(" 2:");
    helix.terminal.keys("s");
    helix.terminal.wait_for("select:");
    helix.terminal.keys(&format!("count{ENTER}"));
    helix.terminal.wait_for(" 2:13");
    helix.terminal.keys("c");
    helix.terminal.wait_for(" INS ");
    helix.terminal.keys("total");
    helix.terminal.wait_for("let total =");
    helix.leave_insert_mode();
    Some(helix)
}

impl Helix {
    /// Takes the code action of this title, which some of the longer titles begin with.
    #[track_caller]
    fn take_next_edit(&mut self, title: &str) {
        self.terminal.keys(" a");
        self.terminal.wait_for(title);
        let is_it = |line: &String| line.split_once(title).is_some_and(|(_, rest)| !rest.starts_with(','));
        let titles = self.terminal.lines_with("Codestral: ");
        let at = titles.iter().position(is_it).expect("it was seen");
        self.terminal.keys(&format!("{}{ENTER}", NEXT.repeat(at)));
    }

    fn left(&self) -> usize {
        self.terminal.screen().contents().matches("count").count()
    }

    /// Waits until the new name stands so often, and the old one at the other places.
    #[track_caller]
    fn waits_for(&self, renamed: usize) {
        let wanted = |screen: &str| [screen.matches("total").count(), screen.matches("count").count()];
        self.terminal.wait("the text", |screen| wanted(screen) == [renamed, PLACES + 1 - renamed]);
    }

    /// Waits until fewer than so many of the places are left.
    #[track_caller]
    fn wait_until_fewer(&mut self, before: usize) {
        self.terminal.wait("the edit", |screen| !screen.contains(ACTION) && screen.matches("count").count() < before);
    }
}

#[test]
fn a_renaming_is_carried_through_by_the_code_action_and_undone() {
    let (fake, other) = (Fake::start(|_| Script::text("")), Other::start(&[]));
    let Some(mut helix) = renamed(&fake, &other) else { return };
    let mut made = 0;
    // One edit may be of several places.
    while helix.left() > 0 {
        let before = helix.left();
        helix.take_next_edit(ACTION);
        helix.wait_until_fewer(before);
        made += 1;
    }
    helix.waits_for(PLACES + 1);
    helix.terminal.keys(&"u".repeat(made));
    helix.waits_for(1);
    helix.terminal.keys("u");
    helix.waits_for(0);
    helix.check_saved(TEXT);
}

#[test]
fn all_places_are_one_code_action() {
    let (fake, other) = (Fake::start(|_| Script::text("")), Other::start(&[]));
    let Some(mut helix) = renamed(&fake, &other) else { return };
    helix.take_next_edit(&format!("{ACTION}, all {PLACES} places"));
    helix.waits_for(PLACES + 1);
    helix.terminal.keys("u");
    helix.waits_for(1);
    helix.check_saved(&TEXT.replacen("count", "total", 1));
}

#[test]
fn the_command_makes_the_next_edit() {
    let (fake, other) = (Fake::start(|_| Script::text("")), Other::start(&[]));
    let Some(mut helix) = renamed(&fake, &other) else { return };
    helix.command("lsp-workspace-command codestral.nextEdit {\"apply\":true}");
    helix.wait_until_fewer(PLACES);
}
