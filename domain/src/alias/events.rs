//! The events of an alias.

use crate::aggregate::domain_event;
use crate::value::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An event of an alias, stored with the alias's stream; its wire form is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum AliasEvent {
    /// A moderator was told the alias's author.
    AuthorRevealed {
        /// The moderator who was told.
        moderator_id: UserId,
        /// The reason why the moderator asked. A moderator answers for what they did in office, whoever is
        /// forgotten.
        #[schemars(extend("x-class" = "public"))]
        reason: String,
    },
}

domain_event!(AliasEvent { AuthorRevealed => "1" });
