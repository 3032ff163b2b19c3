//! `madang serve`: one process of many, on services that others run.

use super::{Failure, signals::Signals};
use crate::node::{Listeners, Node};
use crate::sockets;
use service::settings::{LogSettings, Roles, Settings};
use service::telemetry;
use std::{net::SocketAddr, process::ExitCode};
use tokio::net::TcpListener;

/// `madang serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The roles of this process, separated by commas: api, relay, projector, media [env: MADANG_ROLES;
    /// default: all]
    #[arg(long, value_name = "ROLES")]
    roles: Option<Roles>,
    /// The address where HTTP is served [env: MADANG_LISTEN; default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The address where /healthz, /readyz and /metrics are served, in every role [env: MADANG_OPS_LISTEN;
    /// default: nowhere]
    #[arg(long, value_name = "ADDRESS")]
    ops_listen: Option<SocketAddr>,
    /// Serve read models as they stood: those that `madang replay --into NAME` built. Answers analysts and operators
    /// only, takes no commands, and does nothing else
    #[arg(long, value_name = "NAME")]
    as_of: Option<String>,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    telemetry::start_logging(&LogSettings::from_env()?);
    telemetry::install();
    sockets::raise_open_files();
    let mut signals = Signals::listen()?;
    let mut settings = Settings::from_env()?;
    settings.roles = args.roles.unwrap_or(settings.roles);
    settings.listen = args.listen.unwrap_or(settings.listen);
    settings.as_of = args.as_of;
    settings.ops_listen = args.ops_listen.or(settings.ops_listen);
    let serves = settings.roles.api || settings.as_of.is_some();
    let mut listeners = Listeners::default();
    if serves {
        listeners.http = Some(listen(settings.listen).await?);
    }
    match settings.ops_listen {
        Some(address) => listeners.ops = Some(listen(address).await?),
        None => tracing::warn!("MADANG_OPS_LISTEN is not set: metrics are served nowhere"),
    }
    let node = tokio::select! {
        node = Node::start(settings, listeners) => node?,
        () = signals.next() => return Ok(ExitCode::SUCCESS),
    };
    if let Some(address) = node.address() {
        println!("ready at http://{address}");
    }
    signals.next().await;
    tracing::info!("stopping");
    node.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Takes the address before anything slow begins, so that a taken one is known at once.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| format!("can't listen on {address} ({error}); choose another port").into())
}
