//! Slow clients: the server gives them some time, and no more.

use super::{LARGE, PATIENCE, PING, Server, rest, send, until};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

#[tokio::test(flavor = "multi_thread")]
async fn who_brings_no_whole_request_is_hung_up_on() {
    let server = Server::start(&[("MADANG_IDLE_SECONDS", "2")]).await;
    for said in [&b""[..], b"GET", b"GET /v1/ping HTTP/1.1\r\nHost: madang\r\nX", b"\r\n"] {
        let mut stream = server.connect().await;
        send(&mut stream, said).await;
        assert_eq!(rest(&mut stream).await, "", "after {:?}", String::from_utf8_lossy(said));
    }

    // A byte now and then does not help.
    let (mut reader, mut writer) = server.connect().await.into_split();
    let dripping = async {
        let mut often = tokio::time::interval(Duration::from_millis(50));
        while writer.write_all(b"X").await.is_ok() {
            often.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, dripping).await.expect("it hangs up");
    let _ = reader.read(&mut [0; 64]).await;

    // Earlier complete requests on the connection do not help either.
    let mut stream = server.connect().await;
    for _ in 0..3 {
        send(&mut stream, PING).await;
        until(&mut stream, "pong").await;
    }
    assert_eq!(rest(&mut stream).await, "");
    server.serves_others().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_take_their_answer_is_hung_up_on() {
    let server = Server::start(&[("MADANG_STALL_SECONDS", "2")]).await;
    let connect = async || {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4_096).expect("small");
        let mut stream = socket.connect(server.address.parse().expect("an address")).await.expect("connects");
        // The requests' answers are more than the kernel takes in for clients that take nothing themselves.
        send(&mut stream, &LARGE.repeat(20)).await;
        stream
    };
    let mut willing = connect().await;
    willing.shutdown().await.expect("an open connection");
    let whole = rest(&mut willing).await.len();

    let (deaf, mut dripping) = (connect().await, connect().await);
    let mut often = tokio::time::interval(Duration::from_millis(20));
    let dripping = async {
        // The bytes that were on their way can be read for long after the other side has hung up.
        for taken in 1..whole {
            if dripping.read_u8().await.is_err() {
                return taken;
            }
            often.tick().await;
        }
        whole
    };
    tokio::select! {
        () = server.hangs_up_on_all_others() => {}
        taken = dripping => assert!(taken < whole, "all of it was sent"),
    }
    server.hangs_up_on_all_others().await;
    drop(deaf);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_nothing_more_to_send_gets_their_answer_and_is_hung_up_on() {
    let server = Server::start(&[]).await;
    let text = "{\"text\":\"마지막 말\"}";
    let token = server.neighbour.token.as_deref().expect("a token");
    let publish = format!(
        "POST /v1/posts HTTP/1.1\r\nHost: madang\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    );
    let own = format!("GET /v1/timeline HTTP/1.1\r\nHost: madang\r\nAuthorization: Bearer {token}\r\n\r\n");
    for (said, status) in [
        (PING, "HTTP/1.1 200"),
        (publish.as_bytes(), "HTTP/1.1 201"),
        (own.as_bytes(), "HTTP/1.1 200"),
        (&publish.as_bytes()[..publish.len() - 1], "HTTP/1.1 400"),
        (&PING[..PING.len() - 1], ""),
        (b"", ""),
    ] {
        let mut stream = server.connect().await;
        send(&mut stream, said).await;
        stream.shutdown().await.expect("an open connection");
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with(status), "{:?}: {answer}", String::from_utf8_lossy(said));
        assert_eq!(answer.is_empty(), status.is_empty(), "{answer}");
    }
    server.hangs_up_on_all_others().await;
}
