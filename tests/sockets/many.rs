//! Ten thousand clients at once who are up to no good.

use super::{BOUND_MB, LARGE, PATIENCE, PING, Server, rest, send, until};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const MANY: usize = 10_000;

/// Number of clients that each ask four times for 1.5 MB, which is more than the kernel keeps for clients
/// that take nothing.
const READERS: usize = 150;

/// Connects all clients and lets each send the same bytes. The server may hang up on some.
async fn all_send(server: &Server, bytes: &[u8]) -> Vec<TcpStream> {
    let mut all = Vec::with_capacity(MANY);
    for _ in 0..MANY {
        all.push(server.connect().await);
    }
    for stream in &mut all {
        send(stream, bytes).await;
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_clients_who_misbehave_keep_nobody_out_and_hold_little() {
    let files = api::sockets::raise_open_files();
    assert!(files > MANY as u64 + 500, "{files} open files are too few for {MANY} clients: ulimit -Hn 20000");
    let server = Server::start(&[]).await;
    server.serves_others().await;
    let before = server.open_files();
    let bounded = |what| {
        let peak = server.peak();
        println!("{MANY} clients {what}: at most {peak} MB");
        assert!(peak < BOUND_MB, "{what}: {peak} MB");
    };

    let silent = all_send(&server, b"").await;
    server.serves_others().await;
    assert!(server.open_files() >= MANY);
    bounded("say nothing");
    drop(silent);
    server.gives_back_files(before).await;

    let half = format!("GET /v1/ping HTTP/1.1\r\nHost: madang\r\nX: {}", "x".repeat(7_000));
    let mut unfinished = all_send(&server, half.as_bytes()).await;
    server.serves_others().await;
    assert!(server.open_files() >= MANY);
    for stream in &mut unfinished[..100] {
        send(stream, b"\r\n\r\n").await;
        until(stream, "pong").await;
    }
    bounded("send half a head");
    drop(unfinished);
    server.gives_back_files(before).await;

    let head = "POST /v1/sign-ups HTTP/1.1\r\nHost: madang\r\nContent-Type: application/json\r\n";
    let half = format!("{head}Content-Length: 65000\r\n\r\n{}", " ".repeat(60_000));
    let mut unfinished = all_send(&server, half.as_bytes()).await;
    server.serves_others().await;
    // The clients that got no memory were told so; the server does not wait for those that did.
    let mut answers = [0, 0];
    for stream in &mut unfinished {
        // A reset may overtake the answer.
        let answer = rest(stream).await;
        answers[0] += usize::from(answer.contains("\"busy\""));
        answers[1] += usize::from(answer.contains("\"body_too_slow\""));
    }
    assert!(answers.iter().all(|&some| some > 100), "{answers:?}");
    bounded("send half a body");
    drop(unfinished);
    server.gives_back_files(before).await;

    let deaf = all_send(&server, &LARGE.repeat(4)).await;
    server.serves_others().await;
    assert!(server.open_files() >= MANY);
    bounded("take no answer");
    drop(deaf);
    server.gives_back_files(before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_of_long_pages_who_take_nothing_hold_little() {
    let server = Server::start(&[]).await;
    let longest = "가".repeat(5_000);
    let mut last = String::new();
    for _ in 0..100 {
        last = server.neighbour.publish(&longest).await;
    }
    let page = server.neighbour.get("/v1/posts?limit=100").await.expect(200);
    assert!(page.text.len() > 1_500_000 && page.text.contains(&last));
    let request = b"GET /v1/posts?limit=100 HTTP/1.1\r\nHost: madang\r\n\r\n".repeat(4);
    let before = server.open_files();
    server.reset_peak();
    let mut deaf = Vec::new();
    for _ in 0..READERS {
        let mut stream = server.connect().await;
        send(&mut stream, &request).await;
        // The answers begin one after the other, so that the database is not what holds them up.
        let ready = tokio::time::timeout(PATIENCE, stream.readable()).await;
        ready.expect("an answer begins").expect("an open connection");
        deaf.push(stream);
    }
    let refused = async {
        let is_some = |text: &str| text.contains("\nhttp_memory_refused_total ");
        server.ops.metrics_when(is_some).await;
    };
    tokio::time::timeout(PATIENCE, refused).await.expect("some are told that too much is asked for");
    server.serves_others().await;
    let peak = server.peak();
    println!("{READERS} long pages: at most {peak} MB");
    assert!(peak < BOUND_MB, "{peak} MB");
    // The clients that were not refused still get their whole answers.
    let mut first = deaf.swap_remove(0);
    first.shutdown().await.expect("an open connection");
    let answer = rest(&mut first).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.len() > 1_500_000, "{}", answer.len());
    drop(deaf);
    drop(first);
    server.gives_back_files(before).await;
    let mut stream = server.connect().await;
    send(&mut stream, PING).await;
    until(&mut stream, "pong").await;
}
