//! The state of an import: for each phase the rows before which everything is answered.

use super::super::Failure;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The state of an import, kept in a file, so that an import that was stopped goes on.
pub(super) struct State {
    path: PathBuf,
    noted: Noted,
    /// Rows that were answered before some row ahead of them.
    ahead: BTreeMap<&'static str, BTreeSet<u64>>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Noted {
    fingerprint: String,
    /// The highest position that any answer named.
    position: i64,
    done: BTreeMap<String, u64>,
    refusals: BTreeSet<String>,
}

impl State {
    /// Opens the state that an earlier run noted about the same import, or a new one.
    pub(super) fn open(path: PathBuf, fingerprint: &str) -> Result<Self, Failure> {
        let fresh = || Noted { fingerprint: fingerprint.to_owned(), ..Noted::default() };
        let noted = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| format!("{} is no import's state ({error}): remove it", path.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => fresh(),
            Err(error) => return Err(format!("{} can't be read: {error}", path.display()).into()),
        };
        if noted.fingerprint != fingerprint {
            return Err(format!(
                "{} belongs to an import of other files or to another server: name another with --state",
                path.display()
            )
            .into());
        }
        Ok(Self { path, noted, ahead: BTreeMap::new() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn position(&self) -> i64 {
        self.noted.position
    }

    pub(super) fn refusals(&self) -> &BTreeSet<String> {
        &self.noted.refusals
    }

    pub(super) fn done(&self, phase: &str) -> u64 {
        self.noted.done.get(phase).copied().unwrap_or(0)
    }

    pub(super) fn acknowledged_any(&self) -> bool {
        self.noted.done.values().any(|&rows| rows > 0)
    }

    pub(super) fn start_over(&mut self) {
        let fingerprint = std::mem::take(&mut self.noted.fingerprint);
        self.noted = Noted { fingerprint, ..Noted::default() };
    }

    pub(super) fn acknowledge(&mut self, phase: &'static str, row: u64, position: i64) {
        self.noted.position = self.noted.position.max(position);
        let ahead = self.ahead.entry(phase).or_default();
        let done = self.noted.done.entry(phase.to_owned()).or_default();
        ahead.insert(row);
        while ahead.remove(done) {
            *done += 1;
        }
    }

    /// Notes a refusal, which is an answer too: it would be the same the next time. A row that is refused
    /// again after a stop is noted once.
    pub(super) fn refuse(&mut self, phase: &'static str, row: u64, reason: String) {
        self.noted.refusals.insert(reason);
        self.acknowledge(phase, row, 0);
    }

    pub(super) fn save(&self) -> Result<(), Failure> {
        let told = |error| format!("{} can't be written: {error}", self.path.display());
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(told)?;
        }
        let beside = self.path.with_extension("new");
        fs::write(&beside, serde_json::to_vec_pretty(&self.noted)?).map_err(told)?;
        Ok(fs::rename(&beside, &self.path).map_err(told)?)
    }

    /// Removes the file once everything is in: the next import of the same files begins at the beginning.
    pub(super) fn remove(&self) -> Result<(), Failure> {
        let removed = fs::remove_file(&self.path);
        Ok(removed.map_err(|error| format!("{} can't be removed: {error}", self.path.display()))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_answered_without_a_gap_is_done() {
        let mut state = State { path: PathBuf::new(), noted: Noted::default(), ahead: BTreeMap::new() };
        state.acknowledge("users", 1, 12);
        state.acknowledge("users", 3, 11);
        assert_eq!(state.done("users"), 0);
        state.refuse("users", 0, "user 0: 422".to_owned());
        assert_eq!((state.done("users"), state.position()), (2, 12));
        state.acknowledge("users", 2, 13);
        assert_eq!((state.done("users"), state.done("posts")), (4, 0));
        assert_eq!(state.refusals().len(), 1);
    }
}
