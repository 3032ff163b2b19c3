//! Passwords: changed and reset.

use super::{Yard, address, token_in};
use crate::support::client::PASSWORD;
use domain::value::UserId;
use serde_json::json;
use std::time::Duration;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;
use vault::Vault;

const NEW: &str = "another long password";

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_the_old_password_changes_it_and_all_other_sessions_end() {
    let yard = Yard::new().await;
    let mina = yard.sign_up("mina").await;
    let other = yard.app.nobody().with_token(&yard.log_in("mina", PASSWORD).await.expect(201));
    for old in [json!("not the password"), json!("")] {
        let wrong = mina.put("/v1/me/password", json!({ "old_password": old, "new_password": NEW })).await;
        assert_eq!(wrong.expect(422).json["errors"][0]["pointer"], "/old_password");
    }
    mina.put("/v1/me/password", json!({ "new_password": NEW })).await.expect(422);
    let short = json!({ "old_password": PASSWORD, "new_password": "short" });
    mina.put("/v1/me/password", short).await.expect_problem(422, "invalid_fields");
    other.get("/v1/me/account").await.expect(200);

    let change = json!({ "old_password": PASSWORD, "new_password": NEW });
    mina.put("/v1/me/password", change).await.expect(204);
    mina.get("/v1/me/account").await.expect(200);
    other.get("/v1/me/account").await.expect_problem(401, "session_ended");
    yard.mail.mail_to(&address("mina")).await;
    yard.log_in("mina", PASSWORD).await.expect(401);
    yard.log_in("mina", NEW).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_the_accounts_mail_resets_a_forgotten_password_once() {
    let yard = Yard::new().await;
    let (mina, nobody) = (yard.sign_up("mina").await, yard.app.nobody());
    nobody.post("/v1/password-resets", json!({ "email": "MINA@yard.example" })).await.expect(202);
    let letter = yard.mail.mail_to(&address("mina")).await;
    assert!(letter.text.contains("https://yard.example/account/reset-password#token="), "{}", letter.text);
    let token = token_in(&letter.text);
    let reset = async |token: &str, password: &str| {
        let body = json!({ "token": token, "password": password });
        nobody.post("/v1/password-resets/confirmation", body).await
    };
    reset(&token, "short").await.expect_problem(422, "invalid_fields");
    for bad in ["", "x", &token[1..], &"x".repeat(10_000)] {
        reset(bad, NEW).await.expect_problem(410, "link_over");
    }
    reset(&token, NEW).await.expect(204);
    reset(&token, "yet another password").await.expect_problem(410, "link_over");
    mina.get("/v1/me/account").await.expect_problem(401, "session_ended");
    yard.mail.mail_to(&address("mina")).await;
    yard.log_in("mina", PASSWORD).await.expect(401);
    yard.log_in("mina", NEW).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_over_after_half_an_hour_or_a_newer_link_or_a_changed_password() {
    let yard = Yard::new().await;
    let (mina, nobody) = (yard.sign_up("mina").await, yard.app.nobody());
    let link = async || {
        nobody.post("/v1/password-resets", json!({ "email": address("mina") })).await.expect(202);
        token_in(&yard.mail.mail_to(&address("mina")).await.text)
    };
    let is_over = async |token: &str| {
        let body = json!({ "token": token, "password": NEW });
        let answer = nobody.post("/v1/password-resets/confirmation", body).await;
        answer.expect_problem(410, "link_over");
    };
    let old = link().await;
    let newer = link().await;
    is_over(&old).await;
    let change = json!({ "old_password": PASSWORD, "new_password": NEW });
    mina.put("/v1/me/password", change).await.expect(204);
    yard.mail.mail_to(&address("mina")).await;
    is_over(&newer).await;
    let late = link().await;
    yard.run("update vault.links set expires_at = expires_at - interval '30 minutes'").await;
    is_over(&late).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_an_address_has_an_account_is_not_told_and_nobody_is_flooded() {
    let yard = Yard::new().await;
    yard.sign_up("mina").await;
    let nobody = yard.app.nobody();
    let ask = async |email: &str| nobody.post("/v1/password-resets", json!({ "email": email })).await;
    let (known, unknown) = (ask("mina@yard.example").await, ask("nobody@yard.example").await);
    assert_eq!((known.status, &known.text), (202, &unknown.text));
    assert_eq!(unknown.status, 202);
    for email in ["mina@yard.example", "nobody@yard.example"] {
        let mut accepted = 1;
        while ask(email).await.status == 202 {
            accepted += 1;
        }
        assert_eq!(accepted, 4, "{email}");
        ask(email).await.expect_problem(429, "too_many_attempts");
    }
    ask("mina").await.expect_problem(422, "invalid_fields");
    yard.mail.mail_to("mina@yard.example").await;
    assert!(yard.mail.so_far().iter().all(|letter| letter.to != "nobody@yard.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_has_the_same_length_from_every_keyboard() {
    let yard = Yard::new().await;
    let mina = yard.sign_up("mina").await;
    let forms = |password: &str| [password.nfc().collect::<String>(), password.nfd().collect()];
    let mut known = PASSWORD.to_owned();
    for short in ["비밀번호", "각각각"].into_iter().flat_map(forms) {
        let form = json!({
            "email": "sora@yard.example", "handle": "sora", "display_name": "Sora", "password": short
        });
        yard.app.nobody().post("/v1/sign-ups", form).await.expect_problem(422, "invalid_fields");
        let change = json!({ "old_password": known, "new_password": short });
        mina.put("/v1/me/password", change).await.expect_problem(422, "invalid_fields");
    }
    for long in ["각각각각각각각각".to_owned(), "각".repeat(128)] {
        for typed in forms(&long) {
            let change = json!({ "old_password": known, "new_password": typed });
            mina.put("/v1/me/password", change).await.expect(204);
            for typed in forms(&long) {
                yard.log_in("mina", &typed).await.expect(201);
            }
            known = typed;
        }
    }
    let change = json!({ "old_password": known, "new_password": "각".repeat(129) });
    mina.put("/v1/me/password", change).await.expect_problem(422, "invalid_fields");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_taken_under_an_earlier_rule_opens_the_account() {
    let yard = Yard::new().await;
    let mina = yard.sign_up("mina").await;
    // The vault itself has no rule on lengths: it stores what a release stored that counted the ten letters of
    // the decomposed form.
    let (short, user) = ("비밀번호", UserId(mina.id.parse().expect("an id")));
    let vault =
        Vault::open(yard.app.pool.clone(), Duration::from_secs(60)).await.expect("the database is there");
    let known = vault.accounts.check_password(Some(user), PASSWORD).await.expect("the vault is there");
    let changed = vault.recovery.change(user, Uuid::nil(), known.as_ref(), short).await;
    assert!(changed.expect("the vault is there"));
    for typed in [short.to_owned(), short.nfd().collect()] {
        yard.log_in("mina", &typed).await.expect(201);
    }
}
