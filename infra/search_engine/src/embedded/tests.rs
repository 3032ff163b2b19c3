//! Tests of the engine under too many searches, and on a full disk.

use super::*;
use projections::search::engine::{Access, Document, Filters, Kind, Sort, TagDocument};
use projections::search::words::Words;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, DirectoryLock, FileHandle, Lock, WatchCallback, WatchHandle, WritePtr};
use uuid::Uuid;

fn query(kind: Kind) -> Query {
    Query {
        kind,
        words: Words::parse("가").expect("a query"),
        filters: Filters::default(),
        access: Access::default(),
        sort: Sort::Relevance,
        near: None,
        closeness: 0.0,
        now: chrono::DateTime::UNIX_EPOCH,
        offset: 0,
        limit: 10,
        facets: false,
    }
}

#[tokio::test(start_paused = true)]
async fn searches_by_words_are_bounded_and_the_surplus_is_told_that_it_is_busy() {
    let engine = Embedded::open(None, "log").expect("it opens");
    let all = u32::try_from(slots()).expect("few");
    let others = engine.0.slots.clone().acquire_many_owned(all).await.expect("they search");
    assert!(matches!(engine.find(query(Kind::Posts)).await, Err(EngineError::Busy)));
    drop(others);
    assert_eq!(engine.find(query(Kind::Posts)).await.expect("it answers").total, 0);
    assert_eq!(engine.0.slots.available_permits(), slots());
}

/// A directory on a disk that is full now and then: files that are there can still be read and deleted.
#[derive(Clone, Debug)]
struct Disk {
    directory: MmapDirectory,
    is_full: Arc<AtomicBool>,
}

impl Disk {
    fn room(&self) -> io::Result<()> {
        match self.is_full.load(Ordering::Relaxed) {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }
}

impl Directory for Disk {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.directory.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.directory.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.directory.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let full = |error| OpenWriteError::wrap_io_error(error, PathBuf::from(path));
        self.room().map_err(full)?;
        self.directory.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.directory.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.room()?;
        self.directory.atomic_write(path, data)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.directory.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.directory.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.directory.watch(callback)
    }
}

#[tokio::test]
async fn feeding_goes_on_once_a_full_disk_has_room_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let is_full = Arc::<AtomicBool>::default();
    let directory = MmapDirectory::open(folder.path()).expect("a directory");
    let disk = Disk { directory, is_full: is_full.clone() };
    let (schema, fields) = fields::schema();
    let index = Index::open_or_create(disk, schema).expect("an index");
    let vectors = Vectors::open(&folder.path().join(VECTORS), "log".to_owned());
    let engine = Embedded::over(index, fields, vectors, None, "log").expect("it opens");
    let take = |n: u128, position| {
        let document = TagDocument { tag: format!("가 {n}"), post_count: 1 };
        let change = DocumentUpdate {
            key: Key::Tag(Uuid::from_u128(n)),
            version: 1,
            document: Some(Document::Tag(document)),
        };
        engine.take(vec![change], Some(position))
    };
    let found = async || engine.find(query(Kind::Tags)).await.expect("it answers").total;
    take(1, 1).await.expect("taken");

    is_full.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        assert!(take(2, 2).await.is_err());
    }
    assert_eq!((engine.position().await.expect("known"), found().await), (1, 1), "what was there is found");

    is_full.store(false, Ordering::Relaxed);
    take(2, 2).await.expect("the writer was replaced");
    take(3, 3).await.expect("and stays");
    assert_eq!((engine.position().await.expect("known"), found().await), (3, 3));
}
