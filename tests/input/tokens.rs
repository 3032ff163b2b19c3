//! Tokens that stand for nobody.

use super::Yard;
use crate::support::TestApp;
use crate::support::client::Person;
use reqwest::Method;
use serde_json::json;

/// A token of `{"alg":"none"}` and
/// `{"iss":"madang","sub":"operator","iat":0,"exp":9999999999,"role":"operator"}`.
const UNSIGNED: &str = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJtYWRhbmciLCJzdWIiOiJvcGVyYXRvciIsImlhdCI6MCwiZXhwIjo5OTk5OTk5OTk5LCJyb2xlIjoib3BlcmF0b3IifQ.";

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_ours_is_refused_everywhere_even_where_none_is_needed() {
    let yard = Yard::new().await;
    let mine = yard.mina.token.clone().expect("a token");
    let parts: Vec<&str> = mine.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("three parts") };
    let theirs = yard.sora.token.clone().expect("a token");
    let their_claims = theirs.split('.').nth(1).expect("claims").to_owned();
    let elsewhere = TestApp::start().await;
    let foreign = elsewhere.operator_token().await;
    let mut changed = mine.clone().into_bytes();
    let middle = header.len() + 1 + claims.len() / 2;
    changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("ASCII");
    let unsigned_claims = UNSIGNED.split('.').nth(1).expect("claims");
    let bad: Vec<Vec<u8>> = [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer x".to_owned(),
        "Bearer a.b.c".to_owned(),
        format!("Basic {mine}"),
        format!("Token {mine}"),
        mine.clone(),
        format!("Bearer {mine} {mine}"),
        format!("Bearer {mine}, Bearer {mine}"),
        format!("Bearer {UNSIGNED}"),
        format!("Bearer {header}.{unsigned_claims}.{signature}"),
        format!("Bearer {header}.{their_claims}.{signature}"),
        format!("Bearer {header}.{claims}."),
        format!("Bearer {header}.{claims}"),
        format!("Bearer {changed}"),
        format!("Bearer {foreign}"),
        // The server doesn't read a head of more than 8 KB at all.
        format!("Bearer {}", "x".repeat(7_000)),
    ]
    .into_iter()
    .map(String::into_bytes)
    .chain([b"Bearer \xff\xfe".to_vec()])
    .collect();
    let nobody = yard.app.nobody();
    let head = yard.app.head().await;
    for value in &bad {
        for (method, path) in [
            (Method::GET, "/v1/me".to_owned()),
            (Method::GET, "/v1/posts".to_owned()),
            (Method::GET, "/v1/users/mina/followers".to_owned()),
            (Method::DELETE, "/v1/me".to_owned()),
            (Method::PUT, "/v1/users/sora/follow".to_owned()),
            (Method::POST, "/v1/posts".to_owned()),
            (Method::PATCH, format!("/v1/posts/{}", yard.post)),
            (Method::POST, "/v1/users".to_owned()),
        ] {
            let body = json!({ "handle": "bora", "display_name": "보라", "text": "글" });
            let request = nobody.request(method.clone(), &path).header_bytes("authorization", value);
            let refused = request.json(&body).send().await;
            let context = format!("{method} {path} with {:.60}", String::from_utf8_lossy(value));
            let refused = refused.expect_refused(&context);
            assert_eq!((refused.status, &refused.json["code"]), (401, &json!("token_invalid")), "{context}");
            assert_eq!(refused.header("www-authenticate"), "Bearer");
        }
    }
    assert_eq!(yard.app.head().await, head);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_token_of_someone_this_log_does_not_know_stands_for_nobody() {
    let app = TestApp::start().await;
    let vault = vault::Vault::open(app.pool.clone(), app.settings.token_ttl).await.expect("a vault");
    let stranger = vault.issue_token(domain::value::UserId(uuid::Uuid::now_v7())).access_token;
    let stranger = Person { token: Some(stranger), ..app.nobody() };
    for path in ["/v1/me", "/v1/posts", "/v1/timeline"] {
        assert_eq!(stranger.get(path).await.expect_refused(path).status, 401);
    }
    let text = json!({ "text": "글" });
    assert_eq!(stranger.post("/v1/posts", text).await.expect_refused("a stranger").status, 401);
    assert_eq!(stranger.delete("/v1/me").await.expect_refused("a stranger").status, 401);
    assert_eq!(app.head().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_needs_a_login_before_its_body_is_looked_at() {
    let yard = Yard::new().await;
    let nobody = yard.app.nobody();
    for command in yard.commands().into_iter().filter(|command| command.needs_login) {
        for body in [command.body.to_string(), "no JSON".to_owned()] {
            let request = nobody.request(command.method.clone(), &command.path);
            request.body("application/json", body).send().await.expect_problem(401, "not_logged_in");
        }
    }
    for (method, path) in [
        (Method::DELETE, format!("/v1/posts/{}", yard.post)),
        (Method::PUT, format!("/v1/posts/{}/like", yard.post)),
        (Method::DELETE, format!("/v1/posts/{}/like", yard.post)),
        (Method::DELETE, format!("/v1/comments/{}", yard.comment)),
        (Method::PUT, format!("/v1/comments/{}/like", yard.comment)),
        (Method::DELETE, format!("/v1/comments/{}/like", yard.comment)),
    ] {
        nobody.request(method, &path).send().await.expect_problem(401, "not_logged_in");
    }
}
