//! `madang erase`: a person is forgotten, now.

use super::{Failure, services::Services};
use crate::erasure::{Eraser, GRACE};
use crate::features;
use domain::user::HANDLE;
use domain::value::{Handle, UserId};
use event_log::event_store::{Appender, Executor};
use event_log::nats::Nats;
use photos::s3::Storage;
use std::process::ExitCode;
use std::time::Duration;
use uuid::Uuid;
use vault::Vault;

/// `madang erase`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The person's handle, in any case, or their id
    #[arg(value_name = "HANDLE|ID")]
    person: String,
    /// The wait in seconds after a person has left who had not left before: requests of theirs may still be
    /// under way
    #[arg(long, value_name = "SECONDS", default_value_t = GRACE.as_secs())]
    grace: u64,
    #[command(flatten)]
    services: Services,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let settings = args.services.settings()?;
    let pool = args.services.pool().await?;
    let (appender, log) = Appender::new(&pool.connect_options());
    let appending = tokio::spawn(appender.run());
    let executor = Executor::new(pool.clone(), log);
    let user = match args.person.parse::<Uuid>() {
        Ok(id) => Some(id),
        Err(_) => executor.claimed(HANDLE, &Handle::key_of(&args.person)).await?,
    };
    let Some(user) = user.map(UserId) else {
        return Err(format!("there is nobody called {}", args.person).into());
    };
    let (log_id,): (Uuid,) = sqlx::query_as("select id from log").fetch_one(&pool).await?;
    let nats = Nats::connect(&settings.nats_url, log_id, (&settings).into()).await?;
    let vault = Vault::open(pool.clone(), settings.token_ttl).await?;
    let eraser = Eraser {
        pool,
        executor,
        vault,
        nats,
        storage: settings.s3.clone().map(Storage::new),
        take_back: features::take_back(),
    };
    let erased = eraser.erase(user, Duration::from_secs(args.grace)).await?;
    drop(eraser);
    appending.await?;
    println!("{user} is forgotten, with {erased}");
    Ok(ExitCode::SUCCESS)
}
