//! Madang's own processes, on the test's stores.

use super::process::{assigned, bound, free_port, kill_9, signal};
use crate::faults::within;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tokio::sync::watch;

/// The wiring of a server: its roles, ports and variables.
#[derive(Clone)]
pub struct Wiring {
    pub roles: &'static str,
    /// The database's port, or a proxy's where something is done to the wire.
    pub database_port: u16,
    pub nats_port: u16,
    pub variables: Vec<(String, String)>,
}

/// `madang serve` as a process of its own.
pub struct Server {
    pub url: String,
    /// The address where the server tells how it stands.
    pub ops_url: String,
    pub wiring: Wiring,
    ports: [u16; 2],
    child: Child,
    said: watch::Receiver<Vec<String>>,
}

impl Server {
    pub(super) async fn start(wiring: Wiring) -> Self {
        let ports = [free_port(), free_port()];
        let (child, said) = Self::spawn(&wiring, ports);
        let [url, ops_url] = ports.map(|port| format!("http://127.0.0.1:{port}"));
        let mut server = Self { url, ops_url, wiring, ports, child, said };
        server.ready().await;
        server
    }

    fn spawn(wiring: &Wiring, [port, ops_port]: [u16; 2]) -> (Child, watch::Receiver<Vec<String>>) {
        let Wiring { roles, database_port, nats_port, variables } = wiring;
        let mut child = bound(Path::new("env"))
            .args(assigned(variables))
            .arg(crate::support::binary())
            .args(["serve", "--roles", roles, "--listen", &format!("127.0.0.1:{port}")])
            .env("DATABASE_URL", format!("postgres://postgres@127.0.0.1:{database_port}/postgres"))
            .env("NATS_URL", format!("nats://127.0.0.1:{nats_port}"))
            .env("MADANG_OPS_LISTEN", format!("127.0.0.1:{ops_port}"))
            .env("MADANG_RATE_LIMIT_PER_MINUTE", "0")
            .env("MADANG_STREAM_MAX_BYTES", (256 << 20).to_string())
            .env("MADANG_LOG", "info")
            .env("NO_COLOR", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let (says, said) = watch::channel(Vec::new());
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                says.send_modify(|said| said.push(line));
            }
        });
        (child, said)
    }

    async fn ready(&mut self) {
        self.says("started").await;
    }

    /// Waits until the server's log since this start has a line that holds the words.
    pub async fn says(&self, words: &str) {
        let mut said = self.said.clone();
        let heard = said.wait_for(|said| said.iter().any(|line| line.contains(words)));
        let ended = within(&format!("the server says {words:?}"), heard).await.is_err();
        assert!(!ended, "the server ended before it said {words:?}: {:#?}", self.said.borrow());
    }

    /// Every line that the server has logged since its last start.
    pub fn said(&self) -> Vec<String> {
        self.said.borrow().clone()
    }

    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// The most memory that the process has held, in MB.
    pub fn peak_mb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the kernel says so");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1_024
    }

    pub async fn kill_9(&mut self) {
        kill_9(&mut self.child).await;
    }

    /// Starts the server again after it was killed or stopped: on the same port, wired the same.
    pub async fn start_again(&mut self) {
        (self.child, self.said) = Self::spawn(&self.wiring, self.ports);
        self.ready().await;
    }

    /// Stops the server in order, as an operator would.
    pub async fn stop(&mut self) {
        signal("TERM", self.pid()).await;
        let ended = within("a server ends when it is told to", self.child.wait()).await;
        assert!(ended.expect("it ended").success(), "{:#?}", self.said());
    }

    /// Stops every thread of the process until it is woken; its connections stay open.
    pub async fn freeze(&self) {
        signal("STOP", self.pid()).await;
    }

    pub async fn wake(&self) {
        signal("CONT", self.pid()).await;
    }
}
