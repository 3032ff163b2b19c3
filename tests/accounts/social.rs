//! Log-ins with accounts elsewhere: there and back through a real provider, and what comes of them.

mod browser;
mod linking;
mod naver;
mod refusals;

use super::secrets::everything_outside_the_vault;
use super::{Yard, address};
use crate::support::openid;
use browser::Browser;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use vault::Vault;

/// A node whose people may log in with `acme`, which tells details apart, and `globex`.
async fn yard() -> Yard {
    Yard::with(|settings| {
        settings.public_url = openid::PUBLIC_URL.parse().expect("an address");
        settings.oauth_providers = openid::providers();
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn someone_new_joins_and_comes_back_as_the_same_person() {
    let yard = yard().await;
    let nobody = yard.app.nobody();
    let listed = nobody.get("/v1/oauth/providers").await.expect(200);
    assert_eq!(listed.json, json!({ "items": ["acme", "globex"] }));
    for (provider, handle) in [("acme", "mina"), ("globex", "sora")] {
        let login = format!("{handle}.verified@yard.example");
        let mut browser = Browser::new(&yard);
        let code = browser.visit(provider, &login).await.code();
        let before = yard.app.head().await;
        // The code stays good while the person chooses a handle.
        for _ in 0..2 {
            let unknown = browser.complete(&code).await.expect(200);
            let name = format!("Name of {handle}");
            let expected = json!({
                "needs_registration": true, "display_name": name, "email": address(handle),
                "email_verified": true
            });
            assert_eq!(unknown.json, expected);
        }
        assert_eq!(yard.app.head().await, before, "nobody is a member before they have chosen a handle");
        let joined = browser.register(&code, handle).await.expect(201);
        assert_eq!(joined.json["user"]["handle"], handle);
        assert_eq!(joined.position(), yard.app.head().await);
        let member = nobody.with_token(&joined);
        let account = member.get("/v1/me/account").await.expect(200);
        assert_eq!(account.json["email"], address(handle));
        assert_eq!(account.json["has_password"], false);
        let linked = member.get("/v1/me/identities").await.expect(200);
        assert_eq!(linked.each("provider"), [provider]);
        browser.complete(&code).await.expect_problem(410, "login_over");
        browser.register(&code, "another").await.expect_problem(410, "login_over");

        // The person logs in again later, with another browser.
        let mut browser = Browser::new(&yard);
        let code = browser.visit(provider, &login).await.code();
        let back = browser.complete(&code).await.expect(200);
        assert_eq!(back.json["user"]["id"], joined.json["user"]["id"]);
        let back = nobody.with_token(&back);
        assert_eq!(back.see(&yard.app, "/v1/me").await.expect(200).json["handle"], handle);
        browser.complete(&code).await.expect_problem(410, "login_over");
    }
    assert!(yard.mail.so_far().is_empty(), "nobody is written to about what they just did");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_may_answer_with_other_types_than_it_should() {
    let yard = yard().await;
    for (provider, handle) in [("acme", "mina"), ("globex", "sora")] {
        let mut browser = Browser::new(&yard);
        let code = browser.visit(provider, &format!("{handle}.oddly@yard.example")).await.code();
        let unknown = browser.complete(&code).await.expect(200);
        let name = format!("Name of {handle}");
        let expected = json!({
            "needs_registration": true, "display_name": name, "email": address(handle), "email_verified": true
        });
        assert_eq!(unknown.json, expected);
        browser.register(&code, handle).await.expect(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_there_that_can_not_be_stored_is_refused() {
    let yard = yard().await;
    for provider in ["acme", "globex"] {
        let mut browser = Browser::new(&yard);
        browser.visit(provider, "mina%00").await.expect_error("provider_refused");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_its_session_in_cookies() {
    let yard = yard().await;
    let mut browser = Browser::new(&yard);
    let code = browser.visit("acme", "mina").await.code();
    let body = json!({ "code": code, "handle": "mina", "display_name": "Mina", "use_cookies": true });
    browser.post("/v1/oauth/registrations", body.clone()).await.expect_problem(403, "csrf_header_missing");
    let request = yard.app.nobody().request(Method::POST, "/v1/oauth/registrations").json(&body);
    let request = request.header("cookie", browser.cookie()).header("madang-csrf", "1");
    let joined = request.send().await.expect(201);
    assert_eq!(joined.json["access_token"], Value::Null);
    assert_eq!(joined.headers.get_all("set-cookie").iter().count(), 3, "two tokens and the position");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_address_opens_the_account_that_has_it_and_its_owner_is_told() {
    let yard = yard().await;
    let mina = yard.sign_up("mina").await;
    let mut browser = Browser::new(&yard);
    let code = browser.visit("acme", "mina.verified@YARD.example").await.code();
    let session = browser.complete(&code).await.expect(200);
    assert_eq!(session.json["user"]["id"], mina.id.as_str());
    let letter = yard.mail.mail_to(&address("mina")).await;
    assert!(letter.text.contains("Acme"), "{}", letter.text);
    assert_eq!(mina.get("/v1/me/identities").await.expect(200).each("provider"), ["acme"]);
    // The identity counts from now on, and no further letter is sent.
    let code = browser.visit("acme", "mina.verified@YARD.example").await.code();
    browser.complete(&code).await.expect(200);
    assert_eq!(yard.mail.so_far().len(), 2, "the sign-up's and this one");
    // A second identity with the same address is not let in beside the first.
    let code = browser.visit("acme", "mina.verified@yard.example").await.code();
    browser.complete(&code).await.expect_problem(409, "provider_linked");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unverified_address_opens_nothing_and_becomes_nobodys() {
    let yard = yard().await;
    let mina = yard.sign_up("mina").await;
    for provider in ["acme", "globex"] {
        let mut browser = Browser::new(&yard);
        let code = browser.visit(provider, "mina.unverified@yard.example").await.code();
        let unknown = browser.complete(&code).await.expect(200);
        assert_eq!(unknown.json["needs_registration"], true);
        assert_eq!(unknown.json["email"], address("mina"));
        assert_eq!(unknown.json["email_verified"], false);
        let handle = format!("another_{provider}");
        let joined = browser.register(&code, &handle).await.expect(201);
        assert_ne!(joined.json["user"]["id"], mina.id.as_str());
        let other = yard.app.nobody().with_token(&joined);
        assert_eq!(other.get("/v1/me/account").await.expect(200).json["email"], Value::Null);
        // The account can prove an address of its own.
        other.post("/v1/me/email", json!({ "email": address(&handle) })).await.expect(202);
        let code = super::code_in(&yard.mail.mail_to(&address(&handle)).await.text);
        other.post("/v1/me/email/confirmation", json!({ "code": code })).await.expect(204);
        assert_eq!(other.get("/v1/me/account").await.expect(200).json["email"], address(&handle));
    }
    assert_eq!(mina.get("/v1/me/account").await.expect(200).json["email"], address("mina"));
    assert!(mina.get("/v1/me/identities").await.expect(200).items().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_address_there_can_join_too() {
    let yard = yard().await;
    let mut browser = Browser::new(&yard);
    let code = browser.visit("globex", "minsu").await.code();
    let unknown = browser.complete(&code).await.expect(200);
    assert_eq!(unknown.json["email"], Value::Null);
    let bad = json!({ "code": code, "handle": "a b", "display_name": "" });
    let refused = browser.post("/v1/oauth/registrations", bad).await.expect_problem(422, "invalid_fields");
    assert_eq!(refused.json["errors"].as_array().expect("errors").len(), 2);
    // A handle that is taken costs nothing but another one.
    yard.app.enrol("MINSU").await;
    browser.register(&code, "minsu").await.expect_problem(409, "handle_taken");
    let joined = browser.register(&code, "minsu_2").await.expect(201);
    let minsu = yard.app.nobody().with_token(&joined);
    assert_eq!(minsu.get("/v1/me/account").await.expect(200).json["email"], Value::Null);
    let code = browser.visit("globex", "minsu").await.code();
    assert_eq!(browser.complete(&code).await.expect(200).json["user"]["handle"], "minsu_2");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_identity_becomes_one_person_however_often_it_registers_at_once() {
    let yard = yard().await;
    let mut codes = vec![];
    for n in 0..3 {
        let mut browser = Browser::new(&yard);
        let code = browser.visit("acme", "mina").await.code();
        codes.push((browser, code, format!("mina_{n}")));
    }
    let tries = codes.iter().map(|(browser, code, handle)| browser.register(code, handle));
    let answers = futures::future::join_all(tries).await;
    let joined = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(joined, 1, "{answers:?}");
    assert!(answers.iter().all(|answer| matches!(answer.status, 201 | 409)), "{answers:?}");
    let (people,): (i64,) = sqlx::query_as("select count(*) from events where event_type = 'UserRegistered'")
        .fetch_one(&yard.app.pool)
        .await
        .expect("a count");
    assert_eq!(people, 1);
    let mut browser = Browser::new(&yard);
    let code = browser.visit("acme", "mina").await.code();
    browser.complete(&code).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_was_cut_off_is_completed_or_forgotten_by_what_the_log_says() {
    let yard = yard().await;
    let mut browser = Browser::new(&yard);
    let code = browser.visit("acme", "mina").await.code();
    let joined = browser.register(&code, "mina").await.expect(201);
    // The state is as if the process had fallen after the event.
    yard.run("update vault.accounts set state = 'pending', created_at = created_at - interval '2 hours'")
        .await;
    let code = browser.visit("acme", "mina").await.code();
    let back = browser.complete(&code).await.expect(200);
    assert_eq!(back.json["user"]["id"], joined.json["user"]["id"]);
    // This account's process fell before the event: its id names nobody.
    yard.run("insert into vault.accounts (user_id, state) values (gen_random_uuid(), 'pending');").await;
    yard.run(
        "insert into vault.identities (provider, subject, user_id)
         select 'acme', 'sora', user_id from vault.accounts order by created_at desc limit 1",
    )
    .await;
    let code = browser.visit("acme", "sora").await.code();
    assert_eq!(browser.complete(&code).await.expect(200).json["needs_registration"], true);
    browser.register(&code, "sora").await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_can_not_log_in() {
    let yard = yard().await;
    let mina = yard.sign_up("mina").await;
    let mut browser = Browser::new(&yard);
    let login = "mina.verified@yard.example";
    let code = browser.visit("acme", login).await.code();
    browser.complete(&code).await.expect(200);
    mina.leave().await.expect(204);
    let code = browser.visit("acme", login).await.code();
    browser.complete(&code).await.expect_problem(401, "account_deactivated");
    browser.register(&code, "mina_2").await.expect_problem(409, "identity_taken");
    // The address opens the account through no other identity, and makes no other account.
    let code = browser.visit("globex", login).await.code();
    browser.complete(&code).await.expect_problem(401, "account_deactivated");
    browser.register(&code, "mina_2").await.expect_problem(409, "email_taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_it_is_outside_the_vault_and_what_is_over_is_swept() {
    let yard = yard().await;
    let mut browser = Browser::new(&yard);
    let login = "zebra8271.verified@yard.example";
    let returned = browser.visit("acme", login).await;
    let code = returned.code();
    browser.register(&code, "mina").await.expect(201);
    browser.begin("acme").await;
    let unused = browser.visit("globex", login).await.code();
    let outside = everything_outside_the_vault(&yard.app).await;
    assert!(outside.contains("UserRegistered"), "the search finds what is there");
    for secret in ["zebra8271", "acme", "globex", &code, &unused, browser.word(), "secret-that-nobody"] {
        assert!(!outside.contains(secret), "{secret}");
    }
    // The vault keeps secrets only as hashes.
    let (stored,): (String,) = sqlx::query_as(
        "select (select string_agg(t::text, ' ') from vault.oauth_flows t) || ' '
             || (select string_agg(t::text, ' ') from vault.oauth_results t)",
    )
    .fetch_one(&yard.app.pool)
    .await
    .expect("rows");
    assert!(!stored.contains(&unused) && !stored.contains(browser.word()), "{stored}");

    yard.run("update vault.oauth_flows set expires_at = clock_timestamp() - interval '1 second'").await;
    yard.run("update vault.oauth_results set expires_at = clock_timestamp() - interval '1 second'").await;
    browser.complete(&unused).await.expect_problem(410, "login_over");
    let vault = Vault::open(yard.app.pool.clone(), Duration::from_secs(60)).await.expect("the vault");
    vault.sweep(&|_: &str| String::new()).await.expect("it is swept");
    let (left,): (i64,) = sqlx::query_as(
        "select (select count(*) from vault.oauth_flows) + (select count(*) from vault.oauth_results)",
    )
    .fetch_one(&yard.app.pool)
    .await
    .expect("a count");
    assert_eq!(left, 0);
    assert_eq!(yard.mail.so_far().len(), 0);
}
