//! The one list of features, and what follows from it.

use crate::app::{App, Parts};
use crate::feature::{Feature, Topic, Unable, Worker};
use crate::layers::TimeLimits;
use crate::layers::costs::Costs;
use crate::layers::rate_limit::RateLimits;
use crate::personal::{Export, TakeBack};
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

/// The list of all features: a new one adds a line here. Files stand in an export in this order, and what an
/// erased person did is taken back in this order.
pub static ALL: &[&dyn Feature] = &[
    &account::Account,
    &users::Users,
    &sign_ups::SignUps,
    &availability::Availability,
    &sessions::Sessions,
    &oauth::OAuth,
    &passwords::Passwords,
    &withdrawals::Withdrawals,
    &letters::Letters,
    &roles::Roles,
    &me::Me,
    &posts::Posts,
    &comments::Comments,
    &aliases::Aliases,
    &likes::Likes,
    &follows::Follows,
    &blocks::Blocks,
    &timeline::Timeline,
    &tags::Tags,
    &search::SearchFeature,
    &searches::Searches,
    &media::Media,
    &profile_images::ProfileImages,
    &boards::Boards,
    &exports::Exports,
    &erasure::Erasure,
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

/// The topics of the OpenAPI document.
#[must_use]
pub fn topics() -> Vec<Topic> {
    ALL.iter().filter_map(|feature| feature.topic()).collect()
}

/// Every feature's pages.
pub fn pages() -> Router<App> {
    ALL.iter().map(|feature| feature.pages()).fold(Router::new(), Router::merge)
}

/// Puts together the parts that features keep for themselves where requests are answered.
///
/// # Errors
/// The error of the first feature that can't start here.
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

/// The workers of all features in a process of these roles.
///
/// # Errors
/// The error of the first feature that can't start here.
pub fn workers(wiring: &Wiring, app: Option<&App>) -> Result<Vec<Worker>, Unable> {
    let mut workers = vec![];
    for feature in ALL {
        workers.extend(feature.workers(wiring, app)?);
    }
    Ok(workers)
}

/// The reactions of all features; none where a past is served.
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

/// The kinds of jobs that a process of these roles does; none where a past is served.
///
/// # Errors
/// The error of the first job that can't start here.
pub fn jobs(wiring: &Wiring, app: Option<&App>) -> Result<Vec<Kind>, Unable> {
    let mut kinds = vec![];
    for job in ALL.iter().filter(|_| wiring.is_live()).flat_map(|feature| feature.jobs()) {
        kinds.extend(job.start(wiring, app)?);
    }
    Ok(kinds)
}

/// The steps that undo what features have of a person who is erased.
#[must_use]
pub fn take_back() -> Vec<TakeBack> {
    ALL.iter().flat_map(|feature| feature.personal().take_back).copied().collect()
}

/// The files that features add to a person's export.
#[must_use]
pub fn exports() -> Vec<Export> {
    ALL.iter().flat_map(|feature| feature.personal().exports).copied().collect()
}

/// Sets the gauges of all features.
///
/// # Errors
/// The error of the first gauge that can't be measured.
pub async fn gauge(wiring: &Wiring, app: Option<&App>) -> Result<(), sqlx::Error> {
    for feature in ALL {
        if let Some(gauge) = feature.gauge(wiring, app) {
            gauge.await?;
        }
    }
    Ok(())
}

/// The ids that an event touches, by whichever feature knows the event.
#[must_use]
pub fn touches(aggregate_id: Uuid, event: &Event) -> Touches {
    ALL.iter().map(|feature| feature.touches(aggregate_id, event)).fold(Touches::NOTHING, Touches::or)
}

#[cfg(test)]
mod tests {
    use super::*;
    use history::masking;
    use std::collections::BTreeSet;

    fn owners(aggregate_type: &str) -> Vec<&'static &'static dyn Feature> {
        ALL.iter().filter(|feature| feature.aggregates().contains(&aggregate_type)).collect()
    }

    #[test]
    fn every_aggregate_is_of_one_feature_and_no_feature_owns_another() {
        for aggregate_type in Event::aggregates() {
            assert_eq!(owners(aggregate_type).len(), 1, "features that own {aggregate_type}");
        }
        for owned in ALL.iter().flat_map(|feature| feature.aggregates()) {
            assert!(Event::aggregates().contains(owned), "{owned} is no aggregate");
        }
    }

    #[test]
    fn what_is_personal_is_in_an_export() {
        for aggregate_type in Event::aggregates().iter().filter(|of| masking::mask(of).is_some()) {
            let exports = owners(aggregate_type).into_iter().flat_map(|feature| feature.personal().exports);
            assert!(
                exports.count() > 0,
                "{aggregate_type} has personal text, and its feature exports nothing"
            );
        }
    }

    #[test]
    fn every_route_stands_under_a_topic_that_a_feature_describes() {
        let topics: BTreeSet<_> = topics().iter().map(|(name, _)| *name).collect();
        for feature in ALL {
            let document = serde_json::to_value(feature.routes().into_openapi()).expect("JSON");
            let items = document["paths"].as_object().expect("paths").values();
            let operations = items.flat_map(|item| item.as_object().expect("methods").values());
            for operation in operations.filter(|operation| operation["operationId"].is_string()) {
                let mut topics_of = operation["tags"].as_array().expect("tags").iter();
                let is_described = topics_of.all(|topic| topics.contains(topic.as_str().unwrap_or_default()));
                assert!(is_described, "{}: {}", operation["operationId"], operation["tags"]);
            }
        }
    }

    #[test]
    fn no_two_features_write_the_same_file() {
        let names: Vec<_> = exports().iter().map(|export| export.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    }
}
