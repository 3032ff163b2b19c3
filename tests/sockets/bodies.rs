//! Bodies of ten gigabytes where the server expects a few kilobytes.

use super::{BOUND_MB, PATIENCE, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const TEN_GIGABYTES: u64 = 10 << 30;
/// The limit on the bytes that buffers on the way take in before the sender learns that nobody wants them.
const TAKEN_AT_MOST: u64 = 64 << 20;

/// Sends the whole body unless the server hangs up; returns the answer, and how many bytes were taken.
async fn pour(server: &Server, head: &str, chunked: bool) -> (String, u64) {
    let (mut reader, mut writer) = server.connect().await.into_split();
    let head = head.as_bytes().to_vec();
    let pouring = tokio::spawn(async move {
        let filling = vec![b' '; 1 << 16];
        let mut taken = 0;
        if writer.write_all(&head).await.is_err() {
            return taken;
        }
        while taken < TEN_GIGABYTES {
            let framed =
                if chunked { [b"10000\r\n", &filling[..], b"\r\n"].concat() } else { filling.clone() };
            match writer.write(&framed).await {
                // A part of a chunk ends the pretence; it is well beyond any limit.
                Ok(n) if chunked && n < framed.len() && writer.write_all(&framed[n..]).await.is_err() => {
                    break;
                }
                Ok(n) => taken += n as u64,
                Err(_) => break,
            }
        }
        taken
    });
    let mut answer = Vec::new();
    let reading = async { while let Ok(1..) = reader.read_buf(&mut answer).await {} };
    assert!(tokio::time::timeout(PATIENCE, reading).await.is_ok(), "it goes on and on");
    drop(reader);
    let taken = tokio::time::timeout(PATIENCE, pouring).await.expect("it is hung up on").expect("no panic");
    (String::from_utf8_lossy(&answer).into_owned(), taken)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_ten_gigabytes_is_refused_unread() {
    let server = Server::start(&[]).await;
    let before = server.open_files();
    let token = server.neighbour.token.as_deref().expect("a token");
    for (line, expected) in [
        ("POST /v1/sign-ups", "413"),
        ("POST /v1/posts", "413"),
        ("PATCH /v1/me", "413"),
        ("POST /v1/nowhere", "404"),
        ("GET /v1/ping", "200"),
        ("GET /v1/timeline", "200"),
    ] {
        for chunked in [false, true] {
            let framing = match chunked {
                true => "Transfer-Encoding: chunked".to_owned(),
                false => format!("Content-Length: {TEN_GIGABYTES}"),
            };
            let head = format!(
                "{line} HTTP/1.1\r\nHost: madang\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: application/json\r\n{framing}\r\n\r\n"
            );
            let (answer, taken) = pour(&server, &head, chunked).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{line}, {framing}: {answer}");
            assert!(taken < TAKEN_AT_MOST, "{line}, {framing}: {taken} bytes were taken");
        }
        server.serves_others().await;
    }
    assert!(server.peak() < BOUND_MB, "{} MB", server.peak());
    server.gives_back_files(before).await;
}
