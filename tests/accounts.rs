//! Accounts: people sign up, log in, change their addresses and passwords, and are guarded in all of it. The
//! tests read letters where they arrive, at a mail server.

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

    /// A logged-in person who has signed up with the address of their handle at `yard.example`.
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

    /// Runs a statement that does what time would do.
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

/// The six digits in a letter.
#[track_caller]
fn code_in(text: &str) -> String {
    let mut words = text.split(|letter: char| !letter.is_ascii_digit());
    words.find(|word| word.len() == 6).unwrap_or_else(|| panic!("no code in {text}")).to_owned()
}

/// The token that the link in a letter carries.
#[track_caller]
fn token_in(text: &str) -> String {
    let (_, after) = text.split_once("#token=").unwrap_or_else(|| panic!("no link in {text}"));
    after.split(char::is_whitespace).next().expect("a token").to_owned()
}

/// A code that is not this one.
fn another(code: &str) -> String {
    let number: u32 = code.parse().expect("digits");
    format!("{:06}", (number + 1) % 1_000_000)
}
