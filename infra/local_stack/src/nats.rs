//! The private NATS, with its streams on disk.

use super::{
    LocalError,
    account::make_owned_folder,
    free_port,
    keeper::Supervised,
    launch::{EndSignal, Launcher, Probe, Service},
    programs, stale,
};
use futures::StreamExt;
use std::{ffi::OsString, path::Path, time::Duration};
use tokio::{io::AsyncReadExt, net::TcpStream};

/// The most attempts to start: a port that was free may be taken by another program before NATS has it.
const ATTEMPTS: usize = 3;
const LOOK_EVERY: Duration = Duration::from_secs(2);
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);
const UNANSWERED: usize = 3;
/// The first bytes that a NATS server sends, before any request.
const GREETING: &[u8] = b"INFO ";

/// Ends an earlier run's NATS and starts ours.
pub(super) async fn start(data_dir: &Path, launcher: &Launcher) -> Result<(String, Supervised), LocalError> {
    let program = programs::nats_server()?;
    let folder = data_dir.join("nats");
    make_owned_folder(&folder, launcher.account.as_ref())?;
    let pid_file = folder.join("nats.pid");
    stale::end("NATS", &pid_file, &folder, EndSignal::Terminate).await?;
    let mut attempt = 1;
    loop {
        let port = free_port()?;
        let service = Service {
            name: "NATS",
            program: program.clone(),
            arguments: arguments(&folder, &pid_file, port),
            end: EndSignal::Terminate,
            log: data_dir.join("nats.log"),
            probe: Probe::Nats(port),
        };
        match Supervised::start(service, launcher.clone()).await {
            Ok(supervised) => return Ok((format!("nats://127.0.0.1:{port}"), supervised)),
            Err(LocalError::Ended { .. }) if attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

fn arguments(folder: &Path, pid_file: &Path, port: u16) -> Vec<OsString> {
    let port = port.to_string();
    let mut arguments: Vec<OsString> =
        ["-a", "127.0.0.1", "-p", &port, "-js", "-sd"].into_iter().map(OsString::from).collect();
    arguments.extend([folder.into(), "-P".into(), pid_file.into()]);
    arguments
}

/// Returns when the server has left several questions about its streams unanswered. A server that greets may
/// have stopped storing all the same: after its disk was full, NATS 2.9 does not store until it is started
/// again.
pub(super) async fn hangs(port: u16) {
    let mut unanswered = 0;
    while unanswered < UNANSWERED {
        tokio::time::sleep(LOOK_EVERY).await;
        let answered = tokio::time::timeout(ANSWERS_WITHIN, streams_answer(port)).await;
        unanswered = if answered.is_ok_and(|answered| answered) { 0 } else { unanswered + 1 };
    }
}

/// True if the streams answer: their list shows the state of each, so that each must answer.
async fn streams_answer(port: u16) -> bool {
    let Ok(client) = async_nats::connect(format!("nats://127.0.0.1:{port}")).await else { return false };
    let context = async_nats::jetstream::new(client);
    let mut streams = context.streams();
    matches!(streams.next().await, None | Some(Ok(_)))
}

/// True if the server greets us; it does so only when its streams are open.
pub(super) async fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await else { return false };
    let mut said = [0; GREETING.len()];
    stream.read_exact(&mut said).await.is_ok() && said == GREETING
}
