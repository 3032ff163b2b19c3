//! The person's own account: read, changed, left.

use crate::support::TestApp;
use crate::support::client::{Answer, Person};
use reqwest::Method;
use serde_json::{Value, json};

async fn change(person: &Person, header: (&str, &str), body: &Value) -> Answer {
    person.request(Method::PATCH, "/v1/me").header(header.0, header.1).json(body).send().await
}

fn all(handle: &str) -> Value {
    json!({ "handle": handle, "display_name": "민아", "bio": "바다", "links": ["https://example.kr/나"] })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_changes_what_it_names_and_a_put_everything() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let patched = mina.patch("/v1/me", json!({ "bio": "산" })).await.expect(200);
    assert_eq!((&patched.json["bio"], &patched.json["display_name"]), (&json!("산"), &json!("mina")));
    assert_eq!(patched.header("etag"), "\"2\"");
    let replaced = mina.put("/v1/me", all("mina")).await.expect(200);
    assert_eq!(replaced.json["display_name"], "민아");
    assert_eq!(replaced.json["links"], json!(["https://example.kr/%EB%82%98"]));
    let read = mina.get("/v1/me").await.expect(200);
    for field in ["id", "handle", "display_name", "bio", "links", "created_at"] {
        assert_eq!(read.json[field], replaced.json[field], "{field}");
    }
    assert_eq!(read.header("etag"), replaced.header("etag"));
    let same = app.nobody().see(&app, "/v1/users/mina").await.expect(200);
    assert_eq!(same.json, read.json);
    mina.patch("/v1/me", json!({ "bio": "", "links": [] })).await.expect(200);
    let read = mina.get("/v1/me").await.expect(200);
    assert_eq!((&read.json["bio"], &read.json["links"]), (&json!(""), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_nothing_stores_nothing() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let first = mina.put("/v1/me", all("mina")).await.expect(200);
    let head = app.head().await;
    for body in [json!({}), json!({ "bio": " 바다 " }), json!({ "handle": "mina" }), all("mina")] {
        let again = mina.patch("/v1/me", body).await.expect(200);
        assert_eq!(again.json, first.json);
        assert_eq!(again.header("etag"), first.header("etag"));
        assert_eq!(again.position(), first.position());
    }
    mina.put("/v1/me", all("mina")).await.expect(200);
    assert_eq!(app.head().await, head);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_of_a_change_is_named_at_once() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let body = json!({
        "handle": "x", "display_name": "두\n줄", "bio": "a\u{0}b", "links": ["https://a.kr", "javascript:1", "b"],
    });
    for method in [Method::PUT, Method::PATCH] {
        let refused = mina.request(method, "/v1/me").json(&body).send().await;
        let refused = refused.expect_problem(422, "invalid_fields");
        let errors = refused.json["errors"].as_array().expect("errors");
        let pointers: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().expect("one")).collect();
        assert_eq!(pointers, ["/handle", "/display_name", "/bio", "/links/1", "/links/2"]);
    }
    let many = json!({ "links": vec!["https://a.kr"; 6] });
    let refused = mina.patch("/v1/me", many).await.expect_problem(422, "invalid_fields");
    assert_eq!(refused.json["errors"][0]["pointer"], "/links");
    for (body, pointer, code) in [
        (json!({ "bio": null }), "/bio", "wrong_type"),
        (json!({ "links": "https://a.kr" }), "/links", "wrong_type"),
        (json!({ "links": [1] }), "/links/0", "wrong_type"),
        (json!({ "password": "secret words" }), "/password", "unknown_field"),
    ] {
        let refused = mina.patch("/v1/me", body).await.expect_problem(422, "invalid_fields");
        assert_eq!(refused.json["errors"][0]["pointer"], pointer);
        assert_eq!(refused.json["errors"][0]["code"], code);
    }
    for missing in ["handle", "display_name", "bio", "links"] {
        let mut body = all("mina");
        body.as_object_mut().expect("an object").remove(missing);
        let refused = mina.put("/v1/me", body).await.expect_problem(422, "invalid_fields");
        assert_eq!(refused.json["errors"][0]["pointer"], format!("/{missing}"));
        assert_eq!(refused.json["errors"][0]["code"], "missing_field");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_not_the_newest_is_refused() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let read = mina.get("/v1/me").await.expect(200);
    let seen = read.header("etag").to_owned();
    let changed = change(&mina, ("if-match", &seen), &json!({ "bio": "하나" })).await.expect(200);
    let now = changed.header("etag").to_owned();
    for old in [seen.as_str(), "\"99\"", "\"98\", \"99\""] {
        let refused = change(&mina, ("if-match", old), &json!({ "bio": "둘" })).await;
        let refused = refused.expect_problem(412, "version_mismatch");
        assert!(refused.json["detail"].as_str().is_some_and(|detail| detail.contains("in between")), "{old}");
    }
    // What a proxy made of the tag is no other version.
    for foreign in ["\"abc\"", &format!("W/{now}"), &format!("{}-gzip\"", now.trim_end_matches('"'))] {
        let refused = change(&mina, ("if-match", foreign), &json!({ "bio": "둘" })).await;
        let refused = refused.expect_problem(412, "version_mismatch");
        assert!(
            refused.json["detail"].as_str().is_some_and(|detail| detail.contains("as it came")),
            "{foreign}"
        );
    }
    for bad in ["1", "\"1\" \"2\"", ""] {
        let refused = change(&mina, ("if-match", bad), &json!({ "bio": "둘" })).await;
        refused.expect_problem(400, "not_an_entity_tag");
    }
    let in_her_name = mina.by_operator(&app).await;
    let old = in_her_name.request(Method::DELETE, "/v1/me").header("if-match", &seen).send().await;
    old.expect_problem(412, "version_mismatch");
    assert_eq!(mina.get("/v1/me").await.expect(200).json["bio"], "하나");
    // One tag of a list is enough.
    let listed = format!("{seen}, W/{now}, {now}");
    change(&mina, ("if-match", &listed), &json!({ "bio": "하나 반" })).await.expect(200);
    change(&mina, ("if-match", "*"), &json!({ "bio": "둘" })).await.expect(200);
    // Handle and profile are two events; an `If-Match` names a version for both.
    let now = mina.get("/v1/me").await.expect(200).header("etag").to_owned();
    let both = json!({ "handle": "nari", "bio": "셋" });
    change(&mina, ("if-match", &seen), &both).await.expect_problem(412, "version_mismatch");
    let changed = change(&mina, ("if-match", &now), &both).await.expect(200);
    assert_eq!((&changed.json["handle"], &changed.json["bio"]), (&json!("nari"), &json!("셋")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_repeated_with_its_key_changes_nothing_and_answers_as_the_first_time() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let both = json!({ "handle": "nari", "bio": "하나" });
    let first = change(&mina, ("idempotency-key", "k1"), &both).await.expect(200);
    mina.patch("/v1/me", json!({ "bio": "둘" })).await.expect(200);
    let head = app.head().await;
    let again = change(&mina, ("idempotency-key", "k1"), &both).await.expect(200);
    assert_eq!(again.json, first.json);
    assert_eq!(again.header("etag"), first.header("etag"));
    let other = change(&mina, ("idempotency-key", "k1"), &json!({ "bio": "셋" })).await;
    other.expect_problem(422, "idempotency_key_reused");
    // A key is its owner's: the same key of another person is another key.
    let bora = app.enrol("bora").await;
    change(&bora, ("idempotency-key", "k1"), &json!({ "bio": "넷" })).await.expect(200);
    assert_eq!(app.head().await, head + 2, "bora and her bio");
    assert_eq!(mina.get("/v1/me").await.expect(200).json["bio"], "둘");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_handle_frees_the_old_one_and_what_was_written_shows_the_new_one() {
    let app = TestApp::start().await;
    let (mina, bora) = (app.enrol("mina").await, app.enrol("bora").await);
    let post = mina.publish("글").await;
    mina.patch("/v1/me", json!({ "handle": "bora" })).await.expect_problem(409, "handle_taken");
    mina.patch("/v1/me", json!({ "handle": "B0RA" })).await.expect_problem(409, "handle_taken");
    mina.patch("/v1/me", json!({ "handle": "Mina" })).await.expect(200);
    mina.patch("/v1/me", json!({ "handle": "nari" })).await.expect(200);
    app.nobody().see(&app, "/v1/users/mina").await.expect_problem(404, "user_not_found");
    let read = app.nobody().get("/v1/users/nari").await.expect(200);
    assert_eq!(read.id(), mina.id);
    let card = app.nobody().see(&app, &format!("/v1/posts/{post}")).await.expect(200);
    assert_eq!(card.json["author"]["handle"], "nari");
    bora.patch("/v1/me", json!({ "handle": "mina" })).await.expect(200);
    app.enrol("bora").await;
    let read = app.nobody().see(&app, "/v1/users/mina").await.expect(200);
    assert_eq!(read.id(), bora.id, "the freed handle is another's now");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_for_its_owner_only() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    nobody.get("/v1/me").await.expect_problem(401, "not_logged_in");
    nobody.get("/v1/timeline").await.expect_problem(401, "not_logged_in");
    nobody.put("/v1/me", all("mina")).await.expect_problem(401, "not_logged_in");
    nobody.patch("/v1/me", json!({})).await.expect_problem(401, "not_logged_in");
    let refused = nobody.delete("/v1/me").await.expect_problem(401, "not_logged_in");
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    // A handle can't be "me", so nobody's profile hides under that path.
    nobody.get("/v1/users/me").await.expect_problem(404, "user_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_is_refused_and_seen_nowhere() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let (bora, sora) = (app.enrol("bora").await, app.enrol("sora").await);
    let post = mina.publish("#바다 에서").await;
    let remaining = bora.publish("#바다 도 산도").await;
    let comment = mina.comment(&remaining, "좋아요").await;
    bora.follow(&mina).await;
    mina.follow(&bora).await;
    sora.follow(&bora).await;
    for path in [format!("/v1/posts/{remaining}/like"), format!("/v1/posts/{post}/like")] {
        mina.put_empty(&path).await.expect(204);
        sora.put_empty(&path).await.expect(204);
    }
    assert_eq!(bora.see(&app, "/v1/timeline").await.expect(200).each("id"), [&*remaining, &*post]);

    let in_her_name = mina.by_operator(&app).await;
    in_her_name.leave().await.expect(204);
    let head = app.head().await;
    in_her_name.leave().await.expect(204);
    assert_eq!(app.head().await, head, "leaving again leaves no trace");
    for (method, path) in [
        (Method::GET, "/v1/me".to_owned()),
        (Method::GET, "/v1/timeline".to_owned()),
        (Method::GET, "/v1/posts".to_owned()),
        (Method::PUT, "/v1/users/bora/follow".to_owned()),
        (Method::DELETE, format!("/v1/posts/{post}")),
        (Method::PUT, format!("/v1/posts/{remaining}/like")),
    ] {
        mina.request(method, &path).send().await.expect_problem(401, "account_deactivated");
    }
    let text = json!({ "text": "글" });
    mina.post("/v1/posts", text).await.expect_problem(401, "account_deactivated");
    let refused = mina.patch("/v1/me", json!({ "bio": "돌아왔다" })).await;
    refused.expect_problem(401, "account_deactivated");

    let nobody = app.nobody();
    for path in ["", "/posts", "/comments", "/likes", "/followers", "/following"] {
        let answer = nobody.see(&app, &format!("/v1/users/mina{path}")).await;
        answer.expect_problem(404, "user_not_found");
    }
    nobody.see(&app, &format!("/v1/posts/{post}")).await.expect_problem(404, "post_not_found");
    for path in ["/v1/posts", "/v1/posts?tag=바다"] {
        assert_eq!(nobody.see(&app, path).await.expect(200).each("id"), [&*remaining], "{path}");
    }
    for reader in [&bora, &sora] {
        assert_eq!(reader.see(&app, "/v1/timeline").await.expect(200).each("id"), [&*remaining]);
    }
    assert_eq!(nobody.see(&app, "/v1/users").await.expect(200).each("handle"), ["sora", "bora"]);
    let followers = nobody.see(&app, "/v1/users/bora/followers").await.expect(200);
    assert_eq!(followers.each("handle"), ["sora"]);
    let following = nobody.see(&app, "/v1/users/bora/following").await.expect(200);
    assert_eq!(following.each("handle"), Vec::<String>::new());
    let comments = nobody.see(&app, &format!("/v1/posts/{remaining}/comments")).await.expect(200);
    assert!(!comments.text.contains(&mina.id) && !comments.text.contains("좋아요"), "{}", comments.text);
    let read = nobody.see(&app, &format!("/v1/comments/{comment}")).await;
    assert!(!read.text.contains("좋아요"), "{}", read.text);
    let likes = nobody.see(&app, &format!("/v1/posts/{remaining}/likes")).await.expect(200);
    assert!(likes.text.contains(&sora.id) && !likes.text.contains(&mina.id), "{}", likes.text);
    let liked = nobody.see(&app, "/v1/users/sora/likes").await.expect(200);
    assert!(liked.text.contains(&remaining) && !liked.text.contains(&post), "{}", liked.text);

    sora.put_empty("/v1/users/mina/follow").await.expect_problem(404, "user_not_found");
    sora.put_empty(&format!("/v1/posts/{post}/like")).await.expect_problem(404, "post_not_found");
    let form = json!({ "handle": "mina", "display_name": "누구", "password": "long enough" });
    app.operator().await.post("/v1/users", form).await.expect_problem(409, "handle_taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_requests_second_command_is_none_that_a_client_can_send() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let change = async |key, fields: Value| change(&mina, ("idempotency-key", key), &fields).await;
    // The request is two commands: a handle, and a profile.
    let both = json!({ "handle": "nari", "display_name": "나리" });
    change("k", both.clone()).await.expect(200);
    let other = change("k+profile", json!({ "display_name": "다른 이름" })).await.expect(200);
    assert_eq!(other.json["display_name"], "다른 이름", "it is a request of its own");
    let again = change("k", both).await.expect(200);
    assert_eq!(again.json["display_name"], "나리", "and the first has its first answer still");
    change("k +profile", json!({ "display_name": "셋" })).await.expect_problem(400, "invalid_key");
}
