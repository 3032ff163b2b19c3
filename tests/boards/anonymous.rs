//! An author on an anonymous board has another alias under every post; only the author knows which posts and
//! comments are their own.

use super::{open_at_any_hour, post, publish_on, whisper};
use crate::races::assert_equal_to_a_rebuild;
use crate::support::TestApp;
use crate::support::client::{Answer, Person};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Writes a comment; returns the answer's JSON.
async fn comment(person: &Person, post: &str, text: &str, parent: Option<&str>) -> Value {
    let body = json!({ "text": text, "parent_id": parent });
    person.post(&format!("/v1/posts/{post}/comments"), body).await.expect(201).json
}

fn id(json: &Value) -> String {
    json["id"].as_str().expect("an id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_has_one_alias_under_a_post_and_another_under_the_next() {
    let app = TestApp::start().await;
    open_at_any_hour(&app).await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let published = publish_on(&mina, "night", "잠이 안 와요").await.expect(201);
    let first = published.id();
    let otter = &published.json["alias"];
    assert_eq!((&published.json["author"], &otter["is_me"]), (&Value::Null, &json!(true)));
    assert!(otter["name"].as_str().expect("a name").starts_with("익명의 "), "{otter}");
    assert!(otter["name_en"].as_str().expect("a name").starts_with("Anonymous "), "{otter}");

    let answer = comment(&sora, &first, "저도요", None).await;
    let reply = comment(&mina, &first, "같이 깨어 있어요", Some(&id(&answer))).await;
    let again = comment(&sora, &first, "좋아요", Some(&id(&reply))).await;
    let alias = |json: &Value| json["alias"]["id"].clone();
    assert_eq!(alias(&reply), otter["id"], "the same under one post");
    assert_eq!(alias(&answer), alias(&again));
    assert_ne!(alias(&answer), alias(&reply));
    assert_ne!(answer["alias"]["name"], reply["alias"]["name"], "two are never called the same");
    assert_eq!((&reply["by_post_author"], &answer["by_post_author"]), (&json!(true), &json!(false)));

    let second = publish_on(&mina, "night", "또 저예요").await.expect(201);
    assert_ne!(second.json["alias"]["id"], otter["id"], "another under the next");
    let answer = comment(&sora, &second.id(), "어서 오세요", None).await;
    assert_ne!(alias(&answer), alias(&again));

    for (reader, is_me) in [(&mina, true), (&sora, false), (&app.nobody(), false)] {
        let read = reader.see(&app, &format!("/v1/posts/{first}")).await.expect(200).json;
        assert_eq!((&read["author"], &read["alias"]["id"]), (&Value::Null, &otter["id"]));
        assert_eq!(read["alias"]["is_me"], is_me);
        assert_eq!(read["comment_count"], 3);
        let listed = reader.see(&app, "/v1/boards/night/posts").await.expect(200);
        let mine: Vec<_> = listed.items().iter().map(|item| item["alias"]["is_me"] == true).collect();
        assert_eq!(mine, [is_me, is_me]);
    }
    for (reader, marks) in [(&mina, [false, true, false]), (&sora, [true, false, true])] {
        let begun = reader.see(&app, &format!("/v1/posts/{first}/comments")).await.expect(200);
        let root = begun.items()[0]["id"].as_str().expect("an id");
        let replies = reader.get(&format!("/v1/comments/{root}/replies")).await.expect(200);
        let all: Vec<_> = begun.items().iter().chain(replies.items()).cloned().collect();
        let mine: Vec<_> = all.iter().map(|item| item["alias"]["is_me"] == true).collect();
        assert_eq!(mine, marks);
        let by_author: Vec<_> = all.iter().map(|item| item["by_post_author"] == true).collect();
        assert_eq!(by_author, [false, true, false]);
        assert!(all.iter().all(|item| item["author"].is_null()), "{all:#?}");
    }
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_under_one_post_all_have_names_of_their_own() {
    let app = TestApp::start().await;
    open_at_any_hour(&app).await;
    let people = app.enrol_many("guest", 80).await;
    let post = whisper(&people[0], "다 모여라").await;
    // The first 20 people come twice at once.
    let said =
        join_all(people.iter().chain(&people[..20]).map(|person| comment(person, &post, "왔어요", None)))
            .await;
    let aliases: BTreeSet<_> = said.iter().map(|comment| comment["alias"]["id"].to_string()).collect();
    let names: BTreeSet<_> = said.iter().map(|comment| comment["alias"]["name"].to_string()).collect();
    assert_eq!((aliases.len(), names.len()), (80, 80));
}

#[tokio::test(flavor = "multi_thread")]
async fn likes_of_what_is_anonymous_are_ones_own_and_show_nobody() {
    let app = TestApp::start().await;
    open_at_any_hour(&app).await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let first = whisper(&mina, "별이 보여요").await;
    let said = id(&comment(&mina, &first, "정말로요", None).await);
    let (post_path, comment_path) = (format!("/v1/posts/{first}"), format!("/v1/comments/{said}"));
    for path in [&post_path, &comment_path] {
        for _ in 0..2 {
            sora.put_empty(&format!("{path}/like")).await.expect(204);
        }
        for (reader, liked) in [(&sora, true), (&mina, false), (&app.nobody(), false)] {
            let read = reader.see(&app, path).await.expect(200).json;
            assert_eq!((&read["like_count"], &read["liked_by_me"]), (&json!(1), &json!(liked)), "{path}");
            let likes = reader.see(&app, &format!("{path}/likes")).await.expect(200);
            assert_eq!(likes.json["items"], json!([]), "{path}");
        }
    }
    let feed = sora.see(&app, "/v1/boards/night/posts").await.expect(200);
    assert_eq!(feed.items()[0]["liked_by_me"], true);
    let comments = sora.see(&app, &format!("{post_path}/comments?sort=most_liked")).await.expect(200);
    assert_eq!(comments.items()[0]["liked_by_me"], true);
    assert_eq!(sora.see(&app, "/v1/users/sora/likes").await.expect(200).json["items"], json!([]));
    for path in [&post_path, &comment_path] {
        for _ in 0..2 {
            sora.delete(&format!("{path}/like")).await.expect(204);
        }
        let read = sora.get(path).await.expect(200).json;
        assert_eq!((&read["like_count"], &read["liked_by_me"]), (&json!(0), &json!(false)));
    }
    let nothing = uuid::Uuid::nil();
    sora.delete(&format!("/v1/posts/{nothing}/like")).await.expect_problem(404, "post_not_found");
    sora.put_empty(&format!("/v1/comments/{nothing}/like")).await.expect_problem(404, "comment_not_found");
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_wrote_it_edits_or_deletes_what_is_anonymous() {
    let app = TestApp::start().await;
    open_at_any_hour(&app).await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let first = whisper(&mina, "처음").await;
    let said = id(&comment(&sora, &first, "처음", None).await);
    let (post_path, comment_path) = (format!("/v1/posts/{first}"), format!("/v1/comments/{said}"));
    let text = json!({ "text": "고침" });
    let bora = app.register("bora").await;
    for (path, other) in
        [(&post_path, &sora), (&comment_path, &mina), (&post_path, &bora), (&comment_path, &bora)]
    {
        other.patch(path, text.clone()).await.expect_problem(403, "not_the_author");
        other.delete(path).await.expect_problem(403, "not_the_author");
    }
    let whole = json!({ "title": null, "text": "다시", "tags": [] });
    sora.put(&post_path, whole.clone()).await.expect_problem(403, "not_the_author");
    sora.put_empty(&format!("{post_path}/pin")).await.expect_problem(404, "post_not_found");
    mina.put_empty(&format!("{post_path}/pin")).await.expect_problem(404, "post_not_found");
    let stale = mina.request(Method::PATCH, &post_path).header("if-match", "\"7\"").json(&text).send().await;
    stale.expect_problem(412, "version_mismatch");
    let edited = mina.patch(&post_path, text.clone()).await.expect(200);
    assert_eq!(edited.json["author_id"], post(&app, &mina, &first).await["alias"]["id"]);
    mina.put(&post_path, whole).await.expect(200);
    sora.patch(&comment_path, text).await.expect(200);
    assert_eq!(mina.get(&format!("{post_path}/versions")).await.expect(200).items().len(), 3);
    sora.delete(&comment_path).await.expect(204);
    for _ in 0..2 {
        mina.delete(&post_path).await.expect(204);
    }
    mina.get(&post_path).await.expect_problem(404, "post_not_found");
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn repeating_an_anonymous_command_changes_nothing_and_gives_the_same_answer() {
    let app = TestApp::start().await;
    open_at_any_hour(&app).await;
    let mina = app.register("mina").await;
    let keyed = async |method: Method, path: &str, key: &str, body: Value| -> Answer {
        mina.request(method, path).header("idempotency-key", key).json(&body).send().await
    };
    let body = json!({ "text": "한 번만", "board": "night" });
    let at_once = join_all((0..4).map(|_| keyed(Method::POST, "/v1/posts", "k", body.clone()))).await;
    let first = at_once[0].clone().expect(201);
    for again in at_once {
        assert_eq!(again.expect(201).json, first.json);
    }
    let other = json!({ "text": "두 번", "board": "night" });
    keyed(Method::POST, "/v1/posts", "k", other.clone()).await.expect_problem(422, "idempotency_key_reused");
    let second = keyed(Method::POST, "/v1/posts", "k2", other).await.expect(201);
    assert_ne!(second.id(), first.id());

    let comments = format!("/v1/posts/{}/comments", first.id());
    let said = keyed(Method::POST, &comments, "k3", json!({ "text": "하나" })).await.expect(201);
    let again = keyed(Method::POST, &comments, "k3", json!({ "text": "하나" })).await.expect(201);
    assert_eq!(again.json, said.json);
    let reused = keyed(Method::POST, &comments, "k3", json!({ "text": "둘" })).await;
    reused.expect_problem(422, "idempotency_key_reused");
    let path = format!("/v1/comments/{}", said.id());
    for _ in 0..2 {
        keyed(Method::PATCH, &path, "k4", json!({ "text": "고침" })).await.expect(200);
    }
    let (events,): (i64,) =
        sqlx::query_as("select count(*) from events where aggregate_type in ('post', 'comment')")
            .fetch_one(&app.pool)
            .await
            .expect("a count");
    assert_eq!(events, 4);
    // The key is free a day later, and names another post.
    sqlx::query("update vault.aliases set key_until = clock_timestamp() where key_until is not null")
        .execute(&app.pool)
        .await
        .expect("a day passes");
    sqlx::query("delete from commands").execute(&app.pool).await.expect("a day passes");
    assert_ne!(keyed(Method::POST, "/v1/posts", "k", body).await.expect(201).id(), first.id());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_anonymous_is_found_where_its_author_is() {
    let app = TestApp::start().await;
    open_at_any_hour(&app).await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    sora.follow(&mina).await;
    let named = mina.publish("아침 #바다").await;
    let first = whisper(&mina, "밤 #바다 @sora").await;
    mina.comment(&first, "혼잣말").await;
    mina.put_empty(&format!("/v1/posts/{first}/like")).await.expect(204);
    app.settle(&sora).await;
    for reader in [&sora, &mina] {
        for path in ["/v1/timeline", "/v1/posts", "/v1/users/mina/posts", "/v1/posts?tag=바다"] {
            assert_eq!(reader.see(&app, path).await.expect(200).each("id"), [&*named], "{path}");
        }
        for path in ["/v1/users/mina/likes", "/v1/users/mina/comments", "/v1/photos", "/v1/users/mina/photos"]
        {
            assert_eq!(reader.see(&app, path).await.expect(200).json["items"], json!([]), "{path}");
        }
        assert_eq!(reader.get("/v1/users/mina").await.expect(200).json["post_count"], 1);
    }
    assert_eq!(post(&app, &sora, &first).await["tags"], json!([]), "tags lead to it from nowhere");
    let alias = post(&app, &sora, &first).await["alias"]["id"].as_str().expect("an id").to_owned();
    let posing = Person { act_as: Some(alias), ..app.operator().await };
    posing.get("/v1/me").await.expect_problem(404, "user_not_found");
    let moved = json!({ "text": "글", "board": "night", "published_at": "2020-01-01T00:00:00Z" });
    mina.by_operator(&app).await.post("/v1/posts", moved).await.expect_problem(422, "invalid_fields");
}

#[tokio::test(flavor = "multi_thread")]
async fn blocking_or_leaving_makes_nothing_anonymous_appear_or_vanish() {
    let app = TestApp::start().await;
    open_at_any_hour(&app).await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let bora = app.register("bora").await;
    mina.put("/v1/me/privacy", json!({ "private": true })).await.expect(200);
    let first = whisper(&mina, "누구일까요").await;
    let said = mina.comment(&first, "저예요").await;
    let theirs = whisper(&sora, "여기도요").await;
    let answer = sora.comment(&first, "모르겠어요").await;
    let seen = async |reader: &Person| {
        let mut seen = vec![];
        for path in ["/v1/boards/night/posts", &format!("/v1/posts/{first}/comments")] {
            seen.push(reader.see(&app, path).await.expect(200).each("id"));
        }
        seen
    };
    let before = seen(&sora).await;
    assert_eq!(before, [vec![theirs.clone(), first.clone()], vec![said.clone(), answer.clone()]]);
    sora.put_empty("/v1/users/mina/block").await.expect(204);
    mina.put_empty("/v1/users/sora/mute").await.expect(204);
    for reader in [&sora, &mina, &bora] {
        assert_eq!(seen(reader).await, before);
    }
    // Neither learns from a refusal who the other is: likes and replies still succeed.
    sora.put_empty(&format!("/v1/posts/{first}/like")).await.expect(204);
    sora.put_empty(&format!("/v1/comments/{said}/like")).await.expect(204);
    sora.reply(&first, &said, "그래도요").await;
    mina.reply(&first, &answer, "그렇군요").await;
    mina.put_empty(&format!("/v1/posts/{theirs}/like")).await.expect(204);

    mina.leave().await.expect(204);
    assert_eq!(seen(&sora).await, before);
    sora.put_empty(&format!("/v1/comments/{said}/like")).await.expect(204);
    sora.reply(&first, &said, "아직 있네요").await;
    app.madang(&["erase", &mina.id, "--grace", "0"]).await.expect("erased");
    assert_eq!(seen(&sora).await, before);
    assert_eq!(post(&app, &sora, &first).await["text"], "누구일까요");
    sora.reply(&first, &said, "여전히요").await;
    let (left,): (i64,) = sqlx::query_as("select count(*) from vault.aliases where user_id = $1::uuid")
        .bind(&mina.id)
        .fetch_one(&app.pool)
        .await
        .expect("a count");
    assert_eq!(left, 0, "and nobody knows any more");
    assert_equal_to_a_rebuild(&app).await;
}
