//! `pgbench`, the yardstick: the work that this Postgres does by itself, on this machine, at this moment.

use crate::Failure;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// Number of transactions per second of a script, prepared, by so many clients.
pub async fn per_second(
    database_url: &str,
    script: &str,
    clients: usize,
    seconds: u64,
) -> Result<f64, Failure> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pgbench.sql");
    std::fs::write(&file, script)?;
    let output = Command::new(program()?)
        .args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string(), "-T", &seconds.to_string()])
        .arg("-f")
        .arg(&file)
        .arg(database_url)
        .output()
        .await?;
    let text = String::from_utf8_lossy(&output.stdout);
    let found = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    found.ok_or_else(|| {
        format!("pgbench did not run: {text}{}", String::from_utf8_lossy(&output.stderr)).into()
    })
}

/// The path of `pgbench`: on the path, or where Debian keeps the programs of a cluster.
fn program() -> Result<PathBuf, Failure> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    places.extend(std::env::var_os("MADANG_PG_BIN").map(PathBuf::from));
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    places.extend(versions.map(|version| version.path().join("bin")));
    let found = places.into_iter().map(|folder| folder.join("pgbench")).find(|program| program.is_file());
    found.ok_or_else(|| "pgbench is not there: it comes with Debian's package `postgresql`".into())
}
