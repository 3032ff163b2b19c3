//! A client that has a method for each kind of request to the API.

use super::TestApp;
use super::wait::{until, until_true};
use futures::future::join_all;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::Duration;
use vault::Vault;

/// The server's answer to a request, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// The body as JSON; `Null` where there is no body.
    pub json: Value,
    /// The body's text as the server sent it.
    pub text: String,
}

impl Answer {
    /// Asserts the answer's status; shows the body when the status is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.json);
        self
    }

    /// Asserts that the answer is a problem of this status and code.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json["code"], code, "{:#}", answer.json);
        assert_eq!(answer.json["status"], status);
        assert!(answer.json["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{:#}", answer.json);
        answer
    }

    /// Asserts that the answer is a problem that the client caused. The problem must say what is wrong and,
    /// if a field is wrong, which field.
    #[track_caller]
    pub fn expect_refused(self, context: &str) -> Self {
        assert!((400..500).contains(&self.status), "{context}: {} {}", self.status, self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{context}");
        let says = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        let problem = &self.json;
        assert_eq!(problem["status"], self.status, "{context}");
        assert!(
            ["type", "code", "title", "detail"].iter().all(|name| says(&problem[name])),
            "{context}: {problem}"
        );
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        assert!(!errors.is_empty() || problem["code"] != "invalid_fields", "{context}: {problem}");
        for error in &errors {
            let place = if error["parameter"].is_null() { &error["pointer"] } else { &error["parameter"] };
            assert!(
                place.is_string() && says(&error["code"]) && says(&error["detail"]),
                "{context}: {problem}"
            );
        }
        self
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no header {name}: {:?}", self.headers));
        value.to_str().expect("ASCII")
    }

    /// The position of the log that this answer gave, or covers.
    #[track_caller]
    pub fn position(&self) -> i64 {
        self.header("madang-position").parse().expect("a number")
    }

    pub fn is_stale(&self) -> bool {
        self.headers.contains_key("madang-stale")
    }

    #[track_caller]
    pub fn items(&self) -> &[Value] {
        self.json["items"].as_array().unwrap_or_else(|| panic!("no list: {:#}", self.json))
    }

    /// One field of each item of a list, as text; `user/id` is the id in each item's user.
    #[track_caller]
    pub fn each(&self, field: &str) -> Vec<String> {
        let pointer = format!("/{field}");
        let text = |item: &Value| match item.pointer(&pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            other => panic!("{field} is no text but {other:?}"),
        };
        self.items().iter().map(text).collect()
    }

    #[track_caller]
    pub fn id(&self) -> String {
        self.json["id"].as_str().expect("an id").to_owned()
    }
}

/// A request in the making; [`Request::send`] sends it.
pub struct Request(reqwest::RequestBuilder);

impl Request {
    pub fn header(self, name: &str, value: impl ToString) -> Self {
        Self(self.0.header(name, value.to_string()))
    }

    /// Adds a header whose value need not be text.
    pub fn header_bytes(self, name: &str, value: &[u8]) -> Self {
        let value = reqwest::header::HeaderValue::from_bytes(value).expect("no control characters");
        Self(self.0.header(name, value))
    }

    pub fn json(self, body: &Value) -> Self {
        Self(self.0.json(body))
    }

    pub fn body(self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        Self(self.0.header("content-type", content_type).body(body))
    }

    /// Sends the request and returns the response while its body is still coming.
    pub async fn open(self) -> reqwest::Response {
        self.0.send().await.expect("it answers")
    }

    pub async fn send(self) -> Answer {
        self.try_send().await.expect("a whole answer")
    }

    /// Sends the request; fails where the server is cut off.
    pub async fn try_send(self) -> reqwest::Result<Answer> {
        let response = self.0.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?;
        let json = serde_json::from_slice(&bytes).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Answer { status, headers, json, text })
    }
}

/// A person who has registered and logged in, or an anonymous visitor.
#[derive(Clone)]
pub struct Person {
    pub url: String,
    pub http: reqwest::Client,
    pub id: String,
    pub handle: String,
    pub token: Option<String>,
    /// The id of the user in whose name this operator makes requests.
    pub act_as: Option<String>,
}

pub const PASSWORD: &str = "correct horse battery";

impl Person {
    /// Asks `/readyz` until the answer has this status and its body meets the condition: the process checks
    /// its services every second.
    pub async fn ready_when(&self, status: u16, holds: impl Fn(&Value) -> bool) -> Answer {
        until("the process sees how it stands", async || {
            let answer = self.get("/readyz").await;
            (answer.status == status && holds(&answer.json)).then_some(answer)
        })
        .await
    }

    /// Asks for metrics until they meet a condition: the process measures lags every few seconds.
    pub async fn metrics_when(&self, says: impl Fn(&str) -> bool) -> String {
        until("metrics say so", async || {
            let metrics = self.get("/metrics").await.expect(200).text;
            says(&metrics).then_some(metrics)
        })
        .await
    }

    /// An anonymous visitor.
    pub fn nobody(url: &str, http: reqwest::Client) -> Self {
        let (id, handle) = (String::new(), String::new());
        Self { url: url.to_owned(), http, id, handle, token: None, act_as: None }
    }

    /// Registers a person with a password through an operator, and logs the person in: quick where signing up
    /// is not what a test is about.
    pub async fn register(&self, handle: &str) -> Self {
        let body = json!({ "handle": handle, "display_name": handle, "bio": "", "password": PASSWORD });
        let id = self.post("/v1/users", body).await.expect(201).id();
        let nobody = Self::nobody(&self.url, self.http.clone());
        let body = json!({ "login": handle, "password": PASSWORD });
        let session = nobody.post("/v1/sessions", body).await.expect(201);
        Self { id, handle: handle.to_owned(), ..nobody.with_token(&session) }
    }

    /// The same client, with the session that this answer opened.
    #[track_caller]
    pub fn with_token(&self, session: &Answer) -> Self {
        let token = session.json["access_token"].as_str().expect("a token").to_owned();
        Self { token: Some(token), ..self.clone() }
    }

    /// The same person as a client of another node.
    pub fn at(&self, app: &TestApp) -> Self {
        Self { url: app.url.clone(), ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> Request {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(id) = &self.act_as {
            request = request.header("madang-act-as", id);
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

    /// Sends a PUT without a body: a like or a follow.
    pub async fn put_empty(&self, path: &str) -> Answer {
        self.request(Method::PUT, path).send().await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.request(Method::PATCH, path).json(&body).send().await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path).send().await
    }

    /// Publishes a post; returns the post's id.
    pub async fn publish(&self, text: &str) -> String {
        self.post("/v1/posts", json!({ "text": text })).await.expect(201).id()
    }

    /// Comments on a post; returns the comment's id.
    pub async fn comment(&self, post: &str, text: &str) -> String {
        self.post(&format!("/v1/posts/{post}/comments"), json!({ "text": text })).await.expect(201).id()
    }

    /// Replies to a comment; returns the reply's id.
    pub async fn reply(&self, post: &str, parent: &str, text: &str) -> String {
        let body = json!({ "text": text, "parent_id": parent });
        self.post(&format!("/v1/posts/{post}/comments"), body).await.expect(201).id()
    }

    /// An operator who makes requests in this person's name.
    pub async fn by_operator(&self, app: &TestApp) -> Self {
        let operator = app.operator().await;
        Self { act_as: Some(self.id.clone()), id: self.id.clone(), handle: self.handle.clone(), ..operator }
    }

    /// Withdraws this person's account; an operator in the person's name deactivates the account instead.
    pub async fn leave(&self) -> Answer {
        match &self.act_as {
            Some(_) => self.delete("/v1/me").await,
            None => self.post("/v1/me/withdrawal", json!({ "password": PASSWORD })).await,
        }
    }

    pub async fn follow(&self, other: &Person) {
        self.put_empty(&format!("/v1/users/{}/follow", other.handle)).await.expect(204);
    }

    pub async fn unfollow(&self, other: &Person) {
        self.delete(&format!("/v1/users/{}/follow", other.handle)).await.expect(204);
    }

    /// Reads a path after the read models have caught up with all that anyone has written so far.
    pub async fn see(&self, app: &TestApp, path: &str) -> Answer {
        let request = self.request(Method::GET, path).header("prefer", "wait=10");
        let answer = request.header("madang-position", app.head().await).send().await;
        assert!(!answer.is_stale(), "a read model does not catch up");
        answer
    }

    /// Reads all pages of a list; returns every value of one field.
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

/// An operator of the server at this URL, in nobody's name.
pub async fn operator(database_url: &str, url: &str, http: reqwest::Client) -> Person {
    let pool = PgPool::connect(database_url).await.expect("the database is there");
    Person { token: Some(operator_token(&pool).await), ..Person::nobody(url, http) }
}

async fn operator_token(pool: &PgPool) -> String {
    let day = Duration::from_secs(24 * 3_600);
    let vault = Vault::open(pool.clone(), day).await.expect("the vault opens");
    vault.issue_operator_token(day).access_token
}

impl TestApp {
    /// An anonymous visitor to this node.
    pub fn nobody(&self) -> Person {
        Person::nobody(&self.url, self.http.clone())
    }

    /// A client of the address for those who run the service.
    pub fn ops(&self) -> Person {
        Person::nobody(&self.ops_url, self.http.clone())
    }

    /// Registers a person with a password, who is logged in.
    pub async fn register(&self, handle: &str) -> Person {
        self.operator().await.register(handle).await
    }

    /// Registers a person without a password through an operator: quick where a test needs many people. The
    /// person's requests are an operator's in the person's name.
    pub async fn enrol(&self, handle: &str) -> Person {
        let body = json!({ "handle": handle, "display_name": handle, "bio": "" });
        let operator = self.operator().await;
        let id = operator.post("/v1/users", body).await.expect(201).id();
        Person { act_as: Some(id.clone()), id, handle: handle.to_owned(), ..operator }
    }

    /// Enrols many people at once; their handles are the prefix with a number.
    pub async fn enrol_many(&self, prefix: &str, many: usize) -> Vec<Person> {
        let operator = self.operator().await;
        let enrolled = (0..many).map(async |n| {
            let handle = format!("{prefix}{n}");
            let body = json!({ "handle": handle, "display_name": handle, "bio": "" });
            let id = operator.post("/v1/users", body).await.expect(201).id();
            Person { act_as: Some(id.clone()), id, handle, ..operator.clone() }
        });
        join_all(enrolled).await
    }

    /// An operator in nobody's name.
    pub async fn operator(&self) -> Person {
        Person { token: Some(self.operator_token().await), ..self.nobody() }
    }

    /// Gives a person a role, analyst or admin, and waits until this node has heard of the role.
    pub async fn grant(&self, person: &Person, role: &str) {
        self.madang(&["grant", &person.handle, role]).await.expect("granted");
        until_true("this node has heard of the role", async || {
            person.get("/v1/projections").await.status != 403
        })
        .await;
    }

    /// The newest position of the log.
    pub async fn head(&self) -> i64 {
        let (head,) =
            sqlx::query_as("select head from log").fetch_one(&self.pool).await.expect("the log reads");
        head
    }

    /// Waits until every read model shows what everyone has written so far; `reader` is any of the people.
    pub async fn settle(&self, reader: &Person) {
        let nothing = format!("/v1/comments/{}", uuid::Uuid::nil());
        for path in ["/v1/users", "/v1/timeline", "/v1/tags", &nothing] {
            reader.see(self, path).await;
        }
    }

    pub async fn operator_token(&self) -> String {
        operator_token(&self.pool).await
    }
}
