//! Naver: OAuth 2 without an ID token. A person's id stands in their profile, nested under `response`; Naver
//! does not say whether it has seen that the address there is theirs.

use super::claims::Claims;
use super::http::HttpError;
use super::{Authorization, Client, OAuthError, Returned, refused};
use crate::Email;
use crate::oauth::{Flow, Proof};
use domain::value::UserId;
use openidconnect::http::{Method, Request, header};
use openidconnect::url::{Url, form_urlencoded};
use openidconnect::{AsyncHttpClient, CsrfToken, HttpRequest, PkceCodeChallenge};

pub(super) struct Naver {
    pub(super) client: Client,
    pub(super) authorize: Url,
    pub(super) token: Url,
    pub(super) profile: Url,
}

impl Naver {
    pub(super) fn authorization(&self, linking: Option<UserId>) -> Authorization {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let state = CsrfToken::new_random().into_secret();
        let mut url = self.authorize.clone();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.client.id),
            ("redirect_uri", &self.client.redirect),
            ("state", &state),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ]);
        // The nonce is empty: there is no ID token that could repeat one.
        let flow = Flow { nonce: String::new(), verifier: verifier.into_secret(), linking };
        Authorization { url: url.into(), state, flow }
    }

    pub(super) async fn identify(
        &self,
        provider: &str,
        returned: &Returned<'_>,
        flow: Flow,
    ) -> Result<Proof, OAuthError> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "authorization_code"),
                ("client_id", &self.client.id),
                ("client_secret", &self.client.secret),
                ("redirect_uri", &self.client.redirect),
                ("code", returned.code),
                ("state", returned.state),
                ("code_verifier", &flow.verifier),
            ])
            .finish();
        let exchange = Request::builder()
            .method(Method::POST)
            .uri(self.token.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.into_bytes());
        let tokens = self.ask(exchange).await?;
        let access_token = tokens.text("access_token").ok_or_else(|| refused("there is no access token"))?;
        let profile = Request::builder()
            .uri(self.profile.as_str())
            .header(header::AUTHORIZATION, format!("Bearer {access_token}"))
            .body(vec![]);
        let profile = self.ask(profile).await?;
        let person = profile.within("response").ok_or_else(|| refused("there is no profile"))?;
        Ok(Proof {
            provider: provider.to_owned(),
            subject: person.text("id").ok_or_else(|| refused("there is no id"))?,
            email: person.text("email").and_then(|email| Email::parse(&email).ok()),
            email_verified: false,
            display_name: person.text("nickname"),
        })
    }

    async fn ask(
        &self,
        request: Result<HttpRequest, openidconnect::http::Error>,
    ) -> Result<Claims, OAuthError> {
        let request = request.map_err(|_| refused("the access token is none"))?;
        let answer = self.client.http.call(request).await;
        let answer = answer.map_err(|error: HttpError| OAuthError::Unavailable(Box::new(error)))?;
        // Naver's errors come with 200, too, so only the shape of the answer tells.
        Claims::parse(answer.body()).ok_or_else(|| refused("the answer is none that is known"))
    }
}
