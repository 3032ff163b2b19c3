//! The engine in this process: an index of tantivy's in a folder of its own.
//!
//! Reading order: [`fields`] (the indexed fields of a document), [`ask`] (a query in tantivy's form),
//! [`bounded`] (the time limit of a search), [`order`], [`vectors`] and [`near`] (closeness: an index of
//! usearch's), [`disk`] (the vectors' folder within the index's).

mod ask;
mod bounded;
mod disk;
mod fields;
mod near;
mod order;
mod vectors;
mod writer;

#[cfg(test)]
mod tests;

use bounded::{BoundedSearcher, Deadline};
use domain::value::PostId;
use fields::Fields;
use futures::future::BoxFuture;
pub(super) use order::score;
use projections::Position;
use projections::search::engine::{DocumentUpdate, Engine, EngineError, Found, Key, Query};
use service::polite;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tantivy::directory::MmapDirectory;
use tantivy::schema::Value;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, Term};
use tokio::sync::Semaphore;
use tracing::info;
use vectors::{SEARCHES, Vectors};
use writer::Writer;

/// The version of the index's form: another number makes the index anew. Raise it with the version of the
/// projection, too.
const VERSION: u32 = 2;
/// Number of blocks of stored documents kept unpacked.
const BLOCKS: usize = 8;
/// Number of searches at once for each processor: a few, since some wait for the disk.
const SEARCHES_PER_PROCESSOR: usize = 4;
/// The longest time that a search waits for its turn.
const WAIT: Duration = Duration::from_secs(1);
/// The longest time that a search takes; it stops earlier where nobody waits for it any more.
const LONGEST: Duration = Duration::from_secs(5);
/// The vectors' folder within the index's.
const VECTORS: &str = "vectors";

/// The engine in this process. A clone is the same engine.
#[derive(Clone)]
pub struct Embedded(Arc<Inner>);

struct Inner {
    index: Index,
    fields: Fields,
    reader: IndexReader,
    writer: Writer,
    vectors: Vectors,
    /// The slots of searches.
    slots: Arc<Semaphore>,
    /// The temporary folder, if no other was named; it is removed with the engine.
    _folder: Option<tempfile::TempDir>,
}

impl Embedded {
    /// Opens the index in a folder, or makes one: anew where another version made the index, or where the
    /// index is not of this log. Without a folder the index is in a temporary one, which is removed with the
    /// engine.
    ///
    /// # Errors
    /// The folder can't be written, or another process has it.
    pub fn open(folder: Option<&Path>, log: &str) -> Result<Self, EngineError> {
        let temporary = folder.is_none().then(tempfile::tempdir).transpose().map_err(failed)?;
        let path = folder.or(temporary.as_ref().map(tempfile::TempDir::path)).unwrap_or(Path::new("."));
        std::fs::create_dir_all(path).map_err(failed)?;
        let (schema, fields) = fields::schema();
        let open = || -> tantivy::Result<Index> {
            Index::open_or_create(MmapDirectory::open(path)?, schema.clone())
        };
        let index = match open() {
            Ok(index) if stands(&index, log) => index,
            opened => {
                // The index has another schema, is of another log, or its files can't be read: the documents'
                // tables have all that a new one needs.
                let was_there =
                    opened.is_ok_and(|index| index.load_metas().is_ok_and(|metas| metas.opstamp > 0));
                if was_there {
                    info!(path = %path.display(), "the index is made anew");
                }
                empty(path).map_err(failed)?;
                open().map_err(failed)?
            }
        };
        let vectors = Vectors::open(&path.join(VECTORS), format!("{VERSION} {log}"));
        Self::over(index, fields, vectors, temporary, log)
    }

    fn over(
        index: Index,
        fields: Fields,
        vectors: Vectors,
        folder: Option<tempfile::TempDir>,
        log: &str,
    ) -> Result<Self, EngineError> {
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(BLOCKS)
            .try_into()
            .map_err(failed)?;
        let indexed = index.clone();
        let writer =
            polite::wait("search", move || Writer::open(indexed)).map_err(failed)?.map_err(failed)?;
        let slots = Arc::new(Semaphore::new(slots()));
        let embedded = Inner { index, fields, reader, writer, vectors, slots, _folder: folder };
        embedded.begin(log)?;
        Ok(Self(Arc::new(embedded)))
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let inner = self.0.clone();
        tokio::task::spawn_blocking(move || work(&inner)).await.map_err(failed)?
    }

    /// Does the same for feeding, at a low priority: a burst of changes must not slow requests down.
    async fn politely<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let inner = self.0.clone();
        polite::run("search", move || work(&inner)).await.map_err(failed)?
    }
}

/// The number of searches that there may be at once; those by vectors are bounded by the memory that usearch
/// has set aside.
fn slots() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    (processors * SEARCHES_PER_PROCESSOR).min(SEARCHES)
}

/// The payload of a commit: the index's version and log, and the position up to which it is fed.
fn payload(log: &str, position: Position) -> String {
    format!("{VERSION} {log} {position}")
}

fn parts(index: &Index) -> Option<(String, Position)> {
    let payload = index.load_metas().ok()?.payload?;
    let (made_for, position) = payload.rsplit_once(' ')?;
    Some((made_for.to_owned(), position.parse().ok()?))
}

fn stands(index: &Index, log: &str) -> bool {
    parts(index).is_some_and(|(made_for, _)| made_for == format!("{VERSION} {log}"))
}

/// Removes all files in the folders of an index and of its vectors; other folders within these stay.
fn empty(path: &Path) -> std::io::Result<()> {
    for folder in [path, &path.join(VECTORS)] {
        if !folder.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(())
}

impl Inner {
    fn begin(&self, log: &str) -> Result<(), EngineError> {
        if !stands(&self.index, log) {
            self.writer.write(|writer| self.commit(writer, &payload(log, 0)))?;
        }
        Ok(())
    }

    fn commit(&self, writer: &mut IndexWriter, payload: &str) -> Result<(), EngineError> {
        let mut prepared = writer.prepare_commit().map_err(failed)?;
        prepared.set_payload(payload);
        prepared.commit().map_err(failed)?;
        self.reader.reload().map_err(failed)
    }

    fn take(&self, changes: &[DocumentUpdate], position: Option<Position>) -> Result<(), EngineError> {
        let (made_for, before) = parts(&self.index)
            .ok_or_else(|| EngineError::Failed("the index does not say of which log it is".to_owned()))?;
        self.writer.write(|writer| {
            for DocumentUpdate { key, version, document } in changes {
                writer.delete_term(Term::from_field_text(self.fields.key, &fields::key(key)));
                if let Some(document) = document {
                    writer.add_document(self.fields.document(key, *version, document)).map_err(failed)?;
                }
            }
            self.commit(writer, &format!("{made_for} {}", position.unwrap_or(before)))
        })
    }

    fn versions(&self) -> Result<Vec<(Key, Position)>, EngineError> {
        versions(&self.reader.searcher(), &self.fields)
    }
}

fn versions(searcher: &Searcher, fields: &Fields) -> Result<Vec<(Key, Position)>, EngineError> {
    let mut versions = vec![];
    for segment in searcher.segment_readers() {
        let store = segment.get_store_reader(BLOCKS).map_err(failed)?;
        for document in store.iter::<TantivyDocument>(segment.alive_bitset()) {
            let document = document.map_err(failed)?;
            let version = document.get_first(fields.version).and_then(|value| value.as_i64());
            let key = document.get_first(fields.key).and_then(|value| value.as_str());
            let (Some(version), Some(key)) = (version, key.and_then(fields::read_key)) else {
                return Err(EngineError::Failed("a document has no key".to_owned()));
            };
            versions.push((key, version));
        }
    }
    Ok(versions)
}

/// Reads which documents, in which versions, an index in a folder holds, beside the process that has it open.
///
/// # Errors
/// There is no index in the folder, or it can't be read.
pub fn held(folder: &Path) -> Result<Vec<(Key, Position)>, EngineError> {
    let index = Index::open_in_dir(folder).map_err(failed)?;
    let (_, fields) = fields::schema();
    let reader: IndexReader =
        index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(failed)?;
    versions(&reader.searcher(), &fields)
}

impl Engine for Embedded {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn position(&self) -> BoxFuture<'_, Result<Position, EngineError>> {
        Box::pin(self.blocking(|inner| Ok(parts(&inner.index).map_or(0, |(_, position)| position))))
    }

    fn take(
        &self,
        changes: Vec<DocumentUpdate>,
        position: Option<Position>,
    ) -> BoxFuture<'_, Result<(), EngineError>> {
        Box::pin(self.politely(move |inner| inner.take(&changes, position)))
    }

    fn vectors_position<'a>(&'a self, embedder: &'a str) -> BoxFuture<'a, Result<Position, EngineError>> {
        let embedder = embedder.to_owned();
        Box::pin(self.blocking(move |inner| Ok(inner.vectors.position(&embedder))))
    }

    fn take_vectors<'a>(
        &'a self,
        embedder: &'a str,
        vectors: Vec<(PostId, Option<Vec<f32>>)>,
        position: Option<Position>,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        let embedder = embedder.to_owned();
        let keyed = |(post, vector): (PostId, _)| (fields::near_key(post.0), vector);
        let vectors: Vec<_> = vectors.into_iter().map(keyed).collect();
        Box::pin(self.politely(move |inner| inner.vectors.take(&embedder, &vectors, position)))
    }

    fn find(&self, query: Query) -> BoxFuture<'_, Result<Found, EngineError>> {
        Box::pin(async move {
            let query = query.bounded();
            let slot = tokio::time::timeout(WAIT, self.0.slots.clone().acquire_owned()).await;
            let slot = slot.map_err(|_elapsed| EngineError::Busy)?.map_err(failed)?;
            let (deadline, _wanted) = Deadline::after(LONGEST);
            self.blocking(move |inner| {
                let _slot = slot;
                let searcher = BoundedSearcher { searcher: inner.reader.searcher(), deadline };
                ask::find(&searcher, &inner.fields, &inner.vectors, &query)
            })
            .await
        })
    }

    fn versions(&self) -> BoxFuture<'_, Result<Vec<(Key, Position)>, EngineError>> {
        Box::pin(self.blocking(|inner| inner.versions()))
    }
}

fn failed(error: impl std::fmt::Display) -> EngineError {
    EngineError::Failed(error.to_string())
}
