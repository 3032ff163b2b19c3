//! The erasure of a person.

use super::secrets::everything_outside;
use super::{Yard, address, form, no_withdrawal_is_left};
use crate::races::assert_equal_to_a_rebuild;
use crate::support::TestApp;
use crate::support::client::{PASSWORD, Person};
use domain::Event;
use reqwest::Method;
use serde_json::json;

pub(super) async fn erase(app: &TestApp, person: &str) -> Result<String, String> {
    app.madang(&["erase", person, "--grace", "0"]).await
}

/// Every row of every table, the vault's too.
async fn everything(app: &TestApp) -> String {
    everything_outside(app, &[]).await
}

/// A person with a trace everywhere.
pub(super) async fn somebody(yard: &Yard, sora: &Person) -> Person {
    let mina = yard.sign_up("mina_zebra").await;
    let profile = json!({ "display_name": "Zebra Kim", "bio": "zebra bio", "links": ["https://zebra.kr"] });
    mina.patch("/v1/me", profile).await.expect(200);
    mina.patch("/v1/me", json!({ "handle": "zebra" })).await.expect(200);
    mina.patch("/v1/me/account", json!({ "region": "zebra city" })).await.expect(200);
    let post = mina.publish("zebra first #zebratag @zebrafriend").await;
    let edited = json!({ "title": "zebra title", "text": "zebra second #zebratag2" });
    mina.patch(&format!("/v1/posts/{post}"), edited).await.expect(200);
    let gone = mina.publish("zebra deleted").await;
    mina.delete(&format!("/v1/posts/{gone}")).await.expect(204);
    let theirs = sora.publish("바다").await;
    mina.comment(&theirs, "zebra comment @sora").await;
    sora.comment(&post, "좋네요").await;
    mina.put_empty(&format!("/v1/posts/{theirs}/like")).await.expect(204);
    let keyed = mina.request(Method::POST, "/v1/posts").header("idempotency-key", "zebra-key");
    keyed.json(&json!({ "text": "zebra keyed" })).send().await.expect(201);
    mina.put_empty("/v1/tags/zebratag3/follow").await.expect(204);
    mina.post("/v1/me/searches", json!({ "query": "zebra search" })).await.expect(200);
    mina.put_empty("/v1/users/sora/mute").await.expect(204);
    mina.follow(sora).await;
    sora.follow(&Person { handle: "zebra".to_owned(), ..mina.clone() }).await;
    mina
}

/// The tables of read models that still name a person who was erased, by an id that leads to nobody: who is gone is
/// known by it, comments that others answered keep their place, and so does what is never shown any more.
const STAYS: [&str; 9] = [
    "comments.authors",
    "comments.comments",
    "posts.authors",
    "profiles.people",
    "search.people",
    "search.posts",
    "timelines.authors",
    "timelines.entries",
    "timelines.posts",
];

/// The tables of all read models that have a row with the person's id.
async fn tables_that_name(app: &TestApp, id: &str) -> Vec<String> {
    let schemas: Vec<_> =
        api::features::projectors(&app.settings).iter().map(|projector| projector.name()).collect();
    let tables = "select table_schema || '.' || table_name from information_schema.tables
                  where table_schema = any($1) order by 1";
    let tables: Vec<String> =
        sqlx::query_scalar(tables).bind(&schemas).fetch_all(&app.pool).await.expect("tables");
    let mut naming = vec![];
    for table in tables {
        let names = format!("select exists (select from {table} row where row_to_json(row)::text like $1)");
        let names: bool =
            sqlx::query_scalar(&names).bind(format!("%{id}%")).fetch_one(&app.pool).await.expect("rows");
        if names {
            naming.push(table);
        }
    }
    naming
}

/// The types of aggregates to which nobody in the tests' [`somebody`] does anything: photos have tests of their own
/// in `media`, views come in batches that name nobody, and boards and aliases belong to the community.
const NOT_TOUCHED: [&str; 4] = ["alias", "board", "media", "view_batch"];

#[tokio::test(flavor = "multi_thread")]
async fn a_person_with_a_trace_everywhere_has_acted_on_every_type_of_aggregate() {
    let yard = Yard::new().await;
    let sora = yard.app.register("sora").await;
    let mina = somebody(&yard, &sora).await;
    let acted = "select distinct aggregate_type from events where metadata ->> 'actor' = $1";
    let acted: Vec<String> =
        sqlx::query_scalar(acted).bind(&mina.id).fetch_all(&yard.app.pool).await.expect("types");
    let missing: Vec<_> = Event::aggregates()
        .iter()
        .filter(|of| !NOT_TOUCHED.contains(of) && !acted.iter().any(|acted| acted == *of))
        .collect();
    assert!(missing.is_empty(), "let `somebody` act on {missing:?}, so that erasing them is tested");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_who_is_erased_nothing_is_left_and_the_history_stays_whole() {
    let yard = Yard::new().await;
    let (app, sora) = (&yard.app, yard.app.register("sora").await);
    let other = app.second_node(|_| {}).await;
    let mina = somebody(&yard, &sora).await;
    app.settle(&sora).await;
    assert!(everything(app).await.to_lowercase().contains("zebra"));
    assert!(erase(app, "nobody").await.expect_err("nobody").contains("nobody"));

    let said = erase(app, "ZEBRA").await.expect("erased");
    assert!(said.contains("3 posts, 1 comments and 0 photos"), "{said}");
    app.settle(&sora).await;
    let left = everything(app).await.to_lowercase();
    let found =
        left.find("zebra").map(|at| left[at.saturating_sub(100)..].chars().take(200).collect::<String>());
    assert_eq!(found, None, "something is left");
    assert_equal_to_a_rebuild(app).await;
    // No relation between her and others remains.
    let profile = sora.see(app, "/v1/me").await.expect(200).json;
    assert_eq!((&profile["follower_count"], &profile["following_count"]), (&json!(0), &json!(0)));
    let theirs = sora.see(app, "/v1/users/sora/posts").await.expect(200).items()[0].clone();
    assert_eq!((&theirs["like_count"], &theirs["comment_count"]), (&json!(0), &json!(0)));
    assert_eq!(tables_that_name(app, &mina.id).await, STAYS);
    for node in [app, &other] {
        let (mina, sora) = (mina.at(node), sora.at(node));
        assert_eq!(mina.get("/v1/me/account").await.status, 401);
        for path in ["/v1/users/zebra", "/v1/users/mina_zebra"] {
            sora.see(node, path).await.expect_problem(404, "user_not_found");
        }
        assert_eq!(sora.see(node, "/v1/timeline").await.expect(200).items().len(), 1);
        assert!(!sora.see(node, "/v1/users").await.expect(200).text.contains("zebra"));
    }
    // No other person can pose as her, though nothing tells who she was; her address is free.
    let body = json!({ "handle": "zebra", "display_name": "누구" });
    app.operator().await.post("/v1/users", body).await.expect_problem(409, "handle_taken");
    sora.patch("/v1/me", json!({ "handle": "ZEBRA" })).await.expect_problem(409, "handle_taken");
    let answer = app.nobody().post("/v1/availability", json!({ "handle": "zebra" })).await.expect(200);
    assert_eq!(answer.json["available"], false);
    let mut again = form("mina_zebra");
    again["handle"] = "someone_new".into();
    app.nobody().post("/v1/sign-ups", again).await.expect(202);
    assert!(
        yard.mail.mail_to(&address("mina_zebra")).await.text.chars().any(|letter| letter.is_ascii_digit())
    );
    yard.run("update vault.retired_handles set until = until - interval '1 year'").await;
    sora.patch("/v1/me", json!({ "handle": "zebra" })).await.expect(200);
    // A second erasure changes nothing.
    let head = app.head().await;
    erase(app, &mina.id).await.expect("nothing to do");
    assert_eq!(app.head().await, head);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_thirty_days_ago_is_forgotten_by_itself_and_what_was_cut_off_is_completed() {
    let yard = Yard::new().await;
    let (app, sora) = (&yard.app, yard.app.register("sora").await);
    let mina = somebody(&yard, &sora).await;
    let bora = yard.sign_up("bora_zebra").await;
    bora.by_operator(app).await.leave().await.expect(204);
    mina.post("/v1/me/withdrawal", json!({ "password": PASSWORD })).await.expect(204);
    yard.run("update vault.withdrawals set withdrawn_at = withdrawn_at - interval '30 days 1 hour'").await;
    yard.run("update jobs set due_at = now() where kind = 'erase_person'").await;
    // The erasure of bora has begun and was cut off before it did anything.
    yard.run(&format!(
        "insert into vault.withdrawals (user_id, state, changed_at)
         values ('{}', 'erasing', clock_timestamp() - interval '11 minutes')",
        bora.id
    ))
    .await;
    let _sweeping = app.second_node(|_| {}).await;
    no_withdrawal_is_left(app).await;
    app.settle(&sora).await;
    let left = everything(app).await.to_lowercase();
    let found =
        left.find("zebra").map(|at| left[at.saturating_sub(100)..].chars().take(200).collect::<String>());
    assert_eq!(found, None, "something is left");
    assert_equal_to_a_rebuild(app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_being_forgotten_can_not_come_back() {
    let yard = Yard::new().await;
    let mina = yard.sign_up("mina").await;
    mina.post("/v1/me/withdrawal", json!({ "password": PASSWORD })).await.expect(204);
    let token = super::token_in(&yard.mail.mail_to(&address("mina")).await.text);
    erase(&yard.app, "mina").await.expect("erased");
    let back = yard.app.nobody().post("/v1/withdrawals/undo", json!({ "token": token })).await;
    back.expect_problem(410, "link_over");
    yard.log_in("mina", PASSWORD).await.expect_problem(401, "wrong_credentials");
    yard.log_in(&address("mina"), PASSWORD).await.expect_problem(401, "wrong_credentials");
}
