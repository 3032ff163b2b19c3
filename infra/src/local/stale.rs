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

/// Ends the process that `pid_file` names if it is still the service on `folder`: the number may long
/// belong to another program.
pub(super) async fn end(
    service: &'static str,
    pid_file: &Path,
    folder: &Path,
    signal: EndSignal,
) -> Result<(), LocalError> {
    let Some(pid) = read_pid(pid_file).filter(|&pid| runs_on(pid, folder)) else { return Ok(()) };
    tracing::info!(pid, "ending {service} of an earlier run");
    signal.send(pid);
    if gone_within(pid, folder, ENDS_WITHIN).await {
        return Ok(());
    }
    send(pid, Signal::QUIT);
    if gone_within(pid, folder, ENDS_WITHIN).await {
        return Ok(());
    }
    Err(LocalError::StillRunning { service, pid })
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
