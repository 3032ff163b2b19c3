//! The clock is set back: the log's time never is, and processes that measure by the clock go on.

use super::check::nothing_is_lost;
use super::load::Load;
use super::site::{Site, Stores};
use super::{random, rounds, until};
use rand::Rng;
use std::path::PathBuf;

/// A clock that the test may set while the processes that read it run.
struct Clock(PathBuf);

impl Clock {
    fn new(path: PathBuf) -> Self {
        let clock = Self(path);
        clock.set(0);
        clock
    }

    /// Sets the clock to so many seconds beside the real one.
    fn set(&self, seconds: i64) {
        let beside = self.0.with_extension("new");
        std::fs::write(&beside, format!("{seconds:+}s\n")).expect("written");
        std::fs::rename(&beside, &self.0).expect("in place");
    }

    /// The variables that make a process read this clock.
    fn variables(&self) -> Vec<(String, String)> {
        [
            ("LD_PRELOAD", faketime()),
            ("FAKETIME_TIMESTAMP_FILE", self.0.clone()),
            ("FAKETIME_NO_CACHE", "1".into()),
            // A machine whose clock is set back still counts its seconds forwards.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            ("DONT_FAKE_MONOTONIC", "1".into()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_str().expect("text").to_owned()))
        .into()
    }
}

fn faketime() -> PathBuf {
    let places = std::fs::read_dir("/usr/lib").expect("a folder").flatten().map(|entry| entry.path());
    let found = places
        .chain([PathBuf::from("/usr/lib")])
        .map(|folder| folder.join("faketime/libfaketime.so.1"))
        .find(|library| library.is_file());
    found.expect("libfaketime is missing: tests/run installs it, or run `apt-get install faketime`")
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_clock_is_set_back_the_logs_time_is_not_and_leases_ids_and_tokens_survive() {
    let mut random = random("the clock");
    let folder = super::site::folder("clocks");
    let (here, there) = (Clock::new(folder.join("servers")), Clock::new(folder.join("postgres")));
    let site = Site::start_with("clock", |postgres, _| postgres.variables = there.variables()).await;
    let with_roles = async |roles: &'static str| {
        let wired = site.serve_with(|wiring| (wiring.roles, wiring.variables) = (roles, here.variables()));
        wired.await
    };
    let (mut server, leader) = (with_roles("api").await, with_roles("relay,projector").await);
    let operator = site.stores().operator(&server.url).await;
    let load = Load::start(&operator, &[&server.url], &mut random).await;
    for round in 0..rounds() {
        let before = server_time(&site.stores()).await;
        let early = operator.register(&format!("early_{round}")).await;
        let hour = 3_600 * (i64::try_from(round).expect("few") + 1);
        let first = early.publish(&format!("먼저 {round}")).await;
        load.more(random.random_range(1..100)).await;
        here.set(-hour);
        load.more(random.random_range(1..100)).await;

        // Leases that end far in the future are no leases: their holder here, which is frozen, says nothing
        // any more.
        nothing_is_lost(&site.stores(), &load).await;
        let stand_by = with_roles("relay,projector").await;
        leader.freeze().await;
        there.set(-hour);
        assert!(server_time(&site.stores()).await < before, "the clock was not set back");
        until("the stand-by leads", async || {
            let leads = stand_by.said().iter().filter(|line| line.contains("lead")).count();
            (leads > site.stores().projectors().len()).then_some(())
        })
        .await;
        leader.wake().await;
        nothing_is_lost(&site.stores(), &load).await;
        time_never_goes_back(&site.stores()).await;

        // A person who was logged in still is, and the posts that they write now are newer than those of
        // before.
        let second = early.publish(&format!("나중 {round}")).await;
        let posts = early.get(&format!("/v1/users/{}/posts", early.handle)).await.expect(200);
        assert_eq!(posts.each("id"), [second, first]);
        operator.register(&format!("late_{round}")).await.publish(&format!("지금 {round}")).await;

        server.kill_9().await;
        server.start_again().await;
        drop(stand_by);
        nothing_is_lost(&site.stores(), &load).await;
        time_never_goes_back(&site.stores()).await;
    }
}

async fn server_time(stores: &Stores) -> chrono::DateTime<chrono::Utc> {
    sqlx::query_scalar("select clock_timestamp()").fetch_one(&stores.pool().await).await.expect("a time")
}

async fn time_never_goes_back(stores: &Stores) {
    let back: Vec<(i64,)> = sqlx::query_as(
        "select position from (
            select position, recorded_at < lag(recorded_at) over (order by position) as back from events
         ) e where back",
    )
    .fetch_all(&stores.pool().await)
    .await
    .expect("the log reads");
    assert!(back.is_empty(), "recorded_at goes back at {back:?}");
}
