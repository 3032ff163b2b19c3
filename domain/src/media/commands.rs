//! The commands of a media.

use super::{Processed, RefuseReason, RemoveReason};
use crate::value::UserId;

/// A command for one media. A worker may send again any command that it has sent before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaCommand {
    /// Announces an upload.
    Request {
        /// The user who uploads.
        by: UserId,
        /// The content type that the user announces.
        content_type: String,
        /// The number of bytes that the user announces.
        byte_size: u64,
    },
    /// Notes that the bytes are in storage.
    Complete {
        /// The user who uploaded.
        by: UserId,
        /// The number of bytes in storage.
        byte_size: u64,
    },
    /// Makes the media ready.
    Process {
        /// The outcome of processing the bytes.
        processed: Processed,
    },
    /// Refuses the bytes.
    Refuse {
        /// The reason for the refusal.
        reason: RefuseReason,
    },
    /// Removes the media.
    Remove {
        /// The reason for the removal.
        reason: RemoveReason,
    },
    /// Notes that nothing is left of the media in storage.
    Sweep,
}
