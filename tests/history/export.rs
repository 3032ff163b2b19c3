//! The log as files.

use super::{analyst, store_old};
use crate::support::{TestApp, binary};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tokio::process::Command;
use uuid::Uuid;

/// Runs a Python program of ours on an export; returns the JSON that the program prints.
async fn python(script: &str, arguments: &[&str]) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("frames");
    let python = folder.join(".venv/bin/python");
    assert!(python.exists(), "tests/run makes {}", python.display());
    let done = Command::new(python).arg(folder.join(script)).args(arguments).output().await.expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("JSON")
}

/// Every file under a folder, by its path there.
fn files(folder: &Path) -> Vec<String> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            if entry.path().is_dir() {
                walk(root, &entry.path(), found);
            } else {
                let path = entry.path();
                found.push(path.strip_prefix(root).expect("within").to_str().expect("UTF-8").to_owned());
            }
        }
    }
    let mut found = vec![];
    walk(folder, folder, &mut found);
    found.sort();
    found
}

fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

async fn export(app: &TestApp, format: &str, out: &Path, more: &[&str]) -> Result<String, String> {
    let out = out.to_str().expect("UTF-8");
    app.madang(&[&["events", "export", "--format", format, "--out", out], more].concat()).await
}

/// Makes a history of people, posts, likes and comments, with an old event, an event of a newer build, and an
/// event that is not of its type's shape.
async fn history(app: &TestApp) -> String {
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    for n in 0..30 {
        let post = mina.publish(&format!("{n}번째 \"글\", #바다\n둘째 줄")).await;
        sora.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204);
        if n % 3 == 0 {
            sora.comment(&post, "좋네요").await;
        }
    }
    sora.follow(&mina).await;
    let old = json!({
        "type": "PostPublished", "author_id": mina.id, "title": null, "text": "옛 글", "tags": [], "mentions": []
    });
    store_old(app, "post", &Uuid::now_v7().to_string(), "PostPublished", "1", &old.to_string()).await;
    store_old(app, "post", &Uuid::now_v7().to_string(), "PostPublished", "9", &old.to_string()).await;
    let odd = json!({ "type": "PostDeleted", "author_id": { "not": "an id" } });
    store_old(app, "post", &Uuid::now_v7().to_string(), "PostDeleted", "1", &odd.to_string()).await;
    mina.id
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_the_same_as_lines_and_as_tables_for_duckdb_and_polars() {
    let app = TestApp::start().await;
    let mina = history(&app).await;
    let folder = tempfile::tempdir().expect("a folder");
    let [parquet, csv, lines] = ["parquet", "csv", "ndjson"].map(|format| folder.path().join(format));
    for (format, out) in [("parquet", &parquet), ("csv", &csv), ("ndjson", &lines)] {
        export(&app, format, out, &[]).await.expect(format);
    }
    let head = app.head().await;
    let manifest = json_of(&parquet.join("manifest.json"));
    assert_eq!((&manifest["first"], &manifest["last"]), (&json!(1), &json!(head)));
    assert_eq!(manifest["rows"]["post_published"], 31);
    assert_eq!(manifest["rows"]["unknown_events"], 2, "of a newer build, and of no shape");
    assert_eq!(
        manifest["rows"],
        json_of(&lines.join("manifest.json"))["rows"].clone().tap_unknown(&manifest["rows"])
    );
    assert!(fs::read_to_string(parquet.join("NOTICE.txt")).expect("a notice").contains("erasures"));

    let path = |path: &PathBuf| path.to_str().expect("UTF-8").to_owned();
    let read = python("compare.py", &[&path(&parquet), &path(&csv), &path(&lines)]).await;
    assert_eq!(read["rows"], head, "all of them, in each form: {read}");
    assert_eq!(read["differences"], json!([]));
    let answers = python("questions.py", &[&path(&parquet)]).await;
    assert_eq!(answers["most_followed"], json!([{ "user_id": mina, "followers": 1 }]));
    assert_eq!(answers["posts_per_day"].as_array().map(Vec::len), Some(1));
    assert!(answers["median_wait_for_a_comment_seconds"].as_f64().is_some_and(|wait| wait >= 0.0));
}

trait TapUnknown {
    fn tap_unknown(self, like: &Value) -> Value;
}

impl TapUnknown for Value {
    /// Lines take a payload of any shape, so events that tables have no room for are counted where they
    /// belong.
    fn tap_unknown(mut self, like: &Value) -> Value {
        assert_eq!((&self["unknown_events"], &self["post_deleted"]), (&json!(1), &json!(1)));
        self["unknown_events"] = like["unknown_events"].clone();
        self["post_deleted"] = like["post_deleted"].clone();
        self
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_narrowed_by_time_and_type_and_divided_by_day() {
    let app = TestApp::start().await;
    history(&app).await;
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    export(&app, "parquet", &out, &["--types", "Liked", "--partition-by", "day"]).await.expect("made");
    let day = chrono::Utc::now().format("%Y-%m-%d").to_string();
    let found = files(&out);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[1].starts_with(&format!("liked/day={day}/part-")), "{found:?}");

    let none = folder.path().join("none");
    export(&app, "csv", &none, &["--until", "2000-01-01"]).await.expect("made");
    assert_eq!(files(&none), ["NOTICE.txt", "manifest.json"]);
    let refused = export(&app, "csv", &none, &[]).await.expect_err("it is there");
    assert!(refused.contains("is there already"), "{refused}");
    let refused =
        export(&app, "csv", &folder.path().join("x"), &["--types", "Wish"]).await.expect_err("no type");
    assert!(refused.contains("no event type Wish"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_was_killed_is_not_there_and_goes_on_to_the_same_end() {
    let app = TestApp::start().await;
    history(&app).await;
    // The export takes long enough to be killed within.
    sqlx::query(
        "insert into events select head + n, 'like', gen_random_uuid(), 1, 'Liked', '1',
             jsonb_build_object('type', 'Liked', 'user_id', gen_random_uuid(),
                 'target', jsonb_build_object('kind', 'post', 'id', gen_random_uuid())), '{}', recorded_at
         from log, generate_series(1, 300000) as n",
    )
    .execute(&app.pool)
    .await
    .expect("stored");
    sqlx::query("update log set head = head + 300000").execute(&app.pool).await.expect("told");
    let folder = tempfile::tempdir().expect("a folder");
    let (out, partial) = (folder.path().join("out"), folder.path().join("out.partial"));
    let mut child = Command::new(binary())
        .args(["events", "export", "--format", "parquet", "--out", out.to_str().expect("UTF-8")])
        .env("DATABASE_URL", &*app.settings.database_url)
        .kill_on_drop(true)
        .spawn()
        .expect("it runs");
    while !partial.join("window").exists() {
        tokio::task::yield_now().await;
    }
    child.kill().await.expect("killed");
    assert!(partial.join("state.json").exists() && !out.exists());
    let other = export(&app, "csv", &out, &[]).await.expect_err("another");
    assert!(other.contains("a part of another export"), "{other}");

    export(&app, "parquet", &out, &[]).await.expect("it goes on");
    assert!(!partial.exists());
    let manifest = json_of(&out.join("manifest.json"));
    let rows: u64 = manifest["rows"].as_object().expect("tables").values().filter_map(Value::as_u64).sum();
    assert_eq!(i64::try_from(rows), Ok(app.head().await));
    assert_eq!(files(&out).iter().filter(|file| file.starts_with("liked/")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_forgotten_is_masked_in_exports_and_older_ones_can_take_it_in() {
    let app = TestApp::start().await;
    let (ana, mina) = (analyst(&app, "ana").await, app.register("mina").await);
    mina.patch("/v1/me", json!({ "bio": "비밀스러운 소개" })).await.expect(200);
    let post = mina.publish("비밀스러운 글 #비밀스러운").await;
    mina.patch(&format!("/v1/posts/{post}"), json!({ "text": "더 비밀스러운 글" })).await.expect(200);
    ana.comment(&post, "남의 말").await;
    mina.comment(&post, "비밀스러운 댓글").await;
    mina.put_empty("/v1/tags/비밀스러운/follow").await.expect(204);
    let folder = tempfile::tempdir().expect("a folder");
    let [before, after] = ["before", "after"].map(|name| folder.path().join(name));
    export(&app, "parquet", &before, &[]).await.expect("made");
    let last = json_of(&before.join("manifest.json"))["last"].to_string();
    app.madang(&["erase", "mina", "--grace", "0"]).await.expect("erased");

    let list = app.madang(&["events", "erasures", "--last", &last]).await.expect("listed");
    assert!(!list.contains("비밀스러운") && !list.contains("남의 말"), "{list}");
    assert_eq!(list.lines().count(), 6, "{list}");
    let erasures = folder.path().join("erasures.ndjson");
    fs::write(&erasures, &list).expect("written");
    export(&app, "parquet", &after, &["--until", "2100-01-01"]).await.expect("made");
    let paths = [&before, &erasures, &after].map(|path| path.to_str().expect("UTF-8").to_owned());
    let read = python("erase.py", &[&paths[0], &paths[1], &paths[2], &last]).await;
    assert_eq!(read["held_before"], true, "the older one has the words");
    assert_eq!(read["differences"], json!([]), "with the list taken in it is as a new one");
    let page = ana.get("/v1/events?limit=100").await.expect(200);
    assert!(!page.text.contains("비밀스러운"), "{}", page.text);
}
