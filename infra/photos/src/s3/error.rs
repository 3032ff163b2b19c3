//! What can go wrong with files.

use aws_sdk_s3::error::{DisplayErrorContext, SdkError};
use std::error::Error;

/// The storage did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// It can't be reached, refuses us, or is in trouble.
    #[error("the storage does not do it: {0}")]
    Unavailable(String),
    /// Some files are still there.
    #[error("the storage did not delete a file: {0}")]
    NotDeleted(String),
    /// Before anything was sent.
    #[error("it can't be asked of the storage")]
    Other(#[source] Box<dyn Error + Send + Sync>),
}

impl StorageError {
    pub(super) fn other(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Other(Box::new(error))
    }
}

/// With its causes: the outermost says no more than "service error".
impl<E: Error + 'static, R: std::fmt::Debug + 'static> From<SdkError<E, R>> for StorageError {
    fn from(error: SdkError<E, R>) -> Self {
        Self::Unavailable(DisplayErrorContext(error).to_string())
    }
}
