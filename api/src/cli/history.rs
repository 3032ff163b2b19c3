//! `madang history`: one aggregate's events, and its state.

use super::{Failure, events::time, services::Services};
use domain::Event;
use history::{At, Pages, Story};
use std::process::ExitCode;
use uuid::Uuid;

/// `madang history`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The type of the aggregate: post, user, comment, …
    #[arg(value_name = "AGGREGATE")]
    aggregate: String,
    /// The aggregate's id
    #[arg(value_name = "ID")]
    id: Uuid,
    /// The version or time up to which events are shown, and the state then
    #[arg(long, value_name = "VERSION|TIME", value_parser = at)]
    at: Option<At>,
    /// The limit of events that are shown, the oldest first
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
    limit: usize,
    #[command(flatten)]
    services: Services,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let pages = Pages::new(args.services.pool().await?);
    let story = pages.story(&args.aggregate, args.id, args.at, 0, args.limit).await?;
    let Some(Story { steps, has_more, version, state }) = story else {
        let known = Event::aggregates().join(", ");
        return Err(format!("there is no aggregate {}; there are {known}", args.aggregate).into());
    };
    if version == 0 {
        return Err(format!("there is no {} {} there", args.aggregate, args.id).into());
    }
    for step in steps {
        let event = step.event;
        let actor = event.actor.map_or("the service".to_owned(), |actor| actor.to_string());
        let by = if event.by_operator { " through an operator" } else { "" };
        let at = event.recorded_at.format("%Y-%m-%d %H:%M:%S");
        println!(
            "{:>4}  {at}  {} by {actor}{by}, position {}",
            event.sequence, event.event_type, event.position
        );
        for change in step.changes.0 {
            println!("        {change}");
        }
    }
    if has_more {
        println!("      …and more; raise --limit");
    }
    println!("\nat version {version}:\n{}", serde_json::to_string_pretty(&state)?);
    Ok(ExitCode::SUCCESS)
}

fn at(text: &str) -> Result<At, &'static str> {
    match text.parse() {
        Ok(version) => Ok(At::Version(version)),
        Err(_) => time(text).map(At::Time),
    }
}
