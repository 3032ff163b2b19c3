//! Operation: signs of life, metrics, limits, and headers that every answer has.

use crate::support::TestApp;
use reqwest::Method;
use serde_json::{Value, json};
use service::settings::Roles;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn signs_of_life_need_no_login_and_tell_each_part() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    assert_eq!(nobody.get("/v1/ping").await.expect(200).text, "pong");
    assert_eq!(nobody.get("/healthz").await.expect(200).text, "ok");
    let ready = nobody.get("/readyz").await.expect(200);
    assert_eq!(ready.json["ready"], true);
    let parts = ready.json["parts"].as_array().expect("parts");
    let names: Vec<_> = parts.iter().map(|part| part["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["postgres", "nats", "read models"]);
    assert!(parts.iter().all(|part| part["ready"] == true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_database_is_away_is_not_ready_and_says_503_to_the_rest() {
    let app = TestApp::start().await;
    app.enrol("mina").await.see(&app, "/v1/users").await.expect(200);
    let (name,): (String,) =
        sqlx::query_as("select current_database()::text").fetch_one(&app.pool).await.expect("a name");
    let options: PgConnectOptions = app.settings.database_url.parse().expect("a URL");
    let aside = PgPool::connect_with(options.database("postgres")).await.expect("another database");
    let allow = async |allowed: bool| {
        let sql = format!(r#"alter database "{name}" allow_connections {allowed}"#);
        sqlx::query(&sql).execute(&aside).await.expect("a superuser");
    };
    allow(false).await;
    let kick = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
    sqlx::query(kick).bind(&name).execute(&aside).await.expect("a superuser");
    let away = app.nobody().ready_when(503, |ready| ready["ready"] == false).await;
    assert_eq!(away.json["ready"], false);
    assert!(!away.text.contains(&*app.settings.database_url));
    let refused = app.nobody().get("/v1/posts").await.expect_problem(503, "store_unavailable");
    assert_eq!(refused.header("retry-after"), "1");
    app.nobody().get("/healthz").await.expect(200);
    // The answer to a scrape comes from the process, not from the database.
    for _ in 0..100 {
        app.ops().get("/metrics").await.expect(200);
    }
    allow(true).await;
    // A pool may hand out some broken connections before it has noticed all of them.
    let mut answer = app.nobody().get("/v1/users").await;
    for _ in 0..1_000 {
        if answer.status == 200 {
            break;
        }
        answer = app.nobody().get("/v1/users").await;
    }
    assert_eq!(answer.expect(200).each("handle"), ["mina"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_for_those_who_run_the_service_and_so_is_the_port_of_every_role() {
    let app = TestApp::start().await;
    app.nobody().get("/metrics").await.expect_problem(404, "route_not_found");
    let ops = app.ops();
    assert_eq!(ops.get("/healthz").await.expect(200).text, "ok");
    assert_eq!(ops.get("/readyz").await.expect(200).json["ready"], true);
    for path in ["/", "/v1/ping", "/v1/posts", "/docs/", "/openapi.json", "/console", "/dev/mailbox"] {
        assert_eq!(ops.get(path).await.status, 404, "{path}");
    }
    // A process that answers no requests needs no public port, and tells how it stands all the same.
    let worker = app.node_without_http("relay,projector").await;
    let worker = worker.ops();
    assert_eq!(worker.get("/readyz").await.expect(200).json["ready"], true);
    worker.metrics_when(|metrics| metrics.contains("madang_relay_lag")).await;
}

/// The value of the first metric line that begins with this text.
fn value(metrics: &str, beginning: &str) -> Option<f64> {
    let line = metrics.lines().find(|line| line.starts_with(beginning))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_tell_commands_conflicts_batches_and_every_lag() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    mina.publish("글").await;
    mina.see(&app, "/v1/timeline").await.expect(200);
    let taken = json!({ "handle": "MINA", "display_name": "누구" });
    app.operator().await.post("/v1/users", taken.clone()).await.expect(409);
    let keyed = app.operator().await;
    let keyed = keyed.request(Method::POST, "/v1/users").header("idempotency-key", "k").json(&taken);
    keyed.send().await.expect(409);
    let ops = app.ops();
    assert!(ops.get("/metrics").await.expect(200).header("content-type").starts_with("text/plain"));
    let metrics = &ops.metrics_when(|metrics| metrics.contains("madang_projection_parked")).await;
    for name in [
        "madang_commands_total{aggregate=\"post\",outcome=\"stored\"}",
        "madang_commands_total{aggregate=\"user\",outcome=\"claim_taken\"}",
        "madang_append_seconds_count",
        "madang_append_batch_size_bucket{le=\"64\"}",
        "madang_relay_events_total",
        "http_requests_total{method=\"POST\",route=\"/v1/posts\",status=\"201\"}",
        "http_request_seconds_count{method=\"GET\",route=\"/v1/timeline\"}",
    ] {
        assert!(value(metrics, name).is_some_and(|value| value >= 1.0), "{name} in\n{metrics}");
    }
    let mut names = vec!["madang_log_position".to_owned()];
    names.extend(["position", "lag"].map(|what| format!("madang_relay_{what}")));
    for projection in ["profiles", "posts", "comments", "timelines", "tags"] {
        let of = |what| format!("madang_projection_{what}{{projection=\"{projection}\"}}");
        names.extend(["position", "lag", "parked"].map(of));
    }
    for name in names {
        assert!(value(metrics, &name).is_some_and(|value| value >= 0.0), "{name} in\n{metrics}");
    }
    assert!(!metrics.contains("mina"), "routes stand as templates");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let app = TestApp::start_with(|settings| settings.rate_limit_per_minute = 5).await;
    let nobody = app.nobody();
    let mut refused = None;
    let mut remaining = u32::MAX;
    for _ in 0..20 {
        let answer = nobody.get("/v1/posts").await;
        assert_eq!(answer.header("ratelimit-policy"), "\"default\";q=5;w=60");
        let left = answer.header("ratelimit").split(";r=").nth(1).and_then(|rest| rest.split(';').next());
        let left: u32 = left.and_then(|left| left.parse().ok()).expect("what remains");
        assert!(left < remaining || left <= 1, "{left} after {remaining}");
        remaining = left;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        answer.expect(200);
    }
    let refused = refused.expect("a limit").expect_problem(429, "rate_limited");
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    // Signs of life are not counted, nor are operators; a person has a limit of their own.
    nobody.get("/healthz").await.expect(200);
    let mina = app.enrol("mina").await;
    for _ in 0..10 {
        mina.get("/v1/me").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_count_for_what_they_cost_and_who_is_refused_reads_why() {
    let app = TestApp::start_with(|settings| settings.rate_limit_per_minute = 4).await;
    let mina = app.enrol("mina").await;
    let post = format!("/posts/{}", mina.publish("글").await);
    let browse = async |path: &str, language: &str| {
        let request = app.nobody().request(Method::GET, path).header("accept", "text/html,*/*;q=0.8");
        request.header("accept-language", language).send().await
    };
    // A client that walks any of the pages on and on is refused at some time.
    for path in ["/", "/?tab=people", &post, "/@mina", "/console", "/account/export", "/nowhere"] {
        let mut tries = 0;
        let refused = loop {
            let answer = browse(path, "ko").await;
            assert!(answer.header("ratelimit-policy").contains("q=4"), "{path}");
            if answer.status == 429 {
                break answer;
            }
            tries += 1;
            assert!(tries < 100, "{path} has no limit");
        };
        let wait: u64 = refused.header("retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&wait), "{path}: {wait}");
        assert_eq!(refused.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert!(refused.text.contains("너무 자주 요청했어요"), "{path}: {}", refused.text);
        assert!(refused.text.contains("id=\"results\""), "the site's script shows it, too");
    }
    let english = browse("/", "en").await.expect(429);
    assert!(english.text.contains("Too many requests") && english.text.contains("<html lang=\"en\">"));
    app.nobody().get("/").await.expect_problem(429, "rate_limited");
    // The allowance may have one request left where a page, which costs three, is refused.
    let mut answer = app.nobody().get("/v1/posts").await;
    while answer.status == 200 {
        answer = app.nobody().get("/v1/posts").await;
    }
    let data = app.nobody().request(Method::GET, "/v1/posts").header("accept", "text/html");
    data.send().await.expect_problem(429, "rate_limited");
    // Paths that cost nothing are never refused.
    for path in [
        "/healthz",
        "/readyz",
        "/v1/ping",
        "/docs/",
        "/openapi.json",
        "/site/site.css",
        "/site/site.js",
        "/site/icon.svg",
        "/console/console.css",
        "/console/console.js",
        "/account/link.js",
        "/account/page.css",
    ] {
        let answer = app.nobody().get(path).await.expect(200);
        assert!(!answer.headers.contains_key("ratelimit"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_page_counts_for_three_requests() {
    let app = TestApp::start_with(|settings| settings.rate_limit_per_minute = 4).await;
    let left = async |path: &str| -> i64 {
        let answer = app.nobody().get(path).await.expect(200);
        let left = answer.header("ratelimit").split(";r=").nth(1).and_then(|rest| rest.split(';').next());
        left.and_then(|left| left.parse().ok()).expect("what remains")
    };
    let before = left("/v1/posts").await;
    // The allowance gets one request back in fifteen seconds.
    let after = left("/?q=글").await;
    assert_eq!(after, before - 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_id_goes_from_the_request_into_the_event_and_back() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let id = Uuid::now_v7().to_string();
    let post = mina.request(Method::POST, "/v1/posts").header("x-request-id", &id);
    let published = post.json(&json!({ "text": "글" })).send().await.expect(201);
    assert_eq!(published.header("x-request-id"), id);
    let (metadata,): (Value,) = sqlx::query_as("select metadata from events where position = $1")
        .bind(published.position())
        .fetch_one(&app.pool)
        .await
        .expect("the event");
    assert_eq!(metadata["correlation_id"], id.as_str());
    assert_eq!(metadata["actor"], mina.id.as_str());
    assert_eq!(metadata["operator"], "true");
    let refused = app.nobody().get("/v1/nowhere").await.expect_problem(404, "route_not_found");
    assert!(refused.header("x-request-id").parse::<Uuid>().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_forbids_browsers_to_guess_to_keep_and_to_frame() {
    let app = TestApp::start().await;
    for path in ["/v1/posts", "/v1/me", "/v1/nowhere", "/healthz", "/docs/", "/openapi.json"] {
        let answer = app.nobody().get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        if path.starts_with("/v1/") {
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_nats_commands_and_queries_go_on() {
    let app = TestApp::start().await;
    let only_api = Roles { api: true, relay: false, projector: false, media: false };
    let cut_off = app
        .second_node(|settings| {
            settings.roles = only_api;
            settings.nats_url = "nats://127.0.0.1:1".into();
        })
        .await;
    let mina = app.enrol("mina").await.at(&cut_off);
    mina.ready_when(200, |ready| ready["parts"][1]["ready"] == false).await;
    mina.publish("글").await;
    mina.get("/v1/timeline").await.expect(200);
}
