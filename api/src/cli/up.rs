//! `madang up`: everything in one process, on a private Postgres, NATS and storage.

use super::{
    Failure, demo, serve, services,
    signals::Signals,
    stack_file::{Left, StackFile, write_private},
};
use crate::node::{Listeners, Node};
use crate::{dev, sockets};
use local_stack::{LocalStack, Outside};
use service::settings::{LogSettings, Settings};
use service::telemetry;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};
use tokio::net::TcpListener;
use vault::Vault;

const OPERATOR_TOKEN: &str = "operator.token";
const OPERATOR_TOKEN_TTL: Duration = Duration::from_secs(30 * 24 * 3_600);
/// The file of the demo's login: `infra/up` shows what it says, where the file is there.
const DEMO_LOGIN: &str = "demo.login";

/// `madang up`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder where Postgres, NATS and the storage keep their data; made if it does not exist
    #[arg(long, value_name = "DIR", default_value = ".madang")]
    data: PathBuf,
    /// The port where HTTP is served; 0 takes any free port
    #[arg(long, value_name = "N", default_value_t = 8080)]
    port: u16,
    /// The address on which the server listens: with 0.0.0.0 it can be reached from everywhere
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Do not fill an empty store with demo people and posts
    #[arg(long)]
    no_demo: bool,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    telemetry::start_logging(&LogSettings::from_env()?);
    telemetry::install();
    sockets::raise_open_files();
    let mut signals = Signals::listen()?;
    let listener = serve::listen(SocketAddr::new(args.host, args.port)).await?;
    let address = listener.local_addr()?;
    let stack = tokio::select! {
        stack = LocalStack::start_beside(&args.data, outside()) => stack?,
        () = signals.next() => return Ok(ExitCode::SUCCESS),
    };
    let settings = Settings::read(|name| match name {
        "DATABASE_URL" => Some(stack.database_url().to_owned()),
        "NATS_URL" => Some(stack.nats_url().to_owned()),
        // Links in letters lead here, where the one page is that they need, and other services send people
        // back here.
        "MADANG_WEB_URL" | "MADANG_PUBLIC_URL" => {
            std::env::var(name).ok().or_else(|| Some(format!("http://{}", reachable(address))))
        }
        _ => std::env::var(name).ok(),
    });
    let settings = settings.map(|settings| Settings {
        dev_mailbox: args.host.is_loopback(),
        s3: settings.s3.or_else(|| stack.s3().cloned()),
        search_dir: settings.search_dir.or_else(|| Some(args.data.join("search"))),
        ..settings
    });
    let served = match settings {
        Ok(settings) => serve_until_told(&args, settings, listener, &stack, &mut signals).await,
        Err(error) => Err(error.into()),
    };
    // Postgres and NATS end in order, whatever happened above.
    stack.stop().await;
    served.map(|()| ExitCode::SUCCESS)
}

/// Listens for `/metrics`: on the address that is set, or the next port on this machine, or any where that is
/// taken.
async fn ops_listener(named: Option<SocketAddr>, http: SocketAddr) -> Result<TcpListener, Failure> {
    if let Some(address) = named {
        return serve::listen(address).await;
    }
    let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match serve::listen(local(http.port().wrapping_add(1))).await {
        Ok(listener) => Ok(listener),
        Err(_taken) => serve::listen(local(0)).await,
    }
}

/// Services that run elsewhere, where the environment names some.
fn outside() -> Outside {
    let named = |name: &str| {
        let url = std::env::var(name).ok().filter(|url| !url.is_empty())?;
        tracing::info!("using the service of {name} instead of starting one");
        Some(url)
    };
    Outside {
        database_url: named("DATABASE_URL"),
        nats_url: named("NATS_URL"),
        has_s3: named("S3_ENDPOINT").is_some(),
    }
}

async fn serve_until_told(
    args: &Args,
    settings: Settings,
    listener: TcpListener,
    stack: &LocalStack,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let token_ttl = settings.token_ttl;
    let shown = letters_shown(&settings);
    let ops = ops_listener(settings.ops_listen, listener.local_addr()?).await?;
    let listeners = Listeners { http: Some(listener), ops: Some(ops) };
    let node = tokio::select! {
        node = Node::start(settings, listeners) => node?,
        () = signals.next() => return Ok(()),
    };
    let prepared = tokio::select! {
        prepared = prepare(args, stack, &node, token_ttl) => prepared.map(Some),
        () = signals.next() => Ok(None),
    };
    let ended = match prepared {
        Ok(Some((url, _left))) => {
            if let Some(ops) = node.ops_address() {
                tracing::info!("metrics are at http://{ops}/metrics");
            }
            if let Some(letters) = shown {
                tracing::info!("{letters} are shown at {url}{}", dev::MAILBOX);
            }
            println!("ready at {url}");
            signals.next().await;
            Ok(())
        }
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    tracing::info!("stopping");
    node.stop().await;
    ended
}

/// The letters that are shown on a page, because no server takes them; none if all are sent, or the page is not
/// served.
fn letters_shown(settings: &Settings) -> Option<&'static str> {
    match (&settings.smtp_url, &settings.sms_url) {
        _ if !settings.dev_mailbox => None,
        (None, None) => Some("letters"),
        (None, Some(_)) => Some("e-mails"),
        (Some(_), None) => Some("SMS"),
        (Some(_), Some(_)) => None,
    }
}

/// Leaves what other commands need to find the server, and something to look at.
async fn prepare(
    args: &Args,
    stack: &LocalStack,
    node: &Node,
    token_ttl: Duration,
) -> Result<(String, Left), Failure> {
    let address = node.address().expect("it was given a listener");
    let url = format!("http://{}", reachable(address));
    let pool = services::connect(stack.database_url()).await?;
    let vault = Vault::open(pool.clone(), token_ttl).await?;
    let token = vault.issue_operator_token(OPERATOR_TOKEN_TTL).access_token;
    write_private(&args.data.join(OPERATOR_TOKEN), token.as_bytes())?;
    let addresses = StackFile {
        database_url: stack.database_url().to_owned(),
        nats_url: stack.nats_url().to_owned(),
        http_url: url.clone(),
        ops_url: node.ops_address().map(|ops| format!("http://{ops}")),
        s3: stack.s3().map(|s3| s3.variables().into_iter().collect()).unwrap_or_default(),
    };
    let left = addresses.leave(&args.data)?;
    let is_empty: bool = sqlx::query_scalar("select head = 0 from log").fetch_one(&pool).await?;
    pool.close().await;
    if is_empty && !args.no_demo {
        fill_with_demo(&url, &token, &args.data).await;
    }
    Ok((url, left))
}

/// Fills the store with the demo. The server is of use without it, so a failure is told and no more.
async fn fill_with_demo(url: &str, token: &str, data: &Path) {
    tracing::info!("the store is empty: filling it with demo people and posts");
    let filled = match demo::fill(url, token).await {
        Ok(login) => write_private(&data.join(DEMO_LOGIN), login.as_bytes()),
        Err(error) => Err(error),
    };
    if let Err(error) = filled {
        tracing::warn!(%error, "the demo is incomplete");
    }
}

/// The address to call; "everywhere" is no address to call.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port())
    } else {
        address
    }
}
