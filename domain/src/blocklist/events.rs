//! What has happened to whom a person keeps away.

use crate::aggregate::domain_event;
use crate::value::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stored with the person's stream; the wire form of each is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum BlocklistEvent {
    /// Neither sees anything of the other from now on.
    PersonBlocked {
        /// Who blocks.
        by: UserId,
        /// Whom.
        user_id: UserId,
    },
    /// They can meet again.
    PersonUnblocked {
        /// Who blocked.
        by: UserId,
        /// Whom.
        user_id: UserId,
    },
    /// The one sees nothing of the other from now on.
    PersonMuted {
        /// Who mutes.
        by: UserId,
        /// Whom.
        user_id: UserId,
    },
    /// The one sees the other again.
    PersonUnmuted {
        /// Who muted.
        by: UserId,
        /// Whom.
        user_id: UserId,
    },
}

domain_event!(BlocklistEvent {
    PersonBlocked => "1",
    PersonUnblocked => "1",
    PersonMuted => "1",
    PersonUnmuted => "1",
});
