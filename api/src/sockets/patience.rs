//! A connection that ends when its client does not take what was written for it.
//!
//! An answer that nobody reads is held in memory until it is sent. A client that takes nothing for a
//! while is gone or hostile; one that takes a byte now and then is no better, so patience is used up by
//! waiting and regained only by what is taken.
//!
//! At its end a connection lingers: closing it while the client still sends, such as a body that was
//! refused at its first bytes, would take the answer with it.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// The rate at which a client that takes or sends bytes is waited for without end.
const BYTES_PER_SECOND: f64 = 4.0 * 1024.0;

/// The time and the bytes for which a client may go on sending after its last answer.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 1 << 20;

/// The time for which a client is waited for: used up by waiting, regained by bytes that come or go.
pub struct Patience {
    most: Duration,
    left: Duration,
    /// The timer that is set while no bytes come.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    /// Makes a patience that lasts for `most` while no bytes come.
    #[must_use]
    pub fn new(most: Duration) -> Self {
        Self { most, left: most, waiting: None }
    }

    /// Waits on; ready once all patience is used up.
    pub fn poll_used_up(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let left = self.left;
        self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(left))).as_mut().poll(cx)
    }

    /// Ends the waiting, if there was any, as `bytes` bytes went.
    pub fn regain(&mut self, bytes: usize) {
        if let Some(waiting) = self.waiting.take() {
            let unused = waiting.deadline().saturating_duration_since(Instant::now());
            self.left = regained(unused, bytes, self.most);
        }
    }
}

/// A connection that ends when its client does not take its answer; see the module.
pub(super) struct Patient<T> {
    inner: T,
    patience: Patience,
    /// The timer that is set at the end, with the number of bytes thrown away since.
    lingering: Option<(Pin<Box<Sleep>>, usize)>,
}

impl<T> Patient<T> {
    /// Wraps a connection that waits at most for `most` while its client takes nothing.
    pub(super) fn new(inner: T, most: Duration) -> Self {
        Self { inner, patience: Patience::new(most), lingering: None }
    }

    /// Accounts for a write that went as far as `written`.
    fn account(&mut self, written: Poll<Result<usize>>, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        let Poll::Ready(written) = written else {
            ready!(self.patience.poll_used_up(cx));
            return Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "the client does not take its answer")));
        };
        if let Ok(bytes) = &written {
            self.patience.regain(*bytes);
        }
        Poll::Ready(written)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Patient<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, into)
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Patient<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.account(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, bytes);
        self.account(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let this = &mut *self;
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.inner).poll_shutdown(cx))?;
        }
        let (until, thrown_away) =
            this.lingering.get_or_insert_with(|| (Box::pin(tokio::time::sleep(LINGER)), 0));
        let mut scratch = [0; 4_096];
        loop {
            let mut into = ReadBuf::new(&mut scratch);
            match Pin::new(&mut this.inner).poll_read(cx, &mut into) {
                Poll::Ready(Ok(())) if !into.filled().is_empty() && *thrown_away < LINGER_BYTES => {
                    *thrown_away += into.filled().len();
                }
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => return until.as_mut().poll(cx).map(Ok),
            }
        }
    }
}

/// Returns the patience left with a client that has just taken or sent `bytes`, `most` at most.
fn regained(unused: Duration, bytes: usize, most: Duration) -> Duration {
    let earned = Duration::from_secs_f64(bytes as f64 / BYTES_PER_SECOND);
    (unused + earned).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_given_up() {
        let (client, server) = duplex(1_024);
        let written = Patient::new(server, Duration::from_millis(200)).write_all(&[0; 10_000]).await;
        assert_eq!(written.expect_err("nobody reads").kind(), ErrorKind::TimedOut);
        drop(client);
    }

    #[tokio::test]
    async fn a_client_that_takes_a_byte_now_and_then_is_given_up_too() {
        let (mut client, server) = duplex(16);
        let drip = tokio::spawn(async move {
            while client.read_u8().await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let mut server = Patient::new(server, Duration::from_millis(500));
        let written = server.write_all(&[0; 10_000]).await;
        assert_eq!(written.expect_err("it would take minutes").kind(), ErrorKind::TimedOut);
        drop(server);
        drip.await.expect("it ends with the connection");
    }

    #[test]
    fn patience_is_regained_by_taking_and_never_exceeds_the_most() {
        let [most, second] = [30, 1].map(Duration::from_secs);
        assert_eq!(regained(Duration::ZERO, 4_096, most), second);
        assert_eq!(regained(20 * second, 8_192, most), 22 * second);
        assert_eq!(regained(29 * second, 1 << 20, most), most);
        assert_eq!(regained(Duration::ZERO, usize::MAX, most), most);
    }
}
