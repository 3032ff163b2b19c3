//! The fold of a batch: its net change of people and follows.

use crate::{Position, RecordedEvent};
use chrono::{DateTime, Utc};
use domain::Event;
use domain::follow::FollowEvent;
use domain::post::PostEvent;
use domain::user::UserEvent;
use domain::value::{Handle, MediaId, PostId, UserId};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The net effect of a batch.
#[derive(Debug, Default)]
pub(super) struct ProfileChanges<'a> {
    /// The changes of accounts, by person.
    pub(super) accounts: BTreeMap<UserId, Account<'a>>,
    /// The event of each follow that stands at the batch's end, if it does, by follower and followee.
    pub(super) follows: BTreeMap<(UserId, UserId), Option<Position>>,
    /// The event of each follow request that is open at the batch's end, if it is, by follower and followee.
    pub(super) requests: BTreeMap<(UserId, UserId), Option<Position>>,
    /// The changes of counts, by person.
    pub(super) counts: BTreeMap<UserId, Counts>,
}

/// The change of one account, in the form in which it goes to the database; a field that is `None` stays.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Account<'a> {
    pub(super) user_id: UserId,
    /// The time of the registration, set if the person registered within the batch.
    pub(super) created_at: Option<DateTime<Utc>>,
    pub(super) handle: Option<&'a str>,
    pub(super) handle_key: Option<String>,
    pub(super) display_name: Option<&'a str>,
    pub(super) bio: Option<&'a str>,
    pub(super) links: Option<&'a [String]>,
    /// The avatar; empty shows none.
    pub(super) avatar: Option<&'a [MediaId]>,
    /// The banner; empty shows none.
    pub(super) banner: Option<&'a [MediaId]>,
    pub(super) active: Option<bool>,
    pub(super) private: Option<bool>,
    pub(super) pinned_post_ids: Option<&'a [PostId]>,
    pub(super) version: i64,
}

/// The changes of one person's counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) followers: i64,
    pub(super) following: i64,
    pub(super) posts: i64,
}

impl<'a> ProfileChanges<'a> {
    pub(super) fn of(events: &'a [Arc<RecordedEvent>]) -> Self {
        let mut changes = Self::default();
        for recorded in events {
            match &recorded.event {
                Ok(Event::User(event)) => changes.user(recorded, event),
                Ok(Event::Follow(event)) => changes.follow(recorded, event),
                Ok(Event::Post(event)) => changes.post(event),
                Ok(_) | Err(_) => {}
            }
        }
        changes.counts.retain(|_, counts| *counts != Counts::default());
        changes
    }

    fn user(&mut self, recorded: &RecordedEvent, event: &'a UserEvent) {
        let user_id = UserId(recorded.aggregate_id);
        let account = self.accounts.entry(user_id).or_default();
        account.user_id = user_id;
        account.version = recorded.sequence;
        match event {
            UserEvent::UserRegistered { handle, display_name, bio } => {
                account.created_at = Some(recorded.recorded_at);
                account.rename(handle);
                account.display_name = Some(display_name);
                account.bio = Some(bio);
                account.links = Some(&[]);
            }
            UserEvent::ProfileChanged { display_name, bio, links } => {
                account.display_name = Some(display_name);
                account.bio = Some(bio);
                account.links = Some(links);
            }
            UserEvent::HandleChanged { handle, .. } => account.rename(handle),
            UserEvent::AvatarChanged { media_id } => account.avatar = Some(media_id.as_slice()),
            UserEvent::BannerChanged { media_id } => account.banner = Some(media_id.as_slice()),
            UserEvent::PrivacyChanged { private } => account.private = Some(*private),
            UserEvent::PinsChanged { post_ids } => account.pinned_post_ids = Some(post_ids),
            UserEvent::UserDeactivated {} => account.active = Some(false),
            UserEvent::UserReactivated {} => account.active = Some(true),
            UserEvent::PersonErased {} => {
                account.rename("");
                account.display_name = Some("");
                account.bio = Some("");
                account.links = Some(&[]);
                account.avatar = Some(&[]);
                account.banner = Some(&[]);
                account.active = Some(false);
                account.private = Some(false);
                account.pinned_post_ids = Some(&[]);
            }
            UserEvent::RoleGranted { .. } | UserEvent::RoleRevoked { .. } => {}
        }
    }

    fn follow(&mut self, recorded: &RecordedEvent, event: &FollowEvent) {
        let position = Some(recorded.position);
        let (pair, follow, request) = match *event {
            FollowEvent::Followed { follower_id, followee_id } => {
                ((follower_id, followee_id), Some(position), None)
            }
            FollowEvent::Unfollowed { follower_id, followee_id } => {
                ((follower_id, followee_id), Some(None), None)
            }
            FollowEvent::FollowRequested { follower_id, followee_id } => {
                ((follower_id, followee_id), None, position)
            }
            FollowEvent::FollowRequestWithdrawn { follower_id, followee_id }
            | FollowEvent::FollowRequestRefused { follower_id, followee_id } => {
                ((follower_id, followee_id), None, None)
            }
        };
        // Every event between two people answers a request, or is one.
        self.requests.insert(pair, request);
        if let Some(follow) = follow {
            let (follower_id, followee_id) = pair;
            let delta = if follow.is_some() { 1 } else { -1 };
            self.follows.insert(pair, follow);
            self.counts.entry(followee_id).or_default().followers += delta;
            self.counts.entry(follower_id).or_default().following += delta;
        }
    }

    fn post(&mut self, event: &PostEvent) {
        let (author_id, delta) = match *event {
            PostEvent::PostPublished { author_id, .. } => (author_id, 1),
            PostEvent::PostDeleted { author_id } => (author_id, -1),
            PostEvent::PostEdited { .. } => return,
        };
        self.counts.entry(author_id).or_default().posts += delta;
    }
}

impl<'a> Account<'a> {
    fn rename(&mut self, handle: &'a str) {
        self.handle = Some(handle);
        self.handle_key = Some(Handle::key_of(handle));
    }
}
