//! Refusals: forged, replayed, planted and crossed returns, and services that are away.

use super::browser::Browser;
use super::{Yard, yard};
use crate::support::openid::{self, PUBLIC_URL, Provider, log_in_there};
use reqwest::{Method, Url};
use tokio::net::TcpListener;

fn with_query(url: &Url, name: &str, value: &str) -> Url {
    let mut changed = url.clone();
    let others = url.query_pairs().filter(|(other, _)| other != name);
    let pairs: Vec<_> = others.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    changed.query_pairs_mut().clear().extend_pairs(pairs).append_pair(name, value);
    changed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_counts_once_and_in_the_browser_that_left_only() {
    let yard = yard().await;
    let (mut minas, mut other) = (Browser::new(&yard), Browser::new(&yard));
    let there = minas.begin("acme").await;
    other.begin("acme").await;
    assert_ne!(minas.word(), other.word());
    let back = log_in_there(&there, "mina").await;
    // An attacker's return is opened in another person's browser; that person would be logged in as the
    // attacker.
    other.come_back(&back).await.expect_error("another_browser");
    minas.come_back_with(&back, &[]).await.expect_error("another_browser");
    let code = minas.come_back(&back).await.code();
    minas.come_back(&back).await.expect_error("login_over");
    // The code counts in no other browser.
    for stranger in [&other, &Browser::new(&yard)] {
        stranger.complete(&code).await.expect_problem(403, "another_browser");
        stranger.register(&code, "mina").await.expect_problem(403, "another_browser");
    }
    for bad in ["", "x", &code[1..], &"x".repeat(10_000)] {
        minas.complete(bad).await.expect_problem(410, "login_over");
    }
    minas.register(&code, "mina").await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_of_one_browser_do_not_take_each_others_login_away() {
    let yard = yard().await;
    let mut browser = Browser::new(&yard);
    let first = browser.begin("acme").await;
    let second = browser.begin("globex").await;
    for (there, login) in [(first, "mina"), (second, "sora")] {
        let back = log_in_there(&there, login).await;
        browser.come_back(&back).await.code();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_on_the_way_is_refused() {
    let yard = yard().await;
    let mut browser = Browser::new(&yard);
    for (what, sql) in [
        ("nonce", "update vault.oauth_flows set nonce = 'another'"),
        (
            "verifier",
            "update vault.oauth_flows set verifier = 'another-verifier-that-is-long-enough-for-pkce-to-take'",
        ),
    ] {
        let back = log_in_there(&browser.begin("acme").await, "mina").await;
        yard.run(sql).await;
        let led = browser.come_back(&back).await;
        assert_eq!(led.0, "error=provider_refused", "{what}");
    }
    for (name, value, error) in [
        ("state", "another", "login_over"),
        ("code", "another", "provider_refused"),
        ("code", &"x".repeat(5_000), "provider_refused"),
        ("iss", "https://evil.example", "provider_refused"),
        ("error", "access_denied", "login_cancelled"),
        ("error", "server_error", "provider_refused"),
    ] {
        let back = log_in_there(&browser.begin("acme").await, "mina").await;
        browser.come_back(&with_query(&back, name, value)).await.expect_error(error);
    }
    // A code that was exchanged is worth nothing in another login.
    let used = log_in_there(&browser.begin("acme").await, "mina").await;
    browser.come_back(&used).await.code();
    let code = used.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
    let back = log_in_there(&browser.begin("acme").await, "mina").await;
    browser.come_back(&with_query(&back, "code", &code)).await.expect_error("provider_refused");
    // One provider's return comes to another provider's callback.
    let back = log_in_there(&browser.begin("acme").await, "mina").await;
    let crossed = Url::parse(&back.as_str().replace("/acme/", "/globex/")).expect("an address");
    browser.come_back(&crossed).await.expect_error("login_over");
    // This return is too late.
    let back = log_in_there(&browser.begin("acme").await, "mina").await;
    yard.run("update vault.oauth_flows set expires_at = expires_at - interval '10 minutes'").await;
    browser.come_back(&back).await.expect_error("login_over");
    let (people,): (i64,) = sqlx::query_as("select count(*) from vault.oauth_results")
        .fetch_one(&yard.app.pool)
        .await
        .expect("a count");
    assert_eq!(people, 1, "only the one that was not changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_anywhere_but_to_the_page_that_was_configured() {
    let yard = yard().await;
    let mut browser = Browser::new(&yard);
    let there = Url::parse(&browser.begin("acme").await).expect("an address");
    let parameters: std::collections::HashMap<_, _> = there.query_pairs().into_owned().collect();
    assert_eq!(parameters["redirect_uri"], format!("{PUBLIC_URL}/v1/oauth/acme/callback"));
    assert_eq!(parameters["code_challenge_method"], "S256");
    assert_eq!(parameters["scope"], "openid email profile");
    assert!(parameters["state"].len() >= 22 && parameters["nonce"].len() >= 22);
    assert!(!there.as_str().contains("secret"), "{there}");
    // The provider accepts no address but ours, to the letter.
    for elsewhere in ["https://evil.example", "https://api.yard.example/v1/oauth/acme/callback/x"] {
        let page = yard.app.http.get(with_query(&there, "redirect_uri", elsewhere)).send().await;
        assert_eq!(page.expect("an answer").status(), 400, "{elsewhere}");
    }
    let back = log_in_there(there.as_str(), "mina").await;
    for name in ["redirect_uri", "return_to", "next", "web_url"] {
        let led =
            browser.come_back(&with_query(&with_query(&back, "state", "x"), name, "//evil.example")).await;
        led.expect_error("login_over");
    }
    let hosts = [("host", "evil.example"), ("x-forwarded-host", "evil.example")];
    browser
        .come_back_with(&with_query(&back, "state", "#//evil.example"), &hosts)
        .await
        .expect_error("login_over");
    for bad in ["", "?", "?state=a&state=b", "?code=a", "?state=%ff", "?state[]=a"] {
        let bare = Url::parse(&format!("{PUBLIC_URL}/v1/oauth/acme/callback{bad}")).expect("an address");
        let led = browser.come_back(&bare).await;
        assert!(led.0.starts_with("error="), "{bad}: {led:?}");
    }
    let nobody = yard.app.nobody();
    for path in ["/v1/oauth/unknown/callback?state=a", "/v1/oauth/ACME/callback", "/v1/oauth/%2F/callback"] {
        nobody.get(path).await.expect_problem(404, "provider_not_found");
    }
    let unknown = nobody.request(Method::POST, "/v1/oauth/unknown/authorizations").send().await;
    unknown.expect_problem(404, "provider_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_away_or_slow_is_told_and_holds_nobody_up() {
    // This service accepts every connection, and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let silent_url = format!("http://{}", silent.local_addr().expect("an address"));
    let gone = format!("http://127.0.0.1:{}", crate::faults::free_port());
    let leaving = Provider::start(false);
    let yard = Yard::with(|settings| {
        settings.public_url = PUBLIC_URL.parse().expect("an address");
        settings.oauth_providers = [
            openid::configured("silent", &silent_url),
            openid::configured("gone", &gone),
            openid::configured("acme", &leaving.issuer),
        ]
        .concat();
    })
    .await;
    let nobody = yard.app.nobody();
    let begin = async |provider: &str| {
        nobody.request(Method::POST, &format!("/v1/oauth/{provider}/authorizations")).send().await
    };
    let away = begin("gone").await.expect_problem(503, "provider_unavailable");
    assert!(away.headers.contains_key("retry-after"));
    let others = async {
        let held = silent.accept().await.expect("someone waits for it");
        let mut browser = Browser::new(&yard);
        let there = browser.begin("acme").await;
        let back = log_in_there(&there, "mina").await;
        yard.app.register("sora").await;
        (held, browser, back)
    };
    let (slow, (_held, browser, back)) = tokio::join!(begin("silent"), others);
    slow.expect_problem(503, "provider_unavailable");
    // The provider goes away while a person is there.
    drop(leaving);
    browser.come_back(&back).await.expect_error("provider_unavailable");
    browser.come_back(&back).await.expect_error("login_over");
    nobody.get("/readyz").await.expect(200);
}
