//! The private stack: a Postgres and a NATS of one's own, started as children, and a storage for files, for a
//! single machine and for tests. They listen on free ports of the loopback address; everybody who has an
//! account on the machine can reach them, so the stack is for machines of one's own.
//!
//! Reading order: [`programs`] (the programs that must be installed), [`account`] (the user as whom they
//! run), [`launch`] (how a child is started so that it dies with us), [`postgres`], [`nats`], [`s3`],
//! [`keeper`] (starts a service again that fell, and stops the services in order).

mod account;
mod error;
mod keeper;
mod launch;
mod nats;
mod postgres;
mod programs;
mod s3;
mod stale;

pub use error::LocalError;

use keeper::Supervised;
use launch::Launcher;
use service::settings::S3Settings;
use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    thread::JoinHandle,
};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

const DATABASE: &str = "madang";

/// Services that run elsewhere already; only those that are `None` are started.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// The URL of a Postgres.
    pub database_url: Option<String>,
    /// The URL of a NATS with JetStream.
    pub nats_url: Option<String>,
    /// True if there is a storage that speaks S3.
    pub has_s3: bool,
}

/// A running private stack, which keeps itself running. Dropping it stops the services, as
/// [`LocalStack::stop`] does.
#[derive(Debug)]
pub struct LocalStack {
    database_url: String,
    nats_url: String,
    s3: Option<S3Settings>,
    stopping: CancellationToken,
    keeper: Option<JoinHandle<()>>,
    /// The lock on the data folder, held as long as the stack lives: one stack a folder.
    _lock: File,
}

impl LocalStack {
    /// Starts both services with their data in `data_dir`, which is made if there is none.
    ///
    /// # Errors
    /// The service or program that is missing or in the way, with what to do about it.
    pub async fn start(data_dir: &Path) -> Result<Self, LocalError> {
        Self::start_beside(data_dir, Outside::default()).await
    }

    /// Starts the services that are not already running outside.
    ///
    /// # Errors
    /// The service or program that is missing or in the way, with what to do about it.
    pub async fn start_beside(data_dir: &Path, outside: Outside) -> Result<Self, LocalError> {
        let folder = make_folder(data_dir)?;
        let lock = lock(&folder)?;
        let stopping = CancellationToken::new();
        let (started, starting) = oneshot::channel();
        // The keeper has a thread of its own: a child is told to end when the thread that started it ends,
        // and a runtime's threads come and go (each test has a runtime).
        let keeper = std::thread::Builder::new()
            .name("local-stack".to_owned())
            .spawn({
                let (folder, stopping) = (folder.clone(), stopping.clone());
                move || keep(&folder, outside, started, &stopping)
            })
            .map_err(LocalError::io("start a thread for", &folder))?;
        let mut stack = Self {
            database_url: String::new(),
            nats_url: String::new(),
            s3: None,
            stopping,
            keeper: Some(keeper),
            _lock: lock,
        };
        let urls = starting.await.map_err(|_| LocalError::KeeperEnded)??;
        stack.database_url = urls.database;
        stack.nats_url = urls.nats;
        stack.s3 = urls.s3;
        Ok(stack)
    }

    /// The URL of the database `madang`.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// The URL of another database of the same server, by its name.
    #[must_use]
    pub fn url_of(&self, name: &str) -> String {
        postgres::url_of(&self.database_url, name)
    }

    /// The URL of NATS.
    #[must_use]
    pub fn nats_url(&self) -> &str {
        &self.nats_url
    }

    /// The settings of the storage for files, with a bucket in it; none if there is a storage outside.
    #[must_use]
    pub fn s3(&self) -> Option<&S3Settings> {
        self.s3.as_ref()
    }

    /// Makes another, empty database beside `madang` and returns its URL. The name may have small
    /// letters, digits and `_`.
    ///
    /// # Errors
    /// The database's.
    pub async fn create_database(&self, name: &str) -> Result<String, LocalError> {
        postgres::create_database(&self.database_url, name).await?;
        Ok(self.url_of(name))
    }

    /// Stops NATS, then Postgres, and waits until both have ended. The data stays.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        if let Some(keeper) = self.keeper.take() {
            // Joining blocks, so it must not be done on a thread that drives other tasks.
            let joined = tokio::task::spawn_blocking(move || keeper.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the private stack was not stopped in order");
            }
        }
    }
}

impl Drop for LocalStack {
    fn drop(&mut self) {
        self.stopping.cancel();
        if let Some(keeper) = self.keeper.take() {
            // A panic in the keeper's thread has been reported by that thread.
            let _ = keeper.join();
        }
    }
}

struct Urls {
    database: String,
    nats: String,
    s3: Option<S3Settings>,
}

/// The services that this stack has started.
struct Services {
    postgres: Option<Supervised>,
    nats: Option<Supervised>,
    s3: Option<s3::S3>,
}

/// The life of the keeper's thread: it starts the services, keeps them running, and stops them.
fn keep(
    folder: &Path,
    outside: Outside,
    started: oneshot::Sender<Result<Urls, LocalError>>,
    stopping: &CancellationToken,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = started.send(Err(LocalError::io("start a runtime for", folder)(error)));
            return;
        }
    };
    runtime.block_on(async {
        let brought_up = tokio::select! {
            brought_up = bring_up(folder, outside) => brought_up,
            () = stopping.cancelled() => return,
        };
        let (urls, services) = match brought_up {
            Ok(up) => up,
            Err(error) => {
                // The caller of `start` may have gone; then nobody wants to know.
                let _ = started.send(Err(error));
                return;
            }
        };
        let _ = started.send(Ok(urls));
        let stopping_postgres = CancellationToken::new();
        let postgres = tokio::spawn(keep_one(services.postgres, stopping_postgres.clone()));
        let nats = tokio::spawn(keep_one(services.nats, stopping.clone()));
        if let Some(s3) = services.s3 {
            tokio::spawn(s3.serve(stopping.clone()));
        }
        // NATS ends first: messages that it still hands out can then still be written.
        let _ = nats.await;
        stopping.cancelled().await;
        stopping_postgres.cancel();
        let _ = postgres.await;
    });
}

async fn keep_one(service: Option<Supervised>, stopping: CancellationToken) {
    if let Some(service) = service {
        service.keep(stopping).await;
    }
}

async fn bring_up(folder: &Path, outside: Outside) -> Result<(Urls, Services), LocalError> {
    let launcher = Launcher::new(account::ordinary()?).await;
    let (database, postgres) = match outside.database_url {
        Some(url) => (url, None),
        None => {
            let (url, service) = postgres::start(folder, &launcher).await?;
            (url, Some(service))
        }
    };
    let (nats_url, nats) = match outside.nats_url {
        Some(url) => (url, None),
        None => {
            let (url, service) = nats::start(folder, &launcher).await?;
            (url, Some(service))
        }
    };
    let (s3_settings, s3) = match outside.has_s3 {
        true => (None, None),
        false => {
            let (settings, service) = s3::start(folder).await?;
            (Some(settings), Some(service))
        }
    };
    Ok((Urls { database, nats: nats_url, s3: s3_settings }, Services { postgres, nats, s3 }))
}

/// Makes the folder and returns its absolute path: children run in another working directory.
fn make_folder(data_dir: &Path) -> Result<PathBuf, LocalError> {
    std::fs::create_dir_all(data_dir).map_err(LocalError::io("make", data_dir))?;
    data_dir.canonicalize().map_err(LocalError::io("find", data_dir))
}

fn lock(folder: &Path) -> Result<File, LocalError> {
    let path = folder.join("lock");
    let file = File::create(&path).map_err(LocalError::io("make", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LocalError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(LocalError::io("lock", &path)(error)),
    }
}

/// A port that nobody listens on right now. Another program may take it first; the start is then tried again.
fn free_port() -> Result<u16, LocalError> {
    let failed = || LocalError::io("find a free port for", Path::new("127.0.0.1"));
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).map_err(failed())?;
    Ok(listener.local_addr().map_err(failed())?.port())
}
