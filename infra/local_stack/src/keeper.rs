//! The keeper, which keeps a service running: a service that ends without being told to, or hangs, is started
//! again, on the same port, so that everyone's connections come back by themselves.

use super::{
    LocalError,
    launch::{Launcher, Service, send},
};
use rustix::process::Signal;
use std::time::Duration;
use tokio::{process::Child, time::Instant};
use tokio_util::sync::CancellationToken;

const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// The time after which a service that ran has earned a quick start again.
const STEADY_AFTER: Duration = Duration::from_secs(60);
const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// A service that runs, and how to start it again.
pub(super) struct Supervised {
    service: Service,
    launcher: Launcher,
    child: Child,
}

impl Supervised {
    pub(super) async fn start(service: Service, launcher: Launcher) -> Result<Self, LocalError> {
        let child = service.start(&launcher).await?;
        tracing::debug!(pid = child.id(), "{} is ready", service.name);
        Ok(Self { service, launcher, child })
    }

    /// Runs until told to stop, then stops the service and waits for its end.
    pub(super) async fn keep(mut self, stopping: CancellationToken) {
        let mut pause = PAUSE_MIN;
        loop {
            let since = Instant::now();
            tokio::select! {
                () = stopping.cancelled() => return self.end().await,
                () = self.service.probe.hangs() => {
                    tracing::warn!(log = %self.service.log.display(), "{} hangs; starting it again", self.service.name);
                    // A service that hangs may not hear that it is told to end; the data that it has stored
                    // is safe.
                    let _ = self.child.kill().await;
                }
                ended = self.child.wait() => {
                    let status = ended.map(|status| status.to_string()).unwrap_or_default();
                    tracing::warn!(status, log = %self.service.log.display(), "{} ended; starting it again", self.service.name);
                }
            }
            if since.elapsed() >= STEADY_AFTER {
                pause = PAUSE_MIN;
            }
            tokio::select! {
                () = stopping.cancelled() => return,
                () = self.restart(&mut pause) => {}
            }
        }
    }

    async fn restart(&mut self, pause: &mut Duration) {
        loop {
            tokio::time::sleep(*pause).await;
            *pause = (*pause * 2).min(PAUSE_MAX);
            match self.service.start(&self.launcher).await {
                Ok(child) => {
                    self.child = child;
                    tracing::info!(pid = self.child.id(), "{} is back", self.service.name);
                    return;
                }
                Err(error) => tracing::error!(%error, "{} does not start", self.service.name),
            }
        }
    }

    async fn end(&mut self) {
        let Some(pid) = self.child.id().and_then(|pid| i32::try_from(pid).ok()) else { return };
        self.service.end.send(pid);
        if self.ended_in_time().await {
            return;
        }
        tracing::warn!(pid, "{} does not end; telling it to quit at once", self.service.name);
        send(pid, Signal::QUIT);
        if !self.ended_in_time().await {
            tracing::error!(pid, "{} is killed", self.service.name);
            // The kill ends the service for certain, even if it returns an error; the data is safe in the log
            // of writes.
            let _ = self.child.kill().await;
        }
    }

    async fn ended_in_time(&mut self) -> bool {
        tokio::time::timeout(ENDS_WITHIN, self.child.wait()).await.is_ok()
    }
}
