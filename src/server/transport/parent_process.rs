//! Is the editor that started us still alive?

use std::thread;
use std::time::Duration;

use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};
use tokio::sync::oneshot;

/// Time between two looks. The end of stdin tells sooner in all but odd cases (another process inherited the pipe), so
/// this only has to keep the promise of ending within a second.
const POLL: Duration = Duration::from_millis(500);

/// Resolves when the process `pid` is dead, LSP 3.18 `InitializeParams.processId`. The watch ends with the receiver.
pub fn watch(pid: u32) -> oneshot::Receiver<()> {
    let (dead, watched) = oneshot::channel();
    thread::spawn(move || {
        let born = start_time(pid);
        // Another start time means that the number now belongs to another process.
        while born.is_some() && start_time(pid) == born && !dead.is_closed() {
            thread::sleep(POLL);
        }
        let _ = dead.send(());
    });
    watched
}

/// When a living process was started, in seconds since the epoch. A zombie only waits for its parent: it is dead.
fn start_time(pid: u32) -> Option<u64> {
    let pid = Pid::from_u32(pid);
    let mut system = System::new();
    let kind = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind);
    let process = system.process(pid)?;
    let dead = matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead);
    (!dead).then(|| process.start_time())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_an_impossible_one_does_not() {
        assert!(start_time(std::process::id()).is_some());
        assert_eq!(start_time(u32::MAX - 1), None);
    }
}
