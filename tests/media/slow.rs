//! Slow uploads: each person may have some at once, and nobody can take all places.

use super::{jpeg, upload};
use crate::support::TestApp;
use crate::support::client::Person;
use crate::support::wait::{until, within};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Begins an upload; the server waits for its body.
async fn begin(app: &TestApp, person: &Person) -> TcpStream {
    let address = app.url.strip_prefix("http://").expect("HTTP");
    let token = person.token.as_deref().expect("a token");
    let head = format!(
        "POST /v1/media HTTP/1.1\r\nHost: madang\r\nAuthorization: Bearer {token}\r\nContent-Type: image/jpeg\r\n\
         Content-Length: 1000000\r\nExpect: 100-continue\r\n\r\n"
    );
    let mut stream = TcpStream::connect(address).await.expect("it connects");
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    within("the body is asked for", async {
        while !answer.ends_with(b"\r\n\r\n") {
            let read = stream.read_buf(&mut answer).await.expect("it answers");
            assert!(read > 0, "it hangs up");
        }
    })
    .await;
    let answer = String::from_utf8(answer).expect("text");
    assert!(answer.starts_with("HTTP/1.1 100 Continue"), "{answer}");
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn who_uploads_four_photos_at_once_waits_with_the_fifth_and_nobody_else_does() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let mut slow = vec![];
    for _ in 0..4 {
        slow.push(begin(&app, &mina).await);
    }
    let fifth = upload(&mina, "image/jpeg", jpeg(64, 48)).await.expect_problem(429, "too_many_uploads");
    assert_eq!(fifth.header("retry-after"), "1");
    upload(&sora, "image/jpeg", jpeg(64, 48)).await.expect(201);
    // An upload that ends leaves its place.
    slow.pop();
    until("a place is left", async || {
        (upload(&mina, "image/jpeg", jpeg(64, 48)).await.status == 201).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_trickles_is_ended_and_leaves_its_place() {
    let app = TestApp::start_with(|settings| settings.stall_timeout = Duration::from_secs(1)).await;
    let mina = app.register("mina").await;
    let (mut answers, mut sends) = begin(&app, &mina).await.into_split();
    let drip = tokio::spawn(async move {
        let mut often = tokio::time::interval(Duration::from_millis(20));
        while sends.write_all(b"x").await.is_ok() {
            often.tick().await;
        }
    });
    let mut answer = Vec::new();
    within("the upload is ended", async {
        // The connection may be reset after the whole answer was sent.
        while let Ok(1..) = answers.read_buf(&mut answer).await {}
    })
    .await;
    let answer = String::from_utf8(answer).expect("text");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("\"code\":\"too_slow\""), "{answer}");
    assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
    drop(answers);
    within("the sender is hung up on", drip).await.expect("no panic");
    // A client that sends what it has, however little, is not cut off.
    upload(&mina, "image/jpeg", jpeg(64, 48)).await.expect(201);
}
