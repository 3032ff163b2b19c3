//! The private Postgres: its cluster, its settings, its databases.

use super::{
    DATABASE, LocalError,
    account::make_owned_folder,
    free_port,
    keeper::Supervised,
    launch::{EndSignal, Launcher, Probe, Service},
    programs::{self, PostgresPrograms},
    stale,
};
use sqlx::{Connection, Executor, PgConnection};
use std::{ffi::OsString, path::Path};

const SUPERUSER: &str = "postgres";
/// The beginning of the names of Postgres's sockets.
const SOCKETS: &str = ".s.PGSQL.";
/// The longest path of a socket that the system allows, without the zero at the end (`unix(7)`).
const SOCKET_PATH_MAX: usize = 107;
/// The most attempts to start: a port that was free may be taken by another program before Postgres has it.
const ATTEMPTS: usize = 3;

/// The settings of the server, sized for one machine that does other things too. No setting trades safety for
/// speed.
const SETTINGS: [&str; 11] = [
    "listen_addresses=127.0.0.1",
    "max_connections=400",
    "shared_buffers=256MB",
    "max_wal_size=2GB",
    "wal_buffers=16MB",
    "random_page_cost=1.1",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_checkpoints=off",
    "log_line_prefix=%m [%p] ",
];

/// Makes the cluster if there is none, ends an earlier run's Postgres, starts ours, and makes the database.
pub(super) async fn start(data_dir: &Path, launcher: &Launcher) -> Result<(String, Supervised), LocalError> {
    let folder = data_dir.join("postgres");
    make_owned_folder(&folder, launcher.account.as_ref())?;
    let data = folder.join("data");
    let programs = programs::postgres(&data, major_of_cluster(&data)).await?;
    if !data.exists() {
        make_cluster(&folder, &data, &programs, launcher).await?;
    }
    stale::end("Postgres", &data.join("postmaster.pid"), &data, EndSignal::Interrupt).await?;
    remove_sockets(&folder)?;
    let compression = compression(&data, &programs, launcher).await;
    let mut attempt = 1;
    loop {
        let port = free_port()?;
        let socket = socket_folder(&folder, port);
        let url = |database: &str| {
            let options = socket.map(|folder| format!("?host={folder}")).unwrap_or_default();
            format!("postgres://{SUPERUSER}@127.0.0.1:{port}/{database}{options}")
        };
        let service = Service {
            name: "Postgres",
            program: programs.postgres.clone(),
            arguments: arguments(&data, port, socket, compression),
            end: EndSignal::Interrupt,
            log: data_dir.join("postgres.log"),
            probe: Probe::Postgres(url("postgres")),
        };
        match Supervised::start(service, launcher.clone()).await {
            Ok(supervised) => {
                make_database(&url("postgres"), DATABASE).await?;
                return Ok((url(DATABASE), supervised));
            }
            Err(LocalError::Ended { .. }) if attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Makes an empty database on the server of `url`.
pub(super) async fn create_database(url: &str, name: &str) -> Result<(), LocalError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || name.len() > 63 || !name.chars().all(plain) {
        return Err(LocalError::DatabaseName);
    }
    let mut connection = PgConnection::connect(url).await.map_err(LocalError::Database)?;
    let statement = format!("create database \"{name}\"");
    connection.execute(&*statement).await.map_err(LocalError::Database)?;
    connection.close().await.map_err(LocalError::Database)
}

/// The URL of another database on the same server.
pub(super) fn url_of(url: &str, name: &str) -> String {
    let (address, options) = match url.split_once('?') {
        Some((address, options)) => (address, format!("?{options}")),
        None => (url, String::new()),
    };
    let server = address.rsplit_once('/').map_or(address, |(server, _)| server);
    format!("{server}/{name}{options}")
}

/// True if the server accepts a login.
pub(super) async fn answers(url: &str) -> bool {
    match PgConnection::connect(url).await {
        Ok(connection) => connection.close().await.is_ok(),
        Err(_) => false,
    }
}

/// The compression of pages on their way into the log of writes. Postgres's own method costs more than the
/// rest of a small command together; LZ4 is nearly free, where Postgres was built with it.
async fn compression(data: &Path, programs: &PostgresPrograms, launcher: &Launcher) -> &'static str {
    const LZ4: &str = "wal_compression=lz4";
    let output = launcher
        .command(&programs.postgres, EndSignal::Terminate)
        .arg("-D")
        .arg(data)
        .args(["-c", LZ4, "-C", "wal_compression"])
        .output()
        .await;
    if output.is_ok_and(|output| output.status.success()) { LZ4 } else { "wal_compression=off" }
}

/// The folder in which Postgres makes its socket: a message through a socket costs the system half of what
/// one over TCP does. None where the socket's path would be too long, or could not stand in a URL as it is;
/// then connections are by TCP only.
fn socket_folder(folder: &Path, port: u16) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let folder = folder.to_str().filter(|path| path.starts_with('/') && path.chars().all(plain))?;
    (socket_name(port).len() + "/".len() + folder.len() <= SOCKET_PATH_MAX).then_some(folder)
}

fn socket_name(port: u16) -> String {
    format!("{SOCKETS}{port}")
}

/// Removes the sockets of earlier runs that were killed; each run has a port of its own.
fn remove_sockets(folder: &Path) -> Result<(), LocalError> {
    for entry in std::fs::read_dir(folder).map_err(LocalError::io("read", folder))? {
        let path = entry.map_err(LocalError::io("read", folder))?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(SOCKETS)) {
            std::fs::remove_file(&path).map_err(LocalError::io("remove", &path))?;
        }
    }
    Ok(())
}

fn arguments(data: &Path, port: u16, socket: Option<&str>, compression: &str) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["-D".into(), data.into(), "-p".into(), port.to_string().into()];
    let sockets = format!("unix_socket_directories={}", socket.unwrap_or_default());
    for setting in SETTINGS.into_iter().chain([compression, &sockets]) {
        arguments.extend(["-c".into(), setting.into()]);
    }
    arguments
}

fn major_of_cluster(data: &Path) -> Option<u32> {
    programs::major_of(&std::fs::read_to_string(data.join("PG_VERSION")).ok()?)
}

/// Makes the cluster beside its folder and renames it: an `initdb` that was cut short leaves nothing that
/// looks like a cluster.
async fn make_cluster(
    folder: &Path,
    data: &Path,
    programs: &PostgresPrograms,
    launcher: &Launcher,
) -> Result<(), LocalError> {
    let unfinished = folder.join("data.unfinished");
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished).map_err(LocalError::io("remove", &unfinished))?;
    }
    tracing::info!(folder = %data.display(), major = programs.major, "making a Postgres cluster");
    let output = launcher
        .command(&programs.initdb, EndSignal::Terminate)
        .arg("-D")
        .arg(&unfinished)
        .args(["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])
        .output()
        .await
        .map_err(LocalError::io("run", &programs.initdb))?;
    if !output.status.success() {
        let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(LocalError::Initdb { output });
    }
    std::fs::rename(&unfinished, data).map_err(LocalError::io("rename", &unfinished))
}

async fn make_database(url: &str, name: &str) -> Result<(), LocalError> {
    let mut connection = PgConnection::connect(url).await.map_err(LocalError::Database)?;
    let exists: bool = sqlx::query_scalar("select exists (select 1 from pg_database where datname = $1)")
        .bind(name)
        .fetch_one(&mut connection)
        .await
        .map_err(LocalError::Database)?;
    connection.close().await.map_err(LocalError::Database)?;
    if exists { Ok(()) } else { create_database(url, name).await }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_made_where_its_path_can_be_one_and_can_stand_in_a_url() {
        let socket = |folder: &str| socket_folder(Path::new(folder), 54_321).is_some();
        assert!(socket("/var/lib/madang/postgres"));
        let longest = SOCKET_PATH_MAX - "/.s.PGSQL.54321".len();
        assert!(socket(&format!("/{}", "a".repeat(longest - 1))));
        assert!(!socket(&format!("/{}", "a".repeat(longest))));
        for odd in ["/내 마당/postgres", "/a b/postgres", "/a%20b/postgres", "/a?b/postgres", "postgres"] {
            assert!(!socket(odd), "{odd}");
        }
    }
}
