//! The release that made the views: several releases may run at once, and the newest one's views stay.

use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The releases, a line each: the version of the views, which rises with each change of their SQL, and the hash of
/// that SQL. The last line is this build's.
const RELEASES: &str = include_str!("releases.txt");

/// The release that made the views, as the schema's comment names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Release {
    version: u32,
    hash: String,
}

impl Release {
    /// This build's release, whose views this SQL makes.
    pub(super) fn of(sql: &str) -> Self {
        let hash = Sha256::digest(sql).iter().map(|byte| format!("{byte:02x}")).collect();
        let version = releases().next_back().map_or(0, |last| last.version);
        Self { version, hash }
    }

    /// True if this release's views are to replace those that are there. Views of a newer release stay.
    pub(super) fn replaces(&self, there: Option<&str>) -> bool {
        match there.map(str::parse::<Self>) {
            Some(Ok(there)) => there.version <= self.version && there != *self,
            // The views are of no release, or were made before releases were numbered.
            Some(Err(_)) | None => true,
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.version, self.hash)
    }
}

impl FromStr for Release {
    type Err = NoRelease;

    fn from_str(text: &str) -> Result<Self, NoRelease> {
        let (version, hash) = text.split_once(' ').ok_or(NoRelease)?;
        let version = version.parse().map_err(|_| NoRelease)?;
        Ok(Self { version, hash: hash.to_owned() })
    }
}

fn releases() -> impl DoubleEndedIterator<Item = Release> {
    RELEASES.lines().filter_map(|line| line.parse().ok())
}

/// A comment that names no release.
#[derive(Debug)]
pub(super) struct NoRelease;

#[cfg(test)]
mod tests {
    use super::*;

    fn release(version: u32, hash: &str) -> Release {
        Release { version, hash: hash.to_owned() }
    }

    #[test]
    fn an_older_release_leaves_the_views_of_a_newer_one_alone() {
        let this = release(7, "ab");
        assert!(!this.replaces(Some("7 ab")), "they are its own");
        assert!(!this.replaces(Some("8 cd")), "they are a newer one's");
        assert!(this.replaces(Some("6 cd")));
        assert!(this.replaces(Some("7 cd")), "of a build that was never released");
        assert!(this.replaces(Some("cd")), "made before releases were numbered");
        assert!(this.replaces(None));
    }

    #[test]
    fn a_changed_view_raises_the_version() {
        assert_eq!(releases().count(), RELEASES.lines().count(), "each line has a version and a hash");
        assert!(releases().is_sorted_by(|one, next| one.version < next.version), "versions rise");
        let (last, this) = (releases().next_back().expect("a release"), Release::of(&super::super::sql()));
        let next = Release { version: last.version + 1, hash: this.hash.clone() };
        assert_eq!(last, this, "the views have changed: add this line to analytics/releases.txt: {next}");
    }
}
