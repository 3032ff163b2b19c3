//! A person's photos: removed with their files when the account is erased, or exported.

use crate::app::App;
use crate::personal::{ErasedPerson, Export, ExportError, Exporter, TakeBack, TakeBackError};
use domain::media::{Media, MediaCommand, MediaState, RemoveReason};
use domain::value::{MediaId, UserId};
use futures::future::BoxFuture;
use photos::images::VariantName;
use photos::media::{MAX_BYTES, delete_files, variant_key};
use photos::s3::{Storage, StorageError};
use projections::media;

const LARGEST: VariantName = VariantName::Width1280;

/// Photos are removed, and then their files deleted, as workers would do later.
pub(super) static TAKE_BACK: &[TakeBack] =
    &[TakeBack::Delete { plural: "photos", run: remove }, TakeBack::Clear(clear)];

/// Photos by name and under aliases, each in its largest form.
pub(super) static EXPORTS: &[Export] = &[Export {
    name: "photos/",
    korean: "올린 사진 (media_id가 파일 이름)",
    english: "photos you uploaded, by media_id",
    reads: &["media"],
    write: photos,
}];

fn remove(person: &ErasedPerson) -> BoxFuture<'_, Result<usize, TakeBackError>> {
    Box::pin(person.delete::<Media>(MediaCommand::Remove { reason: RemoveReason::Erased }))
}

fn clear<'a>(person: &'a ErasedPerson, storage: &'a Storage) -> BoxFuture<'a, Result<(), StorageError>> {
    Box::pin(async move {
        for &id in person.made::<Media>() {
            delete_files(storage, MediaId(id)).await?;
        }
        Ok(())
    })
}

/// Exports one photo at a time: each is held in memory whole.
fn photos(app: &App, me: UserId, folder: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(async move {
        let Some(storage) = &app.storage else { return Ok(()) };
        let mut all = media::query::of_owner(&app.pool, me).await?;
        for anonymous in app.vault.aliases.media_of(me).await? {
            all.extend(media::query::one(&app.pool, anonymous.id).await?);
        }
        for media in all.into_iter().filter(|media| media.state == MediaState::Ready) {
            let key = variant_key(media.id, LARGEST.as_str());
            if let Some(photo) = storage.get(&key, MAX_BYTES).await? {
                folder.file(&format!("{}.webp", media.id), photo).await?;
            }
        }
        Ok(())
    })
}
