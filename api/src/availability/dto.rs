//! Questions before a form is sent, as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What someone would like to have: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// 2 to 20 letters, digits or `_`, Hangul included.
    #[serde(default)]
    #[schema(example = "마당쇠")]
    pub handle: Option<String>,
    /// An address.
    #[serde(default)]
    pub email: Option<String>,
}

/// Whether they can have it.
#[derive(Serialize, ToSchema)]
pub struct Availability {
    /// As things are now; someone may be quicker.
    pub available: bool,
}
