//! Content for followers only: private accounts, requests to follow them, and single posts.

use crate::support::TestApp;
use crate::support::client::Person;
use serde_json::{Value, json};

const NOBODY: [&str; 0] = [];

async fn be_private(person: &Person, private: bool) {
    let changed = person.put("/v1/me/privacy", json!({ "private": private })).await.expect(200);
    assert_eq!(changed.json["private"], private);
}

async fn publish_for_followers(person: &Person, text: &str) -> String {
    person.post("/v1/posts", json!({ "text": text, "visibility": "followers" })).await.expect(201).id()
}

/// The content that `reader` is shown of `author`, who has published the posts and written the comments on
/// others' posts.
async fn shown(app: &TestApp, reader: &Person, author: &Person) -> Value {
    let handle = &author.handle;
    let list = async |path: &str| reader.see(app, path).await.expect(200).each("id");
    json!({
        "posts": list(&format!("/v1/users/{handle}/posts")).await,
        "latest": list("/v1/posts").await,
        "tagged": list("/v1/posts?tag=비밀").await,
        "timeline": if reader.token.is_some() { list("/v1/timeline").await } else { vec![] },
        "pins": list(&format!("/v1/users/{handle}/pins")).await,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_for_followers_is_read_by_them_and_nobody_else() {
    let app = TestApp::start().await;
    let (mina, fan, other) = (app.enrol("mina").await, app.enrol("fan").await, app.enrol("other").await);
    fan.follow(&mina).await;
    let post = publish_for_followers(&mina, "우리끼리 #비밀").await;
    mina.put_empty(&format!("/v1/posts/{post}/pin")).await.expect(204);
    let path = format!("/v1/posts/{post}");
    for reader in [&mina, &fan] {
        let read = reader.see(&app, &path).await.expect(200);
        assert_eq!(read.json["visibility"], "followers");
        let shown = shown(&app, reader, &mina).await;
        assert_eq!(shown["posts"], json!([post]));
        assert_eq!(shown["latest"], json!([post]));
        assert_eq!(shown["timeline"], json!([post]));
        assert_eq!(shown["pins"], json!([post]));
        assert_eq!(shown["tagged"], json!(NOBODY), "what is for few is found by none of its tags");
    }
    fan.comment(&post, "네").await;
    fan.put_empty(&format!("{path}/like")).await.expect(204);
    let comment = fan.see(&app, "/v1/users/fan/comments").await.expect(200).each("id")[0].clone();
    for reader in [&other, &app.nobody()] {
        let shown = shown(&app, reader, &mina).await;
        assert!(shown.as_object().expect("lists").values().all(|list| *list == json!(NOBODY)), "{shown:#}");
        for hidden in ["", "/comments", "/likes", "/versions"] {
            let path = format!("{path}{hidden}");
            reader.see(&app, &path).await.expect_problem(404, "post_not_found");
        }
        reader.see(&app, &format!("/v1/comments/{comment}")).await.expect_problem(404, "comment_not_found");
        let replies = format!("/v1/comments/{comment}/replies");
        reader.see(&app, &replies).await.expect_problem(404, "comment_not_found");
        let likes = format!("/v1/comments/{comment}/likes");
        reader.see(&app, &likes).await.expect_problem(404, "comment_not_found");
        let of_fan = reader.see(&app, "/v1/users/fan/comments").await.expect(200);
        assert!(of_fan.items().is_empty(), "{:#}", of_fan.json);
        let of_fan = reader.see(&app, "/v1/users/fan/likes").await.expect(200);
        assert!(of_fan.items().is_empty(), "{:#}", of_fan.json);
    }
    other.put_empty(&format!("{path}/like")).await.expect_problem(404, "post_not_found");
    let said = json!({ "text": "저도" });
    other.post(&format!("{path}/comments"), said).await.expect_problem(404, "post_not_found");
    let like = format!("/v1/comments/{comment}/like");
    other.put_empty(&like).await.expect_problem(404, "comment_not_found");
    // A person who has unfollowed the author no longer reads the post; after the post is made public everyone
    // reads it.
    fan.unfollow(&mina).await;
    fan.see(&app, &path).await.expect_problem(404, "post_not_found");
    mina.patch(&path, json!({ "visibility": "public" })).await.expect(200);
    for reader in [&fan, &other, &app.nobody()] {
        assert_eq!(reader.see(&app, &path).await.expect(200).json["visibility"], "public");
        assert_eq!(reader.see(&app, "/v1/posts?tag=비밀").await.expect(200).each("id"), [&*post]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_leaves_alone_who_may_read_it_unless_it_says_so() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let post = publish_for_followers(&mina, "처음").await;
    let path = format!("/v1/posts/{post}");
    let edited = mina.patch(&path, json!({ "text": "고침" })).await.expect(200);
    assert_eq!(edited.json["visibility"], "followers");
    let replaced = mina.put(&path, json!({ "title": null, "text": "다시", "tags": [] })).await.expect(200);
    assert_eq!(replaced.json["visibility"], "public", "what replaces a post says all of it");
    mina.patch(&path, json!({ "visibility": "friends" })).await.expect_refused("no such word");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_account_is_private_decides_who_follows() {
    let app = TestApp::start().await;
    let (mina, bora, sora) = (app.enrol("mina").await, app.enrol("bora").await, app.enrol("sora").await);
    be_private(&mina, true).await;
    assert_eq!(bora.see(&app, "/v1/users/mina").await.expect(200).json["private"], true);
    let requests = async || mina.see(&app, "/v1/me/follow-requests").await.expect(200).each("handle");

    for _ in 0..2 {
        bora.put_empty("/v1/users/mina/follow").await.expect(202);
        let read = bora.see(&app, "/v1/users/mina").await.expect(200);
        assert_eq!(
            (&read.json["follow_requested_by_me"], &read.json["followed_by_me"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(read.json["follower_count"], 0);
        assert_eq!(requests().await, ["bora"]);
    }
    sora.put_empty("/v1/users/mina/follow").await.expect(202);
    assert_eq!(requests().await, ["sora", "bora"], "the latest first");

    // Requests are accepted, refused, taken back.
    for _ in 0..2 {
        mina.put_empty("/v1/me/follow-requests/bora").await.expect(204);
    }
    assert_eq!(requests().await, ["sora"]);
    assert_eq!(bora.see(&app, "/v1/users/mina").await.expect(200).json["followed_by_me"], true);
    mina.delete("/v1/me/follow-requests/sora").await.expect(204);
    mina.delete("/v1/me/follow-requests/sora").await.expect_problem(404, "follow_request_not_found");
    mina.put_empty("/v1/me/follow-requests/sora").await.expect_problem(404, "follow_request_not_found");
    assert_eq!(requests().await, NOBODY);
    sora.put_empty("/v1/users/mina/follow").await.expect(202);
    sora.delete("/v1/users/mina/follow").await.expect(204);
    assert_eq!(requests().await, NOBODY);

    // A follower who was removed asks again.
    mina.delete("/v1/me/followers/bora").await.expect(204);
    bora.put_empty("/v1/users/mina/follow").await.expect(202);
    // An account that is no longer private lets anyone follow, also a person who asked before.
    be_private(&mina, false).await;
    bora.put_empty("/v1/users/mina/follow").await.expect(204);
    assert_eq!(requests().await, NOBODY);
    app.nobody().get("/v1/me/follow-requests").await.expect_problem(401, "not_logged_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_private_account_publishes_is_for_its_followers_from_the_first_to_the_last() {
    let app = TestApp::start().await;
    let (mina, fan, other) = (app.enrol("mina").await, app.enrol("fan").await, app.enrol("other").await);
    fan.follow(&mina).await;
    other.follow(&mina).await;
    let post = mina.publish("글 #비밀").await;
    let path = format!("/v1/posts/{post}");
    other.see(&app, &path).await.expect(200);
    be_private(&mina, true).await;
    mina.delete("/v1/me/followers/other").await.expect(204);
    for reader in [&mina, &fan] {
        let shown = shown(&app, reader, &mina).await;
        for list in ["posts", "latest", "tagged", "timeline"] {
            assert_eq!(shown[list], json!([post]), "{list}");
        }
        let followers = reader.see(&app, "/v1/users/mina/followers").await.expect(200);
        assert_eq!(followers.each("handle"), ["fan"]);
    }
    for reader in [&other, &app.nobody()] {
        reader.see(&app, &path).await.expect_problem(404, "post_not_found");
        let shown = shown(&app, reader, &mina).await;
        assert!(shown.as_object().expect("lists").values().all(|list| *list == json!(NOBODY)), "{shown:#}");
        for list in ["followers", "following", "photos"] {
            let shown = reader.see(&app, &format!("/v1/users/mina/{list}")).await.expect(200);
            assert_eq!((shown.items().len(), &shown.json["next_cursor"]), (0, &Value::Null), "{list}");
        }
        let profile = reader.see(&app, "/v1/users/mina").await.expect(200);
        assert_eq!((&profile.json["post_count"], &profile.json["follower_count"]), (&json!(1), &json!(1)));
    }
    be_private(&mina, false).await;
    other.see(&app, &path).await.expect(200);
}
