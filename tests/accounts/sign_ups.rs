//! Sign-ups: people become members.

use super::{Yard, address, another, code_in, form};
use crate::support::client::{Answer, PASSWORD};
use reqwest::Method;
use serde_json::json;
use unicode_normalization::UnicodeNormalization;

async fn confirm(yard: &Yard, id: &str, code: &str) -> Answer {
    let path = format!("/v1/sign-ups/{id}/confirmation");
    yard.app.nobody().post(&path, json!({ "code": code })).await
}

async fn resend(yard: &Yard, id: &str) -> Answer {
    yard.app.nobody().request(Method::POST, &format!("/v1/sign-ups/{id}/code")).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_and_the_code_of_its_letter_make_a_member_who_is_logged_in() {
    let yard = Yard::new().await;
    let nobody = yard.app.nobody();
    for (language, handle, word) in [("ko-KR,en;q=0.5", "한결", "마당"), ("en-GB", "mina", "Madang")] {
        let request = nobody.request(Method::POST, "/v1/sign-ups").header("accept-language", language);
        let email = format!("{language:.2}@yard.example");
        let form = json!({ "email": email, "password": PASSWORD, "handle": handle, "display_name": "누구" });
        let before = yard.app.head().await;
        let started = request.json(&form).send().await.expect(202);
        assert_eq!(yard.app.head().await, before, "nobody is a member before they have the code");
        let letter = yard.mail.mail_to(&email).await;
        assert!(letter.text.contains(word) && letter.text.contains("10"), "{}", letter.text);

        let joined = confirm(&yard, &started.id(), &format!(" {} ", code_in(&letter.text))).await.expect(201);
        assert_eq!(joined.json["user"]["handle"], handle);
        assert_eq!(joined.header("etag"), "\"1\"");
        assert_eq!(joined.position(), yard.app.head().await);
        let member = nobody.with_token(&joined);
        let read = nobody.see(&yard.app, joined.header("location")).await.expect(200);
        assert_eq!(member.get("/v1/me").await.expect(200).id(), read.id());
        let account = member.get("/v1/me/account").await.expect(200);
        assert_eq!(account.json["email"], email);
        assert_eq!(account.json["language"], language[..2]);
        assert_eq!(account.json["has_password"], true);
        for login in [handle, &email] {
            yard.log_in(login, PASSWORD).await.expect(201);
        }
        // A code has done its work once.
        confirm(&yard, &started.id(), &code_in(&letter.text)).await.expect_problem(404, "code_not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_with_an_account_gets_the_same_answer_and_its_owner_another_letter() {
    let yard = Yard::new().await;
    yard.sign_up("mina").await;
    let nobody = yard.app.nobody();
    let mut known = form("sora");
    known["email"] = " MINA@yard.example".into();
    let known = nobody.post("/v1/sign-ups", known).await.expect(202);
    let new = nobody.post("/v1/sign-ups", form("bora")).await.expect(202);
    let told = |answer: &Answer| {
        let mut json = answer.json.clone();
        json["id"] = "".into();
        json
    };
    assert_eq!(told(&known), told(&new));
    let letter = yard.mail.mail_to("MINA@yard.example").await;
    assert!(!letter.text.chars().collect::<String>().contains("123456"));
    assert!(letter.text.split(|c: char| !c.is_ascii_digit()).all(|word| word.len() != 6), "{}", letter.text);
    let code = code_in(&yard.mail.mail_to(&address("bora")).await.text);
    let wrong = confirm(&yard, &new.id(), &another(&code)).await.expect_problem(422, "invalid_fields");
    assert_eq!(confirm(&yard, &known.id(), &code).await.expect(422).json, wrong.json);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_can_be_tried_five_times_and_another_one_be_sent_after_a_while() {
    let yard = Yard::new().await;
    let started = yard.app.nobody().post("/v1/sign-ups", form("mina")).await.expect(202);
    assert_eq!(
        (&started.json["code_expires_in_seconds"], &started.json["resend_after_seconds"]),
        (&600.into(), &30.into())
    );
    let id = started.id();
    let first = code_in(&yard.mail.mail_to(&address("mina")).await.text);
    for tries_left in (1..5).rev() {
        let wrong = confirm(&yard, &id, &another(&first)).await.expect_problem(422, "invalid_fields");
        let detail = wrong.json["errors"][0]["detail"].as_str().expect("words");
        assert!(detail.contains(&tries_left.to_string()), "{detail}");
    }
    confirm(&yard, &id, &another(&first)).await.expect_problem(410, "code_over");
    confirm(&yard, &id, &first).await.expect_problem(410, "code_over");

    let soon = resend(&yard, &id).await.expect_problem(429, "too_many_attempts");
    let wait: u64 = soon.header("retry-after").parse().expect("seconds");
    assert!((1..=30).contains(&wait), "{wait}");
    let mut waits = vec![];
    let mut code = String::new();
    for promised in [60, 120, 240, 480] {
        yard.run("update vault.codes set next_send_at = clock_timestamp()").await;
        yard.run("delete from vault.attempts").await;
        let sent = resend(&yard, &id).await.expect(202);
        assert_eq!(sent.json["resend_after_seconds"], promised);
        code = code_in(&yard.mail.mail_to(&address("mina")).await.text);
        let wait = resend(&yard, &id).await.expect(if waits.len() < 3 { 429 } else { 409 });
        waits.push(wait.headers.get("retry-after").map(|wait| wait.to_str().expect("digits").to_owned()));
    }
    let waits: Vec<u64> = waits.into_iter().flatten().map(|wait| wait.parse().expect("seconds")).collect();
    assert!(waits.is_sorted_by(|a, b| a * 3 < b * 2), "each wait is about twice the one before: {waits:?}");
    yard.run("update vault.codes set next_send_at = clock_timestamp()").await;
    resend(&yard, &id).await.expect_problem(409, "too_many_codes");
    if first != code {
        confirm(&yard, &id, &first).await.expect_problem(422, "invalid_fields");
    }
    confirm(&yard, &id, &code).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_over_after_ten_minutes() {
    let yard = Yard::new().await;
    let id = yard.app.nobody().post("/v1/sign-ups", form("mina")).await.expect(202).id();
    let code = code_in(&yard.mail.mail_to(&address("mina")).await.text);
    yard.run("update vault.codes set expires_at = expires_at - interval '599 seconds'").await;
    confirm(&yard, &id, &another(&code)).await.expect_problem(422, "invalid_fields");
    yard.run("update vault.codes set expires_at = expires_at - interval '1 second'").await;
    confirm(&yard, &id, &code).await.expect_problem(410, "code_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_that_was_taken_meanwhile_is_replaced_with_the_same_code() {
    let yard = Yard::new().await;
    let nobody = yard.app.nobody();
    let id = nobody.post("/v1/sign-ups", form("mina")).await.expect(202).id();
    let code = code_in(&yard.mail.mail_to(&address("mina")).await.text);
    yard.app.enrol("MINA").await;
    confirm(&yard, &id, &code).await.expect_problem(409, "handle_taken");
    nobody.post("/v1/sign-ups", form("mina")).await.expect_problem(409, "handle_taken");
    let path = format!("/v1/sign-ups/{id}/confirmation");
    let bad = json!({ "code": code, "handle": "a b" });
    nobody.post(&path, bad).await.expect_problem(422, "invalid_fields");
    let joined = nobody.post(&path, json!({ "code": code, "handle": "mina_2" })).await.expect(201);
    assert_eq!(joined.json["user"]["handle"], "mina_2");
    yard.log_in(&address("mina"), PASSWORD).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_sign_ups_with_one_address_the_first_that_is_confirmed_gets_it() {
    let yard = Yard::new().await;
    let nobody = yard.app.nobody();
    let first = nobody.post("/v1/sign-ups", form("mina")).await.expect(202).id();
    let first_code = code_in(&yard.mail.mail_to(&address("mina")).await.text);
    let mut second = form("mina");
    second["handle"] = "bora".into();
    let second = nobody.post("/v1/sign-ups", second).await.expect(202).id();
    let second_code = code_in(&yard.mail.mail_to(&address("mina")).await.text);
    confirm(&yard, &second, &second_code).await.expect(201);
    confirm(&yard, &first, &first_code).await.expect_problem(409, "email_taken");
    yard.app.nobody().see(&yard.app, "/v1/users/mina").await.expect_problem(404, "user_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_of_the_form_is_named_at_once() {
    let yard = Yard::new().await;
    let bad = json!({ "email": "mina", "password": "short", "handle": "a b", "display_name": "" });
    let refused = yard.app.nobody().post("/v1/sign-ups", bad).await.expect_problem(422, "invalid_fields");
    let errors = refused.json["errors"].as_array().expect("errors");
    let named: Vec<_> = errors.iter().map(|error| (&error["pointer"], &error["code"])).collect();
    assert_eq!(
        json!(named),
        json!([
            ["/email", "not_an_email"],
            ["/password", "too_short"],
            ["/handle", "forbidden_character"],
            ["/display_name", "empty"]
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_handle_or_address_is_told_and_asking_on_and_on_is_not_answered() {
    let yard = Yard::new().await;
    yard.sign_up("mina").await;
    let nobody = yard.app.nobody();
    let ask = async |kind: &str, value: &str| nobody.post("/v1/availability", json!({ kind: value })).await;
    for (kind, value, available) in [
        ("handle", "rnina", false),
        ("handle", "bora", true),
        ("email", "Mina@YARD.example", false),
        ("email", "bora@yard.example", true),
    ] {
        assert_eq!(ask(kind, value).await.expect(200).json["available"], available, "{value}");
    }
    ask("handle", "a b").await.expect_problem(422, "invalid_fields");
    for neither in [json!({}), json!({ "handle": "a1", "email": "a@b.kr" })] {
        nobody.post("/v1/availability", neither).await.expect_problem(422, "invalid_fields");
    }
    ask("email", "a b").await.expect_problem(422, "invalid_fields");
    let mut answered = 2;
    let refused = loop {
        let answer = ask("email", &format!("harvest{answered}@yard.example")).await;
        match answer.status {
            200 => answered += 1,
            _ => break answer,
        }
    };
    refused.expect_problem(429, "too_many_attempts");
    assert!(answered <= 10, "{answered} addresses were told");
    ask("handle", "sora").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_can_not_fill_a_mailbox() {
    let yard = Yard::new().await;
    let nobody = yard.app.nobody();
    let mut letters = 0;
    let mut id = String::new();
    let refused = loop {
        let answer = nobody.post("/v1/sign-ups", form("mina")).await;
        match answer.status {
            202 => (letters, id) = (letters + 1, answer.id()),
            _ => break answer.expect_problem(429, "too_many_attempts"),
        }
    };
    assert!(letters <= 10, "{letters}");
    assert!(refused.header("retry-after").parse::<u64>().expect("seconds") >= 1);
    // Requests of other kinds send no more letters to the same address either.
    yard.run("update vault.codes set next_send_at = clock_timestamp()").await;
    resend(&yard, &id).await.expect_problem(429, "too_many_attempts");
    let sora = yard.sign_up("sora").await;
    let change = json!({ "email": address("mina"), "password": PASSWORD });
    sora.post("/v1/me/email", change).await.expect_problem(429, "too_many_attempts");
    nobody.post("/v1/sign-ups", form("bora")).await.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_who_chose_the_same_key_do_not_meet() {
    let yard = Yard::new().await;
    let join = async |handle: &str| {
        let keyed =
            |path: &str| yard.app.nobody().request(Method::POST, path).header("idempotency-key", "the-same");
        let started = keyed("/v1/sign-ups").json(&form(handle)).send().await.expect(202);
        let code = code_in(&yard.mail.mail_to(&address(handle)).await.text);
        let path = format!("/v1/sign-ups/{}/confirmation", started.id());
        keyed(&path).json(&json!({ "code": code })).send().await.expect(201)
    };
    let (mina, sora) = (join("mina").await, join("sora").await);
    assert_eq!(
        (&mina.json["user"]["handle"], &sora.json["user"]["handle"]),
        (&json!("mina"), &json!("sora"))
    );
    let keys: Vec<String> = sqlx::query_scalar("select key from commands")
        .fetch_all(&yard.app.pool)
        .await
        .expect("the log reads");
    assert_eq!(keys, Vec::<String>::new(), "the log keeps no stranger's key");
    // Only an operator registers people with a key in nobody's name.
    let body = json!({ "handle": "bora", "display_name": "보라" });
    let keyed = yard.app.nobody().request(Method::POST, "/v1/users").header("idempotency-key", "the-same");
    keyed.json(&body).send().await.expect_problem(403, "operators_only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_has_one_account_in_whichever_form_its_domain_is_typed() {
    let yard = Yard::new().await;
    let (hangul, ascii) = ("mina@예시.한국", "mina@xn--vv4b11d.xn--3e0b707e");
    let apart: String = hangul.nfd().collect();
    let sign_up = async |handle: &str, email: &str| {
        let mut form = form(handle);
        form["email"] = email.into();
        let id = yard.app.nobody().post("/v1/sign-ups", form).await.expect(202).id();
        // The mail server takes no domain but in ASCII.
        (id, yard.mail.mail_to(ascii).await)
    };
    let (id, letter) = sign_up("mina", hangul).await;
    let joined = confirm(&yard, &id, &code_in(&letter.text)).await.expect(201);
    let mina = yard.app.nobody().with_token(&joined);
    assert_eq!(mina.get("/v1/me/account").await.expect(200).json["email"], hangul, "as its owner writes it");
    // Earlier releases stored what was typed as the key.
    for stored_before in [ascii, hangul, &apart] {
        sqlx::query("update vault.accounts set email_key = $1")
            .bind(stored_before)
            .execute(&yard.app.pool)
            .await
            .expect("it is stored");
        for typed in [hangul, ascii, &apart] {
            yard.log_in(typed, PASSWORD).await.expect(201);
        }
    }
    for typed in [hangul, ascii, &apart] {
        let (_, letter) = sign_up("sora", typed).await;
        let mut words = letter.text.split(|letter: char| !letter.is_ascii_digit());
        assert!(words.all(|word| word.len() != 6), "no code: {}", letter.text);
    }
}
