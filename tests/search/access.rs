//! Access in search: a search shows what its reader may see, and nothing else: not in hits, totals or facets.

use super::meilisearch::start;
use super::{find, posts};
use crate::support::TestApp;
use crate::support::client::Person;
use serde_json::json;

async fn total(app: &TestApp, by: &Person, q: &str) -> (usize, u64) {
    let found = find(app, by, "posts", q, "&facets=true").await;
    let tags = found.json["facets"]["tags"].as_array().expect("counts");
    let counted = tags.iter().map(|tag| tag["count"].as_u64().expect("a number")).sum();
    assert_eq!(found.json["total"].as_u64(), u64::try_from(found.items().len()).ok(), "{:#}", found.json);
    (found.items().len(), counted)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_followers_is_found_by_them_and_its_author() {
    let app = start().await;
    let (mina, sora, other) = (app.enrol("mina").await, app.enrol("sora").await, app.enrol("other").await);
    sora.follow(&mina).await;
    mina.publish("모두의 감귤 #제주").await;
    let secret = json!({ "text": "우리의 감귤 #제주", "visibility": "followers" });
    mina.post("/v1/posts", secret).await.expect(201);
    assert_eq!(total(&app, &mina, "감귤").await, (2, 2));
    assert_eq!(total(&app, &sora, "감귤").await, (2, 2));
    assert_eq!(total(&app, &other, "감귤").await, (1, 1));
    assert_eq!(total(&app, &app.nobody(), "감귤").await, (1, 1));
    sora.unfollow(&mina).await;
    assert_eq!(total(&app, &sora, "감귤").await, (1, 1));
    mina.put("/v1/me/privacy", json!({ "private": true })).await.expect(200);
    assert_eq!(total(&app, &other, "감귤").await, (0, 0), "a private account's posts are for followers");
    mina.put("/v1/me/privacy", json!({ "private": false })).await.expect(200);
    assert_eq!(total(&app, &other, "감귤").await, (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn blocked_and_muted_people_and_what_they_wrote_are_not_found() {
    let app = start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    mina.publish("감귤 #제주").await;
    sora.put_empty("/v1/users/mina/mute").await.expect(204);
    assert_eq!(total(&app, &sora, "감귤").await, (0, 0));
    assert_eq!(find(&app, &sora, "people", "mina", "").await.items().len(), 0);
    sora.delete("/v1/users/mina/mute").await.expect(204);
    assert_eq!(total(&app, &sora, "감귤").await, (1, 1));
    mina.put_empty("/v1/users/sora/block").await.expect(204);
    assert_eq!(total(&app, &sora, "감귤").await, (0, 0));
    assert_eq!(find(&app, &sora, "people", "mina", "").await.json["total"], 0);
    assert_eq!(find(&app, &mina, "people", "sora", "").await.json["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_edited_or_left_behind_is_found_no_longer() {
    let app = start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    let post = mina.publish("감귤 #제주").await;
    assert_eq!(total(&app, &sora, "감귤").await, (1, 1));
    mina.patch(&format!("/v1/posts/{post}"), json!({ "text": "한라봉 #제주" })).await.expect(200);
    assert_eq!(total(&app, &sora, "감귤").await, (0, 0));
    assert_eq!(total(&app, &sora, "한라봉").await, (1, 1));
    mina.delete(&format!("/v1/posts/{post}")).await.expect(204);
    assert_eq!(total(&app, &sora, "한라봉").await, (0, 0));
    assert_eq!(find(&app, &sora, "tags", "제주", "").await.json["total"], 0);
    mina.publish("다시 감귤 #제주").await;
    mina.patch("/v1/me", json!({ "display_name": "미나리" })).await.expect(200);
    assert_eq!(posts(&app, &sora, "미나리").await, ["다시 감귤 #제주"]);
    mina.leave().await.expect(204);
    assert_eq!(total(&app, &sora, "감귤").await, (0, 0));
    assert_eq!(find(&app, &sora, "people", "미나리", "").await.json["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_anonymous_is_found_by_its_words_and_never_by_who_wrote_it() {
    let app = start().await;
    let (mina, sora, operator) = (app.enrol("mina").await, app.enrol("sora").await, app.operator().await);
    operator.put("/v1/boards/secrets", json!({ "name": "비밀", "anonymous": true })).await.expect(200);
    let body = json!({ "text": "밤의 감귤", "board": "secrets" });
    mina.post("/v1/posts", body).await.expect(201);
    let found = find(&app, &sora, "posts", "감귤", "&board=secrets").await;
    assert_eq!(found.each("text"), ["밤의 감귤"]);
    let alias = found.items()[0]["alias"]["name"].as_str().expect("an alias").to_owned();
    assert!(found.items()[0]["author"].is_null());
    for q in ["from:mina", "mina", alias.as_str(), "감귤 from:mina"] {
        for by in [&mina, &sora, &app.nobody()] {
            assert_eq!(posts(&app, by, q).await, [""; 0], "{q}");
        }
    }
    assert_eq!(find(&app, &sora, "posts", "감귤", "&author=mina").await.json["total"], 0);
    let mine = find(&app, &mina, "posts", "감귤", "").await;
    assert_eq!(mine.items()[0]["alias"]["is_me"], true);
    // A block hides no post here: its author may be anyone, and nothing tells.
    sora.put_empty("/v1/users/mina/block").await.expect(204);
    assert_eq!(posts(&app, &sora, "감귤").await, ["밤의 감귤"]);
}
