//! The limit on connections: more clients than may be connected wait, and none is lost when the server stops.

use super::{PATIENCE, PING, Server, rest, send, until};
use tokio::net::TcpStream;
use tokio::process::Command;

/// Connects until the server says that it is full.
async fn fill(server: &mut Server, most: usize) -> Vec<TcpStream> {
    let mut all = Vec::new();
    for _ in 0..most {
        all.push(server.connect().await);
    }
    server.says("as many clients are connected as may be").await;
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_beyond_the_limit_wait_for_others_to_leave() {
    let mut server = Server::start(&[("MADANG_MAX_CONNECTIONS", "8")]).await;
    let mut inside = fill(&mut server, 8).await;
    let mut outside = server.connect().await;
    send(&mut outside, PING).await;
    send(&mut inside[0], PING).await;
    until(&mut inside[0], "pong").await;
    let nothing = outside.try_read(&mut [0; 64]).expect_err("nobody serves it");
    assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock);
    inside.truncate(1);
    until(&mut outside, "pong").await;
    server.serves_others().await;
    let metrics = server.ops.get("/metrics").await.expect(200).text;
    assert!(metrics.contains("\nhttp_connections_limit 8\n"), "{metrics}");
    assert!(metrics.contains("\nhttp_connections_waited_total "), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fewer_files_than_clients_make_clients_wait_and_nothing_fail() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -n 128; exec \"$0\" serve"]).arg(crate::support::binary());
    let mut server = Server::start_as(&mut shell, &[]).await;
    let inside = fill(&mut server, 100).await;
    assert!(server.open_files() < 128);
    drop(inside);
    server.serves_others().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_answers_what_is_in_flight_and_hangs_up_on_the_rest() {
    let mut server = Server::start(&[]).await;
    let (mut silent, mut idle, mut busy) =
        (server.connect().await, server.connect().await, server.connect().await);
    send(&mut idle, PING).await;
    until(&mut idle, "pong").await;
    let token = server.neighbour.token.as_deref().expect("a token");
    let text = "{\"text\":\"끝까지\"}";
    let head = format!(
        "POST /v1/posts HTTP/1.1\r\nHost: madang\r\nAuthorization: Bearer {token}\r\nExpect: 100-continue\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        text.len()
    );
    send(&mut busy, head.as_bytes()).await;
    until(&mut busy, "100 Continue").await;

    let process = server.child.id().expect("it runs").to_string();
    let told = Command::new("kill").args(["-TERM", &process]).status().await.expect("kill runs");
    assert!(told.success());
    assert_eq!((rest(&mut silent).await, rest(&mut idle).await), (String::new(), String::new()));
    send(&mut busy, text.as_bytes()).await;
    let answer = rest(&mut busy).await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
    let ended =
        tokio::time::timeout(PATIENCE, server.child.wait()).await.expect("it ends").expect("a status");
    assert!(ended.success(), "{ended}");
}
