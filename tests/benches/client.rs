//! A client with one HTTP/1.1 connection that is kept. It does as little as it can, because it shares the
//! machine with what it measures.

use crate::Failure;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpStream;

/// A request to be sent, perhaps many times.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: Method,
    pub path: String,
    /// The access token of the person who sends the request.
    pub token: Option<Arc<str>>,
    /// The request's `Madang-Position`, where one is presented.
    pub position: Option<i64>,
    pub body: Option<Value>,
}

impl Call {
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), token: None, position: None, body: None }
    }

    pub fn by(self, token: &Arc<str>) -> Self {
        Self { token: Some(token.clone()), ..self }
    }

    pub fn having_seen(self, position: i64) -> Self {
        Self { position: Some(position), ..self }
    }

    pub fn with(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    fn request(&self) -> Request<Full<Bytes>> {
        let mut request = Request::builder().method(&self.method).uri(&self.path).header("host", "localhost");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(position) = self.position {
            request = request.header("madang-position", position);
        }
        let body = match &self.body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Full::from(body.to_string())
            }
            None => Full::default(),
        };
        request.body(body).expect("a call is a valid request")
    }
}

/// The answer to a call.
pub struct Answer {
    /// The answer's `Madang-Position`.
    pub position: Option<i64>,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Result<Value, Failure> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}

/// A connection to one server.
pub struct Connection(SendRequest<Full<Bytes>>);

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // The connection's errors come out of `send`.
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    /// Sends one request and reads its answer.
    ///
    /// # Errors
    /// Fails with the connection's error, or with any status but 2xx.
    pub async fn send(&mut self, call: &Call) -> Result<Answer, Failure> {
        self.0.ready().await?;
        let answer = self.0.send_request(call.request()).await?;
        let status = answer.status();
        let position =
            answer.headers().get("madang-position").and_then(|value| value.to_str().ok()?.parse().ok());
        let body = answer.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            let text = String::from_utf8_lossy(&body);
            return Err(format!("{} {} was answered {status}: {text}", call.method, call.path).into());
        }
        Ok(Answer { position, body })
    }
}
