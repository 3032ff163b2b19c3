//! The index of vectors on disk: a file, and a note that names the file. The note is written last.

use super::failed;
use super::vectors::{GROWTH, SEARCHES, new};
use projections::Position;
use projections::search::engine::EngineError;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use usearch::Index;

const ABOUT: &str = "about.json";

/// The note about an index in its folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    /// The version and log for which the index was made.
    pub(super) made_for: String,
    pub(super) embedder: String,
    pub(super) position: Position,
    pub(super) dimensions: usize,
    /// The number of vectors that were taken out and not yet replaced by another.
    pub(super) removed: usize,
    /// The index's file; its SHA-256 is noted because usearch would believe a torn file.
    pub(super) file: String,
    pub(super) sha256: String,
}

/// Reads the index and its note, if the folder has those of this log. The index is none where no vector had
/// come.
pub(super) fn read(folder: &Path, made_for: &str) -> Result<Option<(Option<Index>, About)>, EngineError> {
    let said = match fs::read(folder.join(ABOUT)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        said => said.map_err(failed)?,
    };
    let mut about: About = serde_json::from_slice(&said).map_err(failed)?;
    if about.made_for != made_for {
        return Ok(None);
    }
    if about.file.is_empty() {
        return Ok(Some((None, about)));
    }
    let path = folder.join(&about.file);
    if digest(&path).map_err(failed)? != about.sha256 {
        return Err(failed("its file is torn"));
    }
    let index = new(about.dimensions)?;
    index.load(path.to_str().ok_or_else(|| failed("the folder's name is not UTF-8"))?).map_err(failed)?;
    if about.removed > 0 {
        // Deleted vectors are not to stay in the file for long.
        index.compact().map_err(failed)?;
        about.removed = 0;
    }
    index.reserve_capacity_and_threads(index.size() + GROWTH, SEARCHES).map_err(failed)?;
    Ok(Some((Some(index), about)))
}

/// Writes a file beside the old one, then a note that names the new file.
pub(super) fn write(folder: &Path, index: Option<&Index>, about: &About) -> Result<(), EngineError> {
    fs::create_dir_all(folder).map_err(failed)?;
    let file = format!("{}.usearch", uuid::Uuid::new_v4().simple());
    let mut about = About { file: String::new(), sha256: String::new(), ..about.clone() };
    if let Some(index) = index {
        let path = folder.join(&file);
        index.save(path.to_str().ok_or_else(|| failed("the folder's name is not UTF-8"))?).map_err(failed)?;
        File::open(&path).and_then(|file| file.sync_all()).map_err(failed)?;
        about.sha256 = digest(&path).map_err(failed)?;
        about.file = file;
    }
    let said = serde_json::to_vec(&about).map_err(failed)?;
    let beside = folder.join("about.next");
    fs::write(&beside, said).map_err(failed)?;
    fs::rename(beside, folder.join(ABOUT)).map_err(failed)?;
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if name != ABOUT && name != *about.file {
            fs::remove_file(folder.join(name)).map_err(failed)?;
        }
    }
    Ok(())
}

fn digest(path: &Path) -> io::Result<String> {
    let (mut hash, mut file, mut chunk) = (Sha256::new(), File::open(path)?, vec![0; 1 << 16]);
    loop {
        match file.read(&mut chunk)? {
            0 => break,
            length => hash.update(&chunk[..length]),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
