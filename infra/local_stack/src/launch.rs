//! The launcher, which starts a child process: as an ordinary user, with an empty environment, and so that
//! the child ends when we do.

use super::{LocalError, account::Account, programs};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    ffi::OsString,
    fs::OpenOptions,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    process::{Child, Command},
    time::Instant,
};

/// The longest time until a service is ready: recovery after a crash may have a good deal of log to replay.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// The first pause between two probes. Probes are frequent at first, for a quick start; then rare, because
/// each one is a line in the log.
const ASK_AFTER_MIN: Duration = Duration::from_millis(10);
const ASK_AFTER_MAX: Duration = Duration::from_millis(200);
const TAIL_LINES: usize = 20;

/// The signal by which a service is told to end, by us or by the kernel when we are gone.
#[derive(Clone, Copy, Debug)]
pub(super) enum EndSignal {
    /// The signal for Postgres, which then ends sessions and writes a checkpoint.
    Interrupt,
    /// The signal that most programs expect.
    Terminate,
}

impl EndSignal {
    fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "INT",
            Self::Terminate => "TERM",
        }
    }

    /// Sends the signal; a process that has ended meanwhile is none the worse.
    pub(super) fn send(self, pid: i32) {
        let signal = match self {
            Self::Interrupt => Signal::INT,
            Self::Terminate => Signal::TERM,
        };
        send(pid, signal);
    }
}

pub(super) fn send(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid).filter(|_| pid > 1)
        && let Err(error) = kill_process(pid, signal)
    {
        tracing::debug!(%error, ?pid, "a process could not be signalled");
    }
}

/// The launcher, which starts all children in the same way.
#[derive(Clone, Debug)]
pub(super) struct Launcher {
    pub(super) account: Option<Account>,
    /// The program `setpriv` of util-linux, when it can bind a child's life to ours. Without it a crash of
    /// ours leaves the services running until the next start ends them.
    setpriv: Option<PathBuf>,
}

impl Launcher {
    pub(super) async fn new(account: Option<Account>) -> Self {
        let mut setpriv = programs::find("setpriv");
        if let Some(program) = &setpriv {
            let tried = Command::new(program).args(["--pdeathsig", "TERM", "true"]).output().await;
            if !tried.is_ok_and(|done| done.status.success()) {
                setpriv = None;
            }
        }
        Self { account, setpriv }
    }

    /// A command that runs `program` as the account, away from our working directory, environment and process
    /// group: a Ctrl-C in the terminal is ours to handle, in order.
    pub(super) fn command(&self, program: &Path, at_our_death: EndSignal) -> Command {
        let mut command = match &self.setpriv {
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                if let Some(Account { uid, gid, .. }) = &self.account {
                    command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}")).arg("--clear-groups");
                }
                command.args(["--pdeathsig", at_our_death.name(), "--"]).arg(program);
                command
            }
            None => {
                let mut command = Command::new(program);
                if let Some(Account { uid, gid, .. }) = &self.account {
                    command.uid(*uid).gid(*gid);
                }
                command
            }
        };
        command
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs([("HOME", "/tmp"), ("LC_ALL", "C.UTF-8")])
            .current_dir("/")
            .stdin(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        command
    }
}

/// A program that runs until it is told to end.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) name: &'static str,
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) end: EndSignal,
    pub(super) log: PathBuf,
    pub(super) probe: Probe,
}

/// The probe by which we find out whether a service accepts connections.
#[derive(Clone, Debug)]
pub(super) enum Probe {
    /// A login to Postgres at this URL.
    Postgres(String),
    /// The greeting of NATS on this port.
    Nats(u16),
}

impl Service {
    /// Starts the service and waits until it accepts connections.
    pub(super) async fn start(&self, launcher: &Launcher) -> Result<Child, LocalError> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        let log = log.map_err(LocalError::io("write", &self.log))?;
        let errors = log.try_clone().map_err(LocalError::io("write", &self.log))?;
        let mut child = launcher
            .command(&self.program, self.end)
            .args(&self.arguments)
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(LocalError::io("run", &self.program))?;
        let deadline = Instant::now() + READY_WITHIN;
        let mut pause = ASK_AFTER_MIN;
        while Instant::now() < deadline {
            // The probe comes first: a service that just became ready should not wait for the next round.
            if self.probe.answers().await {
                return Ok(child);
            }
            if let Ok(ended) = tokio::time::timeout(pause, child.wait()).await {
                ended.map_err(LocalError::io("wait for", &self.program))?;
                let tail = tail(&self.log);
                return Err(LocalError::Ended { service: self.name, log: self.log.clone(), tail });
            }
            pause = (pause * 3 / 2).min(ASK_AFTER_MAX);
        }
        Err(LocalError::NotReady {
            service: self.name,
            seconds: READY_WITHIN.as_secs(),
            log: self.log.clone(),
        })
    }
}

impl Probe {
    /// Returns when the running service has stopped doing its work.
    pub(super) async fn hangs(&self) {
        match self {
            Self::Postgres(_) => std::future::pending().await,
            Self::Nats(port) => super::nats::hangs(*port).await,
        }
    }

    async fn answers(&self) -> bool {
        let answer = async {
            match self {
                Self::Postgres(url) => super::postgres::answers(url).await,
                Self::Nats(port) => super::nats::answers(*port).await,
            }
        };
        tokio::time::timeout(Duration::from_secs(2), answer).await.unwrap_or(false)
    }
}

fn tail(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}
