//! Callers: what a page of another origin may do.

use crate::support::TestApp;
use reqwest::Method;

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
