//! The one list of features, and what follows from it.

use crate::app::{App, Parts};
use crate::feature::{Feature, Unable, Worker};
use crate::layers::TimeLimits;
use crate::layers::costs::Costs;
use crate::layers::rate_limit::RateLimits;
use crate::wiring::Wiring;
use crate::{
    account, aliases, availability, backlog, blocks, boards, comments, console, erasure, events, exports,
    follows, letters, likes, me, media, oauth, ops, pages, passwords, posts, profile_images, read_models,
    roles, search, searches, sessions, sign_ups, site, tags, timeline, users, withdrawals,
};
use axum::Router;
use domain::Event;
use event_log::touched::Touches;
use jobs::Kind;
use projections::Projector;
use react::Reaction;
use service::settings::Settings;
use std::sync::Arc;
use uuid::Uuid;

/// Every feature there is: a new one adds a line here.
pub static ALL: &[&dyn Feature] = &[
    &users::Users,
    &sign_ups::SignUps,
    &availability::Availability,
    &sessions::Sessions,
    &oauth::OAuth,
    &passwords::Passwords,
    &account::Account,
    &withdrawals::Withdrawals,
    &erasure::Erasure,
    &exports::Exports,
    &letters::Letters,
    &roles::Roles,
    &me::Me,
    &follows::Follows,
    &blocks::Blocks,
    &posts::Posts,
    &media::Media,
    &profile_images::ProfileImages,
    &comments::Comments,
    &likes::Likes,
    &timeline::Timeline,
    &tags::Tags,
    &search::SearchFeature,
    &searches::Searches,
    &boards::Boards,
    &aliases::Aliases,
    &events::Events,
    &read_models::ReadModels,
    &backlog::Jobs,
    &ops::Ops,
    &pages::Pages,
    &site::Site,
    &console::Console,
];

/// Every read model's projector, as this process's settings have them.
#[must_use]
pub fn projectors(settings: &Settings) -> Vec<Arc<dyn Projector>> {
    ALL.iter().flat_map(|feature| feature.projectors(settings)).collect()
}

/// Every feature's pages.
pub fn pages() -> Router<App> {
    ALL.iter().map(|feature| feature.pages()).fold(Router::new(), Router::merge)
}

/// Puts together what features keep for themselves where requests are answered.
///
/// # Errors
/// The first that can't start here.
pub fn equip(wiring: &Wiring) -> Result<Parts, Unable> {
    let mut parts = Parts::default();
    for feature in ALL {
        feature.equip(wiring, &mut parts)?;
    }
    let limits = ALL.iter().flat_map(|feature| feature.time_limits()).copied();
    parts.put(TimeLimits(limits.collect()));
    let costs = ALL.iter().flat_map(|feature| feature.costs()).copied();
    parts.put(Costs(costs.collect()));
    parts.put(RateLimits::new(wiring.settings.rate_limit_per_minute));
    Ok(parts)
}

/// Everything that features have running in a process of these roles.
///
/// # Errors
/// The first that can't start here.
pub fn workers(wiring: &Wiring, app: Option<&App>) -> Result<Vec<Worker>, Unable> {
    let mut workers = vec![];
    for feature in ALL {
        workers.extend(feature.workers(wiring, app)?);
    }
    Ok(workers)
}

/// Every reaction. Where the past is served, there is none.
#[must_use]
pub fn reactions(wiring: &Wiring) -> Vec<Arc<dyn Reaction>> {
    let live = ALL.iter().filter(|_| wiring.is_live());
    live.flat_map(|feature| feature.reactions(wiring)).collect()
}

/// The names of all kinds of jobs.
#[must_use]
pub fn job_kinds() -> Vec<&'static str> {
    ALL.iter().flat_map(|feature| feature.jobs()).map(|job| job.kind).collect()
}

/// The jobs that a process of these roles does. Where the past is served, nobody does any.
///
/// # Errors
/// The first that can't start here.
pub fn jobs(wiring: &Wiring, app: Option<&App>) -> Result<Vec<Kind>, Unable> {
    let mut kinds = vec![];
    for job in ALL.iter().filter(|_| wiring.is_live()).flat_map(|feature| feature.jobs()) {
        kinds.extend(job.start(wiring, app)?);
    }
    Ok(kinds)
}

/// Sets the gauges of all features.
///
/// # Errors
/// The first that can't be measured.
pub async fn gauge(wiring: &Wiring, app: Option<&App>) -> Result<(), sqlx::Error> {
    for feature in ALL {
        if let Some(gauge) = feature.gauge(wiring, app) {
            gauge.await?;
        }
    }
    Ok(())
}

/// What an event touches, whichever feature knows it.
#[must_use]
pub fn touches(aggregate_id: Uuid, event: &Event) -> Touches {
    ALL.iter().map(|feature| feature.touches(aggregate_id, event)).fold(Touches::NOTHING, Touches::or)
}
