//! Hidden people: the table `hidden` says who is not shown to whom; several slices keep it alike, each in its
//! own schema.

use crate::{Check, RecordedEvent, Tx};
use domain::Event;
use domain::blocklist::BlocklistEvent;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// The query of the table's rows, see [`crate::Definition::compared`].
pub(crate) const COMPARED: &str = "select viewer_id, user_id, reason from hidden";

/// The check of the table, see [`crate::Definition::checks`].
pub(crate) const CHECK: Check = Check {
    states: "who is hidden from whom is what blocks and mutes say",
    sql: include_str!("hidden/check.sql"),
};

/// The reasons why a viewer is not shown a person.
const BLOCKS: &str = "blocks";
const BLOCKED: &str = "blocked";
const MUTES: &str = "mutes";

/// A row: viewer, person, reason.
type Row = (Uuid, Uuid, &'static str);

/// Brings the table up to date with a batch.
pub(crate) async fn apply(tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    let (hidden, shown): (Vec<_>, Vec<_>) = fold(events).into_iter().partition(|(_, hidden)| *hidden);
    write(tx, DELETE, &shown).await?;
    write(tx, INSERT, &hidden).await
}

const INSERT: &str = "
    insert into hidden (viewer_id, user_id, reason)
    select viewer_id, user_id, reason
    from unnest($1::uuid[], $2::uuid[], $3::text[]) as new (viewer_id, user_id, reason)
    on conflict do nothing";

const DELETE: &str = "
    delete from hidden
    using unnest($1::uuid[], $2::uuid[], $3::text[]) as gone (viewer_id, user_id, reason)
    where hidden.viewer_id = gone.viewer_id and hidden.user_id = gone.user_id and hidden.reason = gone.reason";

fn fold(events: &[Arc<RecordedEvent>]) -> BTreeMap<Row, bool> {
    let mut changes = BTreeMap::new();
    for recorded in events {
        let Ok(Event::Blocklist(event)) = &recorded.event else { continue };
        match event {
            BlocklistEvent::PersonBlocked { by, user_id }
            | BlocklistEvent::PersonUnblocked { by, user_id } => {
                let hidden = matches!(event, BlocklistEvent::PersonBlocked { .. });
                changes.insert((by.0, user_id.0, BLOCKS), hidden);
                changes.insert((user_id.0, by.0, BLOCKED), hidden);
            }
            BlocklistEvent::PersonMuted { by, user_id } | BlocklistEvent::PersonUnmuted { by, user_id } => {
                let hidden = matches!(event, BlocklistEvent::PersonMuted { .. });
                changes.insert((by.0, user_id.0, MUTES), hidden);
            }
        }
    }
    changes
}

async fn write(tx: &mut Tx<'_>, sql: &str, rows: &[(Row, bool)]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(sql)
        .bind(rows.iter().map(|((viewer, ..), _)| *viewer).collect::<Vec<_>>())
        .bind(rows.iter().map(|((_, user, _), _)| *user).collect::<Vec<_>>())
        .bind(rows.iter().map(|((.., reason), _)| *reason).collect::<Vec<_>>())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::given::{id, log};
    use domain::value::UserId;

    fn event(make: fn(UserId, UserId) -> BlocklistEvent, by: u128, user: u128) -> (u128, Event) {
        (0, Event::Blocklist(make(UserId(id(by)), UserId(id(user)))))
    }

    #[test]
    fn a_block_hides_both_ways_and_a_mute_one_way() {
        let log = log(vec![
            event(|by, user_id| BlocklistEvent::PersonBlocked { by, user_id }, 1, 2),
            event(|by, user_id| BlocklistEvent::PersonMuted { by, user_id }, 1, 3),
        ]);
        let expected =
            [((id(1), id(2), BLOCKS), true), ((id(1), id(3), MUTES), true), ((id(2), id(1), BLOCKED), true)];
        assert_eq!(fold(&log), BTreeMap::from(expected));
    }

    #[test]
    fn the_last_word_counts_for_each_reason() {
        let log = log(vec![
            event(|by, user_id| BlocklistEvent::PersonBlocked { by, user_id }, 1, 2),
            event(|by, user_id| BlocklistEvent::PersonMuted { by, user_id }, 1, 2),
            event(|by, user_id| BlocklistEvent::PersonUnblocked { by, user_id }, 1, 2),
        ]);
        let expected = [
            ((id(1), id(2), BLOCKS), false),
            ((id(1), id(2), MUTES), true),
            ((id(2), id(1), BLOCKED), false),
        ];
        assert_eq!(fold(&log), BTreeMap::from(expected));
    }
}
