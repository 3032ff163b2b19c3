//! Two leaders where there should be one, and one that comes back from the dead: leases only save work, so
//! nothing may break when they fail.

use super::check::{everyone_reaches_the_head, nothing_is_lost};
use super::load::Load;
use super::proxy::{Proxy, Through, Toward, Wire};
use super::site::{Server, Site, Stores};
use super::{random, rounds, until};
use crate::support::TestApp;
use event_log::event_store::LogReader;
use event_log::nats::{Nats, StreamLimits};
use event_log::relay::Relay;
use projections::ports::{Announcer, Position};
use projections::progress::Progress;
use projections::runner::{Runner, RunnerContext};
use rand::Rng;
use service::settings::Roles;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_started_at_once_on_an_empty_store_share_the_work_and_either_goes_on_without_the_other() {
    let mut random = random("two servers at once");
    let site = Site::start("two").await;
    let (first, second) = tokio::join!(site.serve(), site.serve());
    let mut servers = [first, second];
    let operator = site.stores().operator(&servers[0].url).await;
    let urls = [servers[0].url.clone(), servers[1].url.clone()];
    let load = Load::start(&operator, &[&urls[0], &urls[1]], &mut random).await;
    nothing_is_lost(&site.stores(), &load).await;
    for _ in 0..rounds() {
        // Both servers fall, and are started again at the same moment.
        load.more(random.random_range(1..100)).await;
        let [first, second] = &mut servers;
        tokio::join!(first.kill_9(), second.kill_9());
        tokio::join!(first.start_again(), second.start_again());
        nothing_is_lost(&site.stores(), &load).await;
        let either = random.random_range(0..2);
        if random.random() {
            servers[either].kill_9().await;
        } else {
            servers[either].stop().await;
        }
        nothing_is_lost(&site.stores(), &load).await;
        servers[either].start_again().await;
    }
}

/// An announcer that tells no reader: those of these tests read Postgres.
struct Nobody;

impl Announcer for Nobody {
    fn announce(&self, _projection: &str, _position: Position) {}
}

/// Starts every process part that leads, under this name in leases, until the token is cancelled.
async fn leaders(app: &TestApp, holder: Uuid, working: &TaskTracker, shutdown: &CancellationToken) {
    let own = |connections| {
        let options = PgPoolOptions::new().max_connections(connections);
        options.connect_lazy(&app.settings.database_url).expect("a URL")
    };
    let source = Arc::new(LogReader::new(own(4)));
    for projector in api::features::projectors(&app.settings) {
        let context = RunnerContext {
            source: source.clone(),
            announcer: Arc::new(Nobody),
            progress: Arc::new(Progress::default()),
            holder,
            delay: Duration::ZERO,
            shutdown: shutdown.clone(),
        };
        working.spawn(Runner::new(projector, own(2), context).run());
    }
    let (log_id,) = sqlx::query_as("select id from log").fetch_one(&app.pool).await.expect("a log");
    let limits = StreamLimits { max_age: Duration::from_secs(3_600), max_bytes: 64 << 20, replicas: 1 };
    let nats = Nats::connect(&app.settings.nats_url, log_id, limits).await.expect("NATS");
    let (_head, head): (watch::Sender<Position>, _) = watch::channel(0);
    working.spawn(Relay::new(own(1), nats, holder, head, shutdown.clone()).run());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_relays_and_two_runners_of_each_projection_that_both_hold_the_lease_do_everything_once() {
    let mut random = random("leaders that share a lease");
    let app = TestApp::start_with(|settings| {
        settings.roles = Roles { api: true, relay: false, projector: false, media: false };
    })
    .await;
    let (working, shutdown) = (TaskTracker::new(), CancellationToken::new());
    // A lease asks for its holder's name only: a second holder with the same name leads too.
    let holder = Uuid::new_v4();
    leaders(&app, holder, &working, &shutdown).await;
    leaders(&app, holder, &working, &shutdown).await;
    let stores = Stores {
        database_url: app.settings.database_url.to_string(),
        nats_url: app.settings.nats_url.to_string(),
    };
    let load = Load::start(&app.operator().await, &[&app.url], &mut random).await;
    for _ in 0..rounds() {
        load.more(1_000).await;
        nothing_is_lost(&stores, &load).await;
    }
    shutdown.cancel();
    working.close();
    working.wait().await;
}

/// The holder of the relay's lease and of each projection's.
async fn holders(pool: &PgPool) -> Vec<(String, Uuid)> {
    sqlx::query_as("select name, holder from leases order by name")
        .fetch_all(pool)
        .await
        .expect("leases read")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_freezes_with_every_lease_in_the_middle_of_its_work_is_replaced_and_does_no_harm_when_woken() {
    let mut random = random("a frozen leader");
    let site = Site::start("frozen").await;
    let (database, nats) = (Proxy::to(site.postgres.port).await, Proxy::to(site.nats.port).await);
    let frozen =
        site.serve_with(|wiring| (wiring.database_port, wiring.nats_port) = (database.port, nats.port)).await;
    frozen.says("the relay leads").await;
    let operator = site.stores().operator(&frozen.url).await;
    for round in 0..rounds() {
        let pool = site.stores().pool().await;
        let before = holders(&pool).await;
        let mut other = site.serve().await;
        let load = Load::start(&operator, &[&other.url], &mut random).await;
        load.more(random.random_range(1..100)).await;
        // A transaction of a projector is open and has its rows locked; the statement that it sends next
        // waits.
        database.trap(Toward::Store, b"COMMIT", Through::Nothing).await;
        frozen.freeze().await;
        until("another leads everything", async || {
            let now = holders(&pool).await;
            let replaced =
                now.len() == before.len() && now.iter().zip(&before).all(|(now, before)| now.1 != before.1);
            replaced.then_some(())
        })
        .await;
        nothing_is_lost(&site.stores(), &load).await;
        frozen.wake().await;
        database.set(Wire::Passes);
        nothing_is_lost(&site.stores(), &load).await;
        // The frozen server is of use again: it leads when the other is gone.
        drop(load);
        other.kill_9().await;
        leads_again(&frozen, &site.stores(), &before, round).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_wakes_up_after_another_took_over_does_not_set_the_note_back() {
    let mut random = random("a frozen relay");
    let site = Site::start("frozen-relay").await;
    let (database, nats) = (Proxy::to(site.postgres.port).await, Proxy::to(site.nats.port).await);
    let server = site.serve_with(|wiring| wiring.roles = "api,projector").await;
    let frozen = site
        .serve_with(|wiring| {
            (wiring.roles, wiring.database_port, wiring.nats_port) = ("relay", database.port, nats.port);
        })
        .await;
    let operator = site.stores().operator(&server.url).await;
    let load = Load::start(&operator, &[&server.url], &mut random).await;
    nats.trap(Toward::Client, b"\"seq\":", Through::Nothing).await;
    // The relay waits for acknowledgements: the next statement it sends is the note.
    let note = database.trap(Toward::Store, b"sqlx_s_", Through::Nothing);
    nats.set(Wire::Passes);
    note.await;
    frozen.freeze().await;
    let other = site.serve_with(|wiring| wiring.roles = "relay").await;
    other.says("the relay leads").await;
    nothing_is_lost(&site.stores(), &load).await;

    // The relay's note arrives now, and nothing new is written that would hide it.
    let _quiet = load.quiet().await;
    everyone_reaches_the_head(&site.stores()).await;
    let next = database.trap(Toward::Store, b"sqlx_s_", Through::All);
    frozen.wake().await;
    database.set(Wire::Passes);
    next.await;
    let status = event_log::status::status(&site.stores().pool().await, &[]).await.expect("status");
    assert_eq!(status.relay.lag, 0, "the note was set back");
}

async fn leads_again(server: &Server, stores: &Stores, before: &[(String, Uuid)], round: usize) {
    let pool = stores.pool().await;
    until(&format!("it leads everything again after round {round}: {:#?}", server.said()), async || {
        (holders(&pool).await == before).then_some(())
    })
    .await;
}
