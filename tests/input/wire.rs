//! Requests that no client library would send, byte by byte.

use super::Yard;
use crate::support::TestApp;
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The longest that any answer may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// Sends a request and reads until the other side closes; no byte is an answer, too.
async fn exchange(app: &TestApp, request: &[u8], then_close: bool) -> String {
    let address = app.url.strip_prefix("http://").expect("an address");
    let (mut reader, mut writer) = TcpStream::connect(address).await.expect("a connection").into_split();
    let request = request.to_vec();
    let writing = tokio::spawn(async move {
        // The other side may have had enough before the end.
        let _ = writer.write_all(&request).await;
        if then_close {
            let _ = writer.shutdown().await;
        }
        writer
    });
    let mut answer = Vec::new();
    let mut buffer = [0; 8_192];
    let reading = async {
        while let Ok(n @ 1..) = reader.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..n]);
        }
    };
    let ended = tokio::time::timeout(PATIENCE, reading).await;
    writing.abort();
    assert!(ended.is_ok(), "it hangs after {:?}", String::from_utf8_lossy(&answer));
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

fn problem(answer: &str) -> Value {
    let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    serde_json::from_str(body).unwrap_or_else(|_| panic!("no problem: {answer}"))
}

fn get(target: &[u8]) -> Vec<u8> {
    [b"GET ", target, b" HTTP/1.1\r\nHost: madang\r\nConnection: close\r\n\r\n"].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_or_query_that_is_not_percent_encoded_utf8_is_refused() {
    let yard = Yard::new().await;
    for (target, expected) in [
        (&b"/v1/users/%ff"[..], 400),
        (b"/v1/users/%c3%28/posts", 400),
        (b"/v1/posts/%ff", 400),
        (b"/v1/posts/%ff/comments", 400),
        (b"/v1/comments/%80/likes", 400),
        (b"/v1/users/%", 404),
        (b"/v1/users/%zz", 404),
        (b"/v1/users/%0", 404),
        (b"/v1/users/%00", 404),
        (b"/v1/users/..", 404),
        (b"/v1/users/../../etc/passwd", 404),
        (b"/v1/posts?cursor=%ff", 400),
        (b"/v1/posts?cursor=%", 400),
        (b"/v1/posts?limit=%zz", 400),
        (b"/v1/posts?tag=%ff%fe", 400),
        (b"/v1/posts?tag=%00", 400),
        (b"/v1/posts?%ff=1", 400),
        (b"/v1/posts?=&=&&==", 400),
        (b"/v1/tags?prefix=%00", 400),
        (b"/v1/boards/%00", 404),
        (b"/v1/boards/a%00/posts", 404),
        (b"/v1/search/posts?q=a&author=%00", 400),
        (b"/v1/search/posts?q=a&board=%00", 400),
        (b"/v1/search/posts?q=from:a%00", 400),
        (b"/v1/search/suggest?q=a%00", 400),
        (b"/?q=a&author=%00", 400),
        (b"/console/history?aggregate=user&id=%00", 400),
        (b"/docs/%ff", 400),
        (b"/docs/..%2f..%2fetc/passwd", 404),
        (b"http://elsewhere/v1/nowhere", 404),
    ] {
        let answer = exchange(&yard.app, &get(target), false).await;
        let shown = String::from_utf8_lossy(target);
        assert_eq!(status(&answer), expected, "{shown}: {answer}");
        if !shown.starts_with("/docs") {
            assert_eq!(problem(&answer)["status"], expected, "{shown}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_http_is_refused_or_hung_up_on_and_harms_nobody_else() {
    let yard = Yard::new().await;
    let long_header = format!("GET /v1/ping HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    let many_headers = format!("GET /v1/ping HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(5_000));
    let long_target = get("/".repeat(1 << 17).as_bytes());
    let requests: [&[u8]; 24] = [
        b"",
        b"\r\n\r\n",
        b"\0\0\0\0\0\0\0\0",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GARBAGE\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /v1/ping\r\n\r\n",
        b"GET /v1/ping HTTP/9.9\r\n\r\n",
        b"GET /v1/ping SPDY/3\r\n\r\n",
        b"GET  /v1/ping HTTP/1.1\r\n\r\n",
        b"GET /v1/users/\xff\xfe HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /v1/users/a b HTTP/1.1\r\n\r\n",
        b"GET /v1/users/\0 HTTP/1.1\r\n\r\n",
        b"GET /v1/posts HTTP/1.1\r\nno colon here\r\n\r\n",
        b"GET /v1/posts HTTP/1.1\r\nX: a\0b\r\n\r\n",
        b"POST /v1/sign-ups HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/sign-ups HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /v1/sign-ups HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST /v1/sign-ups HTTP/1.1\r\nTransfer-Encoding: magic\r\n\r\n",
        b"CONNECT elsewhere:80 HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage that is no frame",
        long_header.as_bytes(),
        many_headers.as_bytes(),
        &long_target,
    ];
    for request in requests {
        let answer = exchange(&yard.app, request, true).await;
        let shown: String = String::from_utf8_lossy(request).chars().take(60).collect();
        let refused = (400..500).contains(&status(&answer));
        // The server tells a client of HTTP/2 in frames of that protocol.
        assert!(refused || !answer.starts_with("HTTP/1"), "{shown:?}: {answer}");
        assert_eq!(yard.mina.get("/v1/ping").await.expect(200).text, "pong");
    }
}

/// The beginning of a request that has a body; `headers` tell the body's framing.
fn post(path: &str, headers: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: madang\r\nContent-Type: application/json\r\nConnection: close\r\n{headers}\r\n\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_end_is_cut_off() {
    let yard = Yard::new().await;
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x1_0000));
    let chunked = post("/v1/sign-ups", "Transfer-Encoding: chunked");
    for chunks in [2, 200] {
        let answer =
            exchange(&yard.app, format!("{chunked}{}", chunk.repeat(chunks)).as_bytes(), false).await;
        assert_eq!(status(&answer), 413, "{chunks} chunks: {answer}");
        assert_eq!(problem(&answer)["code"], "body_too_large");
    }
    let announced = post("/v1/sessions", "Content-Length: 10737418240");
    let answer = exchange(&yard.app, announced.as_bytes(), false).await;
    assert_eq!((status(&answer), &problem(&answer)["code"]), (413, &"body_too_large".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_breaks_off_or_never_comes_is_not_waited_for() {
    let yard = Yard::new().await;
    let (bad_chunk, cut_chunk) = ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked");
    for (headers, body) in
        [("Content-Length: 100", "{\"handle\":"), (bad_chunk, "zz\r\nab\r\n"), (cut_chunk, "5\r\nab")]
    {
        let request = post("/v1/sign-ups", headers) + body;
        let answer = exchange(&yard.app, request.as_bytes(), true).await;
        assert!(answer.is_empty() || (400..500).contains(&status(&answer)), "{headers} {body}: {answer}");
    }
    // The connection stays open and nothing more comes.
    let request = post("/v1/sign-ups", "Content-Length: 100") + "{\"handle\":";
    let answer = exchange(&yard.app, request.as_bytes(), false).await;
    assert_eq!((status(&answer), &problem(&answer)["code"]), (408, &"body_too_slow".into()), "{answer}");
}
