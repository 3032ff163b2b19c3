//! A ZIP that grows on the disk of this machine, item by item.

use serde::Serialize;
use std::fs::File;
use std::io::{self, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// An archive under way. Its file has no name, so that nothing of it is left whatever happens.
pub(super) struct Archive {
    zip: ZipWriter<File>,
}

/// A file in it that holds a JSON array, or one JSON value a line.
pub(super) struct Items<'a> {
    zip: &'a mut ZipWriter<File>,
    is_array: bool,
    count: u64,
}

impl Archive {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { zip: ZipWriter::new(tempfile::tempfile()?) })
    }

    /// One JSON value, to be read by people, too.
    pub(super) fn one(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.begin(name)?;
        serde_json::to_writer_pretty(&mut self.zip, value)?;
        Ok(())
    }

    /// Plain text.
    pub(super) fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.begin(name)?;
        self.zip.write_all(text.as_bytes())
    }

    /// Bytes that are compressed already.
    pub(super) fn file(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.zip
            .start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))?;
        self.zip.write_all(bytes)
    }

    /// A JSON array of which no more than an item is held at a time.
    pub(super) fn array(&mut self, name: &str) -> io::Result<Items<'_>> {
        self.begin(name)?;
        Ok(Items { zip: &mut self.zip, is_array: true, count: 0 })
    }

    /// The same, an item a line.
    pub(super) fn lines(&mut self, name: &str) -> io::Result<Items<'_>> {
        self.begin(name)?;
        Ok(Items { zip: &mut self.zip, is_array: false, count: 0 })
    }

    pub(super) fn finish(self) -> io::Result<File> {
        Ok(self.zip.finish()?)
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            // A file of more than 4 GiB must say so before it is known how large it gets.
            .large_file(true);
        Ok(self.zip.start_file(name, options)?)
    }
}

impl Items<'_> {
    pub(super) fn push(&mut self, item: &impl Serialize) -> io::Result<()> {
        let before: &[u8] = match (self.is_array, self.count) {
            (true, 0) => b"[\n",
            (true, _) => b",\n",
            (false, 0) => b"",
            (false, _) => b"\n",
        };
        self.zip.write_all(before)?;
        serde_json::to_writer(&mut self.zip, item)?;
        self.count += 1;
        Ok(())
    }

    pub(super) fn end(self) -> io::Result<()> {
        let after: &[u8] = match (self.is_array, self.count) {
            (true, 0) => b"[]\n",
            (true, _) => b"\n]\n",
            (false, _) => b"\n",
        };
        self.zip.write_all(after)
    }
}
