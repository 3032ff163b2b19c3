//! A Postgres, a nats-server and Madang's processes, each a real one that the test may kill, freeze, stop
//! and start again, always on the same port.

use super::{until, within};
use crate::support::client::Person;
use async_nats::jetstream::stream::Stream;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, PgPool};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::watch;

/// Where the stores are: what checks and servers need to know.
#[derive(Clone, Debug)]
pub struct Stores {
    pub database_url: String,
    pub nats_url: String,
}

impl Stores {
    /// Fresh connections: those from before a fault may be broken.
    pub async fn pool(&self) -> PgPool {
        let pool = PgPoolOptions::new().max_connections(4).connect(&self.database_url).await;
        pool.expect("the database is there")
    }

    /// The stream of the log's events, if NATS has it.
    pub async fn stream(&self) -> Option<Stream> {
        let log_id: uuid::Uuid =
            sqlx::query_scalar("select id from log").fetch_one(&self.pool().await).await.expect("a log");
        let nats = async_nats::connect(&self.nats_url).await.expect("NATS is there");
        async_nats::jetstream::new(nats).get_stream(format!("EVENTS_{log_id}")).await.ok()
    }

    /// Runs a command on them as an operator would; whether it succeeded, and what it printed.
    pub async fn madang(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = bound(&crate::support::binary());
        command.args(arguments).env("DATABASE_URL", &self.database_url).env("NATS_URL", &self.nats_url);
        let done = within("a command ends", command.output()).await.expect("it runs");
        let said = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// An operator who asks the server of this URL, which has run before: its key is in the vault.
    pub async fn operator(&self, url: &str) -> Person {
        let ttl = Duration::from_secs(24 * 3_600);
        let vault = infra::vault::Vault::open(self.pool().await, ttl).await.expect("the vault opens");
        let token = Some(vault.issue_operator_token(ttl).access_token);
        Person { token, ..Person::nobody(url, crate::support::client()) }
    }
}

/// A running Postgres and nats-server of the test's own, with an empty database.
pub struct Site {
    pub folder: PathBuf,
    pub postgres: Service,
    pub nats: Service,
}

impl Site {
    pub async fn start(name: &str) -> Self {
        Self::start_with(name, |_, _| {}).await
    }

    /// The same with arguments or variables of their own for Postgres and NATS.
    pub async fn start_with(name: &str, change: impl FnOnce(&mut Service, &mut Service)) -> Self {
        let folder = folder(name);
        let (mut postgres, mut nats) =
            (Service::postgres(&folder.join("postgres")).await, Service::nats(&folder.join("nats")));
        change(&mut postgres, &mut nats);
        postgres.start().await;
        nats.start().await;
        Self { folder, postgres, nats }
    }

    pub fn stores(&self) -> Stores {
        Stores { database_url: self.postgres.url(), nats_url: self.nats.url() }
    }

    /// `madang serve` on both, every role in one process.
    pub async fn serve(&self) -> Server {
        self.serve_with(|_| {}).await
    }

    /// The same with roles, proxies or variables of its own.
    pub async fn serve_with(&self, change: impl FnOnce(&mut Wiring)) -> Server {
        let mut wiring = Wiring {
            roles: "api,relay,projector",
            database_port: self.postgres.port,
            nats_port: self.nats.port,
            variables: Vec::new(),
        };
        change(&mut wiring);
        Server::start(wiring).await
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // What a failure left is worth a look.
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// An empty folder that services may enter. The next run removes it with all of this one's.
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

/// One store's process.
pub struct Service {
    pub port: u16,
    pub folder: PathBuf,
    /// Taken up by the next start.
    pub arguments: Vec<OsString>,
    pub variables: Vec<(String, String)>,
    program: PathBuf,
    is_postgres: bool,
    child: Option<Child>,
}

impl Service {
    /// Makes a cluster in the folder; nothing runs yet.
    pub async fn postgres(folder: &Path) -> Self {
        let (program, port, data) = (program("postgres"), free_port(), folder.join("data"));
        give_away(folder).await;
        let made = as_ordinary_user(&program.with_file_name("initdb"))
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N", "-D"])
            .arg(&data)
            .output()
            .await
            .expect("initdb runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut arguments: Vec<OsString> =
            vec!["-D".into(), data.into(), "-p".into(), port.to_string().into()];
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "shared_buffers=64MB",
            // Files of its folder, not the machine's shared memory: a killed one leaves nothing elsewhere.
            "dynamic_shared_memory_type=mmap",
            "timezone=UTC",
            "log_timezone=UTC",
        ] {
            arguments.extend(["-c".into(), setting.into()]);
        }
        Self::new(port, folder, program, arguments, true)
    }

    /// JetStream in the folder; nothing runs yet.
    pub fn nats(folder: &Path) -> Self {
        let port = free_port();
        let mut arguments: Vec<OsString> = vec!["-a".into(), "127.0.0.1".into(), "-js".into(), "-sd".into()];
        arguments.extend([folder.into(), "-p".into(), port.to_string().into()]);
        std::fs::create_dir_all(folder).expect("a folder");
        Self::new(port, folder, program("nats-server"), arguments, false)
    }

    fn new(port: u16, folder: &Path, program: PathBuf, arguments: Vec<OsString>, is_postgres: bool) -> Self {
        let folder = folder.to_owned();
        Self { port, folder, arguments, variables: Vec::new(), program, is_postgres, child: None }
    }

    pub fn url(&self) -> String {
        if self.is_postgres {
            format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
        } else {
            format!("nats://127.0.0.1:{}", self.port)
        }
    }

    /// What it says on stderr and stdout.
    pub fn log(&self) -> PathBuf {
        self.folder.with_extension("log")
    }

    /// Starts it and waits until it accepts connections, however often it takes: a Postgres whose
    /// predecessor was killed must wait for the end of that one's children.
    pub async fn start(&mut self) {
        let what = format!("{} accepts connections, see {}", self.program.display(), self.log().display());
        let mut child = None;
        until(&what, async || {
            let ended =
                child.as_mut().is_none_or(|child: &mut Child| matches!(child.try_wait(), Ok(Some(_))));
            if ended {
                child = Some(self.spawn());
            }
            self.answers().await.then_some(())
        })
        .await;
        self.child = child;
    }

    fn spawn(&self) -> Child {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log()).expect("a log");
        let run = if self.is_postgres { as_ordinary_user } else { bound };
        let mut command = run(Path::new("env"));
        command.args(assigned(&self.variables)).arg(&self.program).args(&self.arguments);
        command.stdout(log.try_clone().expect("a log")).stderr(log);
        command.spawn().expect("it starts")
    }

    async fn answers(&self) -> bool {
        let asked = async {
            if self.is_postgres {
                let connection = PgConnection::connect(&self.url()).await;
                return match connection {
                    Ok(connection) => connection.close().await.is_ok(),
                    Err(_) => false,
                };
            }
            let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)).await else { return false };
            let mut said = [0; 5];
            stream.read_exact(&mut said).await.is_ok() && &said == b"INFO "
        };
        tokio::time::timeout(Duration::from_secs(2), asked).await.unwrap_or(false)
    }

    /// A backup of a running Postgres, as an operator takes it.
    pub async fn back_up(&self) -> PathBuf {
        let copy = self.folder.join("backup");
        // Beside the program itself: the path may only have a link to that one.
        let beside = self.program.canonicalize().expect("it is installed");
        let taken = as_ordinary_user(&beside.with_file_name("pg_basebackup"))
            .args(["-h", "127.0.0.1", "-U", "postgres", "-p", &self.port.to_string()])
            .args(["--checkpoint=fast", "-D"])
            .arg(&copy)
            .output()
            .await
            .expect("pg_basebackup runs");
        assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
        copy
    }

    /// Puts a backup in the place of a stopped Postgres's data.
    pub fn restore(&self, copy: &Path) {
        let data = self.folder.join("data");
        std::fs::remove_dir_all(&data).expect("it is stopped");
        std::fs::rename(copy, &data).expect("both are in one folder");
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().and_then(Child::id).expect("it runs")
    }

    pub async fn kill_9(&mut self) {
        kill_9(self.child.as_mut().expect("it runs")).await;
        self.child = None;
    }

    /// In order, as an operator would, its clients' connections ended.
    pub async fn stop(&mut self) {
        signal(if self.is_postgres { "INT" } else { "TERM" }, self.pid()).await;
        let mut child = self.child.take().expect("it runs");
        within("a service ends when it is told to", child.wait()).await.expect("it ended");
    }
}

/// How a server is wired.
#[derive(Clone)]
pub struct Wiring {
    pub roles: &'static str,
    /// A proxy's, where something is done to the wire.
    pub database_port: u16,
    pub nats_port: u16,
    pub variables: Vec<(String, String)>,
}

/// `madang serve` as a process of its own.
pub struct Server {
    pub url: String,
    pub wiring: Wiring,
    port: u16,
    child: Child,
    said: watch::Receiver<Vec<String>>,
}

impl Server {
    async fn start(wiring: Wiring) -> Self {
        let port = free_port();
        let (child, said) = Self::spawn(&wiring, port);
        let mut server = Self { url: format!("http://127.0.0.1:{port}"), wiring, port, child, said };
        server.ready().await;
        server
    }

    fn spawn(wiring: &Wiring, port: u16) -> (Child, watch::Receiver<Vec<String>>) {
        let Wiring { roles, database_port, nats_port, variables } = wiring;
        let mut child = bound(Path::new("env"))
            .args(assigned(variables))
            .arg(crate::support::binary())
            .args(["serve", "--roles", roles, "--listen", &format!("127.0.0.1:{port}")])
            .env("DATABASE_URL", format!("postgres://postgres@127.0.0.1:{database_port}/postgres"))
            .env("NATS_URL", format!("nats://127.0.0.1:{nats_port}"))
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

    /// Waits until a line of its log, of this start, holds the words.
    pub async fn says(&self, words: &str) {
        let mut said = self.said.clone();
        let heard = said.wait_for(|said| said.iter().any(|line| line.contains(words)));
        let ended = within(&format!("the server says {words:?}"), heard).await.is_err();
        assert!(!ended, "the server ended before it said {words:?}: {:#?}", self.said.borrow());
    }

    /// Everything it has said since its last start.
    pub fn said(&self) -> Vec<String> {
        self.said.borrow().clone()
    }

    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    pub async fn kill_9(&mut self) {
        kill_9(&mut self.child).await;
    }

    /// After it was killed or stopped: on the same port, wired the same.
    pub async fn start_again(&mut self) {
        (self.child, self.said) = Self::spawn(&self.wiring, self.port);
        self.ready().await;
    }

    /// In order, as an operator would.
    pub async fn stop(&mut self) {
        signal("TERM", self.pid()).await;
        let ended = within("a server ends when it is told to", self.child.wait()).await;
        assert!(ended.expect("it ended").success(), "{:#?}", self.said());
    }

    /// Nothing of it moves until it is woken; its connections stay open.
    pub async fn freeze(&self) {
        signal("STOP", self.pid()).await;
    }

    pub async fn wake(&self) {
        signal("CONT", self.pid()).await;
    }
}

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

    /// It may be on its way back from the last time.
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

/// Sends a signal to a process that runs.
pub async fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill").args(["-s", name, &pid.to_string()]).status().await.expect("kill runs");
    assert!(sent.success(), "process {pid} was there");
}

async fn kill_9(child: &mut Child) {
    within("a killed process ends", child.kill()).await.expect("it was there");
}

/// Variables as `env` takes them: what they do to a process is not done to those that start it.
fn assigned(variables: &[(String, String)]) -> impl Iterator<Item = String> {
    variables.iter().map(|(name, value)| format!("{name}={value}"))
}

/// A command whose process ends with ours, however we end.
fn bound(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// The same as whom Postgres runs: it refuses root.
fn as_ordinary_user(program: &Path) -> Command {
    if !is_root() {
        return bound(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig", "KILL", "--"]);
    command.arg(program).current_dir("/").stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Makes a folder that belongs to whom Postgres runs as.
async fn give_away(folder: &Path) {
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
fn program(name: &str) -> PathBuf {
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
