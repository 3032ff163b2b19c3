//! A browser that goes to a provider and back, and then makes the requests of the page that it was led to.

use super::Yard;
use crate::support::client::{Answer, Person};
use crate::support::openid::{PUBLIC_URL, log_in_there};
use reqwest::{Method, Url};
use serde_json::{Value, json};

const COOKIE: &str = "__Host-madang_oauth";
/// The one page that people are led to.
const PAGE: &str = "https://yard.example/account/social#";

pub struct Browser<'a> {
    yard: &'a Yard,
    /// The person who uses the browser, logged in or not.
    pub person: Person,
    word: Option<String>,
}

/// The fragment of the page's address: a code or an error.
#[derive(Debug)]
pub struct Led(pub String);

impl Led {
    #[track_caller]
    pub fn code(&self) -> String {
        self.0.strip_prefix("code=").unwrap_or_else(|| panic!("{}", self.0)).to_owned()
    }

    #[track_caller]
    pub fn expect_error(&self, code: &str) {
        assert_eq!(self.0, format!("error={code}"));
    }
}

impl<'a> Browser<'a> {
    pub fn new(yard: &'a Yard) -> Self {
        Self { yard, person: yard.app.nobody(), word: None }
    }

    /// A browser in which this person is logged in.
    pub fn of(yard: &'a Yard, person: &Person) -> Self {
        Self { person: person.clone(), ..Self::new(yard) }
    }

    /// The word in the browser's cookie, by which the API knows the browser again.
    pub fn word(&self) -> &str {
        self.word.as_deref().expect("it has begun something")
    }

    pub fn cookie(&self) -> String {
        self.word.as_ref().map_or_else(String::new, |word| format!("{COOKIE}={word}"))
    }

    /// Begins to log in; returns the address of the provider.
    pub async fn begin(&mut self, provider: &str) -> String {
        self.begin_at(&format!("/v1/oauth/{provider}/authorizations")).await
    }

    /// Begins to link an identity; returns the address of the provider.
    pub async fn begin_to_link(&mut self, provider: &str) -> String {
        self.begin_at(&format!("/v1/me/identities/{provider}")).await
    }

    async fn begin_at(&mut self, path: &str) -> String {
        let request = self.person.request(Method::POST, path).header("cookie", self.cookie());
        let begun = request.send().await.expect(200);
        let cookie = begun.header("set-cookie");
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age="] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        let (name, rest) = cookie.split_once('=').expect("a pair");
        assert_eq!(name, COOKIE);
        self.word = rest.split(';').next().map(str::to_owned);
        begun.json["authorization_url"].as_str().expect("an address").to_owned()
    }

    /// Follows the provider's redirect to our callback.
    pub async fn come_back(&self, url: &Url) -> Led {
        self.come_back_with(url, &[("cookie", &self.cookie())]).await
    }

    /// Follows the redirect with other headers. Our page is the only one that the callback leads to.
    pub async fn come_back_with(&self, url: &Url, headers: &[(&str, &str)]) -> Led {
        let path = url.as_str().strip_prefix(PUBLIC_URL).expect("our callback");
        let request = self.yard.app.nobody().request(Method::GET, path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let answer = request.send().await.expect(302);
        assert_eq!(answer.header("cache-control"), "no-store");
        let page = answer.header("location");
        let said = page.strip_prefix(PAGE).unwrap_or_else(|| panic!("led to {page}"));
        Led(said.to_owned())
    }

    /// Goes to the provider, logs in there and comes back.
    pub async fn visit(&mut self, provider: &str, login: &str) -> Led {
        let there = self.begin(provider).await;
        self.come_back(&log_in_there(&there, login).await).await
    }

    /// Goes to the provider to link an identity, logs in there and comes back.
    pub async fn visit_to_link(&mut self, provider: &str, login: &str) -> Led {
        let there = self.begin_to_link(provider).await;
        self.come_back(&log_in_there(&there, login).await).await
    }

    pub async fn complete(&self, code: &str) -> Answer {
        self.post("/v1/oauth/completions", json!({ "code": code })).await
    }

    pub async fn register(&self, code: &str, handle: &str) -> Answer {
        let form = json!({ "code": code, "handle": handle, "display_name": handle });
        self.post("/v1/oauth/registrations", form).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.person.request(Method::POST, path).header("cookie", self.cookie()).json(&body).send().await
    }
}
