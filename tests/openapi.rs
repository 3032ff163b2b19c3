//! The document that describes the API, and the page that shows it.

use crate::support::TestApp;
use serde_json::Value;

/// The routes that Madang promises to serve, with their methods.
const ROUTES: &[(&str, &str)] = &[
    ("/v1/users", "get post"),
    ("/v1/users/{handle}", "get"),
    ("/v1/users/{handle}/posts", "get"),
    ("/v1/users/{handle}/comments", "get"),
    ("/v1/users/{handle}/likes", "get"),
    ("/v1/users/{handle}/followers", "get"),
    ("/v1/users/{handle}/following", "get"),
    ("/v1/users/{handle}/follow", "put delete"),
    ("/v1/sign-ups", "post"),
    ("/v1/sign-ups/{id}/code", "post"),
    ("/v1/sign-ups/{id}/confirmation", "post"),
    ("/v1/availability", "post"),
    ("/v1/sessions", "post"),
    ("/v1/sessions/refresh", "post"),
    ("/v1/sessions/current", "delete"),
    ("/v1/oauth/providers", "get"),
    ("/v1/oauth/{provider}/authorizations", "post"),
    ("/v1/oauth/{provider}/callback", "get"),
    ("/v1/oauth/completions", "post"),
    ("/v1/oauth/registrations", "post"),
    ("/v1/me/identities", "get"),
    ("/v1/me/identities/{provider}", "post delete"),
    ("/v1/me/sessions", "get delete"),
    ("/v1/me/sessions/{id}", "delete"),
    ("/v1/me/account", "get patch"),
    ("/v1/me/email", "post"),
    ("/v1/me/email/confirmation", "post"),
    ("/v1/me/phone", "post delete"),
    ("/v1/me/phone/confirmation", "post"),
    ("/v1/me/password", "put"),
    ("/v1/me/withdrawal", "post"),
    ("/v1/withdrawals/undo", "post"),
    ("/v1/users/{handle}/roles", "get"),
    ("/v1/users/{handle}/roles/{role}", "put delete"),
    ("/v1/password-resets", "post"),
    ("/v1/password-resets/confirmation", "post"),
    ("/v1/me", "get put patch delete"),
    ("/v1/me/followers/{handle}", "delete"),
    ("/v1/me/export", "get"),
    ("/v1/exports/downloads", "post"),
    ("/v1/media", "post"),
    ("/v1/media/presigned", "post"),
    ("/v1/media/{id}", "get delete"),
    ("/v1/media/{id}/complete", "post"),
    ("/v1/me/avatar", "put delete"),
    ("/v1/me/banner", "put delete"),
    ("/v1/users/{handle}/avatar", "get"),
    ("/v1/users/{handle}/banner", "get"),
    ("/v1/photos", "get"),
    ("/v1/photos/{id}", "get"),
    ("/v1/posts/{id}/versions", "get"),
    ("/v1/posts/{id}/similar", "get"),
    ("/v1/users/{handle}/photos", "get"),
    ("/v1/posts", "get post"),
    ("/v1/posts/{id}", "get put patch delete"),
    ("/v1/posts/{id}/like", "put delete"),
    ("/v1/posts/{id}/likes", "get"),
    ("/v1/posts/{id}/comments", "get post"),
    ("/v1/comments/{id}", "patch delete"),
    ("/v1/comments/{id}/replies", "get"),
    ("/v1/comments/{id}/like", "put delete"),
    ("/v1/comments/{id}/likes", "get"),
    ("/v1/me/privacy", "put"),
    ("/v1/me/follow-requests", "get"),
    ("/v1/me/follow-requests/{handle}", "put delete"),
    ("/v1/me/blocks", "get"),
    ("/v1/me/mutes", "get"),
    ("/v1/users/{handle}/block", "put delete"),
    ("/v1/users/{handle}/mute", "put delete"),
    ("/v1/posts/{id}/pin", "put delete"),
    ("/v1/users/{handle}/pins", "get"),
    ("/v1/tags", "get"),
    ("/v1/tags/trending", "get"),
    ("/v1/tags/{tag}", "get"),
    ("/v1/tags/{tag}/posts", "get"),
    ("/v1/tags/{tag}/follow", "put delete"),
    ("/v1/me/tags", "get"),
    ("/v1/me/tags/posts", "get"),
    ("/v1/timeline", "get"),
    ("/v1/boards", "get"),
    ("/v1/boards/{slug}", "get put"),
    ("/v1/boards/{slug}/posts", "get"),
    ("/v1/aliases/{id}/author", "post"),
    ("/v1/me/searches", "get post delete"),
    ("/v1/me/searches/{id}", "delete"),
    ("/v1/search/popular", "get"),
    ("/v1/events", "get"),
    ("/v1/events/schemas", "get"),
    ("/v1/history/{aggregate}/{id}", "get"),
    ("/v1/projections", "get"),
    ("/v1/projections/{name}/retry", "post"),
    ("/v1/projections/{name}/rebuild", "post"),
    ("/v1/ping", "get"),
];

async fn document(app: &TestApp) -> Value {
    let answer = app.nobody().get("/openapi.json").await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_describes_every_route_with_its_answers_and_its_problems() {
    let app = TestApp::start().await;
    let document = document(&app).await;
    assert!(document["openapi"].as_str().expect("a version").starts_with("3.1."));
    let operational = ["/healthz", "/readyz", "/.well-known/jwks.json"].map(|path| (path, "get"));
    for (path, methods) in ROUTES.iter().copied().chain(operational) {
        for method in methods.split(' ') {
            let operation = &document["paths"][path][method];
            let name = format!("{method} {path}");
            assert!(operation["summary"].is_string() && operation["operationId"].is_string(), "{name}");
            let responses = operation["responses"].as_object().unwrap_or_else(|| panic!("no {name}"));
            assert!(responses.keys().any(|status| status.starts_with(['2', '3'])), "{name}");
            if path.starts_with("/v1/") && path != "/v1/ping" {
                let problems = responses.iter().filter(|(status, _)| status.starts_with(['4', '5']));
                let mut problems = problems.map(|(_, response)| &response["content"]).peekable();
                assert!(problems.peek().is_some(), "{name} does not say how it fails");
                for content in problems {
                    let schema = &content["application/problem+json"]["schema"]["$ref"];
                    assert_eq!(schema, "#/components/schemas/Problem", "{name}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_get_of_the_document_is_served() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = mina.publish("글").await;
    let comment = mina.comment(&post, "댓글").await;
    let document = document(&app).await;
    let mut served = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        let id = if path.starts_with("/v1/comments") { &comment } else { &post };
        let path = path.replace("{handle}", "mina").replace("{id}", id).replace("{role}", "author");
        let path = path.replace("{provider}", "acme").replace("{tag}", "바다").replace("{slug}", "night");
        let path = path.replace("{aggregate}", "post").replace("{name}", "posts");
        assert!(!path.contains('{'), "{path}");
        let for_staff = ["/v1/events", "/v1/history", "/v1/projections"];
        let for_staff = for_staff.iter().any(|beginning| path.starts_with(beginning));
        if path.ends_with("/roles") || (for_staff && item.get("get").is_some()) {
            mina.get(&path).await.expect_problem(403, "role_needed");
        } else if path.ends_with("/callback") {
            mina.get(&path).await.expect_problem(404, "provider_not_found");
        } else if path.starts_with("/v1/media/") && item.get("get").is_some() {
            mina.get(&path).await.expect_problem(404, "media_not_found");
        } else if path.starts_with("/v1/photos/") {
            mina.get(&path).await.expect_problem(404, "photo_not_found");
        } else if path.ends_with("/export") {
            mina.get(&path).await.expect(202);
        } else if item.get("get").is_some() {
            mina.see(&app, &path).await.expect(200);
            served += 1;
        } else {
            mina.get(&path).await.expect_problem(405, "method_not_allowed");
        }
    }
    assert!(served >= 20, "only {served}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_docs_page_is_served_without_any_outside_address() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    let moved = nobody.get("/docs").await;
    let home = if moved.status / 100 == 3 { moved.header("location").to_owned() } else { "/docs".to_owned() };
    let page = nobody.get(&home).await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").contains("default-src 'self'"));
    let mut loaded = 0;
    for attribute in ["src=\"", "href=\""] {
        for rest in page.text.split(attribute).skip(1) {
            let address = rest.split('"').next().expect("an end");
            assert!(!address.contains("//"), "{address} is elsewhere");
            let base = reqwest::Url::parse(&format!("{}{home}", app.url)).expect("a URL");
            let address = base.join(address).expect("an address");
            nobody.get(&address.as_str()[app.url.len()..]).await.expect(200);
            loaded += 1;
        }
    }
    assert!(loaded >= 3, "a page without scripts: {}", page.text);
    let start = nobody.get("/docs/swagger-initializer.js").await.expect(200);
    assert!(start.text.contains("/openapi.json") && !start.text.contains("http"), "{}", start.text);
}
