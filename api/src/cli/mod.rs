//! The `madang` command: one subcommand a file.
//!
//! The result of a command goes to stdout; everything that it says meanwhile goes to stderr.

pub mod demo;
mod erase;
mod events;
mod grant;
mod history;
mod http;
mod import;
mod rebuild;
mod replay;
mod retry_jobs;
mod retry_parked;
mod serve;
mod services;
mod signals;
mod stack_file;
mod status;
mod store;
mod up;
mod verify;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The error that ends a command early; its chain of causes is printed.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The backend of a social community: commands in, events kept, read models out.
#[derive(Debug, Parser)]
#[command(name = "madang", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything on this machine, with a private Postgres and NATS.
    ///
    /// Prints one line, `ready at http://…`, when requests can be sent. Ctrl-C stops all of it in order;
    /// the data stays, and the next start goes on with it. DATABASE_URL and NATS_URL, where they are set,
    /// are used instead of starting one's own.
    Up(up::Args),
    /// Run some roles against the services that DATABASE_URL and NATS_URL name.
    ///
    /// Any number of processes may run, on any number of machines. Settings come from the environment.
    Serve(serve::Args),
    /// Bring the database to what this build needs.
    Migrate(store::MigrateArgs),
    /// Print an access token for operators.
    ///
    /// An operator may register people without password, act in a person's name (Madang-Act-As) and
    /// publish posts with their original date. Keep it as you keep a password.
    Token(store::TokenArgs),
    /// Forget a person for good, now.
    ///
    /// Deletes what the person wrote, masks it in the events, deletes all that the vault knows of the person,
    /// and purges the copies in NATS. Servers do the same by themselves for people who left thirty days ago.
    /// Repeat the command if it fails; servers do, too. Backups and exports taken before still hold the
    /// person.
    Erase(erase::Args),
    /// Grant a person a role, or revoke it.
    ///
    /// This is for the first admin: admins grant roles through the API from then on.
    Grant(grant::Args),
    /// Make another key that signs access tokens.
    ///
    /// Servers do so by themselves every 30 days. The new key is published two minutes before it signs, and
    /// tokens of older ones stay good until they are over.
    RotateKeys(store::RotateKeysArgs),
    /// Put a data set in through the HTTP API.
    ///
    /// Users come first, then follows, then posts. The rows that were acknowledged are noted in a state file:
    /// the same command goes on where it stopped. Repeating it is harmless.
    Import(import::Args),
    /// Build read models anew from the events, while service goes on.
    Rebuild(rebuild::Args),
    /// Try events again that could not be applied, while service goes on.
    ///
    /// An event that a read model can't apply is parked with the later ones of its aggregate (see madang
    /// status). After the mend, this command has them applied, oldest first, and ends with status 1 if some
    /// still can't be. Parked events are also tried whenever a server starts.
    RetryParked(retry_parked::Args),
    /// Have jobs tried again that failed too often, while service goes on; `madang status` shows them.
    RetryJobs(retry_jobs::Args),
    /// Prove the read models equal to rebuilt ones and to the events.
    ///
    /// Prints what differs and then ends with status 1.
    Verify(verify::Args),
    /// Get the log out: as files for analysts, as schemas.
    Events(events::Args),
    /// Look at the past: build read models as they stood, or pipe events into a program.
    ///
    /// A past is built beside the live read models, in a database of its own on the same server, and is kept
    /// until it is dropped, or until a person is forgotten. With other settings than the servers' (such as
    /// MADANG_MERGE_THRESHOLD), or by a build whose projectors were changed, a past shows what these would
    /// make of the log before they go live.
    Replay(replay::Args),
    /// Show one aggregate's history: each event with what it changed, and the state of the aggregate at any
    /// version or time.
    History(history::Args),
    /// Give the log a new id after a backup was restored.
    ///
    /// NATS then keeps the restored log's future apart from the one that others saw. Stop all servers
    /// first, and start them again afterwards.
    RenewLogId(store::RenewLogIdArgs),
    /// Show the log's head, how far relay and read models have come, what is parked, and how jobs stand.
    Status(status::Args),
}

/// Runs the command of this process's arguments.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    if !matches!(cli.command, Command::Up(_) | Command::Serve(_)) {
        end_with_whoever_reads();
    }
    // The call fails only when a provider is installed already, and then there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&error),
    };
    let ended = runtime.block_on(async {
        match cli.command {
            Command::Up(args) => up::run(args).await,
            Command::Serve(args) => serve::run(args).await,
            Command::Migrate(args) => store::migrate(args).await,
            Command::Token(args) => store::token(args).await,
            Command::Erase(args) => erase::run(args).await,
            Command::Grant(args) => grant::run(args).await,
            Command::RotateKeys(args) => store::rotate_keys(args).await,
            Command::Import(args) => import::run(args).await,
            Command::Rebuild(args) => rebuild::run(args).await,
            Command::RetryParked(args) => retry_parked::run(args).await,
            Command::RetryJobs(args) => retry_jobs::run(args).await,
            Command::Verify(args) => verify::run(args).await,
            Command::Events(args) => events::run(args).await,
            Command::Replay(args) => replay::run(args).await,
            Command::History(args) => history::run(args).await,
            Command::RenewLogId(args) => store::renew_log_id(args).await,
            Command::Status(args) => status::run(args).await,
        }
    });
    match ended {
        Ok(code) => code,
        Err(error) => report(&*error),
    }
}

/// Ends the process quietly when its reader goes: a shell's `| head` reads no further, and a command that
/// prints has nothing to complain of then.
fn end_with_whoever_reads() {
    /// The exit code of a process that ends by the signal SIGPIPE.
    const BROKEN_PIPE: i32 = 128 + 13;
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        if said.starts_with("failed printing to stdout: Broken pipe") {
            std::process::exit(BROKEN_PIPE);
        }
        usual(panic);
    }));
}

/// Prints the error with its causes; a cause that was said already is not said again.
fn report(error: &(dyn std::error::Error + 'static)) -> ExitCode {
    let mut said = error.to_string();
    eprintln!("madang: {said}");
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !said.contains(&text) {
            eprintln!("  because: {text}");
            said = text;
        }
        cause = error.source();
    }
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
