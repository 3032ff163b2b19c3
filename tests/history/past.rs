//! The past as it was, and events piped into programs.

use super::analyst;
use crate::support::client::Person;
use crate::support::{TestApp, binary};
use serde_json::{Value, json};
use sqlx::Executor;
use tokio::process::Command;

/// The answers that a few people see now, in every way in which posts, people and counts are shown.
async fn answers(by: &[&Person], post: &str) -> Vec<Value> {
    let paths = [
        "/v1/timeline?limit=100",
        "/v1/posts?limit=100",
        "/v1/users?limit=100",
        "/v1/users/mina",
        "/v1/users/mina/followers",
        "/v1/tags?limit=100",
        "/v1/search/posts?q=%EB%B0%94%EB%8B%A4&limit=100",
        &format!("/v1/posts/{post}"),
        &format!("/v1/posts/{post}/comments?limit=100"),
        &format!("/v1/posts/{post}/likes?limit=100"),
    ];
    let mut all = vec![];
    for person in by {
        for path in paths {
            let answer = person.get(path).await;
            all.push(json!({ "path": path, "status": answer.status, "body": answer.json }));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_served_as_a_server_that_had_stopped_then_would() {
    let app = TestApp::start().await;
    let (mina, sora, jun) = (app.enrol("mina").await, app.enrol("sora").await, app.enrol("jun").await);
    let all = [&mina, &sora, &jun];
    let post = mina.publish("바다에 갔다 #바다").await;
    let mut recorded = vec![];
    for n in 0..3 {
        for (one, other) in [(&sora, &mina), (&jun, &mina), (&mina, &sora)] {
            one.publish(&format!("{n}번째 바다 #여행{n}")).await;
            match n {
                0 => one.follow(other).await,
                1 => drop(one.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204)),
                _ => {
                    one.comment(&post, &format!("{n}번째 댓글")).await;
                }
            }
        }
        app.settle(&mina).await;
        recorded.push((app.head().await, answers(&all, &post).await));
    }
    // Everything changes from then on.
    sora.unfollow(&mina).await;
    jun.put_empty("/v1/users/mina/block").await.expect(204);
    mina.delete(&format!("/v1/posts/{post}")).await.expect(204);
    mina.patch("/v1/me", json!({ "display_name": "새 이름" })).await.expect(200);
    app.settle(&mina).await;

    for (n, (position, then)) in recorded.iter().enumerate() {
        let name = format!("then{n}");
        let until = position.to_string();
        app.madang(&["replay", "--into", &name, "--until", &until]).await.expect("made");
        let past = app.second_node(|settings| settings.as_of = Some(name)).await;
        let there: Vec<_> = all.iter().map(|person| person.at(&past)).collect();
        let shown = answers(&there.iter().collect::<Vec<_>>(), &post).await;
        for (was, is) in then.iter().zip(&shown) {
            assert_eq!(was, is, "as of {position}");
        }
    }
    let listed = app.madang(&["replay", "--list"]).await.expect("listed");
    assert_eq!(listed.lines().count(), 3, "{listed}");
    app.madang(&["replay", "--drop", "then0"]).await.expect("dropped");
    assert!(
        app.madang(&["replay", "--drop", "then0"]).await.expect_err("gone").contains("no past called then0")
    );
    let refused = app.madang(&["replay", "--into", "then1"]).await.expect_err("there");
    assert!(refused.contains("--replace"), "{refused}");
    assert!(app.madang(&["replay", "--into", "No!"]).await.expect_err("no name").contains("small letters"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_the_past_answers_analysts_only_and_takes_no_commands() {
    let app = TestApp::start().await;
    let (ana, mina) = (analyst(&app, "ana").await, app.register("mina").await);
    let own = app.register("sunny").await;
    app.madang(&["grant", "sunny", "analyst"]).await.expect("granted");
    app.settle(&ana).await;
    app.madang(&["replay", "--into", "now"]).await.expect("made");
    let past = app.second_node(|settings| settings.as_of = Some("now".to_owned())).await;
    past.nobody().get("/v1/posts").await.expect_problem(401, "not_logged_in");
    mina.at(&past).get("/v1/posts").await.expect_problem(403, "role_needed");
    own.at(&past).get("/v1/posts").await.expect(200);
    let publish = own.at(&past).post("/v1/posts", json!({ "text": "글" })).await;
    publish.expect_problem(405, "read_only");
    past.nobody().get("/v1/ping").await.expect(200);
    for path in ["/v1/projections", "/console", "/console/events"] {
        own.at(&past).get(path).await.expect_problem(404, "not_of_the_past");
    }
    // A read of the past doesn't wait for events that came since.
    own.publish("새 글").await;
    let position = app.head().await;
    let request =
        own.at(&past).request(reqwest::Method::GET, "/v1/posts").header("madang-position", position);
    let answer = request.send().await.expect(200);
    assert!(answer.items().is_empty() && !answer.is_stale());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_that_was_cut_off_is_not_there_and_is_made_whole_by_the_next_try() {
    let app = TestApp::start().await;
    app.pool
        .execute(
            "insert into events select head + n, 'like', gen_random_uuid(), 1, 'Liked', '1',
                 jsonb_build_object('type', 'Liked', 'user_id', gen_random_uuid(),
                     'target', jsonb_build_object('kind', 'post', 'id', gen_random_uuid())), '{}', now()
             from log, generate_series(1, 50000) as n;
             update log set head = head + 50000",
        )
        .await
        .expect("stored");
    let mut child = Command::new(binary())
        .args(["replay", "--into", "cut"])
        .env("DATABASE_URL", &*app.settings.database_url)
        .kill_on_drop(true)
        .spawn()
        .expect("it runs");
    let begun = "select exists (select from pg_database where datname = current_database() || '__cut')";
    while !sqlx::query_scalar::<_, bool>(begun).fetch_one(&app.pool).await.expect("asked") {
        tokio::task::yield_now().await;
    }
    child.kill().await.expect("killed");
    assert_eq!(app.madang(&["replay", "--list"]).await.expect("listed"), "");
    let served =
        app.madang(&["serve", "--as-of", "cut", "--listen", "127.0.0.1:0"]).await.expect_err("not there");
    assert!(served.contains("no past called cut"), "{served}");
    // The lock of a killed process is given back when Postgres notices.
    let mut made = app.madang(&["replay", "--into", "cut", "--projection", "posts", "--compare"]).await;
    while made.as_ref().is_err_and(|error| error.contains("another process")) {
        made = app.madang(&["replay", "--into", "cut", "--projection", "posts", "--compare"]).await;
    }
    let made = made.expect("made");
    assert!(made.contains("posts.posts"), "{made}");
}

#[tokio::test(flavor = "multi_thread")]
async fn forgetting_someone_takes_every_past_along() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    mina.publish("비밀스러운 글").await;
    app.madang(&["replay", "--into", "before"]).await.expect("made");
    app.madang(&["erase", "mina", "--grace", "0"]).await.expect("erased");
    assert_eq!(app.madang(&["replay", "--list"]).await.expect("listed"), "");
    let left = "select count(*) from pg_database where datname like current_database() || '\\_\\_%'";
    assert_eq!(sqlx::query_scalar::<_, i64>(left).fetch_one(&app.pool).await.expect("asked"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_piped_through_any_program_which_may_stop_early() {
    let app = TestApp::start().await;
    app.enrol_many("someone", 12).await;
    let piped = async |from: &str, to: &str, program: &str| {
        app.madang(&["replay", "--from", from, "--to", to, "--through", program]).await
    };
    let lines = piped("3", "7", "cat").await.expect("piped");
    let positions: Vec<i64> = lines
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).expect("JSON")["position"].as_i64().expect("a number")
        })
        .collect();
    assert_eq!(positions, [3, 4, 5, 6, 7]);
    let first = piped("1", "12", "head -n 1").await.expect("it has had enough");
    assert_eq!(first.lines().count(), 1);
    piped("1", "12", "exit 3").await.expect_err("its status is ours");
    assert!(app.madang(&["replay"]).await.expect_err("nothing to do").contains("--into"));
}
