//! Follows: users follow one another.

use crate::support::TestApp;
use crate::support::client::Person;
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn following_again_or_no_longer_again_is_no_second_event() {
    let app = TestApp::start().await;
    let (mina, bora) = (app.enrol("mina").await, app.enrol("bora").await);
    let before = app.head().await;
    let (follow, unfollow) = (Method::PUT, Method::DELETE);
    for (method, events, followers) in [
        (&unfollow, 0, 0),
        (&follow, 1, 1),
        (&follow, 1, 1),
        (&unfollow, 2, 0),
        (&unfollow, 2, 0),
        (&follow, 3, 1),
    ] {
        let done = mina.request(method.clone(), "/v1/users/Bora/follow").send().await.expect(204);
        assert_eq!(app.head().await, before + events);
        if events > 0 {
            assert_eq!(done.position(), before + events, "a repeat tells where its effect is");
        }
        let read = mina.see(&app, "/v1/users/bora").await.expect(200);
        assert_eq!(read.json["follower_count"], followers);
        assert_eq!(read.json["followed_by_me"], followers == 1);
        let read = bora.see(&app, "/v1/users/mina").await.expect(200);
        assert_eq!(read.json["following_count"], followers);
        assert_eq!(read.json["follows_me"], followers == 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_follows_themself_or_who_is_not_there() {
    let app = TestApp::start().await;
    let (mina, gone) = (app.enrol("mina").await, app.enrol("gone").await);
    mina.follow(&gone).await;
    gone.leave().await.expect(204);
    mina.put_empty("/v1/users/mina/follow").await.expect_problem(422, "follows_self");
    for missing in ["nobody", "gone", "a%20b", "%00"] {
        let path = format!("/v1/users/{missing}/follow");
        mina.put_empty(&path).await.expect_problem(404, "user_not_found");
    }
    mina.delete("/v1/users/nobody/follow").await.expect_problem(404, "user_not_found");
    mina.delete("/v1/users/gone/follow").await.expect(204);
    for (method, path) in [
        (Method::PUT, "/v1/users/mina/follow"),
        (Method::DELETE, "/v1/users/mina/follow"),
        (Method::DELETE, "/v1/me/followers/mina"),
    ] {
        app.nobody().request(method, path).send().await.expect_problem(401, "not_logged_in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_repeated_with_its_key_stays_what_it_was() {
    let app = TestApp::start().await;
    let (mina, bora, sora) = (app.enrol("mina").await, app.enrol("bora").await, app.enrol("sora").await);
    let follow = |whom: &Person| {
        let path = format!("/v1/users/{}/follow", whom.handle);
        mina.request(Method::PUT, &path).header("idempotency-key", "k1").send()
    };
    let first = follow(&bora).await.expect(204);
    mina.unfollow(&bora).await;
    let head = app.head().await;
    let again = follow(&bora).await.expect(204);
    assert_eq!(again.position(), first.position());
    follow(&sora).await.expect_problem(422, "idempotency_key_reused");
    assert_eq!(app.head().await, head);
    assert_eq!(mina.see(&app, "/v1/users/bora").await.expect(200).json["followed_by_me"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_can_be_taken_off_and_may_come_back() {
    let app = TestApp::start().await;
    let (mina, bora) = (app.enrol("mina").await, app.enrol("bora").await);
    bora.follow(&mina).await;
    let post = mina.publish("글").await;
    assert_eq!(bora.see(&app, "/v1/timeline").await.expect(200).each("id"), [&*post]);
    for _ in 0..2 {
        mina.delete("/v1/me/followers/bora").await.expect(204);
        assert_eq!(mina.see(&app, "/v1/me").await.expect(200).json["follower_count"], 0);
        let none = Vec::<String>::new();
        assert_eq!(bora.see(&app, "/v1/timeline").await.expect(200).each("id"), none);
    }
    bora.follow(&mina).await;
    assert_eq!(bora.see(&app, "/v1/timeline").await.expect(200).each("id"), [post]);
    mina.delete("/v1/me/followers/nobody").await.expect_problem(404, "user_not_found");
    let reads = mina.see(&app, "/v1/users/mina/followers").await.expect(200);
    assert_eq!(reads.each("handle"), ["bora"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn follow_lists_are_latest_first_and_leave_out_who_has_left() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let mut others = Vec::new();
    for n in 0..6 {
        others.push(app.enrol(&format!("person{n}")).await);
    }
    for other in &others {
        other.follow(&mina).await;
    }
    for other in others.iter().rev() {
        mina.follow(other).await;
    }
    // A follow made anew is the latest one.
    others[0].unfollow(&mina).await;
    others[0].follow(&mina).await;
    others[3].leave().await.expect(204);
    app.nobody().see(&app, "/v1/users/mina").await.expect(200);
    for (path, expected) in [
        ("followers", ["person0", "person5", "person4", "person2", "person1"]),
        ("following", ["person0", "person1", "person2", "person4", "person5"]),
    ] {
        for limit in [1, 2, 100] {
            let walked = mina.walk(&format!("/v1/users/mina/{path}?limit={limit}"), "handle").await;
            assert_eq!(walked, expected, "{path} by {limit}");
        }
    }
    let list = others[1].see(&app, "/v1/users/mina/followers").await.expect(200);
    let mine = list.json["items"].as_array().expect("items").iter();
    let followed: Vec<_> = mine.map(|person| person["follows_me"] == json!(true)).collect();
    assert_eq!(followed, [false; 5], "none of them follows person1");
}
