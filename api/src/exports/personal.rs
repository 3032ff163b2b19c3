//! The exports of a person who is erased.

use crate::personal::{ErasedPerson, TakeBack};
use futures::future::BoxFuture;
use photos::s3::{Storage, StorageError};
use vault::exports::folder_of;

/// The step that deletes the person's exports.
pub(super) static TAKE_BACK: &[TakeBack] = &[TakeBack::Clear(clear)];

fn clear<'a>(person: &'a ErasedPerson, storage: &'a Storage) -> BoxFuture<'a, Result<(), StorageError>> {
    Box::pin(async move { storage.delete_folder(&folder_of(person.id)).await.map(drop) })
}
