//! Views of posts: each person counts once a day, and no request waits for the count.

use crate::faults::until;
use crate::races::assert_equal_to_a_rebuild;
use crate::support::TestApp;
use crate::support::client::Person;
use crate::support::log::store;
use futures::future::join_all;
use reqwest::Method;
use serde_json::Value;
use sqlx::PgPool;
use std::time::Duration;
use uuid::Uuid;

const OFTEN: Duration = Duration::from_millis(50);

async fn counting() -> TestApp {
    TestApp::start_with(|settings| settings.views_every = OFTEN).await
}

fn path_of(post: &str) -> String {
    format!("/v1/posts/{post}")
}

/// Looks at a post at the person's node; returns the count of views that the person sees.
async fn look(app: &TestApp, person: &Person, post: &str) -> i64 {
    let seen = person.see(app, &path_of(post)).await.expect(200);
    seen.json["view_count"].as_i64().expect("a number")
}

/// Many people who are logged in: what an operator looks at in their names is no look of theirs.
async fn many(app: &TestApp, many: usize) -> Vec<Person> {
    join_all((0..many).map(async |n| app.register(&format!("person{n}")).await)).await
}

/// Waits until all views that are written down are in the log.
pub async fn everything_is_counted(pool: &PgPool) {
    until("looks are counted", async || {
        let (is_counted,): (bool,) = sqlx::query_as(
            "select not exists (select from vault.views where not taken)
                and not exists (select from vault.view_batches)",
        )
        .fetch_one(pool)
        .await
        .expect("the vault reads");
        is_counted.then_some(())
    })
    .await;
}

async fn written(app: &TestApp, post: &str) -> i64 {
    let (rows,) = sqlx::query_as("select count(*) from vault.views where post_id = $1::uuid")
        .bind(post)
        .fetch_one(&app.pool)
        .await
        .expect("the vault reads");
    rows
}

/// The number of views that the author sees, once every view so far at the other's node is counted: a later
/// view comes after them, so they are written down when the later one is.
async fn views(app: &TestApp, author: &Person, other: &Person, post: &str) -> i64 {
    let later = author.publish("나중").await;
    look(app, other, &later).await;
    until("a look is written down", async || (written(app, &later).await == 1).then_some(())).await;
    everything_is_counted(&app.pool).await;
    look(app, author, post).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_counts_once_a_day_however_often_they_look() {
    let app = counting().await;
    let (mina, sora, bora) =
        (app.register("mina").await, app.register("sora").await, app.register("bora").await);
    let post = mina.publish("글").await;
    for _ in 0..3 {
        look(&app, &sora, &post).await;
    }
    assert_eq!(views(&app, &mina, &sora, &post).await, 1);
    look(&app, &sora, &post).await;
    look(&app, &bora, &post).await;
    assert_eq!(views(&app, &mina, &sora, &post).await, 2);
    let listed = mina.see(&app, "/v1/users/mina/posts").await.expect(200);
    let listed = listed.items().iter().find(|item| item["id"] == post.as_str()).expect("listed");
    assert_eq!(listed["view_count"], 2);
    let before = mina.get(&path_of(&post)).await.expect(200);
    assert_eq!(before.header("etag"), "\"1\"", "being looked at is no new version");
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_its_author_nor_who_is_not_logged_in_counts_nor_a_look_at_what_is_not_there() {
    let app = counting().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let (post, gone) = (mina.publish("글").await, mina.publish("지운 글").await);
    mina.delete(&path_of(&gone)).await.expect(204);
    look(&app, &mina, &post).await;
    look(&app, &app.nobody(), &post).await;
    sora.see(&app, &path_of(&gone)).await.expect(404);
    sora.see(&app, "/v1/posts").await.expect(200);
    assert_eq!(views(&app, &mina, &sora, &post).await, 0);
    assert_eq!((written(&app, &post).await, written(&app, &gone).await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_sees_is_no_look() {
    let app = counting().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let post = mina.publish("글").await;
    let by_operator = sora.by_operator(&app).await;
    look(&app, &by_operator, &post).await;
    for path in [path_of(&post), format!("/posts/{post}")] {
        by_operator.get(&path).await.expect(200);
        sora.request(Method::HEAD, &path).send().await.expect(200);
        for (name, purpose) in [
            ("sec-purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "prefetch"),
            ("x-moz", "prefetch"),
        ] {
            sora.request(Method::GET, &path).header(name, purpose).send().await.expect(200);
        }
    }
    assert_eq!(views(&app, &mina, &sora, &post).await, 0);
    assert_eq!(written(&app, &post).await, 0);
    sora.get(&format!("/posts/{post}")).await.expect(200);
    assert_eq!(views(&app, &mina, &sora, &post).await, 1, "a page that somebody opens");
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_counts_who_looks_at_an_anonymous_post_for_its_author_may_be_any_of_them() {
    let app = counting().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let post = Uuid::now_v7().to_string();
    let payload = serde_json::json!({
        "type": "PostPublished", "author_id": Uuid::new_v4(), "title": null, "text": "비밀", "tags": [],
        "mentions": [], "photos": [], "followers_only": false,
        "board": { "board_id": Uuid::new_v4(), "anonymous": true }
    });
    store(&app.pool, &post, 1, ("PostPublished", "3"), payload).await;
    look(&app, &mina, &post).await;
    look(&app, &sora, &post).await;
    assert_eq!(views(&app, &mina, &sora, &post).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_counts_once_on_all_nodes_together_and_again_on_the_next_day() {
    let first = counting().await;
    let second = first.second_node(|_| {}).await;
    let (mina, sora) = (first.register("mina").await, first.register("sora").await);
    let post = mina.publish("글").await;
    look(&first, &sora, &post).await;
    look(&second, &sora.at(&second), &post).await;
    assert_eq!(views(&first, &mina, &sora, &post).await, 1);
    assert_eq!(views(&second, &mina.at(&second), &sora.at(&second), &post).await, 1);
    // The memory of a day's viewers is forgotten with the day, and a new node begins without it.
    sqlx::query("update vault.views set day = day - 1").execute(&first.pool).await.expect("as time would");
    let tomorrow = first.second_node(|_| {}).await;
    let (mina, sora) = (mina.at(&tomorrow), sora.at(&tomorrow));
    look(&tomorrow, &sora, &post).await;
    assert_eq!(views(&tomorrow, &mina, &sora, &post).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_when_a_node_stops_is_counted_by_another_in_one_event_for_many_posts() {
    let mut app = TestApp::start().await;
    let mina = app.register("mina").await;
    let people = many(&app, 3).await;
    let mut posts = vec![];
    for n in 0..5 {
        posts.push(mina.publish(&format!("글 {n}")).await);
    }
    let gone = mina.publish("지워질 글").await;
    for person in &people {
        for post in posts.iter().chain([&gone]) {
            assert_eq!(look(&app, person, post).await, 0);
        }
    }
    mina.delete(&path_of(&gone)).await.expect(204);
    app.stop().await;
    let (rows, names): (i64, i64) =
        sqlx::query_as("select count(*), count(distinct viewer) from vault.views")
            .fetch_one(&app.pool)
            .await
            .expect("the vault reads");
    assert_eq!((rows, names), (18, 18), "rows of one person have nothing in common");

    let app = app.second_node(|settings| settings.views_every = OFTEN).await;
    let mina = mina.at(&app);
    everything_is_counted(&app.pool).await;
    let events: Vec<(Value, Value)> =
        sqlx::query_as("select payload, metadata from events where event_type = 'ViewsCounted'")
            .fetch_all(&app.pool)
            .await
            .expect("the log reads");
    let [(payload, metadata)] = events.as_slice() else { panic!("one event: {events:#?}") };
    let counted = payload["posts"].as_array().expect("posts");
    assert_eq!(counted.len(), 6);
    assert!(counted.iter().all(|post| post["views"] == 3), "{payload:#}");
    let event = format!("{payload} {metadata}");
    assert!(people.iter().all(|person| !event.contains(&person.id)), "{event}");
    for post in &posts {
        assert_eq!(look(&app, &mina, post).await, 3);
    }
    mina.see(&app, &path_of(&gone)).await.expect(404);
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_look_to_be_written_down() {
    let app = counting().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let people = many(&app, 20).await;
    let post = mina.publish("글").await;
    look(&app, &mina, &post).await;
    let mut lock = app.pool.begin().await.expect("a transaction");
    sqlx::query("lock table vault.views in access exclusive mode").execute(&mut *lock).await.expect("locked");
    look(&app, &sora, &post).await;
    until("the node can't write it down", async || {
        let waits = "select 1 from pg_locks where relation = 'vault.views'::regclass and not granted";
        sqlx::query_scalar::<_, i32>(waits).fetch_optional(&app.pool).await.expect("Postgres answers")
    })
    .await;
    for person in &people {
        assert_eq!(look(&app, person, &post).await, 0);
    }
    lock.rollback().await.expect("let go");
    assert_eq!(views(&app, &mina, &sora, &post).await, 21);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looked_is_forgotten_after_two_days_and_the_count_stays_even_in_a_rebuild() {
    let app = counting().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let post = mina.publish("글").await;
    look(&app, &sora, &post).await;
    assert_eq!(views(&app, &mina, &sora, &post).await, 1);
    for left in [1, 0] {
        sqlx::query("update vault.views set day = day - 1").execute(&app.pool).await.expect("as time would");
        vault::views::sweep(&app.pool).await.expect("swept");
        assert_eq!(written(&app, &post).await, left);
    }
    app.rebuild("posts").await;
    assert_eq!(look(&app, &mina, &post).await, 1);
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_the_log_refuses_stays_and_keeps_no_other_from_its_turn() {
    let app = counting().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let post = mina.publish("글").await;
    // No release makes a batch without posts; this one's id comes before all others.
    let bad = "insert into vault.view_batches (id, posts) values ($1, '[]')";
    sqlx::query(bad).bind(Uuid::from_u128(1)).execute(&app.pool).await.expect("inserted");
    look(&app, &sora, &post).await;
    until("the look is counted", async || (look(&app, &mina, &post).await == 1).then_some(())).await;
    let left: Vec<Uuid> = sqlx::query_scalar("select id from vault.view_batches where posts = '[]'")
        .fetch_all(&app.pool)
        .await
        .expect("the vault reads");
    assert_eq!(left, [Uuid::from_u128(1)], "nothing is lost");
}
