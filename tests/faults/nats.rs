//! NATS is away, empties its stream, or comes back with nothing: the log goes on, and so do its readers.

use super::check::nothing_is_lost;
use super::load::{Load, someone, unique};
use super::site::{Server, Site, Stores};
use super::{random, rounds, until};
use crate::support::client::Person;
use async_nats::jetstream::stream::Stream;
use futures::TryStreamExt;
use rand::Rng;
use reqwest::Method;

#[tokio::test(flavor = "multi_thread")]
async fn while_nats_is_away_commands_succeed_and_queries_answer_with_what_there_is() {
    let mut random = random("NATS away");
    let mut site = Site::start("nats-away").await;
    let all = site.serve().await;
    let api = site.serve_with(|wiring| wiring.roles = "api").await;
    let operator = site.stores().operator(&all.url).await;
    let load = Load::start(&operator, &[&all.url, &api.url], &mut random).await;
    for _ in 0..rounds() {
        if random.random() {
            site.nats.kill_9().await;
        } else {
            site.nats.stop().await;
        }
        let person = someone(&operator).await;
        for server in [&all, &api] {
            let person = Person { url: server.url.clone(), ..person.clone() };
            for _ in 0..5 {
                let published = person.publish(&unique("글")).await;
                // The reads go at once, and then with the usual patience: an answer that lacks the post says
                // that it is stale.
                for wait in ["respond-async", "wait=1"] {
                    let read = person.request(Method::GET, "/v1/timeline?limit=1").header("prefer", wait);
                    let read = read.send().await.expect(200);
                    assert!(read.is_stale() || read.each("id") == [published.clone()], "{read:?}");
                }
            }
            person.ready_when(200, |ready| ready["parts"][1]["ready"] == false).await;
        }
        load.more(random.random_range(1..100)).await;
        site.nats.start().await;
        tails_are_fed(&site.stores(), &load, &[&all, &api]).await;
        nothing_is_lost(&site.stores(), &load).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purged_stream_and_a_deleted_last_message_cost_nothing() {
    let mut random = random("stream purged");
    let site = Site::start("nats-purged").await;
    let mut server = site.serve().await;
    let operator = site.stores().operator(&server.url).await;
    let load = Load::start(&operator, &[&server.url], &mut random).await;
    for _ in 0..rounds() {
        // The loop runs once while the relay is at work, and once so that the relay has to begin again on
        // what is left.
        for begins_again in [false, true] {
            for purges in [true, false] {
                load.more(random.random_range(1..50)).await;
                if begins_again {
                    server.kill_9().await;
                }
                let stream = site.stores().stream().await.expect("the stream is there");
                if purges {
                    stream.purge().await.expect("it is purged");
                } else {
                    delete_last(&stream).await;
                }
                if begins_again {
                    server.start_again().await;
                }
                load.more(20).await;
            }
        }
        tails_are_fed(&site.stores(), &load, &[&server]).await;
        nothing_is_lost(&site.stores(), &load).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_nats_has_lost_is_made_anew_and_followed() {
    let mut random = random("store of NATS deleted");
    let mut site = Site::start("nats-emptied").await;
    let all = site.serve().await;
    let api = site.serve_with(|wiring| wiring.roles = "api").await;
    let operator = site.stores().operator(&all.url).await;
    let load = Load::start(&operator, &[&all.url, &api.url], &mut random).await;
    for _ in 0..rounds() {
        load.more(random.random_range(1..200)).await;
        site.nats.stop().await;
        std::fs::remove_dir_all(site.nats.folder.join("jetstream")).expect("its store");
        site.nats.start().await;
        tails_are_fed(&site.stores(), &load, &[&all, &api]).await;
        nothing_is_lost(&site.stores(), &load).await;
    }
}

/// Waits until, with nothing new being written, each server has been sent the stream's last message.
async fn tails_are_fed(stores: &Stores, load: &Load, servers: &[&Server]) {
    let stream = until("the stream is there", async || stores.stream().await).await;
    load.more(20).await;
    let _quiet = load.quiet().await;
    until("every server is sent what is stored", async || {
        let last = stream.get_info().await.ok()?.state.last_sequence;
        let consumers: Vec<_> = stream.consumers().try_collect().await.ok()?;
        let fed = consumers.iter().filter(|one| last > 0 && one.delivered.stream_sequence == last);
        (fed.count() >= servers.len()).then_some(())
    })
    .await;
}

/// Deletes the stream's last message; one that is added meanwhile goes instead.
async fn delete_last(stream: &Stream) {
    until("the last message is deleted", async || {
        let last = stream.get_info().await.ok()?.state.last_sequence;
        stream.delete_message(last).await.ok()
    })
    .await;
}
