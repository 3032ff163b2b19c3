//! Pokes: messages that there are events to relay, sent for each batch that any process has stored.

use futures::{FutureExt, Stream, StreamExt};
use tokio::task::coop::unconstrained;

/// The pokes that the relay has not looked at yet. Many pokes say no more than one.
pub(super) struct Pokes<S>(Option<S>);

impl<S: Stream + Unpin> Pokes<S> {
    /// Takes the subscription to pokes; with none, the relay only polls.
    pub(super) fn new(heard: Option<S>) -> Self {
        Self(heard)
    }

    /// Drops the pokes that are here: the events they tell of are about to be read. Each poke left in the
    /// queue would cost an empty look at the log later, and keep the client's whole read buffer that it came
    /// in.
    pub(super) fn clear(&mut self) {
        while let Some(heard) = &mut self.0 {
            match unconstrained(heard.next()).now_or_never() {
                Some(Some(_)) => {}
                Some(None) => self.0 = None,
                None => return,
            }
        }
    }

    /// Waits for one poke.
    pub(super) async fn next(&mut self) {
        if let Some(heard) = &mut self.0
            && heard.next().await.is_some()
        {
            return;
        }
        self.0 = None;
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;

    #[test]
    fn many_pokes_say_no_more_than_one() {
        let mut pokes = Pokes::new(Some(stream::repeat(()).take(10_000).chain(stream::pending())));
        assert!(pokes.next().now_or_never().is_some());
        pokes.clear();
        assert!(pokes.next().now_or_never().is_none(), "those that came meanwhile wake nobody again");
    }

    #[test]
    fn when_nobody_pokes_any_more_none_is_heard() {
        let mut pokes = Pokes::new(Some(stream::empty::<()>()));
        assert!(pokes.next().now_or_never().is_none());
        pokes.clear();
        assert!(pokes.next().now_or_never().is_none());
    }
}
