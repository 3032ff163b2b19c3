//! The Meilisearch server: its indexes by name, and waiting for its tasks.

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

/// The longest time that indexing a batch may take; the server may be busy with others.
const PATIENCE: Duration = Duration::from_secs(300);
/// The pause between two looks at a task, at first and at most.
const LOOKS: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(250));
/// Number of characters of an error's message that are kept.
const SHOWN: usize = 300;

/// A Meilisearch server.
pub(super) struct Server {
    pub(super) client: Client<Http>,
    http: Http,
    address: String,
}

/// A task's status, and its error if it failed.
#[derive(Deserialize)]
struct Task {
    status: Status,
    error: Option<MeilisearchError>,
}

/// A task's status, of which only the end matters: the crate's own type knows all kinds of tasks, and fails
/// at newer ones.
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

    /// Changes parts of documents that are there, and makes no new documents.
    pub(super) async fn change(
        &self,
        index: &str,
        documents: &[impl Serialize + Sync],
    ) -> Result<TaskInfo, Error> {
        // The crate has no parameter for `skipCreation`.
        let url = format!("{}/indexes/{index}/documents?skipCreation=true", self.address);
        self.http.request(&url, Method::Put { query: (), body: documents }, 202).await
    }

    /// Waits until all of these tasks are done.
    ///
    /// # Errors
    /// A task failed, or takes too long.
    pub(super) async fn done(&self, tasks: Vec<TaskInfo>) -> Result<(), EngineError> {
        for task in tasks {
            self.settled(task).await?.map_err(|error| engine(Error::Meilisearch(error)))?;
        }
        Ok(())
    }

    /// Waits for a task that may fail for the reason `harmless`.
    ///
    /// # Errors
    /// The task failed for another reason, or takes too long.
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

/// True if the error is the server's with this code.
pub(super) fn says(error: &Error, code: &ErrorCode) -> bool {
    matches!(error, Error::Meilisearch(MeilisearchError { error_code, .. }) if error_code == code)
}

/// The engine's error for one of the server's or client's. Errors that no other request of ours could avoid
/// count as the engine being away.
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
                // The index is not made yet, or was moved away just now.
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
