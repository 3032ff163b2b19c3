//! `madang up`, with stores of its own.

use super::Stores;
use super::process::{bound, folder, free_port, kill_9};
use crate::faults::{until, within};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// `madang up` as a process of its own, which keeps its stores running by itself.
pub struct Up {
    pub url: String,
    folder: PathBuf,
    port: u16,
    child: Child,
}

impl Up {
    pub async fn start(name: &str) -> Self {
        Self::start_in(folder(name)).await
    }

    pub async fn start_in(folder: PathBuf) -> Self {
        let port = free_port();
        let child = Self::spawn(&folder, port).await;
        Self { url: format!("http://127.0.0.1:{port}"), folder, port, child }
    }

    async fn spawn(folder: &Path, port: u16) -> Child {
        let mut child = bound(&crate::support::binary())
            .args(["up", "--no-demo", "--port", &port.to_string(), "--data"])
            .arg(folder)
            .env("MADANG_RATE_LIMIT_PER_MINUTE", "0")
            // NATS sets this much aside, and some tests have a small disk.
            .env("MADANG_STREAM_MAX_BYTES", (64 << 20).to_string())
            .env("MADANG_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let said = within("madang up says that it is ready", lines.next_line()).await.expect("readable");
        assert!(said.is_some_and(|line| line.starts_with("ready at ")), "it ended early");
        child
    }

    pub fn stores(&self) -> Stores {
        let text = std::fs::read_to_string(self.folder.join("stack.json")).expect("stack.json");
        let stack: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let url = |name: &str| stack[name].as_str().expect("a URL").to_owned();
        Stores { database_url: url("database_url"), nats_url: url("nats_url") }
    }

    pub async fn kill_9(&mut self) {
        kill_9(&mut self.child).await;
    }

    pub async fn start_again(&mut self) {
        self.child = Self::spawn(&self.folder, self.port).await;
    }

    pub async fn kill_9_postgres(&self) {
        self.kill_9_of("postgres/data/postmaster.pid").await;
    }

    pub async fn kill_9_nats(&self) {
        self.kill_9_of("nats/nats.pid").await;
    }

    /// Kills the process of this file; it may be on its way back from the last kill.
    async fn kill_9_of(&self, pid_file: &str) {
        until(&format!("a process of {pid_file} is killed"), async || {
            let text = std::fs::read_to_string(self.folder.join(pid_file)).ok()?;
            let pid = text.lines().next()?.trim().to_owned();
            let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
            if !command.contains(self.folder.to_str()?) {
                return None;
            }
            let killed = Command::new("kill").args(["-s", "KILL", &pid]).status().await.ok()?;
            killed.success().then_some(())
        })
        .await;
    }
}
