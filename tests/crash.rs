//! What a client was told is stored survives `kill -9` of every process, and service comes back by itself.

use crate::support::client::Person;
use infra::event_store::LogReader;
use projections::verify::verify;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

/// `madang up` as a process of its own.
struct Up {
    folder: PathBuf,
    url: String,
    child: Child,
}

impl Up {
    async fn start(folder: &Path, port: u16) -> Self {
        let mut child = Command::new(crate::support::binary())
            .args(["up", "--no-demo", "--port", &port.to_string(), "--data"])
            .arg(folder)
            .env("MADANG_RATE_LIMIT_PER_MINUTE", "0")
            .env("MADANG_LOG", "error")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let ready = lines.next_line().await.expect("readable").expect("it says when it is ready");
        let url = ready.strip_prefix("ready at ").expect("one line").to_owned();
        Self { folder: folder.to_owned(), url, child }
    }

    fn port(&self) -> u16 {
        self.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
    }

    fn stack(&self) -> Value {
        let text = std::fs::read_to_string(self.folder.join("stack.json")).expect("stack.json");
        serde_json::from_str(&text).expect("JSON")
    }

    async fn pool(&self) -> PgPool {
        PgPool::connect(self.stack()["database_url"].as_str().expect("a URL")).await.expect("connects")
    }

    fn process_in(&self, file: &str) -> String {
        let text = std::fs::read_to_string(self.folder.join(file)).expect("a pid file");
        text.lines().next().expect("a line").trim().to_owned()
    }
}

async fn kill_9(process: &str) {
    let status = Command::new("kill").args(["-9", process]).status().await.expect("kill runs");
    assert!(status.success(), "process {process} was there");
}

/// The ids of posts whose storing was confirmed.
type Confirmed = Arc<watch::Sender<Vec<String>>>;

/// Publishes until told to stop.
fn load(
    people: &[Person],
    confirmed: &Confirmed,
    stop: &Arc<AtomicBool>,
) -> Vec<tokio::task::JoinHandle<()>> {
    let one = |person: Person| {
        let (confirmed, stop) = (confirmed.clone(), stop.clone());
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let request = person.request(Method::POST, "/v1/posts");
                let Ok(answer) = request.json(&json!({ "text": "살아남을 글" })).try_send().await else {
                    tokio::task::yield_now().await;
                    continue;
                };
                // 503 says that the server does not know: the post may be there or not.
                assert!([201, 503].contains(&answer.status), "{answer:?}");
                if answer.status == 201 {
                    confirmed.send_modify(|confirmed| confirmed.push(answer.id()));
                }
            }
        })
    };
    people.iter().cloned().map(one).collect()
}

/// Waits for `count` confirmed posts, so that there is load before and after each fault.
async fn until(confirmed: &Confirmed, count: usize) {
    let mut confirmed = confirmed.subscribe();
    let enough = confirmed.wait_for(|confirmed| confirmed.len() >= count);
    let came = tokio::time::timeout(Duration::from_secs(60), enough).await;
    assert!(came.is_ok(), "service did not come back");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_confirmed_survives_kill_9_of_server_postgres_and_nats_under_load() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("stack-{}/crash", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.parent().expect("a parent")).expect("a folder");
    let mut up = Up::start(&folder, 0).await;
    let port = up.port();
    let people = people(&up).await;
    let (confirmed, stop) = (Confirmed::default(), Arc::new(AtomicBool::new(false)));
    let load = load(&people, &confirmed, &stop);
    until(&confirmed, 100).await;
    for victim in ["server", "postgres/data/postmaster.pid", "nats/nats.pid", "server"] {
        if victim == "server" {
            kill_9(&up.child.id().expect("it runs").to_string()).await;
            up.child.wait().await.expect("it ended");
            up = Up::start(&folder, port).await;
        } else {
            kill_9(&up.process_in(victim)).await;
        }
        let before = confirmed.borrow().len();
        until(&confirmed, before + 100).await;
    }
    stop.store(true, Ordering::Relaxed);
    for task in load {
        task.await.expect("only 201 and 503 were answered");
    }

    let pool = up.pool().await;
    let confirmed = confirmed.borrow().clone();
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "select position, case event_type when 'PostPublished' then aggregate_id else '' end
         from events order by position",
    )
    .fetch_all(&pool)
    .await
    .expect("the log reads");
    assert!(rows.iter().map(|row| row.0).eq(1..=i64::try_from(rows.len()).expect("few")), "a gap");
    let stored: HashSet<&str> = rows.iter().map(|row| row.1.as_str()).collect();
    let lost: Vec<_> = confirmed.iter().filter(|id| !stored.contains(id.as_str())).collect();
    assert!(lost.is_empty(), "{} of {} were lost", lost.len(), confirmed.len());
    for projector in api::projectors::all(10_000) {
        let source = LogReader::new(pool.clone());
        let report = verify(&*projector, &pool, &source, &|_| {}).await.expect("verify runs");
        assert!(report.differences.is_empty(), "{}: {:#?}", projector.name(), report.differences);
    }
}

/// Eight people who follow the next one each, made by the operator.
async fn people(up: &Up) -> Vec<Person> {
    let token = std::fs::read_to_string(up.folder.join("operator.token")).expect("a token");
    let token = Some(token.trim().to_owned());
    let operator = Person { token, ..Person::nobody(&up.url, crate::support::client()) };
    let mut people = Vec::new();
    for n in 0..8 {
        let handle = format!("person{n}");
        let body = json!({ "handle": handle, "display_name": handle, "bio": "" });
        let id = operator.post("/v1/users", body).await.expect(201).id();
        people.push(Person { act_as: Some(id.clone()), id, handle, ..operator.clone() });
    }
    for (n, person) in people.iter().enumerate() {
        person.follow(&people[(n + 1) % people.len()]).await;
    }
    people
}
