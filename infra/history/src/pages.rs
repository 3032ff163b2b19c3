//! Events by position, time, type and actor, a page at a time.

use super::event::{COLUMNS, LogEvent, Row};
use chrono::{DateTime, Utc};
use projections::Position;
use sqlx::PgPool;
use uuid::Uuid;

/// Number of positions that are looked through for one page: a page of rare events is short, and says how far
/// the look went.
const LOOKED_THROUGH: Position = 20_000;

/// The filter of events. Each bound that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The types of aggregate: an event must be of one of them.
    pub aggregate_types: Option<Vec<String>>,
    /// The id of the aggregate.
    pub aggregate_id: Option<Uuid>,
    /// The event types: an event must be of one of them.
    pub event_types: Option<Vec<String>>,
    /// The person or alias who acted.
    pub actor: Option<Uuid>,
    /// The last position: an event must be at it or before it.
    pub until: Option<Position>,
}

impl Filter {
    /// True if an index leads to all events of the filter, however far apart they are.
    fn is_one_thing(&self) -> bool {
        self.aggregate_types.is_some() && self.aggregate_id.is_some()
    }

    /// True if the filter lets these types through.
    pub(super) fn fits_type(&self, aggregate_type: &str, event_type: &str) -> bool {
        let is_among = |names: &Option<Vec<String>>, name: &str| {
            names.as_ref().is_none_or(|names| names.iter().any(|one| one == name))
        };
        is_among(&self.aggregate_types, aggregate_type) && is_among(&self.event_types, event_type)
    }

    /// True if the filter lets the event through, as [`Pages::read`] does.
    pub(super) fn fits(&self, event: &LogEvent) -> bool {
        self.fits_type(&event.aggregate_type, &event.event_type)
            && self.aggregate_id.is_none_or(|id| event.aggregate_id == id.to_string())
            && self.actor.is_none_or(|actor| event.actor == Some(actor))
            && self.until.is_none_or(|until| event.position <= until)
    }

    /// The column by which events are ordered. For one aggregate the order by sequence is the same as by
    /// position, and the index has it.
    fn order(&self) -> &'static str {
        match (self.aggregate_types.as_deref(), self.aggregate_id) {
            (Some([_]), Some(_)) => "sequence",
            _ => "position",
        }
    }
}

/// A page of events in position order.
#[derive(Clone, Debug)]
pub struct Page {
    /// The page's events: perhaps none, even where more follow.
    pub events: Vec<LogEvent>,
    /// The position up to which all events were looked at.
    pub up_to: Position,
    /// True if no more events follow for now.
    pub is_last: bool,
}

/// A reader of pages of the log. Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    pool: PgPool,
}

impl Pages {
    /// Makes a reader that uses this pool.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The newest position, 0 where there is none.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn head(&self) -> Result<Position, sqlx::Error> {
        sqlx::query_scalar("select head from log").fetch_one(&self.pool).await
    }

    /// The events right after `after`, at most `limit`.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn read(&self, filter: &Filter, after: Position, limit: usize) -> Result<Page, sqlx::Error> {
        let head = self.head().await?;
        let end = filter.until.map_or(head, |until| head.min(until));
        if end <= after {
            return Ok(Page { events: vec![], up_to: after, is_last: true });
        }
        let up_to = if filter.is_one_thing() { end } else { end.min(after.saturating_add(LOOKED_THROUGH)) };
        let events = self.events(filter, after, up_to, filter.order(), limit).await?;
        let up_to = match events.last() {
            Some(last) if events.len() >= limit => last.position,
            _ => up_to.max(after),
        };
        Ok(Page { events, up_to, is_last: up_to >= end })
    }

    /// The last events up to `before`, the newest first, at most `limit`; none at `after` or before it. The
    /// page's `up_to` is the `before` of the next page: all events after that position were looked at.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn read_back(
        &self,
        filter: &Filter,
        after: Position,
        before: Position,
        limit: usize,
    ) -> Result<Page, sqlx::Error> {
        let newest = filter.until.map_or(before, |until| before.min(until)).min(self.head().await?);
        let down_to =
            if filter.is_one_thing() { after } else { after.max(newest.saturating_sub(LOOKED_THROUGH)) };
        let order = format!("{} desc", filter.order());
        let events = self.events(filter, down_to, newest, &order, limit).await?;
        let down_to = match events.last() {
            Some(last) if events.len() >= limit => last.position - 1,
            _ => down_to,
        };
        Ok(Page { events, up_to: down_to, is_last: down_to <= after })
    }

    /// The filter's events after `after` and up to `up_to`.
    async fn events(
        &self,
        filter: &Filter,
        after: Position,
        up_to: Position,
        order: &str,
        limit: usize,
    ) -> Result<Vec<LogEvent>, sqlx::Error> {
        let rows: Vec<Row> = sqlx::query_as(&format!(
            "select {COLUMNS} from events
             where position > $1 and position <= $2
               and ($3::text[] is null or aggregate_type = any($3))
               and ($4::text is null or aggregate_id = $4)
               and ($5::text[] is null or event_type = any($5))
               and ($6::text is null or metadata ->> 'actor' = $6)
             order by {order} limit $7"
        ))
        .bind(after)
        .bind(up_to)
        .bind(&filter.aggregate_types)
        .bind(filter.aggregate_id.map(|id| id.to_string()))
        .bind(&filter.event_types)
        .bind(filter.actor.map(|id| id.to_string()))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(LogEvent::from).collect())
    }

    /// The version of an aggregate; none where there is no such aggregate.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn version(&self, aggregate_type: &str, id: Uuid) -> Result<Option<i64>, sqlx::Error> {
        sqlx::query_scalar("select max(sequence) from events where aggregate_type = $1 and aggregate_id = $2")
            .bind(aggregate_type)
            .bind(id.to_string())
            .fetch_one(&self.pool)
            .await
    }

    /// The position of the last event that was stored before `time`; 0 where there is none.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn before(&self, time: DateTime<Utc>) -> Result<Position, sqlx::Error> {
        // Times ascend with positions, so halving takes a few looks, without an index.
        let mut low: Position = 0;
        let mut high = self.head().await?;
        while low < high {
            let middle = low + (high - low + 1) / 2;
            let is_before: Option<bool> =
                sqlx::query_scalar("select recorded_at < $2 from events where position = $1")
                    .bind(middle)
                    .bind(time)
                    .fetch_optional(&self.pool)
                    .await?;
            match is_before {
                Some(true) => low = middle,
                Some(false) | None => high = middle - 1,
            }
        }
        Ok(low)
    }
}
