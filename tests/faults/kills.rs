//! Kills by `kill -9` at random moments and in the middle of a batch: what was confirmed is there, once.

use super::check::{everyone_reaches_the_head, nothing_is_lost};
use super::load::{Load, someone, unique};
use super::proxy::{Proxy, Through, Toward, Wire};
use super::site::{Site, Stores, Up, signal};
use super::{random, rounds, until};
use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_confirmed_survives_kill_9_of_server_postgres_and_nats_and_service_comes_back_by_itself() {
    let mut random = random("kill -9 under madang up");
    let mut up = Up::start("up").await;
    let operator = up.stores().operator(&up.url).await;
    let load = Load::start(&operator, &[&up.url], &mut random).await;
    for _ in 0..rounds() {
        let mut victims = ["server", "Postgres", "NATS", "all of them"];
        victims.shuffle(&mut random);
        for victim in victims {
            load.more(random.random_range(1..100)).await;
            match victim {
                "server" => {
                    up.kill_9().await;
                    up.start_again().await;
                }
                "Postgres" => up.kill_9_postgres().await,
                "NATS" => up.kill_9_nats().await,
                _ => {
                    tokio::join!(up.kill_9_postgres(), up.kill_9_nats());
                    up.kill_9().await;
                    up.start_again().await;
                }
            }
        }
        nothing_is_lost(&up.stores(), &load).await;
    }
}

/// The bytes that are in the metadata of every event that the appender sends, and nowhere else on the way to
/// Postgres.
const APPENDED: &[u8] = b"causation_id";
/// The bytes that are in every answer to a batch that stored something: the batch is committed by then.
const STORED: &[u8] = b"stored";
/// The bytes that are in every message that the relay publishes.
const PUBLISHED: &[u8] = b"Madang-Position";

#[tokio::test(flavor = "multi_thread")]
async fn who_is_killed_in_the_middle_of_a_batch_loses_and_doubles_nothing() {
    let mut random = random("kill -9 in the middle of a batch");
    let mut site = Site::start("batch").await;
    let (database, nats) = (Proxy::to(site.postgres.port).await, Proxy::to(site.nats.port).await);
    let mut server =
        site.serve_with(|wiring| (wiring.database_port, wiring.nats_port) = (database.port, nats.port)).await;
    let operator = site.stores().operator(&server.url).await;
    let load = Load::start(&operator, &[&server.url], &mut random).await;
    for _ in 0..rounds() {
        let mut victims = ["server", "Postgres", "a session of Postgres", "the wire", "NATS"];
        victims.shuffle(&mut random);
        for victim in victims {
            load.more(random.random_range(1..50)).await;
            let sending =
                (Toward::Store, APPENDED, *[Through::Half, Through::All].choose(&mut random).expect("two"));
            let answering = (Toward::Client, STORED, Through::Nothing);
            let (toward, bytes, through) = match victim {
                "the wire" => answering,
                "NATS" => (Toward::Store, PUBLISHED, Through::Half),
                _ => *[sending, answering].choose(&mut random).expect("two"),
            };
            let wire = if victim == "NATS" { &nats } else { &database };
            wire.trap(toward, bytes, through).await;
            match victim {
                "server" => server.kill_9().await,
                "Postgres" => site.postgres.kill_9().await,
                "NATS" => site.nats.kill_9().await,
                "the wire" => {}
                _ => kill_9_a_session(&site.stores()).await,
            }
            // The answers on their way back are lost with the connection.
            wire.cut();
            wire.set(Wire::Passes);
            match victim {
                "server" => server.start_again().await,
                "Postgres" => site.postgres.start().await,
                "NATS" => site.nats.start().await,
                _ => {}
            }
        }
        nothing_is_lost(&site.stores(), &load).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_answer_was_lost_is_repeated_and_known_again() {
    let site = Site::start("repeated").await;
    let database = Proxy::to(site.postgres.port).await;
    let server = site.serve_with(|wiring| wiring.database_port = database.port).await;
    let person = someone(&site.stores().operator(&server.url).await).await;
    let lose_the_answer = async || {
        database.trap(Toward::Client, STORED, Through::Nothing).await;
        database.cut();
        database.set(Wire::Passes);
    };
    for n in 1..=rounds() {
        // The request has no key: only the command itself tells that it was stored before.
        let write = person.post("/v1/posts", json!({ "text": unique("글") }));
        // The trap is set first: `join!` polls in this order.
        let ((), written) = tokio::join!(lose_the_answer(), write);
        let id = written.expect(201).id();
        // The version that the edit names would be an old one, were the repeated edit taken for a new one.
        let edit = person.request(Method::PATCH, &format!("/v1/posts/{id}")).header("if-match", "\"1\"");
        let edit = edit.json(&json!({ "text": unique("고침") })).send();
        let ((), edited) = tokio::join!(lose_the_answer(), edit);
        assert_eq!(edited.expect(200).header("etag"), "\"2\"");
        // The read models' sessions were cut too.
        everyone_reaches_the_head(&site.stores()).await;
        let posts = person.walk(&format!("/v1/users/{}/posts", person.handle), "id").await;
        assert_eq!((posts.len(), &posts[0]), (n, &id));
    }
}

/// Kills the appender's session, or where it has done its work already, any: Postgres ends all other sessions
/// with it.
async fn kill_9_a_session(stores: &Stores) {
    let pool = stores.pool().await;
    let pid = until("a session is there", async || {
        sqlx::query_scalar::<_, i32>(
            "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
             order by query like '%append_events%' desc, state = 'active' desc limit 1",
        )
        .fetch_optional(&pool)
        .await
        .expect("Postgres answers")
    })
    .await;
    signal("KILL", u32::try_from(pid).expect("a pid")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projector_killed_between_write_and_acknowledgement_applies_each_event_once() {
    let mut random = random("kill -9 of a projector");
    let site = Site::start("projector").await;
    let database = Proxy::to(site.postgres.port).await;
    let mut projector =
        site.serve_with(|wiring| (wiring.roles, wiring.database_port) = ("projector", database.port)).await;
    let server = site.serve_with(|wiring| wiring.roles = "api,relay").await;
    let operator = site.stores().operator(&server.url).await;
    let load = Load::start(&operator, &[&server.url], &mut random).await;
    for _ in 0..rounds() {
        // The moments: rows sent and no commit; half a commit; committed, but neither known to the projector
        // nor announced.
        let mut moments = [Through::Nothing, Through::Half, Through::All];
        moments.shuffle(&mut random);
        for through in moments {
            load.more(random.random_range(1..100)).await;
            database.trap(Toward::Store, b"COMMIT", through).await;
            projector.kill_9().await;
            database.cut();
            database.set(Wire::Passes);
            projector.start_again().await;
        }
        nothing_is_lost(&site.stores(), &load).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_killed_between_publishing_and_noting_it_publishes_nothing_twice() {
    let mut random = random("kill -9 of the relay");
    let site = Site::start("relay").await;
    let (database, nats) = (Proxy::to(site.postgres.port).await, Proxy::to(site.nats.port).await);
    let server = site.serve_with(|wiring| wiring.roles = "api,projector").await;
    let mut relay = site
        .serve_with(|wiring| {
            (wiring.roles, wiring.database_port, wiring.nats_port) = ("relay", database.port, nats.port);
        })
        .await;
    let operator = site.stores().operator(&server.url).await;
    let load = Load::start(&operator, &[&server.url], &mut random).await;
    for _ in 0..rounds() {
        let mut moments = ["half published", "not acknowledged", "not noted"];
        moments.shuffle(&mut random);
        for moment in moments {
            load.more(random.random_range(1..100)).await;
            match moment {
                "half published" => nats.trap(Toward::Store, PUBLISHED, Through::Half).await,
                "not acknowledged" => nats.trap(Toward::Client, b"\"seq\":", Through::Nothing).await,
                _ => {
                    nats.trap(Toward::Client, b"\"seq\":", Through::Nothing).await;
                    // The relay waits for acknowledgements: the next statement it sends is the note.
                    let note = database.trap(Toward::Store, b"sqlx_s_", Through::Nothing);
                    nats.set(Wire::Passes);
                    note.await;
                }
            }
            relay.kill_9().await;
            for wire in [&database, &nats] {
                wire.cut();
                wire.set(Wire::Passes);
            }
            relay.start_again().await;
        }
        nothing_is_lost(&site.stores(), &load).await;
    }
}
