//! Events of every version there ever was. A developer who adds a version adds a golden file and a step; from
//! then on the files of the versions before it go through all of this.

use super::{analyst, store_next};
use crate::golden;
use crate::support::TestApp;
use domain::upcast::{UPCASTERS, upcast};
use serde_json::Value;
use uuid::Uuid;

/// An event of an old version in the log, with its type, version and payload of today.
struct Old {
    position: i64,
    aggregate: String,
    id: String,
    event_type: String,
    today: (String, Value),
}

/// Stores all golden events of old versions, each at a place where it can stand.
async fn store(app: &TestApp) -> Vec<Old> {
    let mut all = vec![];
    let files = golden::files();
    for (aggregate, event_type, version, forms) in &files {
        let is_old =
            |step: &&domain::upcast::Upcaster| (step.event_type, step.from) == (&**event_type, &**version);
        if UPCASTERS.iter().find(is_old).is_none() {
            continue;
        }
        for form in forms {
            let id = Uuid::now_v7().to_string();
            let mut sequence = 1;
            if event_type == "PostEdited" {
                let published =
                    files.iter().find(|(_, kind, of, _)| kind == "PostPublished" && of == version);
                let published = &published.expect("a golden file").3[0];
                let place = (&**aggregate, &*id, sequence);
                store_next(app, place, "PostPublished", version, &published.to_string()).await;
                sequence += 1;
            }
            let place = (&**aggregate, &*id, sequence);
            let position = store_next(app, place, event_type, version, &form.to_string()).await;
            let today = upcast(UPCASTERS, event_type, version, form.clone());
            let (aggregate, event_type) = (aggregate.clone(), event_type.clone());
            all.push(Old { position, aggregate, id, event_type, today });
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_every_old_version_are_replayed_exported_and_shown_as_todays() {
    let app = TestApp::start().await;
    let ana = analyst(&app, "ana").await;
    let all = store(&app).await;
    assert_eq!(
        all.iter().filter(|old| old.event_type == "PostPublished").count(),
        4,
        "two forms of two versions"
    );

    // The events are replayed: live, from the beginning, and into the past.
    app.settle(&ana).await;
    let standing = ana.get("/v1/projections").await.expect(200);
    assert!(standing.items().iter().all(|projection| projection["parked_count"] == 0), "{}", standing.text);
    app.madang(&["rebuild", "--all"]).await.expect("rebuilt");
    app.madang(&["verify"]).await.expect("no difference");
    app.madang(&["replay", "--into", "then"]).await.expect("replayed");
    app.madang(&["replay", "--drop", "then"]).await.expect("dropped");

    // The events are shown: in the stream, as one aggregate's history, in SQL.
    for old in &all {
        let (version, payload) = &old.today;
        let name = format!("{} {}", old.event_type, old.position);
        let read = ana.get(&format!("/v1/events?after={}&limit=1", old.position - 1)).await.expect(200);
        let event = &read.items()[0];
        assert_eq!(
            (event["event_version"].as_str(), &event["payload"]),
            (Some(&**version), payload),
            "{name}"
        );
        let history = ana.get(&format!("/v1/history/{}/{}", old.aggregate, old.id)).await.expect(200);
        assert_eq!(&history.items().last().expect("a step")["payload"], payload, "{name}");
        let view = history::export::table_name(&old.event_type);
        let sql = format!("select to_jsonb(view) from analytics.{view} as view where position = $1");
        let row: Value =
            sqlx::query_scalar(&sql).bind(old.position).fetch_one(&app.pool).await.expect("a row");
        for step in UPCASTERS.iter().filter(|step| step.event_type == old.event_type) {
            for added in step.adds {
                assert_eq!(row[added.name], payload[added.name], "{name}: {}", added.name);
            }
        }
    }

    // The events are exported.
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("lines");
    let arguments = ["events", "export", "--format", "ndjson", "--out", out.to_str().expect("UTF-8")];
    app.madang(&arguments).await.expect("exported");
    for old in &all {
        let table = out.join(history::export::table_name(&old.event_type));
        let parts = std::fs::read_dir(table).expect("a folder").flatten();
        let lines: String = parts.map(|part| std::fs::read_to_string(part.path()).expect("lines")).collect();
        let mut lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let line = lines.find(|line| line["position"] == old.position).expect("it is exported");
        assert_eq!((line["event_version"].as_str(), &line["payload"]), (Some(&*old.today.0), &old.today.1));
    }
}
