//! The export of the tags that a person follows. The tags of an erased person are masked.

use super::dto::TagPage;
use crate::app::App;
use crate::personal::{Export, ExportError, Exporter, PAGE};
use domain::value::UserId;
use futures::future::BoxFuture;
use projections::tags;

/// The export of all followed tags.
pub(super) static EXPORTS: &[Export] = &[Export {
    name: "followed_tags.json",
    korean: "팔로우하는 태그",
    english: "tags you follow",
    reads: &["tags"],
    write: followed_tags,
}];

fn followed_tags(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(file.pages(TagPage::from, move |after| tags::query::followed(&app.pool, me, after, PAGE)))
}
