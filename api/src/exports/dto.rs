//! Exports as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vault::exports;

/// The state of an export.
#[derive(Debug, Serialize, ToSchema)]
pub struct Export {
    /// The state: `preparing`, or `ready`.
    #[schema(example = "ready")]
    pub state: &'static str,
    /// The time when the export was asked for; the export holds at least what was there then.
    pub asked_at: DateTime<Utc>,
    /// The time when the export was ready.
    pub made_at: Option<DateTime<Utc>>,
    /// The size of the file in bytes.
    pub byte_size: Option<i64>,
    /// The address where the file (a ZIP) can be downloaded for the next five minutes.
    pub download_url: Option<String>,
}

impl Export {
    /// The export as JSON, with the address of its file, where that is there.
    #[must_use]
    pub fn of(export: &exports::Export, download_url: Option<String>) -> Self {
        Self {
            state: if export.made_at.is_some() { "ready" } else { "preparing" },
            asked_at: export.asked_at,
            made_at: export.made_at,
            byte_size: export.byte_size,
            download_url,
        }
    }
}

/// The proof of having the letter. It has no debug output: it is secret.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fetch {
    /// The token: what the link in the letter carries after `#token=`.
    pub token: String,
}

/// The place of an export's file.
#[derive(Serialize, ToSchema)]
pub struct Fetched {
    /// The address of the file, good for five minutes.
    pub download_url: String,
}
