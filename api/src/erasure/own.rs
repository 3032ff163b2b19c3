//! The streams of the log that are a person's own.

use domain::Decide;
use domain::comment::Comment;
use domain::event::State;
use domain::media::Media;
use domain::post::Post;
use domain::value::{FollowedTagsId, UserId};
use sqlx::PgPool;
use std::collections::HashMap;
use uuid::Uuid;

/// A person and what they made, by id. What they made under an alias is the alias's.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) user: UserId,
    /// The ids of what the person made, by aggregate type.
    pub(super) made: HashMap<String, Vec<Uuid>>,
}

impl Own {
    /// Finds what the person made, deleted aggregates, too: their words are still in the events.
    pub(super) async fn of(user: UserId, pool: &PgPool) -> Result<Self, sqlx::Error> {
        let written: Vec<(String, String)> =
            sqlx::query_as(include_str!("written_by.sql")).bind(user.to_string()).fetch_all(pool).await?;
        let mut made: HashMap<_, Vec<_>> = HashMap::new();
        for (aggregate_type, id) in written {
            made.entry(aggregate_type).or_default().extend(id.parse::<Uuid>().ok());
        }
        Ok(Self { user, made })
    }

    /// The streams of an aggregate's type that hold words of the person; none for a type that holds nobody's
    /// words.
    #[allow(clippy::wildcard_enum_match_arm, reason = "a test holds it against the classes of texts")]
    pub(super) fn streams(&self, of: &State) -> Option<Vec<Uuid>> {
        match of {
            State::User(_) => Some(vec![self.user.0]),
            State::Post(_) => Some(self.made_of::<Post>()),
            State::Comment(_) => Some(self.made_of::<Comment>()),
            State::Media(_) => Some(self.made_of::<Media>()),
            State::FollowedTags(_) => Some(vec![FollowedTagsId::of(self.user).0]),
            // The other streams have ids and numbers alone, or words that are nobody's own, such as a board's or a
            // moderator's; the test below holds it against the classes of the events' texts.
            _ => None,
        }
    }

    fn made_of<A: Decide>(&self) -> Vec<Uuid> {
        self.made.get(A::TYPE).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Event;
    use history::masking;

    #[test]
    fn every_aggregate_with_something_personal_has_streams_that_are_someone_s_own() {
        let own = Own { user: UserId::default(), made: HashMap::new() };
        for aggregate_type in Event::aggregates() {
            let state = State::new(aggregate_type).expect("an aggregate");
            let (is_own, is_personal) =
                (own.streams(&state).is_some(), masking::mask(aggregate_type).is_some());
            assert_eq!(is_own, is_personal, "{aggregate_type}: its classes say otherwise than its streams");
        }
    }
}
