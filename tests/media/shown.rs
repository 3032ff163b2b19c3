//! Photos on posts.

use super::{looked_at, ready, upload};
use crate::races::assert_equal_to_a_rebuild;
use crate::support::TestApp;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_post_shows_its_photos_in_their_order_wherever_it_is_read() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    sora.follow(&mina).await;
    let (first, second) = (ready(&mina).await, ready(&mina).await);
    let post = json!({
        "text": "",
        "photos": [{ "media_id": second, "alternative_text": "해 질 녘의 한강" }, { "media_id": first }],
    });
    let published = mina.post("/v1/posts", post).await.expect(201);
    let photos = &published.json["photos"];
    assert_eq!((&photos[0]["media_id"], &photos[1]["media_id"]), (&json!(second), &json!(first)));
    assert_eq!(photos[0]["alternative_text"], "해 질 녘의 한강");
    assert_eq!((&photos[0]["width"], &photos[0]["height"]), (&json!(400), &json!(300)));
    let media = looked_at(&mina, &second).await;
    for part in ["blurhash", "colour", "urls"] {
        assert_eq!(photos[0][part], media[part], "{part}");
    }
    app.settle(&mina).await;
    for path in ["/v1/timeline", "/v1/posts", "/v1/users/mina/posts"] {
        assert_eq!(&sora.see(&app, path).await.expect(200).items()[0]["photos"], photos, "{path}");
    }
    let path = format!("/v1/posts/{}", published.id());
    assert_eq!(&mina.get(&path).await.expect(200).json["photos"], photos);
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn editing_keeps_photos_unless_it_names_others() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let (first, second) = (ready(&mina).await, ready(&mina).await);
    let show = |id: &str| json!([{ "media_id": id }]);
    let post = mina.post("/v1/posts", json!({ "text": "글", "photos": show(&first) })).await.expect(201);
    let path = format!("/v1/posts/{}", post.id());
    let shown = |json: &Value| json["photos"][0]["media_id"].clone();
    let edited = mina.patch(&path, json!({ "text": "고친 글" })).await.expect(200);
    assert_eq!(shown(&edited.json), json!(first));
    let edited = mina.patch(&path, json!({ "photos": show(&second) })).await.expect(200);
    assert_eq!(shown(&edited.json), json!(second));
    let replaced = mina.put(&path, json!({ "title": null, "text": "글만", "tags": [] })).await.expect(200);
    assert_eq!(replaced.json["photos"], json!([]));
    mina.patch(&path, json!({ "text": "" })).await.expect_problem(422, "invalid_fields");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_ones_own_ready_photos_are_shown_each_in_one_place() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let id = ready(&mina).await;
    let refused = upload(&mina, "image/png", b"text".to_vec()).await.expect(201).id();
    looked_at(&mina, &refused).await;
    let post = |ids: &[&str]| {
        let photos: Vec<_> = ids.iter().map(|id| json!({ "media_id": id })).collect();
        json!({ "text": "글", "photos": photos })
    };
    for (who, ids, code, pointer) in [
        (&sora, vec![id.as_str()], "media_not_found", "/photos/0/media_id"),
        (&mina, vec![&id, &refused], "media_not_ready", "/photos/1/media_id"),
        (&mina, vec!["01a1ffc2-e56d-7600-bd94-2957da9ffe19"], "media_not_found", "/photos/0/media_id"),
        (&mina, vec![&id, &id], "repeated", "/photos"),
        (&mina, vec![id.as_str(); 11], "too_many", "/photos"),
    ] {
        let refused = who.post("/v1/posts", post(&ids)).await.expect_problem(422, "invalid_fields");
        assert_eq!(
            (&refused.json["errors"][0]["code"], &refused.json["errors"][0]["pointer"]),
            (&json!(code), &json!(pointer))
        );
    }
    let long = json!({ "text": "", "photos": [{ "media_id": id, "alternative_text": "가".repeat(1_001) }] });
    let refused = mina.post("/v1/posts", long).await.expect_problem(422, "invalid_fields");
    assert_eq!(refused.json["errors"][0]["pointer"], "/photos/0/alternative_text");
    let shown = mina.post("/v1/posts", post(&[&id])).await.expect(201).id();
    mina.post("/v1/posts", post(&[&id])).await.expect_problem(409, "media_taken");
    mina.delete(&format!("/v1/media/{id}")).await.expect_problem(409, "media_shown");
    mina.delete(&format!("/v1/posts/{shown}")).await.expect(204);
}
