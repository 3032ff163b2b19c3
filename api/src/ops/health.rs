//! Readiness: whether a process can serve, part by part. The process looks every second, so that a probe is
//! told what was seen last and costs the database nothing.

use crate::wiring::Wiring;
use async_nats::connection::State;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use event_log::nats::Nats;
use projections::Projector;
use projections::schema::outdated;
use serde::Serialize;
use sqlx::PgPool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

/// The time that the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// The interval at which this process looks whether it can serve.
const READINESS_EVERY: Duration = Duration::from_secs(1);
/// The age after which a look says nothing any more.
const STALE: Duration = Duration::from_secs(10);

/// Readiness: whether a node can serve, part by part.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// True when a balancer may send requests to this server.
    pub ready: bool,
    /// The parts that the node needs.
    pub parts: Vec<ReadinessPart>,
}

/// The readiness of one part that a node needs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadinessPart {
    /// The part's name, such as `postgres`.
    pub name: String,
    /// True if the part works.
    pub ready: bool,
    /// A detail that an operator should know.
    pub detail: String,
}

/// The last look of a process at itself.
pub struct Health {
    pool: PgPool,
    nats: Nats,
    projectors: Vec<Arc<dyn Projector>>,
    seen: Mutex<Seen>,
}

struct Seen {
    at: Instant,
    readiness: Readiness,
    /// True once the read models were of this release: read models that were renewed once do not grow old
    /// again.
    models_are_renewed: bool,
}

impl Health {
    /// Makes the health of this process, with a first look.
    pub async fn look(wiring: &Wiring, projectors: Vec<Arc<dyn Projector>>) -> Arc<Self> {
        let nothing = Readiness { ready: false, parts: vec![] };
        let health = Arc::new(Self {
            pool: wiring.pool.clone(),
            nats: wiring.nats.clone(),
            projectors,
            seen: Mutex::new(Seen { at: Instant::now(), readiness: nothing, models_are_renewed: false }),
        });
        health.look_again().await;
        health
    }

    /// Looks again and again until shutdown.
    pub async fn watch(self: Arc<Self>, shutdown: CancellationToken) {
        let mut often = tokio::time::interval(READINESS_EVERY);
        often.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(often.tick()).await.is_some() {
            self.look_again().await;
        }
    }

    /// Returns the readiness of this process, as of a moment ago.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.at.elapsed() < STALE {
            true => seen.readiness.clone(),
            false => Readiness { ready: false, parts: vec![part("process", false, "too busy to look")] },
        }
    }

    /// Answers with the readiness over HTTP: 503 sends requests elsewhere.
    #[must_use]
    pub fn answer(&self) -> Response {
        let readiness = self.readiness();
        let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        (status, Json(readiness)).into_response()
    }

    /// Looks at the database, NATS, and the read models, which must have what this release's queries ask for.
    /// Commands and queries go on without NATS.
    async fn look_again(&self) {
        let are_renewed = self.seen.lock().unwrap_or_else(PoisonError::into_inner).models_are_renewed;
        let postgres = postgres(&self.pool).await;
        let models = if are_renewed { renewed() } else { models(&self.pool, &self.projectors).await };
        let (ready, models_are_renewed) = (postgres.ready && models.ready, models.ready);
        let readiness = Readiness { ready, parts: vec![postgres, connection(&self.nats), models] };
        let seen = Seen { at: Instant::now(), readiness, models_are_renewed };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
    }
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
