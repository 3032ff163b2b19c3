//! The one writer of an index. Tantivy's writer stays dead once the disk was full or one of its threads has
//! panicked, so a writer that has failed is replaced.

use super::failed;
use projections::search::engine::EngineError;
use std::sync::{Mutex, PoisonError};
use tantivy::{Index, IndexWriter};
use tracing::info;

/// The least memory that tantivy takes for documents on their way, in bytes.
const MEMORY: usize = 15_000_000;

/// The writer, which holds the index against other processes as long as it works.
pub(super) struct Writer {
    index: Index,
    /// The tantivy writer; none after a failure.
    working: Mutex<Option<IndexWriter>>,
}

impl Writer {
    /// Opens the writer. Its threads, which index and merge, get the priority of the thread that calls this.
    pub(super) fn open(index: Index) -> tantivy::Result<Self> {
        let working = Mutex::new(Some(open(&index)?));
        Ok(Self { index, working })
    }

    /// Writes by the tantivy writer. Changes written and not committed when it failed are lost.
    pub(super) fn write<T>(
        &self,
        write: impl FnOnce(&mut IndexWriter) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let mut working = self.working.lock().unwrap_or_else(PoisonError::into_inner);
        // The writer is taken out, so that neither an error nor a panic leaves a dead one behind.
        let mut writer = match working.take() {
            Some(writer) => writer,
            None => {
                info!("the index's writer had failed and is opened anew");
                open(&self.index).map_err(failed)?
            }
        };
        let written = write(&mut writer)?;
        *working = Some(writer);
        Ok(written)
    }
}

fn open(index: &Index) -> tantivy::Result<IndexWriter> {
    index.writer_with_num_threads(1, MEMORY)
}
