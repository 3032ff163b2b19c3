//! The files of a person's export. Features read pages in async code; the bytes that they write go through a
//! bounded channel to the one thread that compresses, so that little is held in memory at a time.

use crate::app::App;
use domain::value::UserId;
use event_log::event_store::StoreError;
use futures::future::BoxFuture;
use photos::s3::StorageError;
use projections::Page;
use serde::Serialize;
use tokio::sync::mpsc;
use vault::VaultError;

/// The number of rows that are read at a time.
pub const PAGE: usize = 100;

/// The size in bytes at which buffered items are handed over to the thread that compresses.
const PIECE_BYTES: usize = 64 << 10;

/// A function that writes one file of an export, or the files of one folder.
pub type Write = for<'a> fn(&'a App, UserId, Exporter) -> BoxFuture<'a, Result<(), ExportError>>;

/// A file that a feature adds to a person's export, or a folder, whose name ends in a slash.
#[derive(Clone, Copy)]
pub struct Export {
    /// The name of the file in the archive.
    pub name: &'static str,
    /// The description of the content in Korean, as the archive's README says to people.
    pub korean: &'static str,
    /// The description in English.
    pub english: &'static str,
    /// The read models that have to be up to date for the file.
    pub reads: &'static [&'static str],
    /// The file's writer.
    pub write: Write,
}

/// The reason why an export could not be made; the export is tried again.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The thread that writes the archive has given up.
    #[error("the archive is not written any more")]
    CutOff,
    /// A value is no JSON.
    #[error("a value can't be written as JSON")]
    Json(#[from] serde_json::Error),
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The read models can't be read.
    #[error("the read models can't be read")]
    Read(#[from] sqlx::Error),
}

/// A piece of the archive that goes to the thread that compresses.
pub enum Piece {
    /// A file begins, and the one before it ends.
    Begin {
        /// The name of the file in the archive.
        name: String,
        /// True if the file's bytes are compressed already, and are to be stored as they are.
        is_compressed: bool,
    },
    /// More bytes of the file that was begun last.
    Bytes(Vec<u8>),
}

/// The sink into which a feature writes its file, or the files of its folder.
pub struct Exporter {
    name: &'static str,
    pieces: mpsc::Sender<Piece>,
}

/// A file that holds a JSON array, or one JSON value a line.
pub struct Items {
    pieces: mpsc::Sender<Piece>,
    buffer: Vec<u8>,
    is_array: bool,
    count: u64,
}

impl Exporter {
    /// Makes the sink of a file, or a folder, with this name.
    #[must_use]
    pub fn new(name: &'static str, pieces: mpsc::Sender<Piece>) -> Self {
        Self { name, pieces }
    }

    /// Writes plain text as the file.
    ///
    /// # Errors
    /// The archive is not written any more.
    pub async fn text(self, text: String) -> Result<(), ExportError> {
        self.begin(self.name.to_owned(), false).await?;
        send(&self.pieces, Piece::Bytes(text.into_bytes())).await
    }

    /// Writes one JSON value as the file, indented for people.
    ///
    /// # Errors
    /// See [`ExportError`].
    pub async fn one(self, value: &impl Serialize) -> Result<(), ExportError> {
        let json = serde_json::to_vec_pretty(value)?;
        self.begin(self.name.to_owned(), false).await?;
        send(&self.pieces, Piece::Bytes(json)).await
    }

    /// Writes a file into the folder, whose bytes are compressed already.
    ///
    /// # Errors
    /// The archive is not written any more.
    pub async fn file(&self, name: &str, bytes: Vec<u8>) -> Result<(), ExportError> {
        self.begin(format!("{}{name}", self.name), true).await?;
        send(&self.pieces, Piece::Bytes(bytes)).await
    }

    /// Begins a file that is a JSON array.
    ///
    /// # Errors
    /// The archive is not written any more.
    pub async fn array(self) -> Result<Items, ExportError> {
        self.items(true).await
    }

    /// Begins a file of JSON values, one a line.
    ///
    /// # Errors
    /// The archive is not written any more.
    pub async fn lines(self) -> Result<Items, ExportError> {
        self.items(false).await
    }

    /// Writes a JSON array of all pages of a list as the file.
    ///
    /// # Errors
    /// See [`ExportError`].
    pub async fn pages<T, U, K, F>(
        self,
        shown: impl Fn(T) -> U,
        page: impl Fn(Option<K>) -> F,
    ) -> Result<(), ExportError>
    where
        U: Serialize,
        F: Future<Output = Result<Page<T, K>, sqlx::Error>>,
    {
        let mut items = self.array().await?;
        items.pages(shown, page).await?;
        items.end().await
    }

    async fn items(self, is_array: bool) -> Result<Items, ExportError> {
        self.begin(self.name.to_owned(), false).await?;
        Ok(Items { pieces: self.pieces, buffer: vec![], is_array, count: 0 })
    }

    async fn begin(&self, name: String, is_compressed: bool) -> Result<(), ExportError> {
        send(&self.pieces, Piece::Begin { name, is_compressed }).await
    }
}

impl Items {
    /// Adds an item.
    ///
    /// # Errors
    /// See [`ExportError`].
    pub async fn push(&mut self, item: &impl Serialize) -> Result<(), ExportError> {
        let before: &[u8] = match (self.is_array, self.count) {
            (true, 0) => b"[\n",
            (true, _) => b",\n",
            (false, 0) => b"",
            (false, _) => b"\n",
        };
        self.buffer.extend_from_slice(before);
        serde_json::to_writer(&mut self.buffer, item)?;
        self.count += 1;
        if self.buffer.len() < PIECE_BYTES {
            return Ok(());
        }
        send(&self.pieces, Piece::Bytes(std::mem::take(&mut self.buffer))).await
    }

    /// Adds the items on all pages of a list.
    ///
    /// # Errors
    /// See [`ExportError`].
    pub async fn pages<T, U, K, F>(
        &mut self,
        shown: impl Fn(T) -> U,
        page: impl Fn(Option<K>) -> F,
    ) -> Result<(), ExportError>
    where
        U: Serialize,
        F: Future<Output = Result<Page<T, K>, sqlx::Error>>,
    {
        let mut after = None;
        loop {
            let read = page(after).await?;
            for item in read.items {
                self.push(&shown(item)).await?;
            }
            after = read.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// The archive is not written any more.
    pub async fn end(mut self) -> Result<(), ExportError> {
        let after: &[u8] = match (self.is_array, self.count) {
            (true, 0) => b"[]\n",
            (true, _) => b"\n]\n",
            (false, _) => b"\n",
        };
        self.buffer.extend_from_slice(after);
        send(&self.pieces, Piece::Bytes(self.buffer)).await
    }
}

async fn send(pieces: &mpsc::Sender<Piece>, piece: Piece) -> Result<(), ExportError> {
    pieces.send(piece).await.map_err(|_| ExportError::CutOff)
}
