//! A feature is whatever the service does that the ground does not know of. It declares itself in its own
//! `mod.rs`, by all the parts that it has; [`crate::features`] lists all features, and routes, read models,
//! workers, caches, erasing and exporting are loops over that list.

use crate::app::{App, Parts};
pub use crate::document::Topic;
use crate::personal::Personal;
use crate::wiring::Wiring;
use axum::Router;
use domain::Event;
use event_log::touched::Touches;
use futures::future::BoxFuture;
use jobs::{Job, Kind};
use projections::Projector;
use react::Reaction;
use service::settings::Settings;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

/// A worker: a future that runs beside requests until the node stops.
pub type Worker = BoxFuture<'static, ()>;

/// A measurement: a future that sets gauges.
pub type Gauge = BoxFuture<'static, Result<(), sqlx::Error>>;

/// The reason why a feature can't start in this process.
pub type Unable = Box<dyn Error + Send + Sync>;

/// The function that makes a kind of job with what a process has for it; none where the process does no such
/// jobs.
type Start = dyn Fn(&Wiring, Option<&App>) -> Result<Option<Kind>, Unable>;

/// A kind of job, as its feature declares it.
pub struct DeclaredJob {
    /// See [`Job::KIND`].
    pub kind: &'static str,
    start: Box<Start>,
}

impl DeclaredJob {
    /// Declares the jobs of type `J`. `context` makes what they need of the process; none in a process that
    /// does no such jobs, by its roles, for example.
    pub fn of<J: Job>(
        context: impl Fn(&Wiring, Option<&App>) -> Result<Option<J::Context>, Unable> + 'static,
    ) -> Self {
        let start = move |wiring: &Wiring, app: Option<&App>| Ok(context(wiring, app)?.map(Kind::of::<J>));
        Self { kind: J::KIND, start: Box::new(start) }
    }

    /// The kind of job as this process does it; none where the process does no such jobs.
    ///
    /// # Errors
    /// An error if what the jobs need can't be used.
    pub fn start(&self, wiring: &Wiring, app: Option<&App>) -> Result<Option<Kind>, Unable> {
        (self.start)(wiring, app)
    }
}

/// A feature of the service. Each part is empty unless the feature says otherwise.
pub trait Feature: Send + Sync {
    /// The topic of the feature's routes in the document; none where they stand under another feature's topic.
    fn topic(&self) -> Option<Topic> {
        None
    }

    /// The feature's routes under `/v1`, with the document that describes them.
    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
    }

    /// The feature's pages for browsers; they are no part of the API, so its document leaves them out.
    fn pages(&self) -> Router<App> {
        Router::new()
    }

    /// The time limits of routes, as they are declared, whose requests may take longer than others.
    fn time_limits(&self) -> &'static [(&'static str, Duration)] {
        &[]
    }

    /// The costs of routes, as they are declared, whose requests count for more than one in the limit of
    /// rate, or for nothing: 0.
    fn costs(&self) -> &'static [(&'static str, u32)] {
        &[]
    }

    /// The projectors that build the feature's read models.
    fn projectors(&self, _settings: &Settings) -> Vec<Arc<dyn Projector>> {
        vec![]
    }

    /// Puts in the parts that the feature keeps for itself where requests are answered.
    ///
    /// # Errors
    /// An error if what the feature needs is missing or can't be used.
    fn equip(&self, _wiring: &Wiring, _parts: &mut Parts) -> Result<(), Unable> {
        Ok(())
    }

    /// The workers that the feature has running in a process of these roles; `app` is there where requests
    /// are answered.
    ///
    /// # Errors
    /// An error if what the feature needs is missing or can't be used.
    fn workers(&self, _wiring: &Wiring, _app: Option<&App>) -> Result<Vec<Worker>, Unable> {
        Ok(vec![])
    }

    /// The feature's reactions: what follows from events, beside read models.
    fn reactions(&self, _wiring: &Wiring) -> Vec<Arc<dyn Reaction>> {
        vec![]
    }

    /// The kinds of jobs that the feature has done beside requests, by whichever process is free.
    fn jobs(&self) -> Vec<DeclaredJob> {
        vec![]
    }

    /// The measurement that sets the feature's gauges, where it takes a query to the database.
    fn gauge(&self, _wiring: &Wiring, _app: Option<&App>) -> Option<Gauge> {
        None
    }

    /// The aggregate types that are this feature's and no other's.
    fn aggregates(&self) -> &'static [&'static str] {
        &[]
    }

    /// What the feature takes back of an erased person, and what it exports of a person. This part alone has to be
    /// said, if only to say that there is nothing: nobody can forget to forget.
    fn personal(&self) -> Personal;

    /// The ids that the event touches: what was read before of these people and things may not stand any
    /// more.
    fn touches(&self, _aggregate_id: Uuid, _event: &Event) -> Touches {
        Touches::NOTHING
    }
}
