//! Timelines: own and followed people's posts.

use crate::faults::until;
use crate::support::TestApp;
use crate::support::client::Person;
use futures::future::join_all;
use projections::timelines::Limits;
use reqwest::Method;
use serde_json::json;
use sqlx::Executor;
use std::collections::BTreeMap;

async fn timeline(reader: &Person) -> Vec<String> {
    reader.walk("/v1/timeline?limit=100", "id").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_holds_own_and_followed_posts_newest_first() {
    let app = TestApp::start().await;
    let (mina, sora, jun) =
        (app.register("mina").await, app.register("sora").await, app.register("jun").await);
    sora.follow(&mina).await;
    let first = mina.publish("하나").await;
    let second = sora.publish("둘").await;
    jun.publish("남의 글").await;
    let third = mina.publish("셋").await;
    app.settle(&sora).await;
    let expected = [third, second.clone(), first];
    assert_eq!(timeline(&sora).await, expected);
    assert_eq!(sora.walk("/v1/timeline?limit=1", "id").await, expected);
    let page = sora.get("/v1/timeline?limit=2").await.expect(200);
    let cursor = page.json["next_cursor"].as_str().expect("a cursor");
    assert_eq!(page.header("link"), format!("</v1/timeline?limit=2&cursor={cursor}>; rel=\"next\""));
    assert_eq!(timeline(&mina).await.len(), 2, "following is not mutual");
    assert!(!timeline(&mina).await.contains(&second));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_needs_someone_to_read_it() {
    let app = TestApp::start().await;
    app.nobody().get("/v1/timeline").await.expect_problem(401, "not_logged_in");
    app.operator().await.get("/v1/timeline").await.expect_problem(403, "act_as_missing");
    let mina = app.register("mina").await;
    assert_eq!(timeline(&mina).await, [""; 0]);
    mina.get("/v1/timeline?limit=0").await.expect_problem(400, "invalid_query");
    mina.get("/v1/timeline?cursor=x").await.expect_problem(400, "invalid_cursor");
}

#[tokio::test(flavor = "multi_thread")]
async fn following_brings_posts_in_and_unfollowing_takes_them_out() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let before = mina.publish("따르기 전").await;
    let own = sora.publish("내 글").await;
    assert_eq!(timeline(&sora).await, [own.as_str()]);
    sora.follow(&mina).await;
    assert_eq!(timeline(&sora).await, [own.as_str(), &before], "at its place");
    let during = mina.publish("따르는 동안").await;
    app.settle(&sora).await;
    assert_eq!(timeline(&sora).await, [during.as_str(), &own, &before]);
    sora.unfollow(&mina).await;
    assert_eq!(timeline(&sora).await, [own.as_str()]);
    let after = mina.publish("그만둔 뒤").await;
    app.settle(&sora).await;
    assert_eq!(timeline(&sora).await, [own.as_str()]);
    sora.follow(&mina).await;
    assert_eq!(timeline(&sora).await, [after.as_str(), &during, &own, &before], "all of them again");
    mina.delete("/v1/me/followers/sora").await.expect(204);
    app.settle(&sora).await;
    assert_eq!(timeline(&sora).await, [own], "who is followed can end it too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_shows_posts_as_they_are_now() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    sora.follow(&mina).await;
    let (stays, goes) = (mina.publish("처음").await, mina.publish("지울 글").await);
    mina.patch(&format!("/v1/posts/{stays}"), json!({ "text": "고친 글" })).await.expect(200);
    mina.delete(&format!("/v1/posts/{goes}")).await.expect(204);
    sora.put_empty(&format!("/v1/posts/{stays}/like")).await.expect(204);
    sora.comment(&stays, "댓글").await;
    app.settle(&sora).await;
    let read = sora.get("/v1/timeline").await.expect(200);
    let post = sora.get(&format!("/v1/posts/{stays}")).await.expect(200);
    assert_eq!(read.items(), [post.json]);
    let card = &read.items()[0];
    assert_eq!((&card["text"], &card["liked_by_me"]), (&json!("고친 글"), &json!(true)));
    assert_eq!((&card["like_count"], &card["comment_count"]), (&json!(1), &json!(1)));
    mina.leave().await.expect(204);
    app.settle(&sora).await;
    assert_eq!(timeline(&sora).await, [""; 0], "who has left takes their posts along");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_is_merged_in_as_if_delivered() {
    let app = TestApp::start_with(|settings| settings.merge_threshold = 2).await;
    let mut people = app.enrol_many("p", 4).await;
    let (reader, star) = (people.remove(0), people.remove(0));
    let mut expected = vec![star.publish("별이 되기 전").await];
    reader.follow(&star).await;
    assert_eq!(timeline(&reader).await, expected);
    for person in &people {
        person.follow(&star).await;
    }
    for n in 0..3 {
        expected.insert(0, star.publish(&format!("별의 글 {n}")).await);
        expected.insert(0, reader.publish(&format!("내 글 {n}")).await);
    }
    app.settle(&reader).await;
    assert_eq!(timeline(&reader).await, expected);
    assert_eq!(reader.walk("/v1/timeline?limit=2", "id").await, expected);
    star.delete(&format!("/v1/posts/{}", expected.remove(3))).await.expect(204);
    for person in &people {
        person.unfollow(&star).await;
    }
    expected.insert(0, star.publish("다시 보통 사람").await);
    app.settle(&reader).await;
    assert_eq!(reader.walk("/v1/timeline?limit=2", "id").await, expected);
    reader.unfollow(&star).await;
    expected = reader.walk("/v1/users/p0/posts", "id").await;
    assert_eq!((timeline(&reader).await, expected.len()), (expected, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_stay_ordered_and_complete_when_stars_and_others_are_followed() {
    let app = TestApp::start_with(|settings| settings.merge_threshold = 2).await;
    let people = app.enrol_many("p", 12).await;
    // The nth person is followed by n others: the posts of the first are fanned out, the last are stars.
    for (n, followed) in people.iter().enumerate() {
        for follower in people.iter().cycle().skip(n + 1).take(n) {
            follower.follow(followed).await;
        }
    }
    let mut by_author: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for round in 0..6 {
        let posts = people.iter().map(|person| async move {
            let text = format!("{round}");
            // Half of the posts are moved from elsewhere, so that the order of writing is not that of the
            // posts.
            let at = format!("2024-{:02}-{:02}T00:00:00Z", 12 - round, people_number(person) + 1);
            let body = if people_number(person) % 2 == round % 2 {
                json!({ "text": text, "published_at": at })
            } else {
                json!({ "text": text })
            };
            (person.id.as_str(), person.post("/v1/posts", body).await.expect(201).id())
        });
        for (author, post) in join_all(posts).await {
            by_author.entry(author).or_default().push(post);
        }
        // Between rounds one person becomes a star, and one is a star no more.
        people[0].follow(&people[2]).await;
        people[4].unfollow(&people[3]).await;
    }
    app.settle(&people[0]).await;
    for reader in &people {
        let following = reader.walk(&format!("/v1/users/{}/following", reader.handle), "id").await;
        let authors = following.iter().map(String::as_str).chain([reader.id.as_str()]);
        let mut expected: Vec<String> = authors.flat_map(|author| by_author[author].clone()).collect();
        expected.sort_unstable_by(|a, b| b.cmp(a));
        for limit in [1, 3, 7, 100] {
            let walked = reader.walk(&format!("/v1/timeline?limit={limit}"), "id").await;
            assert_eq!(walked, expected, "{} by {limit}", reader.handle);
        }
    }
}

fn people_number(person: &Person) -> usize {
    person.handle[1..].parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_goes_on_below_what_is_kept_for_it() {
    let app = TestApp::start().await;
    let people = app.enrol_many("p", 3).await;
    let [reader, busy, calm] = people.as_slice() else { unreachable!("three") };
    let mut posts = Vec::new();
    for batch in 0..12 {
        let many = (0..99).map(|n| async move { busy.publish(&format!("{batch}/{n}")).await });
        posts.extend(join_all(many).await);
        posts.push(calm.publish(&format!("{batch}")).await);
    }
    posts.sort_unstable_by(|a, b| b.cmp(a));
    reader.follow(busy).await;
    reader.follow(calm).await;
    assert_eq!(timeline(reader).await, posts);
    posts.insert(0, reader.publish("내 글").await);
    assert_eq!(timeline(reader).await, posts);
    reader.unfollow(busy).await;
    let mut expected = reader.walk("/v1/users/p2/posts", "id").await;
    expected.insert(0, posts.remove(0));
    assert_eq!(timeline(reader).await, expected, "room that one leaves is filled by others");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_timeline_keeps_its_newest_posts_and_goes_on_below_them() {
    let app = TestApp::start_with(|settings| {
        settings.timeline_limits = Limits { window: 2, trim_every: 1, ..Limits::default() };
        // No page comes from the cache: each is read from the rebuilt read model.
        settings.page_cache_mb = 0;
    })
    .await;
    let people = app.enrol_many("p", 3).await;
    let [reader, busy, calm] = people.as_slice() else { unreachable!("three") };
    reader.follow(busy).await;
    reader.follow(calm).await;
    let mut posts = Vec::new();
    for n in 0..9 {
        posts.insert(0, people[n % 3].publish(&format!("{n}")).await);
    }
    // Others' posts are on a timeline once the read models have caught up.
    app.settle(calm).await;
    assert_eq!(timeline(reader).await, posts);
    app.rebuild("timelines").await;
    assert_eq!(timeline(reader).await, posts);
}

/// A trigger that holds up a delivery of more than one turn: each change of the delivery's tasks waits for
/// the test's lock.
const HELD: &str = "
    create function timelines.wait() returns trigger language plpgsql as $$
    begin
        perform pg_advisory_xact_lock_shared(1);
        return coalesce(new, old);
    end $$;
    create trigger held before update or delete on timelines.tasks for each row execute function timelines.wait();
    select pg_advisory_lock(1)";

#[tokio::test(flavor = "multi_thread")]
async fn a_post_on_its_way_to_many_is_read_at_its_author_and_once_when_it_is_there() {
    // The number is more than two turns of a delayed fan-out, and fewer followers than make an author's posts
    // merge at read.
    const FOLLOWERS: usize = 2_050;
    let app = TestApp::start().await;
    let star = app.enrol("star").await;
    let followers = app.enrol_many("fan", FOLLOWERS).await;
    join_all(followers.iter().map(|follower| follower.follow(&star))).await;
    let stranger = app.enrol("stranger").await;
    let mut hold = app.pool.acquire().await.expect("a connection");
    hold.execute(HELD).await.expect("deliveries are held up");
    let published = star.post("/v1/posts", json!({ "text": "모두에게" })).await.expect(201);
    let read = async |person: &Person| {
        let request = person.request(Method::GET, "/v1/timeline?limit=2");
        let request = request.header("madang-position", published.position()).header("prefer", "wait=10");
        let page = request.send().await.expect(200);
        assert!(!page.is_stale());
        page.each("id")
    };
    let everyone_reads = async || {
        for page in join_all(followers.iter().map(&read)).await {
            assert_eq!(page, [published.id()]);
        }
        assert!(read(&stranger).await.is_empty(), "it goes to nobody else");
    };
    everyone_reads().await;
    let delivered = async || {
        let entries = sqlx::query_scalar("select count(*) from timelines.entries").fetch_one(&app.pool);
        let entries: i64 = entries.await.expect("a count");
        usize::try_from(entries).expect("not negative")
    };
    assert_eq!(delivered().await, 1, "its author has it");
    hold.execute("select pg_advisory_unlock(1)").await.expect("deliveries go on");
    until("it is delivered", async || (delivered().await == 1 + FOLLOWERS).then_some(())).await;
    everyone_reads().await;
}
