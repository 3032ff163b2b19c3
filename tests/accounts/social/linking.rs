//! Links between accounts and identities: an account may have several ways in, and always has one.

use super::browser::Browser;
use super::{address, yard};
use crate::support::client::PASSWORD;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_linked_and_unlinked_by_its_owner() {
    let yard = yard().await;
    let mina = yard.sign_up("mina").await;
    let mut browser = Browser::of(&yard, &mina);
    // The address that the provider tells counts for nothing: the session shows whose account is linked.
    let code = browser.visit_to_link("acme", "elsewhere.unverified@other.example").await.code();
    browser.register(&code, "another").await.expect_problem(410, "login_over");
    browser.complete(&code).await.expect(204);
    browser.complete(&code).await.expect_problem(410, "login_over");
    let letter = yard.mail.mail_to(&address("mina")).await;
    assert!(letter.text.contains("Acme"), "{}", letter.text);
    let code = browser.visit_to_link("globex", "mina").await.code();
    browser.complete(&code).await.expect(204);
    let linked = mina.get("/v1/me/identities").await.expect(200);
    assert_eq!(linked.each("provider"), ["acme", "globex"]);

    let mut anyone = Browser::new(&yard);
    let code = anyone.visit("acme", "elsewhere.unverified@other.example").await.code();
    let session = anyone.complete(&code).await.expect(200);
    assert_eq!(session.json["user"]["id"], mina.id.as_str());

    mina.delete("/v1/me/identities/acme").await.expect(204);
    mina.delete("/v1/me/identities/acme").await.expect_problem(404, "identity_not_found");
    let code = anyone.visit("acme", "elsewhere.unverified@other.example").await.code();
    assert_eq!(anyone.complete(&code).await.expect(200).json["needs_registration"], true);
    // The password is still a way in.
    mina.delete("/v1/me/identities/globex").await.expect(204);
    yard.log_in("mina", PASSWORD).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_way_to_log_in_can_not_be_taken_away() {
    let yard = yard().await;
    let mut browser = Browser::new(&yard);
    let code = browser.visit("acme", "mina").await.code();
    let mina = yard.app.nobody().with_token(&browser.register(&code, "mina").await.expect(201));
    mina.delete("/v1/me/identities/acme").await.expect_problem(409, "last_login");
    let mut linking = Browser::of(&yard, &mina);
    let code = linking.visit_to_link("globex", "mina").await.code();
    linking.complete(&code).await.expect(204);
    // One of two removals at once is refused.
    let (acme, globex) =
        tokio::join!(mina.delete("/v1/me/identities/acme"), mina.delete("/v1/me/identities/globex"));
    let mut statuses = [acme.status, globex.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    let left = mina.get("/v1/me/identities").await.expect(200).each("provider");
    let path = format!("/v1/me/identities/{}", left[0]);
    mina.delete(&path).await.expect_problem(409, "last_login");
    mina.put("/v1/me/password", json!({ "new_password": PASSWORD })).await.expect(204);
    mina.delete(&path).await.expect(204);
    yard.log_in("mina", PASSWORD).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_opens_one_account_and_each_service_only_once() {
    let yard = yard().await;
    let (mina, sora) = (yard.sign_up("mina").await, yard.sign_up("sora").await);
    let mut minas = Browser::of(&yard, &mina);
    let code = minas.visit_to_link("acme", "mina").await.code();
    minas.complete(&code).await.expect(204);
    let mut soras = Browser::of(&yard, &sora);
    let code = soras.visit_to_link("acme", "mina").await.code();
    soras.complete(&code).await.expect_problem(409, "identity_taken");
    let code = minas.visit_to_link("acme", "another").await.code();
    minas.complete(&code).await.expect_problem(409, "provider_linked");
    // A link that is made once more changes nothing, and sends no second letter.
    let code = minas.visit_to_link("acme", "mina").await.code();
    minas.complete(&code).await.expect(204);
    assert!(sora.get("/v1/me/identities").await.expect(200).items().is_empty());
    let code = minas.visit_to_link("globex", "mina").await.code();
    minas.complete(&code).await.expect(204);
    let letters = yard.mail.all(4).await;
    assert_eq!(letters.iter().filter(|letter| letter.text.contains("Acme")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_began_to_link_can_complete_it() {
    let yard = yard().await;
    let (mina, sora) = (yard.sign_up("mina").await, yard.sign_up("sora").await);
    let mut browser = Browser::of(&yard, &mina);
    let code = browser.visit_to_link("acme", "mina").await.code();
    browser.person = yard.app.nobody();
    browser.complete(&code).await.expect_problem(401, "not_logged_in");
    browser.person = sora.clone();
    browser.complete(&code).await.expect_problem(403, "another_account");
    // The code was planted into another person's session in another browser.
    Browser::of(&yard, &mina).complete(&code).await.expect_problem(403, "another_browser");
    browser.person = mina.clone();
    browser.complete(&code).await.expect(204);
    assert_eq!(mina.get("/v1/me/identities").await.expect(200).each("provider"), ["acme"]);
    let nobody = yard.app.nobody();
    nobody.get("/v1/me/identities").await.expect_problem(401, "not_logged_in");
    nobody.delete("/v1/me/identities/acme").await.expect_problem(401, "not_logged_in");
    nobody.post("/v1/me/identities/acme", json!({})).await.expect_problem(401, "not_logged_in");
}
