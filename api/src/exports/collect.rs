//! What is in an export: the account as its owner sees it, what they wrote and liked as the API shows it, and
//! everything they ever did as the log has it.

use super::archive::{Archive, Items};
use crate::account::dto::PrivateAccount;
use crate::app::App;
use crate::comments::dto::Comment;
use crate::oauth::dto::Identity;
use crate::posts::dto::Post;
use crate::searches::Search;
use crate::sessions::dto::SessionSeen;
use crate::tags::dto::TagPage;
use crate::users::dto::Person;
use domain::media::MediaState;
use domain::search_history::SearchHistory;
use domain::user::User;
use domain::value::UserId;
use event_log::event_store::StoreError;
use futures::TryStreamExt;
use photos::images::VariantName;
use photos::media::{MAX_BYTES, variant_key};
use photos::s3::StorageError;
use projections::{Page, comments, media, posts, profiles, searches, tags};
use serde_json::json;
use sqlx::Row;
use sqlx::types::chrono::{DateTime, Utc};
use std::fs::File;
use std::io;
use tokio::runtime::Handle;
use uuid::Uuid;
use vault::VaultError;

const PAGE: usize = 100;
const LARGEST: VariantName = VariantName::Width1280;
const README: &str = include_str!("readme.txt");

/// Why an export could not be made; it is tried again.
#[derive(Debug, thiserror::Error)]
pub(super) enum CollectError {
    /// The file can't be written.
    #[error("the archive can't be written")]
    Io(#[from] io::Error),
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The read models can't be read.
    #[error("the read models can't be read")]
    Read(#[from] sqlx::Error),
}

/// Writes all of it, on a thread of its own: compressing takes a processor's time.
pub(super) fn collect(runtime: &Handle, app: &App, me: UserId) -> Result<File, CollectError> {
    let mut archive = Archive::new()?;
    archive.text("README.txt", README)?;
    account(runtime, app, me, &mut archive)?;
    let (pool, viewer) = (&app.pool, Some(me));
    pages(
        runtime,
        &mut archive,
        "posts.json",
        |post| Post::of(post, app.part()),
        |after| posts::query::by_author(pool, me, viewer, after, PAGE),
    )?;
    pages(runtime, &mut archive, "comments.json", Comment::from, |after| {
        comments::query::by_author(pool, me, viewer, after, PAGE)
    })?;
    pages(
        runtime,
        &mut archive,
        "liked_posts.json",
        |post| Post::of(post, app.part()),
        |after| posts::query::liked_by(pool, me, viewer, after, PAGE),
    )?;
    pages(runtime, &mut archive, "following.json", Person::from, |after| {
        profiles::query::following(pool, me, viewer, after, PAGE)
    })?;
    pages(runtime, &mut archive, "followers.json", Person::from, |after| {
        profiles::query::followers(pool, me, viewer, after, PAGE)
    })?;
    pages(runtime, &mut archive, "followed_tags.json", TagPage::from, |after| {
        tags::query::followed(pool, me, after, PAGE)
    })?;
    let searched = runtime.block_on(searches::query::recent(pool, me, "", SearchHistory::MAX))?;
    archive.one("searches.json", &searched.into_iter().map(Search::from).collect::<Vec<_>>())?;
    anonymous(runtime, app, me, &mut archive)?;
    history(runtime, app, me, &mut archive)?;
    photos(runtime, app, me, &mut archive)?;
    Ok(archive.finish()?)
}

fn account(runtime: &Handle, app: &App, me: UserId, archive: &mut Archive) -> Result<(), CollectError> {
    let user = runtime.block_on(app.executor.load::<User>(me.0))?;
    let details = runtime.block_on(app.vault.accounts.details(me))?;
    archive.one("account.json", &PrivateAccount::of(details, &user))?;
    if let Some(person) = runtime.block_on(profiles::query::by_id(&app.pool, me, Some(me)))? {
        archive.one("profile.json", &Person::from(person))?;
    }
    let sessions = runtime.block_on(app.vault.sessions.of(me))?;
    // Made in none of them.
    let sessions: Vec<_> = sessions.into_iter().map(|one| SessionSeen::of(one, Uuid::nil())).collect();
    archive.one("sessions.json", &sessions)?;
    let identities = runtime.block_on(app.vault.identities.of(me))?;
    archive.one("identities.json", &identities.into_iter().map(Identity::from).collect::<Vec<_>>())?;
    Ok(())
}

/// What they wrote under each of their aliases.
fn anonymous(runtime: &Handle, app: &App, me: UserId, archive: &mut Archive) -> Result<(), CollectError> {
    let (pool, viewer) = (&app.pool, Some(me));
    let aliases = runtime.block_on(app.vault.aliases.all_of(me))?;
    let mut items = archive.array("anonymous_posts.json")?;
    for &alias in &aliases {
        push_all(
            runtime,
            &mut items,
            |post| Post::of(post, app.part()),
            |after| posts::query::by_author(pool, alias, viewer, after, PAGE),
        )?;
    }
    items.end()?;
    let mut items = archive.array("anonymous_comments.json")?;
    for &alias in &aliases {
        push_all(runtime, &mut items, Comment::from, |after| {
            comments::query::by_author(pool, alias, viewer, after, PAGE)
        })?;
    }
    Ok(items.end()?)
}

fn pages<T, U, K, F>(
    runtime: &Handle,
    archive: &mut Archive,
    name: &str,
    shown: impl Fn(T) -> U,
    page: impl Fn(Option<K>) -> F,
) -> Result<(), CollectError>
where
    U: serde::Serialize,
    F: Future<Output = Result<Page<T, K>, sqlx::Error>>,
{
    let mut items = archive.array(name)?;
    push_all(runtime, &mut items, shown, page)?;
    Ok(items.end()?)
}

fn push_all<T, U, K, F>(
    runtime: &Handle,
    items: &mut Items<'_>,
    shown: impl Fn(T) -> U,
    page: impl Fn(Option<K>) -> F,
) -> Result<(), CollectError>
where
    U: serde::Serialize,
    F: Future<Output = Result<Page<T, K>, sqlx::Error>>,
{
    let mut after = None;
    loop {
        let read = runtime.block_on(page(after))?;
        for item in read.items {
            items.push(&shown(item))?;
        }
        after = read.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// One at a time: each is held whole.
fn photos(runtime: &Handle, app: &App, me: UserId, archive: &mut Archive) -> Result<(), CollectError> {
    let Some(storage) = &app.storage else { return Ok(()) };
    let mut all = runtime.block_on(media::query::of_owner(&app.pool, me))?;
    for anonymous in runtime.block_on(app.vault.aliases.media_of(me))? {
        all.extend(runtime.block_on(media::query::one(&app.pool, anonymous.id))?);
    }
    for media in all {
        let key = variant_key(media.id, LARGEST.as_str());
        if media.state == MediaState::Ready
            && let Some(photo) = runtime.block_on(storage.get(&key, MAX_BYTES))?
        {
            archive.file(&format!("photos/{}.webp", media.id), &photo)?;
        }
    }
    Ok(())
}

fn history(runtime: &Handle, app: &App, me: UserId, archive: &mut Archive) -> Result<(), CollectError> {
    let mut lines = archive.lines("history.jsonl")?;
    runtime.block_on(async {
        let mut tx = app.pool.begin().await?;
        // All of a long log takes a while; nobody waits for it.
        sqlx::query("set local statement_timeout = '10min'").execute(&mut *tx).await?;
        let mut rows = sqlx::query(include_str!("history.sql")).bind(me.to_string()).fetch(&mut *tx);
        while let Some(row) = rows.try_next().await? {
            let line = json!({
                "position": row.try_get::<i64, _>("position")?,
                "type": row.try_get::<&str, _>("event_type")?,
                "id": row.try_get::<&str, _>("aggregate_id")?,
                "at": row.try_get::<DateTime<Utc>, _>("recorded_at")?,
                "event": row.try_get::<serde_json::Value, _>("payload")?,
            });
            lines.push(&line)?;
        }
        Ok::<_, CollectError>(())
    })?;
    Ok(lines.end()?)
}
