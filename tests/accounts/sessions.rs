//! Sessions: refreshed, listed, ended, on every node.

use super::Yard;
use crate::support::TestApp;
use crate::support::client::{Answer, PASSWORD, Person};
use crate::support::wait::until;
use serde_json::{Value, json};

async fn refresh(person: &Person, token: &Value) -> Answer {
    person.post("/v1/sessions/refresh", json!({ "refresh_token": token })).await
}

/// Lists the person's sessions again and again until the answer is a problem of this code.
async fn until_problem(person: &Person, status: u16, code: &str) {
    let answer = until("the answer is a problem", async || {
        let answer = person.get("/v1/me/sessions").await;
        (answer.status == status).then_some(answer)
    });
    answer.await.expect_problem(status, code);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_good_once_and_two_tabs_at_once_get_the_same() {
    let yard = Yard::new().await;
    yard.sign_up("mina").await;
    let (nobody, session) = (yard.app.nobody(), yard.log_in("mina", PASSWORD).await.expect(201));
    let first = &session.json["refresh_token"];
    let tabs = futures::future::join_all((0..8).map(|_| refresh(&nobody, first))).await;
    let second = tabs[0].json["refresh_token"].clone();
    assert_ne!(second, *first);
    for tab in tabs {
        let tab = tab.expect(200);
        assert_eq!(tab.json["refresh_token"], second);
        assert_eq!(tab.json["session_id"], session.json["session_id"]);
        nobody.with_token(&tab).get("/v1/me/account").await.expect(200);
    }
    let third = refresh(&nobody, &second).await.expect(200);
    assert_ne!(third.json["refresh_token"], second);
    refresh(&nobody, &third.json["refresh_token"]).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_refresh_token_that_is_shown_again_later_ends_the_session_and_its_owner_is_told() {
    let yard = Yard::new().await;
    yard.sign_up("mina").await;
    let nobody = yard.app.nobody();
    for generations in [1, 3] {
        let session = yard.log_in("mina", PASSWORD).await.expect(201);
        let first = session.json["refresh_token"].clone();
        let mut newest = session.clone();
        for _ in 0..generations {
            newest = refresh(&nobody, &newest.json["refresh_token"]).await.expect(200);
        }
        let owner = nobody.with_token(&newest);
        if generations == 1 {
            refresh(&nobody, &first).await.expect(200);
            yard.run("update vault.sessions set rotated_at = rotated_at - interval '10 seconds'").await;
        }
        refresh(&nobody, &first).await.expect_problem(401, "session_ended");
        refresh(&nobody, &newest.json["refresh_token"]).await.expect_problem(401, "session_ended");
        owner.get("/v1/me/account").await.expect_problem(401, "session_ended");
        let letter = yard.mail.mail_to("mina@yard.example").await;
        assert!(!letter.text.contains(newest.json["refresh_token"].as_str().expect("a token")));
    }
    let session = yard.log_in("mina", PASSWORD).await.expect(201);
    let token = session.json["refresh_token"].as_str().expect("a token");
    for bad in ["", "x", "a.b.c", &token[1..], &format!("{token}A"), &"A".repeat(token.len())] {
        refresh(&nobody, &json!(bad)).await.expect_problem(401, "session_ended");
    }
    refresh(&nobody, &json!(token)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_logs_out_is_logged_out_on_every_node() {
    let app = TestApp::start().await;
    let other = app.second_node(|_| {}).await;
    let mina = app.register("mina").await;
    let (here, there) = (mina.clone(), mina.at(&other));
    there.get("/v1/me/sessions").await.expect(200);
    let second = super::log_in(&app, "mina", PASSWORD).await.expect(201);
    let second = app.nobody().with_token(&second);
    here.delete("/v1/sessions/current").await.expect(204);
    for path in ["/v1/me/sessions", "/v1/posts", "/v1/me"] {
        here.get(path).await.expect_problem(401, "session_ended");
    }
    here.post("/v1/posts", json!({ "text": "글" })).await.expect_problem(401, "session_ended");
    until_problem(&there, 401, "session_ended").await;
    second.at(&other).get("/v1/me/sessions").await.expect(200);

    // A node that begins later knows of the end, too, and so does a node that could not be told.
    let late = app.second_node(|_| {}).await;
    mina.at(&late).get("/v1/me/sessions").await.expect_problem(401, "session_ended");
    let end_listening = "select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and query ilike 'listen%'";
    sqlx::query(end_listening).execute(&app.pool).await.expect("ended");
    second.delete("/v1/me/sessions").await.expect(204);
    until_problem(&second.at(&other), 401, "session_ended").await;
    until_problem(&second.at(&late), 401, "session_ended").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_where_they_are_logged_in_and_end_it_one_by_one_or_all_at_once() {
    let yard = Yard::new().await;
    let (mina, sora) = (yard.sign_up("mina").await, yard.sign_up("sora").await);
    let phone = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/121.0.0.0 Mobile Safari/537.36";
    let login = json!({ "login": "mina", "password": PASSWORD });
    let request = yard.app.nobody().request(reqwest::Method::POST, "/v1/sessions");
    let phone = request.header("user-agent", phone).json(&login).send().await.expect(201);
    let phone_id = phone.json["session_id"].as_str().expect("an id").to_owned();
    let phone = yard.app.nobody().with_token(&phone);

    let seen = mina.get("/v1/me/sessions").await.expect(200);
    assert_eq!(seen.items().len(), 2);
    assert_eq!(seen.items()[0]["id"], phone_id, "the last seen comes first");
    assert_eq!(seen.items()[0]["device"], "Chrome, Android");
    assert_eq!(seen.items()[0]["address"], "127.0.0.1");
    let this_one: Vec<_> = seen.items().iter().map(|item| item["is_this_one"].clone()).collect();
    assert_eq!(this_one, [false, true]);

    let path = format!("/v1/me/sessions/{phone_id}");
    sora.delete(&path).await.expect_problem(404, "session_not_found");
    phone.get("/v1/me/account").await.expect(200);
    mina.delete(&path).await.expect(204);
    mina.delete(&path).await.expect_problem(404, "session_not_found");
    mina.delete("/v1/me/sessions/nonsense").await.expect_problem(404, "session_not_found");
    phone.get("/v1/me/account").await.expect_problem(401, "session_ended");
    let second = yard.app.nobody().with_token(&yard.log_in("mina", PASSWORD).await.expect(201));
    mina.delete("/v1/me/sessions").await.expect(204);
    for ended in [&mina, &second] {
        ended.get("/v1/me/account").await.expect_problem(401, "session_ended");
    }
    sora.get("/v1/me/account").await.expect(200);
    let operator = yard.app.enrol("enrolled").await;
    operator.get("/v1/me/sessions").await.expect_problem(403, "not_for_operators");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_at_most_fifty_sessions_and_the_one_that_rested_longest_gives_way() {
    let app = TestApp::start().await;
    let first = app.register("mina").await;
    for _ in 0..49 {
        super::log_in(&app, "mina", PASSWORD).await.expect(201);
    }
    assert_eq!(first.get("/v1/me/sessions").await.expect(200).items().len(), 50);
    let last = app.nobody().with_token(&super::log_in(&app, "mina", PASSWORD).await.expect(201));
    until_problem(&first, 401, "session_ended").await;
    assert_eq!(last.get("/v1/me/sessions").await.expect(200).items().len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_rested_for_thirty_days_is_over() {
    let yard = Yard::new().await;
    yard.sign_up("mina").await;
    let session = yard.log_in("mina", PASSWORD).await.expect(201);
    yard.run("update vault.sessions set expires_at = expires_at - interval '30 days'").await;
    refresh(&yard.app.nobody(), &session.json["refresh_token"]).await.expect_problem(401, "session_ended");
}
