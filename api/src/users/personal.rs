//! The export of a person's profile as others see it.

use super::dto::Person;
use crate::app::App;
use crate::personal::{Export, ExportError, Exporter};
use domain::value::UserId;
use futures::future::BoxFuture;
use projections::profiles;

/// The export of the profile.
pub(super) static EXPORTS: &[Export] = &[Export {
    name: "profile.json",
    korean: "다른 사람에게 보이는 프로필",
    english: "your profile as others see it",
    reads: &["profiles"],
    write: profile,
}];

fn profile(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(async move {
        match profiles::query::by_id(&app.pool, me, Some(me)).await? {
            Some(person) => file.one(&Person::from(person)).await,
            None => Ok(()),
        }
    })
}
