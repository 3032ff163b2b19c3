//! Authors: the table `authors` says who wrote a post or a comment; several slices keep it alike, each in its
//! own schema, so that a card is read without leaving that schema.

use crate::{Check, RecordedEvent, Tx};
use domain::Event;
use domain::user::UserEvent;
use domain::value::UserId;
use sqlx::Row;
use sqlx::postgres::PgRow;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// An author: a person as a card shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The person's id.
    pub id: UserId,
    /// The handle as its owner writes it.
    pub handle: String,
    /// The name by which the person is shown, free text.
    pub display_name: String,
}

/// A byline says who wrote a post or comment, as far as anyone but the vault knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Byline {
    /// A person under their own name.
    Author(Author),
    /// A person who is known by an alias there.
    Alias(UserId),
}

impl Byline {
    /// Reads `anonymous`, `author_id` and the columns of [`Author::of`]; returns `None` where neither author
    /// nor alias is to be seen.
    pub(crate) fn of(row: &PgRow) -> Result<Option<Self>, sqlx::Error> {
        if row.try_get::<Option<bool>, _>("anonymous")? == Some(true) {
            return Ok(Some(Self::Alias(UserId(row.try_get("author_id")?))));
        }
        Ok(Author::of(row)?.map(Self::Author))
    }
}

/// The query of the table's rows, see [`crate::Definition::compared`].
pub(crate) const COMPARED: &str = "select user_id, handle, display_name, active, private from authors";

/// The check of the table, see [`crate::Definition::checks`].
pub(crate) const CHECK: Check =
    Check { states: "authors are as their latest events say", sql: include_str!("authors/check.sql") };

impl Author {
    /// Reads columns `user_id`, `handle` and `display_name`; returns `None` where a left join found nobody.
    pub(crate) fn of(row: &PgRow) -> Result<Option<Self>, sqlx::Error> {
        let Some(id) = row.try_get::<Option<Uuid>, _>("user_id")? else { return Ok(None) };
        let handle = row.try_get("handle")?;
        Ok(Some(Self { id: UserId(id), handle, display_name: row.try_get("display_name")? }))
    }
}

/// Brings the table up to date with a batch.
pub(crate) async fn apply(tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    let (new, changed): (Vec<_>, Vec<_>) =
        fold(events).into_iter().partition(|(_, change)| change.registered);
    if !new.is_empty() {
        write(tx, INSERT, &new).await?;
    }
    if !changed.is_empty() {
        write(tx, UPDATE, &changed).await?;
    }
    Ok(())
}

const INSERT: &str = "
    insert into authors (user_id, handle, display_name, active, private)
    select user_id, handle, display_name, coalesce(active, true), coalesce(private, false)
    from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::boolean[])
        as new (user_id, handle, display_name, active, private)";

const UPDATE: &str = "
    update authors
    set handle = coalesce(change.handle, authors.handle),
        display_name = coalesce(change.display_name, authors.display_name),
        active = coalesce(change.active, authors.active),
        private = coalesce(change.private, authors.private)
    from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::boolean[])
        as change (user_id, handle, display_name, active, private)
    where authors.user_id = change.user_id";

/// The change that a batch makes to one person; a field that is `None` stays.
#[derive(Debug, Default, PartialEq, Eq)]
struct AuthorChange<'a> {
    registered: bool,
    handle: Option<&'a str>,
    display_name: Option<&'a str>,
    active: Option<bool>,
    private: Option<bool>,
}

fn fold(events: &[Arc<RecordedEvent>]) -> BTreeMap<Uuid, AuthorChange<'_>> {
    let mut changes: BTreeMap<Uuid, AuthorChange<'_>> = BTreeMap::new();
    for recorded in events {
        let Ok(Event::User(event)) = &recorded.event else { continue };
        let change = changes.entry(recorded.aggregate_id).or_default();
        match event {
            UserEvent::UserRegistered { handle, display_name, .. } => {
                change.registered = true;
                change.handle = Some(handle);
                change.display_name = Some(display_name);
            }
            UserEvent::ProfileChanged { display_name, .. } => change.display_name = Some(display_name),
            UserEvent::HandleChanged { handle, .. } => change.handle = Some(handle),
            UserEvent::PrivacyChanged { private } => change.private = Some(*private),
            UserEvent::UserDeactivated {} => change.active = Some(false),
            UserEvent::UserReactivated {} => change.active = Some(true),
            UserEvent::PersonErased {} => {
                change.handle = Some("");
                change.display_name = Some("");
                change.active = Some(false);
            }
            UserEvent::AvatarChanged { .. }
            | UserEvent::BannerChanged { .. }
            | UserEvent::PinsChanged { .. }
            | UserEvent::RoleGranted { .. }
            | UserEvent::RoleRevoked { .. } => {}
        }
    }
    changes
}

async fn write(tx: &mut Tx<'_>, sql: &str, changes: &[(Uuid, AuthorChange<'_>)]) -> Result<(), sqlx::Error> {
    sqlx::query(sql)
        .bind(changes.iter().map(|(id, _)| *id).collect::<Vec<_>>())
        .bind(changes.iter().map(|(_, change)| change.handle).collect::<Vec<_>>())
        .bind(changes.iter().map(|(_, change)| change.display_name).collect::<Vec<_>>())
        .bind(changes.iter().map(|(_, change)| change.active).collect::<Vec<_>>())
        .bind(changes.iter().map(|(_, change)| change.private).collect::<Vec<_>>())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
