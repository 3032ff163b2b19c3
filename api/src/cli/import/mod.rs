//! `madang import`: a data set put in through the HTTP API, as any operator's program would do it.
//!
//! Reading order: [`files`] (what is read), [`row`] (the request for each row, and its ids), [`phase`] (many
//! requests at once, in three phases), [`deliver`] (one row until it is answered), [`state`] (going on where
//! an import stopped).
//!
//! Every id follows from the row's place in the files, so that sending a row again changes nothing.

mod deliver;
mod files;
mod phase;
mod row;
mod state;

use super::{Failure, http::Server, services::Services, signals::Signals};
use files::Input;
use phase::{Phase, Progress};
use state::State;
use std::{
    collections::BTreeSet,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;
use vault::Vault;

const TOKEN_TTL: Duration = Duration::from_secs(24 * 3_600);
const REFUSALS_SHOWN: usize = 10;

/// `madang import`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The server, such as http://127.0.0.1:8080
    #[arg(long, value_name = "URL")]
    to: String,
    /// The file of posts: date, author number, rating and text, separated by tabs; may be gzip
    #[arg(long, value_name = "FILE")]
    posts: PathBuf,
    /// The file of mutual follows: two user numbers, separated by a tab; may be gzip
    #[arg(long, value_name = "FILE")]
    follows: PathBuf,
    /// Take only users below N, their follows and posts
    #[arg(long, value_name = "N")]
    users: Option<u32>,
    /// An operator's token; without this and --token-file, one is made with the database of --data
    #[arg(long, env = "MADANG_OPERATOR_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// A file that holds an operator's token, such as .madang/operator.token
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    token_file: Option<PathBuf>,
    /// The number of requests that are under way at once
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    concurrency: u16,
    /// The file that notes how far the import has come [default: .madang/import-<fingerprint>.json]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    #[command(flatten)]
    services: Services,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let token = token(&args).await?;
    let server = Server::new(&args.to, &token, args.concurrency.into())?;
    let input = {
        let (posts, follows, users) = (args.posts.clone(), args.follows.clone(), args.users);
        tokio::task::spawn_blocking(move || Input::read(&posts, &follows, users)).await??
    };
    deliver::greet(&server, &args.to).await?;
    let fingerprint = input.fingerprint(&args.to);
    let path = args.state.unwrap_or_else(|| format!(".madang/import-{fingerprint}.json").into());
    let mut state = State::open(path, &fingerprint)?;
    if state.acknowledged_any() && !deliver::has_first_user(&server, &input).await? {
        eprintln!("{} does not have what an earlier import put in: starting from the beginning", args.to);
        state.start_over();
    }

    let stop = CancellationToken::new();
    let mut signals = Signals::listen()?;
    let stopping = tokio::spawn({
        let stop = stop.clone();
        async move {
            signals.next().await;
            stop.cancel();
        }
    });
    let begun = Instant::now();
    let mut sent = 0;
    for phase in Phase::all(&input) {
        let progress = phase.run(&server, &mut state, args.concurrency.into(), &stop).await;
        // The rows that were acknowledged are noted whatever happened then.
        state.save()?;
        match progress? {
            Progress::Finished { rows } => sent += rows,
            Progress::Stopped => {
                eprintln!(
                    "stopped; the same command goes on from here (noted in {})",
                    state.path().display()
                );
                return Ok(ExitCode::from(130));
            }
        }
    }
    stopping.abort();
    let refusals = state.refusals().clone();
    state.remove()?;
    summarise(&input, sent, begun.elapsed(), &refusals);
    Ok(if refusals.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn token(args: &Args) -> Result<String, Failure> {
    if let Some(token) = &args.token {
        return Ok(token.clone());
    }
    if let Some(file) = &args.token_file {
        let read = std::fs::read_to_string(file);
        return read.map_err(|error| format!("{} can't be read: {error}", file.display()).into());
    }
    let pool = args.services.pool().await.map_err(|error| {
        format!("an operator's token is needed: give --token-file, or --data of a running stack ({error})")
    })?;
    let vault = Vault::open(pool, TOKEN_TTL).await?;
    Ok(vault.issue_operator_token(TOKEN_TTL).access_token)
}

#[allow(clippy::cast_precision_loss)]
fn summarise(input: &Input, sent: u64, took: Duration, refusals: &BTreeSet<String>) {
    println!("users    {:>9}", input.users.len());
    println!("follows  {:>9}", input.follows.len() * 2);
    println!("posts    {:>9}", input.posts.len());
    println!("refused  {:>9}", refusals.len());
    println!("seconds  {:>9.1}", took.as_secs_f64());
    println!("rows/s   {:>9.0}", sent as f64 / took.as_secs_f64().max(0.001));
    for refusal in refusals.iter().take(REFUSALS_SHOWN) {
        eprintln!("refused: {refusal}");
    }
    if refusals.len() > REFUSALS_SHOWN {
        eprintln!("and {} more", refusals.len() - REFUSALS_SHOWN);
    }
}
