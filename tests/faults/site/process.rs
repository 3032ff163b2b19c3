//! Processes that end with the test, the folders of their files and their ports.

use crate::faults::within;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::process::{Child, Command};

/// An empty folder that services may enter. The next run removes it with all folders of this one.
pub fn folder(name: &str) -> PathBuf {
    let run = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("stack-{}", std::process::id()));
    let folder = run.join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A free port below those that the system gives to outgoing connections: it stays free while the process
/// that listens on it is dead.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = std::process::id().wrapping_mul(97) + NEXT.fetch_add(1, Ordering::Relaxed);
        let port = u16::try_from(15_000 + number % 16_000).expect("small");
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Sends a signal to a process that runs.
pub async fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill").args(["-s", name, &pid.to_string()]).status().await.expect("kill runs");
    assert!(sent.success(), "process {pid} was there");
}

pub(super) async fn kill_9(child: &mut Child) {
    within("a killed process ends", child.kill()).await.expect("it was there");
}

/// Variables as `env` takes them: the program under `env` has them, the programs that start it don't.
pub(super) fn assigned(variables: &[(String, String)]) -> impl Iterator<Item = String> {
    variables.iter().map(|(name, value)| format!("{name}={value}"))
}

/// A command whose process ends with ours, however ours ends.
pub(super) fn bound(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// A command that runs as the user who runs Postgres: Postgres refuses root.
pub(super) fn as_ordinary_user(program: &Path) -> Command {
    if !is_root() {
        return bound(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig", "KILL", "--"]);
    command.arg(program).current_dir("/").stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Makes a folder that belongs to the user who runs Postgres.
pub(super) async fn give_away(folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder");
    if is_root() {
        let given = Command::new("chown").arg("postgres:postgres").arg(folder).status().await;
        assert!(given.expect("chown runs").success(), "as root, Postgres needs a user `postgres`");
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").expect("/proc is there").uid() == 0
}

/// The program that the private stack would take: the named one, the one on the path, Debian's newest.
pub(super) fn program(name: &str) -> PathBuf {
    let named = if name == "postgres" {
        std::env::var_os("MADANG_PG_BIN").map(|folder| PathBuf::from(folder).join(name))
    } else {
        std::env::var_os("MADANG_NATS_SERVER").map(PathBuf::from)
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/sbin", "/usr/local/sbin", "/usr/local/bin"].map(PathBuf::from));
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    named.or(found).unwrap_or_else(|| panic!("{name} is not installed: tests/run installs it"))
}
