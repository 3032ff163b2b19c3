//! Jobs: done if their transaction commits, once for each key, by any free worker, and never given up in
//! silence.

use crate::support::database;
use crate::support::wait::{until, within};
use chrono::Utc;
use event_log::event_store::migrate;
use jobs::counts::{counts, given_up, retry};
use jobs::{Failure, Job, Kind, Queue, Workers};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A job of the tests.
#[derive(Serialize, Deserialize)]
struct Deed {
    name: String,
    lane: Option<Uuid>,
}

fn deed(name: &str) -> Deed {
    Deed { name: name.to_owned(), lane: None }
}

/// The watch over deeds: which have begun, how many at once, and whether they may go on.
struct Watch {
    begun: Mutex<Vec<String>>,
    gate: Semaphore,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Job for Deed {
    const KIND: &'static str = "deed";
    const AT_ONCE: usize = 2;
    const MAX_ATTEMPTS: i32 = 2;
    const GRACE: Duration = Duration::from_secs(10);
    type Context = Arc<Watch>;

    fn key(&self) -> String {
        self.name.clone()
    }

    fn lane(&self) -> Option<Uuid> {
        self.lane
    }

    async fn run(self, watch: Arc<Self::Context>) -> Result<(), Failure> {
        watch.begun.lock().expect("no test panics here").push(self.name.clone());
        let now = watch.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        watch.most_at_once.fetch_max(now, Ordering::SeqCst);
        watch.gate.acquire().await.expect("it stays open").forget();
        watch.at_once.fetch_sub(1, Ordering::SeqCst);
        match self.name.as_str() {
            "fails" => Err(Failure::retry("it always fails").because("secret")),
            "hopeless" => Err(Failure::give_up("there is no hope")),
            "panics" => panic!("on purpose"),
            _ => Ok(()),
        }
    }
}

/// A database with jobs, and workers that a test starts.
struct Yard {
    pool: PgPool,
    queue: Queue,
    watch: Arc<Watch>,
}

impl Yard {
    /// A yard whose gate lets this many deeds be done.
    async fn of(permits: usize) -> Self {
        let (database_url, _) = database().await;
        let pool = PgPool::connect(&database_url).await.expect("a database");
        migrate(&pool).await.expect("migrated");
        let watch = Watch {
            begun: Mutex::default(),
            gate: Semaphore::new(permits),
            at_once: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
        };
        Self { pool, queue: Queue::default(), watch: Arc::new(watch) }
    }

    async fn enqueue(&self, name: &str) {
        self.queue.enqueue(&self.pool, &deed(name)).await.expect("enqueued");
        self.queue.poke();
    }

    /// Starts workers as a process of its own would; they work until the token is cancelled.
    fn work(&self) -> (CancellationToken, JoinHandle<()>) {
        let shutdown = CancellationToken::new();
        let workers = Workers {
            pool: self.pool.clone(),
            kinds: vec![Kind::of::<Deed>(self.watch.clone())],
            queue: self.queue.clone(),
            shutdown: shutdown.clone(),
        };
        (shutdown, tokio::spawn(workers.run()))
    }

    fn begun(&self) -> Vec<String> {
        self.watch.begun.lock().expect("no test panics here").clone()
    }

    async fn is_begun(&self, times: usize) {
        until("deeds are begun", async || (self.begun().len() >= times).then_some(())).await;
    }

    async fn run(&self, sql: &str) -> u64 {
        sqlx::query(sql).execute(&self.pool).await.expect(sql).rows_affected()
    }

    /// Waits until no job is left to be done.
    async fn is_done(&self) {
        until("all is done", async || {
            let open = "select count(*) from jobs where gave_up_at is null";
            let open: i64 = sqlx::query_scalar(open).fetch_one(&self.pool).await.expect("a count");
            (open == 0).then_some(())
        })
        .await;
    }

    /// Numbers of jobs: waiting, due, running and given up.
    async fn stands(&self) -> (i64, i64, i64, i64) {
        let counts = counts(&self.pool, &["deed"]).await.expect("counts");
        let [deeds] = counts.as_slice() else { panic!("one kind: {counts:?}") };
        (deeds.waiting, deeds.due, deeds.running, deeds.given_up)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_done_if_and_only_if_the_transaction_that_enqueued_it_commits() {
    let yard = Yard::of(9).await;
    let (_shutdown, _working) = yard.work();
    let mut undone = yard.pool.begin().await.expect("begins");
    yard.queue.enqueue(&mut *undone, &deed("undone")).await.expect("enqueued");
    let mut done = yard.pool.begin().await.expect("begins");
    yard.queue.enqueue(&mut *done, &deed("done")).await.expect("enqueued");
    undone.rollback().await.expect("rolled back");
    done.commit().await.expect("committed");
    // No one pokes the workers: they find the job all the same.
    yard.is_begun(1).await;
    yard.is_done().await;
    assert_eq!(yard.begun(), ["done"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_twice_is_asking_once_and_what_is_asked_for_while_it_runs_is_done_once_more() {
    let yard = Yard::of(0).await;
    yard.enqueue("a").await;
    yard.enqueue("a").await;
    assert_eq!(yard.stands().await, (0, 1, 0, 0));
    let (_shutdown, _working) = yard.work();
    yard.is_begun(1).await;
    assert_eq!(yard.stands().await, (0, 0, 1, 0));
    yard.enqueue("a").await;
    yard.enqueue("a").await;
    yard.watch.gate.add_permits(9);
    yard.is_done().await;
    assert_eq!(yard.begun(), ["a", "a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again_later_and_given_up_with_words_that_tell_nothing_personal() {
    let yard = Yard::of(99).await;
    let (_shutdown, _working) = yard.work();
    for name in ["fails", "hopeless", "panics"] {
        yard.enqueue(name).await;
    }
    yard.is_done().await;
    let mut ends: Vec<_> = given_up(&yard.pool).await.expect("rows").into_iter().collect();
    ends.sort_by(|one, other| one.key.cmp(&other.key));
    let ends: Vec<_> =
        ends.iter().map(|job| (job.key.as_str(), job.attempts, job.last_error.as_deref())).collect();
    let expected = [
        ("fails", 2, Some("it always fails")),
        ("hopeless", 1, Some("there is no hope")),
        ("panics", 2, Some("the job panicked")),
    ];
    assert_eq!(ends, expected);
    // A retry by an operator begins jobs anew, and so does a new request for the same key.
    let begun = yard.begun().len();
    assert_eq!(retry(&yard.pool, Some("deed")).await.expect("retried"), 3);
    yard.is_begun(begun + 3).await;
    yard.is_done().await;
    let begun = yard.begun().len();
    yard.enqueue("hopeless").await;
    yard.is_begun(begun + 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_come_back_is_replaced_and_settles_nothing_any_more() {
    let yard = Yard::of(0).await;
    yard.enqueue("a").await;
    let (first, first_working) = yard.work();
    yard.is_begun(1).await;
    // The lease is over, as after its holder was killed or frozen.
    let over = "update jobs set due_at = now() where lease is not null";
    let (second, second_working) = yard.work();
    until("another begins it", async || {
        yard.run(over).await;
        (yard.begun().len() > 1).then_some(())
    })
    .await;
    yard.run("update jobs set lease = gen_random_uuid(), due_at = now() + interval '1 hour'").await;
    yard.watch.gate.add_permits(9);
    for (shutdown, working) in [(first, first_working), (second, second_working)] {
        shutdown.cancel();
        within("both have ended", working).await.expect("no panic");
    }
    assert_eq!(yard.stands().await, (0, 0, 1, 0), "it is a third one's by now");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_whoever_runs_it_is_given_up_at_last() {
    let yard = Yard::of(9).await;
    yard.enqueue("deadly").await;
    yard.run("update jobs set attempts = 2, lease = gen_random_uuid()").await;
    let (_shutdown, _working) = yard.work();
    until("it is given up", async || (yard.stands().await == (0, 0, 0, 1)).then_some(())).await;
    assert_eq!(yard.begun(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_of_a_kind_run_at_once_than_may_and_each_lane_has_its_turn() {
    let yard = Yard::of(0).await;
    let (busy, calm) = (Uuid::new_v4(), Uuid::new_v4());
    for (lane, name) in [(busy, "busy 1"), (busy, "busy 2"), (busy, "busy 3"), (calm, "calm 1")] {
        let deed = Deed { name: name.to_owned(), lane: Some(lane) };
        yard.queue.enqueue(&yard.pool, &deed).await.expect("enqueued");
    }
    let (_shutdown, _working) = yard.work();
    yard.is_begun(2).await;
    let mut first = yard.begun();
    first.sort();
    assert_eq!(first, ["busy 1", "calm 1"]);
    yard.watch.gate.add_permits(9);
    yard.is_done().await;
    assert_eq!(yard.watch.most_at_once.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_waits_for_its_time_is_moved_and_called_off() {
    let yard = Yard::of(9).await;
    let later = Utc::now() + Duration::from_secs(3_600);
    for name in ["moved", "called off", "hurried"] {
        yard.queue.schedule(&yard.pool, &deed(name), later).await.expect("scheduled");
    }
    let (_shutdown, _working) = yard.work();
    assert_eq!(yard.stands().await, (3, 0, 0, 0));
    yard.queue.cancel::<Deed>(&yard.pool, "called off").await.expect("called off");
    yard.queue.schedule(&yard.pool, &deed("moved"), Utc::now()).await.expect("moved");
    yard.is_begun(1).await;
    yard.enqueue("hurried").await;
    yard.is_done().await;
    assert_eq!(yard.begun(), ["moved", "hurried"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_ends_what_is_under_way_and_takes_nothing_new() {
    let yard = Yard::of(0).await;
    for name in ["a", "b", "c"] {
        yard.enqueue(name).await;
    }
    let (shutdown, working) = yard.work();
    yard.is_begun(2).await;
    shutdown.cancel();
    yard.watch.gate.add_permits(9);
    within("the workers end", working).await.expect("no panic");
    assert_eq!(yard.begun().len(), 2);
    assert_eq!(yard.stands().await, (0, 1, 0, 0));
}
