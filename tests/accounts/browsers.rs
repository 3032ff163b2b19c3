//! Sessions of browsers: cookies, and what other sites can't do with them.

use super::Yard;
use crate::support::client::{Answer, PASSWORD, Person};
use reqwest::Method;
use serde_json::{Value, json};

const FRIEND: &str = "https://yard.example";

/// The cookies that an answer sets: name, value and attributes of each.
fn cookies(answer: &Answer) -> Vec<(String, String, String)> {
    let lines = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().expect("ASCII"));
    let split = lines.map(|line| {
        let (pair, attributes) = line.split_once(';').expect("attributes");
        let (name, value) = pair.split_once('=').expect("a pair");
        (name.to_owned(), value.to_owned(), attributes.to_owned())
    });
    split.filter(|(name, ..)| name.starts_with("__Host-")).collect()
}

/// The `cookie` header in which a browser sends an answer's cookies back.
fn cookie_header(answer: &Answer) -> String {
    cookies(answer).iter().map(|(name, value, _)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

async fn log_in(yard: &Yard, headers: &[(&str, &str)]) -> Answer {
    let login = json!({ "login": "mina", "password": PASSWORD, "use_cookies": true });
    ask(&yard.app.nobody(), Method::POST, "/v1/sessions", headers, Some(login)).await
}

async fn ask(
    person: &Person,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Answer {
    let request = person.request(method, path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    match body {
        Some(body) => request.json(&body).send().await,
        None => request.send().await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_known_by_cookies_that_no_script_can_read() {
    let yard = Yard::new().await;
    yard.sign_up("mina").await;
    let nobody = yard.app.nobody();
    let session = log_in(&yard, &[("madang-csrf", "1")]).await.expect(201);
    assert_eq!(session.json["access_token"], Value::Null);
    assert_eq!(session.json["refresh_token"], Value::Null);
    let given = cookies(&session);
    assert_eq!(given.len(), 2);
    for (name, value, attributes) in &given {
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(attributes.contains(attribute), "{name}: {attributes}");
        }
        assert!(!attributes.contains("Domain") && !session.text.contains(value.as_str()));
    }
    let jar = cookie_header(&session);
    let (cookie, csrf) = (("cookie", jar.as_str()), ("madang-csrf", "1"));
    let account = ask(&nobody, Method::GET, "/v1/me/account", &[cookie], None).await.expect(200);
    assert_eq!(account.json["email"], "mina@yard.example");
    let text = Some(json!({ "text": "글" }));
    ask(&nobody, Method::POST, "/v1/posts", &[cookie, csrf], text).await.expect(201);

    let refresh = async |headers: &[(&str, &str)]| {
        ask(&nobody, Method::POST, "/v1/sessions/refresh", headers, Some(json!({}))).await
    };
    refresh(&[csrf]).await.expect_problem(401, "session_ended");
    refresh(&[cookie]).await.expect_problem(403, "csrf_header_missing");
    let refreshed = refresh(&[cookie, csrf]).await.expect(200);
    assert_eq!(refreshed.json["refresh_token"], Value::Null);
    let jar = cookie_header(&refreshed);
    let cookie = ("cookie", jar.as_str());
    let out = ask(&nobody, Method::DELETE, "/v1/sessions/current", &[cookie, csrf], None).await.expect(204);
    for (name, value, attributes) in cookies(&out) {
        assert!(value.is_empty() && attributes.contains("Max-Age=0"), "{name}");
    }
    ask(&nobody, Method::GET, "/v1/me/account", &[cookie], None).await.expect_problem(401, "session_ended");
    let over = refresh(&[cookie, csrf]).await.expect_problem(401, "session_ended");
    assert!(cookies(&over).iter().all(|(_, value, _)| value.is_empty()) && cookies(&over).len() == 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_can_not_write_with_someones_cookies() {
    let yard = Yard::with(|settings| settings.allowed_origins = FRIEND.parse().expect("an origin")).await;
    let mina = yard.sign_up("mina").await;
    let nobody = yard.app.nobody();
    let session = log_in(&yard, &[("madang-csrf", "1")]).await.expect(201);
    let jar = cookie_header(&session);
    let (cookie, csrf) = (("cookie", jar.as_str()), ("madang-csrf", "1"));
    let post = mina.publish("글").await;
    let head = yard.app.head().await;
    for (method, path, body) in [
        (Method::POST, "/v1/posts".to_owned(), Some(json!({ "text": "남의 글" }))),
        (Method::PUT, format!("/v1/posts/{post}/like"), None),
        (Method::DELETE, format!("/v1/posts/{post}"), None),
        (Method::PATCH, "/v1/me".to_owned(), Some(json!({ "bio": "x" }))),
        (Method::POST, "/v1/me/withdrawal".to_owned(), Some(json!({ "password": PASSWORD }))),
        (Method::DELETE, "/v1/me/sessions".to_owned(), None),
        (Method::PUT, "/v1/me/password".to_owned(), Some(json!({ "new_password": "another password" }))),
    ] {
        for (headers, code) in [
            (vec![cookie], "csrf_header_missing"),
            (vec![cookie, ("origin", "https://evil.example")], "csrf_header_missing"),
            (vec![cookie, csrf, ("origin", "https://evil.example")], "csrf_origin"),
            (vec![cookie, csrf, ("origin", "null")], "csrf_origin"),
            (vec![cookie, csrf, ("sec-fetch-site", "cross-site")], "csrf_origin"),
        ] {
            let refused = ask(&nobody, method.clone(), &path, &headers, body.clone()).await;
            refused.expect_problem(403, code);
        }
    }
    assert_eq!(yard.app.head().await, head);
    // A log-in that another site causes is as bad as a write in the person's name.
    log_in(&yard, &[]).await.expect_problem(403, "csrf_header_missing");
    log_in(&yard, &[csrf, ("origin", "https://evil.example")]).await.expect_problem(403, "csrf_origin");
    let friend = [cookie, csrf, ("origin", FRIEND)];
    let text = Some(json!({ "text": "글" }));
    ask(&nobody, Method::POST, "/v1/posts", &friend, text.clone()).await.expect(201);
    // A bearer token needs none of that: no site can make a browser send it.
    let bearer = [("origin", "https://evil.example")];
    ask(&mina, Method::POST, "/v1/posts", &bearer, text).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_named_origins_may_call_with_cookies() {
    let yard = Yard::with(|settings| settings.allowed_origins = FRIEND.parse().expect("an origin")).await;
    let open = Yard::new().await;
    let preflight = async |yard: &Yard, origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "madang-csrf,content-type,idempotency-key"),
        ];
        ask(&yard.app.nobody(), Method::OPTIONS, "/v1/posts", &headers, None).await
    };
    let named = preflight(&yard, FRIEND).await;
    assert_eq!(named.header("access-control-allow-origin"), FRIEND);
    assert_eq!(named.header("access-control-allow-credentials"), "true");
    assert!(named.header("access-control-allow-headers").contains("madang-csrf"));
    for other in ["https://evil.example", "https://yard.example.evil", "http://yard.example", "null"] {
        let refused = preflight(&yard, other).await;
        assert!(!refused.headers.contains_key("access-control-allow-origin"), "{other}");
    }
    let any = preflight(&open, "https://evil.example").await;
    assert_eq!(any.header("access-control-allow-origin"), "*");
    assert!(!any.headers.contains_key("access-control-allow-credentials"));
    let read =
        ask(&yard.app.nobody(), Method::GET, "/v1/posts", &[("origin", FRIEND)], None).await.expect(200);
    let exposed = read.header("access-control-expose-headers");
    for header in ["madang-position", "etag", "ratelimit", "retry-after"] {
        assert!(exposed.contains(header), "{header} in {exposed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_tells_browsers_what_they_must_not_do_with_it() {
    let yard = Yard::new().await;
    for path in ["/v1/posts", "/v1/nothing", "/docs/", "/openapi.json", "/account/reset-password", "/healthz"]
    {
        let answer = yard.app.nobody().get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(answer.header("strict-transport-security").starts_with("max-age="), "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("script-src *"), "{path}");
    }
    for path in ["/account/reset-password", "/account/come-back"] {
        let page = yard.app.nobody().get(path).await.expect(200);
        assert!(
            page.text.contains("link.js") && page.text.contains("page.css") && !page.text.contains("http")
        );
    }
    let script = yard.app.nobody().get("/account/link.js").await.expect(200);
    assert!(script.header("content-type").starts_with("text/javascript"));
    let style = yard.app.nobody().get("/account/page.css").await.expect(200);
    assert!(style.header("content-type").starts_with("text/css"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_never_takes_over_a_session_that_was_there_before() {
    let yard = Yard::new().await;
    let (mina, _sora) = (yard.sign_up("mina").await, yard.sign_up("sora").await);
    let theirs = json!({ "login": "sora", "password": PASSWORD, "use_cookies": true });
    let planted =
        ask(&yard.app.nobody(), Method::POST, "/v1/sessions", &[("madang-csrf", "1")], Some(theirs)).await;
    let planted = cookie_header(&planted.expect(201));
    let session = log_in(&yard, &[("madang-csrf", "1"), ("cookie", &planted)]).await.expect(201);
    let jar = cookie_header(&session);
    assert!(cookies(&session).iter().all(|(_, value, _)| !planted.contains(value.as_str())));
    let shown = ask(&yard.app.nobody(), Method::GET, "/v1/me/account", &[("cookie", &jar)], None).await;
    assert_eq!(shown.expect(200).json["email"], "mina@yard.example");
    let planted = [("cookie", planted.as_str())];
    let shown = ask(&yard.app.nobody(), Method::GET, "/v1/me/account", &planted, None).await;
    assert_eq!(shown.expect(200).json["email"], "sora@yard.example");
    assert_eq!(mina.get("/v1/me/sessions").await.expect(200).items().len(), 2);
}
