//! The writes of media.

use super::ShownBy;
use super::fold::{MediaChanges, Showing, Shown};
use crate::rows::write;
use crate::{RecordedEvent, Tx};
use chrono::{DateTime, Utc};
use domain::value::MediaId;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Applies a batch. New media come before what shows them, and media that are shown no longer before media
/// that are shown now: most of these are the same.
pub(super) async fn apply(tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    let MediaChanges { media, swept, showing, shown } = MediaChanges::of(events);
    let (new, changed): (Vec<_>, Vec<_>) = media.into_values().partition(|change| change.origin.is_some());
    write(tx, include_str!("insert_media.sql"), &new).await?;
    write(tx, include_str!("update_media.sql"), &changed).await?;
    write_unshown(tx, &showing).await?;
    write_shown(tx, &shown).await?;
    if !swept.is_empty() {
        sqlx::query("delete from media where media_id = any($1::uuid[])")
            .bind(swept)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

async fn write_unshown(tx: &mut Tx<'_>, showing: &BTreeMap<ShownBy, Showing>) -> Result<(), sqlx::Error> {
    if showing.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("update_unshown.sql"))
        .bind(showing.keys().map(|by| by.kind()).collect::<Vec<_>>())
        .bind(showing.keys().map(|by| by.id()).collect::<Vec<_>>())
        .bind(showing.values().map(|showing| showing.since).collect::<Vec<_>>())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn write_shown(tx: &mut Tx<'_>, shown: &BTreeMap<MediaId, Shown>) -> Result<(), sqlx::Error> {
    if shown.is_empty() {
        return Ok(());
    }
    let columns = |shown: &Shown| -> (Option<&str>, Option<Uuid>, Option<DateTime<Utc>>) {
        match *shown {
            Shown::By(by) => (Some(by.kind()), Some(by.id()), None),
            Shown::Until(at) => (None, None, Some(at)),
        }
    };
    sqlx::query(include_str!("update_shown.sql"))
        .bind(shown.keys().map(|media| media.0).collect::<Vec<_>>())
        .bind(shown.values().map(|shown| columns(shown).0).collect::<Vec<_>>())
        .bind(shown.values().map(|shown| columns(shown).1).collect::<Vec<_>>())
        .bind(shown.values().map(|shown| columns(shown).2).collect::<Vec<_>>())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
