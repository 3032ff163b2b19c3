//! Contacts: the addresses and numbers where a person is reached, and other details that only the person is
//! shown.

use super::{Yard, address, another, code_in};
use crate::support::client::{PASSWORD, Person};
use serde_json::{Value, json};

/// The newest SMS to this number: the mailbox keeps it where no provider is named.
async fn sms(yard: &Yard, number: &str) -> String {
    let newest =
        "select body from vault.outbox where channel = 'sms' and recipient = $1 order by id desc limit 1";
    sqlx::query_scalar(newest).bind(number).fetch_one(&yard.app.pool).await.expect("an SMS")
}

async fn ask_for_email(person: &Person, email: &str) -> u16 {
    person.post("/v1/me/email", json!({ "email": email, "password": PASSWORD })).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_counts_once_its_code_came_back_and_the_old_one_is_told() {
    let yard = Yard::new().await;
    let mina = yard.sign_up("mina").await;
    let wrong = json!({ "email": "new@yard.example", "password": "not the password" });
    let wrong = mina.post("/v1/me/email", wrong).await.expect_problem(422, "invalid_fields");
    assert_eq!(wrong.json["errors"][0]["pointer"], "/password");
    assert_eq!(ask_for_email(&mina, "new@yard.example").await, 202);
    let code = code_in(&yard.mail.mail_to("new@yard.example").await.text);
    assert_eq!(mina.get("/v1/me/account").await.expect(200).json["email"], "mina@yard.example");
    let confirm = async |code: &str| mina.post("/v1/me/email/confirmation", json!({ "code": code })).await;
    confirm(&another(&code)).await.expect_problem(422, "invalid_fields");
    confirm(&code).await.expect(204);
    confirm(&code).await.expect_problem(404, "code_not_found");
    assert_eq!(mina.get("/v1/me/account").await.expect(200).json["email"], "new@yard.example");
    let told = yard.mail.mail_to(&address("mina")).await;
    assert!(!told.text.contains("new@yard.example"), "the old address may be a stranger's by now");
    yard.log_in("new@yard.example", PASSWORD).await.expect(201);
    yard.log_in("mina@yard.example", PASSWORD).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn anothers_address_can_not_be_taken_and_who_asks_learns_nothing() {
    let yard = Yard::new().await;
    let (mina, sora) = (yard.sign_up("mina").await, yard.sign_up("sora").await);
    assert_eq!(ask_for_email(&mina, "SORA@yard.example").await, 202);
    let letter = yard.mail.mail_to("SORA@yard.example").await;
    assert!(letter.text.split(|c: char| !c.is_ascii_digit()).all(|word| word.len() != 6), "{}", letter.text);
    for _ in 0..4 {
        let wrong = mina.post("/v1/me/email/confirmation", json!({ "code": "123456" })).await;
        wrong.expect_problem(422, "invalid_fields");
    }
    // The address is free when two people ask for it, and taken when the second confirms it.
    for person in [&mina, &sora] {
        assert_eq!(ask_for_email(person, "free@yard.example").await, 202);
    }
    let mut codes = vec![];
    for _ in 0..2 {
        codes.push(code_in(&yard.mail.mail_to("free@yard.example").await.text));
    }
    let confirm = async |person: &Person| {
        let mut last = None;
        for code in &codes {
            let answer = person.post("/v1/me/email/confirmation", json!({ "code": code })).await;
            if answer.status != 422 {
                last = Some(answer);
                break;
            }
        }
        last.expect("one of the codes is theirs")
    };
    confirm(&sora).await.expect(204);
    confirm(&mina).await.expect_problem(409, "email_taken");
    assert_eq!(mina.get("/v1/me/account").await.expect(200).json["email"], "mina@yard.example");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_counts_once_its_code_came_back_and_can_be_taken_away() {
    let yard = Yard::with(|settings| settings.dev_mailbox = true).await;
    let mina = yard.sign_up("mina").await;
    let phone = async || mina.get("/v1/me/account").await.expect(200).json["phone"].clone();
    mina.post("/v1/me/phone", json!({ "phone": "010-1234-5678" })).await.expect(202);
    let code = code_in(&sms(&yard, "+821012345678").await);
    assert_eq!(phone().await, Value::Null);
    let confirm = async |code: &str| mina.post("/v1/me/phone/confirmation", json!({ "code": code })).await;
    confirm(&another(&code)).await.expect_problem(422, "invalid_fields");
    confirm(&code).await.expect(204);
    assert_eq!(phone().await, "+821012345678");
    mina.delete("/v1/me/phone").await.expect(204);
    mina.delete("/v1/me/phone").await.expect(204);
    assert_eq!(phone().await, Value::Null);
    mina.post("/v1/me/phone", json!({ "phone": "12" })).await.expect_problem(422, "invalid_fields");
    let mut sent = 1;
    while mina.post("/v1/me/phone", json!({ "phone": "010-1234-5678" })).await.status == 202 {
        sent += 1;
    }
    assert!(sent <= 5, "each costs money: {sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_one_in_whichever_form_it_is_typed() {
    let yard = Yard::with(|settings| settings.dev_mailbox = true).await;
    let mina = yard.sign_up("mina").await;
    for typed in ["+82 (0)10-1234-5678", "0082 10 1234 5678", "０１０–１２３４–５６７８"] {
        mina.post("/v1/me/phone", json!({ "phone": typed })).await.expect(202);
        let code = code_in(&sms(&yard, "+821012345678").await);
        mina.post("/v1/me/phone/confirmation", json!({ "code": code })).await.expect(204);
        assert_eq!(mina.get("/v1/me/account").await.expect(200).json["phone"], "+821012345678", "{typed}");
        mina.delete("/v1/me/phone").await.expect(204);
    }
    for bad in ["0101234", "+821012345678901", "+82 0010 1234 5678"] {
        mina.post("/v1/me/phone", json!({ "phone": bad })).await.expect_problem(422, "invalid_fields");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn details_are_optional_and_only_their_owner_sees_them() {
    let yard = Yard::new().await;
    let mina = yard.sign_up("mina").await;
    let before = mina.get("/v1/me/account").await.expect(200);
    assert_eq!(before.json["birth_year"], Value::Null);
    assert_eq!(before.json["interests"], json!([]));
    let details = json!({
        "birth_year": 1999, "region": " 서울 마포구 ", "interests": ["바다", "사진"], "language": "en"
    });
    let changed = mina.patch("/v1/me/account", details).await.expect(200);
    assert_eq!(changed.json["region"], "서울 마포구");
    let changed = mina.patch("/v1/me/account", json!({ "birth_year": null })).await.expect(200);
    assert_eq!(changed.json["birth_year"], Value::Null);
    assert_eq!(changed.json["interests"], json!(["바다", "사진"]));
    assert_eq!(changed.json["language"], "en");
    assert_eq!(mina.get("/v1/me/account").await.expect(200).json, changed.json);
    for (bad, pointer) in [
        (json!({ "birth_year": 1899 }), "/birth_year"),
        (json!({ "birth_year": "1999" }), "/birth_year"),
        (json!({ "region": "" }), "/region"),
        (json!({ "language": "fr" }), "/language"),
        (json!({ "language": null }), "/language"),
        (json!({ "interests": vec!["바다"; 21] }), "/interests"),
        (json!({ "interests": ["바다", ""] }), "/interests/1"),
    ] {
        let refused = mina.patch("/v1/me/account", bad).await.expect_problem(422, "invalid_fields");
        assert_eq!(refused.json["errors"][0]["pointer"], pointer);
    }
    for path in ["/v1/users/mina", "/v1/me"] {
        let shown = mina.see(&yard.app, path).await.expect(200).text;
        assert!(!shown.contains("마포구") && !shown.contains("yard.example"), "{shown}");
    }
    yard.app.nobody().get("/v1/me/account").await.expect_problem(401, "not_logged_in");
    let enrolled = yard.app.enrol("enrolled").await;
    enrolled.get("/v1/me/account").await.expect_problem(403, "not_for_operators");
}
