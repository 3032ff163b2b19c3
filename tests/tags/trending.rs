//! Trending tags: those that many people used lately.

use crate::support::TestApp;
use crate::support::client::Person;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

/// Each trending tag with how many people used it, in how many posts.
async fn trending(app: &TestApp, reader: &Person, query: &str) -> Vec<(String, i64, i64)> {
    let read = reader.see(app, &format!("/v1/tags/trending{query}")).await.expect(200);
    assert_eq!(read.json["next_cursor"], Value::Null);
    let number = |trend: &Value, name: &str| trend[name].as_i64().expect("a number");
    let trend = |trend: &Value| {
        let tag = trend["tag"].as_str().expect("a tag").to_owned();
        (tag, number(trend, "author_count"), number(trend, "post_count"))
    };
    read.items().iter().map(trend).collect()
}

fn expected(trends: &[(&str, i64, i64)]) -> Vec<(String, i64, i64)> {
    trends.iter().map(|&(tag, authors, posts)| (tag.to_owned(), authors, posts)).collect()
}

/// Publishes a post as if it had been written elsewhere so many hours ago; returns the post's id.
async fn moved(by: &Person, text: &str, hours: i64) -> String {
    let published_at = (Utc::now() - TimeDelta::hours(hours)).to_rfc3339();
    by.post("/v1/posts", json!({ "text": text, "published_at": published_at })).await.expect(201).id()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_loud_person_makes_no_trend() {
    let app = TestApp::start().await;
    let (mina, sora, bora) = (app.enrol("mina").await, app.enrol("sora").await, app.enrol("bora").await);
    for n in 0..9 {
        mina.publish(&format!("{n} #광고")).await;
    }
    for person in [&mina, &sora, &bora] {
        person.publish("#불꽃놀이").await;
    }
    for person in [&sora, &bora] {
        person.publish("#산").await;
        person.publish("#바다").await;
    }
    sora.publish("#바다").await;
    let all = [("불꽃놀이", 3, 3), ("바다", 2, 3), ("산", 2, 2), ("광고", 1, 9)];
    assert_eq!(trending(&app, &mina, "").await, expected(&all));
    assert_eq!(trending(&app, &mina, "?period=week").await, expected(&all));
    assert_eq!(trending(&app, &app.nobody(), "?period=day&limit=2").await, expected(&all[..2]));
    for bad in ["period=month", "limit=0", "limit=101", "cursor=x"] {
        mina.get(&format!("/v1/tags/trending?{bad}")).await.expect_problem(400, "invalid_query");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trend_is_over_when_its_period_is() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    mina.publish("#오늘").await;
    moved(&mina, "#오늘 #어제", 23).await;
    moved(&sora, "#어제 #어제저녁", 25).await;
    moved(&sora, "#어제저녁", 24 * 7 - 1).await;
    moved(&sora, "#지난주", 24 * 7 + 1).await;
    moved(&mina, "#오래전", 24 * 400).await;
    let day = [("오늘", 1, 2), ("어제", 1, 1)];
    assert_eq!(trending(&app, &mina, "?period=day").await, expected(&day));
    let week = [("어제", 2, 2), ("어제저녁", 1, 2), ("오늘", 1, 2)];
    assert_eq!(trending(&app, &mina, "?period=week").await, expected(&week));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_or_says_something_else_now_leaves_the_trends() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    let (gone, edited) = (mina.publish("#바다").await, mina.publish("#바다 #산").await);
    let old = moved(&sora, "태그 없는 옛 글", 24 * 30).await;
    sora.publish("#바다").await;
    assert_eq!(trending(&app, &mina, "").await, expected(&[("바다", 2, 3), ("산", 1, 1)]));
    mina.delete(&format!("/v1/posts/{gone}")).await.expect(204);
    mina.patch(&format!("/v1/posts/{edited}"), json!({ "text": "#산" })).await.expect(200);
    sora.patch(&format!("/v1/posts/{old}"), json!({ "text": "#산" })).await.expect(200);
    let left = [("바다", 1, 1), ("산", 1, 1)];
    assert_eq!(trending(&app, &mina, "").await, expected(&left), "an edit makes nothing new");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_for_others_shows_their_own_posts_to_those_who_write() {
    let app = TestApp::start().await;
    let (mina, nobody) = (app.register("mina").await, app.nobody());
    assert_eq!(nobody.get("/v1/tags/trending").await.expect(200).items().len(), 0);
    mina.publish("#바다").await;
    assert_eq!(mina.get("/v1/tags/trending").await.expect(200).each("tag"), ["바다"]);
    let cached_page = nobody.get("/v1/tags/trending").await.expect(200);
    assert_eq!(cached_page.each("tag"), ["바다"], "read anew for one, it is there for all");
    assert!(!cached_page.is_stale());
}
