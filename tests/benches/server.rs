//! A `madang serve` process.

use crate::Failure;
use crate::until::until;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The limit on the wait for words and vectors of the whole data set, which take a few minutes.
const LATEST: Duration = Duration::from_secs(600);

pub struct Server {
    pub address: SocketAddr,
    ops_address: SocketAddr,
    /// The time from the start of the process until it says that it is ready.
    pub ready_within: Duration,
    /// The folder where the server keeps its search index, as long as it runs.
    pub index: Option<Arc<PathBuf>>,
    child: Child,
}

impl Server {
    pub async fn start(
        database_url: &str,
        nats_url: &str,
        roles: &str,
        environment: &[(&str, &str)],
    ) -> Result<Self, Failure> {
        // The port was free a moment ago, which does for a benchmark.
        let ops_address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let begun = Instant::now();
        let mut child = Command::new(binary()?)
            .args(["serve", "--listen", "127.0.0.1:0", "--roles", roles])
            .args(["--ops-listen", &ops_address.to_string()])
            .env("DATABASE_URL", database_url)
            .env("NATS_URL", nats_url)
            .env("MADANG_RATE_LIMIT_PER_MINUTE", "0")
            .env("MADANG_LOG", "warn")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let ready = lines.next_line().await?.ok_or("the server ended before it was ready")?;
        let address = ready.strip_prefix("ready at http://").ok_or("it says where it is")?.parse()?;
        Ok(Self { address, ops_address, ready_within: begun.elapsed(), index: None, child })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until search has everything, words and vectors.
    pub async fn has_search(&self) -> Result<(), Failure> {
        until("search has everything", Duration::from_millis(200), LATEST, async || {
            let metrics = reqwest::get(format!("http://{}/metrics", self.ops_address)).await?.text().await?;
            let lags = ["madang_search_lag ", "madang_search_vectors_lag "];
            let is_fed = |lag: &&str| metrics.lines().any(|line| line.strip_prefix(*lag) == Some("0"));
            Ok(lags.iter().all(is_fed))
        })
        .await
    }

    /// The process's resident memory, now and at most, in MB.
    pub fn memory_mb(&self) -> Result<(u64, u64), Failure> {
        let process = self.child.id().ok_or("the server has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
        let field = |name: &str| -> Result<u64, Failure> {
            let line = status.lines().find(|line| line.starts_with(name)).ok_or("no such line")?;
            let kilobytes = line.split_whitespace().nth(1).ok_or("no number")?;
            Ok(kilobytes.parse::<u64>()? / 1024)
        };
        Ok((field("VmRSS:")?, field("VmHWM:")?))
    }

    /// The processor time that the process has used so far, in seconds.
    pub fn processor_seconds(&self) -> Result<f64, Failure> {
        let process = self.child.id().ok_or("the server has ended")?;
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
        // The fields after the program's name in parentheses: fields 14 and 15 of proc(5) are in ticks of
        // 1/100 s.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
        let ticks = |n: usize| fields.get(n).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        Ok((ticks(11) + ticks(12)) / 100.0)
    }

    /// Asks the process to end and waits until it has.
    pub async fn stop(mut self) -> Result<(), Failure> {
        let process = self.child.id().ok_or("the server has ended by itself")?;
        Command::new("kill").args(["-TERM", &process.to_string()]).status().await?;
        self.child.wait().await?;
        Ok(())
    }
}

/// The path of the `madang` that was built beside the benchmarks.
pub fn binary() -> Result<PathBuf, Failure> {
    let here = std::env::current_exe()?;
    let folder = here.parent().and_then(Path::parent).ok_or("a benchmark lives in target/release/deps")?;
    let binary = folder.join("madang");
    if binary.exists() { Ok(binary) } else { Err("build it first: cargo build --release --workspace".into()) }
}
