//! Roles: granted by admins, the first of them by the command line.

use crate::support::TestApp;
use crate::support::client::Person;
use crate::support::wait::until_true;
use reqwest::Method;
use serde_json::json;

async fn grant(app: &TestApp, arguments: &[&str]) -> Result<String, String> {
    app.madang(&[&["grant"], arguments].concat()).await
}

/// Waits until this node has heard that the person is an admin.
async fn until_admin(app: &TestApp, person: &Person) {
    person.see(app, "/v1/users").await.expect(200);
    until_true("this node has heard of the role", async || {
        person.get("/v1/users/mina/roles").await.status != 403
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admin_is_made_by_command_and_grants_roles_to_others() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    sora.get("/v1/users/mina/roles").await.expect_problem(403, "role_needed");
    sora.put_empty("/v1/users/sora/roles/admin").await.expect_problem(403, "role_needed");
    assert_eq!(grant(&app, &["MINA", "admin"]).await.expect("granted"), "mina has: admin\n");
    assert_eq!(grant(&app, &["mina", "admin"]).await.expect("again"), "mina has: admin\n");
    assert!(grant(&app, &["nobody", "admin"]).await.expect_err("nobody").contains("nobody"));
    assert!(grant(&app, &["mina", "wizard"]).await.expect_err("no role").contains("expected author"));
    until_admin(&app, &mina).await;

    let granted = mina.put_empty("/v1/users/sora/roles/moderator").await.expect(204);
    assert_eq!(granted.position(), app.head().await);
    mina.put_empty("/v1/users/sora/roles/author").await.expect(204);
    mina.put_empty("/v1/users/sora/roles/author").await.expect(204);
    let roles = mina.get("/v1/users/SORA/roles").await.expect(200);
    assert_eq!(roles.json["roles"], json!(["author", "moderator"]));
    assert_eq!(sora.get("/v1/me/account").await.expect(200).json["roles"], json!(["author", "moderator"]));
    mina.delete("/v1/users/sora/roles/author").await.expect(204);
    assert_eq!(sora.get("/v1/me/account").await.expect(200).json["roles"], json!(["moderator"]));
    sora.get("/v1/users/mina/roles").await.expect_problem(403, "role_needed");

    for (method, path, code) in [
        (Method::PUT, "/v1/users/sora/roles/wizard", "role_not_found"),
        (Method::PUT, "/v1/users/nobody/roles/author", "user_not_found"),
        (Method::DELETE, "/v1/users/a%20b/roles/author", "user_not_found"),
    ] {
        mina.request(method, path).send().await.expect_problem(404, code);
    }
    app.nobody().put_empty("/v1/users/sora/roles/admin").await.expect_problem(401, "not_logged_in");
    let (events,): (i64,) =
        sqlx::query_as("select count(*) from events where event_type in ('RoleGranted', 'RoleRevoked')")
            .fetch_one(&app.pool)
            .await
            .expect("the log reads");
    assert_eq!(events, 4, "each grant is one event, whoever made it");
    mina.delete("/v1/users/mina/roles/admin").await.expect(204);
    mina.put_empty("/v1/users/sora/roles/author").await.expect_problem(403, "role_needed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_says_which_role_a_route_needs() {
    let app = TestApp::start().await;
    let document = app.nobody().get("/openapi.json").await.expect(200).json;
    for method in ["put", "delete"] {
        let operation = &document["paths"]["/v1/users/{handle}/roles/{role}"][method];
        assert_eq!(operation["security"], json!([{ "bearer": ["admin"] }]));
        assert!(operation["description"].as_str().expect("words").contains("`admin`"));
    }
}
