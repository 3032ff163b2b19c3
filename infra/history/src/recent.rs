//! Pages of the newest events out of a process's own memory: many clients that follow the log cost Postgres
//! nothing.

use super::event::{LogEvent, Row};
use super::pages::{Filter, Page};
use event_log::tail::{Tail, TailEvent};
use projections::Position;

/// Number of events that are looked through for one page.
const LOOKED_THROUGH: usize = 1_000;

/// The events right after `after`, at most `limit`; none where they must be read from Postgres: the tail has
/// no newer event, or lacks the next ones, or the filter has an end.
#[must_use]
pub fn recent(tail: &Tail, filter: &Filter, after: Position, limit: usize) -> Option<Page> {
    if filter.until.is_some() {
        return None;
    }
    page(&tail.recent_after(after, LOOKED_THROUGH)?, filter, limit)
}

fn page(there: &[TailEvent], filter: &Filter, limit: usize) -> Option<Page> {
    let mut events = vec![];
    for TailEvent { event, row } in there {
        if !filter.fits_type(&event.aggregate_type, &event.event_type) {
            continue;
        }
        let event = read(row)?;
        if filter.fits(&event) {
            events.push(event);
        }
        if events.len() == limit {
            break;
        }
    }
    let is_full = events.len() == limit;
    let looked_at = if is_full { events.last().map(|last| last.position) } else { None };
    let newest = there.last()?.event.position;
    let up_to = looked_at.unwrap_or(newest);
    Some(Page { events, up_to, is_last: up_to == newest && there.len() < LOOKED_THROUGH })
}

/// Reads a row as the log's stream carries it.
fn read(row: &[u8]) -> Option<LogEvent> {
    serde_json::from_slice::<Row>(row).ok().map(LogEvent::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::Event;
    use projections::RecordedEvent;
    use serde_json::{Value, json};
    use std::sync::Arc;
    use uuid::Uuid;

    fn there(position: Position, aggregate_type: &str, event_type: &str, actor: u128) -> TailEvent {
        let aggregate_id = Uuid::from_u128(7);
        let payload = json!({ "type": event_type, "text": "마당" });
        let recorded_at = DateTime::UNIX_EPOCH;
        let row = json!({
            "position": position, "aggregate_type": aggregate_type, "aggregate_id": aggregate_id, "sequence": 1,
            "event_type": event_type, "event_version": "1", "payload": payload, "recorded_at": recorded_at,
            "metadata": { "event_id": Uuid::from_u128(1), "actor": Uuid::from_u128(actor), "operator": "true" },
        });
        let event = Arc::new(RecordedEvent {
            position,
            aggregate_type: aggregate_type.to_owned(),
            aggregate_id,
            sequence: 1,
            event_type: event_type.to_owned(),
            event: Event::decode(aggregate_type, event_type, "1", payload),
            recorded_at,
            correlation_id: None,
        });
        TailEvent { event, row: row.to_string().into_bytes().into() }
    }

    fn five() -> Vec<TailEvent> {
        let one = |position, event_type, actor| there(position, "comment", event_type, actor);
        vec![
            one(11, "CommentEdited", 1),
            there(12, "post", "PostDeleted", 1),
            one(13, "CommentEdited", 2),
            one(14, "CommentDeleted", 1),
            one(15, "CommentEdited", 1),
        ]
    }

    fn positions(filter: &Filter, limit: usize) -> (Vec<Position>, Position, bool) {
        let page = page(&five(), filter, limit).expect("rows that can be read");
        (page.events.iter().map(|event| event.position).collect(), page.up_to, page.is_last)
    }

    #[test]
    fn a_page_is_narrowed_as_the_logs_are_and_says_how_far_it_looked() {
        let names = |name: &str| Some(vec![name.to_owned()]);
        let all = Filter::default();
        assert_eq!(positions(&all, 9), (vec![11, 12, 13, 14, 15], 15, true));
        assert_eq!(positions(&all, 2), (vec![11, 12], 12, false));
        assert_eq!(positions(&all, 5), (vec![11, 12, 13, 14, 15], 15, true));
        let comments = Filter { aggregate_types: names("comment"), ..Filter::default() };
        assert_eq!(positions(&comments, 2), (vec![11, 13], 13, false));
        let deleted = Filter { event_types: names("CommentDeleted"), ..Filter::default() };
        assert_eq!(positions(&deleted, 2), (vec![14], 15, true));
        let theirs = Filter { actor: Some(Uuid::from_u128(2)), ..Filter::default() };
        assert_eq!(positions(&theirs, 9), (vec![13], 15, true));
        let another = Filter { aggregate_id: Some(Uuid::from_u128(8)), ..Filter::default() };
        assert_eq!(positions(&another, 9), (vec![], 15, true));
    }

    #[test]
    fn an_event_is_read_whole_and_in_todays_version() {
        let event = read(&there(11, "comment", "CommentWritten", 3).row).expect("it can be read");
        assert_eq!((event.position, event.sequence, event.by_operator), (11, 1, true));
        assert_eq!((event.event_id, event.actor), (Some(Uuid::from_u128(1)), Some(Uuid::from_u128(3))));
        assert_eq!((event.event_type.as_str(), event.event_version.as_str()), ("CommentWritten", "2"));
        let payload: Value = serde_json::from_str(event.payload.get()).expect("JSON");
        assert_eq!(payload, json!({ "type": "CommentWritten", "text": "마당", "anonymous": false }));
    }

    #[test]
    fn what_can_not_be_read_is_left_to_postgres() {
        let torn = TailEvent { row: Arc::from(&b"{"[..]), ..there(11, "post", "PostDeleted", 1) };
        assert!(page(&[torn], &Filter::default(), 9).is_none());
    }
}
