//! Providers: other services that tell who a person is there. A person is sent to the service and comes back
//! with a code, and the service tells us for the code who they are (OAuth 2 with PKCE, OpenID Connect).
//!
//! [`openid`] speaks to most services, [`naver`] to Naver; [`claims`] reads what a service tells, [`http`] bounds
//! what a service can cost us.

mod claims;
mod http;
mod naver;
mod openid;

use crate::oauth::{Flow, Proof};
use domain::value::UserId;
use http::Http;
use naver::Naver;
use openid::OpenId;
use openidconnect::{IssuerUrl, RedirectUrl};
use service::settings::{OAuthProvider, OAuthService};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// The most requests that may wait for one service; it must not hold up the whole node.
const AT_ONCE: usize = 32;
/// The longest time for all requests to a service that one request of ours makes.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The most characters that are kept of a name; a person chooses their name here themself.
const NAME_MAX: usize = 256;

/// The services that people may log in with. Cheap to clone.
#[derive(Clone)]
pub struct Providers(Arc<[Provider]>);

/// A service that people may log in with.
pub struct Provider {
    name: String,
    service: Service,
    slots: Semaphore,
}

enum Service {
    OpenId(OpenId),
    Naver(Naver),
}

/// Our client at a service: the id and secret that the service gave us.
struct Client {
    id: String,
    secret: String,
    /// The address to which the service sends people back, to the letter.
    redirect: RedirectUrl,
    http: Http,
}

/// The authorization request of a person who is about to be sent to a service.
pub struct Authorization {
    /// The address to which the person is sent.
    pub url: String,
    /// The state, which comes back with the person.
    pub state: String,
    /// The flow, which we store meanwhile.
    pub flow: Flow,
}

/// The parameters that came back with a person.
pub struct Returned<'a> {
    /// The code, to be exchanged once.
    pub code: &'a str,
    /// The state as we gave it.
    pub state: &'a str,
    /// The issuer that answers (RFC 9207), where the service names it.
    pub issuer: Option<&'a str>,
}

/// The reason why the providers can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The public URL is no address.
    #[error("MADANG_PUBLIC_URL can't be used: expected an address such as https://api.example.kr")]
    PublicUrl,
    /// No client for HTTPS can be made.
    #[error("HTTPS can't be used")]
    Https(#[source] reqwest::Error),
}

/// The reason why a service did not tell who a person is.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// Too many requests wait for the service already.
    #[error("too many wait for the provider")]
    Overloaded,
    /// The service can't be reached, is too slow, or fails.
    #[error("the provider can't be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The service refuses, or its answer can't be believed.
    #[error("the provider did not say who it is")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
}

/// The reason why an answer is not believed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Because(&'static str);

fn refused(why: &'static str) -> OAuthError {
    OAuthError::Refused(Box::new(Because(why)))
}

impl Providers {
    /// Sets the providers up; no request is made before somebody wants to log in. `public_url` is the address
    /// of this API as it is reached from outside.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn new(providers: Vec<OAuthProvider>, public_url: &str) -> Result<Self, SetupError> {
        let http = Http::new().map_err(SetupError::Https)?;
        let providers = providers.into_iter().map(|provider| {
            let OAuthProvider { name, client_id, client_secret, service } = provider;
            let redirect = RedirectUrl::new(format!("{public_url}/v1/oauth/{name}/callback"));
            let redirect = redirect.map_err(|_| SetupError::PublicUrl)?;
            let client =
                Client { id: client_id, secret: client_secret.to_string(), redirect, http: http.clone() };
            let service = match service {
                OAuthService::OpenId { issuer, scopes } => {
                    let issuer = IssuerUrl::new(issuer).expect("settings hold an address");
                    Service::OpenId(OpenId::new(client, issuer, scopes))
                }
                OAuthService::Naver { authorize, token, profile } => {
                    Service::Naver(Naver { client, authorize, token, profile })
                }
            };
            Ok(Provider { name, service, slots: Semaphore::new(AT_ONCE) })
        });
        Ok(Self(providers.collect::<Result<_, _>>()?))
    }

    /// The provider with this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.name == name)
    }

    /// The providers' names, in the order of the settings.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|provider| provider.name.as_str())
    }
}

impl Provider {
    /// The provider's name in addresses and tables.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The provider's name as people call it.
    #[must_use]
    pub fn label(&self) -> String {
        let mut letters = self.name.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    /// The authorization request of a person who wants to log in, or to link another identity to the account
    /// `linking`.
    ///
    /// # Errors
    /// See [`OAuthError`].
    pub async fn authorization(&self, linking: Option<UserId>) -> Result<Authorization, OAuthError> {
        self.in_time(async {
            match &self.service {
                Service::OpenId(service) => service.authorization(linking).await,
                Service::Naver(service) => Ok(service.authorization(linking)),
            }
        })
        .await
    }

    /// The proof of who the person is that came back.
    ///
    /// # Errors
    /// See [`OAuthError`].
    pub async fn identify(&self, returned: &Returned<'_>, flow: Flow) -> Result<Proof, OAuthError> {
        let proof = self.in_time(async {
            match &self.service {
                Service::OpenId(service) => service.identify(&self.name, returned, flow).await,
                Service::Naver(service) => service.identify(&self.name, returned, flow).await,
            }
        });
        usable(proof.await?)
    }

    async fn in_time<T>(&self, answer: impl Future<Output = Result<T, OAuthError>>) -> Result<T, OAuthError> {
        let _slot = self.slots.try_acquire().map_err(|_| OAuthError::Overloaded)?;
        match tokio::time::timeout(TIME_LIMIT, answer).await {
            Ok(answer) => answer,
            Err(elapsed) => Err(OAuthError::Unavailable(Box::new(elapsed))),
        }
    }
}

/// The proof as it can be stored, and shown: the service's texts may hold anything, even NUL, which no table
/// takes.
fn usable(mut proof: Proof) -> Result<Proof, OAuthError> {
    // The bound is that of OpenID Connect, and of the table. A letter less would be another account, so that
    // nothing is left out of a subject.
    let is_bounded = (1..=255).contains(&proof.subject.chars().count());
    if !is_bounded || proof.subject.chars().any(char::is_control) {
        return Err(refused("a subject of no, too many, or control characters"));
    }
    let shown =
        |name: String| name.chars().filter(|letter| !letter.is_control()).take(NAME_MAX).collect::<String>();
    proof.display_name = proof.display_name.map(shown);
    Ok(proof)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(subject: &str, name: &str) -> Proof {
        Proof {
            provider: "acme".to_owned(),
            subject: subject.to_owned(),
            email: None,
            email_verified: false,
            display_name: Some(name.to_owned()),
        }
    }

    #[test]
    fn what_a_service_says_can_be_stored() {
        let kept = usable(proof("7", "미\0나\n")).expect("a subject");
        assert_eq!(kept.display_name.as_deref(), Some("미나"));
        assert!(usable(proof(&"7".repeat(255), "")).is_ok());
        for bad in ["", "7\0", "\n7", &"7".repeat(256)] {
            assert!(usable(proof(bad, "")).is_err(), "{bad:?}");
        }
    }
}
