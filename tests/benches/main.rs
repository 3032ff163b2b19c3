//! The benchmarks: Madang's work per second, compared with that of Postgres alone or of a plain handler
//! within one run on one machine, because figures of different machines and hours can't be compared.
//!
//! Reading order: [`ground`] (services, data and server processes), [`load`] (closed and open loops over
//! [`client`]'s connections), [`pgbench`], [`rows`] (one function a subject), [`report`] and [`chart`].

mod chart;
mod client;
#[path = "../../infra/photos/src/images/corpus.rs"]
#[allow(dead_code, reason = "the library's own tests use the rest")]
mod corpus;
mod ground;
mod lag;
mod load;
mod pgbench;
mod report;
mod rows;
mod server;
mod until;

use clap::Parser;
use ground::Ground;
use report::Report;
use std::path::{Path, PathBuf};

/// Any error stops the benchmarks: no code handles it, a person reads it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measures Madang against Postgres alone and against a plain handler, on this machine, now.
#[derive(Debug, Parser)]
#[command(name = "tests/bench")]
pub struct Args {
    /// Subjects to measure: those whose name has one of these words in it: append, commands, all-roles,
    /// import, timeline, growth, merge, logins, photos, search, rebuild, history, fan-out, mixed, memory,
    /// start
    subjects: Vec<String>,
    /// Length of each measurement, in seconds
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Number of turns that each side of a ratio takes; the median counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=99))]
    rounds: u8,
    /// Folder of posts.tsv.gz and follows.tsv.gz [default: ../shared/data beside the checkout]
    #[arg(long, value_name = "DIR", env = "MADANG_TEST_DATA")]
    data: Option<PathBuf>,
    /// Import the data anew, even if an earlier run has left it imported
    #[arg(long)]
    fresh: bool,
    /// Draw the figures into this SVG file
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
    /// Flag that `cargo bench` passes
    #[arg(long, hide = true)]
    bench: bool,
}

impl Args {
    fn wants(&self, subject: &str) -> bool {
        self.subjects.is_empty() || self.subjects.iter().any(|wanted| subject.contains(wanted.as_str()))
    }

    fn data(&self) -> Result<PathBuf, Failure> {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
        let folder = self.data.clone().unwrap_or_else(beside);
        if folder.join("posts.tsv.gz").exists() && folder.join("follows.tsv.gz").exists() {
            return Ok(folder);
        }
        Err(format!(
            "{} has no posts.tsv.gz and follows.tsv.gz; name the folder that has by --data",
            folder.display()
        )
        .into())
    }
}

/// The allocator that the server has, too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let args = Args::parse();
    let subjects: Vec<_> = rows::SUBJECTS.iter().filter(|(name, _)| args.wants(name)).collect();
    if subjects.is_empty() {
        return Err("no subject has such a name; see --help".into());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut report = Report::default();
        let mut ground = Ground::prepare(&args, &mut report).await?;
        for (name, run) in subjects {
            eprintln!("— {name}");
            run(&mut ground, &mut report).await?;
        }
        println!("\n{report}");
        if let Some(file) = &args.chart {
            std::fs::write(file, chart::svg(&report))?;
            eprintln!("drawn into {}", file.display());
        }
        ground.stop().await;
        Ok(())
    })
}
