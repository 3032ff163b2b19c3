//! Likes of posts and comments: given, taken back, listed.

use crate::support::TestApp;
use crate::support::client::Person;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

/// `like_count` and `liked_by_me` of the post or comment at this path.
async fn likes(reader: &Person, target: &str) -> (i64, bool) {
    let read = reader.get(target).await.expect(200);
    (read.json["like_count"].as_i64().expect("a count"), read.json["liked_by_me"].as_bool().expect("a bool"))
}

/// The paths of a post and a comment: both are liked in the same way.
async fn targets(author: &Person) -> [String; 2] {
    let post = author.publish("글").await;
    let comment = author.comment(&post, "댓글").await;
    [format!("/v1/posts/{post}"), format!("/v1/comments/{comment}")]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_like_counts_once_and_is_shown_to_who_gave_it() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    for target in targets(&mina).await {
        let like = format!("{target}/like");
        let liked = sora.put_empty(&like).await.expect(204);
        let again = sora.put_empty(&like).await.expect(204);
        assert_eq!(again.position(), liked.position(), "liking again moves nothing");
        app.settle(&mina).await;
        assert_eq!(likes(&sora, &target).await, (1, true));
        assert_eq!(likes(&mina, &target).await, (1, false));
        assert_eq!(likes(&app.nobody(), &target).await, (1, false));

        mina.put_empty(&like).await.expect(204);
        assert_eq!(likes(&mina, &target).await, (2, true), "one's own too");
        let unliked = sora.delete(&like).await.expect(204);
        assert_eq!(likes(&sora, &target).await, (1, false));
        assert_eq!(sora.delete(&like).await.expect(204).position(), unliked.position());
        sora.put_empty(&like).await.expect(204);
        assert_eq!(likes(&sora, &target).await, (2, true));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_back_what_was_never_given_is_harmless() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    for target in targets(&mina).await {
        mina.delete(&format!("{target}/like")).await.expect(204);
        assert_eq!(likes(&mina, &target).await, (0, false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_like_needs_a_login_and_something_to_like() {
    let app = TestApp::start().await;
    let (mina, nobody) = (app.register("mina").await, app.nobody());
    for target in targets(&mina).await {
        nobody.put_empty(&format!("{target}/like")).await.expect_problem(401, "not_logged_in");
        nobody.delete(&format!("{target}/like")).await.expect_problem(401, "not_logged_in");
    }
    let unknown = Uuid::now_v7().to_string();
    for (kind, code) in [("posts", "post_not_found"), ("comments", "comment_not_found")] {
        for id in [unknown.as_str(), "7"] {
            let target = format!("/v1/{kind}/{id}");
            mina.put_empty(&format!("{target}/like")).await.expect_problem(404, code);
            mina.delete(&format!("{target}/like")).await.expect_problem(404, code);
            mina.get(&format!("{target}/likes")).await.expect_problem(404, code);
        }
    }
    mina.get("/v1/users/nobody/likes").await.expect_problem(404, "user_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_likes_a_thing_is_listed_the_latest_first() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let people = app.enrol_many("p", 5).await;
    for target in targets(&mina).await {
        for person in &people {
            person.put_empty(&format!("{target}/like")).await.expect(204);
        }
        people[1].delete(&format!("{target}/like")).await.expect(204);
        people[0].put_empty(&format!("{target}/like")).await.expect(204);
        people[2].delete(&format!("{target}/like")).await.expect(204);
        people[2].put_empty(&format!("{target}/like")).await.expect(204);
        app.settle(&mina).await;
        let listed = mina.walk(&format!("{target}/likes?limit=1"), "user/handle").await;
        assert_eq!(listed, ["p2", "p4", "p3", "p0"], "a repeat moves nobody");
        let page = mina.get(&format!("{target}/likes")).await.expect(200);
        let one = &page.items()[1];
        let avatar_url = "/v1/users/p4/avatar";
        let user =
            json!({ "id": people[4].id, "handle": "p4", "display_name": "p4", "avatar_url": avatar_url });
        assert_eq!(one["user"], user);
        assert!(one["liked_at"].is_string());
    }
    people[4].leave().await.expect(204);
    app.settle(&mina).await;
    for target in mina.get("/v1/users/p3/likes").await.expect(200).each("id") {
        let listed = mina.walk(&format!("/v1/posts/{target}/likes?limit=1"), "user/handle").await;
        assert_eq!(listed, ["p2", "p3", "p0"], "who has left is not listed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_likes_is_listed_the_latest_like_first() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let mut posts = Vec::new();
    for n in 0..4 {
        posts.push(mina.publish(&format!("글 {n}")).await);
    }
    for at in [2, 0, 3, 1] {
        sora.put_empty(&format!("/v1/posts/{}/like", posts[at])).await.expect(204);
    }
    let listed = sora.walk("/v1/users/sora/likes?limit=1", "id").await;
    assert_eq!(listed, [1, 3, 0, 2].map(|at: usize| posts[at].clone()));
    let cards = sora.get("/v1/users/sora/likes").await.expect(200);
    assert!(cards.items().iter().all(|card| card["liked_by_me"] == true && card["like_count"] == 1));
    sora.delete(&format!("/v1/posts/{}/like", posts[3])).await.expect(204);
    mina.delete(&format!("/v1/posts/{}", posts[0])).await.expect(204);
    app.settle(&sora).await;
    let listed = mina.walk("/v1/users/sora/likes?limit=1", "id").await;
    assert_eq!(listed, [1, 2].map(|at: usize| posts[at].clone()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_like_outlives_its_thing_without_harm() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let [post, comment] = targets(&mina).await;
    for target in [&comment, &post] {
        sora.put_empty(&format!("{target}/like")).await.expect(204);
        mina.delete(target).await.expect(204);
        sora.delete(&format!("{target}/like")).await.expect(204);
    }
    sora.put_empty(&format!("{post}/like")).await.expect_problem(404, "post_not_found");
    assert!(sora.get("/v1/users/sora/likes").await.expect(200).items().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyed_like_repeated_later_does_not_like_again() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    for (n, target) in targets(&mina).await.into_iter().enumerate() {
        let path = format!("{target}/like");
        let like = || mina.request(Method::PUT, &path).header("idempotency-key", format!("k{n}")).send();
        let liked = like().await.expect(204);
        mina.delete(&path).await.expect(204);
        assert_eq!(like().await.expect(204).position(), liked.position());
        assert_eq!(likes(&mina, &target).await, (0, false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn likes_have_no_version_to_match() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    for target in targets(&mina).await {
        let like = mina.request(Method::PUT, &format!("{target}/like")).header("if-match", "\"9\"");
        like.send().await.expect(204);
        assert_eq!(likes(&mina, &target).await, (1, true));
    }
}
