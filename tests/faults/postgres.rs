//! Postgres restarts, is away, or has no connection left: clients are told so, and are served as soon as it
//! is back.

use super::check::nothing_is_lost;
use super::load::{Load, someone, unique};
use super::site::Site;
use super::{random, rounds, until};
use crate::support::client::{Answer, Person};
use futures::future::join_all;
use rand::Rng;
use serde_json::json;
use sqlx::{Connection, PgConnection};

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_postgres_costs_no_answer_once_it_is_back() {
    let mut random = random("Postgres restarted");
    let mut site = Site::start("postgres-restarted").await;
    let server = site.serve().await;
    let operator = site.stores().operator(&server.url).await;
    let load = Load::start(&operator, &[&server.url], &mut random).await;
    for _ in 0..rounds() {
        load.more(random.random_range(1..100)).await;
        site.postgres.stop().await;
        site.postgres.start().await;
        load.more(20).await;
        let quiet = load.quiet().await;
        // The load is quiet while Postgres restarts, so no request has found out which connections are
        // broken.
        let person = someone(&operator).await;
        ask_much(&person).await;
        site.postgres.stop().await;
        site.postgres.start().await;
        ask_much(&person).await;
        drop(quiet);
        nothing_is_lost(&site.stores(), &load).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgres_is_away_everyone_is_told_when_to_come_back_and_nothing_confirmed_is_lost() {
    let mut random = random("Postgres away");
    let mut site = Site::start("postgres-away").await;
    let server = site.serve().await;
    let operator = site.stores().operator(&server.url).await;
    let load = Load::start(&operator, &[&server.url], &mut random).await;
    for _ in 0..rounds() {
        load.more(random.random_range(1..100)).await;
        let person = someone(&operator).await;
        if random.random() {
            site.postgres.kill_9().await;
        } else {
            site.postgres.stop().await;
        }
        told_to_come_back(&person).await;
        person.ready_when(503, |ready| ready["parts"][0]["ready"] == false).await;
        assert_eq!(person.get("/healthz").await.expect(200).text, "ok");
        site.postgres.start().await;
        nothing_is_lost(&site.stores(), &load).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_finds_no_connection_left_waits_for_one() {
    let mut random = random("out of connections");
    let mut site = Site::start("postgres-crowded").await;
    site.postgres.stop().await;
    // The limit is more connections than a server takes by itself: with fewer, its own pools would keep some
    // requests waiting for ever.
    site.postgres.arguments.extend(["-c", "max_connections=80"].map(Into::into));
    site.postgres.start().await;
    let server = site.serve().await;
    let operator = site.stores().operator(&server.url).await;
    let load = Load::start(&operator, &[&server.url], &mut random).await;
    for _ in 0..rounds() {
        load.more(random.random_range(1..100)).await;
        let person = someone(&operator).await;
        let mut others = vec![PgConnection::connect(&site.postgres.url()).await.expect("one is left")];
        until("others have every connection", async || {
            let mine: Vec<i32> = crowd(&site, &mut others).await;
            let theirs: Vec<i32> = sqlx::query_scalar(
                "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> all ($1)",
            )
            .bind(mine)
            .fetch_all(&mut others[0])
            .await
            .expect("a superuser");
            sqlx::query("select pg_terminate_backend(pid) from unnest($1) as pid")
                .bind(&theirs)
                .execute(&mut others[0])
                .await
                .expect("a superuser");
            theirs.is_empty().then_some(())
        })
        .await;
        told_to_come_back(&person).await;
        person.get("/healthz").await.expect(200);
        drop(others);
        nothing_is_lost(&site.stores(), &load).await;
    }
}

/// Takes connections until there are no more; returns the ids of the processes behind those taken.
async fn crowd(site: &Site, taken: &mut Vec<PgConnection>) -> Vec<i32> {
    while let Ok(one) = PgConnection::connect(&site.postgres.url()).await {
        taken.push(one);
    }
    let mut processes = Vec::new();
    for one in taken {
        let process = sqlx::query_scalar("select pg_backend_pid()").fetch_one(one).await;
        processes.push(process.expect("it is open"));
    }
    processes
}

/// Sends more requests at once than there are connections, and asserts that all are served.
async fn ask_much(person: &Person) {
    join_all((0..64).map(|_| async { person.get("/v1/posts?limit=1").await.expect(200) })).await;
    for _ in 0..5 {
        person.publish(&unique("글")).await;
    }
}

/// Asserts that commands are refused, and queries too unless they can do without the database.
async fn told_to_come_back(person: &Person) {
    let told = |answer: Answer| {
        let answer = answer.expect_problem(503, "store_unavailable");
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    };
    let commands = join_all((0..4).map(|_| person.post("/v1/posts", json!({ "text": unique("글") }))));
    let queries =
        join_all(["/v1/posts", "/v1/timeline", "/v1/users", "/v1/tags"].map(|path| person.get(path)));
    let (refused, answered) = futures::join!(commands, queries);
    for answer in refused.into_iter().chain(answered.into_iter().filter(|answer| answer.status != 200)) {
        told(answer);
    }
}
