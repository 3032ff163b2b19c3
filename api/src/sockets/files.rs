//! Open files: each connection is one, and a process may open only so many.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// The number of files that a process needs beside its clients: Postgres, NATS, logs, and calls of its own.
const RESERVED: u64 = 256;

/// Lets this process open as many files as its administrator allows, and returns how many that are. The limit
/// that processes start with is kept low for the sake of `select`, which nothing here uses.
pub fn raise_open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(failure) = setrlimit(Resource::Nofile, raised) {
        warn!(%failure, allowed = ?limit.current, "the limit of open files can't be raised");
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Returns how many of the `wanted` connections can be open at once.
pub(super) fn connections_at_most(wanted: usize) -> usize {
    let Some(files) = getrlimit(Resource::Nofile).current else { return wanted };
    // A process with very few files still serves some clients: half of the files are theirs.
    let possible = usize::try_from(files.saturating_sub(RESERVED).max(files / 2)).unwrap_or(usize::MAX);
    if possible < wanted {
        warn!(wanted, possible, "fewer files may be opened than clients may connect; raise `ulimit -n`");
    }
    wanted.min(possible).min(tokio::sync::Semaphore::MAX_PERMITS)
}
