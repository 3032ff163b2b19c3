//! The check that must hold after any fault.

use super::load::Load;
use super::site::Stores;
use super::until;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use async_nats::jetstream::stream::Stream;
use event_log::event_store::LogReader;
use futures::StreamExt;
use projections::verify::verify;
use sqlx::PgPool;
use std::collections::HashMap;
use std::time::Duration;

/// The time for one reading of the stream: a longer one has lost its consumer with a server.
const A_READING: Duration = Duration::from_secs(15);

/// Asserts that the service answers by itself; every command that was answered 2xx is in the log exactly
/// once, where its answer said; positions are 1, 2, 3, …; relay and read models reach the head; the stream
/// holds positions in order, each once; and every read model equals the events.
pub async fn nothing_is_lost(stores: &Stores, load: &Load) {
    load.more(20).await;
    let _quiet = load.quiet().await;
    let pool = stores.pool().await;
    the_log_holds(&pool, load).await;
    everyone_reaches_the_head(stores).await;
    the_stream_is_in_order(stores, &pool).await;
    every_read_model_equals_the_events(stores, &pool).await;
}

async fn the_log_holds(pool: &PgPool, load: &Load) {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "select position, case event_type
            when 'UserRegistered' then 'register ' || (payload ->> 'handle')
            when 'PostPublished' then 'publish ' || (payload ->> 'text')
            when 'CommentWritten' then 'comment ' || (payload ->> 'text')
            when 'Liked' then 'like ' || (payload ->> 'user_id') || ' ' || (payload #>> '{target,id}')
            when 'Followed' then 'follow ' || (payload ->> 'follower_id') || ' ' || (
                select r.payload ->> 'handle' from events r
                where r.aggregate_type = 'user' and r.aggregate_id = e.payload ->> 'followee_id'
                    and r.event_type = 'UserRegistered')
            else event_type || ' ' || position end
         from events e order by position",
    )
    .fetch_all(pool)
    .await
    .expect("the log reads");
    assert!(rows.iter().map(|row| row.0).eq(1..=i64::try_from(rows.len()).expect("few")), "a gap");
    let mut stored: HashMap<String, i64> = HashMap::new();
    for (position, deed) in rows {
        if let Some(before) = stored.insert(deed.clone(), position) {
            panic!("{deed:?} is stored twice, at {before} and at {position}");
        }
    }
    let done = load.done();
    let lost: Vec<_> =
        done.iter().filter(|done| stored.get(&done.deed) != Some(&done.position)).take(20).collect();
    assert!(
        lost.is_empty(),
        "of {} confirmed commands are not where they were said to be: {lost:#?}",
        done.len()
    );
}

/// Waits until relay and read models have come to the end of the log.
pub async fn everyone_reaches_the_head(stores: &Stores) {
    let pool = stores.pool().await;
    let projectors = stores.projectors();
    let names: Vec<_> = projectors.iter().map(|projector| projector.name()).collect();
    until("relay and read models reach the head", async || {
        let status = event_log::status::status(&pool, &names).await.expect("status");
        let caught_up = status.relay.lag == 0 && status.projections.iter().all(|one| one.lag == 0);
        caught_up.then_some(())
    })
    .await;
}

/// The stream may lack positions, which readers find in Postgres; but no position may be in it twice or out
/// of order.
async fn the_stream_is_in_order(stores: &Stores, pool: &PgPool) {
    let head: i64 = sqlx::query_scalar("select head from log").fetch_one(pool).await.expect("a log");
    // A cluster that has just lost a server answers nothing until its election is over, and may first want
    // to put the consumer on the lost server.
    let positions = until("the stream is read to its end", async || {
        let stream = stores.stream().await?;
        tokio::time::timeout(A_READING, positions(&stream)).await.ok()?
    })
    .await;
    assert!(positions.is_sorted_by(|one, next| one < next), "the stream's order: {positions:?}");
    let last = positions.last();
    assert!(last.is_none_or(|last| *last == head), "the stream ends at {last:?}, the log at {head}");
}

/// The position of each message of the stream, in the stream's order; nothing when NATS fails meanwhile.
async fn positions(stream: &Stream) -> Option<Vec<i64>> {
    let count = usize::try_from(stream.get_info().await.ok()?.state.messages).expect("few");
    let consumer = stream.create_consumer(OrderedConfig::default()).await.ok()?;
    let mut messages = consumer.messages().await.ok()?.take(count);
    let mut positions = Vec::with_capacity(count);
    while let Some(message) = messages.next().await {
        let message = message.ok()?;
        let headers = message.headers.as_ref().expect("headers");
        let position = headers.get("Madang-Position").expect("a position").as_str();
        positions.push(position.parse().expect("a number"));
    }
    Some(positions)
}

/// Asserts that every read model equals one rebuilt from the events, and one that SQL computes from them.
pub async fn every_read_model_equals_the_events(stores: &Stores, pool: &PgPool) {
    for projector in stores.projectors() {
        let source = LogReader::new(pool.clone());
        let report = verify(&*projector, pool, &source, &|_| {}).await.expect("verify runs");
        assert!(report.differences.is_empty(), "{}: {:#?}", projector.name(), report.differences);
    }
}
