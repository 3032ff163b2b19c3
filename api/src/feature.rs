//! What a feature is: whatever the service does that the ground does not know of. A feature declares itself in its own
//! `mod.rs`, by all the parts that it has; [`crate::features`] lists them, and routes, read models, workers, caches,
//! erasing and exporting are loops over that list.

use crate::app::{App, Parts};
use crate::personal::{Export, TakeBack};
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

/// Something that runs beside requests until the node stops.
pub type Worker = BoxFuture<'static, ()>;

/// A measurement on its way.
pub type Gauge = BoxFuture<'static, Result<(), sqlx::Error>>;

/// Why a feature can't start in this process.
pub type Unable = Box<dyn Error + Send + Sync>;

/// Makes a kind of job with what a process has for it; none where the process does not do it.
type Start = dyn Fn(&Wiring, Option<&App>) -> Result<Option<Kind>, Unable>;

/// A kind of job, as its feature declares it.
pub struct DeclaredJob {
    /// See [`Job::KIND`].
    pub kind: &'static str,
    start: Box<Start>,
}

impl DeclaredJob {
    /// Jobs of this type. `context` is what a process has that they need; none in a process that does not do them, by
    /// its roles, say.
    pub fn of<J: Job>(
        context: impl Fn(&Wiring, Option<&App>) -> Result<Option<J::Context>, Unable> + 'static,
    ) -> Self {
        let start = move |wiring: &Wiring, app: Option<&App>| Ok(context(wiring, app)?.map(Kind::of::<J>));
        Self { kind: J::KIND, start: Box::new(start) }
    }

    /// The kind as this process does it, if it does.
    ///
    /// # Errors
    /// What it needs can't be used.
    pub fn start(&self, wiring: &Wiring, app: Option<&App>) -> Result<Option<Kind>, Unable> {
        (self.start)(wiring, app)
    }
}

/// One feature. Each part is empty unless the feature says otherwise.
pub trait Feature: Send + Sync {
    /// What it answers under `/v1`, with the document that describes it.
    fn routes(&self) -> OpenApiRouter<App> {
        OpenApiRouter::new()
    }

    /// What it shows to browsers; no part of the API, so its document leaves them out.
    fn pages(&self) -> Router<App> {
        Router::new()
    }

    /// Routes, as they are declared, whose requests may take longer than others.
    fn time_limits(&self) -> &'static [(&'static str, Duration)] {
        &[]
    }

    /// Routes, as they are declared, whose requests count for more than one in the limit of rate, or for nothing: 0.
    fn costs(&self) -> &'static [(&'static str, u32)] {
        &[]
    }

    /// What builds its read models.
    fn projectors(&self, _settings: &Settings) -> Vec<Arc<dyn Projector>> {
        vec![]
    }

    /// Puts in what it keeps for itself where requests are answered.
    ///
    /// # Errors
    /// What it needs is missing or can't be used.
    fn equip(&self, _wiring: &Wiring, _parts: &mut Parts) -> Result<(), Unable> {
        Ok(())
    }

    /// What it has running in a process of these roles; `app` is there where requests are answered.
    ///
    /// # Errors
    /// What it needs is missing or can't be used.
    fn workers(&self, _wiring: &Wiring, _app: Option<&App>) -> Result<Vec<Worker>, Unable> {
        Ok(vec![])
    }

    /// What follows from events, beside read models.
    fn reactions(&self, _wiring: &Wiring) -> Vec<Arc<dyn Reaction>> {
        vec![]
    }

    /// The jobs that it has done beside requests, by whichever process is free.
    fn jobs(&self) -> Vec<DeclaredJob> {
        vec![]
    }

    /// Sets its gauges, where measuring takes a question to the database.
    fn gauge(&self, _wiring: &Wiring, _app: Option<&App>) -> Option<Gauge> {
        None
    }

    /// The aggregate types that are this feature's and no other's.
    fn aggregates(&self) -> &'static [&'static str] {
        &[]
    }

    /// What it undoes of a person who is erased. What is personal in events is masked without it.
    fn take_back(&self) -> &'static [TakeBack] {
        &[]
    }

    /// The files that it adds to a person's export.
    fn exports(&self) -> &'static [Export] {
        &[]
    }

    /// Whose, or of what, something that was read before does not stand any more after the event.
    fn touches(&self, _aggregate_id: Uuid, _event: &Event) -> Touches {
        Touches::NOTHING
    }
}
