//! Invariant 8: nothing that a member or an analyst can get tells who wrote anonymously.
//!
//! A person does the same things under her name and, right after, anonymously, with the same keys and request
//! ids, as a careless client would. Then everything outside the vault is searched: answers, events, messages,
//! tables, another member's export, the log. Nothing may hold a mark of hers together with a mark of what is
//! anonymous.

use super::photos::ready_anonymously;
use crate::media::ready;
use crate::support::client::{Answer, Person, operator};
use crate::support::wait::until;
use crate::support::{binary, client, database, storage};
use async_nats::jetstream::{self, consumer};
use futures::TryStreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use uuid::Uuid;

const KEY: &str = "zebra-key-8271";
const EMAIL: &str = "zebra-8271@yard.example";
const NAME: &str = "Zebra Kim";

/// A server whose log is read.
struct Server {
    child: Child,
    url: String,
    database_url: String,
    nats_url: String,
    pool: PgPool,
    log: JoinHandle<String>,
}

impl Server {
    async fn start() -> Self {
        let (database_url, nats_url) = database().await;
        let mut child = Command::new(binary())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("DATABASE_URL", &database_url)
            .env("NATS_URL", &nats_url)
            .envs(storage().await.variables())
            .env("MADANG_STREAM_MAX_BYTES", (64 << 20).to_string())
            .env("MADANG_RATE_LIMIT_PER_MINUTE", "0")
            .env("MADANG_LOG", crate::support::EVERY_LEVEL)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        // The log is read from the beginning: a pipe that nobody reads stops the process that writes to it.
        let mut stderr = child.stderr.take().expect("piped");
        let log = tokio::spawn(async move {
            let mut log = String::new();
            stderr.read_to_string(&mut log).await.expect("UTF-8");
            log
        });
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let ready = lines.next_line().await.expect("UTF-8").expect("it says where it is");
        let url = ready.strip_prefix("ready at ").expect("an address").to_owned();
        let pool = PgPool::connect(&database_url).await.expect("the database is there");
        Self { child, url, database_url, nats_url, pool, log }
    }

    async fn head(&self) -> i64 {
        sqlx::query_scalar("select head from log").fetch_one(&self.pool).await.expect("the log reads")
    }

    /// Reads a path as `reader` after the read models have caught up with all that was written.
    async fn see(&self, reader: &Person, path: &str) -> Answer {
        let request = reader.request(Method::GET, path).header("prefer", "wait=10");
        request.header("madang-position", self.head().await).send().await
    }

    /// Ends the server; returns all that it logged.
    async fn end(mut self) -> String {
        let pid = self.child.id().expect("it runs").to_string();
        Command::new("kill").args(["-s", "TERM", &pid]).status().await.expect("kill runs");
        assert!(self.child.wait().await.expect("it ended").success());
        self.log.await.expect("all of it")
    }

    /// Every row of every table outside the vault.
    async fn rows(&self) -> Vec<(String, Value)> {
        let tables: Vec<(String, String)> = sqlx::query_as(
            "select schemaname::text, tablename::text from pg_tables
             where schemaname not in ('pg_catalog', 'information_schema', 'vault')",
        )
        .fetch_all(&self.pool)
        .await
        .expect("the tables");
        let mut all = vec![];
        for (schema, table) in tables {
            let sql = format!(r#"select to_jsonb(t) from "{schema}"."{table}" t"#);
            let rows: Vec<Value> = sqlx::query_scalar(&sql).fetch_all(&self.pool).await.expect("rows");
            all.extend(rows.into_iter().map(|row| (format!("{schema}.{table}"), row)));
        }
        all
    }

    /// Every message of the stream, headers included, with its position.
    async fn messages(&self) -> Vec<(i64, String)> {
        let head = self.head().await;
        let log_id: Uuid =
            sqlx::query_scalar("select id from log").fetch_one(&self.pool).await.expect("an id");
        let nats = jetstream::new(async_nats::connect(&self.nats_url).await.expect("NATS"));
        let stream = nats.get_stream(format!("EVENTS_{log_id}")).await.expect("the stream");
        let config = consumer::pull::OrderedConfig::default();
        let mut messages =
            stream.create_consumer(config).await.expect("a consumer").messages().await.expect("messages");
        let mut all = vec![];
        loop {
            let next = tokio::time::timeout(Duration::from_secs(20), messages.try_next()).await;
            let message = next.expect("all arrive").expect("NATS").expect("it goes on");
            let headers = message.headers.clone().expect("headers");
            let position =
                headers.get("Madang-Position").expect("a position").as_str().parse().expect("a number");
            let payload = String::from_utf8_lossy(&message.payload).into_owned();
            all.push((position, format!("{} {headers:?} {payload}", message.subject)));
            if position == head {
                return all;
            }
        }
    }
}

/// A careless client: it numbers its commands, and gives the same number the same key each time.
struct Careless<'a> {
    person: &'a Person,
    request_id: &'a str,
    acts: usize,
}

impl Careless<'_> {
    async fn act(&mut self, method: Method, path: &str, body: Value) -> Answer {
        self.acts += 1;
        let request = self.person.request(method, path).header("x-request-id", self.request_id);
        let request = request.header("idempotency-key", format!("{KEY}-{}", self.acts));
        let answer = if body.is_null() { request.send().await } else { request.json(&body).send().await };
        assert!((200..300).contains(&answer.status), "{path}: {} {}", answer.status, answer.text);
        answer
    }
}

/// Sends every command about a post that she can, once; returns the ids of what the commands made.
async fn live(
    mina: &Person,
    sora: &Person,
    request_id: &str,
    board: Option<&str>,
    photo: &str,
) -> [String; 6] {
    let of = |text: &str| format!("{text} {}", if board.is_some() { "whispered" } else { "spoken" });
    let mut mina = Careless { person: mina, request_id, acts: 0 };
    let published = json!({ "text": of("post"), "board": board, "photos": [{ "media_id": photo }] });
    let post = mina.act(Method::POST, "/v1/posts", published).await.id();
    let path = format!("/v1/posts/{post}");
    let comments = format!("{path}/comments");
    let theirs = sora.post(&comments, json!({ "text": of("theirs") })).await.expect(201).id();
    let comment = mina.act(Method::POST, &comments, json!({ "text": of("comment") })).await.id();
    let reply = json!({ "text": of("reply"), "parent_id": theirs });
    let reply = mina.act(Method::POST, &comments, reply).await.id();
    let gone = mina.act(Method::POST, "/v1/posts", json!({ "text": of("gone"), "board": board })).await.id();
    for (method, path, body) in [
        (Method::PUT, format!("{path}/like"), Value::Null),
        (Method::PUT, format!("/v1/comments/{theirs}/like"), Value::Null),
        (Method::DELETE, format!("/v1/comments/{theirs}/like"), Value::Null),
        (Method::DELETE, format!("{path}/like"), Value::Null),
        (Method::PUT, format!("/v1/comments/{comment}/like"), Value::Null),
        (Method::PATCH, path.clone(), json!({ "text": of("edited") })),
        (Method::PATCH, format!("/v1/comments/{comment}"), json!({ "text": of("edited comment") })),
        (Method::DELETE, format!("/v1/comments/{reply}"), Value::Null),
        (Method::DELETE, format!("/v1/posts/{gone}"), Value::Null),
    ] {
        mina.act(method, &path, body).await;
    }
    [post, comment, reply, gone, theirs, photo.to_owned()]
}

/// Collects the values by which two rows could be told to belong together: not words that every event of a
/// kind has.
fn telling(value: &Value, found: &mut BTreeSet<String>) {
    const COMMON: [&str; 11] = [
        "type",
        "event_type",
        "aggregate_type",
        "event_version",
        "content_type",
        "format",
        "name",
        "kind",
        "board_id",
        // The two fields describe the same photo, uploaded twice: the look of a photo can always tell.
        "blurhash",
        "colour",
    ];
    match value {
        Value::String(text) if !text.is_empty() => drop(found.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| telling(item, found)),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, _)| !COMMON.contains(&name.as_str()));
            fields.for_each(|(_, value)| telling(value, found));
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn any<'a>(text: &str, marks: &'a [String]) -> Option<&'a String> {
    marks.iter().find(|mark| text.contains(mark.as_str()))
}

/// All files of a person's export, each as one text.
async fn export(person: &Person) -> Vec<(String, String)> {
    let url = until("the export is made", async || {
        let export = person.get("/v1/me/export").await;
        let url = (export.status == 200).then(|| export.json["download_url"].as_str().expect("an address"));
        url.map(str::to_owned)
    })
    .await;
    let bytes = client().get(url).send().await.expect("the storage").bytes().await.expect("all of it");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).expect("a ZIP");
    let mut files = vec![];
    for n in 0..archive.len() {
        let mut file = archive.by_index(n).expect("a file");
        let name = file.name().expect("a name").into_owned();
        let mut bytes = vec![];
        file.read_to_end(&mut bytes).expect("it reads");
        files.push((name, String::from_utf8_lossy(&bytes).into_owned()));
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_who_wrote_anonymously() {
    let server = Server::start().await;
    let operator = operator(&server.database_url, &server.url, client()).await;
    let night = json!({ "name": "심야톡방", "anonymous": true });
    operator.put("/v1/boards/night", night).await.expect(200);
    let (mina, sora) = (operator.register("zebra_mina").await, operator.register("sora").await);
    let counter = operator.register("counter").await;
    let granted = Command::new(binary())
        .args(["grant", "counter", "analyst"])
        .env("DATABASE_URL", &server.database_url)
        .env("NATS_URL", &server.nats_url)
        .output()
        .await
        .expect("it runs");
    assert!(granted.status.success(), "{granted:?}");
    mina.patch("/v1/me", json!({ "display_name": NAME })).await.expect(200);
    sqlx::query("update vault.accounts set email = $2, email_key = $2 where user_id = $1::uuid")
        .bind(&mina.id)
        .bind(EMAIL)
        .execute(&server.pool)
        .await
        .expect("she has an address");
    sora.follow(&mina).await;
    let request_id = Uuid::now_v7().to_string();
    let spoken_photo = ready(&mina).await;
    let (hidden, removed) = (ready_anonymously(&mina).await, ready_anonymously(&mina).await);
    let before = server.head().await;
    let spoken = live(&mina, &sora, &request_id, None, &spoken_photo).await;
    let between = server.head().await;
    let mut whispered = live(&mina, &sora, &request_id, Some("night"), &hidden).await.to_vec();
    mina.delete(&format!("/v1/media/{removed}")).await.expect(204);
    whispered.push(removed);

    let mut aliases = vec![];
    for table in ["aliases", "anonymous_media"] {
        let sql = format!("select alias_id::text from vault.{table} where user_id = $1::uuid");
        let of: Vec<String> =
            sqlx::query_scalar(&sql).bind(&mina.id).fetch_all(&server.pool).await.expect("aliases");
        assert_eq!(of.len(), 2, "two posts, two photos");
        aliases.push(of);
    }
    let seen = server.see(&mina, &format!("/v1/posts/{}", whispered[0])).await.expect(200);
    assert_eq!(seen.json["alias"]["is_me"], true, "she knows");
    whispered.extend(aliases.iter().flatten().cloned());
    whispered.push("whispered".to_owned());
    let who: Vec<String> =
        [mina.id.as_str(), "zebra_mina", NAME, EMAIL, KEY, &request_id].map(str::to_owned).into();
    let person = &who[..4];

    // Answers about anonymous content do not name her, and answers about her do not name anonymous content.
    let (post, comment, theirs) = (&whispered[0], &whispered[1], &whispered[4]);
    let about_it = [
        format!("/v1/posts/{post}"),
        format!("/v1/posts/{post}/versions"),
        format!("/v1/posts/{post}/likes"),
        format!("/v1/posts/{post}/comments"),
        format!("/v1/posts/{post}/comments?sort=newest"),
        format!("/v1/posts/{post}/comments?sort=most_liked"),
        format!("/v1/posts/{}", whispered[3]),
        format!("/v1/comments/{comment}"),
        format!("/v1/comments/{comment}/likes"),
        format!("/v1/comments/{}", whispered[2]),
        format!("/v1/comments/{theirs}/replies"),
        format!("/v1/comments/{theirs}/likes"),
        format!("/v1/media/{hidden}"),
        "/v1/boards".to_owned(),
        "/v1/boards/night/posts".to_owned(),
        "/v1/boards/night/posts?sort=popular&period=all".to_owned(),
        "/readyz".to_owned(),
    ];
    let about_her = [
        "/v1/users/zebra_mina",
        "/v1/users/zebra_mina/posts",
        "/v1/users/zebra_mina/comments",
        "/v1/users/zebra_mina/likes",
        "/v1/users/zebra_mina/photos",
        "/v1/users/zebra_mina/pins",
        "/v1/users/zebra_mina/followers",
        "/v1/users",
        "/v1/users?q=zebra",
        "/v1/posts",
        "/v1/photos",
        "/v1/tags",
        "/v1/timeline",
        "/v1/users/sora/comments",
        "/v1/users/sora/likes",
    ];
    let mut shown = 0;
    for reader in [&sora, &counter, &operator.clone(), &Person::nobody(&server.url, client())] {
        for path in &about_it {
            let answer = server.see(reader, path).await;
            let text = format!("{:?} {}", answer.headers, answer.text);
            assert_eq!(any(&text, &who), None, "{path}: {text}");
            assert!(!text.contains("\"is_me\":true") || reader.handle == "sora", "{path}: {text}");
            shown += usize::from(text.contains("whispered"));
        }
        for path in about_her {
            let answer = server.see(reader, path).await;
            let text = format!("{:?} {}", answer.headers, answer.text);
            assert_eq!(any(&text, &whispered), None, "{path}: {text}");
        }
    }
    assert!(shown >= 30, "the search finds what is there: {shown}");
    let deputy = Person { act_as: Some(aliases[0][0].clone()), ..operator.clone() };
    assert_eq!(any(&deputy.get("/v1/me").await.expect(404).text, &who), None);

    // No row and no message is about both, and none that was written since names her.
    let rows = server.rows().await;
    let (mut named, mut anonymous) = (0, 0);
    for (table, row) in &rows {
        let text = row.to_string();
        let (hers, its) = (any(&text, &who), any(&text, &whispered));
        assert!(hers.is_none() || its.is_none(), "{hers:?} and {its:?} in {table}: {row:#}");
        (named, anonymous) = (named + usize::from(hers.is_some()), anonymous + usize::from(its.is_some()));
        if table == "public.events" && row["position"].as_i64() > Some(between) {
            assert_eq!(hers, None, "{row:#}");
            let sora = any(&text, std::slice::from_ref(&sora.id));
            assert_eq!(sora, None, "sora wrote anonymously, too: {row:#}");
        }
    }
    assert!(named > 30 && anonymous > 30, "the search finds what is there: {named}, {anonymous}");
    for (position, message) in server.messages().await {
        let (hers, its) = (any(&message, &who), any(&message, &whispered));
        assert!(hers.is_none() || its.is_none(), "{hers:?} and {its:?} in {message}");
        assert!(position <= between || hers.is_none(), "{hers:?} in {message}");
    }

    // No value joins an event or a command under her name to one under an alias.
    let (mut by_name, mut by_alias) = (BTreeSet::new(), BTreeSet::new());
    let public = |id: &String| spoken.contains(id) || whispered.contains(id);
    for (table, row) in
        rows.iter().filter(|(table, _)| table == "public.events" || table == "public.commands")
    {
        let hidden = match table.as_str() {
            "public.events" => {
                any(&row.to_string(), &whispered).is_some() || row["position"].as_i64() > Some(between)
            }
            _ => {
                row["person"] != json!(mina.id)
                    && row["person"] != json!(sora.id)
                    && row["person"] != json!("")
            }
        };
        let hers = any(&row.to_string(), &who).is_some();
        if table == "public.events" && !hidden && !(hers && row["position"].as_i64() > Some(before)) {
            continue;
        }
        telling(row, if hidden { &mut by_alias } else { &mut by_name });
    }
    let service = "true".to_owned();
    let shared: Vec<_> =
        by_name.intersection(&by_alias).filter(|value| !public(value) && **value != service).collect();
    assert!(by_name.len() > 30 && by_alias.len() > 30, "{by_name:#?} {by_alias:#?}");
    assert_eq!(shared, Vec::<&String>::new());

    // No value joins what she did under one alias to what she did under another.
    for of in &aliases {
        let told = of.iter().map(|alias| {
            let mut told = BTreeSet::new();
            let stored = rows.iter().filter(|(table, _)| table.starts_with("public."));
            let stored = stored.filter(|(_, row)| row.to_string().contains(alias.as_str()));
            stored.for_each(|(_, row)| telling(row, &mut told));
            told
        });
        let told: Vec<_> = told.collect();
        assert!(told.iter().all(|told| told.len() >= 5), "{told:#?}");
        assert_eq!(told[0].intersection(&told[1]).collect::<Vec<_>>(), Vec::<&String>::new());
    }

    for (name, text) in export(&sora).await {
        let (hers, its) = (any(&text, person), any(&text, &whispered));
        assert!(hers.is_none() || its.is_none(), "{hers:?} and {its:?} in {name}");
        if its.is_some() {
            assert_eq!(name, "anonymous_comments.json", "{its:?}");
        }
    }
    let own = export(&mina).await;
    let file = |name: &str| &own.iter().find(|(known, _)| known == name).expect("a file").1;
    assert!(file("anonymous_posts.json").contains(post.as_str()), "what is hers she takes away");
    assert!(file("anonymous_comments.json").contains(comment.as_str()));
    assert!(own.iter().any(|(name, _)| name.contains(hidden.as_str())));
    assert_eq!(any(file("posts.json"), &whispered), None);
    assert_eq!(any(file("history.jsonl"), &whispered), None);

    let log = server.end().await;
    assert!(log.contains("DEBUG") && log.contains("/v1/posts/{id}/comments"), "the log was read");
    for line in log.lines() {
        // The address of an export in the storage has the id of its owner.
        assert!(any(line, person).is_none() || line.contains("exports/"), "{line}");
        assert!(any(line, person).is_none() || any(line, &whispered).is_none(), "{line}");
    }
}
