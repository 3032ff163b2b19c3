//! The commands of a person's account.

use super::Role;
use crate::value::{Bio, DisplayName, Handle, Links, MediaId, PostId};

/// A command for one person's account. Passwords never come this far: they stay in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserCommand {
    /// Registers the person as a member.
    Register {
        /// The handle, unique; the event store's claim sees to that.
        handle: Handle,
        /// The name by which the person is shown, free text.
        display_name: DisplayName,
        /// The person's words about themself; may be empty.
        bio: Bio,
    },
    /// Changes what the profile shows; a field that is `None` stays.
    ChangeProfile {
        /// The name by which the person is shown, free text.
        display_name: Option<DisplayName>,
        /// The person's words about themself; may be empty.
        bio: Option<Bio>,
        /// All links, in order.
        links: Option<Links>,
    },
    /// Changes the person's handle.
    ChangeHandle {
        /// The handle, unique; the event store's claim sees to that.
        handle: Handle,
    },
    /// Changes the photo by which the person is shown.
    SetAvatar {
        /// A media that the person may show ([`crate::media::Media::must_be_showable_by`]), or none.
        media_id: Option<MediaId>,
    },
    /// Changes the photo over the profile.
    SetBanner {
        /// A media that the person may show ([`crate::media::Media::must_be_showable_by`]), or none.
        media_id: Option<MediaId>,
    },
    /// Makes the account private or open: the person decides who follows them, or lets anyone follow.
    SetPrivacy {
        /// True if the person decides.
        private: bool,
    },
    /// Pins a post: shows it before all others; the latest pinned first.
    Pin {
        /// The post's id.
        post_id: PostId,
        /// Fact: true if the person may pin the post: it is there, and theirs under their own name.
        is_theirs: bool,
        /// Fact: of the pinned posts, those that are gone.
        gone: Vec<PostId>,
    },
    /// Unpins a post: does not show it before the others any more.
    Unpin {
        /// The post's id.
        post_id: PostId,
    },
    /// Deactivates the account: the person leaves.
    Deactivate,
    /// Reactivates the account: the person comes back after leaving.
    Reactivate,
    /// Erases the person: they are forgotten, for good.
    Erase,
    /// Grants a role: the person may do more.
    GrantRole {
        /// The role to grant.
        role: Role,
    },
    /// Revokes a role: the person may do less.
    RevokeRole {
        /// The role to revoke.
        role: Role,
    },
}
