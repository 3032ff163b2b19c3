//! Follows of tags, and the posts that they bring.

use super::page;
use crate::support::TestApp;
use crate::support::client::Person;
use domain::followed_tags::FollowedTags;
use futures::future::join_all;
use serde_json::json;

async fn follow(person: &Person, tags: &[&str]) {
    for tag in tags {
        person.put_empty(&format!("/v1/tags/{tag}/follow")).await.expect(204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn following_a_tag_twice_is_following_it_once() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let follow = "/v1/tags/바다/follow";
    let followed = mina.put_empty(follow).await.expect(204);
    let again = mina.put_empty("/v1/tags/%23바다/follow").await.expect(204);
    assert_eq!(again.position(), followed.position(), "following again moves nothing");
    sora.put_empty(follow).await.expect(204);
    app.settle(&sora).await;
    let seen = |mine| json!({ "tag": "바다", "post_count": 0, "follower_count": 2, "followed_by_me": mine });
    assert_eq!(page(&mina, "바다").await, seen(true));
    assert_eq!(page(&app.nobody(), "바다").await, seen(false));
    assert_eq!(mina.get("/v1/tags").await.expect(200).items().len(), 0, "no post carries it");

    let unfollowed = mina.delete(follow).await.expect(204);
    assert_eq!(mina.delete(follow).await.expect(204).position(), unfollowed.position());
    assert_eq!(page(&mina, "바다").await["follower_count"], 1);
    assert_eq!(page(&mina, "바다").await["followed_by_me"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn followed_tags_are_listed_in_alphabetical_order_to_who_follows_them() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    // The cursor of this tag is the longest there can be.
    let long = "\u{10428}".repeat(50);
    follow(&mina, &["하늘", "가을", &long, "나무", "Run"]).await;
    follow(&sora, &["바다"]).await;
    sora.publish("#가을").await;
    let expected = ["run", "가을", "나무", "하늘", &long];
    assert_eq!(mina.walk("/v1/me/tags?limit=1", "tag").await, expected);
    let read = mina.see(&app, "/v1/me/tags").await.expect(200);
    assert_eq!(read.each("tag"), expected);
    let autumn = json!({ "tag": "가을", "post_count": 1, "follower_count": 1, "followed_by_me": true });
    assert_eq!(read.items()[1], autumn);
    app.nobody().get("/v1/me/tags").await.expect_problem(401, "not_logged_in");
    app.nobody().get("/v1/me/tags/posts").await.expect_problem(401, "not_logged_in");
    app.nobody().put_empty("/v1/tags/바다/follow").await.expect_problem(401, "not_logged_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_a_limit_to_the_tags_one_follows() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    for n in 0..FollowedTags::MAX {
        follow(&mina, &[&format!("tag{n}")]).await;
    }
    let refused = mina.put_empty("/v1/tags/more/follow").await;
    refused.expect_problem(409, "too_many_followed_tags");
    follow(&mina, &["tag7"]).await;
    mina.delete("/v1/tags/tag7/follow").await.expect(204);
    follow(&mina, &["more"]).await;
    assert_eq!(mina.walk("/v1/me/tags", "tag").await.len(), FollowedTags::MAX);
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_of_followed_tags_come_newest_first_and_each_once() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.enrol("sora").await);
    assert_eq!(mina.get("/v1/me/tags/posts").await.expect(200).items().len(), 0);
    let mut posts = vec![];
    for text in ["#바다", "#산 #바다", "#들", "#산", "#바다 #산 #들", "#바다"] {
        posts.push(sora.publish(text).await);
    }
    let own = mina.publish("#산").await;
    app.settle(&mina).await;
    follow(&mina, &["바다", "산", "없는"]).await;
    let wanted = |order: &[usize]| order.iter().map(|&at| posts[at].clone()).collect::<Vec<_>>();
    let expected = [vec![own.clone()], wanted(&[5, 4, 3, 1, 0])].concat();
    for limit in [1, 2, 4, 100] {
        let walked = mina.walk(&format!("/v1/me/tags/posts?limit={limit}"), "id").await;
        assert_eq!(walked, expected, "by {limit}");
    }
    mina.delete("/v1/tags/산/follow").await.expect(204);
    assert_eq!(mina.walk("/v1/me/tags/posts?limit=2", "id").await, wanted(&[5, 4, 1, 0]));
    sora.delete(&format!("/v1/posts/{}", posts[4])).await.expect(204);
    let read = mina.see(&app, "/v1/me/tags/posts").await.expect(200);
    assert_eq!(read.each("id"), wanted(&[5, 1, 0]));
    mina.put_empty("/v1/users/sora/mute").await.expect(204);
    assert_eq!(mina.get("/v1/me/tags/posts").await.expect(200).items().len(), 0, "muted people stay so");
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_followed_at_once_by_one_person_are_all_followed() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let tags: Vec<String> = (0..5).map(|n| format!("tag{n}")).collect();
    join_all(tags.iter().map(|tag| follow_one(&mina, tag))).await;
    assert_eq!(mina.see(&app, "/v1/me/tags").await.expect(200).each("tag"), tags);
}

async fn follow_one(person: &Person, tag: &str) {
    follow(person, &[tag]).await;
}
