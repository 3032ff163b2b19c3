//! Callers: who they are behind a proxy, and what a page of another origin may do.

use crate::support::TestApp;
use crate::support::client::PASSWORD;
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn each_caller_behind_a_proxy_has_an_address_and_a_limit_of_their_own_with_or_without_ports() {
    let app = TestApp::start_with(|settings| {
        settings.rate_limit_per_minute = 10;
        settings.trusted_proxies = "127.0.0.1".parse().expect("a proxy");
    })
    .await;
    let mina = app.register("mina").await;
    for (forwarded, address) in [
        ("198.51.100.1:40000", "198.51.100.1"),
        ("198.51.100.2", "198.51.100.2"),
        ("\"[2001:db8::1]:40000\"", "2001:db8::1"),
        ("192.0.2.9, [2001:db8:1::1]:40000, 127.0.0.1:443", "2001:db8:1::1"),
    ] {
        let login = app.nobody().request(Method::POST, "/v1/sessions").header("x-forwarded-for", forwarded);
        let session = login.json(&json!({ "login": "mina", "password": PASSWORD })).send().await.expect(201);
        let left = session.header("ratelimit");
        assert!(left.contains(";r=9;"), "{forwarded} shares a limit: {left}");
        let sessions = mina.with_token(&session).get("/v1/me/sessions").await.expect(200);
        let addresses = sessions.each("address");
        assert!(addresses.iter().any(|known| known == address), "{forwarded}: {addresses:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_may_ask_and_read_what_it_needs() {
    let app = TestApp::start().await;
    let preflight = app.nobody().request(Method::OPTIONS, "/v1/me");
    let preflight = preflight
        .header("origin", "https://example.kr")
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", "authorization,if-match,idempotency-key,madang-position")
        .send()
        .await
        .expect(200);
    assert_eq!(preflight.header("access-control-allow-origin"), "*");
    let listed = |name: &str| preflight.header(name).split(',').map(str::to_owned).collect::<Vec<_>>();
    let methods = listed("access-control-allow-methods");
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
        assert!(methods.iter().any(|allowed| allowed == method), "{method} in {methods:?}");
    }
    let headers = listed("access-control-allow-headers");
    for name in [
        "authorization",
        "content-type",
        "if-match",
        "idempotency-key",
        "madang-position",
        "madang-act-as",
        "madang-csrf",
        "prefer",
        "last-event-id",
        "if-none-match",
        "cache-control",
        "traceparent",
        "tracestate",
        "baggage",
        "sentry-trace",
    ] {
        assert!(headers.iter().any(|allowed| allowed == name), "{name} in {headers:?}");
    }
    let refused = app.nobody().request(Method::GET, "/v1/me").header("origin", "https://example.kr");
    let refused = refused.send().await.expect_problem(401, "not_logged_in");
    let exposed = refused.header("access-control-expose-headers");
    for name in ["madang-position", "madang-stale", "etag", "retry-after", "link", "preference-applied"] {
        assert!(exposed.split(',').any(|readable| readable == name), "{name} in {exposed}");
    }
}
