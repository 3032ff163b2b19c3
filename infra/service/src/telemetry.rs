//! Telemetry: log lines to stderr and metrics for Prometheus; several nodes in one process share both.

use crate::settings::{LogFormat, LogSettings};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::{io::IsTerminal, sync::OnceLock, time::Duration};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

/// The buckets of histograms. A histogram is in seconds unless its name ends in `_size`.
const SECONDS: [f64; 16] =
    [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0];
const SIZES: [f64; 13] =
    [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0, 4_096.0, 16_384.0];

/// The pause after which samples, which wait in memory, are folded into buckets; scrapes may be rare.
const FOLD_EVERY: Duration = Duration::from_secs(5);

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts logging as the settings say. Only the first call in a process has an effect.
pub fn start_logging(settings: &LogSettings) {
    let filter = EnvFilter::try_new(&settings.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match settings.format {
        LogFormat::Pretty => lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // A second subscriber is refused; the first one goes on, as it should.
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}

/// Starts recording metrics, at the first call, and returns the handle that renders them for `/metrics`.
///
/// # Panics
/// Panics if other code in this process has installed a recorder.
pub fn install() -> PrometheusHandle {
    METRICS.get_or_init(record).clone()
}

fn record() -> PrometheusHandle {
    let handle = PrometheusBuilder::new()
        .set_buckets(&SECONDS)
        .and_then(|builder| {
            let sizes = metrics_exporter_prometheus::Matcher::Suffix("_size".to_owned());
            builder.set_buckets_for_metric(sizes, &SIZES)
        })
        .and_then(PrometheusBuilder::install_recorder)
        .expect("buckets are not empty and this is the only recorder");
    let folded = handle.clone();
    let folding = std::thread::Builder::new().name("metrics".to_owned()).spawn(move || {
        loop {
            std::thread::sleep(FOLD_EVERY);
            folded.run_upkeep();
        }
    });
    if let Err(error) = folding {
        tracing::warn!(%error, "metrics are folded only when they are scraped");
    }
    handle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recording_starts_once_and_every_caller_sees_the_same() {
        install();
        metrics::counter!("telemetry_test_total").increment(2);
        metrics::histogram!("telemetry_test_seconds").record(0.003);
        let rendered = install().render();
        assert!(rendered.contains("telemetry_test_total 2"), "{rendered}");
        assert!(rendered.contains("telemetry_test_seconds_bucket{le=\"0.005\"} 1"), "{rendered}");
    }
}
