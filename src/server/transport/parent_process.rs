//! Is the editor that started us still alive?

use std::thread;
use std::time::Duration;

use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};
use tokio::sync::oneshot;

/// Time between two looks. The end of stdin tells sooner in all but odd cases (another process inherited the pipe), so
/// this only has to keep the promise of ending within a second.
const POLL: Duration = Duration::from_millis(500);

/// The most processes between the editor and us that are looked at; a terminal in an editor in a terminal has some ten.
const MOST_ANCESTORS: usize = 64;

/// Resolves when the process `pid` is dead, LSP 3.18 `InitializeParams.processId`; never where it is none that started
/// us. In a container, over SSH or WSL the number is another system's: there it is nobody's, or a stranger's, and the end
/// of stdin tells. The watch ends with the receiver.
pub fn watch(pid: u32) -> oneshot::Receiver<()> {
    let (dead, watched) = oneshot::channel();
    thread::spawn(move || {
        let born = start_time(pid).filter(|_| is_ancestor(pid));
        if born.is_none() {
            tracing::info!(pid, "the editor's process is none that started this server; the end of stdin will tell");
            return;
        }
        // Another start time means that the number now belongs to another process.
        while start_time(pid) == born && !dead.is_closed() {
            thread::sleep(POLL);
        }
        let _ = dead.send(());
    });
    watched
}

/// Whether the process is above this one: its parent, or a parent's.
fn is_ancestor(pid: u32) -> bool {
    let mut above = std::process::id();
    for _ in 0..MOST_ANCESTORS {
        match parent(above) {
            Some(parent) if parent == pid => return true,
            Some(parent) => above = parent,
            None => return false,
        }
    }
    false
}

fn parent(pid: u32) -> Option<u32> {
    look(pid, |process| process.parent().map(Pid::as_u32)).flatten()
}

/// When a living process was started, in seconds since the epoch. A zombie only waits for its parent: it is dead.
fn start_time(pid: u32) -> Option<u64> {
    let alive = |process: &Process| !matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead);
    look(pid, |process| alive(process).then(|| process.start_time())).flatten()
}

fn look<T>(pid: u32, at: impl FnOnce(&Process) -> T) -> Option<T> {
    let pid = Pid::from_u32(pid);
    let mut system = System::new();
    let kind = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind);
    system.process(pid).map(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_an_impossible_one_does_not() {
        assert!(start_time(std::process::id()).is_some());
        assert_eq!(start_time(u32::MAX - 1), None);
    }

    #[test]
    fn who_started_us_is_above_us_and_nobody_else_is() {
        let parent = parent(std::process::id());
        // Wine has nothing above its first program.
        if parent.is_some() || !cfg!(windows) {
            assert!(is_ancestor(parent.unwrap()));
        }
        for stranger in [0, std::process::id(), u32::MAX - 1] {
            assert!(!is_ancestor(stranger), "{stranger}");
        }
    }
}
