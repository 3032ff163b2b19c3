//! The phases: one kind of rows after another, many requests of each at once.

use super::{
    super::{Failure, http::Server},
    deliver::{self, RowOutcome, deliver},
    files::Input,
    row::Row,
    state::State,
};
use futures::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

const SAVE_EVERY: Duration = Duration::from_secs(1);
const TELL_EVERY: Duration = Duration::from_secs(10);

/// Rows that may be sent in any order among themselves.
pub(super) struct Phase<'a> {
    name: &'static str,
    rows: Vec<Row<'a>>,
    /// The last user, when all of them must be readable before the first row is sent.
    needs: Option<u32>,
}

/// The end of a phase.
pub(super) enum Progress {
    /// All rows were answered; so many in this run.
    Finished { rows: u64 },
    /// The person who runs the import said stop.
    Stopped,
}

impl<'a> Phase<'a> {
    /// The phases in the order in which a community grows: people, ties, words.
    pub(super) fn all(input: &'a Input) -> [Self; 3] {
        let users = input.users.iter().map(|&user| Row::User(user)).collect();
        let follows = input.follows.iter().flat_map(Row::both_ways).collect();
        let posts = input.posts.iter().map(Row::Post).collect();
        [
            Self { name: "users", rows: users, needs: None },
            Self { name: "follows", rows: follows, needs: input.users.last().copied() },
            Self { name: "posts", rows: posts, needs: None },
        ]
    }

    /// Sends the rows that are not acknowledged yet.
    pub(super) async fn run(
        self,
        server: &Server,
        state: &mut State,
        concurrency: usize,
        stop: &CancellationToken,
    ) -> Result<Progress, Failure> {
        let already = state.done(self.name);
        let rows = self.rows.get(usize::try_from(already)?..).unwrap_or_default();
        if rows.is_empty() {
            return Ok(Progress::Finished { rows: 0 });
        }
        let after = state.position();
        if let Some(user) = self.needs {
            tokio::select! {
                readable = deliver::until_readable(server, user, after) => readable?,
                () = stop.cancelled() => return Ok(Progress::Stopped),
            }
        }
        let bar = Bar::new(self.name, self.rows.len() as u64, already);
        let mut answers = stream::iter((already..).zip(rows))
            .map(|(index, row)| async move { (index, deliver(server, row, after).await) })
            .buffer_unordered(concurrency);
        let mut saved = Instant::now();
        let mut answered = 0;
        loop {
            let next = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(Progress::Stopped),
                next = answers.next() => next,
            };
            let Some((index, outcome)) = next else { break };
            match outcome? {
                RowOutcome::Stored { position } => state.acknowledge(self.name, index, position),
                RowOutcome::Refused(reason) => state.refuse(self.name, index, reason),
            }
            answered += 1;
            bar.advance();
            if saved.elapsed() >= SAVE_EVERY {
                state.save()?;
                saved = Instant::now();
            }
        }
        bar.finish();
        Ok(Progress::Finished { rows: answered })
    }
}

/// A bar on a terminal, a line now and then elsewhere.
struct Bar {
    bar: ProgressBar,
    name: &'static str,
    /// The number of rows that earlier runs sent.
    done: u64,
    begun: Instant,
    told: std::cell::Cell<Instant>,
}

impl Bar {
    fn new(name: &'static str, rows: u64, done: u64) -> Self {
        let style =
            ProgressStyle::with_template("{msg:8} {wide_bar} {human_pos}/{human_len} {per_sec} ETA {eta}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(rows).with_style(style).with_message(name).with_position(done);
        bar.reset_eta();
        Self { bar, name, done, begun: Instant::now(), told: Instant::now().into() }
    }

    fn advance(&self) {
        self.bar.inc(1);
        if !std::io::stderr().is_terminal() && self.told.get().elapsed() >= TELL_EVERY {
            self.told.set(Instant::now());
            self.tell();
        }
    }

    fn finish(&self) {
        self.bar.finish();
        if !std::io::stderr().is_terminal() {
            self.tell();
        }
    }

    #[allow(clippy::cast_precision_loss)]
    fn tell(&self) {
        let (done, rows) = (self.bar.position(), self.bar.length().unwrap_or(0));
        let rate = (done - self.done) as f64 / self.begun.elapsed().as_secs_f64().max(0.001);
        eprintln!("{} {done}/{rows}, {rate:.0} rows/s", self.name);
    }
}
