//! `madang status`: how the whole stands.

use super::{Failure, services::Services};
use crate::features;
use event_log::status::{ProjectionStatus, Rebuilds, Status};
use projections::Projector;
use std::{process::ExitCode, sync::Arc};

/// `madang status`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// As JSON, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    services: Services,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let settings = args.services.settings()?;
    let pool = args.services.pool().await?;
    let projectors = features::projectors(&settings);
    let names: Vec<_> = projectors.iter().map(|projector| projector.name()).collect();
    let status = event_log::status::status(&pool, &names).await?;
    let rebuilds = event_log::status::rebuilds(&pool, &names).await?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&status)?);
    } else {
        print(&status, &rebuilds, &projectors);
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
