//! Speaks the API's verbs.

use super::TestApp;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// `Null` where there is no body.
    pub json: Value,
}

impl Answer {
    /// Asserts the status; shows the body when it is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.json);
        self
    }

    /// Asserts a problem of this status and code.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json["code"], code, "{:#}", answer.json);
        assert_eq!(answer.json["status"], status);
        assert!(answer.json["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{:#}", answer.json);
        answer
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no header {name}: {:?}", self.headers));
        value.to_str().expect("ASCII")
    }

    /// The position that this answer gave, or covers.
    #[track_caller]
    pub fn position(&self) -> i64 {
        self.header("madang-position").parse().expect("a number")
    }

    pub fn is_stale(&self) -> bool {
        self.headers.contains_key("madang-stale")
    }

    /// One field of each item of a list, as text.
    #[track_caller]
    pub fn each(&self, field: &str) -> Vec<String> {
        let items = self.json["items"].as_array().unwrap_or_else(|| panic!("no list: {:#}", self.json));
        items.iter().map(|item| item[field].as_str().expect("text").to_owned()).collect()
    }

    #[track_caller]
    pub fn id(&self) -> String {
        self.json["id"].as_str().expect("an id").to_owned()
    }
}

/// A request in the making; nothing is sent before [`Request::send`].
pub struct Request(reqwest::RequestBuilder);

impl Request {
    pub fn header(self, name: &str, value: impl ToString) -> Self {
        Self(self.0.header(name, value.to_string()))
    }

    pub fn json(self, body: &Value) -> Self {
        Self(self.0.json(body))
    }

    pub fn body(self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        Self(self.0.header("content-type", content_type).body(body))
    }

    pub async fn send(self) -> Answer {
        let response = self.0.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.expect("a whole answer");
        let json = serde_json::from_slice(&bytes).unwrap_or_default();
        Answer { status, headers, json }
    }
}

/// Someone who has registered and logged in, or nobody.
#[derive(Clone)]
pub struct Person {
    pub url: String,
    pub http: reqwest::Client,
    pub id: String,
    pub handle: String,
    pub token: Option<String>,
}

pub const PASSWORD: &str = "correct horse battery";

impl Person {
    /// The same person at another node.
    pub fn at(&self, app: &TestApp) -> Self {
        Self { url: app.url.clone(), http: app.http.clone(), ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> Request {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        Request(request)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).send().await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.request(Method::POST, path).json(&body).send().await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.request(Method::PUT, path).json(&body).send().await
    }

    /// A PUT without a body: like, follow.
    pub async fn put_empty(&self, path: &str) -> Answer {
        self.request(Method::PUT, path).send().await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.request(Method::PATCH, path).json(&body).send().await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path).send().await
    }

    /// Publishes a post; its id.
    pub async fn publish(&self, text: &str) -> String {
        self.post("/v1/posts", json!({ "text": text })).await.expect(201).id()
    }

    /// Comments on a post; the comment's id.
    pub async fn comment(&self, post: &str, text: &str) -> String {
        self.post(&format!("/v1/posts/{post}/comments"), json!({ "text": text })).await.expect(201).id()
    }

    /// Replies to a comment; the reply's id.
    pub async fn reply(&self, post: &str, parent: &str, text: &str) -> String {
        let body = json!({ "text": text, "parent_id": parent });
        self.post(&format!("/v1/posts/{post}/comments"), body).await.expect(201).id()
    }

    pub async fn follow(&self, other: &Person) {
        self.put_empty(&format!("/v1/users/{}/follow", other.handle)).await.expect(204);
    }

    pub async fn unfollow(&self, other: &Person) {
        self.delete(&format!("/v1/users/{}/follow", other.handle)).await.expect(204);
    }

    /// Every value of one field through all pages of a list.
    pub async fn walk(&self, path: &str, field: &str) -> Vec<String> {
        let join = if path.contains('?') { '&' } else { '?' };
        let mut all = Vec::new();
        let mut next = path.to_owned();
        loop {
            let page = self.get(&next).await.expect(200);
            all.extend(page.each(field));
            match page.json["next_cursor"].as_str() {
                Some(cursor) => next = format!("{path}{join}cursor={cursor}"),
                None => return all,
            }
        }
    }
}

impl TestApp {
    /// Nobody in particular.
    pub fn nobody(&self) -> Person {
        Person {
            url: self.url.clone(),
            http: self.http.clone(),
            id: String::new(),
            handle: String::new(),
            token: None,
        }
    }

    /// Registers and logs in.
    pub async fn register(&self, handle: &str) -> Person {
        let nobody = self.nobody();
        let body = json!({ "handle": handle, "display_name": handle, "bio": "", "password": PASSWORD });
        let registered = nobody.post("/v1/users", body).await.expect(201);
        let body = json!({ "handle": handle, "password": PASSWORD });
        let session = nobody.post("/v1/sessions", body).await.expect(201);
        let token = session.json["access_token"].as_str().expect("a token").to_owned();
        Person { id: registered.id(), handle: handle.to_owned(), token: Some(token), ..nobody }
    }

    /// Someone who has no password, as an operator makes them: quick where many people are needed.
    /// Their requests are an operator's in their name.
    pub async fn enrol(&self, handle: &str) -> Person {
        let body = json!({ "handle": handle, "display_name": handle, "bio": "" });
        let operator = Person { token: Some(self.operator_token().await), ..self.nobody() };
        let registered = operator.post("/v1/users", body).await.expect(201);
        let id = registered.id();
        let mut headers = HeaderMap::new();
        headers.insert("madang-act-as", id.parse().expect("ASCII"));
        let http = super::client_with(headers);
        Person { id, handle: handle.to_owned(), http, ..operator }
    }

    pub async fn operator_token(&self) -> String {
        let ttl = self.settings.token_ttl;
        let vault = infra::vault::Vault::open(self.pool.clone(), ttl).await.expect("the vault opens");
        vault.issue_operator_token(ttl).access_token
    }
}
