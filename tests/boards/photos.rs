//! Photos on an anonymous board are uploaded anonymously, each under an owner of its own.

use super::{open_at_any_hour, post};
use crate::media::{jpeg, ready, upload};
use crate::support::TestApp;
use crate::support::client::{Answer, Person};
use crate::support::wait::until;
use reqwest::Method;
use serde_json::{Value, json};

/// The id of a photo that was uploaded anonymously and can be shown.
pub(super) async fn ready_anonymously(person: &Person) -> String {
    let request = person.request(Method::POST, "/v1/media?anonymous=true");
    let id = request.body("image/jpeg", jpeg(400, 300)).send().await.expect(201).id();
    until_ready(person, &id).await;
    id
}

async fn until_ready(person: &Person, id: &str) {
    until("the photo can be shown", async || {
        let media = person.get(&format!("/v1/media/{id}")).await.expect(200).json;
        match media["state"].as_str() {
            Some("ready") => Some(()),
            Some("uploading" | "processing") => None,
            _ => panic!("{media}"),
        }
    })
    .await;
}

fn showing(media: &str, board: Option<&str>) -> Value {
    json!({ "text": "사진", "photos": [{ "media_id": media }], "board": board })
}

#[track_caller]
fn refused(answer: Answer, code: &str) {
    let answer = answer.expect_problem(422, "invalid_fields");
    assert_eq!(answer.json["errors"][0]["code"], code, "{:#}", answer.json);
}

#[tokio::test(flavor = "multi_thread")]
async fn named_and_anonymous_photos_are_never_shown_in_each_others_place() {
    let app = TestApp::start().await;
    open_at_any_hour(&app).await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let (named, hidden) = (ready(&mina).await, ready_anonymously(&mina).await);
    refused(mina.post("/v1/posts", showing(&named, Some("night"))).await, "media_not_anonymous");
    refused(mina.post("/v1/posts", showing(&hidden, None)).await, "media_anonymous");
    for path in ["/v1/me/avatar", "/v1/me/banner"] {
        refused(mina.put(path, json!({ "media_id": hidden })).await, "media_anonymous");
    }
    // Other people find neither photo, as they find no other person's.
    for id in [&named, &hidden] {
        refused(sora.post("/v1/posts", showing(id, Some("night"))).await, "media_not_found");
        refused(sora.post("/v1/posts", showing(id, None)).await, "media_not_found");
        sora.get(&format!("/v1/media/{id}")).await.expect_problem(404, "media_not_found");
        sora.delete(&format!("/v1/media/{id}")).await.expect_problem(404, "media_not_found");
    }
    let published = mina.post("/v1/posts", showing(&hidden, Some("night"))).await.expect(201);
    let first = published.id();
    assert_eq!(post(&app, &sora, &first).await["photos"][0]["media_id"], hidden);
    refused(
        mina.patch(&format!("/v1/posts/{first}"), json!({ "photos": [{ "media_id": named }] })).await,
        "media_not_anonymous",
    );
    mina.post("/v1/posts", showing(&named, None)).await.expect(201);
    mina.delete(&format!("/v1/media/{hidden}")).await.expect_problem(409, "media_shown");

    let unused = ready_anonymously(&mina).await;
    mina.delete(&format!("/v1/media/{unused}")).await.expect(204);
    mina.get(&format!("/v1/media/{unused}")).await.expect_problem(404, "media_not_found");
    mina.post("/v1/media?anonymous=perhaps", json!({})).await.expect_refused("neither true nor false");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_never_tells_that_two_anonymous_posts_are_by_one_person() {
    let app = TestApp::start().await;
    open_at_any_hour(&app).await;
    let mina = app.register("mina").await;
    let photo = ready_anonymously(&mina).await;
    let first = mina.post("/v1/posts", showing(&photo, Some("night"))).await.expect(201).id();
    let path = format!("/v1/posts/{first}");
    mina.patch(&path, json!({ "text": "고침", "photos": [{ "media_id": photo }] })).await.expect(200);
    refused(mina.post("/v1/posts", showing(&photo, Some("night"))).await, "media_of_another_post");
    // The photo stays that post's even after the post shows it no longer, and before the photo is deleted.
    let another = ready_anonymously(&mina).await;
    mina.patch(&path, json!({ "photos": [{ "media_id": another }] })).await.expect(200);
    refused(mina.post("/v1/posts", showing(&photo, Some("night"))).await, "media_of_another_post");
    mina.delete(&path).await.expect(204);
    refused(mina.post("/v1/posts", showing(&another, Some("night"))).await, "media_of_another_post");
    // The owner of two anonymous photos is two people to everyone else.
    let owners: Vec<(String,)> = sqlx::query_as(
        "select distinct payload ->> 'owner_id' from events where event_type = 'MediaRequested'",
    )
    .fetch_all(&app.pool)
    .await
    .expect("owners");
    assert_eq!(owners.len(), 2);
    assert!(owners.iter().all(|(owner,)| *owner != mina.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anonymous_upload_goes_straight_to_the_storage_too_and_can_be_repeated() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let bytes = jpeg(64, 48);
    let wanted = json!({ "content_type": "image/jpeg", "byte_size": bytes.len(), "anonymous": true });
    let announce = async |person: &Person| {
        let request = person.request(Method::POST, "/v1/media/presigned").header("idempotency-key", "p-1");
        request.json(&wanted).send().await.expect(201).json
    };
    let announced = announce(&mina).await;
    let id = announced["media"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(announce(&mina).await["media"]["id"], announced["media"]["id"]);
    assert_ne!(announce(&sora).await["media"]["id"], announced["media"]["id"], "keys are each person's own");
    let url = announced["put"]["url"].as_str().expect("an address");
    let put = crate::support::client().put(url).header("content-type", "image/jpeg").body(bytes).send().await;
    assert!(put.expect("the storage answers").status().is_success());
    let complete = format!("/v1/media/{id}/complete");
    sora.post(&complete, json!({})).await.expect_problem(404, "media_not_found");
    mina.post(&complete, json!({})).await.expect(200);
    until_ready(&mina, &id).await;

    let mut ids = vec![];
    for anonymous in ["?anonymous=true", "?anonymous=true", ""] {
        let path = format!("/v1/media{anonymous}");
        let request = mina.request(Method::POST, &path).header("idempotency-key", "u-1");
        ids.push(request.body("image/jpeg", jpeg(64, 48)).send().await.expect(201).id());
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
    let other = mina.request(Method::POST, "/v1/media?anonymous=true").header("idempotency-key", "u-1");
    let other = other.body("image/jpeg", jpeg(8, 8)).send().await;
    other.expect_problem(422, "idempotency_key_reused");
    upload(&mina, "image/jpeg", jpeg(8, 8)).await.expect(201);
}
