//! Exports as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vault::exports;

/// How far an export is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Export {
    /// `preparing`, or `ready`.
    #[schema(example = "ready")]
    pub state: &'static str,
    /// When it was asked for; it holds at least what was there then.
    pub asked_at: DateTime<Utc>,
    /// When it was ready.
    pub made_at: Option<DateTime<Utc>>,
    /// Size of the file.
    pub byte_size: Option<i64>,
    /// Where the file (a ZIP) can be downloaded for the next five minutes.
    pub download_url: Option<String>,
}

impl Export {
    /// With the address of its file, where that is there.
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

/// Who has the letter. Without debug output: it is secret.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fetch {
    /// What the link in the letter carries after `#token=`.
    pub token: String,
}

/// Where the file is.
#[derive(Serialize, ToSchema)]
pub struct Fetched {
    /// Good for five minutes.
    pub download_url: String,
}
