//! The memory that clients can make this process hold: bodies that arrive slowly, answers that are taken
//! slowly.
//!
//! Each body or answer is small, but thousands of clients can be slow at the same time, on purpose or behind
//! one broken network. So the large ones share a budget. A client that comes when the budget is spent is told
//! to repeat, and costs nothing; small bodies and answers, which are nearly all, never ask for a share.

use super::Problem;
use axum::body::{Body, Bytes, HttpBody};
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::sync::{Semaphore, SemaphorePermit};

const KILOBYTE: usize = 1_024;

/// The budget for bodies beyond their first kilobytes.
pub static BODIES: Budget = Budget::of_megabytes(16);
static ANSWERS: Budget = Budget::of_megabytes(48);
/// The budget for the longest answers. It is apart, so that a few clients who take nothing of the longest
/// pages do not keep others from common ones.
static LONG_ANSWERS: Budget = Budget::of_megabytes(32);

/// The size above which answers need a share; smaller ones are left to the kernel's buffers.
const LARGE: u64 = 32 * KILOBYTE as u64;
/// The size below which answers have a budget of their own.
const LONG: usize = 512 * KILOBYTE;
/// The memory that compressing an answer holds until the answer's end.
const COMPRESSOR: usize = 320 * KILOBYTE;

/// A budget of memory, in kilobytes.
pub struct Budget(Semaphore);

/// A share of a budget, given back when it is dropped.
#[derive(Debug)]
pub struct Share(SemaphorePermit<'static>);

impl Budget {
    const fn of_megabytes(megabytes: usize) -> Self {
        Self(Semaphore::const_new(megabytes * KILOBYTE))
    }

    /// Takes a share for so many bytes, together with the share that is held already.
    ///
    /// # Errors
    /// 503 if the budget is spent.
    pub fn take(&'static self, bytes: usize, held: Option<Share>) -> Result<Share, Problem> {
        let kilobytes = u32::try_from(bytes.div_ceil(KILOBYTE)).unwrap_or(u32::MAX);
        let Ok(permit) = self.0.try_acquire_many(kilobytes) else {
            metrics::counter!("http_memory_refused_total").increment(1);
            return Err(Problem::unavailable(
                "busy",
                "Too many slow clients hold large bodies or answers. Repeat the request in a moment.",
            ));
        };
        let mut share = Share(permit);
        if let Some(held) = held {
            share.0.merge(held.0);
        }
        Ok(share)
    }
}

/// An answer that has its share of memory if it is large, or a refusal in its place.
pub fn bounded(response: Response) -> Response {
    let Some(size) = response.body().size_hint().exact().filter(|&size| size > LARGE) else {
        return response;
    };
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let budget = if size < LONG { &ANSWERS } else { &LONG_ANSWERS };
    match budget.take(size.saturating_add(COMPRESSOR), None) {
        Ok(share) => response.map(|body| Body::new(Held { body, share: Arc::new(share) })),
        Err(problem) => problem.into_response(),
    }
}

/// A body that keeps its share until its last byte is on its way.
struct Held {
    body: Body,
    share: Arc<Share>,
}

/// Bytes that keep the share, too: they are still queued when their body has ended.
struct HeldBytes {
    bytes: Bytes,
    _share: Arc<Share>,
}

impl AsRef<[u8]> for HeldBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let held = |bytes| Bytes::from_owner(HeldBytes { bytes, _share: self.share.clone() });
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(held))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
