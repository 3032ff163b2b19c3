//! A new release beside an old one: read models are rebuilt while service goes on, and no release writes a
//! copy that another release made.

use crate::support::TestApp;
use crate::support::client::Person;
use crate::support::wait::until_true;
use event_log::event_store::LogReader;
use futures::future::BoxFuture;
use projections::ports::Announcer;
use projections::progress::Progress;
use projections::rebuild::rebuild;
use projections::runner::{Runner, RunnerContext};
use projections::tags::TagsProjector;
use projections::verify::verify;
use projections::{Definition, Position, Projector, RecordedEvent, Tx};
use sqlx::PgPool;
use std::sync::Arc;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The read model of tags as the next release has it. Its rebuild waits until the gate is open.
struct NextTags {
    reached: watch::Sender<bool>,
    gate: watch::Receiver<bool>,
}

static NEXT: LazyLock<Definition> = LazyLock::new(|| {
    let this = *TagsProjector.definition();
    Definition { version: this.version + 1, ..this }
});

impl Projector for NextTags {
    fn definition(&self) -> &'static Definition {
        &NEXT
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        TagsProjector.apply(tx, events)
    }

    fn fill<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(async move {
            self.reached.send_replace(true);
            self.gate.clone().wait_for(|open| *open).await.expect("the test goes on");
            TagsProjector.fill(tx, events).await
        })
    }
}

struct Silent;

impl Announcer for Silent {
    fn announce(&self, _projection: &str, _position: Position) {}
}

/// Runs a process of the next release that has this projector only, until the process is told to stop.
async fn next_release(app: &TestApp, projector: NextTags, shutdown: CancellationToken) {
    let pool = PgPool::connect(&app.settings.database_url).await.expect("the database is there");
    let context = RunnerContext {
        source: Arc::new(LogReader::new(pool.clone())),
        announcer: Arc::new(Silent),
        progress: Arc::new(Progress::default()),
        holder: Uuid::new_v4(),
        delay: Duration::ZERO,
        shutdown,
    };
    Runner::new(Arc::new(projector), pool, context).run().await;
}

async fn tagged(app: &TestApp, person: &Person, tag: &str) {
    let post = person.publish(&format!("#{tag}")).await;
    let seen = person.see(app, &format!("/v1/posts?tag={tag}")).await;
    assert_eq!((seen.each("id"), seen.is_stale()), (vec![post], false), "{tag}");
}

async fn version(app: &TestApp) -> i32 {
    sqlx::query_scalar("select version from tags.checkpoint").fetch_one(&app.pool).await.expect("a copy")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_release_keeps_its_copy_fresh_until_the_new_one_takes_over_and_does_not_take_it_back() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    tagged(&app, &mina, "옛날").await;
    let (old, new) = (TagsProjector.definition().version, NEXT.version);

    let (open, gate) = watch::channel(false);
    let (reached, mut begun) = watch::channel(false);
    let shutdown = CancellationToken::new();
    let next = next_release(&app, NextTags { reached, gate }, shutdown.clone());
    let story = async {
        begun.wait_for(|begun| *begun).await.expect("the new release rebuilds");
        // The old release goes on as ever while the new one rebuilds.
        for tag in ["가", "나", "다"] {
            tagged(&app, &mina, tag).await;
        }
        assert_eq!(version(&app).await, old);
        open.send_replace(true);
        until_true("the new copy is swapped in", async || version(&app).await == new).await;
        // Written by the new release now, for readers of both.
        for tag in ["라", "마", "바"] {
            tagged(&app, &mina, tag).await;
        }
        shutdown.cancel();
    };
    tokio::join!(next, story);

    // The new release is gone. The old one, the only one that runs, leaves the copy alone and says why.
    let post = mina.publish("#사").await;
    let late = mina.request(reqwest::Method::GET, "/v1/posts?tag=사").header("Prefer", "wait=1").send().await;
    assert!(late.is_stale() && late.items().is_empty());
    let log = LogReader::new(app.pool.clone());
    let compared = verify(&TagsProjector, &app.pool, &log, &|_| {}).await.expect("it runs");
    assert!(compared.differences[0].contains("another release made version"), "{:?}", compared.differences);
    let status = app.madang(&["status"]).await.expect("it runs");
    assert!(status.contains(&format!("version {new} of another release; this one makes {old}")), "{status}");

    // A rebuild by the old release is a decision that an operator takes.
    rebuild(&TagsProjector, &app.pool, &log, &|_| {}).await.expect("rebuilt");
    until_true("the old release leads again", async || {
        let seen = mina.see(&app, "/v1/posts?tag=사").await;
        !seen.is_stale() && seen.each("id") == [post.as_str()]
    })
    .await;
    tagged(&app, &mina, "아").await;
    let compared = verify(&TagsProjector, &app.pool, &log, &|_| {}).await.expect("it runs");
    assert!(compared.differences.is_empty(), "{:?}", compared.differences);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_for_what_an_older_copy_lacks_gets_503_until_it_is_rebuilt() {
    let mut old = TestApp::start().await;
    let mina = old.enrol("mina").await;
    let post = mina.publish("글").await;
    mina.see(&old, "/v1/posts").await.expect(200);
    old.stop().await;
    // The statements leave the read model as a release that knew nothing of views would have left it.
    for sql in ["alter table posts.posts drop column view_count", "update posts.checkpoint set version = 0"] {
        sqlx::query(sql).execute(&old.pool).await.expect("made old");
    }
    let app = old.second_node(|settings| settings.roles = "api".parse().expect("a role")).await;
    let mina = mina.at(&app);
    let refused = mina.get(&format!("/v1/posts/{post}")).await.expect_problem(503, "read_model_unavailable");
    assert_eq!(refused.header("retry-after"), "1");
    let ready = mina.ready_when(503, |ready| ready["parts"][2]["ready"] == false).await;
    let part = &ready.json["parts"][2];
    assert_eq!((&ready.json["ready"], &part["ready"]), (&false.into(), &false.into()));
    assert!(part["detail"].as_str().expect("words").contains("posts"), "{part}");
    mina.get("/v1/users/mina").await.expect(200);

    let said = app.madang(&["rebuild", "--outdated"]).await.expect("rebuilt");
    assert!(said.starts_with("posts: rebuilt") && said.lines().count() == 1, "{said}");
    let said = app.madang(&["rebuild", "--outdated"]).await.expect("nothing to do");
    assert_eq!(said, "every read model is of this release\n");
    mina.ready_when(200, |ready| ready["parts"][2]["ready"] == true).await;
    assert_eq!(mina.get(&format!("/v1/posts/{post}")).await.expect(200).json["view_count"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_that_was_never_made_can_be_rebuilt_and_is_missed_by_verify() {
    let mut app = TestApp::start().await;
    let operator = app.operator().await;
    operator
        .put("/v1/boards/night", serde_json::json!({ "name": "밤", "anonymous": true }))
        .await
        .expect(200);
    operator.see(&app, "/v1/boards").await.expect(200);
    app.stop().await;
    sqlx::query("drop schema boards cascade").execute(&app.pool).await.expect("as before it was thought of");
    let missed = app.madang(&["verify", "boards"]).await.expect_err("a difference");
    assert!(missed.contains("it is not there"), "{missed}");
    let said = app.madang(&["rebuild", "--all"]).await.expect("rebuilt");
    assert!(said.contains("boards: rebuilt up to position 1"), "{said}");
    app.madang(&["verify", "boards"]).await.expect("equal");
}
