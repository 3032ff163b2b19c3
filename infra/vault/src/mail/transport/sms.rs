//! SMS by HTTP: the request that most services take, or a small adapter in front of them.

use super::{SendError, TransportError};
use crate::mail::queue::Waiting;
use reqwest::{Client, StatusCode, Url, redirect::Policy};
use serde_json::json;
use service::settings::Secret;

pub(in crate::mail) struct Sms {
    client: Client,
    url: Url,
    token: Option<Secret>,
}

impl Sms {
    pub(super) fn new(url: &Secret, token: Option<Secret>) -> Result<Self, TransportError> {
        let url = Url::parse(url).map_err(|_| TransportError("SMS_URL"))?;
        // The installation fails only when a provider of cryptography is installed already, and then there is
        // one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The token is for this service only, not for an address to which it redirects.
        let client = Client::builder().redirect(Policy::none()).build();
        Ok(Self { client: client.map_err(|_| TransportError("HTTPS"))?, url, token })
    }

    pub(super) async fn send(&self, letter: &Waiting) -> Result<(), SendError> {
        let mut request = self
            .client
            .post(self.url.clone())
            // The key is the same for each attempt, so that the service can recognise a repeat.
            .header("idempotency-key", letter.id.to_string())
            .json(&json!({ "to": letter.recipient, "text": letter.body }));
        if let Some(token) = &self.token {
            request = request.bearer_auth(&**token);
        }
        // The error's own words are left out: they have the URL in them.
        let answer = request
            .send()
            .await
            .map_err(|_| SendError::Failed("the SMS service can't be reached".to_owned()))?;
        told(answer.status())
    }
}

/// The answer's meaning. Only an answer about the request's content is about its recipient and gives the letter
/// up; a token, an address or an account of ours that is wrong is mended by those who run the service.
fn told(status: StatusCode) -> Result<(), SendError> {
    let code = status.as_u16();
    match status {
        _ if status.is_success() => Ok(()),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            Err(SendError::Refused(format!("the SMS service refused it with {code}")))
        }
        _ => Err(SendError::Failed(format!("the SMS service answered {code}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_about_the_content_gives_an_sms_up() {
        for code in [200u16, 202, 301, 400, 401, 402, 403, 404, 405, 408, 413, 415, 422, 429, 500, 503] {
            let told = told(StatusCode::from_u16(code).expect("a status"));
            assert_eq!(told.is_ok(), code < 300, "{code}");
            assert_eq!(matches!(told, Err(SendError::Refused(_))), matches!(code, 400 | 422), "{code}");
        }
    }
}
