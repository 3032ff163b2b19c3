//! Races of many requests at once: one wins where one must, all are counted where all may, and the read
//! models end up as a rebuild would make them.

use crate::support::TestApp;
use crate::support::client::{Answer, PASSWORD};
use event_log::event_store::LogReader;
use futures::future::{join, join_all};
use reqwest::Method;
use serde_json::json;
use std::collections::HashSet;

fn with_status(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// Asserts that the read models hold what a rebuild from the events would make, and no other trace of the
/// race.
pub async fn assert_equal_to_a_rebuild(app: &TestApp) {
    let source = LogReader::new(app.pool.clone());
    let mut rows = 0;
    for projector in api::features::projectors(&app.settings) {
        let report = projections::verify::verify(&*projector, &app.pool, &source, &|_| {}).await;
        let report = report.expect("verified");
        assert_eq!(report.differences, [""; 0], "{}", projector.name());
        rows += report.rows;
    }
    assert!(rows > 0, "nothing was compared");
}

async fn count_events(app: &TestApp, event_type: &str) -> i64 {
    let (count,) = sqlx::query_as("select count(*) from events where event_type = $1")
        .bind(event_type)
        .fetch_one(&app.pool)
        .await
        .expect("the log reads");
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_who_register_one_handle_one_gets_it() {
    let app = TestApp::start().await;
    let (nobody, operator) = (app.nobody(), app.operator().await);
    let tries = (0..64).map(|n| {
        // Look-alikes are the same handle.
        let handle = ["mina", "MINA", "rnina", "Mina"][n % 4];
        let body = json!({ "handle": handle, "display_name": format!("{n}"), "password": PASSWORD });
        operator.post("/v1/users", body)
    });
    let answers = join_all(tries).await;
    assert_eq!(with_status(&answers, 201), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.clone().expect_problem(409, "handle_taken");
    }
    let winner = answers.iter().find(|answer| answer.status == 201).expect("one");
    let read = nobody.request(Method::GET, "/v1/users").header("madang-position", winner.position());
    assert_eq!(read.send().await.expect(200).each("id"), [winner.id()]);
    let login = json!({ "login": "mina", "password": PASSWORD });
    nobody.post("/v1/sessions", login).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_edits_of_one_version_one_wins_each_round() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = format!("/v1/posts/{}", mina.publish("시작").await);
    for round in 0..6 {
        let tag = mina.get(&post).await.expect(200).header("etag").to_owned();
        let edits = (0..64).map(|n| {
            let method = if n % 2 == 0 { Method::PUT } else { Method::PATCH };
            let body = json!({ "title": null, "text": format!("{round}/{n}"), "tags": [] });
            mina.request(method, &post).header("if-match", &tag).json(&body).send()
        });
        let answers = join_all(edits).await;
        assert_eq!(with_status(&answers, 200), 1, "round {round}");
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.clone().expect_problem(412, "version_mismatch");
        }
        let winner = answers.iter().find(|answer| answer.status == 200).expect("one");
        let read = mina.get(&post).await.expect(200);
        assert_eq!(read.json["text"], winner.json["text"]);
        assert_eq!(read.header("etag"), winner.header("etag"));
    }
    assert_eq!(count_events(&app, "PostEdited").await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_change_different_fields_at_once_both_do() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = format!("/v1/posts/{}", mina.publish("시작").await);
    for round in 0..30 {
        let words = format!("{round}");
        let title = mina.patch(&post, json!({ "title": words }));
        let text = mina.patch(&post, json!({ "text": words }));
        let (title, text) = join(title, text).await;
        title.expect(200);
        text.expect(200);
        let read = mina.get(&post).await.expect(200);
        assert_eq!((&read.json["title"], &read.json["text"]), (&json!(words), &json!(words)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_who_like_one_post_at_once_are_all_counted() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let people = app.enrol_many("p", 200).await;
    let post = format!("/v1/posts/{}", mina.publish("글").await);
    let like = format!("{post}/like");
    for answer in join_all(people.iter().map(|person| person.put_empty(&like))).await {
        answer.expect(204);
    }
    app.settle(&mina).await;
    assert_eq!(mina.get(&post).await.expect(200).json["like_count"], 200);
    let listed = mina.walk(&format!("{post}/likes?limit=100"), "user/id").await;
    let expected: HashSet<String> = people.iter().map(|person| person.id.clone()).collect();
    assert_eq!((listed.len(), listed.into_iter().collect()), (200, expected));

    // Half of the people take their likes back while all give them again, each several times.
    let changes = people.iter().enumerate().flat_map(|(n, person)| {
        let methods = if n % 2 == 0 { [Method::DELETE, Method::DELETE] } else { [Method::PUT, Method::PUT] };
        methods.map(|method| person.request(method, &like).send())
    });
    for answer in join_all(changes).await {
        answer.expect(204);
    }
    app.settle(&mina).await;
    assert_eq!(mina.get(&post).await.expect(200).json["like_count"], 100);
    assert_eq!((count_events(&app, "Liked").await, count_events(&app, "Unliked").await), (200, 100));
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_like_given_and_taken_back_by_many_hands_counts_at_most_once() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = format!("/v1/posts/{}", mina.publish("글").await);
    let like = format!("{post}/like");
    let changes = (0..64).map(|n| {
        let method = if n % 3 == 0 { Method::DELETE } else { Method::PUT };
        mina.request(method, &like).send()
    });
    let answers = join_all(changes).await;
    assert_eq!(with_status(&answers, 204), 64, "each has its turn");
    mina.put_empty(&like).await.expect(204);
    let read = mina.get(&post).await.expect(200);
    assert_eq!((&read.json["like_count"], &read.json["liked_by_me"]), (&json!(1), &json!(true)));
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_32_who_change_one_person_at_once_do_so() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let before = count_events(&app, "ProfileChanged").await;
    let names: HashSet<String> = (0..32).map(|n| format!("미나 {n}")).collect();
    let changes = names.iter().map(|name| mina.patch("/v1/me", json!({ "display_name": name })));
    let answers = join_all(changes).await;
    let versions: HashSet<String> =
        answers.into_iter().map(|answer| answer.expect(200).header("etag").to_owned()).collect();
    assert_eq!(versions.len(), 32, "each made a version of its own");
    assert_eq!(count_events(&app, "ProfileChanged").await, before + 32);
    let read = mina.get("/v1/me").await.expect(200);
    assert!(names.contains(read.json["display_name"].as_str().expect("a name")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_32_times_at_once_is_one_event_and_32_equal_answers() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = mina.publish("글").await;
    for (path, event_type, before) in [
        ("/v1/posts".to_owned(), "PostPublished", 1),
        (format!("/v1/posts/{post}/comments"), "CommentWritten", 0),
    ] {
        let body = json!({ "text": "한 번만" });
        let tries = (0..32)
            .map(|_| mina.request(Method::POST, &path).header("idempotency-key", &path).json(&body).send());
        let answers = join_all(tries).await;
        assert_eq!(count_events(&app, event_type).await, before + 1, "{path}");
        let first = answers[0].clone().expect(201);
        for answer in answers {
            assert_eq!(
                (answer.status, &answer.json, answer.position()),
                (201, &first.json, first.position())
            );
            assert_eq!(answer.header("location"), first.header("location"));
            assert_eq!(answer.header("etag"), first.header("etag"));
        }
        mina.get(first.header("location")).await.expect(200);
    }
    let edit = format!("/v1/posts/{post}");
    let tries = (0..32).map(|_| {
        let request = mina.request(Method::PATCH, &edit).header("idempotency-key", "edit");
        request.json(&json!({ "text": "고침" })).send()
    });
    let different: HashSet<_> = join_all(tries)
        .await
        .into_iter()
        .map(|answer| (answer.status, answer.json.to_string(), answer.position()))
        .collect();
    assert_eq!(different.len(), 1, "{different:?}");
    assert_eq!(count_events(&app, "PostEdited").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_races_with_a_deletion_is_harmless() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let people = app.enrol_many("p", 4).await;
    for person in &people {
        person.follow(&mina).await;
    }
    let mut met = 0;
    for round in 0..25 {
        let post = mina.publish(&format!("{round} #한강")).await;
        let comment = mina.comment(&post, "댓글").await;
        let (post_path, comment_path) = (format!("/v1/posts/{post}"), format!("/v1/comments/{comment}"));
        let reply = json!({ "text": "답", "parent_id": comment });
        let others = join_all(people.iter().enumerate().map(|(n, person)| {
            let (post_path, comment_path, reply) = (&post_path, &comment_path, &reply);
            async move {
                match n {
                    0 => person.post(&format!("{post_path}/comments"), json!({ "text": "또" })).await,
                    1 => person.post(&format!("{post_path}/comments"), reply.clone()).await,
                    2 => person.put_empty(&format!("{post_path}/like")).await,
                    _ => person.put_empty(&format!("{comment_path}/like")).await,
                }
            }
        }));
        // The rounds delete by turns the comment, the post, and both.
        let deletions = async {
            if round % 3 != 0 {
                mina.delete(&comment_path).await.expect(204);
            }
            if round % 3 != 1 {
                mina.delete(&post_path).await.expect(204);
            }
        };
        let (answers, ()) = join(others, deletions).await;
        for answer in answers {
            assert!(matches!(answer.status, 201 | 204 | 404 | 422), "{answer:?}");
            met += usize::from(answer.status < 300);
        }
    }
    assert!(met > 0, "nothing came before a deletion");
    app.settle(&mina).await;
    let stand = mina.walk("/v1/posts", "id").await;
    assert_eq!(mina.walk("/v1/timeline", "id").await, stand);
    assert_eq!(people[0].walk("/v1/timeline", "id").await, stand);
    for post in &stand {
        let read = mina.get(&format!("/v1/posts/{post}")).await.expect(200);
        let likers = mina.walk(&format!("/v1/posts/{post}/likes"), "user/id").await;
        assert_eq!(read.json["like_count"], likers.len());
        let mut comments = 0;
        for root in mina.get(&format!("/v1/posts/{post}/comments")).await.expect(200).items() {
            comments += usize::from(root["deleted"] == false);
            let thread = format!("/v1/comments/{}/replies", root["id"].as_str().expect("an id"));
            comments += mina.walk(&thread, "id").await.len();
        }
        assert_eq!(read.json["comment_count"], comments);
    }
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn follows_that_race_with_posts_leave_the_timelines_that_are_due() {
    let app = TestApp::start_with(|settings| settings.merge_threshold = 2).await;
    let people = app.enrol_many("p", 6).await;
    for round in 0..12 {
        let (author, others) = (&people[0], &people[1..]);
        let follows = join_all(others.iter().enumerate().map(|(n, person)| async move {
            if (round + n) % 3 == 0 {
                person.unfollow(author).await;
            } else {
                person.follow(author).await;
            }
        }));
        let posts = join_all((0..4).map(|n| async move { author.publish(&format!("{round}/{n}")).await }));
        let (_, posts) = join(follows, posts).await;
        author.delete(&format!("/v1/posts/{}", posts[0])).await.expect(204);
    }
    app.settle(&people[0]).await;
    let posts = people[0].walk("/v1/users/p0/posts", "id").await;
    assert_eq!(posts.len(), 36);
    let followers = people[0].walk("/v1/users/p0/followers", "id").await;
    for person in &people[1..] {
        let expected = if followers.contains(&person.id) { posts.as_slice() } else { &[] };
        assert_eq!(person.walk("/v1/timeline?limit=7", "id").await, expected);
    }
    assert_equal_to_a_rebuild(&app).await;
}
