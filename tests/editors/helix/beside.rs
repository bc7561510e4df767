//! Beside another server, and when Helix leaves.

use std::thread;
use std::time::{Duration, Instant};

use sysinfo::{Pid, ProcessesToUpdate, System};

use crate::editor::Helix;
use crate::fake_endpoint::{Fake, Script};
use crate::other::Other;
use crate::terminal::{LIMIT, POLL};

const TEXT: &str = "fn main() {\n    \n}\n";

#[test]
fn another_servers_items_do_not_wait_for_ours() {
    let (fake, other) = (Fake::start(|_| Script::silence()), Other::start(&["theirs_one", "theirs_two"]));
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    helix.insert_at_end_of(2);
    helix.terminal.keys("th");
    helix.terminal.wait_for("theirs_two");
    let stats = fake.wait_for(|stats| stats.open_streams == 1);
    assert_eq!((stats.open_streams, stats.cancelled), (1, 0), "ours is still open: {stats:?}");
    // Theirs go on to follow the typing while ours is open.
    helix.terminal.keys("eirs_t");
    helix.terminal.wait("only the second", |screen| screen.contains("theirs_two") && !screen.contains("theirs_one"));
}

#[test]
fn both_servers_items_stand_in_one_menu() {
    let fake = Fake::start(|_| Script::text("ese_are_ours()").after(Duration::from_millis(300)));
    let other = Other::start(&["theirs_one", "theirs_two"]);
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    helix.insert_at_end_of(2);
    helix.terminal.keys("th");
    let all = ["theirs_one", "theirs_two", "these_are_ours()"];
    helix.terminal.wait("all items", |screen| all.iter().all(|label| screen.contains(label)));
    assert_eq!(other.asked(), 1);
}

#[test]
fn where_we_have_nothing_the_others_items_stay() {
    let (fake, other) = (Fake::start(|_| Script::text("")), Other::start(&["theirs_one", "theirs_two"]));
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    helix.insert_at_end_of(2);
    helix.terminal.keys("th");
    helix.terminal.wait_for("theirs_two");
    helix.wait_for_log("codestral <- ", "\"items\":[]");
    helix.terminal.keys("e");
    helix.terminal.wait("the menu after our answer", |screen| {
        screen.contains("2      the\n") && screen.contains("theirs_one") && screen.contains("theirs_two")
    });
}

#[test]
fn quitting_with_requests_open_leaves_no_process() {
    let (fake, other) = (Fake::start(|_| Script::silence()), Other::start(&[]));
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    let server = child_of(helix.terminal.process_id());
    helix.insert_at_end_of(2);
    helix.terminal.keys("le");
    assert_eq!(fake.wait_for(|stats| stats.open_streams == 1).open_streams, 1);

    // A chat as well.
    helix.leave_insert_mode();
    helix.command(r#"lsp-workspace-command codestral.chat {"action": "ask", "instruction": "Why?"}"#);
    assert_eq!(fake.wait_for(|stats| stats.requests == 2).requests, 2);

    helix.command("qa!");
    assert!(helix.terminal.wait_for_end().success());
    assert_eq!(fake.wait_for(|stats| stats.open_streams == 0).open_streams, 0);
    let deadline = Instant::now() + LIMIT;
    while is_ours(server) {
        assert!(Instant::now() < deadline, "the server {server} still runs");
        thread::sleep(POLL);
    }
}

/// The process of ours that the editor started.
#[track_caller]
fn child_of(editor: u32) -> Pid {
    let mut system = System::new();
    system.refresh_processes(ProcessesToUpdate::All, true);
    let editor = Pid::from_u32(editor);
    let mut ours = system.processes().values().filter(|process| process.parent() == Some(editor));
    let server = ours.find(|process| process.name().to_string_lossy().starts_with("codestral-ls"));
    server.expect("the editor has started our server").pid()
}

fn is_ours(server: Pid) -> bool {
    let mut system = System::new();
    system.refresh_processes(ProcessesToUpdate::Some(&[server]), true);
    system.process(server).is_some_and(|process| process.name().to_string_lossy().starts_with("codestral-ls"))
}
