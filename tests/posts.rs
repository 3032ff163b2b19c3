//! Posts: published, read, listed, edited, deleted.

use crate::races::assert_equal_to_a_rebuild;
use crate::support::TestApp;
use crate::support::client::{Answer, Person};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

fn path_of(post: &str) -> String {
    format!("/v1/posts/{post}")
}

async fn keyed(by: &Person, method: Method, path: &str, key: &str, body: &Value) -> Answer {
    by.request(method, path).header("idempotency-key", key).json(body).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_post_is_answered_whole_and_read_the_same() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let body = json!({ "title": "한강", "text": "밤에 걷기 #한강", "tags": ["산책"] });
    let published = mina.post("/v1/posts", body).await.expect(201);
    let id = published.id();
    assert_eq!(published.header("location"), path_of(&id));
    assert_eq!(published.header("etag"), "\"1\"");
    assert_eq!(Uuid::parse_str(&id).expect("an id").get_version_num(), 7);
    let expected = json!({
        "id": id,
        "author": {
            "id": mina.id, "handle": "mina", "display_name": "mina", "avatar_url": "/v1/users/mina/avatar",
        },
        "alias": null,
        "board_id": null,
        "visibility": "public",
        "title": "한강",
        "text": "밤에 걷기 #한강",
        "tags": ["산책", "한강"],
        "mentions": [],
        "photos": [],
        "like_count": 0,
        "comment_count": 0,
        "view_count": 0,
        "liked_by_me": false,
        "published_at": published.json["published_at"],
        "edited_at": null,
    });
    assert_eq!(published.json, expected);
    let read = mina.get(published.header("location")).await.expect(200);
    assert_eq!(read.json, expected);
    assert_eq!(read.header("etag"), "\"1\"");
    assert!(read.position() >= published.position());
    let anybodys = app.nobody().get(&path_of(&id)).await.expect(200);
    assert_eq!(anybodys.json, expected, "posts are public");
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_and_mentions_are_read_from_the_text_in_hangul_too() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    // The last tag is typed in single jamo, as some systems send Hangul.
    let text = "오늘 #한강 에서 @마당쇠 와 @mina_92. #Run_Club! https://a.kr/#top a@b.kr #\u{1112}\u{1161}\u{11ab}\u{1100}\u{1161}\u{11bc}";
    let body = json!({ "text": text, "tags": ["#밤산책", "RUN_club"] });
    let published = mina.post("/v1/posts", body).await.expect(201);
    assert_eq!(published.json["tags"], json!(["밤산책", "run_club", "한강"]));
    assert_eq!(published.json["mentions"], json!(["마당쇠", "mina_92"]));
    for tag in ["한강", "%23한강", "밤산책", "RUN_CLUB", "%20run_club"] {
        let found = mina.get(&format!("/v1/posts?tag={tag}")).await.expect(200);
        assert_eq!(found.each("id"), [published.id()], "{tag}");
    }
    assert!(mina.get("/v1/posts?tag=top").await.expect(200).items().is_empty());
    for bad in ["", "a%20b", "2026", "%23"] {
        mina.get(&format!("/v1/posts?tag={bad}")).await.expect_problem(400, "invalid_query");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_no_post_is_refused_by_field() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let many: Vec<String> = (0..21).map(|n| format!("t{n}")).collect();
    let mentions: String = (0..21).map(|n| format!("@someone{n} ")).collect();
    for (body, pointer, code) in [
        (json!({}), "/text", "missing_field"),
        (json!({ "text": " \n " }), "/text", "empty"),
        (json!({ "text": "가".repeat(5_001) }), "/text", "too_long"),
        (json!({ "text": "a\u{0}b" }), "/text", "forbidden_character"),
        (json!({ "text": mentions }), "/text", "too_many"),
        (json!({ "text": 7 }), "/text", "wrong_type"),
        (json!({ "text": "글", "title": "" }), "/title", "empty"),
        (json!({ "text": "글", "title": "두\n줄" }), "/title", "forbidden_character"),
        (json!({ "text": "글", "title": "가".repeat(201) }), "/title", "too_long"),
        (json!({ "text": "글", "tags": ["좋아", "a b"] }), "/tags/1", "forbidden_character"),
        (json!({ "text": "글", "tags": many }), "/tags", "too_many"),
        (json!({ "text": "#하나 더", "tags": many[..20] }), "/tags", "too_many"),
        (json!({ "text": "글", "tag": "a" }), "/tag", "unknown_field"),
    ] {
        let refused = mina.post("/v1/posts", body).await.expect_problem(422, "invalid_fields");
        let error = &refused.json["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!(pointer), &json!(code)), "{error:#}");
    }
    mina.post("/v1/posts", json!({ "text": "가".repeat(5_000), "tags": many[..20] })).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_without_a_login() {
    let app = TestApp::start().await;
    let (mina, nobody) = (app.register("mina").await, app.nobody());
    let post = path_of(&mina.publish("글").await);
    let body = json!({ "title": null, "text": "남의 글", "tags": [] });
    let answers = [
        nobody.post("/v1/posts", json!({ "text": "글" })).await,
        nobody.put(&post, body.clone()).await,
        nobody.patch(&post, body).await,
        nobody.delete(&post).await,
    ];
    for answer in answers {
        assert_eq!(answer.expect_problem(401, "not_logged_in").header("www-authenticate"), "Bearer");
    }
    assert_eq!(mina.get(&post).await.expect(200).json["text"], "글");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_newest_first_and_a_link_leads_through_their_pages() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let mut posts = Vec::new();
    for n in 0..5 {
        let by = [&mina, &sora][n % 2];
        posts.insert(0, by.publish(&format!("글 {n} #한강")).await);
    }
    app.settle(&mina).await;
    let (minas, soras): (Vec<_>, Vec<_>) = posts.iter().cloned().enumerate().partition(|(at, _)| at % 2 == 0);
    let ids = |numbered: Vec<(usize, String)>| numbered.into_iter().map(|(_, id)| id).collect::<Vec<_>>();
    let nobody = app.nobody();
    for (path, expected) in [
        ("/v1/posts", &posts),
        ("/v1/posts?tag=한강", &posts),
        ("/v1/users/mina/posts", &ids(minas)),
        ("/v1/users/SORA/posts", &ids(soras)),
    ] {
        let whole = nobody.get(path).await.expect(200);
        assert_eq!(&whole.each("id"), expected, "{path}");
        assert_eq!(whole.json["next_cursor"], Value::Null);
        assert!(!whole.headers.contains_key("link"), "a last page leads nowhere");

        let join = if path.contains('?') { '&' } else { '?' };
        let mut seen = Vec::new();
        let mut next = Some(format!("{path}{join}limit=2"));
        while let Some(path) = next.take() {
            let page = nobody.get(&path).await.expect(200);
            seen.extend(page.each("id"));
            if page.headers.contains_key("link") {
                let (target, rel) = page.header("link").split_once('>').expect("a target");
                assert_eq!(rel, "; rel=\"next\"");
                assert!(target.ends_with(page.json["next_cursor"].as_str().expect("a cursor")));
                assert!(target.contains("limit=2"), "{target}");
                next = Some(target.trim_start_matches('<').to_owned());
            }
        }
        assert_eq!(&seen, expected, "{path} by its links");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_lead_to_a_page_is_refused() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    for n in 0..3 {
        mina.publish(&format!("글 {n}")).await;
    }
    let page = mina.get("/v1/posts?limit=1").await.expect(200);
    let foreign = page.json["next_cursor"].as_str().expect("a cursor");
    for list in ["/v1/posts?tag=한강&", "/v1/users/mina/posts?", "/v1/users/mina/likes?", "/v1/timeline?"] {
        let refused = mina.get(&format!("{list}cursor={foreign}")).await;
        refused.expect_problem(400, "invalid_cursor");
    }
    for bad in ["cursor=x", "cursor=", &format!("cursor={}", "A".repeat(300))] {
        mina.get(&format!("/v1/posts?{bad}")).await.expect_problem(400, "invalid_cursor");
    }
    for bad in ["limit=0", "limit=101", "limit=a", "limit=-1", "page=2"] {
        mina.get(&format!("/v1/posts?{bad}")).await.expect_problem(400, "invalid_query");
    }
    mina.get("/v1/users/nobody/posts").await.expect_problem(404, "user_not_found");
    for id in ["1", "글", &Uuid::now_v7().to_string(), "%00"] {
        mina.get(&path_of(id)).await.expect_problem(404, "post_not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn put_replaces_a_post_and_patch_leaves_the_rest() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let body = json!({ "title": "처음", "text": "아침 #바다", "tags": ["여름"] });
    let published = mina.post("/v1/posts", body).await.expect(201);
    let post = path_of(&published.id());

    let patched = mina.patch(&post, json!({ "text": "저녁 #산" })).await.expect(200);
    assert_eq!(patched.header("etag"), "\"2\"");
    assert_eq!(patched.json["title"], "처음");
    assert_eq!(patched.json["tags"], json!(["여름", "산"]), "the old text's tag went with it");
    assert_eq!(patched.json["author_id"], mina.id.as_str());
    assert_eq!(patched.json["published_at"], published.json["published_at"]);
    let untitled = mina.patch(&post, json!({ "title": null })).await.expect(200);
    assert_eq!((&untitled.json["title"], &untitled.json["text"]), (&Value::Null, &json!("저녁 #산")));

    let whole = json!({ "title": "다시", "text": "밤 @마당쇠", "tags": [] });
    let replaced = mina.put(&post, whole).await.expect(200);
    assert_eq!(replaced.header("etag"), "\"4\"");
    let read = mina.get(&post).await.expect(200);
    assert_eq!(read.header("etag"), "\"4\"");
    for field in ["title", "text", "tags", "mentions", "published_at", "edited_at"] {
        assert_eq!(read.json[field], replaced.json[field], "{field}");
    }
    assert_eq!(read.json["mentions"], json!(["마당쇠"]));
    assert_eq!(read.json["tags"], json!([]));
    assert!(read.json["edited_at"].is_string());
    mina.put(&post, json!({ "text": "글" })).await.expect_problem(422, "invalid_fields");
    for tag in ["바다", "산", "여름"] {
        assert!(mina.get(&format!("/v1/posts?tag={tag}")).await.expect(200).items().is_empty(), "{tag}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_changes_nothing_moves_nothing() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = path_of(&mina.publish("글 #한강").await);
    let edited = mina.patch(&post, json!({ "text": "새 글" })).await.expect(200);
    let repeats = [
        mina.patch(&post, json!({ "text": "새 글" })).await.expect(200),
        mina.patch(&post, json!({})).await.expect(200),
        mina.put(&post, json!({ "title": null, "text": " 새 글\n", "tags": [] })).await.expect(200),
    ];
    for repeat in repeats {
        assert_eq!(repeat.json, edited.json);
        assert_eq!(repeat.position(), edited.position());
        assert_eq!(repeat.header("etag"), edited.header("etag"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn if_match_edits_only_the_version_that_was_read() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = path_of(&mina.publish("하나").await);
    let read = mina.get(&post).await.expect(200).header("etag").to_owned();
    let edit = |method: Method, tag: &str, text: &str| {
        let body = json!({ "title": null, "text": text, "tags": [] });
        mina.request(method, &post).header("if-match", tag).json(&body).send()
    };
    edit(Method::PATCH, &read, "둘").await.expect(200);
    edit(Method::PATCH, &read, "셋").await.expect_problem(412, "version_mismatch");
    edit(Method::PUT, &read, "셋").await.expect_problem(412, "version_mismatch");
    edit(Method::PUT, "\"x\"", "셋").await.expect_problem(412, "version_mismatch");
    edit(Method::PUT, "2", "셋").await.expect_problem(400, "not_an_entity_tag");
    edit(Method::PATCH, "\"1\", \"7\"", "셋").await.expect_problem(412, "version_mismatch");
    let late = mina.request(Method::DELETE, &post).header("if-match", &read).send().await;
    late.expect_problem(412, "version_mismatch");
    assert_eq!(mina.get(&post).await.expect(200).json["text"], "둘");
    edit(Method::PUT, "\"2\"", "셋").await.expect(200);
    edit(Method::PATCH, "*", "넷").await.expect(200);
    edit(Method::PATCH, "\"3\", \"4\"", "다섯").await.expect(200);
    let lines = mina.request(Method::DELETE, &post).header("if-match", "\"4\"").header("if-match", "\"5\"");
    lines.send().await.expect(204);
    edit(Method::PATCH, "\"5\"", "여섯").await.expect_problem(404, "post_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_author_edits_or_deletes() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let post = path_of(&mina.publish("내 글").await);
    let body = json!({ "title": null, "text": "남의 글", "tags": [] });
    sora.put(&post, body.clone()).await.expect_problem(403, "not_the_author");
    sora.patch(&post, body.clone()).await.expect_problem(403, "not_the_author");
    sora.delete(&post).await.expect_problem(403, "not_the_author");
    let stale = sora.request(Method::PUT, &post).header("if-match", "\"9\"").json(&body).send().await;
    stale.expect_problem(403, "not_the_author");
    assert_eq!(mina.get(&post).await.expect(200).json["text"], "내 글");
    let unknown = path_of(&Uuid::now_v7().to_string());
    mina.put(&unknown, body.clone()).await.expect_problem(404, "post_not_found");
    mina.patch(&unknown, body).await.expect_problem(404, "post_not_found");
    mina.delete(&unknown).await.expect_problem(404, "post_not_found");
}

/// A post of mina's with a comment by sora, who also likes the post and the comment, and follows mina.
async fn met_post(mina: &Person, sora: &Person) -> (String, String) {
    let id = mina.publish("글 #한강").await;
    let comment = sora.comment(&id, "댓글").await;
    sora.put_empty(&format!("/v1/posts/{id}/like")).await.expect(204);
    sora.put_empty(&format!("/v1/comments/{comment}/like")).await.expect(204);
    sora.follow(mina).await;
    (id, comment)
}

async fn assert_vanished(sora: &Person, id: &str, comment: &str) {
    let post = path_of(id);
    for path in [post.clone(), format!("{post}/likes"), format!("{post}/comments")] {
        sora.get(&path).await.expect_problem(404, "post_not_found");
    }
    for path in [format!("/v1/comments/{comment}"), format!("/v1/comments/{comment}/replies")] {
        sora.get(&path).await.expect_problem(404, "comment_not_found");
    }
    for list in
        ["/v1/posts", "/v1/posts?tag=한강", "/v1/timeline", "/v1/users/sora/likes", "/v1/users/sora/comments"]
    {
        assert!(sora.get(list).await.expect(200).items().is_empty(), "{list}");
    }
    sora.put_empty(&format!("{post}/like")).await.expect_problem(404, "post_not_found");
    let refused = sora.post(&format!("{post}/comments"), json!({ "text": "늦은 댓글" })).await;
    refused.expect_problem(404, "post_not_found");
    let refused = sora.put_empty(&format!("/v1/comments/{comment}/like")).await;
    refused.expect_problem(404, "comment_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_post_vanishes_everywhere() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let (id, comment) = met_post(&mina, &sora).await;
    app.settle(&mina).await;
    assert_eq!(sora.get("/v1/users/mina").await.expect(200).json["post_count"], 1);
    let deleted = mina.delete(&path_of(&id)).await.expect(204);
    app.settle(&mina).await;
    assert_vanished(&sora, &id, &comment).await;
    assert!(sora.get("/v1/users/mina/posts").await.expect(200).items().is_empty());
    assert!(sora.get("/v1/tags").await.expect(200).items().is_empty());
    assert_eq!(sora.get("/v1/users/mina").await.expect(200).json["post_count"], 0);
    let again = mina.delete(&path_of(&id)).await.expect(204);
    assert_eq!(again.position(), deleted.position(), "deleting again moves nothing");
    sora.delete(&path_of(&id)).await.expect_problem(404, "post_not_found");
    mina.patch(&path_of(&id), json!({ "text": "다시" })).await.expect_problem(404, "post_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_posts_of_who_has_left_vanish_with_them() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let (id, comment) = met_post(&mina, &sora).await;
    mina.leave().await.expect(204);
    app.settle(&sora).await;
    assert_vanished(&sora, &id, &comment).await;
    sora.get("/v1/users/mina/posts").await.expect_problem(404, "user_not_found");
    mina.post("/v1/posts", json!({ "text": "유령" })).await.expect_problem(401, "session_ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_moved_from_elsewhere_stand_at_their_original_time() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.register("sora").await);
    sora.follow(&mina).await;
    let new = mina.publish("오늘").await;
    let import = |body: Value| mina.post("/v1/posts", body);
    let at = |year: &str| format!("{year}-05-01T09:30:00.123Z");
    let middle = import(json!({ "text": "재작년", "published_at": at("2023") })).await.expect(201);
    let oldest = import(json!({ "text": "더 전", "published_at": at("2019") })).await.expect(201);
    let id = "018cc251-f400-7000-8000-00000000000a";
    let given = import(json!({ "text": "새해", "id": id, "published_at": "2024-01-01T00:00:00Z" })).await;
    assert_eq!(given.clone().expect(201).id(), id);
    assert_eq!(oldest.json["published_at"], at("2019").as_str());
    app.settle(&sora).await;
    let expected = [new, id.to_owned(), middle.id(), oldest.id()];
    for list in ["/v1/posts", "/v1/users/mina/posts", "/v1/timeline"] {
        assert_eq!(sora.walk(&format!("{list}{}", "?limit=1"), "id").await, expected, "{list}");
    }
    let read = sora.get(&path_of(&oldest.id())).await.expect(200);
    assert_eq!(read.json["published_at"], at("2019").as_str());

    let again = import(json!({ "text": "새해", "id": id, "published_at": "2024-01-01T00:00:00Z" })).await;
    assert_eq!(again.expect(201).position(), given.position(), "a repeat is harmless");
    let other = import(json!({ "text": "다른 글", "id": id })).await;
    other.expect_problem(409, "post_already_published");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_operators_give_posts_an_id_or_a_time_and_only_one_that_can_be() {
    let app = TestApp::start().await;
    let (operated, mina) = (app.enrol("sora").await, app.register("mina").await);
    for body in [
        json!({ "text": "글", "published_at": "2020-01-01T00:00:00Z" }),
        json!({ "text": "글", "id": Uuid::now_v7() }),
    ] {
        mina.post("/v1/posts", body).await.expect_problem(403, "operators_only");
    }
    for (field, value, code) in [
        ("published_at", "2100-01-01T00:00:00Z", "in_the_future"),
        ("published_at", "어제", "wrong_type"),
        ("id", "5f0c3c1e-8a6b-4d2e-9f3a-2b1c0d9e8f7a", "not_a_uuid_v7"),
        ("id", "7", "wrong_type"),
    ] {
        let refused = operated.post("/v1/posts", json!({ "text": "글", field: value })).await;
        let refused = refused.expect_problem(422, "invalid_fields");
        let error = &refused.json["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!(format!("/{field}")), &json!(code)));
    }
    let nobodys = app.operator().await.post("/v1/posts", json!({ "text": "글" })).await;
    nobodys.expect_problem(403, "act_as_missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_repeats_its_first_answer_and_nothing_else() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let body = json!({ "text": "한 번만" });
    let first = keyed(&mina, Method::POST, "/v1/posts", "k1", &body).await.expect(201);
    let post = path_of(&first.id());
    let edited = keyed(&mina, Method::PATCH, &post, "k2", &json!({ "text": "고침" })).await.expect(200);
    mina.patch(&post, json!({ "text": "또 고침" })).await.expect(200);

    let again = keyed(&mina, Method::POST, "/v1/posts", "k1", &body).await.expect(201);
    assert_eq!((&again.json, again.position()), (&first.json, first.position()));
    for name in ["location", "etag"] {
        assert_eq!(again.header(name), first.header(name));
    }
    let again = keyed(&mina, Method::PATCH, &post, "k2", &json!({ "text": "고침" })).await.expect(200);
    assert_eq!((&again.json, again.position()), (&edited.json, edited.position()));
    assert_eq!(mina.get(&post).await.expect(200).json["text"], "또 고침", "a repeat undoes nothing");

    let other = keyed(&mina, Method::POST, "/v1/posts", "k1", &json!({ "text": "다른 것" })).await;
    other.expect_problem(422, "idempotency_key_reused");
    let whole = json!({ "title": null, "text": "글", "tags": [] });
    let other = keyed(&mina, Method::PUT, &post, "k1", &whole).await;
    other.expect_problem(422, "idempotency_key_reused");
    let soras = keyed(&sora, Method::POST, "/v1/posts", "k1", &body).await.expect(201);
    assert_ne!(soras.id(), first.id(), "keys belong to people");
    keyed(&mina, Method::POST, "/v1/posts", "", &body).await.expect_problem(400, "invalid_key");
    let long = "k".repeat(256);
    keyed(&mina, Method::POST, "/v1/posts", &long, &body).await.expect_problem(400, "invalid_key");

    let delete = || mina.request(Method::DELETE, &post).header("idempotency-key", "k3").send();
    let deleted = delete().await.expect(204);
    assert_eq!(delete().await.expect(204).position(), deleted.position());
    assert_eq!(mina.get("/v1/users/mina/posts").await.expect(200).items().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_post_said_before_is_kept_and_shown_until_it_is_deleted() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let id = mina.publish("처음 #하나").await;
    let versions = format!("{}/versions", path_of(&id));
    let read = async || mina.see(&app, &versions).await.expect(200).each("text");
    assert_eq!(read().await, ["처음 #하나"]);
    for text in ["고친 글", "또 고친 글"] {
        mina.patch(&path_of(&id), json!({ "text": text })).await.expect(200);
        assert_eq!(read().await[0], text);
    }
    let all = mina.see(&app, &versions).await.expect(200);
    let post = mina.get(&path_of(&id)).await.expect(200).json;
    assert_eq!(all.each("text"), ["또 고친 글", "고친 글", "처음 #하나"]);
    let oldest = &all.items()[2];
    assert_eq!((&oldest["version"], &oldest["written_at"]), (&json!(1), &post["published_at"]));
    assert_eq!(oldest["tags"], json!(["하나"]));
    assert_eq!(all.items()[0]["written_at"], post["edited_at"]);
    assert_eq!(mina.walk(&format!("{versions}?limit=1"), "text").await, all.each("text"));
    // A rebuild meets all versions in one batch.
    app.settle(&mina).await;
    assert_equal_to_a_rebuild(&app).await;
    mina.delete(&path_of(&id)).await.expect(204);
    mina.see(&app, &versions).await.expect_problem(404, "post_not_found");
    assert_equal_to_a_rebuild(&app).await;
    let (left,): (i64,) =
        sqlx::query_as("select count(*) from posts.versions").fetch_one(&app.pool).await.expect("a number");
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_posts_can_be_pinned_and_the_latest_pinned_comes_first() {
    let app = TestApp::start().await;
    let (mina, bora) = (app.enrol("mina").await, app.enrol("bora").await);
    let mut posts = vec![];
    for n in 0..4 {
        posts.push(mina.publish(&format!("{n}번째")).await);
    }
    let path = |n: usize| format!("/v1/posts/{}/pin", posts[n]);
    let pins = async || bora.see(&app, "/v1/users/mina/pins").await.expect(200).each("id");
    assert!(pins().await.is_empty());
    for n in 0..3 {
        for _ in 0..2 {
            mina.put_empty(&path(n)).await.expect(204);
        }
    }
    assert_eq!(pins().await, [&*posts[2], &posts[1], &posts[0]]);
    mina.put_empty(&path(3)).await.expect_problem(409, "too_many_pins");
    mina.delete(&path(1)).await.expect(204);
    mina.put_empty(&path(3)).await.expect(204);
    assert_eq!(pins().await, [&*posts[3], &posts[2], &posts[0]]);
    // A deleted post is pinned no more, and takes no place.
    mina.delete(&format!("/v1/posts/{}", posts[2])).await.expect(204);
    assert_eq!(pins().await, [&*posts[3], &posts[0]]);
    mina.put_empty(&path(1)).await.expect(204);
    assert_eq!(pins().await, [&*posts[1], &posts[3], &posts[0]]);

    let theirs = bora.publish("남의 글").await;
    mina.put_empty(&format!("/v1/posts/{theirs}/pin")).await.expect_problem(404, "post_not_found");
    mina.delete(&format!("/v1/posts/{theirs}/pin")).await.expect(204);
    app.nobody().put_empty(&path(0)).await.expect_problem(401, "not_logged_in");
}
