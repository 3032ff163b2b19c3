//! Requests that are cut anywhere, and requests that come in any pieces.

use super::{PATIENCE, rest};
use crate::support::TestApp;
use crate::support::client::Person;
use futures::StreamExt;
use proptest::collection::btree_set;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Real requests that can be repeated, each with the status of its answer. The connection ends with each.
fn requests(person: &Person, post: &str) -> Vec<(Vec<u8>, &'static str)> {
    let token = person.token.as_deref().expect("a token");
    let common = format!("Host: madang\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n");
    let with_body = |line: &str, more: &str, body: &str| {
        let head = format!("{line} HTTP/1.1\r\n{common}Content-Type: application/json\r\n{more}");
        format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    let chunked = |line: &str, body: &str| {
        let head = format!("{line} HTTP/1.1\r\n{common}Content-Type: application/json\r\n");
        let (first, second) = body.split_at(9);
        let chunks = [first, second].map(|part| format!("{:x}\r\n{part}\r\n", part.len())).concat();
        format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n").into_bytes()
    };
    let text = "{\"text\":\"반으로 #나뉜 글 @누구\",\"tags\":[\"조각\"]}";
    let path = format!("/v1/posts/{post}");
    vec![
        (with_body("POST /v1/posts", "Idempotency-Key: whole\r\n", text), "201"),
        (chunked(&format!("POST {path}/comments"), "{\"text\":\"조각조각\"}"), "201"),
        (chunked(&format!("PATCH {path}"), "{\"text\":\"chunk by chunk\"}"), "200"),
        (with_body("PATCH /v1/me", "X-Request-Id: pieces\r\n", "{\"bio\":\"조각조각\"}"), "200"),
        (format!("PUT {path}/like HTTP/1.1\r\n{common}\r\n").into_bytes(), "204"),
        (
            format!("GET /v1/posts?tag=%EC%A1%B0%EA%B0%81&limit=5 HTTP/1.1\r\n{common}\r\n").into_bytes(),
            "200",
        ),
    ]
}

async fn connect(app: &TestApp) -> TcpStream {
    let address = app.url.strip_prefix("http://").expect("an address");
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("an open connection");
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_cut_at_any_byte_changes_nothing() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = mina.publish("본문").await;
    let requests = requests(&mina, &post);
    let head = app.head().await;
    let cuts = requests.iter().flat_map(|(request, _)| (0..request.len()).map(move |cut| &request[..cut]));
    let all = futures::stream::iter(cuts.enumerate()).for_each_concurrent(64, async |(n, cut)| {
        let mut stream = connect(&app).await;
        stream.write_all(cut).await.expect("an open connection");
        // Every third client goes without waiting.
        if n % 3 == 0 {
            return;
        }
        stream.shutdown().await.expect("an open connection");
        let answer = rest(&mut stream).await;
        let shown = String::from_utf8_lossy(cut);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{shown}: {answer}");
    });
    tokio::time::timeout(10 * PATIENCE, all).await.expect("each is answered or hung up on");
    assert_eq!(app.head().await, head, "half a request was taken for a whole one");

    for (request, status) in requests {
        let mut stream = connect(&app).await;
        stream.write_all(&request).await.expect("an open connection");
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_any_pieces_is_answered_as_in_one() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = mina.publish("본문").await;
    let requests = requests(&mina, &post);
    let whole = |request: usize| {
        let cuts = btree_set(1..requests[request].0.len(), 0..12);
        (Just(request), cuts)
    };
    let inputs = (0..requests.len()).prop_flat_map(whole);
    let mut runner = TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
    let runtime = tokio::runtime::Handle::current();
    let answered = |(request, cuts): (usize, std::collections::BTreeSet<usize>)| {
        let (bytes, status) = &requests[request];
        let answer = runtime.block_on(async {
            let mut stream = connect(&app).await;
            let mut from = 0;
            for cut in cuts.into_iter().chain([bytes.len()]) {
                stream.write_all(&bytes[from..cut]).await.expect("an open connection");
                // The server may read here what has been sent so far.
                tokio::task::yield_now().await;
                from = cut;
            }
            rest(&mut stream).await
        });
        prop_assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{}", answer);
        Ok(())
    };
    tokio::task::block_in_place(|| {
        runner.run(&inputs, answered).unwrap_or_else(|failure| panic!("{failure}"));
    });
}
