//! The release that made the views: several releases may run at once, and the newest one's views stay.

use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The version of the views that this build makes. It rises with each change of their SQL: see
/// `releases.txt`.
pub(super) const ANALYTICS_VERSION: u32 = 1;

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
        Self { version: ANALYTICS_VERSION, hash }
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

/// A comment that names no release.
#[derive(Debug)]
pub(super) struct NoRelease;

#[cfg(test)]
mod tests {
    use super::*;

    /// The releases, a line each: version and hash of its SQL.
    const RELEASES: &str = include_str!("releases.txt");

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
        let this = Release::of(&super::super::sql());
        let releases: Vec<Release> =
            RELEASES.lines().map(|line| line.parse().expect("a version and a hash")).collect();
        let last = releases.last().expect("there is one");
        assert!(releases.is_sorted_by(|one, next| one.version < next.version), "versions rise");
        assert!(
            last.hash == this.hash || last.version < ANALYTICS_VERSION,
            "the SQL of the views has changed: raise ANALYTICS_VERSION; its hash is {}",
            this.hash
        );
        assert_eq!(last, &this, "add this line to analytics/releases.txt: {this}");
    }
}
