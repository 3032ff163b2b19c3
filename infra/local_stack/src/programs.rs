//! The places of the programs that the private stack consists of.

use super::LocalError;
use std::{
    env,
    path::{Path, PathBuf},
};
use tokio::process::Command;

/// The oldest PostgreSQL that the log's SQL is written for.
const POSTGRES_MAJOR_MIN: u32 = 15;
/// The folder in which Debian keeps the versions of PostgreSQL side by side.
const POSTGRES_VERSIONS: &str = "/usr/lib/postgresql";
/// Folders that are searched beside the path: on Debian they are not on an ordinary user's path, yet
/// nats-server is there.
const ALSO: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin"];

/// The programs of one PostgreSQL.
#[derive(Clone, Debug)]
pub(super) struct PostgresPrograms {
    pub(super) major: u32,
    pub(super) postgres: PathBuf,
    pub(super) initdb: PathBuf,
}

/// The programs of the newest PostgreSQL, or of the one of `major` when the data needs just that.
pub(super) async fn postgres(data: &Path, major: Option<u32>) -> Result<PostgresPrograms, LocalError> {
    let mut folders: Vec<PathBuf> = match env::var_os("MADANG_PG_BIN") {
        Some(folder) => vec![folder.into()],
        None => folders_on_path().collect(),
    };
    if env::var_os("MADANG_PG_BIN").is_none()
        && let Ok(versions) = std::fs::read_dir(POSTGRES_VERSIONS)
    {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    let mut found = Vec::new();
    for folder in folders {
        if let Some(programs) = postgres_in(&folder).await {
            found.push(programs);
        }
    }
    found.retain(|programs| programs.major >= POSTGRES_MAJOR_MIN);
    match major {
        None => found.into_iter().max_by_key(|programs| programs.major).ok_or(LocalError::PostgresMissing),
        Some(major) => found
            .into_iter()
            .find(|programs| programs.major == major)
            .ok_or_else(|| LocalError::PostgresOtherVersion { folder: data.to_owned(), major }),
    }
}

async fn postgres_in(folder: &Path) -> Option<PostgresPrograms> {
    let (postgres, initdb) = (folder.join("postgres"), folder.join("initdb"));
    if !postgres.is_file() || !initdb.is_file() {
        return None;
    }
    let said = Command::new(&postgres).arg("--version").output().await.ok()?;
    let major = major_of(&String::from_utf8_lossy(&said.stdout))?;
    Some(PostgresPrograms { major, postgres, initdb })
}

/// The major version in a version text: `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)` is 15; so is a
/// bare `15`.
pub(super) fn major_of(version: &str) -> Option<u32> {
    let number = version.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

pub(super) fn nats_server() -> Result<PathBuf, LocalError> {
    match env::var_os("MADANG_NATS_SERVER") {
        Some(program) => Some(PathBuf::from(program)).filter(|program| program.is_file()),
        None => find("nats-server"),
    }
    .ok_or(LocalError::NatsMissing)
}

/// Finds a program by its name.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    folders_on_path()
        .chain(ALSO.map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

fn folders_on_path() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    // An empty entry would mean the working directory.
    env::split_paths(&path).filter(|folder| folder.is_absolute()).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major_of("15\n"), Some(15));
        assert_eq!(major_of("no number"), None);
    }
}
