//! The rest of a request's body that was not read. If a body was not read to its end, such as one that is
//! refused at its first bytes, the connection ends with the answer, and the client has to be told so:
//! otherwise the client would send its next request into the void.

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

/// The rest of one body: tells, after the handler has run, whether something is left.
pub struct Rest(Option<Arc<AtomicBool>>);

impl Rest {
    /// Watches a request's body, if it has one.
    pub fn watch(request: Request) -> (Request, Self) {
        if request.body().is_end_stream() {
            return (request, Self(None));
        }
        let ended = Arc::<AtomicBool>::default();
        let watching = ended.clone();
        let request = request.map(|body| Body::new(Watched { body, ended }));
        (request, Self(Some(watching)))
    }

    /// Returns true if the client may still be sending.
    pub fn is_left(&self) -> bool {
        self.0.as_ref().is_some_and(|ended| !ended.load(Ordering::Relaxed))
    }
}

struct Watched {
    body: Body,
    ended: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.ended.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
