//! Deleted photos: the storage keeps no file of a photo that nobody can see any more.

use super::{download, jpeg, nothing_is_left, ready, upload};
use crate::races::assert_equal_to_a_rebuild;
use crate::support::TestApp;
use crate::support::client::Person;
use crate::support::wait::until_true;
use serde_json::{Value, json};
use std::time::Duration;

async fn publish(person: &Person, photos: &[&str]) -> String {
    let photos: Vec<Value> = photos.iter().map(|id| json!({ "media_id": id })).collect();
    person.post("/v1/posts", json!({ "text": "글", "photos": photos })).await.expect(201).id()
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_go_with_what_showed_them_and_no_others_do() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let (retained, swapped, deleted) = (ready(&mina).await, ready(&mina).await, ready(&mina).await);
    let post = publish(&mina, &[&retained, &swapped]).await;
    let other = publish(&mina, &[&deleted]).await;
    let edit = json!({ "photos": [{ "media_id": retained }] });
    mina.patch(&format!("/v1/posts/{post}"), edit).await.expect(200);
    mina.delete(&format!("/v1/posts/{other}")).await.expect(204);
    nothing_is_left(&app, &format!("media/{swapped}/")).await;
    nothing_is_left(&app, &format!("media/{deleted}/")).await;
    assert_eq!(app.files("").await.len(), 4, "{:?}", app.files("").await);
    mina.get(&format!("/v1/media/{deleted}")).await.expect_problem(404, "media_not_found");
    assert_equal_to_a_rebuild(&app).await;
    let said = app.madang(&["verify"]).await.expect("equal");
    assert!(said.contains("storage: equal"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_came_to_show_goes_after_its_grace() {
    let app = TestApp::start_with(|settings| settings.media_grace = Duration::from_secs(3)).await;
    let mina = app.register("mina").await;
    let unused = ready(&mina).await;
    let announced =
        mina.post("/v1/media/presigned", json!({ "content_type": "image/png", "byte_size": 9 })).await;
    let abandoned = announced.expect(201).json["media"]["id"].as_str().expect("an id").to_owned();
    upload(&mina, "image/png", b"no photo".to_vec()).await.expect(201);
    nothing_is_left(&app, "").await;
    for id in [unused, abandoned] {
        let path = format!("/v1/media/{id}");
        until_true("the photo is gone", async || mina.get(&path).await.status == 404).await;
        let late = json!({ "text": "글", "photos": [{ "media_id": id }] });
        mina.post("/v1/posts", late).await.expect_problem(422, "invalid_fields");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_photo_can_be_removed_before_it_is_shown() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let id = ready(&mina).await;
    let url =
        mina.get(&format!("/v1/media/{id}")).await.json["urls"]["square"].as_str().expect("one").to_owned();
    assert_eq!(download(&url).await.status(), 200);
    mina.delete(&format!("/v1/media/{id}")).await.expect(204);
    mina.get(&format!("/v1/media/{id}")).await.expect_problem(404, "media_not_found");
    nothing_is_left(&app, "").await;
    assert_eq!(download(&url).await.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_who_is_erased_no_photo_is_left() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    publish(&mina, &[&ready(&mina).await]).await;
    ready(&mina).await;
    let theirs = ready(&sora).await;
    publish(&sora, &[&theirs]).await;
    let said = app.madang(&["erase", "mina", "--grace", "0"]).await.expect("erased");
    assert!(said.contains("1 posts, 0 comments and 2 photos"), "{said}");
    let left = app.files("").await;
    assert!(left.len() == 4 && left.iter().all(|key| key.contains(&theirs)), "{left:?}");
    let (looks,): (i64,) = sqlx::query_as(
        "select count(*) from events where event_type = 'MediaProcessed' and payload ->> 'blurhash' <> ''",
    )
    .fetch_one(&app.pool)
    .await
    .expect("a number");
    assert_eq!(looks, 1, "only of the other's");
    app.settle(&sora).await;
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_belong_to_nothing_and_missing_ones_are_told() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let id = ready(&mina).await;
    publish(&mina, &[&id]).await;
    app.settle(&mina).await;
    nothing_is_left(&app, "uploads/").await;
    let storage = app.storage();
    storage.put("media/stray/w320.webp", "image/webp", vec![1]).await.expect("it is kept");
    storage.delete(&format!("media/{id}/square.webp")).await.expect("it is deleted");
    let none = Duration::ZERO;
    let strays = photos::media::strays(&app.pool, &storage, none).await.expect("listed");
    assert_eq!(strays, ["media/stray/w320.webp"]);
    let said = app.madang(&["verify"]).await.expect_err("not equal");
    assert!(said.contains(&format!("media/{id}/square.webp is missing")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_whose_worker_was_cut_off_is_looked_at_by_another() {
    let app = TestApp::start_with(|settings| settings.roles.media = false).await;
    let mina = app.register("mina").await;
    let id = upload(&mina, "image/jpeg", jpeg(64, 48)).await.expect(201).id();
    assert_eq!(mina.get(&format!("/v1/media/{id}")).await.expect(200).json["state"], "processing");
    let _worker = app.second_node(|settings| settings.roles.media = true).await;
    assert_eq!(super::looked_at(&mina, &id).await["state"], "ready");
}
