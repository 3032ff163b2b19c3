//! The file by which commands find a running `madang up`: a stack leaves its addresses in its data folder.

use super::Failure;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

const NAME: &str = "stack.json";

/// The addresses of a running stack.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StackFile {
    pub(super) database_url: String,
    pub(super) nats_url: String,
    pub(super) http_url: String,
    /// The address where `/metrics` are.
    #[serde(default)]
    pub(super) ops_url: Option<String>,
    /// The variables that name the stack's storage; none where it uses another.
    #[serde(default)]
    pub(super) s3: BTreeMap<String, String>,
}

impl StackFile {
    /// The addresses of the stack that runs on this data folder.
    pub(super) fn read(data: &Path) -> Result<Self, Failure> {
        let path = data.join(NAME);
        let text = fs::read(&path).map_err(|error| {
            format!("no `madang up` runs on {}: {} can't be read ({error})", data.display(), path.display())
        })?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// Leaves the addresses until the returned value is dropped.
    pub(super) fn leave(&self, data: &Path) -> Result<Left, Failure> {
        let path = data.join(NAME);
        write_private(&path, &serde_json::to_vec_pretty(self)?)?;
        Ok(Left(path))
    }
}

/// The guard that removes the file when the stack ends.
#[derive(Debug)]
pub(super) struct Left(PathBuf);

impl Drop for Left {
    fn drop(&mut self) {
        // A file that stays behind names addresses where nobody answers: the reader will say so.
        let _ = fs::remove_file(&self.0);
    }
}

/// Writes a file that only its owner can read, in place of whatever was there.
pub(super) fn write_private(path: &Path, content: &[u8]) -> Result<(), Failure> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let beside = path.with_extension("new");
    let _ = fs::remove_file(&beside);
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut file| file.write_all(content))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| format!("can't write {}: {error}", path.display()).into())
}
