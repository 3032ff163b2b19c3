//! Blocks and mutes: a block works both ways, a mute one way.

use crate::faults::until;
use crate::support::TestApp;
use crate::support::client::Person;
use serde_json::{Value, json};

/// Everything in which `reader` could meet `who`, by the ids of what the reader meets.
async fn met(app: &TestApp, reader: &Person, who: &Person, post: &str) -> Value {
    let list = async |path: &str, field: &str| reader.see(app, path).await.expect(200).each(field);
    let at = |path: &str| path.replace("WHO", &who.handle).replace("POST", post);
    let of = |list: Vec<String>| list.iter().filter(|&handle| *handle == who.handle).count();
    let comments = reader.see(app, &at("/v1/posts/POST/comments")).await.expect(200);
    let comments = comments.items().iter().filter(|comment| comment["author"]["handle"] == *who.handle);
    json!({
        "timeline": of(list("/v1/timeline", "author/handle").await),
        "latest": of(list("/v1/posts", "author/handle").await),
        "tagged": of(list("/v1/posts?tag=한강", "author/handle").await),
        "comments": comments.count(),
        "likes": of(list(&at("/v1/posts/POST/likes"), "user/handle").await),
        "followers": of(list("/v1/users/sora/followers", "handle").await),
        "people": of(list("/v1/users", "handle").await),
    })
}

fn each(meeting: &Value, times: u64) -> bool {
    meeting.as_object().expect("lists").values().all(|met| *met == json!(times))
}

/// Mina and bora follow each other; both have published, commented on and liked a post of sora's.
async fn neighbours(app: &TestApp) -> (Person, Person, Person, String) {
    let (mina, bora, sora) = (app.enrol("mina").await, app.enrol("bora").await, app.enrol("sora").await);
    let post = sora.publish("모두에게").await;
    mina.follow(&bora).await;
    bora.follow(&mina).await;
    for person in [&mina, &bora] {
        person.follow(&sora).await;
        person.publish("글 #한강").await;
        person.comment(&post, "댓글").await;
        person.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204);
    }
    (mina, bora, sora, post)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_and_who_blocks_see_nothing_of_each_other() {
    let app = TestApp::start().await;
    let (mina, bora, sora, post) = neighbours(&app).await;
    let theirs = bora.publish("bora만의 글").await;
    let comment = bora.comment(&post, "또").await;
    bora.delete(&format!("/v1/comments/{comment}")).await.expect(204);
    for _ in 0..2 {
        mina.put_empty("/v1/users/bora/block").await.expect(204);
    }
    assert!(each(&met(&app, &mina, &bora, &post).await, 0), "{:#}", met(&app, &mina, &bora, &post).await);
    let seen = met(&app, &bora, &mina, &post).await;
    assert!(each(&seen, 0), "{seen:#}");
    let seen = met(&app, &sora, &bora, &post).await;
    assert_eq!((&seen["comments"], &seen["likes"]), (&json!(1), &json!(1)), "others see what they saw");

    // A blocked person doesn't find the one who blocks; that one can see whom they block.
    bora.see(&app, "/v1/users/mina").await.expect_problem(404, "user_not_found");
    bora.put_empty("/v1/users/mina/follow").await.expect_problem(404, "user_not_found");
    let profile = mina.see(&app, "/v1/users/bora").await.expect(200);
    assert_eq!(
        (&profile.json["blocked_by_me"], &profile.json["followed_by_me"]),
        (&json!(true), &json!(false))
    );
    mina.put_empty("/v1/users/bora/follow").await.expect_problem(409, "blocked_by_you");
    assert_eq!(mina.see(&app, "/v1/me/blocks").await.expect(200).each("handle"), ["bora"]);
    assert!(bora.see(&app, "/v1/me/blocks").await.expect(200).items().is_empty());

    // Neither of the two can do anything to what the other has written.
    mina.see(&app, &format!("/v1/posts/{theirs}")).await.expect_problem(404, "post_not_found");
    mina.put_empty(&format!("/v1/posts/{theirs}/like")).await.expect_problem(404, "post_not_found");
    let said = json!({ "text": "하나" });
    mina.post(&format!("/v1/posts/{theirs}/comments"), said).await.expect_problem(404, "post_not_found");
    let standing = sora.see(&app, "/v1/users/mina/comments").await.expect(200).each("id")[0].clone();
    let reply = json!({ "text": "답", "parent_id": standing });
    bora.post(&format!("/v1/posts/{post}/comments"), reply)
        .await
        .expect_problem(422, "parent_comment_not_found");

    // After the block is lifted they can meet again, but neither follows the other until they choose to.
    mina.delete("/v1/users/bora/block").await.expect(204);
    let profile = bora.see(&app, "/v1/users/mina").await.expect(200);
    assert_eq!(
        (&profile.json["follows_me"], &profile.json["followed_by_me"]),
        (&json!(false), &json!(false))
    );
    bora.see(&app, &format!("/v1/posts/{post}")).await.expect(200);
    bora.put_empty("/v1/users/mina/follow").await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_muted_is_not_shown_and_does_not_learn_of_it() {
    let app = TestApp::start().await;
    let (mina, bora, _, post) = neighbours(&app).await;
    let before = met(&app, &bora, &mina, &post).await;
    assert!(each(&before, 1), "{before:#}");
    mina.put_empty("/v1/users/bora/mute").await.expect(204);
    let seen = met(&app, &mina, &bora, &post).await;
    assert!(each(&seen, 0), "{seen:#}");
    assert_eq!(met(&app, &bora, &mina, &post).await, before);
    let profile = mina.see(&app, "/v1/users/bora").await.expect(200);
    assert_eq!((&profile.json["muted_by_me"], &profile.json["followed_by_me"]), (&json!(true), &json!(true)));
    let profile = bora.see(&app, "/v1/users/mina").await.expect(200);
    assert_eq!((&profile.json["muted_by_me"], &profile.json["follows_me"]), (&json!(false), &json!(true)));
    assert_eq!(mina.see(&app, "/v1/me/mutes").await.expect(200).each("handle"), ["bora"]);
    mina.delete("/v1/users/bora/mute").await.expect(204);
    let seen = met(&app, &mina, &bora, &post).await;
    assert!(each(&seen, 1), "{seen:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_keeps_themself_away_or_who_is_not_there() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    for kind in ["block", "mute"] {
        mina.put_empty(&format!("/v1/users/mina/{kind}")).await.expect_problem(422, "keeps_self_away");
        mina.put_empty(&format!("/v1/users/nobody/{kind}")).await.expect_problem(404, "user_not_found");
        mina.delete(&format!("/v1/users/mina/{kind}")).await.expect(204);
        let path = format!("/v1/users/mina/{kind}");
        app.nobody().put_empty(&path).await.expect_problem(401, "not_logged_in");
        app.nobody().get(&format!("/v1/me/{kind}s")).await.expect_problem(401, "not_logged_in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_told_to_one_server_holds_at_the_other() {
    let app = TestApp::start().await;
    let other = app.second_node(|_| {}).await;
    let (mina, bora) = (app.enrol("mina").await, app.enrol("bora").await);
    let post = bora.publish("글").await;
    // The other server has learnt by now that nobody blocks anybody.
    let liked = mina.at(&other).put_empty(&format!("/v1/posts/{post}/like")).await.expect(204);
    bora.put_empty("/v1/users/mina/block").await.expect(204);
    assert!(liked.position() < app.head().await);
    mina.at(&other).see(&app, &format!("/v1/posts/{post}")).await.expect_problem(404, "post_not_found");
    let path = format!("/v1/posts/{post}/comments");
    until("the other server refuses", async || {
        let said = json!({ "text": "하나" });
        let answer = mina.at(&other).post(&path, said).await;
        (answer.status == 404).then(|| answer.expect_problem(404, "post_not_found"))
    })
    .await;
}
