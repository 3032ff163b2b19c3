//! The server: indexes by name, and tasks that are waited for.

use super::http::{Http, HttpError};
use meilisearch_sdk::client::Client;
use meilisearch_sdk::errors::{Error, ErrorCode, MeilisearchError};
use meilisearch_sdk::indexes::Index;
use meilisearch_sdk::request::{HttpClient, Method};
use meilisearch_sdk::task_info::TaskInfo;
use projections::search::engine::EngineError;
use serde::{Deserialize, Serialize};
use service::settings::MeiliSettings;
use std::time::{Duration, Instant};

/// How long a batch may take to be indexed; the server may be busy with others.
const PATIENCE: Duration = Duration::from_secs(300);
/// Between two looks at a task, at first and at most.
const LOOKS: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(250));
/// As much of an answer as is logged.
const SHOWN: usize = 300;

/// A Meilisearch.
pub(super) struct Server {
    pub(super) client: Client<Http>,
    http: Http,
    address: String,
}

/// What is known of a task that was begun.
#[derive(Deserialize)]
struct Task {
    status: Status,
    error: Option<MeilisearchError>,
}

/// Only what is waited for matters: the crate's own type knows all kinds of tasks, and fails at newer ones.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Status {
    Succeeded,
    Failed,
    Canceled,
    #[serde(other)]
    Waiting,
}

impl Server {
    pub(super) fn new(settings: &MeiliSettings) -> Result<Self, EngineError> {
        let http =
            Http::new(settings.key.as_ref()).map_err(|error| EngineError::Failed(error.to_string()))?;
        let address = settings.url.0.trim_end_matches('/').to_owned();
        // The key goes with every request of `http`, and is in nothing that can be printed.
        let client = Client::new_with_client(address.clone(), None::<String>, http.clone());
        Ok(Self { client, http, address })
    }

    pub(super) fn index(&self, name: &str) -> Index<Http> {
        self.client.index(name)
    }

    /// Changes parts of documents that are there, and makes none of those that are not.
    pub(super) async fn change(
        &self,
        index: &str,
        documents: &[impl Serialize + Sync],
    ) -> Result<TaskInfo, Error> {
        // The crate can't say so.
        let url = format!("{}/indexes/{index}/documents?skipCreation=true", self.address);
        self.http.request(&url, Method::Put { query: (), body: documents }, 202).await
    }

    /// Waits until all of these are done.
    ///
    /// # Errors
    /// One failed, or takes too long.
    pub(super) async fn done(&self, tasks: Vec<TaskInfo>) -> Result<(), EngineError> {
        for task in tasks {
            self.settled(task).await?.map_err(|error| engine(Error::Meilisearch(error)))?;
        }
        Ok(())
    }

    /// Waits for one that may fail for this reason.
    ///
    /// # Errors
    /// It failed for another, or takes too long.
    pub(super) async fn done_or(&self, task: TaskInfo, harmless: &ErrorCode) -> Result<(), EngineError> {
        match self.settled(task).await? {
            Err(error) if error.error_code != *harmless => Err(engine(Error::Meilisearch(error))),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    async fn settled(&self, task: TaskInfo) -> Result<Result<(), MeilisearchError>, EngineError> {
        let begun = Instant::now();
        let url = format!("{}/tasks/{}", self.address, task.task_uid);
        let mut pause = LOOKS.0;
        loop {
            let Task { status, error } =
                self.http.request(&url, Method::<(), ()>::Get { query: () }, 200).await.map_err(engine)?;
            match (status, error) {
                (Status::Succeeded, _) => return Ok(Ok(())),
                (Status::Failed, Some(error)) => return Ok(Err(error)),
                (Status::Failed | Status::Canceled, _) => {
                    return Err(EngineError::Failed("a task was not done".to_owned()));
                }
                (Status::Waiting, _) if begun.elapsed() > PATIENCE => {
                    return Err(EngineError::Away("it takes too long to index".to_owned()));
                }
                (Status::Waiting, _) => {}
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LOOKS.1);
        }
    }
}

/// Whether the server says this.
pub(super) fn says(error: &Error, code: &ErrorCode) -> bool {
    matches!(error, Error::Meilisearch(MeilisearchError { error_code, .. }) if error_code == code)
}

/// What is none of ours to mend, by asking in another way, makes the engine away.
#[allow(clippy::wildcard_enum_match_arm, reason = "a hundred codes, of which one means something else")]
pub(super) fn engine(error: Error) -> EngineError {
    match error {
        Error::Other(error) => match error.downcast_ref::<HttpError>() {
            Some(HttpError::Unreachable(_) | HttpError::Failing(_)) => EngineError::Away(chain(&*error)),
            Some(HttpError::TooLarge) | None => EngineError::Failed(chain(&*error)),
        },
        Error::Meilisearch(error) => {
            let said: String = error.error_message.chars().take(SHOWN).collect();
            match error.error_code {
                // Not made yet, or moved away just now.
                ErrorCode::IndexNotFound => EngineError::Away(said),
                _ => EngineError::Failed(said),
            }
        }
        error => EngineError::Failed(error.to_string()),
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        said = format!("{said}: {source}");
        next = source.source();
    }
    said
}
