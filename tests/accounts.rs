//! Who someone is: signing up, logging in, being reached, and what guards all of it. Letters are read where
//! they arrive, at a mail server.

mod attacks;
mod browsers;
mod contacts;
mod erasure;
mod exports;
mod keys;
mod log_in;
mod logs;
mod masks;
mod passwords;
mod roles;
mod secrets;
mod sessions;
mod sign_ups;
mod social;
mod withdrawals;

use crate::support::TestApp;
use crate::support::client::{Answer, PASSWORD, Person};
use crate::support::smtp::Sink;
use crate::support::wait::until_true;
use serde_json::json;
use service::settings::Settings;

/// Waits until every withdrawal has been carried out or taken back.
async fn no_withdrawal_is_left(app: &TestApp) {
    until_true("no withdrawal is left", async || {
        let left = "select count(*) from vault.withdrawals";
        sqlx::query_scalar::<_, i64>(left).fetch_one(&app.pool).await.expect("a count") == 0
    })
    .await;
}

/// A node and the mail server that it sends to.
struct Yard {
    app: TestApp,
    mail: Sink,
}

impl Yard {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mail = Sink::start().await;
        let app = TestApp::start_with(|settings| {
            settings.smtp_url = Some(mail.url().into());
            settings.web_url = "https://yard.example".parse().expect("an address");
            change(settings);
        })
        .await;
        Self { app, mail }
    }

    /// Someone who has signed up with an address of their handle at `yard.example`, logged in.
    async fn sign_up(&self, handle: &str) -> Person {
        let nobody = self.app.nobody();
        let started = nobody.post("/v1/sign-ups", form(handle)).await.expect(202);
        let letter = self.mail.mail_to(&address(handle)).await;
        let confirmation = json!({ "code": code_in(&letter.text) });
        let path = format!("/v1/sign-ups/{}/confirmation", started.id());
        let session = nobody.post(&path, confirmation).await.expect(201);
        let id = session.json["user"]["id"].as_str().expect("an id").to_owned();
        Person { id, handle: handle.to_owned(), ..nobody.with_token(&session) }
    }

    async fn log_in(&self, login: &str, password: &str) -> Answer {
        log_in(&self.app, login, password).await
    }

    /// What time would do.
    async fn run(&self, sql: &str) {
        sqlx::query(sql).execute(&self.app.pool).await.expect("it runs");
    }
}

async fn log_in(app: &TestApp, login: &str, password: &str) -> Answer {
    app.nobody().post("/v1/sessions", json!({ "login": login, "password": password })).await
}

fn address(handle: &str) -> String {
    format!("{handle}@yard.example")
}

fn form(handle: &str) -> serde_json::Value {
    json!({ "email": address(handle), "password": PASSWORD, "handle": handle, "display_name": handle })
}

/// The six digits of a letter.
#[track_caller]
fn code_in(text: &str) -> String {
    let mut words = text.split(|letter: char| !letter.is_ascii_digit());
    words.find(|word| word.len() == 6).unwrap_or_else(|| panic!("no code in {text}")).to_owned()
}

/// What the link of a letter carries.
#[track_caller]
fn token_in(text: &str) -> String {
    let (_, after) = text.split_once("#token=").unwrap_or_else(|| panic!("no link in {text}"));
    after.split(char::is_whitespace).next().expect("a token").to_owned()
}

/// Another code, which is not this one.
fn another(code: &str) -> String {
    let number: u32 = code.parse().expect("digits");
    format!("{:06}", (number + 1) % 1_000_000)
}
