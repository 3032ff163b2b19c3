//! The rules of a person's account.

use super::{User, UserCommand, UserEvent};
use crate::aggregate::{Claim, Decide, Refusal, RefusalKind, cqrs_aggregate};
use crate::value::{Handle, MediaId, PostId};
use uuid::Uuid;

/// The kind of claim that keeps handles unique. A person who left keeps their handle: nobody can pose as
/// them.
pub const HANDLE: &str = "handle";

/// The rule that a command broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserRefusal {
    /// The person never registered, or has left.
    #[error("there is no such person, or they have left")]
    UserNotFound,
    /// The id belongs to another person.
    #[error("another person is registered under this id")]
    AlreadyRegistered,
    /// The profile shows the media already: one photo can't be both avatar and banner.
    #[error("the profile shows this media already, in another place")]
    MediaTaken,
    /// The post is not the person's: nobody pins another's post.
    #[error("there is no such post of yours under your own name")]
    PostNotTheirs,
    /// The pinned posts are to be few.
    #[error("3 posts are pinned already; unpin one first")]
    TooManyPins,
}

impl Refusal for UserRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::UserNotFound => "user_not_found",
            Self::AlreadyRegistered => "user_already_registered",
            // The code is that of the log's claim when another aggregate shows the media.
            Self::MediaTaken => "media_taken",
            Self::PostNotTheirs => "post_not_found",
            Self::TooManyPins => "too_many_pins",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::UserNotFound | Self::PostNotTheirs => RefusalKind::NotFound,
            Self::AlreadyRegistered | Self::MediaTaken | Self::TooManyPins => RefusalKind::Conflict,
        }
    }
}

impl Decide for User {
    const TYPE: &'static str = "user";
    type Command = UserCommand;
    type Event = UserEvent;
    type Refusal = UserRefusal;

    fn decide(&self, command: &UserCommand) -> Result<Vec<UserEvent>, UserRefusal> {
        match command {
            UserCommand::Register { handle, display_name, bio } => {
                if self.registered {
                    let same = self.is_active()
                        && self.handle == handle.as_str()
                        && self.display_name == display_name.as_str()
                        && self.bio == bio.as_str();
                    return if same { Ok(vec![]) } else { Err(UserRefusal::AlreadyRegistered) };
                }
                Ok(vec![UserEvent::UserRegistered {
                    handle: handle.to_string(),
                    display_name: display_name.to_string(),
                    bio: bio.to_string(),
                }])
            }
            UserCommand::ChangeProfile { display_name, bio, links } => {
                self.must_be_active()?;
                let mut after = self.clone();
                if let Some(display_name) = display_name {
                    after.display_name = display_name.to_string();
                }
                if let Some(bio) = bio {
                    after.bio = bio.to_string();
                }
                if let Some(links) = links {
                    after.links = links.to_strings();
                }
                if after == *self {
                    return Ok(vec![]);
                }
                Ok(vec![UserEvent::ProfileChanged {
                    display_name: after.display_name,
                    bio: after.bio,
                    links: after.links,
                }])
            }
            UserCommand::ChangeHandle { handle } => {
                self.must_be_active()?;
                if self.handle == handle.as_str() {
                    return Ok(vec![]);
                }
                Ok(vec![UserEvent::HandleChanged {
                    handle: handle.to_string(),
                    previous: self.handle.clone(),
                }])
            }
            UserCommand::SetAvatar { media_id } => {
                let changed = UserEvent::AvatarChanged { media_id: *media_id };
                self.show(*media_id, self.avatar_media_id, self.banner_media_id, changed)
            }
            UserCommand::SetBanner { media_id } => {
                let changed = UserEvent::BannerChanged { media_id: *media_id };
                self.show(*media_id, self.banner_media_id, self.avatar_media_id, changed)
            }
            UserCommand::SetPrivacy { private } => {
                self.must_be_active()?;
                if self.private == *private {
                    return Ok(vec![]);
                }
                Ok(vec![UserEvent::PrivacyChanged { private: *private }])
            }
            UserCommand::Pin { post_id, is_theirs, gone } => {
                self.must_be_active()?;
                self.pin(*post_id, *is_theirs, gone)
            }
            UserCommand::Unpin { post_id } => {
                self.must_be_active()?;
                if !self.pinned_post_ids.contains(post_id) {
                    return Ok(vec![]);
                }
                let left = self.pinned_post_ids.iter().copied().filter(|pinned| pinned != post_id);
                Ok(vec![UserEvent::PinsChanged { post_ids: left.collect() }])
            }
            UserCommand::Deactivate => {
                if self.deactivated {
                    return Ok(vec![]);
                }
                self.must_be_active()?;
                Ok(vec![UserEvent::UserDeactivated {}])
            }
            UserCommand::Reactivate => match (self.registered && !self.erased, self.deactivated) {
                (false, _) => Err(UserRefusal::UserNotFound),
                (true, false) => Ok(vec![]),
                (true, true) => Ok(vec![UserEvent::UserReactivated {}]),
            },
            UserCommand::Erase if !self.registered => Err(UserRefusal::UserNotFound),
            UserCommand::Erase if self.erased => Ok(vec![]),
            UserCommand::Erase if self.deactivated => Ok(vec![UserEvent::PersonErased {}]),
            UserCommand::Erase => Ok(vec![UserEvent::UserDeactivated {}, UserEvent::PersonErased {}]),
            UserCommand::GrantRole { role } => {
                self.must_be_active()?;
                if self.has(*role) {
                    return Ok(vec![]);
                }
                Ok(vec![UserEvent::RoleGranted { role: role.to_string() }])
            }
            // A role is revoked from a person who has left, too: they may come back.
            UserCommand::RevokeRole { .. } if !self.registered => Err(UserRefusal::UserNotFound),
            UserCommand::RevokeRole { role } => {
                if !self.has(*role) {
                    return Ok(vec![]);
                }
                Ok(vec![UserEvent::RoleRevoked { role: role.to_string() }])
            }
        }
    }

    fn evolve(&mut self, event: &UserEvent) {
        match event.clone() {
            UserEvent::UserRegistered { handle, display_name, bio } => {
                *self = Self { registered: true, handle, display_name, bio, ..Self::default() };
            }
            UserEvent::ProfileChanged { display_name, bio, links } => {
                self.display_name = display_name;
                self.bio = bio;
                self.links = links;
            }
            UserEvent::HandleChanged { handle, .. } => self.handle = handle,
            UserEvent::AvatarChanged { media_id } => self.avatar_media_id = media_id,
            UserEvent::BannerChanged { media_id } => self.banner_media_id = media_id,
            UserEvent::PrivacyChanged { private } => self.private = private,
            UserEvent::PinsChanged { post_ids } => self.pinned_post_ids = post_ids,
            UserEvent::UserDeactivated {} => self.deactivated = true,
            UserEvent::UserReactivated {} => self.deactivated = false,
            UserEvent::PersonErased {} => {
                *self = Self { registered: true, deactivated: true, erased: true, ..Self::default() };
            }
            UserEvent::RoleGranted { role } => drop(self.roles.insert(role)),
            UserEvent::RoleRevoked { role } => drop(self.roles.remove(&role)),
        }
    }

    fn claims(&self, _id: Uuid, event: &UserEvent) -> Vec<Claim> {
        let change = |from: Option<MediaId>, to: Option<MediaId>| {
            from.map(MediaId::release).into_iter().chain(to.map(MediaId::take)).collect()
        };
        let take = |handle: &str| Claim::Take { kind: HANDLE, value: Handle::key_of(handle) };
        match event {
            UserEvent::UserRegistered { handle, .. } => vec![take(handle)],
            UserEvent::HandleChanged { handle, previous } => {
                let release = Claim::Release { kind: HANDLE, value: Handle::key_of(previous) };
                vec![release, take(handle)]
            }
            UserEvent::AvatarChanged { media_id } => change(self.avatar_media_id, *media_id),
            UserEvent::BannerChanged { media_id } => change(self.banner_media_id, *media_id),
            UserEvent::PersonErased {} => [self.avatar_media_id, self.banner_media_id]
                .into_iter()
                .flatten()
                .map(MediaId::release)
                .collect(),
            UserEvent::ProfileChanged { .. }
            | UserEvent::PrivacyChanged { .. }
            | UserEvent::PinsChanged { .. }
            | UserEvent::UserDeactivated {}
            | UserEvent::UserReactivated {}
            | UserEvent::RoleGranted { .. }
            | UserEvent::RoleRevoked { .. } => vec![],
        }
    }
}

cqrs_aggregate!(User);

impl User {
    fn must_be_active(&self) -> Result<(), UserRefusal> {
        if self.is_active() { Ok(()) } else { Err(UserRefusal::UserNotFound) }
    }

    /// Pins a post; the latest pinned comes first.
    fn pin(&self, post_id: PostId, is_theirs: bool, gone: &[PostId]) -> Result<Vec<UserEvent>, UserRefusal> {
        if self.pinned_post_ids.contains(&post_id) {
            return Ok(vec![]);
        }
        if !is_theirs {
            return Err(UserRefusal::PostNotTheirs);
        }
        let still_pinned = self.pinned_post_ids.iter().copied().filter(|pinned| !gone.contains(pinned));
        let post_ids: Vec<PostId> = std::iter::once(post_id).chain(still_pinned).collect();
        if post_ids.len() > Self::PINS_MAX {
            return Err(UserRefusal::TooManyPins);
        }
        Ok(vec![UserEvent::PinsChanged { post_ids }])
    }

    /// Shows a media as the profile's avatar or banner, where another media may be now.
    fn show(
        &self,
        media_id: Option<MediaId>,
        here: Option<MediaId>,
        elsewhere: Option<MediaId>,
        changed: UserEvent,
    ) -> Result<Vec<UserEvent>, UserRefusal> {
        self.must_be_active()?;
        if media_id == here {
            return Ok(vec![]);
        }
        // A media of another aggregate is refused by the log's claim, which can't tell avatar from banner
        // within one aggregate.
        if media_id.is_some() && media_id == elsewhere {
            return Err(UserRefusal::MediaTaken);
        }
        Ok(vec![changed])
    }
}
