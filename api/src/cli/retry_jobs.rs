//! `madang retry-jobs`: jobs that failed too often, tried again while service goes on.

use super::{Failure, services::Services};
use crate::features;
use std::process::ExitCode;

/// `madang retry-jobs`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The kinds of jobs; all of them by default
    #[arg(value_name = "KIND")]
    kinds: Vec<String>,
    #[command(flatten)]
    services: Services,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let known = features::job_kinds();
    if let Some(unknown) = args.kinds.iter().find(|kind| !known.contains(&kind.as_str())) {
        return Err(format!("there are no jobs {unknown}; there are {}", known.join(", ")).into());
    }
    let pool = args.services.pool().await?;
    let mut begun = 0;
    if args.kinds.is_empty() {
        begun += jobs::counts::retry(&pool, None).await?;
    }
    for kind in &args.kinds {
        begun += jobs::counts::retry(&pool, Some(kind)).await?;
    }
    println!("{begun} jobs begin anew");
    Ok(ExitCode::SUCCESS)
}
