//! Whether this node can serve, part by part.

use async_nats::connection::State;
use event_log::nats::Nats;
use futures::future::BoxFuture;
use projections::Projector;
use projections::schema::outdated;
use serde::Serialize;
use sqlx::PgPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use utoipa::ToSchema;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Tells whether this node can serve.
pub(crate) type ReadinessSource = Arc<dyn Fn() -> BoxFuture<'static, Readiness> + Send + Sync>;

/// Whether a node can serve, part by part.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// Whether requests should be sent here.
    pub ready: bool,
    /// What it consists of.
    pub parts: Vec<ReadinessPart>,
}

/// Whether one part that a node needs is there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadinessPart {
    /// Such as `postgres`.
    pub name: String,
    /// Whether it works.
    pub ready: bool,
    /// What an operator should know.
    pub detail: String,
}

/// Asks the database, NATS, and whether the read models are what this release's queries ask for. Commands and
/// queries go on without NATS.
pub(crate) fn of(pool: PgPool, nats: Nats, projectors: Vec<Arc<dyn Projector>>) -> ReadinessSource {
    let (projectors, known) = (Arc::new(projectors), Arc::new(AtomicBool::new(false)));
    Arc::new(move || {
        let (pool, nats) = (pool.clone(), nats.clone());
        let (projectors, known) = (projectors.clone(), known.clone());
        Box::pin(async move {
            let postgres = postgres(&pool).await;
            // What was renewed once does not grow old again.
            let models =
                if known.load(Ordering::Relaxed) { renewed() } else { models(&pool, &projectors).await };
            known.store(models.ready, Ordering::Relaxed);
            let ready = postgres.ready && models.ready;
            Readiness { ready, parts: vec![postgres, connection(&nats), models] }
        })
    })
}

async fn postgres(pool: &PgPool) -> ReadinessPart {
    match tokio::time::timeout(PATIENCE, sqlx::query("select 1").execute(pool)).await {
        Ok(Ok(_)) => part("postgres", true, "answers"),
        Ok(Err(failure)) => part("postgres", false, failure.to_string()),
        Err(_elapsed) => part("postgres", false, "does not answer within two seconds"),
    }
}

fn connection(nats: &Nats) -> ReadinessPart {
    let connected = nats.client().connection_state() == State::Connected;
    part("nats", connected, if connected { "connected" } else { "away: read models lag until it is back" })
}

async fn models(pool: &PgPool, projectors: &[Arc<dyn Projector>]) -> ReadinessPart {
    match tokio::time::timeout(PATIENCE, outdated(pool, projectors)).await {
        Ok(Ok(names)) if names.is_empty() => renewed(),
        Ok(Ok(names)) => {
            let detail = format!("not of this release yet: {}; a projector rebuilds them", names.join(", "));
            part("read models", false, detail)
        }
        Ok(Err(failure)) => part("read models", false, failure.to_string()),
        Err(_elapsed) => {
            part("read models", false, "unknown: the database does not answer within two seconds")
        }
    }
}

fn renewed() -> ReadinessPart {
    part("read models", true, "of this release, or of a newer one")
}

fn part(name: &str, ready: bool, detail: impl Into<String>) -> ReadinessPart {
    ReadinessPart { name: name.to_owned(), ready, detail: detail.into() }
}
