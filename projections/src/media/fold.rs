//! The fold of a batch: its net change of media and of what shows them.

use super::ShownBy;
use crate::RecordedEvent;
use chrono::{DateTime, Utc};
use domain::Event;
use domain::media::{MediaEvent, MediaState, Processed};
use domain::post::PostEvent;
use domain::user::UserEvent;
use domain::value::{MediaId, PostId, UserId};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// The net effect of a batch.
#[derive(Debug, Default)]
pub(super) struct MediaChanges<'a> {
    /// The media to which something happened, as they stand at the batch's end.
    pub(super) media: BTreeMap<MediaId, MediaChange<'a>>,
    /// The media swept within the batch.
    pub(super) swept: Vec<Uuid>,
    /// The posts and profiles that show other media than before the batch.
    pub(super) showing: BTreeMap<ShownBy, Showing>,
    /// The media that a post or profile came to show within the batch: what shows each at the batch's end, or
    /// the time since when nothing does.
    pub(super) shown: BTreeMap<MediaId, Shown>,
}

/// A media as it stands at a batch's end, in the form in which it goes to the database.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct MediaChange<'a> {
    pub(super) media_id: MediaId,
    #[serde(flatten)]
    pub(super) origin: Option<Origin<'a>>,
    pub(super) state: MediaState,
    pub(super) reason: Option<&'a str>,
    /// The number of bytes; `None` stays.
    pub(super) byte_size: Option<u64>,
    #[serde(flatten)]
    pub(super) processed: Option<&'a Processed>,
    pub(super) version: i64,
    pub(super) changed_at: DateTime<Utc>,
}

/// The origin of a media, which never changes; known if the media was requested within the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Origin<'a> {
    pub(super) owner_id: UserId,
    pub(super) content_type: &'a str,
    pub(super) requested_at: DateTime<Utc>,
}

/// The media that one post or profile shows at a batch's end, and the time since when it does not show any
/// more what it showed before the batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Showing {
    pub(super) media: Vec<MediaId>,
    pub(super) since: DateTime<Utc>,
}

/// The state of a media's showing at a batch's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    By(ShownBy),
    Until(DateTime<Utc>),
}

impl<'a> MediaChanges<'a> {
    pub(super) fn of(events: &'a [Arc<RecordedEvent>]) -> Self {
        let mut changes = Self::default();
        for recorded in events {
            match &recorded.event {
                Ok(Event::Media(event)) => changes.media(recorded, event),
                Ok(Event::Post(event)) => changes.post(recorded, event),
                Ok(Event::User(event)) => changes.user(recorded, event),
                Ok(_) | Err(_) => {}
            }
        }
        changes
    }

    fn media(&mut self, recorded: &RecordedEvent, event: &'a MediaEvent) {
        let media_id = MediaId(recorded.aggregate_id);
        let changed_at = recorded.recorded_at;
        let before = self.media.remove(&media_id).unwrap_or_default();
        let MediaChange { origin, byte_size, .. } = before;
        let version = recorded.sequence;
        let in_state = |state| MediaChange {
            media_id,
            origin,
            state,
            byte_size,
            version,
            changed_at,
            ..MediaChange::default()
        };
        let change = match event {
            MediaEvent::MediaRequested { owner_id, content_type, byte_size } => {
                let origin = Some(Origin { owner_id: *owner_id, content_type, requested_at: changed_at });
                MediaChange { origin, byte_size: Some(*byte_size), ..in_state(MediaState::Uploading) }
            }
            MediaEvent::MediaUploaded { byte_size } => {
                MediaChange { byte_size: Some(*byte_size), ..in_state(MediaState::Processing) }
            }
            MediaEvent::MediaProcessed(processed) => {
                MediaChange { processed: Some(processed), ..in_state(MediaState::Ready) }
            }
            MediaEvent::MediaRefused { reason } => {
                MediaChange { reason: Some(reason), ..in_state(MediaState::Refused) }
            }
            MediaEvent::MediaRemoved { reason } => {
                MediaChange { reason: Some(reason), ..in_state(MediaState::Removed) }
            }
            MediaEvent::MediaSwept {} => return self.swept.push(media_id.0),
        };
        self.media.insert(media_id, change);
    }

    fn post(&mut self, recorded: &RecordedEvent, event: &PostEvent) {
        let photos = match event {
            // The post showed nothing before, and shows nothing now: as most do.
            PostEvent::PostPublished { photos, .. } if photos.is_empty() => return,
            PostEvent::PostPublished { photos, .. } | PostEvent::PostEdited { photos, .. } => photos,
            PostEvent::PostDeleted { .. } => &vec![],
        };
        let media = photos.iter().map(|photo| photo.media_id).collect();
        self.show(ShownBy::Post(PostId(recorded.aggregate_id)), media, recorded.recorded_at);
    }

    fn user(&mut self, recorded: &RecordedEvent, event: &UserEvent) {
        let user = UserId(recorded.aggregate_id);
        let at = recorded.recorded_at;
        match event {
            UserEvent::AvatarChanged { media_id } => {
                self.show(ShownBy::Avatar(user), media_id.iter().copied().collect(), at);
            }
            UserEvent::BannerChanged { media_id } => {
                self.show(ShownBy::Banner(user), media_id.iter().copied().collect(), at);
            }
            UserEvent::PersonErased {} => {
                self.show(ShownBy::Avatar(user), vec![], at);
                self.show(ShownBy::Banner(user), vec![], at);
            }
            UserEvent::UserRegistered { .. }
            | UserEvent::ProfileChanged { .. }
            | UserEvent::HandleChanged { .. }
            | UserEvent::PrivacyChanged { .. }
            | UserEvent::PinsChanged { .. }
            | UserEvent::UserDeactivated {}
            | UserEvent::UserReactivated {}
            | UserEvent::RoleGranted { .. }
            | UserEvent::RoleRevoked { .. } => {}
        }
    }

    fn show(&mut self, by: ShownBy, media: Vec<MediaId>, at: DateTime<Utc>) {
        let showing = self.showing.entry(by).or_insert(Showing { media: vec![], since: at });
        for &former in &showing.media {
            self.shown.insert(former, Shown::Until(at));
        }
        for &present in &media {
            self.shown.insert(present, Shown::By(by));
        }
        showing.media = media;
    }
}
