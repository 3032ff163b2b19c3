//! The reasons why the private stack does not start, in words that say what to do.

use std::{
    io,
    path::{Path, PathBuf},
};

/// The reason why the private stack can't start.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// No PostgreSQL of version 15 or newer was found.
    #[error(
        "PostgreSQL 15 or newer is not installed: run `apt-get install postgresql`, \
         or name the folder that holds its programs in MADANG_PG_BIN"
    )]
    PostgresMissing,
    /// The data belongs to another major version than those installed.
    #[error(
        "{folder} was made by PostgreSQL {major}, which is not installed: \
         run `apt-get install postgresql-{major}`, or choose another folder with --data"
    )]
    PostgresOtherVersion {
        /// The cluster's folder.
        folder: PathBuf,
        /// The cluster's major version.
        major: u32,
    },
    /// No nats-server was found.
    #[error(
        "nats-server is not installed: run `apt-get install nats-server`, \
         or name the program in MADANG_NATS_SERVER"
    )]
    NatsMissing,
    /// PostgreSQL refuses to run as root, and there is no other user to run it as.
    #[error(
        "PostgreSQL does not run as root and there is no user `postgres`: run `useradd --system postgres`"
    )]
    NoAccount,
    /// A folder on the way to the data keeps out the user whom the services run as.
    #[error(
        "the user {account} can't enter {folder}: run `chmod o+x {folder}`, or choose another folder with --data"
    )]
    NotEnterable {
        /// The folder whose permissions are too strict.
        folder: PathBuf,
        /// The user's name.
        account: String,
    },
    /// Another process runs a stack on the same data.
    #[error(
        "{folder} is in use: another `madang up` is running on it; stop that one or choose another --data"
    )]
    InUse {
        /// The data folder.
        folder: PathBuf,
    },
    /// An earlier run's service does not end.
    #[error("{service} of an earlier run (process {pid}) does not end: end it by `kill -9 {pid}`")]
    StillRunning {
        /// The service's name.
        service: &'static str,
        /// The service's process id.
        pid: i32,
    },
    /// A file or folder can't be used.
    #[error("can't {action} {path}")]
    Io {
        /// The action that was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The reason why the action failed.
        source: io::Error,
    },
    /// The cluster could not be made.
    #[error("initdb failed:\n{output}")]
    Initdb {
        /// The output of `initdb`.
        output: String,
    },
    /// A service ended right after its start.
    #[error("{service} ended right after its start; the end of {log}:\n{tail}")]
    Ended {
        /// The service's name.
        service: &'static str,
        /// The service's log file.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// A service runs but accepts no connections.
    #[error("{service} accepts no connections after {seconds} s; see {log}")]
    NotReady {
        /// The service's name.
        service: &'static str,
        /// The time in seconds that the service was given.
        seconds: u64,
        /// The service's log file.
        log: PathBuf,
    },
    /// The name can't be a database's.
    #[error("a database name has small letters, digits and _ only")]
    DatabaseName,
    /// The private Postgres refused something.
    #[error("the private Postgres refused")]
    Database(#[source] sqlx::Error),
    /// The thread that keeps the services running has ended; it has said why on stderr.
    #[error("the keeper of the private stack has ended")]
    KeeperEnded,
}

impl LocalError {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}
