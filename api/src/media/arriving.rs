//! The bytes of a photo on their way through the server, from a sender who may be slow.

use crate::sockets::Patience;
use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;
use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use sync_wrapper::SyncWrapper;
use tokio::time::Interval;

/// The interval at which a body that waits for its sender is polled. The storage's client gives up a body
/// that nobody has polled for some seconds, as if the storage did not take the bytes: so when a polled body
/// stops, its sender is at fault.
const LOOK: Duration = Duration::from_millis(50);

/// A body that several threads may hold, though only one ever reads it. The body ends with an error when its sender
/// uses up all patience.
pub(super) struct Arriving {
    body: SyncWrapper<(Body, Patience, Interval)>,
    gave_up: Arc<AtomicBool>,
}

/// The pace of an upload: tells afterwards whether the sender was too slow.
pub(super) struct Pace(Arc<AtomicBool>);

impl Arriving {
    /// Wraps a body that waits for its sender at most as long as `patience` while no bytes come.
    pub(super) fn new(body: Body, patience: Duration) -> (Self, Pace) {
        let gave_up = Arc::<AtomicBool>::default();
        let pace = Pace(gave_up.clone());
        let body = (body, Patience::new(patience), tokio::time::interval(LOOK));
        (Self { body: SyncWrapper::new(body), gave_up }, pace)
    }
}

impl Pace {
    pub(super) fn was_too_slow(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Self { body, gave_up } = self.get_mut();
        let (body, patience, look) = body.get_mut();
        match Pin::new(body).poll_frame(context) {
            Poll::Ready(frame) => {
                if let Some(Ok(frame)) = &frame {
                    patience.regain(frame.data_ref().map_or(0, Bytes::len));
                }
                Poll::Ready(frame)
            }
            Poll::Pending => {
                while look.poll_tick(context).is_ready() {}
                patience.poll_used_up(context).map(|()| {
                    gave_up.store(true, Ordering::Relaxed);
                    Some(Err(axum::Error::new(Error::new(ErrorKind::TimedOut, "the photo comes too slowly"))))
                })
            }
        }
    }
}
