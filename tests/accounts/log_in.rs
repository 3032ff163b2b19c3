//! Log-ins.

use super::{Yard, log_in};
use crate::support::TestApp;
use crate::support::client::{PASSWORD, Person};
use crate::support::wait::until;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn handle_or_address_in_any_case_and_password_give_a_token_that_stands_for_the_person() {
    let yard = Yard::new().await;
    let (app, mina) = (&yard.app, yard.sign_up("Mina").await);
    let handles = ["Mina", "mina", " MINA ", "@mina", " @Mina", "＠mina"];
    for login in handles.into_iter().chain(["mina@yard.example", " MINA@Yard.Example "]) {
        let session = yard.log_in(login, PASSWORD).await.expect(201);
        assert_eq!(session.json["token_type"], "Bearer");
        assert_eq!(session.json["expires_in_seconds"], app.settings.token_ttl.as_secs());
        assert_eq!(session.json["user"]["id"], mina.id.as_str());
        assert_eq!(session.json["user"]["handle"], "Mina");
        assert_eq!(session.header("cache-control"), "no-store");
        let me = app.nobody().with_token(&session);
        assert_eq!(me.see(app, "/v1/me").await.expect(200).id(), mina.id);
    }
    for login in ["@", "@@mina", "@mina@yard.example", "mina@"] {
        yard.log_in(login, PASSWORD).await.expect_problem(401, "wrong_credentials");
    }
    // The password counts however the keyboard composes Hangul.
    let (composed, decomposed) = (
        "마당에서 만나요",
        "\u{1106}\u{1161}\u{1103}\u{1161}\u{11bc}\u{110b}\u{1166}\u{1109}\u{1165} \u{1106}\u{1161}\u{11ab}\u{1102}\u{1161}\u{110b}\u{116d}",
    );
    let change = json!({ "old_password": PASSWORD, "new_password": composed });
    mina.put("/v1/me/password", change).await.expect(204);
    yard.log_in("mina", decomposed).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_account_and_a_wrong_password_get_the_same_answer() {
    let app = TestApp::start().await;
    app.register("mina").await;
    app.enrol("enrolled").await;
    let wrong = log_in(&app, "mina", "not the password").await.expect_problem(401, "wrong_credentials");
    assert_eq!(wrong.header("www-authenticate"), "Bearer");
    let long = "x".repeat(10_000);
    for (login, password) in [
        ("nobody", PASSWORD),
        ("nobody@yard.example", PASSWORD),
        ("enrolled", PASSWORD),
        ("enrolled", ""),
        ("mina", ""),
        ("mina", &long),
        (&long, PASSWORD),
        ("mi\u{0}na", PASSWORD),
        ("mi\u{0}na@yard.example", PASSWORD),
        ("", PASSWORD),
        ("@", PASSWORD),
        ("a b", PASSWORD),
    ] {
        let refused = log_in(&app, login, password).await.expect_problem(401, "wrong_credentials");
        assert_eq!(refused.json, wrong.json);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_changed_their_handle_logs_in_with_the_new_one_and_who_left_not_at_all() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    mina.patch("/v1/me", json!({ "handle": "nari" })).await.expect(200);
    let session = log_in(&app, "nari", PASSWORD).await.expect(201);
    log_in(&app, "mina", PASSWORD).await.expect_problem(401, "wrong_credentials");
    mina.leave().await.expect(204);
    log_in(&app, "nari", PASSWORD).await.expect_problem(401, "wrong_credentials");
    let refresh = json!({ "refresh_token": session.json["refresh_token"] });
    app.nobody().post("/v1/sessions/refresh", refresh).await.expect_problem(401, "session_ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_refused_when_its_time_is_over() {
    let app = TestApp::start_with(|settings| settings.token_ttl = Duration::from_secs(1)).await;
    let mina = app.register("mina").await;
    let refused = until("the token's time is over", async || {
        Some(mina.request(Method::GET, "/v1/me").send().await).filter(|answer| answer.status != 200)
    });
    refused.await.expect_problem(401, "token_expired");
    // Where nobody needs to be logged in, too: who believes to be logged in must not be read as nobody.
    mina.get("/v1/posts").await.expect_problem(401, "token_expired");
    mina.post("/v1/posts", json!({ "text": "글" })).await.expect_problem(401, "token_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_can_not_be_tried_out_without_end_whether_or_not_there_is_such_an_account() {
    let app = TestApp::start().await;
    app.enrol("mina").await;
    let mut answers = vec![];
    for login in ["Mina", "nobody", "nobody@yard.example"] {
        let mut tries = 0;
        let refused = loop {
            let answer = log_in(&app, login, &format!("password number {tries}")).await;
            match answer.status {
                401 => tries += 1,
                _ => break answer,
            }
        };
        let refused = refused.expect_problem(429, "too_many_attempts");
        assert!(refused.header("retry-after").parse::<u64>().expect("seconds") >= 1);
        answers.push((tries, refused.json["code"].clone()));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.0 <= 10), "{answers:?}");
    log_in(&app, "bora", PASSWORD).await.expect_problem(401, "wrong_credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_logged_in_from_a_place_is_not_kept_out_by_others_who_try_from_elsewhere() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let elsewhere = Person { http: crate::support::client_from([127, 0, 7, 1].into()), ..app.nobody() };
    let wrong = json!({ "login": "mina", "password": "not the password" });
    let mut tries = 0;
    while elsewhere.post("/v1/sessions", wrong.clone()).await.status == 401 {
        tries += 1;
    }
    assert!(tries <= 10);
    let right = json!({ "login": "mina", "password": PASSWORD });
    elsewhere.post("/v1/sessions", right.clone()).await.expect_problem(429, "too_many_attempts");
    app.nobody().post("/v1/sessions", right).await.expect(201);
    mina.get("/v1/me/sessions").await.expect(200);
}
