//! Jobs: a job is a payload, and the work that is done with it.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// A kind of job. The type itself is the payload, as JSON: ids, and nothing personal. A payload outlives
/// releases: a field that is added to it has a default.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind's name, in the table and in metrics.
    const KIND: &'static str;
    /// Number of jobs of the kind that a process does at the same time.
    const AT_ONCE: usize = 1;
    /// Number of failed tries after which a job is given up.
    const MAX_ATTEMPTS: i32 = 25;
    /// The longest pause before another try.
    const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
    /// The time for which a job under way may go on when the process stops; by then it is given back, and
    /// another process begins it anew.
    const GRACE: Duration = Duration::ZERO;
    /// True if a job that is enqueued again while it runs is done once more afterwards. False where the run
    /// under way is as good as another one.
    const AGAIN: bool = true;

    /// The parts of the process that the job needs.
    type Context: Send + Sync + 'static;

    /// The job's key: the id that it is about. Within a kind there is one open job for each key.
    fn key(&self) -> String;

    /// The lane whose turn the job takes: among jobs that are due, the first of each lane goes before the
    /// second of any.
    fn lane(&self) -> Option<Uuid> {
        None
    }

    /// Does the job. It may be cut off at any await, and may be begun anew after it was done by half.
    fn run(self, context: Arc<Self::Context>) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// The reason why a job was not done, and what follows.
#[derive(Debug)]
pub struct Failure {
    pub(crate) why: &'static str,
    pub(crate) cause: Option<Box<dyn Error + Send + Sync>>,
    pub(crate) then: Then,
    pub(crate) is_logged: bool,
}

/// The step that follows a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// The job is tried again, ever more rarely, and given up at last.
    Retry,
    /// The job is given up at once.
    GiveUp,
    /// The job is due again after a pause, and the run does not count as a try.
    Wait(Duration),
}

impl Failure {
    /// The job is tried again later. `why` is stored with the job, for operators.
    #[must_use]
    pub fn retry(why: &'static str) -> Self {
        Self { why, cause: None, then: Then::Retry, is_logged: false }
    }

    /// The job is given up: another try is of no use.
    #[must_use]
    pub fn give_up(why: &'static str) -> Self {
        Self { why, cause: None, then: Then::GiveUp, is_logged: false }
    }

    /// The job waits: its time has not come, or another process is to do it. It is taken again after the
    /// pause.
    #[must_use]
    pub fn wait(why: &'static str, pause: Duration) -> Self {
        Self { why, cause: None, then: Then::Wait(pause), is_logged: false }
    }

    /// Adds the error that lies behind the failure. It is logged, and not stored.
    #[must_use]
    pub fn because(self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// Notes that the failure was logged already, once for many jobs, say. It is counted all the same.
    #[must_use]
    pub fn logged(self) -> Self {
        Self { is_logged: true, ..self }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::retry("the database can't be used").because(error)
    }
}

type Run = dyn Fn(Value) -> BoxFuture<'static, Result<(), Failure>> + Send + Sync;

/// A kind of job that this process does.
pub struct Kind {
    /// See [`Job::KIND`].
    pub name: &'static str,
    pub(crate) at_once: usize,
    pub(crate) max_attempts: i32,
    pub(crate) longest_pause: Duration,
    pub(crate) grace: Duration,
    run: Box<Run>,
}

impl Kind {
    /// The kind of these jobs, which are done with `context`.
    pub fn of<J: Job>(context: J::Context) -> Self {
        let context = Arc::new(context);
        let run = move |payload| -> BoxFuture<'static, _> {
            let context = context.clone();
            Box::pin(async move {
                let job: J = serde_json::from_value(payload)
                    .map_err(|error| Failure::retry("this release can't read the payload").because(error))?;
                job.run(context).await
            })
        };
        Self {
            name: J::KIND,
            at_once: J::AT_ONCE,
            max_attempts: J::MAX_ATTEMPTS,
            longest_pause: J::LONGEST_PAUSE,
            grace: J::GRACE,
            run: Box::new(run),
        }
    }

    /// Does a job. A job that panics has failed.
    pub(crate) async fn run(&self, payload: Value) -> Result<(), Failure> {
        let ran = AssertUnwindSafe((self.run)(payload)).catch_unwind().await;
        ran.unwrap_or_else(|_panic| Err(Failure::retry("the job panicked")))
    }
}
