//! Logging in, and what guards it.

use crate::support::TestApp;
use crate::support::client::{Answer, PASSWORD, Person};
use futures::{FutureExt, StreamExt};
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

async fn log_in(app: &TestApp, handle: &str, password: &str) -> Answer {
    app.nobody().post("/v1/sessions", json!({ "handle": handle, "password": password })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn handle_in_any_case_and_password_give_a_token_that_stands_for_the_person() {
    let app = TestApp::start().await;
    let mina = app.register("Mina").await;
    for handle in ["Mina", "mina", " MINA "] {
        let session = log_in(&app, handle, PASSWORD).await.expect(201);
        assert_eq!(session.json["token_type"], "Bearer");
        assert_eq!(session.json["expires_in_seconds"], app.settings.token_ttl.as_secs());
        assert_eq!(session.json["user"]["id"], mina.id.as_str());
        assert_eq!(session.json["user"]["handle"], "Mina");
        assert_eq!(session.header("cache-control"), "no-store");
        let token = session.json["access_token"].as_str().expect("a token").to_owned();
        let me = Person { token: Some(token), ..app.nobody() };
        assert_eq!(me.see(&app, "/v1/me").await.expect(200).id(), mina.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_handle_and_a_wrong_password_get_the_same_answer() {
    let app = TestApp::start().await;
    app.register("mina").await;
    app.enrol("enrolled").await;
    let wrong = log_in(&app, "mina", "not the password").await.expect_problem(401, "wrong_credentials");
    assert_eq!(wrong.header("www-authenticate"), "Bearer");
    let long = "x".repeat(10_000);
    for (handle, password) in [
        ("nobody", PASSWORD),
        ("enrolled", PASSWORD),
        ("enrolled", ""),
        ("mina", ""),
        ("mina", &long),
        (&long, PASSWORD),
        ("mi\u{0}na", PASSWORD),
        ("", PASSWORD),
        ("a b", PASSWORD),
    ] {
        let refused = log_in(&app, handle, password).await.expect_problem(401, "wrong_credentials");
        assert_eq!(refused.json, wrong.json);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_changed_their_handle_logs_in_with_the_new_one_and_who_left_not_at_all() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    mina.patch("/v1/me", json!({ "handle": "nari" })).await.expect(200);
    log_in(&app, "nari", PASSWORD).await.expect(201);
    log_in(&app, "mina", PASSWORD).await.expect_problem(401, "wrong_credentials");
    mina.delete("/v1/me").await.expect(204);
    log_in(&app, "nari", PASSWORD).await.expect_problem(401, "wrong_credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_refused_when_its_time_is_over() {
    let app = TestApp::start_with(|settings| settings.token_ttl = Duration::from_secs(1)).await;
    let mina = app.register("mina").await;
    let begun = Instant::now();
    let refused = loop {
        let answer = mina.request(Method::GET, "/v1/me").send().await;
        match answer.status {
            200 => assert!(begun.elapsed() < Duration::from_secs(20), "it never ends"),
            _ => break answer,
        }
    };
    refused.expect_problem(401, "token_expired");
    // Where nobody needs to be logged in, too: who believes to be logged in must not be read as nobody.
    mina.get("/v1/posts").await.expect_problem(401, "token_expired");
    mina.post("/v1/posts", json!({ "text": "글" })).await.expect_problem(401, "token_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_can_not_be_tried_out_without_end() {
    let app = TestApp::start_with(|settings| settings.rate_limit_per_minute = 1_000).await;
    app.operator().await.post("/v1/users", json!({ "handle": "mina", "display_name": "Mina" })).await;
    let mut refused = None;
    for attempt in 0..30 {
        let answer = log_in(&app, "Mina", &format!("password number {attempt}")).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        answer.expect_problem(401, "wrong_credentials");
    }
    let refused = refused.expect("an end of attempts").expect_problem(429, "too_many_logins");
    assert!(refused.header("retry-after").parse::<u64>().expect("seconds") >= 1);
    log_in(&app, "bora", PASSWORD).await.expect_problem(401, "wrong_credentials");
}

/// All rows outside the vault.
async fn everything_outside_the_vault(app: &TestApp) -> String {
    let tables: Vec<(String, String)> = sqlx::query_as(
        "select schemaname::text, tablename::text from pg_tables
         where schemaname not in ('vault', 'pg_catalog', 'information_schema')",
    )
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
async fn no_password_hash_or_token_is_in_an_event_a_message_a_table_or_an_answer() {
    const SECRET: &str = "Zebra-Secret-8271-Passphrase";
    let app = TestApp::start().await;
    let nats = async_nats::connect(&*app.settings.nats_url).await.expect("NATS");
    let (log_id,): (uuid::Uuid,) =
        sqlx::query_as("select id from log").fetch_one(&app.pool).await.expect("an id");
    let mut messages = nats.subscribe(format!("events.{log_id}.>")).await.expect("a subscription");
    nats.flush().await.expect("NATS");
    // A relay that meets a new stream begins at the log's head.
    let begun = Instant::now();
    loop {
        let note = "select stream_created is not null, stopped_because from relay";
        let (leads, stopped_because): (bool, Option<String>) =
            sqlx::query_as(note).fetch_one(&app.pool).await.expect("the relay's note");
        if leads {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "no relay leads: {stopped_because:?}");
    }

    let nobody = app.nobody();
    let form = json!({ "handle": "mina", "display_name": "Mina", "bio": "", "password": SECRET });
    let registered = nobody.request(Method::POST, "/v1/users").header("idempotency-key", "k1");
    let mut seen = vec![registered.json(&form).send().await.expect(201)];
    let session = log_in(&app, "mina", SECRET).await.expect(201);
    let token = session.json["access_token"].as_str().expect("a token").to_owned();
    let mina = Person { token: Some(token.clone()), ..app.nobody() };
    seen.push(nobody.post("/v1/users", form).await.expect(409));
    seen.push(log_in(&app, "mina", &format!("{SECRET}!")).await.expect(401));
    let malformed = format!("{{\"handle\": \"mina\", \"password\": \"{SECRET}\"");
    seen.push(nobody.request(Method::POST, "/v1/sessions").body("application/json", malformed).send().await);
    let twice = json!({ "handle": "mina", "password": [SECRET] });
    seen.push(nobody.post("/v1/sessions", twice).await.expect(422));
    let unknown = json!({ "handle": "mina", "password": SECRET, "extra": SECRET });
    seen.push(nobody.post("/v1/sessions", unknown).await.expect(422));
    mina.patch("/v1/me", json!({ "bio": "바다" })).await.expect(200);
    mina.publish("글").await;
    for path in ["/v1/me", "/v1/users/mina", "/v1/users", "/v1/posts", "/metrics", "/readyz"] {
        seen.push(mina.see(&app, path).await);
    }

    let (hash,): (String,) = sqlx::query_as("select password_hash from vault.credentials")
        .fetch_one(&app.pool)
        .await
        .expect("one");
    let (key,): (Vec<u8>,) =
        sqlx::query_as("select value from vault.secrets limit 1").fetch_one(&app.pool).await.expect("a key");
    let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let salt = hash.split('$').nth(4).expect("a PHC string").to_owned();
    let secrets = [SECRET, &token, token.rsplit('.').next().expect("a signature"), &hash, &salt, &key];

    let tables = everything_outside_the_vault(&app).await;
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
    }
}
