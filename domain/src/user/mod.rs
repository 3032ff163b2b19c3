//! A person: registered under a handle, with a profile, until deactivated.

mod commands;
mod decide;
mod events;
mod role;
#[cfg(test)]
mod tests;

pub use commands::UserCommand;
pub use decide::{HANDLE, UserRefusal};
pub use events::UserEvent;
pub use role::{Role, UnknownRole};

use crate::value::{MediaId, PostId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The state of a person's account; default when the person never registered. The state has nothing secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// True if the person ever registered.
    pub registered: bool,
    /// True if the person has left; their posts and comments are hidden.
    pub deactivated: bool,
    /// True if nothing personal is left of the person, and they can't come back.
    pub erased: bool,
    /// The handle as its owner writes it.
    pub handle: String,
    /// The name by which the person is shown, free text.
    pub display_name: String,
    /// The person's words about themself.
    pub bio: String,
    /// The links that the profile shows.
    pub links: Vec<String>,
    /// The photo by which the person is shown.
    pub avatar_media_id: Option<MediaId>,
    /// The photo over the person's profile.
    pub banner_media_id: Option<MediaId>,
    /// True if the person decides who follows them.
    pub private: bool,
    /// The posts shown before the person's other posts, in this order.
    pub pinned_post_ids: Vec<PostId>,
    /// The person's roles, as events name them: what the person may do beyond what every member may.
    pub roles: BTreeSet<String>,
}

impl User {
    /// The greatest number of posts that can be pinned.
    pub const PINS_MAX: usize = 3;

    /// Returns true if the person can act and be met.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.registered && !self.deactivated
    }

    /// Returns true if the person has the role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(role.name())
    }
}
