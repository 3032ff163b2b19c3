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

/// What is known of a person; default when never registered. Nothing secret is here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Whether there ever was such a person.
    pub registered: bool,
    /// The person has left; their things are hidden.
    pub deactivated: bool,
    /// Nothing personal is left of them, and they can't come back.
    pub erased: bool,
    /// As its owner writes it.
    pub handle: String,
    /// Free text.
    pub display_name: String,
    /// What they say of themself.
    pub bio: String,
    /// Shown on the profile.
    pub links: Vec<String>,
    /// The photo that they are shown by.
    pub avatar_media_id: Option<MediaId>,
    /// The photo over their profile.
    pub banner_media_id: Option<MediaId>,
    /// They decide who follows them.
    pub private: bool,
    /// Shown before their other posts, in this order.
    pub pinned_post_ids: Vec<PostId>,
    /// What they may do beyond what every member may, as events name it.
    pub roles: BTreeSet<String>,
}

impl User {
    /// How many posts can be pinned.
    pub const PINS_MAX: usize = 3;

    /// Whether the person can act and be met.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.registered && !self.deactivated
    }

    /// Whether the person has the role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(role.name())
    }
}
