//! A backup of Postgres is restored under a living NATS: the log goes on with another future than the one
//! that NATS was told of, and the two are kept apart.

use super::check::nothing_is_lost;
use super::load::Load;
use super::site::{Server, Site};
use super::{random, rounds, until};
use rand::Rng;
use rand::rngs::StdRng;

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_stops_the_relay_and_servers_that_lived_through_it_keep_the_lost_future_out() {
    let mut random = random("backup restored under living servers");
    let mut site = Site::start("backup-living").await;
    let mut server = site.serve().await;
    for _ in 0..rounds() {
        lose_a_future(&mut site, &server, &mut random).await;
        let operator = site.stores().operator(&server.url).await;
        let load = Load::start(&operator, &[&server.url], &mut random).await;
        load.more(random.random_range(1..200)).await;
        server.says("the relay stands still").await;
        renew(&site, &mut server).await;
        nothing_is_lost(&site.stores(), &load).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_log_that_has_outgrown_the_stream_is_not_mixed_into_it() {
    let mut random = random("restored log outgrows the stream");
    let mut site = Site::start("backup-outgrown").await;
    let mut relay = site.serve_with(|wiring| wiring.roles = "relay").await;
    let mut server = site.serve_with(|wiring| wiring.roles = "api,projector").await;
    for _ in 0..rounds() {
        let told_of = lose_a_future(&mut site, &server, &mut random).await;
        relay.kill_9().await;
        server.kill_9().await;
        server.start_again().await;
        let operator = site.stores().operator(&server.url).await;
        let load = Load::start(&operator, &[&server.url], &mut random).await;
        while head(&site).await <= told_of {
            load.more(20).await;
        }
        relay.start_again().await;
        relay.says("the relay stands still").await;
        relay.stop().await;
        renew(&site, &mut server).await;
        relay.start_again().await;
        nothing_is_lost(&site.stores(), &load).await;
    }
}

/// Writes on after a backup, waits until NATS and the read models have it all, and restores the backup;
/// returns the head of the lost future.
async fn lose_a_future(site: &mut Site, server: &Server, random: &mut StdRng) -> i64 {
    let operator = site.stores().operator(&server.url).await;
    let load = Load::start(&operator, &[&server.url], random).await;
    let backup = site.postgres.back_up().await;
    load.more(random.random_range(50..200)).await;
    nothing_is_lost(&site.stores(), &load).await;
    // The events that this load knows of are about to be lost: the load ends here.
    load.end().await;
    let told_of = head(site).await;
    site.postgres.stop().await;
    site.postgres.restore(&backup);
    site.postgres.start().await;
    assert!(head(site).await < told_of, "the backup is older");
    told_of
}

/// Waits until `madang status` tells the operator what to do, and does it.
async fn renew(site: &Site, server: &mut Server) {
    let told = "Run `madang renew-log-id`";
    until("madang status says what to do", async || {
        site.stores().madang(&["status"]).await.1.contains(told).then_some(())
    })
    .await;
    server.stop().await;
    let (fine, said) = site.stores().madang(&["renew-log-id"]).await;
    assert!(fine, "{said}");
    server.start_again().await;
}

async fn head(site: &Site) -> i64 {
    let head = sqlx::query_scalar("select head from log").fetch_one(&site.stores().pool().await).await;
    head.expect("a log")
}
