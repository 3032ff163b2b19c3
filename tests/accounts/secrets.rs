//! Secrets and personal details: they are in the vault, and nowhere else.

use super::{Yard, code_in, token_in};
use crate::support::TestApp;
use crate::support::wait::until_true;
use futures::{FutureExt, StreamExt};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

/// All rows outside the vault.
pub(super) async fn everything_outside_the_vault(app: &TestApp) -> String {
    everything_outside(app, &["vault"]).await
}

/// All rows of all tables outside these schemas.
pub(super) async fn everything_outside(app: &TestApp, schemas: &[&str]) -> String {
    let tables: Vec<(String, String)> = sqlx::query_as(
        "select schemaname::text, tablename::text from pg_tables
         where schemaname not in ('pg_catalog', 'information_schema') and schemaname <> all($1)",
    )
    .bind(schemas)
    .fetch_all(&app.pool)
    .await
    .expect("the tables");
    let mut everything = String::new();
    for (schema, table) in tables {
        let sql = format!(r#"select coalesce(string_agg(t::text, ' '), '') from "{schema}"."{table}" t"#);
        let (rows,): (String,) = sqlx::query_as(&sql).fetch_one(&app.pool).await.expect("rows");
        everything.push_str(&rows);
    }
    everything
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_or_personal_is_in_an_event_a_message_a_table_or_anyone_elses_answer() {
    const SECRET: &str = "Zebra-Secret-8271-Passphrase";
    const EMAIL: &str = "Zebra.8271@Yard.example";
    const SEARCHED: &str = "zebra symptoms 5150";
    const NEW_EMAIL: &str = "zebra-9393@yard.example";
    let yard = Yard::with(|settings| settings.dev_mailbox = true).await;
    let app = &yard.app;
    let nats = async_nats::connect(&*app.settings.nats_url).await.expect("NATS");
    let (log_id,): (uuid::Uuid,) =
        sqlx::query_as("select id from log").fetch_one(&app.pool).await.expect("an id");
    let mut messages = nats.subscribe(format!("events.{log_id}.>")).await.expect("a subscription");
    nats.flush().await.expect("NATS");
    // A relay that meets a new stream begins at the log's head.
    until_true("a relay leads", async || {
        let note = "select stream_created is not null from relay";
        let leads: bool = sqlx::query_scalar(note).fetch_one(&app.pool).await.expect("the relay's note");
        leads
    })
    .await;

    let nobody = app.nobody();
    let form = json!({ "email": EMAIL, "handle": "mina", "display_name": "Mina", "password": SECRET });
    let mut seen = vec![nobody.post("/v1/sign-ups", form.clone()).await.expect(202)];
    let code = code_in(&yard.mail.mail_to("Zebra.8271@yard.example").await.text);
    let path = format!("/v1/sign-ups/{}/confirmation", seen[0].id());
    nobody.post(&path, json!({ "code": code })).await.expect(201);
    let session = yard.log_in(EMAIL, SECRET).await.expect(201);
    let token = session.json["access_token"].as_str().expect("a token").to_owned();
    let refresh = session.json["refresh_token"].as_str().expect("a token").to_owned();
    let mina = nobody.with_token(&session);
    mina.post("/v1/me/phone", json!({ "phone": "010-8271-9393" })).await.expect(202);
    let (sms,): (String,) = sqlx::query_as("select body from vault.outbox where channel = 'sms'")
        .fetch_one(&app.pool)
        .await
        .expect("one");
    let phone_code = code_in(&sms);
    mina.post("/v1/me/phone/confirmation", json!({ "code": phone_code })).await.expect(204);
    mina.post("/v1/me/email", json!({ "email": NEW_EMAIL, "password": SECRET })).await.expect(202);
    let email_code = code_in(&yard.mail.mail_to(NEW_EMAIL).await.text);
    mina.post("/v1/me/email/confirmation", json!({ "code": email_code })).await.expect(204);
    seen.push(nobody.post("/v1/password-resets", json!({ "email": NEW_EMAIL })).await.expect(202));
    let link = token_in(&yard.mail.mail_to(NEW_EMAIL).await.text);
    seen.push(nobody.post("/v1/sign-ups", form).await.expect(409));
    seen.push(yard.log_in("mina", &format!("{SECRET}!")).await.expect(401));
    let malformed = format!("{{\"login\": \"{EMAIL}\", \"password\": \"{SECRET}\"");
    seen.push(nobody.request(Method::POST, "/v1/sessions").body("application/json", malformed).send().await);
    let twice = json!({ "login": EMAIL, "password": [SECRET] });
    seen.push(nobody.post("/v1/sessions", twice).await.expect(422));
    let unknown = json!({ "login": EMAIL, "password": SECRET, "extra": SECRET });
    seen.push(nobody.post("/v1/sessions", unknown).await.expect(422));
    mina.patch("/v1/me", json!({ "bio": "바다" })).await.expect(200);
    mina.publish("글").await;
    mina.post("/v1/me/searches", json!({ "query": SEARCHED })).await.expect(200);
    for path in ["/v1/me", "/v1/users/mina", "/v1/users", "/v1/posts", "/readyz"] {
        seen.push(mina.see(app, path).await);
    }
    seen.push(app.ops().get("/metrics").await.expect(200));

    let (hash,): (String,) =
        sqlx::query_as("select password_hash from vault.accounts").fetch_one(&app.pool).await.expect("one");
    let (key,): (Vec<u8>,) =
        sqlx::query_as("select value from vault.secrets limit 1").fetch_one(&app.pool).await.expect("a key");
    let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let salt = hash.split('$').nth(4).expect("a PHC string").to_owned();
    let signature = token.rsplit('.').next().expect("a signature");
    let (phone, bare) = ("+821082719393", "1082719393");
    let secrets = [
        SECRET,
        EMAIL,
        &EMAIL.to_lowercase(),
        NEW_EMAIL,
        phone,
        bare,
        &token,
        signature,
        &refresh,
        &link,
        &hash,
        &salt,
        &key,
        SEARCHED,
    ];
    // Six digits may stand in any number by chance, so a code is only looked for as a word.
    let codes = [&code, &phone_code, &email_code];

    let tables = everything_outside_the_vault(app).await;
    assert!(tables.contains("UserRegistered") && tables.contains("바다"), "the search finds what is there");
    let mut places = vec![("a table", tables)];
    let head = app.head().await;
    loop {
        let message = messages.next().now_or_never();
        let Some(message) = (match message {
            Some(message) => message,
            None => tokio::time::timeout(Duration::from_secs(20), messages.next()).await.expect("messages"),
        }) else {
            panic!("NATS is gone");
        };
        let headers = message.headers.expect("headers");
        let payload = String::from_utf8_lossy(&message.payload).into_owned();
        places.push(("a message", format!("{} {headers:?} {payload}", message.subject)));
        if headers.get("Madang-Position").is_some_and(|position| position.as_str() == head.to_string()) {
            break;
        }
    }
    assert!(places.len() as i64 > head, "every event is a message");
    places.extend(
        seen.into_iter().map(|answer| ("an answer", format!("{:?} {}", answer.headers, answer.text))),
    );
    for (kind, text) in places {
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} in {kind}: {text}");
        }
        for word in text.split(|letter: char| !letter.is_ascii_alphanumeric()) {
            assert!(!codes.iter().any(|code| *code == word), "{word} in {kind}: {text}");
        }
    }
}
