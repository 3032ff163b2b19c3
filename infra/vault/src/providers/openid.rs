//! OpenID Connect: the service describes itself, and signs its ID tokens.

use super::http::HttpError;
use super::{Authorization, Because, Client, OAuthError, Returned, refused};
use crate::Email;
use crate::oauth::{Flow, Proof};
use domain::value::UserId;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    DiscoveryError, EndUserName, EndUserNickname, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl,
    LocalizedClaim, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RequestTokenError,
    Scope, TokenResponse, UserInfoError,
};
use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// The time for which the metadata that a service gives of itself is believed.
const METADATA_TTL: Duration = Duration::from_secs(3_600);
/// The least age of metadata that an unknown key makes us read again: not everybody who makes a key up may
/// cause a request.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(60);
/// The algorithms whose signatures only the service can make: with HMAC everyone who verifies a signature
/// could.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

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
        let endpoints = self.endpoints(&known);
        let tokens = endpoints
            .exchange_code(AuthorizationCode::new(returned.code.to_owned()))
            .map_err(believe)?
            .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier))
            .request_async(&self.client.http)
            .await
            .map_err(exchange)?;
        let token = tokens.id_token().ok_or_else(|| refused("there is no ID token"))?;
        let nonce = Nonce::new(flow.nonce);
        let (endpoints, claims) = match verified(&endpoints, token, &nonce) {
            // A service changes its keys now and then.
            Err(ClaimsVerificationError::SignatureVerification(_))
                if known.read_at.elapsed() > READ_AGAIN_AFTER =>
            {
                let endpoints = self.endpoints(&self.read().await?);
                let claims = verified(&endpoints, token, &nonce).map_err(believe)?;
                (endpoints, claims)
            }
            claims => {
                let claims = claims.map_err(believe)?;
                (endpoints, claims)
            }
        };
        if let Some(expected) = claims.access_token_hash() {
            let verifier = endpoints.id_token_verifier().set_allowed_algs(ALGORITHMS);
            let (algorithm, key) =
                (token.signing_alg().map_err(believe)?, token.signing_key(&verifier).map_err(believe)?);
            let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
            if actual.map_err(believe)? != *expected {
                return Err(refused("the access token is another one"));
            }
        }
        let subject = claims.subject().clone();
        let mut proof = Proof {
            provider: provider.to_owned(),
            subject: subject.to_string(),
            email: claims.email().and_then(|email| Email::parse(email).ok()),
            email_verified: claims.email_verified() == Some(true),
            display_name: called(claims.name(), claims.nickname()),
        };
        // The details stand at an endpoint of their own at many services; Kakao's token has an address
        // without saying whether it is verified.
        if claims.email_verified().is_none() && endpoints.user_info_url().is_some() {
            let request =
                endpoints.user_info(tokens.access_token().clone(), Some(subject)).map_err(believe)?;
            let told: CoreUserInfoClaims = request.request_async(&self.client.http).await.map_err(details)?;
            if let Some(email) = told.email() {
                proof.email = Email::parse(email).ok();
                proof.email_verified = told.email_verified() == Some(true);
            }
            proof.display_name = called(told.name(), told.nickname()).or(proof.display_name);
        }
        Ok(proof)
    }

    fn endpoints(&self, known: &CachedDiscovery) -> Endpoints {
        let metadata = CoreProviderMetadata::clone(&known.metadata);
        let methods = metadata.token_endpoint_auth_methods_supported();
        // The default of OpenID Connect is Basic, where a service does not say what it takes.
        let takes_basic =
            methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let (id, secret) =
            (ClientId::new(self.client.id.clone()), ClientSecret::new(self.client.secret.clone()));
        CoreClient::from_provider_metadata(metadata, id, Some(secret))
            .set_auth_type(if takes_basic { AuthType::BasicAuth } else { AuthType::RequestBody })
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

fn verified<'a>(
    endpoints: &Endpoints,
    token: &'a CoreIdToken,
    nonce: &Nonce,
) -> Result<&'a CoreIdTokenClaims, ClaimsVerificationError> {
    token.claims(&endpoints.id_token_verifier().set_allowed_algs(ALGORITHMS), nonce)
}

fn called(
    name: Option<&LocalizedClaim<EndUserName>>,
    nickname: Option<&LocalizedClaim<EndUserNickname>>,
) -> Option<String> {
    let name = name.and_then(|name| name.get(None)).map(|name| name.to_string());
    name.or_else(|| nickname.and_then(|name| name.get(None)).map(|name| name.to_string()))
}

fn believe(error: impl Error + Send + Sync + 'static) -> OAuthError {
    OAuthError::Refused(Box::new(error))
}

fn unavailable(error: HttpError) -> OAuthError {
    OAuthError::Unavailable(Box::new(error))
}

fn exchange<T: openidconnect::ErrorResponse + Send + Sync + 'static>(
    error: RequestTokenError<HttpError, T>,
) -> OAuthError {
    match error {
        RequestTokenError::Request(error) => unavailable(error),
        // The library's error would carry the whole answer, tokens and all.
        RequestTokenError::Parse(..) => refused("the answer to a code can't be read"),
        RequestTokenError::ServerResponse(_) => refused("the code is refused"),
        RequestTokenError::Other(_) => refused("the code is not exchanged"),
    }
}

fn details(error: UserInfoError<HttpError>) -> OAuthError {
    if let UserInfoError::Request(error) = error {
        return unavailable(error);
    }
    // The library's error may carry the details that can't be read.
    refused("the details can't be read, or are someone else's")
}

/// The error of a discovery: a service that does not describe itself as it must is as good as away.
fn discovery(error: DiscoveryError<HttpError>) -> OAuthError {
    if let DiscoveryError::Request(error) = error {
        return unavailable(error);
    }
    OAuthError::Unavailable(Box::new(Because("it does not describe itself as it must")))
}
