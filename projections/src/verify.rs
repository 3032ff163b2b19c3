//! A verification proves a live projection equal to one rebuilt from the events, and both to independent SQL.

use crate::ports::{EventSource, Position};
use crate::projector::{Projector, Tx};
use crate::rebuild::{Copy, OnProgress, RebuildError};
use crate::schema::Schema;
use sqlx::Executor;
use sqlx::PgPool;
use std::time::{Duration, Instant};

/// The time that a live copy may take to reach the head; longer means that nobody runs it.
const PATIENCE: Duration = Duration::from_secs(10);

/// The number of differing rows of one kind that are shown.
const SHOWN: i64 = 20;

/// A report: what was compared and what differs.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The position at which both copies stood.
    pub position: Position,
    /// The number of rows of the live copy that were compared.
    pub rows: i64,
    /// The differences, in words for the operator; none when all is well.
    pub differences: Vec<String>,
}

/// Rebuilds the projection beside, compares row for row at one position, and runs the projector's checks.
/// Service goes on: the live copy is held for the moment it takes to finish its delayed work and take a
/// snapshot.
///
/// # Errors
/// See [`RebuildError`]; a difference is no error.
pub async fn verify(
    projector: &dyn Projector,
    pool: &PgPool,
    source: &dyn EventSource,
    on_progress: OnProgress<'_>,
) -> Result<Report, RebuildError> {
    let live = Schema::live(projector);
    if let Some(difference) = made_by_another(projector, pool, &live).await? {
        return Ok(Report { differences: vec![difference], ..Report::default() });
    }
    let beside = Schema::beside(projector, "verify");
    let mut copy = Copy::begin(projector, pool, source, beside.clone()).await?;
    copy.fill(on_progress).await?;
    copy.index().await?;
    copy.fill(on_progress).await?;

    catch_up(pool, &live, copy.position).await?;
    let (mut snapshot, position) = snapshot(projector, pool, &live).await?;
    // The copy is written further and seen only in this transaction: it stands exactly where the snapshot
    // stands.
    beside.enter(&mut snapshot).await?;
    while copy.position < position {
        let left = usize::try_from(position - copy.position).unwrap_or(usize::MAX);
        copy.step(&mut snapshot, left.min(10_000)).await?;
        while projector.has_work(&mut snapshot).await? {
            projector.work(&mut snapshot).await?;
        }
    }
    let mut report = Report { position, ..Report::default() };
    if copy.position > position {
        report.differences.push(format!(
            "the live copy stands at {position}, behind the log by {} events: is its projector running?",
            copy.position - position
        ));
    } else {
        compare(projector, &mut snapshot, &live, &beside, &mut report).await?;
        check(projector, &mut snapshot, &live, &mut report).await?;
    }
    snapshot.rollback().await?;
    let mut connection = pool.acquire().await?;
    beside.drop(&mut connection).await?;
    copy.end().await?;
    Ok(report)
}

/// Returns the reason why the live copy can't be compared with what this release makes, if it can't.
async fn made_by_another(
    projector: &dyn Projector,
    pool: &PgPool,
    live: &Schema,
) -> Result<Option<String>, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let (name, known) = (projector.name(), projector.definition().version);
    Ok(match live.state(&mut connection).await? {
        None => Some(format!("{name}: it is not there; a projector makes it, or `madang rebuild {name}`")),
        Some((version, _)) if version != known => Some(format!(
            "{name}: another release made version {version} of it, this one makes {known}; verify with that release, \
             or `madang rebuild {name}` with this one"
        )),
        Some(_) => None,
    })
}

/// Waits until the live copy has reached the position of the copy beside it, at most [`PATIENCE`].
async fn catch_up(pool: &PgPool, live: &Schema, position: Position) -> Result<(), RebuildError> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let mut connection = pool.acquire().await?;
        if live.state(&mut connection).await?.is_some_and(|(_, at)| at >= position) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Begins a transaction that sees the live copy at one position with no delayed work open.
async fn snapshot(
    projector: &dyn Projector,
    pool: &PgPool,
    live: &Schema,
) -> Result<(Tx<'static>, Position), RebuildError> {
    let mut hold = pool.begin().await?;
    live.lock_exclusive(&mut hold).await?;
    loop {
        let mut tx = pool.begin().await?;
        live.enter(&mut tx).await?;
        if !projector.has_work(&mut tx).await? {
            break;
        }
        projector.work(&mut tx).await?;
        tx.commit().await?;
    }
    let mut snapshot = pool.begin().await?;
    snapshot.execute("set transaction isolation level repeatable read").await?;
    live.enter(&mut snapshot).await?;
    let (position,) = sqlx::query_as("select position from checkpoint").fetch_one(&mut *snapshot).await?;
    hold.rollback().await?;
    Ok((snapshot, position))
}

async fn compare(
    projector: &dyn Projector,
    tx: &mut Tx<'_>,
    live: &Schema,
    beside: &Schema,
    report: &mut Report,
) -> Result<(), RebuildError> {
    for select in projector.definition().compared {
        let seen = fingerprint(tx, live, select).await?;
        report.rows += seen.0;
        if seen != fingerprint(tx, beside, select).await? {
            differ(projector, tx, (live, beside), select, report).await?;
        }
    }
    Ok(())
}

/// Returns the number of rows and the sum of their hashes: equal sets of rows have equal sums, and a chance
/// agreement of different sets is one in 2^64.
async fn fingerprint(tx: &mut Tx<'_>, schema: &Schema, select: &str) -> Result<(i64, String), RebuildError> {
    schema.enter(tx).await?;
    let sql = format!(
        "select count(*), coalesce(sum(hashtextextended(r::text, 0)::numeric), 0)::text from ({select}) r"
    );
    Ok(sqlx::query_as(&sql).fetch_one(&mut **tx).await?)
}

/// Reports rows that only one copy has.
async fn differ(
    projector: &dyn Projector,
    tx: &mut Tx<'_>,
    (live, beside): (&Schema, &Schema),
    select: &str,
    report: &mut Report,
) -> Result<(), RebuildError> {
    for (schema, table) in [(live, "verify_live"), (beside, "verify_rebuilt")] {
        schema.enter(tx).await?;
        let sql = format!(
            "drop table if exists pg_temp.{table};
             create temporary table {table} on commit drop as select r::text as row from ({select}) r"
        );
        tx.execute(sql.as_str()).await?;
    }
    for (one, other, says) in [
        ("verify_live", "verify_rebuilt", "only in the live copy"),
        ("verify_rebuilt", "verify_live", "missing in the live copy"),
    ] {
        let sql = format!(
            "select row, count(*) over () from
                (select row from pg_temp.{one} except all select row from pg_temp.{other}) d limit {SHOWN}"
        );
        let rows: Vec<(String, i64)> = sqlx::query_as(&sql).fetch_all(&mut **tx).await?;
        let total = rows.first().map_or(0, |row| row.1);
        let name = projector.name();
        report.differences.extend(rows.into_iter().map(|(row, _)| format!("{name}: {says}: {row}")));
        if total > SHOWN {
            report.differences.push(format!("{name}: {says}: and {} more", total - SHOWN));
        }
    }
    Ok(())
}

async fn check(
    projector: &dyn Projector,
    tx: &mut Tx<'_>,
    live: &Schema,
    report: &mut Report,
) -> Result<(), RebuildError> {
    live.enter(tx).await?;
    for check in projector.definition().checks {
        let sql = format!("select d, count(*) over () from ({}) c(d) limit {SHOWN}", check.sql);
        let rows: Vec<(String, i64)> =
            sqlx::query_as(&sql).bind(report.position).fetch_all(&mut **tx).await?;
        let total = rows.first().map_or(0, |row| row.1);
        let name = projector.name();
        let says = check.states;
        report.differences.extend(rows.into_iter().map(|(row, _)| format!("{name}: not so: {says}: {row}")));
        if total > SHOWN {
            report.differences.push(format!("{name}: not so: {says}: and {} more", total - SHOWN));
        }
    }
    Ok(())
}
