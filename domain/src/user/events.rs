//! The events of a person's account.

use crate::aggregate::domain_event;
use crate::value::{MediaId, PostId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An event of a person's account, stored with the person's stream; the wire form of each is fixed by its
/// golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum UserEvent {
    /// The person is a member from now on.
    UserRegistered {
        /// The handle as its owner wrote it.
        #[schemars(extend("x-class" = "personal"))]
        handle: String,
        /// The name by which the person is shown, free text.
        #[schemars(extend("x-class" = "personal"))]
        display_name: String,
        /// The person's words about themself.
        #[schemars(extend("x-class" = "personal"))]
        bio: String,
    },
    /// The profile shows these fields from now on.
    ProfileChanged {
        /// The name by which the person is shown, free text.
        #[schemars(extend("x-class" = "personal"))]
        display_name: String,
        /// The person's words about themself.
        #[schemars(extend("x-class" = "personal"))]
        bio: String,
        /// All links, in order.
        #[schemars(extend("x-class" = "personal"))]
        links: Vec<String>,
    },
    /// The person is known by another handle.
    HandleChanged {
        /// The handle from now on.
        #[schemars(extend("x-class" = "personal"))]
        handle: String,
        /// The handle until now.
        #[schemars(extend("x-class" = "personal"))]
        previous: String,
    },
    /// The person is shown by this photo from now on.
    AvatarChanged {
        /// The photo's media; none if the person is shown by no photo.
        media_id: Option<MediaId>,
    },
    /// The profile shows this photo above it from now on.
    BannerChanged {
        /// The photo's media; none if the profile shows no banner.
        media_id: Option<MediaId>,
    },
    /// The account is private from now on: the person decides who follows them, and only followers see what
    /// the person publishes; or the account is open again: anyone may follow, and see.
    PrivacyChanged {
        /// True if the person decides.
        private: bool,
    },
    /// The profile shows these posts first.
    PinsChanged {
        /// The pinned posts, in the order in which they are shown.
        post_ids: Vec<PostId>,
    },
    /// The person has left.
    UserDeactivated {},
    /// The person has come back.
    UserReactivated {},
    /// The person was erased: nothing personal is left of them, here or in any earlier event.
    PersonErased {},
    /// The person may do more.
    RoleGranted {
        /// The role's name.
        #[schemars(extend("x-class" = "public"))]
        role: String,
    },
    /// The person may do less.
    RoleRevoked {
        /// The role's name.
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
