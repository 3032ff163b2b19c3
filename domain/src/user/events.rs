//! What has happened to a person's account.

use crate::aggregate::domain_event;
use crate::value::{MediaId, PostId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stored with the person's stream; the wire form of each is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum UserEvent {
    /// The person is a member from now on.
    UserRegistered {
        /// As its owner wrote it.
        #[schemars(extend("x-class" = "personal"))]
        handle: String,
        /// Free text.
        #[schemars(extend("x-class" = "personal"))]
        display_name: String,
        /// What they say of themself.
        #[schemars(extend("x-class" = "personal"))]
        bio: String,
    },
    /// The profile shows this from now on.
    ProfileChanged {
        /// Free text.
        #[schemars(extend("x-class" = "personal"))]
        display_name: String,
        /// What they say of themself.
        #[schemars(extend("x-class" = "personal"))]
        bio: String,
        /// All links, in order.
        #[schemars(extend("x-class" = "personal"))]
        links: Vec<String>,
    },
    /// The person is known by another handle.
    HandleChanged {
        /// From now on.
        #[schemars(extend("x-class" = "personal"))]
        handle: String,
        /// Until now.
        #[schemars(extend("x-class" = "personal"))]
        previous: String,
    },
    /// The person is shown by this photo from now on.
    AvatarChanged {
        /// None shows none.
        media_id: Option<MediaId>,
    },
    /// This photo is over the profile from now on.
    BannerChanged {
        /// None shows none.
        media_id: Option<MediaId>,
    },
    /// From now on the person decides who follows them, and only these see what they publish; or anyone does.
    PrivacyChanged {
        /// Whether they decide.
        private: bool,
    },
    /// The profile shows these posts first.
    PinsChanged {
        /// In the order in which they are shown.
        post_ids: Vec<PostId>,
    },
    /// The person has left.
    UserDeactivated {},
    /// The person has come back.
    UserReactivated {},
    /// Nothing personal is left of the person, here or in any earlier event.
    PersonErased {},
    /// The person may do more.
    RoleGranted {
        /// Which role.
        #[schemars(extend("x-class" = "public"))]
        role: String,
    },
    /// The person may do less.
    RoleRevoked {
        /// Which role.
        #[schemars(extend("x-class" = "public"))]
        role: String,
    },
}

domain_event!(UserEvent {
    UserRegistered => "1",
    ProfileChanged => "1",
    HandleChanged => "1",
    AvatarChanged => "1",
    BannerChanged => "1",
    PrivacyChanged => "1",
    PinsChanged => "1",
    UserDeactivated => "1",
    UserReactivated => "1",
    PersonErased => "1",
    RoleGranted => "1",
    RoleRevoked => "1",
});
