//! The errors of the storage of files.

use aws_sdk_s3::error::{DisplayErrorContext, SdkError};
use std::error::Error;

/// The reason why the storage did not carry out a request.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The storage can't be reached, refuses us, or is in trouble.
    #[error("the storage does not do it: {0}")]
    Unavailable(String),
    /// The storage did not delete some of a folder's files.
    #[error("the storage did not delete a file: {0}")]
    NotDeleted(String),
    /// The request failed before anything was sent, or its body or answer can't be read.
    #[error("it can't be asked of the storage")]
    Other(#[source] Box<dyn Error + Send + Sync>),
}

impl StorageError {
    pub(super) fn other(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Other(Box::new(error))
    }
}

/// An error of the SDK, with its causes: the outermost says no more than "service error".
impl<E: Error + 'static, R: std::fmt::Debug + 'static> From<SdkError<E, R>> for StorageError {
    fn from(error: SdkError<E, R>) -> Self {
        Self::Unavailable(DisplayErrorContext(error).to_string())
    }
}
