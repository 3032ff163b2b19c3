//! Masks: erasing a person leaves nothing of events that is classed as personal, and all the rest.

use super::Yard;
use super::erasure::{erase, somebody};
use crate::golden;
use crate::media::ready;
use crate::support::TestApp;
use crate::support::client::Person;
use domain::Event;
use domain::schema::{Class, Column, ColumnKind, EventSchema, event_schemas};
use history::masking;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The columns of the objects in a list of objects.
fn items(column: &Column) -> &[Column] {
    if let ColumnKind::List(of) = &column.kind
        && let ColumnKind::Object(columns) = &**of
    {
        return columns;
    }
    &[]
}

fn is_personal(column: &Column) -> bool {
    matches!(column.class, Some(Class::Personal(_))) || items(column).iter().any(is_personal)
}

fn has_personal(schema: &EventSchema) -> bool {
    schema.columns.iter().any(is_personal)
}

/// Takes the personal values out of an object; returns each with the name of its column.
fn take_personal(object: &mut Value, columns: &[Column]) -> Vec<(String, Value)> {
    let mut taken = vec![];
    for column in columns.iter().filter(|column| is_personal(column)) {
        let Some(value) = object.pointer_mut(&format!("/{}", column.path.join("/"))) else { continue };
        match items(column) {
            [] => taken.push((column.name.clone(), value.take())),
            columns => {
                let items = value.as_array_mut().into_iter().flatten();
                taken.extend(items.flat_map(|item| take_personal(item, columns)));
            }
        }
    }
    taken
}

/// The names of the columns whose values still say something.
fn telling(taken: Vec<(String, Value)>) -> Vec<String> {
    let nothing = [json!(null), json!(""), json!([])];
    taken.into_iter().filter(|(_, value)| !nothing.contains(value)).map(|(name, _)| name).collect()
}

fn schema(event_type: &str, version: &str) -> &'static EventSchema {
    let found = event_schemas().iter().find(|s| s.event_type == event_type && s.version == version);
    found.unwrap_or_else(|| panic!("there is no {event_type} {version}"))
}

/// All events of the aggregates that the person is, has begun or has written in: type, version and payload.
async fn events_of(app: &TestApp, person: &Person) -> Vec<(String, String, Value)> {
    sqlx::query_as(
        "select event_type, event_version, payload from events
         where (aggregate_type, aggregate_id) in (
             select aggregate_type, aggregate_id from events
             where aggregate_id = $1 or metadata ->> 'actor' = $1
                 or payload ->> 'author_id' = $1 or payload ->> 'owner_id' = $1
         )",
    )
    .bind(&person.id)
    .fetch_all(&app.pool)
    .await
    .expect("the log reads")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_who_is_erased_no_event_of_any_type_holds_anything_personal() {
    let yard = Yard::new().await;
    let (app, sora) = (&yard.app, yard.app.register("sora").await);
    let mina = somebody(&yard, &sora).await;
    let photo = json!([{ "media_id": ready(&mina).await, "alternative_text": "zebra photo" }]);
    let body = json!({ "text": "zebra", "photos": photo });
    let post = mina.post("/v1/posts", body).await.expect(201).id();
    mina.patch(&format!("/v1/posts/{post}"), json!({ "text": "zebra again" })).await.expect(200);
    let comment = mina.comment(&post, "zebra").await;
    mina.patch(&format!("/v1/comments/{comment}"), json!({ "text": "zebra @zebra" })).await.expect(200);
    mina.delete("/v1/tags/zebratag3/follow").await.expect(204);

    let before: BTreeSet<_> = events_of(app, &mina).await.into_iter().map(|(of, ..)| of).collect();
    let personal = event_schemas().iter().filter(|schema| schema.is_current && has_personal(schema));
    for EventSchema { event_type, .. } in personal {
        assert!(before.contains(*event_type), "who is erased here has to have done this, too: {event_type}");
    }
    erase(app, &mina.id).await.expect("erased");
    for (event_type, version, mut payload) in events_of(app, &mina).await {
        let left = telling(take_personal(&mut payload, &schema(&event_type, &version).columns));
        assert_eq!(left, [""; 0], "of {event_type}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_of_every_event_is_masked_and_nothing_else_of_it() {
    let app = TestApp::start().await;
    // The transaction is never committed: no other reader sees what follows.
    let mut tx = app.pool.begin().await.expect("a transaction");
    let files = golden::files().into_iter();
    let all: Vec<_> = files
        .flat_map(|(of, event_type, version, forms)| {
            forms.into_iter().map(move |form| (of.clone(), event_type.clone(), version.clone(), form))
        })
        .collect();
    let (own, other) = ("own", "another's");
    for (n, (aggregate_type, event_type, version, form)) in (1_i64..).zip(&all) {
        for (id, position) in [(own, -2 * n), (other, -2 * n - 1)] {
            sqlx::query("insert into events values ($1, $2, $3, $4, $5, $6, $7, '{}', clock_timestamp())")
                .bind(position)
                .bind(aggregate_type)
                .bind(id)
                .bind(n)
                .bind(event_type)
                .bind(version)
                .bind(form)
                .execute(&mut *tx)
                .await
                .expect("stored");
        }
    }
    for sql in Event::aggregates().iter().filter_map(|of| masking::mask(of)) {
        sqlx::query(&sql).bind([own].as_slice()).execute(&mut *tx).await.expect("masked");
    }
    let is_masked = masking::is_masked();
    let sql = format!("select aggregate_id, sequence, payload, ({is_masked}) from events where position < 0");
    let read: Vec<(String, i64, Value, bool)> =
        sqlx::query_as(&sql).fetch_all(&mut *tx).await.expect("they read");
    assert_eq!(read.len(), all.len() * 2);
    for (id, n, mut payload, is_masked) in read {
        let (aggregate_type, event_type, version, mut form) =
            all[usize::try_from(n - 1).expect("a place")].clone();
        let about = format!("{id} {event_type} {version}, the {n}th");
        if id == other {
            assert_eq!((payload, is_masked), (form, false), "{about}");
            continue;
        }
        let event = Event::decode(&aggregate_type, &event_type, &version, payload.clone());
        assert!(event.is_ok(), "{about}: {event:?}");
        let schema = schema(&event_type, &version);
        assert_eq!(is_masked, has_personal(schema), "{about}");
        assert_eq!(telling(take_personal(&mut payload, &schema.columns)), [""; 0], "{about}");
        take_personal(&mut form, &schema.columns);
        assert_eq!(payload, form, "{about}: what is public stays");
    }
}
