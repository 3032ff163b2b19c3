//! What must hold after any fault, whatever it was.

use super::load::Load;
use super::site::Stores;
use super::until;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use event_log::event_store::LogReader;
use futures::StreamExt;
use projections::verify::verify;
use sqlx::PgPool;
use std::collections::HashMap;

/// The service answers by itself; every command that was answered 2xx is in the log exactly once, where
/// its answer said; positions are 1, 2, 3, …; relay and read models reach the head; the stream holds
/// positions in order, each once; and every read model equals the events.
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

/// Relay and read models have come to the end of the log.
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

/// What the stream lacks, readers find in Postgres; but nothing may be in it twice or out of order.
async fn the_stream_is_in_order(stores: &Stores, pool: &PgPool) {
    let head: i64 = sqlx::query_scalar("select head from log").fetch_one(pool).await.expect("a log");
    let stream = stores.stream().await.expect("the stream is there");
    let left = stream.get_info().await.expect("it answers").state.messages;
    // A cluster may want to put it on the server that is down, and only then look for another.
    let consumer =
        until("a consumer", async || stream.create_consumer(OrderedConfig::default()).await.ok()).await;
    let mut messages = consumer.messages().await.expect("messages").take(usize::try_from(left).expect("few"));
    let mut last = 0;
    while let Some(message) = super::within("the stream reads to its end", messages.next()).await {
        let message = message.expect("a message");
        let headers = message.headers.as_ref().expect("headers");
        let position =
            headers.get("Madang-Position").expect("a position").as_str().parse().expect("a number");
        assert!(last < position, "the stream has {position} after {last}");
        last = position;
    }
    assert!(left == 0 || last == head, "the stream ends at {last}, the log at {head}");
}

/// Rebuilt, and by SQL over the events.
pub async fn every_read_model_equals_the_events(stores: &Stores, pool: &PgPool) {
    for projector in stores.projectors() {
        let source = LogReader::new(pool.clone());
        let report = verify(&*projector, pool, &source, &|_| {}).await.expect("verify runs");
        assert!(report.differences.is_empty(), "{}: {:#?}", projector.name(), report.differences);
    }
}
