//! Connections and what they may cost the server: memory, files and other clients' time, whatever the clients
//! do.
//!
//! The server is a process of its own, so that tests can read its memory and files, and keeps its default
//! limits.

mod bodies;
mod limits;
mod many;
mod pieces;
mod slow;

use crate::faults::free_port;
use crate::support::client::{Person, operator};
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The time that a test waits: a busy machine is slow; a hang is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// The limit on the process's memory. Ten thousand connections cost some 20 KB each, the rest of the process
/// up to 100 MB; what the clients send and leave untaken would cost 600 MB and more if it were not bounded.
const BOUND_MB: u64 = 350;

const PING: &[u8] = b"GET /v1/ping HTTP/1.1\r\nHost: madang\r\n\r\n";

/// A request whose answer is larger than any socket's buffers.
const LARGE: &[u8] = b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: madang\r\n\r\n";

/// `madang serve` on a database of its own.
struct Server {
    address: String,
    /// A client of the address for those who run the service.
    ops: Person,
    child: Child,
    log: UnboundedReceiver<String>,
    /// A person who makes requests while others misbehave.
    neighbour: Person,
}

impl Server {
    async fn start(variables: &[(&str, &str)]) -> Self {
        Self::start_as(Command::new(crate::support::binary()).arg("serve"), variables).await
    }

    async fn start_as(command: &mut Command, variables: &[(&str, &str)]) -> Self {
        let (database_url, nats_url) = crate::support::database().await;
        let ops = format!("127.0.0.1:{}", free_port());
        let mut child = command
            .env("MADANG_LISTEN", "127.0.0.1:0")
            .env("MADANG_OPS_LISTEN", &ops)
            .env("DATABASE_URL", &database_url)
            .env("NATS_URL", nats_url)
            .env("MADANG_LOG", "warn")
            .env("MADANG_RATE_LIMIT_PER_MINUTE", "0")
            .env("MADANG_CONSISTENCY_BOUND_MS", "10000")
            .env("MADANG_STREAM_MAX_BYTES", "67108864")
            .envs(variables.iter().copied().collect::<HashMap<_, _>>())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let ready = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("it starts in time");
        let ready = ready.expect("readable").expect("it says when it is ready");
        let url = ready.strip_prefix("ready at ").expect("one line");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let (said, log) = unbounded_channel();
        // The log is read to its end, whether a test listens or not: a full pipe stops the process that
        // writes to it.
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let _ = said.send(line);
            }
        });
        let address = url.strip_prefix("http://").expect("HTTP").to_owned();

        let operator = operator(&database_url, url, crate::support::client_without_pool()).await;
        let neighbour = operator.register("이웃").await;
        let ops = Person::nobody(&format!("http://{ops}"), crate::support::client_without_pool());
        Self { address, ops, child, log, neighbour }
    }

    /// Asserts that a command and a query of another client succeed.
    async fn serves_others(&self) {
        let post = self.neighbour.publish("다들 잘 지내나요").await;
        let seen = self.neighbour.get(&format!("/v1/posts/{post}")).await.expect(200);
        assert!(!seen.is_stale());
        self.neighbour.get("/v1/timeline").await.expect(200);
    }

    async fn connect(&self) -> TcpStream {
        let connected = tokio::time::timeout(PATIENCE, TcpStream::connect(&self.address)).await;
        connected.expect("it connects in time").expect("it connects")
    }

    fn folder(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}", self.child.id().expect("it runs")))
    }

    /// The most memory that the process has held since [`Server::reset_peak`], in MB.
    fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(self.folder().join("status")).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the kernel says so");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1_024
    }

    fn reset_peak(&self) {
        std::fs::write(self.folder().join("clear_refs"), "5").expect("it is ours");
    }

    /// Waits for a line of the server's log that holds this text.
    async fn says(&mut self, what: &str) {
        let search = async {
            while let Some(line) = self.log.recv().await {
                if line.contains(what) {
                    return;
                }
            }
            panic!("the log ends without: {what}");
        };
        assert!(tokio::time::timeout(PATIENCE, search).await.is_ok(), "the log does not say: {what}");
    }

    /// Waits until the server has no more files open than before, apart from some more connections to the
    /// database.
    async fn gives_back_files(&self, before: usize) {
        let before = before + 32;
        let mut often = tokio::time::interval(Duration::from_millis(20));
        let waiting = async {
            while self.open_files() > before {
                often.tick().await;
            }
        };
        let given_back = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(given_back.is_ok(), "{} files are open, {before} were", self.open_files());
    }

    /// Waits until no client is connected.
    async fn hangs_up_on_all_others(&self) {
        let mut often = tokio::time::interval(Duration::from_millis(20));
        let waiting = async {
            while !self.ops.get("/metrics").await.text.contains("\nhttp_connections 0\n") {
                often.tick().await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "somebody stays connected");
    }

    fn open_files(&self) -> usize {
        std::fs::read_dir(self.folder().join("fd")).expect("it runs").count()
    }
}

/// Sends the bytes that the other side is willing to take.
async fn send(stream: &mut TcpStream, bytes: &[u8]) {
    let sent = tokio::time::timeout(PATIENCE, stream.write_all(bytes)).await;
    assert!(sent.is_ok(), "the other side neither takes it nor hangs up");
}

/// Reads everything until the other side closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 65_536];
    let reading = async {
        while let Ok(n @ 1..) = stream.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..n]);
        }
    };
    let closed = tokio::time::timeout(PATIENCE, reading).await;
    assert!(closed.is_ok(), "it stays open after {:?}", String::from_utf8_lossy(&answer));
    String::from_utf8_lossy(&answer).into_owned()
}

/// Reads until the answer holds this text; returns all that was read.
async fn until(stream: &mut TcpStream, what: &str) -> String {
    let mut answer = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&answer).contains(what) {
            match stream.read_buf(&mut answer).await {
                Ok(1..) => {}
                Ok(_) | Err(_) => return,
            }
        }
    };
    let _ = tokio::time::timeout(PATIENCE, reading).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.contains(what), "{answer}");
    answer
}
