//! What can be asked of a person's account.

use super::Role;
use crate::value::{Bio, DisplayName, Handle, Links, MediaId, PostId};

/// Asked of one person's account. Passwords never come this far: they stay in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserCommand {
    /// Become a member.
    Register {
        /// Unique; the event store's claim sees to that.
        handle: Handle,
        /// Free text.
        display_name: DisplayName,
        /// May be empty.
        bio: Bio,
    },
    /// Change what the profile shows; what is `None` stays.
    ChangeProfile {
        /// Free text.
        display_name: Option<DisplayName>,
        /// May be empty.
        bio: Option<Bio>,
        /// All links, in order.
        links: Option<Links>,
    },
    /// Be known by another handle.
    ChangeHandle {
        /// Unique; the event store's claim sees to that.
        handle: Handle,
    },
    /// Be shown by another photo.
    SetAvatar {
        /// One that they may show ([`crate::media::Media::must_be_showable_by`]), or none.
        media_id: Option<MediaId>,
    },
    /// Have another photo over the profile.
    SetBanner {
        /// One that they may show ([`crate::media::Media::must_be_showable_by`]), or none.
        media_id: Option<MediaId>,
    },
    /// Decide who follows them, or let anyone.
    SetPrivacy {
        /// Whether they decide.
        private: bool,
    },
    /// Show a post before all others; the latest pinned first.
    Pin {
        /// Which.
        post_id: PostId,
        /// Fact: whether they may pin it: it is there, it is theirs under their own name.
        is_theirs: bool,
        /// Fact: of the posts that are pinned, those that are gone.
        gone: Vec<PostId>,
    },
    /// Do not show a post before the others any more.
    Unpin {
        /// Which.
        post_id: PostId,
    },
    /// Leave.
    Deactivate,
    /// Come back after leaving.
    Reactivate,
    /// Be forgotten, for good.
    Erase,
    /// Be allowed more.
    GrantRole {
        /// What.
        role: Role,
    },
    /// Be allowed less.
    RevokeRole {
        /// What not any more.
        role: Role,
    },
}
