//! The log as tables in SQL: the schema `analytics`, with a view for each event type and some that answer common
//! questions, and a role that may read these and nothing else.
//!
//! The views follow from the events' types. Each process that starts brings them up to date, unless a newer release has
//! made them.

mod release;

use super::export::table_name;
use domain::schema::{Column, ColumnKind, EventSchema, current};
use domain::upcast::UPCASTERS;
use release::Release;
use serde_json::Value;
use sqlx::{Executor, PgPool};
use std::fmt::Write;

/// The views that answer common questions, over the views of the events.
const ANSWERS: &str = include_str!("analytics/answers.sql");
const ROLE: &str = include_str!("analytics/role.sql");

/// Calls [`apply`] for a process that starts. A failure is only logged: the service must not wait for an
/// analyst's long query, nor need a right that only the analysts' views need.
pub async fn keep_up(pool: &PgPool) {
    if let Err(failure) = apply(pool).await {
        tracing::warn!(%failure, "what analysts see in SQL could not be brought up to date");
    }
}

/// Brings the schema `analytics` up to date with this build's events; any number of processes may do so at
/// once. Views that a newer release has made stay.
///
/// Views that others built upon these are dropped with them: such views belong into a script that can be run
/// again.
///
/// # Errors
/// The database's errors.
pub async fn apply(pool: &PgPool) -> Result<(), sqlx::Error> {
    let sql = sql();
    let release = Release::of(&sql);
    let mut tx = pool.begin().await?;
    tx.execute("set local lock_timeout = '5s'; select pg_advisory_xact_lock(hashtext('madang analytics'))")
        .await?;
    let there: Option<String> =
        sqlx::query_scalar("select obj_description(to_regnamespace('analytics'), 'pg_namespace')")
            .fetch_one(&mut *tx)
            .await?;
    if !release.replaces(there.as_deref()) {
        return Ok(());
    }
    tx.execute("drop schema if exists analytics cascade; create schema analytics").await?;
    tx.execute(sql.as_str()).await?;
    tx.execute(format!("comment on schema analytics is '{release}'").as_str()).await?;
    tx.commit().await
}

fn sql() -> String {
    format!("{}{ANSWERS}{ROLE}", views())
}

/// The SQL of a view for each event type.
#[must_use]
pub fn views() -> String {
    let mut sql = String::new();
    for schema in current() {
        view(&mut sql, schema).expect("a string takes all");
    }
    sql
}

fn view(sql: &mut String, schema: &EventSchema) -> std::fmt::Result {
    let EventSchema { aggregate_type, event_type, columns, .. } = schema;
    let name = table_name(event_type);
    write!(
        sql,
        "create view analytics.{name} as
         select position, recorded_at, (metadata ->> 'event_id')::uuid as event_id,
             aggregate_id::uuid as aggregate_id, sequence, (metadata ->> 'actor')::uuid as actor,
             metadata ? 'operator' as by_operator, event_version"
    )?;
    for column in columns {
        write!(sql, ",\n    {} as {}", expression(event_type, column), quoted(&column.name))?;
    }
    writeln!(
        sql,
        "\nfrom public.events where aggregate_type = '{aggregate_type}' and event_type = '{event_type}';"
    )?;
    let about = schema.schema["description"].as_str().unwrap_or_default();
    writeln!(sql, "comment on view analytics.{name} is {};", literal(about))?;
    for column in columns.iter().filter(|column| !column.description.is_empty()) {
        let (own, about) = (quoted(&column.name), literal(&column.description));
        writeln!(sql, "comment on column analytics.{name}.{own} is {about};")?;
    }
    Ok(())
}

/// The column's value out of a payload of any version.
fn expression(event_type: &str, column: &Column) -> String {
    let path = format!("'{{{}}}'", column.path.join(","));
    let steps = UPCASTERS.iter().filter(|step| step.event_type == event_type);
    let added = steps.flat_map(|step| step.adds).find(|added| [added.name] == *column.path);
    let value = |operator: &str, default: fn(Value) -> String| {
        let value = format!("payload {operator} {path}");
        match added {
            Some(added) => format!("coalesce({value}, {})", literal(&default((added.value)()))),
            None => value,
        }
    };
    let text = || value("#>>", |value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned));
    let json = || value("#>", |value| value.to_string());
    match &column.kind {
        ColumnKind::Text => text(),
        ColumnKind::Uuid => format!("({})::uuid", text()),
        ColumnKind::Time => format!("({})::timestamptz", text()),
        ColumnKind::Integer => format!("({})::bigint", text()),
        ColumnKind::Boolean => format!("({})::boolean", text()),
        ColumnKind::List(of) => match **of {
            ColumnKind::Object(_) | ColumnKind::List(_) => json(),
            ColumnKind::Text => elements(&json(), "text"),
            ColumnKind::Uuid => elements(&json(), "uuid"),
            ColumnKind::Time => elements(&json(), "timestamptz"),
            ColumnKind::Integer => elements(&json(), "bigint"),
            ColumnKind::Boolean => elements(&json(), "boolean"),
        },
        ColumnKind::Object(_) => json(),
    }
}

fn elements(list: &str, kind: &str) -> String {
    format!("array(select element::{kind} from jsonb_array_elements_text({list}) as all_of (element))")
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
