//! The keys that sign access tokens: published, replaced, withdrawn.

use super::log_in;
use crate::support::TestApp;
use crate::support::client::{PASSWORD, Person};
use crate::support::wait::until_true;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

async fn key_set(app: &TestApp) -> JwkSet {
    let answer = app.nobody().get("/.well-known/jwks.json").await.expect(200);
    assert_eq!(answer.header("cache-control"), "public, max-age=60");
    serde_json::from_str(&answer.text).expect("a key set as RFC 7517 has it")
}

async fn token(app: &TestApp) -> String {
    let session = log_in(app, "mina", PASSWORD).await.expect(201);
    session.json["access_token"].as_str().expect("a token").to_owned()
}

fn kid(token: &str) -> String {
    decode_header(token).expect("a JWT").kid.expect("a key is named")
}

async fn rotate(app: &TestApp, arguments: &[&str]) {
    app.madang(&[&["rotate-keys"], arguments].concat()).await.expect("it succeeds");
}

#[tokio::test(flavor = "multi_thread")]
async fn anyone_can_verify_a_token_by_the_published_keys() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let token = mina.token.clone().expect("a token");
    let keys = key_set(&app).await;
    let key = keys.find(&kid(&token)).expect("its key is published");
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&["madang"]);
    validation.set_audience(&["madang"]);
    let key = DecodingKey::from_jwk(key).expect("a usable key");
    let claims = decode::<Value>(&token, &key, &validation).expect("verified").claims;
    assert_eq!(claims["sub"], mina.id.as_str());
    assert_eq!(claims["exp"].as_i64().expect("a time") - claims["iat"].as_i64().expect("a time"), 600);
    let shown = app.nobody().get("/.well-known/jwks.json").await.text;
    assert!(!shown.contains("\"d\""), "the private half is not shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_published_before_it_signs_and_old_tokens_stay_good() {
    let app = TestApp::start().await;
    let other = app.second_node(|_| {}).await;
    let mina = app.register("mina").await;
    let old = kid(mina.token.as_deref().expect("a token"));
    rotate(&app, &[]).await;
    for node in [&app, &other] {
        until_true("the new key is published", async || key_set(node).await.keys.len() == 2).await;
    }
    assert_eq!(kid(&token(&app).await), old, "nobody could verify the new one yet");
    let two_minutes_later = "update vault.signing_keys set active_from = active_from - interval '2 minutes'";
    sqlx::query(two_minutes_later).execute(&app.pool).await.expect("it is later");
    until_true("the new key signs", async || kid(&token(&app).await) != old).await;
    let new = Person { token: Some(token(&app).await), ..app.nobody() };
    for node in [&app, &other] {
        new.at(node).get("/v1/me/account").await.expect(200);
        mina.at(node).get("/v1/me/account").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_key_got_out_no_token_of_it_is_good_anywhere_and_people_go_on_by_refreshing() {
    let app = TestApp::start().await;
    let other = app.second_node(|_| {}).await;
    app.register("mina").await;
    let session = log_in(&app, "mina", PASSWORD).await.expect(201);
    let mina = app.nobody().with_token(&session);
    mina.at(&other).get("/v1/me/account").await.expect(200);
    rotate(&app, &["--emergency"]).await;
    for node in [&app, &other] {
        until_true("the old token is refused", async || {
            mina.at(node).get("/v1/me/account").await.status == 401
        })
        .await;
    }
    let refresh = serde_json::json!({ "refresh_token": session.json["refresh_token"] });
    let refreshed = other.nobody().post("/v1/sessions/refresh", refresh).await.expect(200);
    app.nobody().with_token(&refreshed).get("/v1/me/account").await.expect(200);
}
