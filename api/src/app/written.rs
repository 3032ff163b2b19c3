//! The positions of people's last writes on this node, so that their reads wait for them.

use domain::value::UserId;
use moka::sync::Cache;
use projections::Position;
use std::time::Duration;

/// The time that this node remembers a person's last write. After it every projection has caught up, or its
/// lag is known and answers are marked stale.
const MEMORY: Duration = Duration::from_secs(60);
const PEOPLE: u64 = 100_000;

/// The position of each person's last write.
pub struct Written(Cache<UserId, Position>);

impl Default for Written {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(PEOPLE).time_to_live(MEMORY).build())
    }
}

impl Written {
    /// Remembers that `user` wrote at `position`, so that their reads here wait for it.
    pub fn note(&self, user: UserId, position: Position) {
        if position > 0 {
            self.0
                .entry(user)
                .and_upsert_with(|known| known.map_or(position, |known| known.into_value().max(position)));
        }
    }

    /// The position of the last write of `user` here, as long as it is remembered; 0 otherwise.
    #[must_use]
    pub fn of(&self, user: UserId) -> Position {
        self.0.get(&user).unwrap_or(0)
    }
}
