//! Media: photos from the announcement of their upload on, the posts and profiles that show them, and the
//! work that a worker has to do about them.

mod fold;
mod project;
pub mod query;
#[cfg(test)]
mod tests;

pub use query::{all, of_owner, one, to_process, to_remove, to_sweep};

use crate::{Check, Definition, Projector, RecordedEvent, Tx};
use chrono::{DateTime, Utc};
use domain::Event;
use domain::media::{MediaState, Processed};
use domain::post::PostEvent;
use domain::value::{MediaId, PostId, UserId};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// A media: a photo of which something is or may be in storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// The media's id.
    pub id: MediaId,
    /// The user who uploads the media.
    pub owner_id: UserId,
    /// The media's state; never unknown or swept.
    pub state: MediaState,
    /// The reason why the media was refused or removed, as a stable code.
    pub reason: Option<String>,
    /// The content type that the owner announced.
    pub content_type: String,
    /// The number of bytes: as announced, until the bytes are in storage; the number in storage from then on.
    pub byte_size: i64,
    /// The outcome of processing the bytes, while the media can be shown.
    pub processed: Option<Processed>,
    /// The sequence of the media's latest event.
    pub version: i64,
    /// The time when the upload was announced.
    pub requested_at: DateTime<Utc>,
    /// The time when the media came into its state.
    pub changed_at: DateTime<Utc>,
    /// The post or profile that shows the media now.
    pub shown_by: Option<ShownBy>,
    /// The time since which nothing shows the media any more, if something did.
    pub shown_until: Option<DateTime<Utc>>,
}

/// The post or profile that shows a media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum ShownBy {
    /// A post, among its photos.
    Post(PostId),
    /// A person, beside their name.
    Avatar(UserId),
    /// A person, over their profile.
    Banner(UserId),
}

impl ShownBy {
    fn kind(self) -> &'static str {
        match self {
            Self::Post(_) => "post",
            Self::Avatar(_) => "avatar",
            Self::Banner(_) => "banner",
        }
    }

    fn id(self) -> Uuid {
        match self {
            Self::Post(post) => post.0,
            Self::Avatar(user) | Self::Banner(user) => user.0,
        }
    }
}

/// The projector of the schema `media`.
#[derive(Clone, Copy, Debug)]
pub struct MediaProjector;

static DEFINITION: Definition = Definition {
    name: "media",
    version: 1,
    interests: &["media", "post", "user"],
    tables: include_str!("tables.sql"),
    indexes: include_str!("indexes.sql"),
    compared: &["select media_id, owner_id, state, reason, content_type, byte_size, format, width, height,
            blurhash, colour, variants, version, requested_at, changed_at, shown_by_kind, shown_by_id,
            shown_until
         from media"],
    checks: &[
        Check { states: "media are as their latest events say", sql: include_str!("checks/media.sql") },
        Check {
            states: "what shows a media is what the posts' and people's events say",
            sql: include_str!("checks/shown.sql"),
        },
    ],
};

impl Projector for MediaProjector {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    /// Leaves out posts without photos, which most posts are.
    fn concerns(&self, event: &Event) -> bool {
        !matches!(event, Event::Post(PostEvent::PostPublished { photos, .. }) if photos.is_empty())
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<RecordedEvent>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(project::apply(tx, events))
    }
}
