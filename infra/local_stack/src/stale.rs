//! Services of an earlier run that was killed: they are ended before new ones start on the same data.

use super::{
    LocalError,
    launch::{EndSignal, send},
};
use rustix::process::Signal;
use std::{path::Path, time::Duration};
use tokio::time::{Instant, sleep};

const ENDS_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Ends the process that `pid_file` names if it is still the service on `folder`: by now the number may
/// belong to another program.
pub(super) async fn end(
    service: &'static str,
    pid_file: &Path,
    folder: &Path,
    signal: EndSignal,
) -> Result<(), LocalError> {
    let Some(pid) = read_pid(pid_file) else { return Ok(()) };
    if runs_on(pid, folder) {
        tracing::info!(pid, "ending {service} of an earlier run");
        signal.send(pid);
        if !gone_within(pid, folder, ENDS_WITHIN).await {
            send(pid, Signal::QUIT);
            if !gone_within(pid, folder, ENDS_WITHIN).await {
                return Err(LocalError::StillRunning { service, pid });
            }
        }
    }
    forgotten_within(pid, folder, ENDS_WITHIN).await;
    Ok(())
}

/// Waits until nothing is left of a service that was killed: its children take a moment to see that they are
/// alone, and its own number stays taken until somebody has noted its end. A Postgres that starts earlier on
/// the same data refuses to.
async fn forgotten_within(pid: i32, folder: &Path, limit: Duration) {
    let deadline = Instant::now() + limit;
    while (is_unburied(pid) || is_worked_in(folder)) && Instant::now() < deadline {
        sleep(LOOK_EVERY).await;
    }
}

/// True if the process has ended and nobody has noted it yet.
fn is_unburied(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name before the state stands in brackets and may hold anything.
    stat.rsplit_once(')').is_some_and(|(_, state)| state.trim_start().starts_with('Z'))
}

/// True if some process has the folder as its working directory, as all of a Postgres have.
fn is_worked_in(folder: &Path) -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else { return false };
    processes.flatten().any(|process| {
        std::fs::read_link(process.path().join("cwd")).is_ok_and(|directory| directory == folder)
    })
}

/// The first line of a pid file.
fn read_pid(path: &Path) -> Option<i32> {
    std::fs::read_to_string(path).ok()?.lines().next()?.trim().parse().ok()
}

fn runs_on(pid: i32, folder: &Path) -> bool {
    let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let folder = folder.as_os_str().as_encoded_bytes();
    command.split(|&byte| byte == 0).any(|argument| argument == folder)
}

async fn gone_within(pid: i32, folder: &Path, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    while runs_on(pid, folder) {
        if Instant::now() >= deadline {
            return false;
        }
        sleep(LOOK_EVERY).await;
    }
    true
}
