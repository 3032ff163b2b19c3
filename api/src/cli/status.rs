//! `madang status`: how the whole stands.

use super::{Failure, services::Services};
use crate::features;
use event_log::status::{ProjectionStatus, Rebuilds, Status};
use jobs::{Counts, GivenUp};
use projections::Projector;
use react::status::ReactionStatus;
use serde::Serialize;
use std::{process::ExitCode, sync::Arc};

/// `madang status`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    services: Services,
}

/// The standing of the whole, for programs.
#[derive(Serialize)]
struct Standing {
    #[serde(flatten)]
    status: Status,
    reactions: Vec<ReactionStatus>,
    jobs: Vec<Counts>,
    given_up: Vec<GivenUp>,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let settings = args.services.settings()?;
    let pool = args.services.pool().await?;
    let projectors = features::projectors(&settings);
    let names: Vec<_> = projectors.iter().map(|projector| projector.name()).collect();
    let status = event_log::status::status(&pool, &names).await?;
    let rebuilds = event_log::status::rebuilds(&pool, &names).await?;
    let reactions = react::status::status(&pool).await?;
    let jobs = jobs::counts::counts(&pool, &features::job_kinds()).await?;
    let given_up = jobs::counts::given_up(&pool).await?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&Standing { status, reactions, jobs, given_up })?);
    } else {
        print(&status, &rebuilds, &projectors);
        print_reactions(&reactions);
        print_jobs(&jobs, &given_up);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(
    Status { head, relay, projections }: &Status,
    rebuilds: &Rebuilds,
    projectors: &[Arc<dyn Projector>],
) {
    println!("log         {head:>12}");
    println!("relay       {:>12}  {} behind", relay.position, relay.lag);
    if let Some(reason) = &relay.stopped_because {
        println!("            stopped: {reason}");
    }
    for (projection, projector) in projections.iter().zip(projectors) {
        let ProjectionStatus { name, version, position, lag, is_led, parked, parked_count, .. } = projection;
        let position = position.map_or("-".to_owned(), |position| position.to_string());
        let led = if *is_led { "" } else { ", nobody runs it" };
        println!("{name:<11} {position:>12}  {lag} behind, {parked_count} parked{led}");
        let known = projector.definition().version;
        if let Some(version) = version.filter(|&version| version != known) {
            println!("            version {version} of another release; this one makes {known}");
        }
        if let Some(position) = rebuilds.underway.get(name) {
            println!("            being rebuilt: {position} of {head}");
        }
        for event in parked {
            println!("            parked {} {}: {}", event.position, event.event_type, event.error);
        }
    }
}

fn print_reactions(reactions: &[ReactionStatus]) {
    for ReactionStatus { name, position, lag, is_led, stopped_because, parked_count, parked } in reactions {
        let led = if *is_led { "" } else { ", nobody runs it" };
        println!("reaction {name}: {position}, {lag} behind, {parked_count} parked{led}");
        if let Some(reason) = stopped_because {
            println!("            stopped: {reason}");
        }
        for event in &parked.0 {
            println!("            parked {} {}: {}", event.position, event.event_type, event.error);
        }
    }
}

fn print_jobs(jobs: &[Counts], given_up: &[GivenUp]) {
    for Counts { kind, waiting, due, running, given_up, oldest_due_seconds } in jobs {
        let since = if *due > 0 { format!(" for {oldest_due_seconds:.0} s") } else { String::new() };
        println!("job {kind:<20} {waiting} wait, {due} due{since}, {running} running, {given_up} given up");
    }
    for GivenUp { kind, key, attempts, gave_up_at, last_error } in given_up {
        let why = last_error.as_deref().unwrap_or("unknown");
        let at = gave_up_at.format("%Y-%m-%d %H:%M:%S");
        println!("            {kind} {key} was given up at {at} UTC, at try {attempts}: {why}");
    }
    if !given_up.is_empty() {
        println!("            `madang retry-jobs` has them tried again");
    }
}
