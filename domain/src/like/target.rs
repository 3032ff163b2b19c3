//! Targets: posts and comments, which can be liked.

use crate::value::{CommentId, LikeId, PostId, UserId, derive};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A target: a post or comment that can be liked. Its wire form is `{"kind": "post", "id": "…"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Target {
    /// A post.
    Post(PostId),
    /// A comment or a reply.
    Comment(CommentId),
}

impl Target {
    /// Returns the kind's name on the wire.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Post(_) => "post",
            Self::Comment(_) => "comment",
        }
    }

    /// Returns the target's id, whatever its kind.
    #[must_use]
    pub fn id(self) -> Uuid {
        match self {
            Self::Post(id) => id.0,
            Self::Comment(id) => id.0,
        }
    }
}

impl LikeId {
    /// Returns the stream of `user` liking `target`.
    #[must_use]
    pub fn of(user: UserId, target: Target) -> Self {
        Self(derive(&["like", &user.to_string(), target.kind(), &target.id().to_string()]))
    }
}
