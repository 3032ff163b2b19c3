//! Withdrawals: people leave, and come back.

use super::{Yard, address, log_in, no_withdrawal_is_left, token_in};
use crate::support::client::PASSWORD;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_is_hidden_at_once_and_a_link_brings_everything_back() {
    let yard = Yard::new().await;
    let (app, mina) = (&yard.app, yard.sign_up("mina").await);
    let other = app.nobody().with_token(&yard.log_in("mina", PASSWORD).await.expect(201));
    let sora = app.register("sora").await;
    sora.follow(&mina).await;
    let post = format!("/v1/posts/{}", mina.publish("바다").await);
    for wrong in [json!({ "password": "not the password" }), json!({})] {
        let refused = mina.post("/v1/me/withdrawal", wrong).await.expect_problem(422, "invalid_fields");
        assert_eq!(refused.json["errors"][0]["pointer"], "/password");
    }
    mina.delete("/v1/me").await.expect_problem(403, "operators_only");
    sora.see(app, &post).await.expect(200);

    mina.post("/v1/me/withdrawal", json!({ "password": PASSWORD })).await.expect(204);
    for gone in [&mina, &other] {
        gone.get("/v1/me/account").await.expect_problem(401, "session_ended");
    }
    yard.log_in("mina", PASSWORD).await.expect_problem(401, "wrong_credentials");
    sora.see(app, &post).await.expect_problem(404, "post_not_found");
    sora.see(app, "/v1/users/mina").await.expect_problem(404, "user_not_found");
    let taken = json!({
        "email": "new@yard.example", "password": PASSWORD, "handle": "mina", "display_name": "누구"
    });
    app.nobody().post("/v1/sign-ups", taken).await.expect_problem(409, "handle_taken");

    let letter = yard.mail.mail_to(&address("mina")).await;
    assert!(letter.text.contains("https://yard.example/account/come-back#token="), "{}", letter.text);
    let token = token_in(&letter.text);
    let come_back =
        async |token: &str| app.nobody().post("/v1/withdrawals/undo", json!({ "token": token })).await;
    for bad in ["", "x", &token[1..], &"x".repeat(10_000)] {
        come_back(bad).await.expect_problem(410, "link_over");
    }
    come_back(&token).await.expect(204);
    come_back(&token).await.expect_problem(410, "link_over");
    mina.get("/v1/me/account").await.expect_problem(401, "session_ended");
    let back = app.nobody().with_token(&yard.log_in("mina", PASSWORD).await.expect(201));
    sora.see(app, &post).await.expect(200);
    assert_eq!(sora.see(app, "/v1/users/mina").await.expect(200).json["post_count"], 1);
    assert_eq!(sora.see(app, "/v1/timeline").await.expect(200).items().len(), 1);
    // The person withdraws once more, and gets another link.
    back.post("/v1/me/withdrawal", json!({ "password": PASSWORD })).await.expect(204);
    let again = token_in(&yard.mail.mail_to(&address("mina")).await.text);
    assert_ne!(again, token);
    yard.run("update vault.links set expires_at = expires_at - interval '30 days'").await;
    come_back(&again).await.expect_problem(410, "link_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_that_was_cut_off_is_completed_or_forgotten_by_what_the_log_says() {
    let yard = Yard::new().await;
    let (mina, sora) = (yard.sign_up("mina").await, yard.sign_up("sora").await);
    // Both processes fell in the middle: one before the event, one after it.
    mina.by_operator(&yard.app).await.leave().await.expect(204);
    for person in [&mina, &sora] {
        yard.run(&format!(
            "insert into vault.withdrawals (user_id, changed_at)
             values ('{}', clock_timestamp() - interval '2 minutes')",
            person.id
        ))
        .await;
    }
    // The sweep of any node completes both; one begins with every node.
    let _second = yard.app.second_node(|_| {}).await;
    let token = token_in(&yard.mail.mail_to(&address("mina")).await.text);
    yard.app.nobody().post("/v1/withdrawals/undo", json!({ "token": token })).await.expect(204);
    log_in(&yard.app, "mina", PASSWORD).await.expect(201);
    sora.get("/v1/me/account").await.expect(200);
    no_withdrawal_is_left(&yard.app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_came_back_is_not_forgotten_though_it_was_cut_off_before_it_was_noted() {
    let yard = Yard::new().await;
    let mina = yard.sign_up("mina").await;
    mina.post("/v1/me/withdrawal", json!({ "password": PASSWORD })).await.expect(204);
    let token = token_in(&yard.mail.mail_to(&address("mina")).await.text);
    let row: (uuid::Uuid, String) = sqlx::query_as("select user_id, state from vault.withdrawals")
        .fetch_one(&yard.app.pool)
        .await
        .expect("a row");
    yard.app.nobody().post("/v1/withdrawals/undo", json!({ "token": token })).await.expect(204);
    for state in [row.1.as_str(), "returning"] {
        yard.run(&format!(
            "insert into vault.withdrawals (user_id, state, withdrawn_at, changed_at)
             values ('{}', '{state}', now() - interval '31 days', now() - interval '31 days')",
            row.0
        ))
        .await;
        let sweeping = yard.app.second_node(|_| {}).await;
        no_withdrawal_is_left(&yard.app).await;
        drop(sweeping);
        log_in(&yard.app, "mina", PASSWORD).await.expect(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_and_asks_for_another_password_is_sent_the_way_back_again() {
    let yard = Yard::new().await;
    let mina = yard.sign_up("mina").await;
    mina.post("/v1/me/withdrawal", json!({ "password": PASSWORD })).await.expect(204);
    let first = token_in(&yard.mail.mail_to(&address("mina")).await.text);
    let nobody = yard.app.nobody();
    nobody.post("/v1/password-resets", json!({ "email": address("mina") })).await.expect(202);
    let letter = yard.mail.mail_to(&address("mina")).await;
    assert!(letter.text.contains("/account/come-back#token="), "{}", letter.text);
    nobody.post("/v1/withdrawals/undo", json!({ "token": first })).await.expect_problem(410, "link_over");
    let token = token_in(&letter.text);
    nobody.post("/v1/withdrawals/undo", json!({ "token": token })).await.expect(204);
    yard.log_in("mina", PASSWORD).await.expect(201);
}
