//! Questions before a form is sent, as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The handle or e-mail address that a person would like to have: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The handle: 2 to 20 letters, digits or `_`, Hangul included.
    #[serde(default)]
    #[schema(example = "마당쇠")]
    pub handle: Option<String>,
    /// The e-mail address.
    #[serde(default)]
    pub email: Option<String>,
}

/// The answer: whether the handle or the address can be had.
#[derive(Serialize, ToSchema)]
pub struct Availability {
    /// True if it is free now; another person may be quicker.
    pub available: bool,
}
