//! What can be asked of a media.

use super::{Processed, RefuseReason, RemoveReason};
use crate::value::UserId;

/// Asked of one media. A worker may ask again whatever it has asked before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaCommand {
    /// Announce an upload.
    Request {
        /// Who uploads.
        by: UserId,
        /// What they say it is.
        content_type: String,
        /// How much they say it is.
        byte_size: u64,
    },
    /// Say that the bytes are in storage.
    Complete {
        /// Who uploaded.
        by: UserId,
        /// How much is there.
        byte_size: u64,
    },
    /// Make it ready.
    Process {
        /// What was made of the bytes.
        processed: Processed,
    },
    /// Turn the bytes down.
    Refuse {
        /// Why.
        reason: RefuseReason,
    },
    /// Take it away.
    Remove {
        /// Why.
        reason: RemoveReason,
    },
    /// Say that nothing is left of it in storage.
    Sweep,
}
