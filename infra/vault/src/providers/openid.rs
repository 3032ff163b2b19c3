//! OpenID Connect: the service describes itself, and signs its ID tokens.
//!
//! The library finds a service's metadata and keys, makes the addresses to which people are sent, and checks
//! signatures. The answers to a code are read here: services answer with other types than the specification has
//! ([`Claims`]), and the library's types refuse the whole answer for that.

mod signed;

use super::claims::Claims;
use super::http::HttpError;
use super::{Authorization, Because, Client, OAuthError, Returned, refused};
use crate::Email;
use crate::oauth::{Flow, Proof};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::Utc;
use domain::value::UserId;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreProviderMetadata};
use openidconnect::http::{Method, Request, header};
use openidconnect::url::form_urlencoded;
use openidconnect::{
    AsyncHttpClient, ClientId, ClientSecret, CsrfToken, DiscoveryError, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, Scope,
};
use signed::{Between, Doubt, Signed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// The time for which the metadata that a service gives of itself is believed.
const METADATA_TTL: Duration = Duration::from_secs(3_600);
/// The least age of metadata that an unknown key makes us read again: not everybody who makes a key up may
/// cause a request.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(60);

type Endpoints = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

pub(super) struct OpenId {
    client: Client,
    issuer: IssuerUrl,
    scopes: Vec<Scope>,
    known: RwLock<Option<CachedDiscovery>>,
}

/// The metadata that the service gives of itself, with its keys.
#[derive(Clone)]
struct CachedDiscovery {
    metadata: Arc<CoreProviderMetadata>,
    read_at: Instant,
}

impl OpenId {
    pub(super) fn new(client: Client, issuer: IssuerUrl, scopes: Vec<String>) -> Self {
        let scopes = scopes.into_iter().map(Scope::new).collect();
        Self { client, issuer, scopes, known: RwLock::default() }
    }

    pub(super) async fn authorization(&self, linking: Option<UserId>) -> Result<Authorization, OAuthError> {
        let endpoints = self.endpoints(&self.known().await?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = endpoints
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(challenge)
            .url();
        let flow = Flow { nonce: nonce.secret().clone(), verifier: verifier.secret().clone(), linking };
        Ok(Authorization { url: url.into(), state: state.into_secret(), flow })
    }

    pub(super) async fn identify(
        &self,
        provider: &str,
        returned: &Returned<'_>,
        flow: Flow,
    ) -> Result<Proof, OAuthError> {
        if returned.issuer.is_some_and(|issuer| issuer != self.issuer.as_str()) {
            return Err(refused("another issuer answered"));
        }
        let known = self.known().await?;
        let tokens = self.exchange(&known.metadata, returned.code, &flow.verifier).await?;
        let id_token = tokens.text("id_token").ok_or_else(|| refused("there is no ID token"))?;
        let access_token = tokens.text("access_token").ok_or_else(|| refused("there is no access token"))?;
        // A service changes its keys now and then.
        let is_key_unknown = matches!(Signed::read(&id_token, known.metadata.jwks()), Err(Doubt::Signature));
        let known = match is_key_unknown && known.read_at.elapsed() > READ_AGAIN_AFTER {
            true => self.read().await?,
            false => known,
        };
        let between = Between { issuer: self.issuer.as_str(), client: &self.client.id, nonce: &flow.nonce };
        let signed = Signed::read(&id_token, known.metadata.jwks())?;
        signed.check(&between, Utc::now().timestamp())?;
        if !signed.came_with(&access_token) {
            return Err(refused("the access token is another one"));
        }
        let claims = signed.claims;
        let subject = claims.text("sub").ok_or_else(|| refused("there is no subject"))?;
        let mut proof = Proof {
            provider: provider.to_owned(),
            subject,
            email: claims.text("email").and_then(|email| Email::parse(&email).ok()),
            email_verified: claims.flag("email_verified") == Some(true),
            display_name: called(&claims),
        };
        // The details stand at an endpoint of their own at many services; Kakao's token has an address
        // without saying whether it is verified.
        if claims.flag("email_verified").is_none()
            && let Some(url) = known.metadata.userinfo_endpoint()
        {
            let told = self.details(url.as_str(), &access_token, &known.metadata).await?;
            if told.text("sub").as_ref() != Some(&proof.subject) {
                return Err(refused("the details are someone else's"));
            }
            if let Some(email) = told.text("email") {
                proof.email = Email::parse(&email).ok();
                proof.email_verified = told.flag("email_verified") == Some(true);
            }
            proof.display_name = called(&told).or(proof.display_name);
        }
        Ok(proof)
    }

    /// Exchanges the code for tokens.
    async fn exchange(
        &self,
        metadata: &CoreProviderMetadata,
        code: &str,
        verifier: &str,
    ) -> Result<Claims, OAuthError> {
        let endpoint = metadata.token_endpoint().ok_or_else(|| refused("it names no address for codes"))?;
        let methods = metadata.token_endpoint_auth_methods_supported();
        // The default of OpenID Connect is Basic, where a service does not say what it takes.
        let takes_basic =
            methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let answer = self.ask(self.exchange_request(endpoint.as_str(), takes_basic, code, verifier)).await?;
        if !answer.status().is_success() {
            return Err(refused("the code is refused"));
        }
        Claims::parse(answer.body()).ok_or_else(|| refused("the answer to a code can't be read"))
    }

    fn exchange_request(
        &self,
        endpoint: &str,
        takes_basic: bool,
        code: &str,
        verifier: &str,
    ) -> Result<HttpRequest, openidconnect::http::Error> {
        let Client { id, secret, redirect, .. } = &self.client;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", redirect.as_str())
            .append_pair("code_verifier", verifier);
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(endpoint)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if takes_basic {
            // RFC 6749, 2.3.1: both are encoded before they are joined.
            let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let login = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
            request = request.header(header::AUTHORIZATION, format!("Basic {login}"));
        } else {
            form.append_pair("client_id", id).append_pair("client_secret", secret);
        }
        request.body(form.finish().into_bytes())
    }

    /// Asks for the person's details: JSON, or a token that the service has signed for us.
    async fn details(
        &self,
        url: &str,
        access_token: &str,
        metadata: &CoreProviderMetadata,
    ) -> Result<Claims, OAuthError> {
        let request = Request::builder()
            .uri(url)
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {access_token}"))
            .body(vec![]);
        let answer = self.ask(request).await?;
        if !answer.status().is_success() {
            return Err(refused("the details are refused"));
        }
        if let Some(told) = Claims::parse(answer.body()) {
            return Ok(told);
        }
        let token = std::str::from_utf8(answer.body()).map_err(|_| refused("the details can't be read"))?;
        let told = Signed::read(token.trim(), metadata.jwks())?.claims;
        let is_of_them = told.text("iss").as_deref() == Some(self.issuer.as_str());
        match is_of_them && told.texts("aud").contains(&self.client.id.as_str()) {
            true => Ok(told),
            false => Err(refused("the details are someone else's")),
        }
    }

    async fn ask(
        &self,
        request: Result<HttpRequest, openidconnect::http::Error>,
    ) -> Result<HttpResponse, OAuthError> {
        let request = request.map_err(|_| refused("the code, or the access token, is none"))?;
        self.client.http.call(request).await.map_err(unavailable)
    }

    fn endpoints(&self, known: &CachedDiscovery) -> Endpoints {
        let metadata = CoreProviderMetadata::clone(&known.metadata);
        let (id, secret) =
            (ClientId::new(self.client.id.clone()), ClientSecret::new(self.client.secret.clone()));
        CoreClient::from_provider_metadata(metadata, id, Some(secret))
            .set_redirect_uri(self.client.redirect.clone())
    }

    async fn known(&self) -> Result<CachedDiscovery, OAuthError> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(known) if known.read_at.elapsed() < METADATA_TTL => Ok(known),
            Some(_) | None => self.read().await,
        }
    }

    async fn read(&self) -> Result<CachedDiscovery, OAuthError> {
        let metadata = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.client.http).await;
        let known =
            CachedDiscovery { metadata: Arc::new(metadata.map_err(discovery)?), read_at: Instant::now() };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }
}

impl From<Doubt> for OAuthError {
    fn from(doubt: Doubt) -> Self {
        match doubt {
            Doubt::Signature => refused("no known key has signed the token"),
            Doubt::Token(why) => refused(why),
        }
    }
}

fn called(claims: &Claims) -> Option<String> {
    claims.text("name").or_else(|| claims.text("nickname"))
}

fn unavailable(error: HttpError) -> OAuthError {
    OAuthError::Unavailable(Box::new(error))
}

/// The error of a discovery: a service that does not describe itself as it must is as good as away.
fn discovery(error: DiscoveryError<HttpError>) -> OAuthError {
    if let DiscoveryError::Request(error) = error {
        return unavailable(error);
    }
    OAuthError::Unavailable(Box::new(Because("it does not describe itself as it must")))
}
