//! Short commands on the database: bringing it up to date, and tokens for operators.

use super::{Failure, services::Services};
use event_log::event_store;
use service::settings::LogSettings;
use service::telemetry;
use std::{process::ExitCode, time::Duration};
use vault::{Rotation, Vault};

/// `madang migrate`.
#[derive(Debug, clap::Args)]
pub(super) struct MigrateArgs {
    #[command(flatten)]
    services: Services,
}

/// `madang token`.
#[derive(Debug, clap::Args)]
pub(super) struct TokenArgs {
    /// The token's life, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 24 * 3_600, value_parser = clap::value_parser!(u64).range(1..))]
    ttl: u64,
    #[command(flatten)]
    services: Services,
}

/// `madang rotate-keys`.
#[derive(Debug, clap::Args)]
pub(super) struct RotateKeysArgs {
    /// Sign with a new key at once and accept no older one, because a key got out. Every access token given
    /// out so far is worth nothing then; people's programs go on by refreshing, operators need new tokens
    #[arg(long)]
    emergency: bool,
    #[command(flatten)]
    services: Services,
}

/// `madang renew-log-id`.
#[derive(Debug, clap::Args)]
pub(super) struct RenewLogIdArgs {
    #[command(flatten)]
    services: Services,
}

pub(super) async fn migrate(args: MigrateArgs) -> Result<ExitCode, Failure> {
    telemetry::start_logging(&LogSettings::from_env()?);
    let pool = args.services.pool().await?;
    event_store::migrate(&pool).await?;
    history::analytics::keep_up(&pool).await;
    eprintln!("the database is up to date");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn token(args: TokenArgs) -> Result<ExitCode, Failure> {
    let settings = args.services.settings()?;
    let vault = Vault::open(args.services.pool().await?, settings.token_ttl).await?;
    println!("{}", vault.issue_operator_token(Duration::from_secs(args.ttl)).access_token);
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn rotate_keys(args: RotateKeysArgs) -> Result<ExitCode, Failure> {
    let settings = args.services.settings()?;
    let vault = Vault::open(args.services.pool().await?, settings.token_ttl).await?;
    let rotation = if args.emergency { Rotation::Emergency } else { Rotation::Now };
    vault.rotate_keys(rotation).await?;
    match args.emergency {
        true => println!("a new key signs from now on; no token of an older one is accepted any more"),
        false => println!("a new key is published and signs from two minutes from now on"),
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn renew_log_id(args: RenewLogIdArgs) -> Result<ExitCode, Failure> {
    let id = event_store::renew_log_id(&args.services.pool().await?).await?;
    println!("the log's id is {id} now; start the servers again");
    Ok(ExitCode::SUCCESS)
}
