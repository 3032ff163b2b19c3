//! Comments and replies: written, read, listed, edited, deleted down to a stub.

use crate::support::TestApp;
use crate::support::client::{Answer, Person};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

fn path_of(comment: &str) -> String {
    format!("/v1/comments/{comment}")
}

async fn write(by: &Person, post: &str, body: Value) -> Answer {
    by.post(&format!("/v1/posts/{post}/comments"), body).await
}

async fn replies_to(reader: &Person, comment: &str) -> Vec<String> {
    reader.walk(&format!("/v1/comments/{comment}/replies?limit=2"), "id").await
}

async fn comment_count(reader: &Person, post: &str) -> Value {
    reader.get(&format!("/v1/posts/{post}")).await.expect(200).json["comment_count"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_is_answered_whole_and_read_the_same() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = mina.publish("글").await;
    let written = write(&mina, &post, json!({ "text": "@마당쇠 안녕 #태그아님" })).await.expect(201);
    let id = written.id();
    assert_eq!(written.header("location"), path_of(&id));
    assert_eq!(written.header("etag"), "\"1\"");
    let expected = json!({
        "id": id,
        "post_id": post,
        "parent_id": null,
        "root_id": null,
        "author": {
            "id": mina.id, "handle": "mina", "display_name": "mina", "avatar_url": "/v1/users/mina/avatar",
        },
        "alias": null,
        "by_post_author": true,
        "text": "@마당쇠 안녕 #태그아님",
        "mentions": ["마당쇠"],
        "deleted": false,
        "like_count": 0,
        "reply_count": 0,
        "liked_by_me": false,
        "written_at": written.json["written_at"],
        "edited_at": null,
    });
    assert_eq!(written.json, expected);
    let read = mina.get(&path_of(&id)).await.expect(200);
    assert_eq!((read.json.clone(), read.header("etag")), (expected.clone(), "\"1\""));
    let listed = app.nobody().get(&format!("/v1/posts/{post}/comments")).await.expect(200);
    assert_eq!(listed.items(), [expected]);
    assert!(mina.get("/v1/tags").await.expect(200).items().is_empty(), "comments carry no tags");
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_are_listed_oldest_first_with_their_replies_below() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let post = mina.publish("글").await;
    let first = mina.comment(&post, "하나").await;
    let second = sora.comment(&post, "둘").await;
    let reply = sora.reply(&post, &first, "하나의 답").await;
    let deeper = mina.reply(&post, &reply, "답의 답").await;
    let other = mina.reply(&post, &first, "하나의 다른 답").await;
    app.settle(&mina).await;
    let roots = mina.walk(&format!("/v1/posts/{post}/comments?limit=1"), "id").await;
    assert_eq!(roots, [first.clone(), second.clone()], "replies stand below");
    assert_eq!(replies_to(&mina, &first).await, [reply.clone(), deeper.clone(), other], "the whole thread");
    assert_eq!(replies_to(&mina, &reply).await, [deeper.as_str()], "those that answer it");
    assert_eq!(replies_to(&mina, &second).await, [""; 0]);
    let read = mina.get(&path_of(&deeper)).await.expect(200);
    assert_eq!((&read.json["parent_id"], &read.json["root_id"]), (&json!(reply), &json!(first)));
    for (comment, replies) in [(&first, 3), (&second, 0), (&reply, 1), (&deeper, 0)] {
        assert_eq!(mina.get(&path_of(comment)).await.expect(200).json["reply_count"], replies);
    }
    assert_eq!(comment_count(&mina, &post).await, 5, "comments and replies");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_needs_a_login_a_post_and_a_parent_on_it() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let (post, elsewhere) = (mina.publish("글").await, mina.publish("다른 글").await);
    let comment = mina.comment(&post, "댓글").await;
    write(&app.nobody(), &post, json!({ "text": "누구" })).await.expect_problem(401, "not_logged_in");
    for unknown in [Uuid::now_v7().to_string().as_str(), "7", "글"] {
        write(&mina, unknown, json!({ "text": "댓글" })).await.expect_problem(404, "post_not_found");
        mina.get(&format!("/v1/posts/{unknown}/comments")).await.expect_problem(404, "post_not_found");
        mina.get(&path_of(unknown)).await.expect_problem(404, "comment_not_found");
        mina.get(&format!("/v1/comments/{unknown}/replies")).await.expect_problem(404, "comment_not_found");
    }
    for (post, parent, code) in [
        (&elsewhere, comment.clone(), "parent_under_another_post"),
        (&post, Uuid::now_v7().to_string(), "parent_comment_not_found"),
        (&post, post.clone(), "parent_comment_not_found"),
    ] {
        let refused =
            write(&mina, post, json!({ "text": "답", "parent_id": parent })).await.expect_problem(422, code);
        assert_eq!(refused.json["errors"][0]["pointer"], "/parent_id");
    }
    for (body, pointer) in [
        (json!({}), "/text"),
        (json!({ "text": "\n" }), "/text"),
        (json!({ "text": "가".repeat(2_001) }), "/text"),
        (json!({ "text": "답", "parent_id": "x" }), "/parent_id"),
        (json!({ "text": "답", "root_id": comment }), "/root_id"),
    ] {
        let refused = write(&mina, &post, body).await.expect_problem(422, "invalid_fields");
        assert_eq!(refused.json["errors"][0]["pointer"], pointer, "{:#}", refused.json);
    }
    write(&mina, &post, json!({ "text": "가".repeat(2_000), "parent_id": null })).await.expect(201);
    assert_eq!(comment_count(&mina, &post).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_author_edits_a_comment_and_only_the_version_they_read() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let post = mina.publish("글").await;
    let comment = path_of(&sora.comment(&post, "처음").await);
    mina.patch(&comment, json!({ "text": "남의 말" })).await.expect_problem(403, "not_the_author");
    mina.delete(&comment).await.expect_problem(403, "not_the_author");
    app.nobody().patch(&comment, json!({ "text": "말" })).await.expect_problem(401, "not_logged_in");
    app.nobody().delete(&comment).await.expect_problem(401, "not_logged_in");

    let edited = sora.patch(&comment, json!({ "text": "고침 @마당쇠" })).await.expect(200);
    assert_eq!(edited.header("etag"), "\"2\"");
    assert_eq!(edited.json["author_id"], sora.id.as_str());
    let again = sora.patch(&comment, json!({ "text": "고침 @마당쇠" })).await.expect(200);
    assert_eq!((&again.json, again.position()), (&edited.json, edited.position()), "nothing moved");
    let read = sora.get(&comment).await.expect(200);
    assert_eq!(read.header("etag"), "\"2\"");
    for field in ["text", "mentions", "written_at", "edited_at"] {
        assert_eq!(read.json[field], edited.json[field], "{field}");
    }
    let tagged = |method: Method, tag: &str| {
        sora.request(method, &comment).header("if-match", tag).json(&json!({ "text": "또" })).send()
    };
    tagged(Method::PATCH, "\"1\"").await.expect_problem(412, "version_mismatch");
    tagged(Method::DELETE, "\"1\"").await.expect_problem(412, "version_mismatch");
    tagged(Method::PATCH, "\"2\"").await.expect(200);
    tagged(Method::DELETE, "\"3\"").await.expect(204);
    sora.patch(&comment, json!({ "text": "늦음" })).await.expect_problem(404, "comment_not_found");
    let unknown = path_of(&Uuid::now_v7().to_string());
    sora.patch(&unknown, json!({ "text": "말" })).await.expect_problem(404, "comment_not_found");
    sora.delete(&unknown).await.expect_problem(404, "comment_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_comment_stays_as_a_stub_until_its_last_reply_goes() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = mina.publish("글").await;
    let root = mina.comment(&post, "@마당쇠 시작").await;
    let reply = mina.reply(&post, &root, "답").await;
    let deeper = mina.reply(&post, &reply, "답의 답").await;
    mina.put_empty(&format!("/v1/comments/{root}/like")).await.expect(204);

    let deleted = mina.delete(&path_of(&root)).await.expect(204);
    assert_eq!(mina.delete(&path_of(&root)).await.expect(204).position(), deleted.position());
    let stub = mina.get(&path_of(&root)).await.expect(200);
    assert_eq!(stub.json["deleted"], true);
    for (field, empty) in [("author", Value::Null), ("text", Value::Null), ("mentions", json!([]))] {
        assert_eq!(stub.json[field], empty, "{field} of a stub");
    }
    assert_eq!((&stub.json["like_count"], &stub.json["reply_count"]), (&json!(0), &json!(2)));
    let roots = format!("/v1/posts/{post}/comments");
    assert_eq!(mina.get(&roots).await.expect(200).each("id"), [root.as_str()]);
    assert_eq!(replies_to(&mina, &root).await, [reply.as_str(), &deeper]);
    assert_eq!(comment_count(&mina, &post).await, 2, "a stub does not count");

    mina.delete(&path_of(&reply)).await.expect(204);
    assert_eq!(replies_to(&mina, &root).await, [reply.as_str(), &deeper], "a stub within the thread");
    let late = write(&mina, &post, json!({ "text": "늦은 답", "parent_id": root })).await;
    late.expect_problem(422, "parent_comment_not_found");
    let late = mina.put_empty(&format!("/v1/comments/{root}/like")).await;
    late.expect_problem(404, "comment_not_found");
    mina.get(&format!("/v1/comments/{root}/likes")).await.expect_problem(404, "comment_not_found");

    mina.delete(&path_of(&deeper)).await.expect(204);
    for gone in [&root, &reply, &deeper] {
        mina.get(&path_of(gone)).await.expect_problem(404, "comment_not_found");
        mina.get(&format!("/v1/comments/{gone}/replies")).await.expect_problem(404, "comment_not_found");
    }
    assert!(mina.get(&roots).await.expect(200).items().is_empty());
    assert_eq!(comment_count(&mina, &post).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_comment_without_replies_leaves_nothing() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = mina.publish("글").await;
    let (gone, stays) = (mina.comment(&post, "가는 말").await, mina.comment(&post, "남는 말").await);
    mina.delete(&path_of(&gone)).await.expect(204);
    mina.get(&path_of(&gone)).await.expect_problem(404, "comment_not_found");
    let listed = mina.get(&format!("/v1/posts/{post}/comments")).await.expect(200);
    assert_eq!(listed.each("id"), [stays]);
    assert_eq!(comment_count(&mina, &post).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_comments_are_listed_newest_first_without_stubs() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let (post, gone) = (mina.publish("글").await, mina.publish("지울 글").await);
    let first = sora.comment(&post, "하나").await;
    let stub = sora.comment(&post, "둘").await;
    let lost = sora.comment(&gone, "셋").await;
    let reply = sora.reply(&post, &stub, "넷").await;
    mina.comment(&post, "남의 말").await;
    assert_eq!(
        sora.walk("/v1/users/sora/comments?limit=1", "id").await,
        [&reply, &lost, &stub, &first].map(String::as_str)
    );
    sora.delete(&path_of(&stub)).await.expect(204);
    mina.delete(&format!("/v1/posts/{gone}")).await.expect(204);
    app.settle(&mina).await;
    assert_eq!(mina.walk("/v1/users/sora/comments?limit=1", "id").await, [reply, first]);
    mina.get("/v1/users/nobody/comments").await.expect_problem(404, "user_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_comments_of_who_has_left_vanish_but_for_stubs() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let post = mina.publish("글").await;
    let (alone, answered) = (sora.comment(&post, "하나").await, sora.comment(&post, "둘").await);
    let reply = mina.reply(&post, &answered, "답").await;
    sora.leave().await.expect(204);
    app.settle(&mina).await;
    mina.get(&path_of(&alone)).await.expect_problem(404, "comment_not_found");
    let listed = mina.get(&format!("/v1/posts/{post}/comments")).await.expect(200);
    assert_eq!(listed.each("id"), [answered.as_str()]);
    let stub = &listed.items()[0];
    assert_eq!((&stub["author"], &stub["text"]), (&Value::Null, &Value::Null));
    assert_eq!(replies_to(&mina, &answered).await, [reply]);
    mina.get("/v1/users/sora/comments").await.expect_problem(404, "user_not_found");
    let late = write(&mina, &post, json!({ "text": "늦은 답", "parent_id": answered })).await;
    late.expect_problem(422, "parent_comment_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_writes_one_comment_however_often_it_comes() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = mina.publish("글").await;
    let path = format!("/v1/posts/{post}/comments");
    let send = |text: &str| {
        let body = json!({ "text": text });
        mina.request(Method::POST, &path).header("idempotency-key", "k").json(&body).send()
    };
    let first = send("한 번").await.expect(201);
    mina.patch(&path_of(&first.id()), json!({ "text": "고침" })).await.expect(200);
    let again = send("한 번").await.expect(201);
    assert_eq!((&again.json, again.position()), (&first.json, first.position()));
    assert_eq!(again.header("location"), first.header("location"));
    send("두 번").await.expect_problem(422, "idempotency_key_reused");
    assert_eq!(mina.get(&path).await.expect(200).each("text"), ["고침"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_are_listed_in_the_order_one_asks_for() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let post = mina.publish("글").await;
    let mut written = vec![];
    for text in ["하나", "둘", "셋", "넷"] {
        written.push(mina.comment(&post, text).await);
    }
    for (person, comment) in [(&mina, &written[1]), (&sora, &written[1]), (&sora, &written[2])] {
        person.put_empty(&format!("/v1/comments/{comment}/like")).await.expect(204);
    }
    mina.reply(&post, &written[0], "답글").await;
    app.settle(&sora).await;
    let path = format!("/v1/posts/{post}/comments");
    let in_order = |places: [usize; 4]| places.map(|place| written[place].clone());
    for (sort, places) in [("oldest", [0, 1, 2, 3]), ("newest", [3, 2, 1, 0]), ("most_liked", [1, 2, 3, 0])] {
        let walked = mina.walk(&format!("{path}?limit=1&sort={sort}"), "id").await;
        assert_eq!(walked, in_order(places), "{sort}");
    }
    let cursor = mina.get(&format!("{path}?limit=1&sort=newest")).await.expect(200);
    let cursor = cursor.json["next_cursor"].as_str().expect("another page").to_owned();
    mina.get(&format!("{path}?cursor={cursor}")).await.expect_problem(400, "invalid_cursor");
    mina.get(&format!("{path}?sort=best")).await.expect_refused("an unknown order");
}
