//! A real Meilisearch, where `MEILI_URL` (and `MEILI_KEY`) say where one is, and the indexes that tests make
//! there.

use crate::support::TestApp;
use crate::support::wait::until;
use serde_json::Value;
use service::settings::{MeiliSettings, Settings};
use std::ops::Deref;
use uuid::Uuid;

/// The settings of the Meilisearch that the environment names, if it names one.
pub fn named() -> Option<MeiliSettings> {
    let settings = Settings::read(|name| match name {
        "MEILI_URL" | "MEILI_KEY" => std::env::var(name).ok(),
        "DATABASE_URL" | "NATS_URL" => Some("not used".to_owned()),
        _ => None,
    });
    settings.expect("an address and a key that can be used").meili
}

/// A client of one log's indexes that goes past the engine.
pub struct MeiliIndexes {
    pub settings: MeiliSettings,
    pub log: Uuid,
    http: reqwest::Client,
}

impl MeiliIndexes {
    pub fn new(settings: MeiliSettings, log: Uuid) -> Self {
        // Meilisearch closes a connection that rests for longer, without an answer to the next request.
        let http = crate::support::client_without_pool();
        Self { settings, log, http }
    }

    async fn ask(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let mut request = self.http.request(method, format!("{}{path}", self.settings.url.0));
        if let Some(key) = &self.settings.key {
            request = request.bearer_auth(&**key);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("it is there");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.expect("JSON")
    }

    /// Waits for a task that Meilisearch has begun.
    async fn done(&self, task: &Value) {
        let path = format!("/tasks/{}", task["taskUid"]);
        until("Meilisearch has done the task", async || {
            let task = self.ask(reqwest::Method::GET, &path, None).await;
            match task["status"].as_str() {
                Some("enqueued" | "processing") => None,
                Some("succeeded") => Some(()),
                _ => panic!("{task:#}"),
            }
        })
        .await;
    }

    /// Changes documents behind the engine's back.
    pub async fn put(&self, index: &str, documents: Value) {
        let path = format!("/indexes/madang_{}_{index}/documents", self.log.simple());
        let task = self.ask(reqwest::Method::PUT, &path, Some(documents)).await;
        self.done(&task).await;
    }

    /// A document as it stands in Meilisearch.
    pub async fn get(&self, index: &str, id: &str) -> Value {
        let path = format!("/indexes/madang_{}_{index}/documents/{id}", self.log.simple());
        self.ask(reqwest::Method::GET, &path, None).await
    }

    /// The names of the log's indexes.
    pub async fn names(&self) -> Vec<String> {
        let all = self.ask(reqwest::Method::GET, "/indexes?limit=10000", None).await;
        let names = all["results"].as_array().expect("a list").iter();
        let names = names.map(|index| index["uid"].as_str().expect("a name").to_owned());
        names.filter(|name| name.starts_with(&format!("madang_{}_", self.log.simple()))).collect()
    }

    /// Deletes the log's indexes.
    pub async fn remove(&self) {
        for name in self.names().await {
            let task = self.ask(reqwest::Method::DELETE, &format!("/indexes/{name}"), None).await;
            self.done(&task).await;
        }
    }
}

/// A node that searches with the Meilisearch there is, or by itself where none is.
pub struct Searching {
    app: Option<TestApp>,
    indexes: Option<MeiliIndexes>,
}

pub async fn start() -> Searching {
    let meili = named();
    let app = TestApp::start_with(|settings| settings.meili.clone_from(&meili)).await;
    let (log,): (Uuid,) = sqlx::query_as("select id from log").fetch_one(&app.pool).await.expect("a log");
    Searching { app: Some(app), indexes: meili.map(|meili| MeiliIndexes::new(meili, log)) }
}

impl Deref for Searching {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        self.app.as_ref().expect("it runs until the end")
    }
}

impl Drop for Searching {
    /// Deletes the indexes whatever the test's result. The node stops first, or it would make them again.
    fn drop(&mut self) {
        let (Some(mut app), Some(indexes)) = (self.app.take(), self.indexes.take()) else { return };
        let tidy = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                app.stop().await;
                indexes.remove().await;
            });
        });
        let _ = tidy.join();
    }
}
