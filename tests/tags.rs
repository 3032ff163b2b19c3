//! Tags: what people write about, and how much; their pages, what is trending, and following them.

mod follows;
mod posts;
mod trending;

use crate::support::TestApp;
use crate::support::client::Person;
use serde_json::json;

async fn counts(reader: &Person, query: &str) -> Vec<(String, i64)> {
    let tags = reader.get(&format!("/v1/tags{query}")).await.expect(200);
    assert_eq!(tags.json["next_cursor"], serde_json::Value::Null);
    let count = |tag: &serde_json::Value| {
        (tag["tag"].as_str().expect("a tag").to_owned(), tag["post_count"].as_i64().expect("a count"))
    };
    tags.items().iter().map(count).collect()
}

fn expected(tags: &[(&str, i64)]) -> Vec<(String, i64)> {
    tags.iter().map(|&(tag, count)| (tag.to_owned(), count)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_listed_the_most_used_first_and_by_their_beginning() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    for text in ["#한강 #Run", "#한강 #한옥 #한강", "#한강 #run", "#산 #2026년"] {
        mina.publish(text).await;
    }
    let all = [("한강", 3), ("run", 2), ("2026년", 1), ("산", 1), ("한옥", 1)];
    assert_eq!(counts(&mina, "").await, expected(&all));
    assert_eq!(counts(&mina, "?limit=2").await, expected(&all[..2]));
    assert_eq!(counts(&mina, "?prefix=한").await, expected(&[("한강", 3), ("한옥", 1)]));
    assert_eq!(counts(&mina, "?prefix=%23RU").await, expected(&[("run", 2)]));
    assert_eq!(counts(&mina, "?prefix=2026").await, expected(&[("2026년", 1)]));
    assert_eq!(counts(&mina, "?prefix=").await, expected(&all));
    assert_eq!(counts(&mina, "?prefix=없는").await, []);
    assert_eq!(counts(&mina, "?prefix=%25").await, [], "a sign of no pattern");
    app.settle(&mina).await;
    assert_eq!(counts(&app.nobody(), "").await, expected(&all));
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_and_deletions_move_the_counts() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let one = mina.publish("#바다 #여름").await;
    let two = mina.publish("#바다").await;
    assert_eq!(counts(&mina, "").await, expected(&[("바다", 2), ("여름", 1)]));
    mina.patch(&format!("/v1/posts/{one}"), json!({ "text": "#산 #여름" })).await.expect(200);
    assert_eq!(counts(&mina, "").await, expected(&[("바다", 1), ("산", 1), ("여름", 1)]));
    mina.delete(&format!("/v1/posts/{two}")).await.expect(204);
    assert_eq!(counts(&mina, "").await, expected(&[("산", 1), ("여름", 1)]), "none, no tag");
    mina.put(&format!("/v1/posts/{one}"), json!({ "title": null, "text": "글", "tags": ["겨울"] }))
        .await
        .expect(200);
    assert_eq!(counts(&mina, "").await, expected(&[("겨울", 1)]));
}

/// A tag as its page shows it.
async fn page(reader: &Person, tag: &str) -> serde_json::Value {
    reader.get(&format!("/v1/tags/{tag}")).await.expect(200).json
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_has_a_page_even_if_nobody_uses_it() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let unused = json!({ "tag": "바다", "post_count": 0, "follower_count": 0, "followed_by_me": false });
    assert_eq!(page(&app.nobody(), "바다").await, unused);
    mina.publish("#바다 #Run").await;
    let used = json!({ "tag": "run", "post_count": 1, "follower_count": 0, "followed_by_me": false });
    for spelled in ["run", "RUN", "%23Run"] {
        assert_eq!(page(&mina, spelled).await, used);
    }
    mina.publish("#trending").await;
    assert_eq!(page(&mina, "%23trending").await["post_count"], 1, "the path without # is another's");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_no_tag_is_not_found() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    for bad in ["2026", "a%20b", "%23", &"가".repeat(51)] {
        for path in [format!("/v1/tags/{bad}"), format!("/v1/tags/{bad}/posts")] {
            mina.get(&path).await.expect_problem(404, "tag_not_found");
        }
        let follow = format!("/v1/tags/{bad}/follow");
        mina.put_empty(&follow).await.expect_problem(404, "tag_not_found");
        mina.delete(&follow).await.expect_problem(404, "tag_not_found");
    }
    for bad in ["sort=oldest", "limit=0", "tag=a"] {
        mina.get(&format!("/v1/tags/바다/posts?{bad}")).await.expect_problem(400, "invalid_query");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_no_beginning_is_refused() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    // A prefix counts as it is looked for, also where the keyboard takes Hangul apart.
    nobody.get(&format!("/v1/tags?prefix={}", "\u{1100}\u{1161}".repeat(50))).await.expect(200);
    let long = format!("prefix={}", "가".repeat(51));
    nobody.get(&format!("/v1/tags?{long}")).await.expect_problem(400, "invalid_prefix");
    for bad in ["limit=0", "limit=101", "cursor=x", "tag=a", "prefix=a%00", "prefix=%FF%FE&prefix=b"] {
        nobody.get(&format!("/v1/tags?{bad}")).await.expect_problem(400, "invalid_query");
    }
}
