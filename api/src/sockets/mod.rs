//! Connections, and the limits of their costs: how many, how long they may rest, how much memory they may
//! hold.
//!
//! `axum::serve` waits for ever for a request's head and for an answer to be taken, and accepts without end:
//! a client that opens enough connections and does nothing has the whole process. Here each connection is
//! bounded in time and memory, and their number is bounded too. Beyond that number new connections wait where
//! the kernel queues them, as behind any proxy with a limit: they are served when others leave, and cost the
//! clients being served nothing.

mod files;
mod patience;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::routing::future::RouteFuture;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use patience::Patient;
use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, warn};

pub use files::raise_open_files;
pub use patience::Patience;

/// The greatest size of a request's head. A connection holds about as much while it reads and writes, so
/// this times the number of connections is what idle or malicious clients can make a process hold.
const HEAD_BYTES: usize = 8 * 1024;
/// The interval after which operators are told again that connections wait.
const TOLD_AGAIN: Duration = Duration::from_secs(10);

/// The limits of what clients may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The number of connections at once; fewer if the process may not open as many files.
    pub connections: usize,
    /// The time that a connection may rest before its next request's head is there whole.
    pub idle: Duration,
    /// The time for which a client may take nothing of its answer.
    pub stall: Duration,
    /// The time that requests in flight may take once the process stops.
    pub drain: Duration,
    /// True if metrics count these connections: those of the public port do.
    pub is_counted: bool,
}

/// Serves until `stop`, then answers the requests in flight.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    let most = files::connections_at_most(limits.connections);
    if limits.is_counted {
        metrics::gauge!("http_connections_limit").set(most as f64);
    }
    let slots = Arc::new(Semaphore::new(most));
    let connections = TaskTracker::new();
    let mut told = None;
    while let Some(slot) = stop.run_until_cancelled(slot(&slots, most, &mut told)).await {
        let Some(accepted) = stop.run_until_cancelled(listener.accept()).await else { break };
        match accepted {
            Ok((stream, peer)) => {
                let open = Open::new(slot, limits.is_counted);
                let connection = connection(stream, peer, router.clone(), limits, stop.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(open);
                });
            }
            // The client is gone again.
            Err(gone) if matches!(gone.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {
            }
            Err(failure) => {
                // The process has no files or memory left: trying again at once would only take the processor
                // as well.
                error!(%failure, "connections can't be accepted");
                stop.run_until_cancelled(tokio::time::sleep(Duration::from_secs(1))).await;
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Waits for room for one more connection.
async fn slot(slots: &Arc<Semaphore>, most: usize, told: &mut Option<Instant>) -> OwnedSemaphorePermit {
    if let Ok(slot) = slots.clone().try_acquire_owned() {
        return slot;
    }
    metrics::counter!("http_connections_waited_total").increment(1);
    if told.is_none_or(|told| told.elapsed() > TOLD_AGAIN) {
        warn!(most, "as many clients are connected as may be; new ones wait (MADANG_MAX_CONNECTIONS)");
        *told = Some(Instant::now());
    }
    slots.clone().acquire_owned().await.expect("nobody closes the semaphore")
}

/// Counts a connection as long as it is open.
struct Open {
    _slot: OwnedSemaphorePermit,
    is_counted: bool,
}

impl Open {
    fn new(slot: OwnedSemaphorePermit, is_counted: bool) -> Self {
        if is_counted {
            metrics::gauge!("http_connections").increment(1);
        }
        Self { _slot: slot, is_counted }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.is_counted {
            metrics::gauge!("http_connections").decrement(1);
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    // Answers are written whole: waiting for more bytes to send with them only delays them.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Patient::new(stream, limits.stall));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .max_buf_size(HEAD_BYTES)
        // A client that says it has nothing more to send still wants its answer.
        .half_close(true);
    let mut connection = pin!(http.serve_connection(io, Service { router, peer }));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let Ok(ended) = tokio::time::timeout(limits.drain, connection).await else {
                warn!("a request was cut off");
                return;
            };
            ended
        }
    };
    if let Err(failure) = ended {
        // Clients come and go as they like.
        tracing::debug!(%failure, "a connection broke");
    }
}

/// The routes as one connection sees them.
struct Service {
    router: Router,
    peer: SocketAddr,
}

impl hyper::service::Service<hyper::Request<Incoming>> for Service {
    type Response = axum::response::Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn call(&self, mut request: hyper::Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        // Routes are always ready, and cloning them is counting one more.
        tower::Service::call(&mut self.router.clone(), request.map(Body::new))
    }
}
