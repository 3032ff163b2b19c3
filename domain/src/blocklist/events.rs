//! The events of a blocklist.

use crate::aggregate::domain_event;
use crate::value::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An event of a blocklist, stored with the person's stream; the wire form of each is fixed by its golden
/// file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum BlocklistEvent {
    /// The person blocks the user: neither sees anything of the other from now on.
    PersonBlocked {
        /// The user who blocks.
        by: UserId,
        /// The user who is blocked.
        user_id: UserId,
    },
    /// The person has unblocked the user: the two can meet again.
    PersonUnblocked {
        /// The user who blocked.
        by: UserId,
        /// The user who was blocked.
        user_id: UserId,
    },
    /// The person mutes the user, and sees nothing of them from now on.
    PersonMuted {
        /// The user who mutes.
        by: UserId,
        /// The user who is muted.
        user_id: UserId,
    },
    /// The person has unmuted the user, and sees them again.
    PersonUnmuted {
        /// The user who muted.
        by: UserId,
        /// The user who was muted.
        user_id: UserId,
    },
}

domain_event!(BlocklistEvent {
    PersonBlocked => "1",
    PersonUnblocked => "1",
    PersonMuted => "1",
    PersonUnmuted => "1",
});
