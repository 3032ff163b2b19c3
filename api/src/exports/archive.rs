//! A ZIP that grows on the disk of this machine, piece by piece.

use crate::personal::Piece;
use std::fs::File;
use std::io::{self, Write};
use tokio::sync::mpsc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Writes the pieces that come until nobody sends any more, on a thread of its own: compressing takes a
/// processor's time. The archive's file has no name, so that nothing of it is left whatever happens.
pub(super) fn write(mut pieces: mpsc::Receiver<Piece>) -> io::Result<File> {
    let mut zip = ZipWriter::new(tempfile::tempfile()?);
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::Begin { name, is_compressed } => zip.start_file(name, options(is_compressed))?,
            Piece::Bytes(bytes) => zip.write_all(&bytes)?,
        }
    }
    Ok(zip.finish()?)
}

fn options(is_compressed: bool) -> SimpleFileOptions {
    let options = SimpleFileOptions::default();
    if is_compressed {
        return options.compression_method(CompressionMethod::Stored);
    }
    // A file of more than 4 GiB must say so before it is known how large it gets.
    options.compression_method(CompressionMethod::Deflated).large_file(true)
}
