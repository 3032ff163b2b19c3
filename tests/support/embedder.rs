//! A service that speaks OpenAI's interface for embeddings. Its vectors are those of the local embedder: the
//! tests try the way in which the search engine speaks with the service.

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use search_engine::embedder::local;
use serde_json::{Value, json};
use service::settings::EmbedderSettings;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

pub const KEY: &str = "a-key-that-no-log-may-have";

/// The service's behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// The service answers with this status.
    Failing(u16),
    /// The service takes requests and never answers.
    Silent,
    /// The service cuts vectors to this length.
    Cut(usize),
    /// The answer has one vector fewer than texts.
    Short,
    /// The answer is no JSON.
    Garbage,
    /// The answer is JSON without end.
    Endless,
    /// The service answers 400 whenever this word is in a text.
    Refusing(&'static str),
}

struct State {
    mood: Mood,
    requests: Vec<Value>,
}

/// The running service; it stops when this value is dropped.
pub struct Service {
    pub settings: EmbedderSettings,
    state: Arc<Mutex<State>>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Service {
    pub async fn start(model: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/v1", listener.local_addr().expect("bound"));
        let state = Arc::new(Mutex::new(State { mood: Mood::Well, requests: vec![] }));
        let settings = EmbedderSettings {
            url: url.parse().expect("an address"),
            model: model.to_owned(),
            key: Some(KEY.into()),
            dimensions: None,
            closeness: 0.3,
        };
        Self { settings, accepting: tokio::spawn(accept(listener, state.clone())), state }
    }

    pub fn be(&self, mood: Mood) {
        self.state.lock().expect("nobody panics").mood = mood;
    }

    /// The bodies of all requests so far.
    pub fn requests(&self) -> Vec<Value> {
        self.state.lock().expect("nobody panics").requests.clone()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = state.clone();
        let answer = service_fn(move |request| answer(request, state.clone()));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
    }
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<Mutex<State>>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    assert_eq!((request.method().as_str(), request.uri().path()), ("POST", "/v1/embeddings"));
    assert_eq!(request.headers()["authorization"], format!("Bearer {KEY}"));
    let body = request.into_body().collect().await?.to_bytes();
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let texts: Vec<_> = body["input"].as_array().expect("texts").iter().map(Value::as_str).collect();
    let texts: Option<Vec<&str>> = texts.into_iter().collect();
    let mood = {
        let mut state = state.lock().expect("nobody panics");
        state.requests.push(body.clone());
        state.mood
    };
    let (status, said) = said(mood, &texts.expect("texts")).await;
    Ok(Response::builder().status(status).body(said.into()).expect("a status"))
}

async fn said(mood: Mood, texts: &[&str]) -> (u16, String) {
    let mut vectors: Vec<_> = texts.iter().map(|text| local::vector(text)).collect();
    match mood {
        Mood::Failing(status) => return (status, "{}".to_owned()),
        Mood::Silent => std::future::pending().await,
        Mood::Garbage => return (200, "<html>".to_owned()),
        Mood::Endless => return (200, " ".repeat(9 << 20)),
        Mood::Refusing(word) if texts.iter().any(|text| text.contains(word)) => {
            return (400, "{}".to_owned());
        }
        Mood::Cut(length) => vectors.iter_mut().for_each(|vector| vector.truncate(length)),
        Mood::Short => drop(vectors.pop()),
        Mood::Well | Mood::Refusing(_) => {}
    }
    // The vectors are twice as long, and in another order, as OpenAI's interface permits.
    let data = vectors.iter().enumerate().rev().map(|(index, vector)| {
        let vector: Vec<f32> = vector.iter().map(|x| x * 2.0).collect();
        json!({ "object": "embedding", "index": index, "embedding": vector })
    });
    (200, json!({ "object": "list", "data": data.collect::<Vec<_>>(), "model": "m" }).to_string())
}
