//! What has happened to an alias.

use crate::aggregate::domain_event;
use crate::value::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stored with the alias's stream; its wire form is fixed by its golden file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum AliasEvent {
    /// A moderator was told whose it is.
    AuthorRevealed {
        /// Who was told.
        moderator_id: UserId,
        /// Why they asked. What was done in office is answered for, whoever is forgotten.
        #[schemars(extend("x-class" = "public"))]
        reason: String,
    },
}

domain_event!(AliasEvent { AuthorRevealed => "1" });
