//! Requests to Meilisearch by the HTTP client that the rest of this project uses: the crate's own client is
//! an older one, with TLS of its own.

use async_trait::async_trait;
use futures::AsyncReadExt;
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::request::{HttpClient, Method, parse_response};
use reqwest::Client;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use serde::Serialize;
use serde::de::DeserializeOwned;
use service::settings::Secret;
use std::time::Duration;

/// The longest time for connecting; then the server counts as away.
const CONNECT: Duration = Duration::from_secs(2);
/// The longest time for one request and its whole answer.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// The time after which an unused connection is closed. Meilisearch answers 408 on a connection without a
/// request for five seconds, and closes it: a connection that rests here may hold that answer to a request
/// which was never sent.
const REST: Duration = Duration::from_secs(3);
const NEVER_ASKED: u16 = 408;
/// The largest answer in bytes: several times what a page of documents' versions takes.
const ANSWER_MAX_BYTES: usize = 16 << 20;

/// The HTTP client. Cheap to clone.
#[derive(Clone)]
pub(super) struct Http(Client);

/// The reason why there is no usable answer. Its texts have no addresses: there may be a secret in one.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error("it can't be reached, or not in time")]
    Unreachable(#[source] reqwest::Error),
    #[error("it fails with {0}")]
    Failing(u16),
    #[error("it answers more than {ANSWER_MAX_BYTES} bytes")]
    TooLarge,
}

impl Http {
    pub(super) fn new(key: Option<&Secret>) -> Result<Self, reqwest::Error> {
        // The call fails only when a provider is installed already, and then there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        // A key that fits no header is refused when settings are read.
        if let Some(mut key) = key.and_then(|key| HeaderValue::try_from(format!("Bearer {}", &**key)).ok()) {
            key.set_sensitive(true);
            headers.insert(AUTHORIZATION, key);
        }
        let client = Client::builder().redirect(Policy::none()).default_headers(headers);
        client.connect_timeout(CONNECT).timeout(TIME_LIMIT).pool_idle_timeout(REST).build().map(Self)
    }

    async fn ask<Output: DeserializeOwned>(
        &self,
        url: &str,
        method: reqwest::Method,
        query: impl Serialize,
        body: Option<(Vec<u8>, &str)>,
        expected: u16,
    ) -> Result<Output, Error> {
        let query = yaup::to_string(&query)?;
        let mut request = self.0.request(method, format!("{url}{query}"));
        if let Some((body, kind)) = body {
            request = request.header(CONTENT_TYPE, kind).body(body);
        }
        let again = request.try_clone();
        let mut answer = request.send().await.map_err(unreachable)?;
        if let (NEVER_ASKED, Some(again)) = (answer.status().as_u16(), again) {
            answer = again.send().await.map_err(unreachable)?;
        }
        let status = answer.status().as_u16();
        if answer.status().is_server_error() {
            return Err(other(HttpError::Failing(status)));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > ANSWER_MAX_BYTES {
                return Err(other(HttpError::TooLarge));
            }
            body.extend_from_slice(&chunk);
        }
        let body = if body.is_empty() { "null".into() } else { String::from_utf8_lossy(&body) };
        parse_response(status, expected, &body, String::new())
    }
}

fn unreachable(error: reqwest::Error) -> Error {
    other(HttpError::Unreachable(error.without_url()))
}

fn other(error: HttpError) -> Error {
    Error::Other(Box::new(error))
}

fn verb<Q, B>(method: &Method<Q, B>) -> reqwest::Method {
    match method {
        Method::Get { .. } => reqwest::Method::GET,
        Method::Post { .. } => reqwest::Method::POST,
        Method::Patch { .. } => reqwest::Method::PATCH,
        Method::Put { .. } => reqwest::Method::PUT,
        Method::Delete { .. } => reqwest::Method::DELETE,
    }
}

#[async_trait]
impl HttpClient for Http {
    async fn request<Query, Body, Output>(
        &self,
        url: &str,
        method: Method<Query, Body>,
        expected_status_code: u16,
    ) -> Result<Output, Error>
    where
        Query: Serialize + Send + Sync,
        Body: Serialize + Send + Sync,
        Output: DeserializeOwned + 'static + Send,
    {
        let body = method.body().map(serde_json::to_vec).transpose()?;
        let body = body.map(|body| (body, "application/json"));
        self.ask(url, verb(&method), method.query(), body, expected_status_code).await
    }

    async fn stream_request<
        Query: Serialize + Send + Sync,
        Body: futures::AsyncRead + Send + Sync + 'static,
        Output: DeserializeOwned + 'static,
    >(
        &self,
        url: &str,
        method: Method<Query, Body>,
        content_type: &str,
        expected_status_code: u16,
    ) -> Result<Output, Error> {
        let (verb, query) = (verb(&method), yaup::to_string(method.query())?);
        let mut bytes = None;
        if let Some(body) = method.into_body() {
            let mut read = vec![];
            std::pin::pin!(body)
                .read_to_end(&mut read)
                .await
                .map_err(|error| Error::Other(Box::new(error)))?;
            bytes = Some((read, content_type));
        }
        self.ask(&format!("{url}{query}"), verb, (), bytes, expected_status_code).await
    }
}
