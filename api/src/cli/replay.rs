//! `madang replay`: read models as they stood, and events piped into other programs.

use super::{
    Failure,
    events::time,
    rebuild::{choose, progress_bar, show},
    services::Services,
};
use chrono::{DateTime, Utc};
use history::{Filter, Pages, past};
use indicatif::{MultiProgress, ProgressBar};
use projections::Position;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use std::collections::HashMap;
use std::io;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use tokio::io::{AsyncWriteExt, BufWriter};
use tokio::process::Command;

/// The number of events read at once.
const PAGE: usize = 2_000;

/// `madang replay`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Build read models as they stood, under this name, beside the live ones; `madang serve --as-of NAME` serves them
    #[arg(long, value_name = "NAME", group = "what")]
    into: Option<String>,
    /// Pipe events into this program, run by sh: one JSON object a line. The command ends with the program's
    /// status
    #[arg(long, value_name = "COMMAND", group = "what")]
    through: Option<String>,
    /// List the pasts that were built so far
    #[arg(long, group = "what")]
    list: bool,
    /// Remove the past of this name
    #[arg(long, value_name = "NAME", group = "what")]
    drop: Option<String>,
    /// The time or position of the past, with --into; now by default
    #[arg(long, value_name = "TIME|POSITION", value_parser = until, requires = "into")]
    until: Option<Until>,
    /// The read models that are built, with --into; all by default
    #[arg(long = "projection", value_name = "PROJECTION", requires = "into")]
    projections: Vec<String>,
    /// Replace the past that was built under this name before, with --into
    #[arg(long, requires = "into")]
    replace: bool,
    /// Count the rows of each table, there and in the live read models, with --into
    #[arg(long, requires = "into")]
    compare: bool,
    /// The first position that is piped, with --through
    #[arg(long, value_name = "POSITION", requires = "through", default_value_t = 1)]
    from: Position,
    /// The last position that is piped, with --through; the newest by default
    #[arg(long, value_name = "POSITION", requires = "through")]
    to: Option<Position>,
    #[command(flatten)]
    services: Services,
}

#[derive(Clone, Copy, Debug)]
enum Until {
    Position(Position),
    Time(DateTime<Utc>),
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let pool = args.services.pool().await?;
    if args.list {
        for past in past::all(&pool).await? {
            println!("{}: position {}", past.name, past.position);
        }
    } else if let Some(name) = &args.drop {
        past::remove(&pool, &past::find(&pool, name).await?).await?;
        println!("{name} is gone");
    } else if let Some(program) = &args.through {
        return through(&pool, program, args.from, args.to).await;
    } else if let Some(name) = &args.into {
        into(&args, &pool, name).await?;
    } else {
        return Err("say what for: --into, --through, --list or --drop; see madang replay --help".into());
    }
    Ok(ExitCode::SUCCESS)
}

async fn into(args: &Args, pool: &PgPool, name: &str) -> Result<(), Failure> {
    let settings = args.services.settings()?;
    let options: PgConnectOptions = settings.database_url.parse()?;
    let projectors = choose(&settings, &args.projections)?;
    let pages = Pages::new(pool.clone());
    let head = pages.head().await?;
    let position = match args.until {
        Some(Until::Position(position)) if position > head => {
            return Err(format!("the log ends at position {head}").into());
        }
        Some(Until::Position(position)) => position,
        Some(Until::Time(time)) => pages.before(time).await?,
        None => head,
    };
    let bars = MultiProgress::new();
    let mut by_name: HashMap<&str, ProgressBar> = HashMap::new();
    for projector in &projectors {
        let bar = bars.add(progress_bar(pool, projector.name()).await?);
        bar.set_length(u64::try_from(position).unwrap_or(0));
        by_name.insert(projector.name(), bar);
    }
    let by_name = Arc::new(by_name);
    let shown = by_name.clone();
    let on_progress = Arc::new(move |name: &'static str, position| show(&shown[name], position));
    let made = past::make(&options, name, position, &projectors, args.replace, on_progress).await;
    by_name.values().for_each(ProgressBar::finish_and_clear);
    let made = made?;
    println!("{name}: read models as of position {position}; madang serve --as-of {name} serves them");
    if args.compare {
        for counted in past::compare(&options, &made, &projectors).await? {
            let live = counted.live.map_or("-".to_owned(), |rows| rows.to_string());
            println!("  {:<40} live {live:>12}  here {:>12}", counted.table, counted.past);
        }
    }
    Ok(())
}

async fn through(
    pool: &PgPool,
    program: &str,
    from: Position,
    to: Option<Position>,
) -> Result<ExitCode, Failure> {
    let bar = progress_bar(pool, "events").await?;
    let mut child = Command::new("sh").args(["-c", program]).stdin(Stdio::piped()).spawn()?;
    let mut pipe = BufWriter::with_capacity(1 << 20, child.stdin.take().expect("piped"));
    let fed = feed(pool, &mut pipe, from, to, &bar).await;
    drop(pipe);
    let status = child.wait().await?;
    bar.finish_and_clear();
    match fed {
        // The program has had enough, and says by its status what it makes of the events.
        Err(Fed::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        fed => fed?,
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

#[derive(Debug, thiserror::Error)]
enum Fed {
    #[error("the log can't be read")]
    Log(#[from] sqlx::Error),
    #[error("the program can't be written to")]
    Io(#[from] io::Error),
}

async fn feed(
    pool: &PgPool,
    pipe: &mut (impl AsyncWriteExt + Unpin),
    from: Position,
    to: Option<Position>,
    bar: &ProgressBar,
) -> Result<(), Fed> {
    let pages = Pages::new(pool.clone());
    let until = match to {
        Some(to) => to,
        None => pages.head().await?,
    };
    let filter = Filter { until: Some(until), ..Filter::default() };
    let mut after = (from - 1).max(0);
    loop {
        let page = pages.read(&filter, after, PAGE).await?;
        for event in &page.events {
            let mut line = serde_json::to_vec(event).map_err(io::Error::from)?;
            line.push(b'\n');
            pipe.write_all(&line).await?;
        }
        show(bar, page.up_to);
        after = page.up_to;
        if page.is_last {
            return Ok(pipe.flush().await?);
        }
    }
}

fn until(text: &str) -> Result<Until, &'static str> {
    match text.parse() {
        Ok(position) => Ok(Until::Position(position)),
        Err(_) => time(text).map(Until::Time),
    }
}
