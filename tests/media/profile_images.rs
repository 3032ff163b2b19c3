//! The photos beside people's names and over their profiles.

use super::{download, nothing_is_left, ready};
use crate::races::assert_equal_to_a_rebuild;
use crate::support::TestApp;
use crate::support::client::Person;
use serde_json::json;

/// The address to which the image's path leads; none if the server draws the image.
async fn leads_to(person: &Person, path: &str) -> Option<String> {
    let image = person.get(path).await;
    if image.status == 307 {
        return Some(image.header("location").to_owned());
    }
    let image = image.expect(200);
    assert_eq!(image.header("content-type"), "image/svg+xml");
    assert!(image.text.starts_with("<svg "), "{}", image.text);
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_stands_beside_a_name_until_it_is_taken_away_and_a_drawing_otherwise() {
    let app = TestApp::start().await;
    let mina = app.register("미나").await;
    let me = mina.see(&app, "/v1/me").await.expect(200).json;
    let (avatar, banner) = (me["avatar_url"].as_str().expect("one"), me["banner_url"].as_str().expect("one"));
    assert_eq!(avatar, "/v1/users/%EB%AF%B8%EB%82%98/avatar");
    assert_eq!(leads_to(&mina, avatar).await, None);
    assert_eq!(mina.get(avatar).await.text, mina.get(avatar).await.text, "always the same");
    assert_eq!(leads_to(&mina, banner).await, None);
    let post = mina.post("/v1/posts", json!({ "text": "글" })).await.expect(201);
    assert_eq!(post.json["author"]["avatar_url"], avatar);

    let (first, second) = (ready(&mina).await, ready(&mina).await);
    mina.put("/v1/me/avatar", json!({ "media_id": first })).await.expect(204);
    mina.put("/v1/me/banner", json!({ "media_id": second })).await.expect(204);
    app.settle(&mina).await;
    let url = leads_to(&mina, avatar).await.expect("a photo");
    assert!(url.ends_with(&format!("media/{first}/square.webp")), "{url}");
    assert_eq!(download(&url).await.status(), 200);
    assert!(leads_to(&mina, banner).await.is_some_and(|url| url.ends_with(&format!("{second}/w1280.webp"))));

    let third = ready(&mina).await;
    mina.put("/v1/me/avatar", json!({ "media_id": third })).await.expect(204);
    nothing_is_left(&app, &format!("media/{first}/")).await;
    mina.delete("/v1/me/avatar").await.expect(204);
    nothing_is_left(&app, &format!("media/{third}/")).await;
    app.settle(&mina).await;
    assert_eq!(leads_to(&mina, avatar).await, None);
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_ones_own_ready_photo_can_be_chosen_and_for_one_place() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let id = ready(&mina).await;
    let refused =
        sora.put("/v1/me/avatar", json!({ "media_id": id })).await.expect_problem(422, "invalid_fields");
    assert_eq!(refused.json["errors"][0]["code"], "media_not_found");
    mina.put("/v1/me/avatar", json!({ "media_id": id })).await.expect(204);
    mina.put("/v1/me/avatar", json!({ "media_id": id })).await.expect(204);
    mina.put("/v1/me/banner", json!({ "media_id": id })).await.expect_problem(409, "media_taken");
    let post = json!({ "text": "글", "photos": [{ "media_id": id }] });
    mina.post("/v1/posts", post).await.expect_problem(409, "media_taken");
    mina.get("/v1/users/nobody/avatar").await.expect_problem(404, "user_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_are_listed_alone_by_pages_all_or_a_persons() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let mut expected = vec![];
    for person in [&mina, &sora, &mina] {
        let ids = [ready(person).await, ready(person).await];
        let photos = ids.clone().map(|id| json!({ "media_id": id }));
        person.post("/v1/posts", json!({ "text": "글", "photos": photos })).await.expect(201);
        expected.splice(0..0, ids);
    }
    app.settle(&mina).await;
    let walk = async |path: &str| {
        let (mut seen, mut path) = (vec![], path.to_owned());
        loop {
            let page = mina.see(&app, &path).await.expect(200);
            seen.extend(
                page.items().iter().map(|item| item["photo"]["media_id"].as_str().expect("one").to_owned()),
            );
            let Some(cursor) = page.json["next_cursor"].as_str() else { return seen };
            path = format!("{}?limit=1&cursor={cursor}", path.split('?').next().expect("a path"));
        }
    };
    assert_eq!(walk("/v1/photos?limit=1").await, expected);
    let of_mina: Vec<String> = [&expected[..2], &expected[4..]].concat();
    assert_eq!(walk("/v1/users/mina/photos?limit=1").await, of_mina);
    let one = mina.see(&app, &format!("/v1/photos/{}", expected[3])).await.expect(200);
    assert_eq!((&one.json["photo"]["media_id"], &one.json["place"]), (&json!(expected[3]), &json!(1)));
    assert_eq!(one.json["post"]["author"]["handle"], "sora");
    sora.leave().await;
    app.settle(&mina).await;
    let gone = format!("/v1/photos/{}", expected[3]);
    mina.see(&app, &gone).await.expect_problem(404, "photo_not_found");
    assert_eq!(walk("/v1/photos?limit=2").await, of_mina, "who left is not shown");
}
