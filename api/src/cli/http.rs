//! A client of Madang's own API, for the commands that are clients.

use super::Failure;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use std::time::Duration;

/// The header in which an operator names the person to act as.
pub(super) const ACT_AS: &str = "Madang-Act-As";
/// The header that says up to where the caller has written.
pub(super) const POSITION: &str = "Madang-Position";

const CONNECTS_WITHIN: Duration = Duration::from_secs(5);
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// A server, and the token to show it.
#[derive(Clone)]
pub(super) struct Server {
    client: Client,
    url: String,
    token: String,
}

/// The problem in an answer from 400 up, as far as it follows RFC 9457.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Problem {
    pub(super) code: String,
    pub(super) detail: String,
    errors: Vec<FieldError>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FieldError {
    pointer: String,
    detail: String,
}

impl Server {
    /// A client that keeps up to `connections` connections alive.
    pub(super) fn new(url: &str, token: &str, connections: usize) -> Result<Self, Failure> {
        let url = url.trim_end_matches('/').to_owned();
        let mut client = Client::builder()
            .pool_max_idle_per_host(connections)
            .connect_timeout(CONNECTS_WITHIN)
            .timeout(ANSWERS_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if !url.starts_with("https:") {
            // A client without TLS has nothing to check, and a small machine may have no certificates.
            client = client.tls_certs_only([]);
        }
        Ok(Self { client: client.build()?, url, token: token.trim().to_owned() })
    }

    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.at(path)).bearer_auth(&self.token)
    }

    pub(super) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.at(path)).bearer_auth(&self.token)
    }

    pub(super) fn put(&self, path: &str) -> RequestBuilder {
        self.client.put(self.at(path)).bearer_auth(&self.token)
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

/// A failed request with its innermost cause, which alone says what happened (`Connection refused`).
pub(super) fn explain(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    format!("{error}: {cause}")
}

impl Problem {
    /// Reads the body of a refused request; an answer that is no problem document still has a status.
    pub(super) async fn of(response: Response) -> (StatusCode, Self) {
        let status = response.status();
        let text = response.text().await.unwrap_or_default();
        (status, serde_json::from_str(&text).unwrap_or_default())
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.detail)?;
        for FieldError { pointer, detail } in &self.errors {
            write!(f, " {pointer}: {detail}")?;
        }
        Ok(())
    }
}
