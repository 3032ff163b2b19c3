//! The posts of a tag, in both orders.

use crate::support::TestApp;
use crate::support::client::Person;
use serde_json::json;

async fn like(post: &str, by: &[&Person]) {
    for person in by {
        person.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204);
    }
}

/// The most liked posts of a tag, as everyone sees them now.
async fn most_liked(app: &TestApp, tag: &str) -> Vec<String> {
    app.nobody().see(app, &format!("/v1/tags/{tag}/posts?sort=most_liked")).await.expect(200).each("id")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_posts_of_a_tag_are_listed_the_latest_first_or_the_most_liked() {
    let app = TestApp::start().await;
    let (mina, sora, bora) = (app.enrol("mina").await, app.enrol("sora").await, app.enrol("bora").await);
    let mut posts = vec![];
    for n in 0..5 {
        posts.push(mina.publish(&format!("{n} #바다 #산")).await);
    }
    mina.publish("#산").await;
    like(&posts[1], &[&mina, &sora, &bora]).await;
    like(&posts[0], &[&sora]).await;
    like(&posts[3], &[&sora]).await;
    let order = |order: [usize; 5]| order.map(|at| posts[at].clone());
    app.settle(&mina).await;
    for list in ["/v1/tags/바다/posts", "/v1/tags/%23바다/posts?sort=latest", "/v1/posts?tag=바다"] {
        let join = if list.contains('?') { '&' } else { '?' };
        assert_eq!(mina.walk(&format!("{list}{join}limit=2"), "id").await, order([4, 3, 2, 1, 0]), "{list}");
    }
    let by_likes = "/v1/tags/바다/posts?sort=most_liked";
    for limit in [1, 2, 5] {
        let walked = mina.walk(&format!("{by_likes}&limit={limit}"), "id").await;
        assert_eq!(walked, order([1, 3, 0, 4, 2]), "by {limit}");
    }
    assert_eq!(mina.get("/v1/tags/없는/posts?sort=most_liked").await.expect(200).items().len(), 0);

    let page = mina.get("/v1/tags/바다/posts?limit=1").await.expect(200);
    let cursor = page.json["next_cursor"].as_str().expect("another page");
    mina.get(&format!("{by_likes}&cursor={cursor}")).await.expect_problem(400, "invalid_cursor");
}

#[tokio::test(flavor = "multi_thread")]
async fn likes_that_are_taken_back_do_not_count() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    let (one, two) = (mina.publish("#바다").await, mina.publish("#바다").await);
    like(&one, &[&mina, &sora]).await;
    like(&two, &[&mina]).await;
    assert_eq!(most_liked(&app, "바다").await, [one.clone(), two.clone()]);
    for person in [&mina, &sora] {
        person.delete(&format!("/v1/posts/{one}/like")).await.expect(204);
    }
    assert_eq!(most_liked(&app, "바다").await, [two.clone(), one.clone()]);
    like(&one, &[&sora, &mina]).await;
    assert_eq!(most_liked(&app, "바다").await, [one, two]);
}

#[tokio::test(flavor = "multi_thread")]
async fn likes_count_that_came_before_the_tag() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    let (untagged, other) = (mina.publish("아직 없다").await, mina.publish("#산").await);
    like(&untagged, &[&mina, &sora]).await;
    like(&other, &[&mina]).await;
    let rival = mina.publish("#바다").await;
    like(&rival, &[&mina]).await;
    for post in [&untagged, &other] {
        mina.patch(&format!("/v1/posts/{post}"), json!({ "text": "이제 #바다" })).await.expect(200);
    }
    assert_eq!(most_liked(&app, "바다").await, [untagged.clone(), rival.clone(), other.clone()]);
    assert_eq!(most_liked(&app, "산").await, [] as [String; 0]);
    like(&other, &[&sora]).await;
    sora.delete(&format!("/v1/posts/{untagged}/like")).await.expect(204);
    assert_eq!(most_liked(&app, "바다").await, [other, rival, untagged]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_on_no_tags_page() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.register("sora").await);
    let (gone, edited, stays) =
        (mina.publish("#바다").await, mina.publish("#바다").await, mina.publish("#바다").await);
    let of_sora = sora.publish("#바다").await;
    like(&gone, &[&sora, &mina]).await;
    mina.delete(&format!("/v1/posts/{gone}")).await.expect(204);
    mina.patch(&format!("/v1/posts/{edited}"), json!({ "text": "없다" })).await.expect(200);
    assert_eq!(most_liked(&app, "바다").await, [of_sora, stays.clone()]);
    sora.leave().await.expect(204);
    for sort in ["latest", "most_liked"] {
        let read = mina.see(&app, &format!("/v1/tags/바다/posts?sort={sort}")).await.expect(200);
        assert_eq!(read.each("id"), [stays.as_str()], "{sort}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_followers_only_is_found_by_none_of_its_tags() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    sora.follow(&mina).await;
    for person in [&mina, &sora] {
        person.put_empty("/v1/tags/바다/follow").await.expect(204);
    }
    let body = json!({ "text": "우리끼리 #바다", "visibility": "followers" });
    let post = mina.post("/v1/posts", body).await.expect(201).id();
    like(&post, &[&mina, &sora]).await;
    let lists = ["/v1/tags/바다/posts", "/v1/tags/바다/posts?sort=most_liked", "/v1/me/tags/posts"];
    let everywhere = async |expected: &[&str]| {
        for reader in [&mina, &sora] {
            for list in lists {
                assert_eq!(reader.see(&app, list).await.expect(200).each("id"), expected, "{list}");
            }
            let trending = reader.see(&app, "/v1/tags/trending").await.expect(200);
            assert_eq!(trending.items().len(), expected.len());
            let page = reader.get("/v1/tags/바다").await.expect(200);
            assert_eq!(page.json["post_count"], expected.len());
        }
    };
    everywhere(&[]).await;
    let path = format!("/v1/posts/{post}");
    mina.patch(&path, json!({ "visibility": "public" })).await.expect(200);
    everywhere(&[&post]).await;
    mina.patch(&path, json!({ "visibility": "followers" })).await.expect(200);
    everywhere(&[]).await;
}
