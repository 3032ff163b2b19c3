//! Who someone is at another service: they are sent there, come back with a code, and the service tells us
//! for the code who they are (OAuth 2 with PKCE, OpenID Connect).
//!
//! [`openid`] is how most services do it, [`naver`] how one does; [`http`] bounds what a service can cost us.

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

/// So many requests may wait for one service; it must not hold up the whole node.
const AT_ONCE: usize = 32;
/// All that is asked of a service for one request of ours.
const TIME_LIMIT: Duration = Duration::from_secs(10);

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

/// What we are at a service.
struct Client {
    id: String,
    secret: String,
    /// Where it sends people back to, to the letter.
    redirect: RedirectUrl,
    http: Http,
}

/// Someone who is about to be sent to a service.
pub struct Authorization {
    /// Where.
    pub url: String,
    /// What comes back with them.
    pub state: String,
    /// What we remember meanwhile.
    pub flow: Flow,
}

/// What came back with someone.
pub struct Returned<'a> {
    /// To be exchanged, once.
    pub code: &'a str,
    /// As we gave it.
    pub state: &'a str,
    /// Who says so (RFC 9207), where the service tells.
    pub issuer: Option<&'a str>,
}

/// The providers can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// It is no address.
    #[error("MADANG_PUBLIC_URL can't be used: expected an address such as https://api.example.kr")]
    PublicUrl,
    /// No client for HTTPS can be made.
    #[error("HTTPS can't be used")]
    Https(#[source] reqwest::Error),
}

/// A service did not tell who someone is.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// Too many wait for it already.
    #[error("too many wait for the provider")]
    Overloaded,
    /// It can't be reached, is too slow, or fails.
    #[error("the provider can't be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// It refuses, or what it says can't be believed.
    #[error("the provider did not say who it is")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
}

/// Why something is not believed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Because(&'static str);

fn refused(why: &'static str) -> OAuthError {
    OAuthError::Refused(Box::new(Because(why)))
}

impl Providers {
    /// Sets them up; nothing is asked of them before someone wants to log in. `public_url` is where this API
    /// is reached from outside.
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

    /// The one of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.name == name)
    }

    /// Their names, as they were configured.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|provider| provider.name.as_str())
    }
}

impl Provider {
    /// In addresses and tables.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As people call it.
    #[must_use]
    pub fn label(&self) -> String {
        let mut letters = self.name.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    /// Where someone is sent who wants to log in, or to link another way in to the account `linking`.
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

    /// Who it is that came back.
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
        let proof = proof.await?;
        // As long as OpenID Connect allows, and as the table does.
        match proof.subject.chars().count() {
            1..=255 => Ok(proof),
            _ => Err(refused("a subject of no or too many characters")),
        }
    }

    async fn in_time<T>(&self, asked: impl Future<Output = Result<T, OAuthError>>) -> Result<T, OAuthError> {
        let _slot = self.slots.try_acquire().map_err(|_| OAuthError::Overloaded)?;
        match tokio::time::timeout(TIME_LIMIT, asked).await {
            Ok(answer) => answer,
            Err(elapsed) => Err(OAuthError::Unavailable(Box::new(elapsed))),
        }
    }
}
