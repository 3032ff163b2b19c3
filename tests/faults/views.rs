//! Kills by `kill -9` while views are counted: each view that was written down is counted once, whenever the
//! process died.

use super::check::{every_read_model_equals_the_events, everyone_reaches_the_head};
use super::load::{someone, unique};
use super::proxy::{Proxy, Through, Toward, Wire};
use super::site::Site;
use super::{random, rounds, until};
use crate::views::everything_is_counted;
use rand::seq::SliceRandom;
use reqwest::Method;
use sqlx::PgPool;

/// The bytes that are in the event on its way to the log.
const COUNTED: &[u8] = b"ViewsCounted";
/// The bytes that are in the answer to the event: it is in the log by then, and its batch is still open.
const STORED: &[u8] = b"stored";

/// Numbers of views of a post: those that are written down, and those that the log has.
async fn looks(pool: &PgPool, post: &str) -> (i64, i64) {
    sqlx::query_as(
        "select (select count(*) from vault.views where post_id = $1::uuid), (
            select coalesce(sum((post ->> 'views')::bigint), 0)::bigint
            from events cross join jsonb_array_elements(payload -> 'posts') as post
            where event_type = 'ViewsCounted' and post ->> 'post_id' = $1
         )",
    )
    .bind(post)
    .fetch_one(pool)
    .await
    .expect("Postgres answers")
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_that_are_written_down_count_once_though_the_server_is_killed_while_it_counts() {
    let mut random = random("kill -9 with looks under way");
    let site = Site::start("views").await;
    let database = Proxy::to(site.postgres.port).await;
    let mut server = site
        .serve_with(|wiring| {
            wiring.database_port = database.port;
            // Logins outlast the whole campaign.
            for (name, value) in [("MADANG_VIEWS_EVERY_SECONDS", "1"), ("MADANG_TOKEN_TTL_SECONDS", "86400")]
            {
                wiring.variables.push((name.to_owned(), value.to_owned()));
            }
        })
        .await;
    let operator = site.stores().operator(&server.url).await;
    let author = someone(&operator).await;
    let mut people = vec![];
    for _ in 0..3 {
        people.push(operator.register(&unique("u")).await);
    }
    let pool = site.stores().pool().await;
    let mut all = vec![];
    for _ in 0..rounds() {
        let mut moments = [
            (Toward::Store, COUNTED, Through::Nothing),
            (Toward::Store, COUNTED, Through::Half),
            (Toward::Store, COUNTED, Through::All),
            (Toward::Client, STORED, Through::Nothing),
        ];
        moments.shuffle(&mut random);
        for (toward, bytes, through) in moments {
            let mut posts = vec![];
            for _ in 0..3 {
                posts.push(author.publish(&unique("글")).await);
            }
            // The posts that the author sees, the others see.
            author.get("/v1/posts").await.expect(200);
            let looks_at = || people.iter().flat_map(|person| posts.iter().map(move |post| (person, post)));
            let sprung = database.trap(toward, bytes, through);
            // The requests may be cut off from the trap's moment on.
            let looking = async {
                for (person, post) in looks_at() {
                    let _ = person.request(Method::GET, &format!("/v1/posts/{post}")).try_send().await;
                }
            };
            let killing = async {
                sprung.await;
                server.kill_9().await;
            };
            tokio::join!(looking, killing);
            database.cut();
            database.set(Wire::Passes);
            server.start_again().await;
            // The new process knows of nobody who has looked before.
            for (person, post) in looks_at() {
                person.get(&format!("/v1/posts/{post}")).await.expect(200);
            }
            for post in &posts {
                until("everyone's look is written down", async || {
                    (looks(&pool, post).await.0 >= 3).then_some(())
                })
                .await;
            }
            all.extend(posts);
        }
        everything_is_counted(&pool).await;
        everyone_reaches_the_head(&site.stores()).await;
        every_read_model_equals_the_events(&site.stores(), &pool).await;
        for post in &all {
            let (written, counted) = looks(&pool, post).await;
            let shown = author.get(&format!("/v1/posts/{post}")).await.expect(200).json["view_count"].clone();
            assert_eq!((counted, shown), (written, written.into()), "{post}");
        }
    }
}
