//! Requests to services that are not ours: each request takes only so long, and only so much of its answer is
//! read.

use futures::future::BoxFuture;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Client, Request, redirect::Policy};
use std::time::Duration;

/// The longest time for one request and its whole answer.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// The most bytes of an answer: several times what any service answers.
const BODY_MAX_BYTES: usize = 256 * 1024;

/// The client for these requests. Cheap to clone.
#[derive(Clone)]
pub(super) struct Http(Client);

/// The reason why a service gave no answer that can be used. The texts name no URL: there may be a secret in
/// one.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error("it can't be reached, or not in time")]
    Unreachable(#[source] reqwest::Error),
    #[error("it fails with {0}")]
    Failing(u16),
    #[error("it answers more than {BODY_MAX_BYTES} bytes")]
    TooLarge,
}

impl Http {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        // The installation fails only when a provider of cryptography is installed already, and then there is
        // one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A redirect would carry our secret to the address that it names.
        Client::builder().redirect(Policy::none()).timeout(TIME_LIMIT).build().map(Self)
    }

    async fn ask(self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = Request::try_from(request).map_err(unreachable)?;
        let mut answer = self.0.execute(request).await.map_err(unreachable)?;
        let status = answer.status();
        if status.is_server_error() {
            return Err(HttpError::Failing(status.as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > BODY_MAX_BYTES {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut whole = HttpResponse::new(body);
        *whole.status_mut() = status;
        *whole.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(whole)
    }
}

fn unreachable(error: reqwest::Error) -> HttpError {
    HttpError::Unreachable(error.without_url())
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = BoxFuture<'c, Result<HttpResponse, HttpError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.clone().ask(request))
    }
}
