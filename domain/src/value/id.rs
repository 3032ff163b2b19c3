//! Ids: a UUIDv7 where something is new, a UUIDv5 where the id follows from what it joins.

use crate::aggregate::Claim;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// The namespace of derived ids (a random UUID, fixed for ever: changing it would lose every like).
const DERIVED: Uuid = Uuid::from_u128(0x7b1d_5a0e_3c52_4f0b_9a51_0d9c_6f2e_84a7);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A person.
    UserId
);
id!(
    /// A post. The time in the id orders lists, newest first, so an imported post's id carries its original
    /// time.
    PostId
);
id!(
    /// A comment or a reply.
    CommentId
);
id!(
    /// A photo, from the announcement of its upload on.
    MediaId
);
id!(
    /// A follow of one person by another: derived from the two, so a repeat meets the same stream.
    FollowId
);
id!(
    /// A board: derived from its name in addresses.
    BoardId
);
id!(
    /// A blocklist, of the people whom one person blocks and mutes: derived from that person.
    BlocklistId
);
id!(
    /// The tags that one person follows: derived from the person.
    FollowedTagsId
);
id!(
    /// A search history, of one person's searches: derived from the person.
    SearchHistoryId
);
id!(
    /// An entry in a search history: random, so that the id tells nothing of the words.
    SearchId
);
id!(
    /// A person's like of one post or comment: derived from the two, so a repeat meets the same stream.
    LikeId
);

impl FollowId {
    /// Returns the stream of `follower` following `followee`.
    #[must_use]
    pub fn of(follower: UserId, followee: UserId) -> Self {
        Self(derive(&["follow", &follower.to_string(), &followee.to_string()]))
    }
}

impl BoardId {
    /// Returns the board of this name in addresses.
    #[must_use]
    pub fn of(slug: &str) -> Self {
        Self(derive(&["board", slug]))
    }
}

impl BlocklistId {
    /// Returns the stream of the people whom `user` blocks and mutes.
    #[must_use]
    pub fn of(user: UserId) -> Self {
        Self(derive(&["blocklist", &user.to_string()]))
    }
}

impl FollowedTagsId {
    /// Returns the stream of the tags that `user` follows.
    #[must_use]
    pub fn of(user: UserId) -> Self {
        Self(derive(&["followed_tags", &user.to_string()]))
    }
}

impl SearchHistoryId {
    /// Returns the stream of the searches of `user`.
    #[must_use]
    pub fn of(user: UserId) -> Self {
        Self(derive(&["search_history", &user.to_string()]))
    }
}

impl MediaId {
    /// The kind of claim that binds a media to the one aggregate that shows it, or to its own removal.
    pub const CLAIM: &'static str = "media";

    /// Returns the claim that takes the media: no other aggregate may have it.
    #[must_use]
    pub fn take(self) -> Claim {
        Claim::Take { kind: Self::CLAIM, value: self.to_string() }
    }

    /// Returns the claim that gives the media back: others may have it again.
    #[must_use]
    pub fn release(self) -> Claim {
        Claim::Release { kind: Self::CLAIM, value: self.to_string() }
    }
}

/// Derives the id that follows from the parts that it joins.
pub(crate) fn derive(parts: &[&str]) -> Uuid {
    Uuid::new_v5(&DERIVED, parts.join("/").as_bytes())
}
