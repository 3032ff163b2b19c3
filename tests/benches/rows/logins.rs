//! Log-ins, many at once, and the wait that other requests have meanwhile: hashing passwords gives way to
//! everything else.

use crate::Failure;
use crate::client::Call;
use crate::ground::Ground;
use crate::load::{Calls, closed};
use crate::report::{Report, Target};
use hyper::Method;
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;

const AT_ONCE: u8 = 200;

/// Measures requests beside log-ins and alone. One connection sends one request after another, so its rate is
/// the inverse of an answer's time.
pub async fn neighbours(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let url = ground.copy("bench_logins").await?;
    let server = ground.serve(&url, "api", &[("MADANG_RATE_LIMIT_PER_MINUTE", "0")]).await?;
    for (what, path) in [("GET /v1/ping", "/v1/ping"), ("GET /v1/posts?limit=20", "/v1/posts?limit=20")] {
        let calls: Calls = Arc::new(move |_| Call::new(Method::GET, path));
        let alone = async || closed(server.address, 1, ground.seconds, &calls).await;
        let beside = async || {
            let logins = Logins::begin(server.address)?;
            let rate = closed(server.address, 1, ground.seconds, &calls).await;
            logins.end().await;
            rate
        };
        let (beside, alone) = ground.in_turns(beside, alone).await?;
        let what = format!("{what} by one, while 200 log in, against alone");
        report.ratio(&what, Target::AtLeast(0.5), beside, "alone", alone);
    }
    server.stop().await?;
    ground.drop_copy("bench_logins").await
}

/// Two hundred clients that log in again and again, each from an address of its own. Each uses a name that
/// nobody has, which takes as long as any other and has a limit of its own.
struct Logins(JoinSet<Result<(), reqwest::Error>>);

impl Logins {
    fn begin(server: SocketAddr) -> Result<Self, Failure> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        // The call fails only when a provider is already installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut everyone = JoinSet::new();
        for n in 1..=AT_ONCE {
            let from = IpAddr::from(Ipv4Addr::new(127, 0, 20, n));
            let client = reqwest::Client::builder().local_address(from).build()?;
            everyone.spawn(async move {
                loop {
                    let name = format!("nobody_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
                    let login = json!({ "login": name, "password": "not a password" });
                    client.post(format!("http://{server}/v1/sessions")).json(&login).send().await?;
                }
            });
        }
        Ok(Self(everyone))
    }

    async fn end(mut self) {
        self.0.shutdown().await;
    }
}
