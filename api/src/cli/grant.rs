//! `madang grant`: a role for someone, above all for the first admin.

use super::{Failure, services::Services};
use domain::user::{HANDLE, Role, User, UserCommand};
use domain::value::Handle;
use event_log::event_store::{Appender, Envelope, Executor};
use std::process::ExitCode;

/// `madang grant`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The person's handle, in any case
    #[arg(value_name = "HANDLE")]
    handle: String,
    /// The role: author, moderator, analyst or admin
    #[arg(value_name = "ROLE")]
    role: Role,
    /// Take the role away instead
    #[arg(long)]
    revoke: bool,
    #[command(flatten)]
    services: Services,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let Args { handle, role, revoke, services } = args;
    let pool = services.pool().await?;
    let (appender, log) = Appender::new(&pool.connect_options());
    let appending = tokio::spawn(appender.run());
    let executor = Executor::new(pool, log);
    let Some(user) = executor.claimed(HANDLE, &Handle::key_of(&handle)).await? else {
        return Err(format!("there is nobody called {handle}").into());
    };
    let command = match revoke {
        false => UserCommand::GrantRole { role },
        true => UserCommand::RevokeRole { role },
    };
    let answer = executor.execute::<User>(user, command, &Envelope::of_service()).await?;
    drop(executor);
    appending.await?;
    let roles: Vec<_> = Role::among(&answer.state.roles).map(Role::name).collect();
    match roles.is_empty() {
        true => println!("{} has no role", answer.state.handle),
        false => println!("{} has: {}", answer.state.handle, roles.join(", ")),
    }
    Ok(ExitCode::SUCCESS)
}
