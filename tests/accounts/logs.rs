//! The log that a server writes on its standard error while people use it.

use super::{code_in, token_in};
use crate::support::client::{Answer, Person};
use crate::support::smtp::Sink;
use crate::support::{EVERY_LEVEL, binary, client, database, storage};
use reqwest::Method;
use serde_json::json;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// Starts a server; returns it, its address, and its log. The log is read from the beginning: a pipe that
/// nobody reads stops the process that writes to it.
async fn start(mail: &Sink) -> (Child, String, JoinHandle<String>) {
    let (database_url, nats_url) = database().await;
    let mut child = Command::new(binary())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("DATABASE_URL", database_url)
        .env("NATS_URL", nats_url)
        .env("SMTP_URL", mail.url())
        .envs(storage().await.variables())
        .env("MADANG_STREAM_MAX_BYTES", (64 << 20).to_string())
        .env("MADANG_LOG", EVERY_LEVEL)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut stderr = child.stderr.take().expect("piped");
    let log = tokio::spawn(async move {
        let mut log = String::new();
        stderr.read_to_string(&mut log).await.expect("UTF-8");
        log
    });
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let ready = lines.next_line().await.expect("UTF-8").expect("it says where it is");
    (child, ready.strip_prefix("ready at ").expect("an address").to_owned(), log)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_or_personal_is_in_a_log_line_whatever_the_level() {
    const SECRET: &str = "Zebra-Secret-8271-Passphrase";
    const OTHER_SECRET: &str = "Zebra-Secret-1728-Passphrase";
    const EMAIL: &str = "zebra-8271@yard.example";
    const NEW_EMAIL: &str = "zebra-9393@yard.example";
    let mail = Sink::start().await;
    let (mut child, url, log) = start(&mail).await;

    let nobody = Person::nobody(&url, client());
    let form = json!({ "email": EMAIL, "handle": "mina", "display_name": "Mina", "password": SECRET });
    let sign_up = nobody.post("/v1/sign-ups", form.clone()).await.expect(202);
    let code = code_in(&mail.mail_to(EMAIL).await.text);
    let confirmation = format!("/v1/sign-ups/{}/confirmation", sign_up.id());
    nobody.post(&confirmation, json!({ "code": code })).await.expect(201);
    let log_in = |login: &'static str, password: &'static str| {
        let nobody = nobody.clone();
        async move { nobody.post("/v1/sessions", json!({ "login": login, "password": password })).await }
    };
    log_in(EMAIL, OTHER_SECRET).await.expect(401);
    let session = log_in(EMAIL, SECRET).await.expect(201);
    let text = |answer: &Answer, name: &str| answer.json[name].as_str().expect(name).to_owned();
    let (access, refresh) = (text(&session, "access_token"), text(&session, "refresh_token"));
    let mina = nobody.with_token(&session);
    nobody.post("/v1/sessions/refresh", json!({ "refresh_token": refresh })).await.expect(200);
    nobody.request(Method::GET, "/v1/me").header("authorization", format!("Bearer x{access}")).send().await;
    nobody
        .request(Method::POST, "/v1/sessions")
        .body("application/json", format!("{{\"login\": \"{EMAIL}\""))
        .send()
        .await;
    nobody.post("/v1/sign-ups", form).await.expect(409);
    mina.post("/v1/me/phone", json!({ "phone": "010-8271-9393" })).await.expect(202);
    mina.post("/v1/me/email", json!({ "email": NEW_EMAIL, "password": SECRET })).await.expect(202);
    let email_code = code_in(&mail.mail_to(NEW_EMAIL).await.text);
    mina.post("/v1/me/email/confirmation", json!({ "code": email_code })).await.expect(204);
    mina.publish("글").await;
    mina.get("/v1/me/export").await.expect(202);
    let export = token_in(&mail.mail_to(NEW_EMAIL).await.text);
    let fetched = nobody.post("/v1/exports/downloads", json!({ "token": export })).await.expect(200);
    let download = text(&fetched, "download_url");
    nobody.post("/v1/password-resets", json!({ "email": NEW_EMAIL })).await.expect(202);
    let reset = token_in(&mail.mail_to(NEW_EMAIL).await.text);
    let new = json!({ "token": reset, "password": OTHER_SECRET });
    nobody.post("/v1/password-resets/confirmation", new).await.expect(204);

    let pid = child.id().expect("it runs").to_string();
    Command::new("kill").args(["-s", "TERM", &pid]).status().await.expect("kill runs");
    assert!(child.wait().await.expect("it ended").success());
    let log = log.await.expect("all of it");
    assert!(log.contains("an export was made") && log.contains("DEBUG"), "the search finds what is there");
    let signature = download.rsplit("X-Amz-Signature=").next().expect("signed");
    let (phone, bare) = ("+821082719393", "1082719393");
    let secrets =
        [SECRET, OTHER_SECRET, EMAIL, NEW_EMAIL, &access, &refresh, &export, &reset, signature, phone, bare];
    for line in log.lines() {
        for secret in secrets {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
        // Six digits may stand in any number by chance, so a code is only looked for as a word.
        for word in line.split(|letter: char| !letter.is_ascii_alphanumeric()) {
            assert!(word != code && word != email_code, "{word} in {line}");
        }
    }
}
