//! The vectors of posts, in an index of usearch's (HNSW) in memory and, every now and then, in a folder of its own.
//!
//! Vectors that were not written yet when the process was killed are made again: the position on disk is that
//! of the vectors on disk. Vectors are kept at a byte a number, which moves cosines by a hundredth at most.

use super::disk::{self, About};
use super::failed;
use projections::Position;
use projections::search::engine::EngineError;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};
use tracing::{info, warn};
use usearch::{Index, IndexOptions, MetricKind, ScalarKind};

/// Number of searches at once; usearch sets memory aside for each, and fails further ones.
pub(super) const SEARCHES: usize = 16;
/// The time between writes to disk: each writes all vectors.
const WRITE_EVERY: Duration = Duration::from_secs(30);
/// The number of neighbours of each vector, and how widely the index looks for them: usual values, with an
/// eye on speed.
const CONNECTIVITY: usize = 16;
const EXPANSION_ADD: usize = 64;
const EXPANSION_SEARCH: usize = 64;
/// The least number of vectors by which an index grows.
pub(super) const GROWTH: usize = 1_024;

/// The vectors of all posts.
pub(super) struct Vectors {
    folder: PathBuf,
    made_for: String,
    held: RwLock<Held>,
    /// The lock of writes to disk, of which there is one at a time.
    saving: Mutex<()>,
}

struct Held {
    /// The index; none until the first vector comes, whose length it needs.
    index: Option<Index>,
    about: About,
    written: Instant,
    /// True if the disk lacks some change.
    changed: bool,
}

impl Vectors {
    /// Reads a folder, which may not be there yet; an index that is not of this log or can't be read is begun
    /// anew.
    pub(super) fn open(folder: &Path, made_for: String) -> Self {
        let (index, about) = match disk::read(folder, &made_for) {
            Ok(found) => found.unwrap_or_default(),
            Err(failure) => {
                warn!(%failure, "the vectors can't be read and are made anew");
                (None, About::default())
            }
        };
        let held = Held { index, about, written: Instant::now(), changed: false };
        let (held, saving) = (RwLock::new(held), Mutex::default());
        Self { folder: folder.to_owned(), made_for, held, saving }
    }

    /// The position up to which there are vectors of this embedder; those of another embedder are dropped.
    pub(super) fn position(&self, embedder: &str) -> Position {
        let held = self.read();
        if held.about.embedder == embedder {
            return held.about.position;
        }
        drop(held);
        let mut held = self.write();
        held.begin(&self.made_for, embedder);
        held.about.position
    }

    pub(super) fn take(
        &self,
        embedder: &str,
        vectors: &[(u64, Option<Vec<f32>>)],
        position: Option<Position>,
    ) -> Result<(), EngineError> {
        let mut held = self.write();
        if held.about.embedder != embedder {
            held.begin(&self.made_for, embedder);
        }
        let about = &held.about;
        let is_other = |vector: &Vec<f32>| about.dimensions > 0 && vector.len() != about.dimensions;
        if vectors.iter().filter_map(|(_, vector)| vector.as_ref()).any(is_other) {
            held.begin(&self.made_for, embedder);
            return Err(EngineError::Failed("vectors have another length: they begin anew".to_owned()));
        }
        for (key, vector) in vectors {
            held.put(*key, vector.as_deref())?;
        }
        if let Some(position) = position {
            held.about.position = position;
            held.changed = true;
        }
        let is_due = held.changed && held.written.elapsed() >= WRITE_EVERY;
        drop(held);
        if is_due { self.save() } else { Ok(()) }
    }

    fn save(&self) -> Result<(), EngineError> {
        self.save_by(|index, about| disk::write(&self.folder, index, about))
    }

    /// Saves the vectors by a function that writes them; searches go on meanwhile.
    fn save_by(
        &self,
        write: impl FnOnce(Option<&Index>, &About) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let _saving = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let mut held = self.write();
        held.changed = false;
        // The time is set before the write: even a failed write is not tried again at each batch.
        held.written = Instant::now();
        drop(held);
        let held = self.read();
        let saved = write(held.index.as_ref(), &held.about);
        drop(held);
        if saved.is_err() {
            self.write().changed = true;
        }
        saved
    }

    /// The vector under a key.
    pub(super) fn of(&self, key: u64) -> Option<Vec<f32>> {
        self.read().vector(key)
    }

    /// The keys of the `count` nearest vectors, the nearest first, with their cosines.
    pub(super) fn nearest(&self, to: &[f32], count: usize) -> Result<Vec<(u64, f32)>, EngineError> {
        let held = self.read();
        let Some(index) = held.index.as_ref().filter(|index| index.dimensions() == to.len()) else {
            return Ok(vec![]);
        };
        let found = index.search(to, count).map_err(failed)?;
        Ok(found.keys.into_iter().zip(found.distances.into_iter().map(|distance| 1.0 - distance)).collect())
    }

    /// The keys among these that have a vector, with their cosines.
    pub(super) fn among(&self, to: &[f32], keys: &[u64]) -> Vec<(u64, f32)> {
        let held = self.read();
        let cosine = |key: &u64| {
            let vector = held.vector(*key).filter(|vector| vector.len() == to.len())?;
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let lengths = (dot(&vector, &vector) * dot(to, to)).sqrt();
            (lengths > 0.0).then(|| (*key, dot(&vector, to) / lengths))
        };
        keys.iter().filter_map(cosine).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Vectors {
    fn drop(&mut self) {
        let is_changed = self.read().changed;
        if is_changed && let Err(failure) = self.save() {
            warn!(%failure, "the vectors are not kept: they are made again");
        }
    }
}

impl Held {
    fn begin(&mut self, made_for: &str, embedder: &str) {
        if self.index.is_some() {
            info!(before = self.about.embedder, embedder, "vectors are made anew");
        }
        self.index = None;
        self.about =
            About { made_for: made_for.to_owned(), embedder: embedder.to_owned(), ..About::default() };
        self.changed = true;
    }

    fn vector(&self, key: u64) -> Option<Vec<f32>> {
        let index = self.index.as_ref()?;
        let mut vector = vec![0.0; index.dimensions()];
        matches!(index.get(key, &mut vector), Ok(1)).then_some(vector)
    }

    fn put(&mut self, key: u64, vector: Option<&[f32]>) -> Result<(), EngineError> {
        let Self { index, about, .. } = self;
        if let Some(index) = index {
            about.removed += index.remove(key).map_err(failed)?;
        }
        if let Some(vector) = vector {
            if index.is_none() {
                about.dimensions = vector.len();
                *index = Some(new(vector.len())?);
            }
            let index = index.as_ref().expect("it was just made");
            if index.size() + about.removed >= index.capacity() {
                let more = index.capacity() + (index.capacity() / 2).max(GROWTH);
                index.reserve_capacity_and_threads(more, SEARCHES).map_err(failed)?;
            }
            index.add(key, vector).map_err(failed)?;
            // The new vector takes the slot of a removed one.
            about.removed = about.removed.saturating_sub(1);
        }
        self.changed = true;
        Ok(())
    }
}

pub(super) fn new(dimensions: usize) -> Result<Index, EngineError> {
    let options = IndexOptions {
        dimensions,
        metric: MetricKind::Cos,
        quantization: ScalarKind::I8,
        connectivity: CONNECTIVITY,
        expansion_add: EXPANSION_ADD,
        expansion_search: EXPANSION_SEARCH,
        multi: false,
    };
    let index = Index::new(&options).map_err(failed)?;
    index.reserve_capacity_and_threads(GROWTH, SEARCHES).map_err(failed)?;
    Ok(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_found_while_they_are_written_to_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || Vectors::open(folder.path(), "log".to_owned());
        let vectors = open();
        vectors.take("embedder", &[(1, Some(vec![1.0, 0.0])), (2, None)], Some(7)).expect("taken");
        let found = |vectors: &Vectors| -> Vec<u64> {
            let nearest = vectors.nearest(&[1.0, 0.0], 10).expect("found");
            nearest.into_iter().map(|(key, _)| key).collect()
        };
        let saved = vectors.save_by(|index, about| {
            assert!(vectors.held.try_read().is_ok(), "searches wait");
            assert_eq!(found(&vectors), [1]);
            disk::write(folder.path(), index, about)
        });
        saved.expect("saved");
        assert!(!vectors.read().changed, "the disk has all");
        std::mem::forget(vectors);
        let again = open();
        assert_eq!((again.position("embedder"), found(&again)), (7, vec![1]));
    }

    #[test]
    fn what_could_not_be_written_is_written_later() {
        let folder = tempfile::tempdir().expect("a folder");
        let vectors = Vectors::open(folder.path(), "log".to_owned());
        vectors.take("embedder", &[(1, Some(vec![1.0, 0.0]))], Some(7)).expect("taken");
        assert!(vectors.save_by(|_, _| Err(failed("the disk is full"))).is_err());
        assert!(vectors.read().changed);
        drop(vectors);
        assert_eq!(Vectors::open(folder.path(), "log".to_owned()).position("embedder"), 7);
    }
}
