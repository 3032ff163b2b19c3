//! Reactions: the effects of an event happen once, from where the reaction began, and never fail in silence.

use crate::support::log::{Log, envelope, register, store};
use crate::support::wait::until;
use domain::post::{Post, PostBody, PostCommand, PostEvent};
use domain::user::User;
use domain::value::{Photos, PostText, UserId};
use domain::{Decide, Event};
use event_log::event_store::{Executor, LogReader, StoreError};
use futures::future::BoxFuture;
use jobs::{Failure, Job, Queue};
use projections::RecordedEvent;
use react::status::{ReactionStatus, status};
use react::{Begins, Effect, Reaction, Runner, RunnerContext};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The job that follows from a post, beside an answer.
#[derive(Serialize, Deserialize)]
pub struct Notice {
    post_id: Uuid,
}

impl Job for Notice {
    const KIND: &'static str = "notice";
    type Context = ();

    fn key(&self) -> String {
        self.post_id.to_string()
    }

    async fn run(self, _context: Arc<()>) -> Result<(), Failure> {
        Ok(())
    }
}

/// A reaction that answers posts that ask a question, and enqueues a notice of each.
pub struct Answering {
    pub begins: Begins,
    /// The text of every post for which the reaction was called.
    pub seen_posts: Mutex<Vec<String>>,
    /// True while the service that the reaction reads is away.
    pub is_blind: AtomicBool,
}

impl Answering {
    pub fn from(begins: Begins) -> Arc<Self> {
        Arc::new(Self { begins, seen_posts: Mutex::default(), is_blind: AtomicBool::new(false) })
    }

    pub fn seen_posts(&self) -> Vec<String> {
        self.seen_posts.lock().expect("no test panics here").clone()
    }
}

impl Reaction for Answering {
    fn name(&self) -> &'static str {
        "answering"
    }

    fn interests(&self) -> &'static [&'static str] {
        &[<Post as Decide>::TYPE]
    }

    fn begins(&self) -> Begins {
        self.begins
    }

    fn on<'a>(
        &'a self,
        recorded: &'a RecordedEvent,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<Vec<Effect>, StoreError>> {
        Box::pin(async move {
            if self.is_blind.load(Ordering::SeqCst) {
                return Err(StoreError::Overloaded);
            }
            let Event::Post(PostEvent::PostPublished { text, .. }) = event else { return Ok(vec![]) };
            let text = text.to_string();
            self.seen_posts.lock().expect("no test panics here").push(text.clone());
            let notice = Effect::job(&Notice { post_id: recorded.aggregate_id });
            Ok(match text.as_str() {
                // The answer has another id each time: only the command's key tells that the question was
                // answered.
                "질문" => vec![Effect::command::<Post>(Uuid::now_v7(), publish("답")), notice],
                "몰래" => vec![Effect::command::<Post>(Uuid::nil(), take_away()), notice],
                _ => vec![],
            })
        })
    }
}

/// A command that is refused: there is no such post.
fn take_away() -> PostCommand {
    PostCommand::Delete { by: UserId(Uuid::from_u128(1)) }
}

pub fn publish(text: &str) -> PostCommand {
    let text = PostText::parse(text).expect("a text");
    let body = PostBody::new(None, text, vec![], Photos::default(), false).expect("a body");
    PostCommand::Publish { by: UserId(Uuid::from_u128(1)), body, board: None, original_published_at: None }
}

/// Writes a post; returns its id.
pub async fn write(log: &Log, text: &str) -> Uuid {
    let id = Uuid::now_v7();
    log.executor.execute::<Post>(id, publish(text), &envelope(None)).await.expect("published");
    id
}

/// Runs the reaction as a process of its own would, with the database at this address, until the token is
/// cancelled.
pub fn run(
    reaction: &Arc<Answering>,
    url: &str,
    executor: &Executor,
    holder: Uuid,
) -> (CancellationToken, JoinHandle<()>) {
    let shutdown = CancellationToken::new();
    let own = |connections| {
        let options = PgPoolOptions::new().max_connections(connections);
        options.connect_lazy(url).expect("a URL")
    };
    let context = RunnerContext {
        source: Arc::new(LogReader::new(own(1))),
        executor: executor.clone(),
        queue: Queue::default(),
        holder,
        shutdown: shutdown.clone(),
    };
    (shutdown, tokio::spawn(Runner::new(reaction.clone(), own(1), context).run()))
}

/// Registers the reaction, which gives it a place in the log.
pub async fn begin(log: &Log, reaction: &Arc<Answering>) {
    let reaction: Arc<dyn Reaction> = reaction.clone();
    react::register(&log.pool, &[reaction]).await.expect("it begins");
}

/// Registers the reaction and runs it.
async fn start(log: &Log, reaction: &Arc<Answering>) -> (CancellationToken, JoinHandle<()>) {
    begin(log, reaction).await;
    run(reaction, &log.url, &log.executor, Uuid::new_v4())
}

pub async fn stands(log: &Log) -> ReactionStatus {
    let all = status(&log.pool).await.expect("status");
    all.into_iter().find(|reaction| reaction.name == "answering").expect("it has begun")
}

/// Waits until the reaction has come to the end of the log.
pub async fn caught_up(log: &Log) {
    until("the reaction reaches the head", async || (stands(log).await.lag == 0).then_some(())).await;
}

/// Number of answers that were written, and the keys of the notices.
pub async fn effects(log: &Log) -> (i64, Vec<String>) {
    let answers =
        "select count(*) from events where event_type = 'PostPublished' and payload ->> 'text' = '답'";
    let notices = "select key from jobs where kind = 'notice' order by key";
    (
        sqlx::query_scalar(answers).fetch_one(&log.pool).await.expect("a count"),
        sqlx::query_scalar(notices).fetch_all(&log.pool).await.expect("keys"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_and_a_command_follow_from_an_event_once() {
    let log = Log::new().await;
    let (shutdown, working) = start(&log, &Answering::from(Begins::AtHead)).await;
    let question = write(&log, "질문").await;
    until("it is answered", async || (effects(&log).await.0 > 0).then_some(())).await;
    caught_up(&log).await;
    assert_eq!(effects(&log).await, (1, vec![question.to_string()]));
    let caused = "select count(distinct metadata ->> 'correlation_id') from events";
    let caused: i64 = sqlx::query_scalar(caused).fetch_one(&log.pool).await.expect("a count");
    assert_eq!(caused, 1, "the answer is tied to what caused it");
    shutdown.cancel();
    working.await.expect("no panic");
    // Another process goes on from the checkpoint.
    let again = Answering::from(Begins::AtHead);
    let _running = start(&log, &again).await;
    write(&log, "끝").await;
    caught_up(&log).await;
    assert_eq!(again.seen_posts(), ["끝"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reaction_that_begins_late_sees_only_what_comes_after_unless_it_says_otherwise() {
    for (begins, seen) in [(Begins::AtHead, vec!["둘", "셋"]), (Begins::AtFirst, vec!["하나", "둘", "셋"])]
    {
        let log = Log::new().await;
        write(&log, "하나").await;
        let reaction = Answering::from(begins);
        begin(&log, &reaction).await;
        // No process runs the reaction yet: it has begun all the same.
        write(&log, "둘").await;
        let _running = start(&log, &reaction).await;
        write(&log, "셋").await;
        caught_up(&log).await;
        assert_eq!(reaction.seen_posts(), seen, "{begins:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_one_leads_and_the_other_takes_over_when_it_stops() {
    let log = Log::new().await;
    let (one, other) = (Answering::from(Begins::AtHead), Answering::from(Begins::AtHead));
    let (first, working) = start(&log, &one).await;
    until("one leads", async || stands(&log).await.is_led.then_some(())).await;
    let _second = start(&log, &other).await;
    for text in ["하나", "둘"] {
        write(&log, text).await;
    }
    caught_up(&log).await;
    assert_eq!((one.seen_posts().len(), other.seen_posts().len()), (2, 0));
    first.cancel();
    working.await.expect("no panic");
    write(&log, "셋").await;
    caught_up(&log).await;
    assert_eq!((one.seen_posts().len(), other.seen_posts()), (2, vec!["셋".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_both_lead_do_everything_once() {
    let log = Log::new().await;
    let reaction = Answering::from(Begins::AtHead);
    begin(&log, &reaction).await;
    // A lease asks for its holder's name only: a second holder with the same name leads too.
    let holder = Uuid::new_v4();
    let (first, second) = (log.executor.clone(), log.another_executor().await);
    let _running = [&first, &second].map(|executor| run(&reaction, &log.url, executor, holder));
    let mut questions = vec![];
    for _ in 0..20 {
        questions.push(write(&log, "질문").await.to_string());
    }
    until("all are answered", async || (effects(&log).await.0 >= 20).then_some(())).await;
    caught_up(&log).await;
    questions.sort();
    assert_eq!(effects(&log).await, (20, questions));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_handled_is_parked_and_shown_and_the_rest_goes_on() {
    let log = Log::new().await;
    let (shutdown, working) = start(&log, &Answering::from(Begins::AtHead)).await;
    let post = write(&log, "글").await;
    let painted = json!({ "type": "PostPainted" });
    let sick = store(&log.pool, &post.to_string(), 2, ("PostPainted", "1"), painted).await;
    // The command that this post leads to is refused.
    write(&log, "몰래").await;
    let question = write(&log, "질문").await;
    until("it is answered", async || (effects(&log).await.0 > 0).then_some(())).await;
    caught_up(&log).await;
    assert_eq!(effects(&log).await, (1, vec![question.to_string()]), "an event's effects are all or none");
    let parked = stands(&log).await.parked.0;
    let types: Vec<_> = parked.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!((parked[0].position, types), (sick, vec!["PostPainted", "PostPublished"]));
    assert!(parked.iter().all(|event| !event.error.is_empty()), "{parked:?}");
    shutdown.cancel();
    working.await.expect("no panic");

    // The event's type is known after this statement.
    let deleted = json!({ "type": "PostDeleted", "author_id": UserId(Uuid::from_u128(1)) });
    let mended = "update events set event_type = 'PostDeleted', payload = $2 where position = $1";
    sqlx::query(mended).bind(sick).bind(deleted).execute(&log.pool).await.expect("mended");
    let _running = start(&log, &Answering::from(Begins::AtHead)).await;
    until("one is left", async || (stands(&log).await.parked_count == 1).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reaction_that_cannot_look_stands_still_says_why_and_loses_nothing() {
    let log = Log::new().await;
    let reaction = Answering::from(Begins::AtHead);
    reaction.is_blind.store(true, Ordering::SeqCst);
    let _running = start(&log, &reaction).await;
    let question = write(&log, "질문").await;
    let reason = until("it says why", async || stands(&log).await.stopped_because).await;
    assert!(reason.contains("event 1"), "{reason}");
    reaction.is_blind.store(false, Ordering::SeqCst);
    until("it goes on", async || (effects(&log).await.0 > 0).then_some(())).await;
    caught_up(&log).await;
    assert_eq!(stands(&log).await.stopped_because, None);
    assert_eq!(effects(&log).await, (1, vec![question.to_string()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_none_of_its_interests_is_passed_over_and_noted() {
    let log = Log::new().await;
    let reaction = Answering::from(Begins::AtHead);
    let _running = start(&log, &reaction).await;
    log.executor
        .execute::<User>(Uuid::now_v7(), register("mina"), &envelope(None))
        .await
        .expect("registered");
    until("the checkpoint moves", async || (stands(&log).await.position == 1).then_some(())).await;
    assert_eq!(reaction.seen_posts(), Vec::<String>::new());
}
