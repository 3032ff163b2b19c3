//! A store that the test may kill, stop, back up and start again.

use super::process::{as_ordinary_user, assigned, bound, free_port, give_away, kill_9, program, signal};
use crate::faults::{until, within};
use sqlx::{Connection, PgConnection};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::process::Child;

/// The process of one store.
pub struct Service {
    pub port: u16,
    pub folder: PathBuf,
    /// The arguments of the next start.
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
            // Postgres maps files of its folder, not the machine's shared memory: a killed one leaves nothing
            // elsewhere.
            "dynamic_shared_memory_type=mmap",
            "timezone=UTC",
            "log_timezone=UTC",
        ] {
            arguments.extend(["-c".into(), setting.into()]);
        }
        Self::new(port, folder, program, arguments, true)
    }

    /// A nats-server with JetStream in the folder; nothing runs yet.
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

    /// The file of what the process writes on stderr and stdout.
    pub fn log(&self) -> PathBuf {
        self.folder.with_extension("log")
    }

    /// Starts the process and waits until it accepts connections, however often that takes: a Postgres whose
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
        let greeting = async {
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
        tokio::time::timeout(Duration::from_secs(2), greeting).await.unwrap_or(false)
    }

    /// Takes a backup of a running Postgres, as an operator does.
    pub async fn back_up(&self) -> PathBuf {
        let copy = self.folder.join("backup");
        // The program is beside the real `postgres`: the path may only have a link to that one.
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

    /// Stops the process in order, as an operator would; its clients' connections are ended.
    pub async fn stop(&mut self) {
        signal(if self.is_postgres { "INT" } else { "TERM" }, self.pid()).await;
        let mut child = self.child.take().expect("it runs");
        within("a service ends when it is told to", child.wait()).await.expect("it ended");
    }
}
