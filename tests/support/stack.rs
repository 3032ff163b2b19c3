//! The private stack that all tests share, and a database in it for each.

use api::node::{Listeners, Node};
use local_stack::LocalStack;
use service::settings::{S3Settings, Settings, WebUrl};
use sqlx::{Connection, Executor, PgConnection};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::OnceCell;

/// The database that the tests' databases are copied from.
const TEMPLATE: &str = "template_of_tests";

static STACK: OnceCell<LocalStack> = OnceCell::const_new();
static TEMPLATED: OnceCell<()> = OnceCell::const_new();
static DATABASES: AtomicUsize = AtomicUsize::new(0);
static BUCKETS: AtomicUsize = AtomicUsize::new(0);

/// The URLs of a new database, with a log in which nothing has happened yet, and of NATS.
pub async fn database() -> (String, String) {
    let stack = STACK.get_or_init(start).await;
    TEMPLATED.get_or_init(|| make_template(stack)).await;
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{number}");
    let statement = format!("create database {name} template {TEMPLATE}");
    let mut server = PgConnection::connect(stack.database_url()).await.expect("the server is there");
    server.execute(&*statement).await.expect("a database");
    server.close().await.expect("closed");
    let database_url = stack.url_of(&name);
    let mut database = PgConnection::connect(&database_url).await.expect("the database is there");
    // The ids of logs tell them apart: each log has a stream of its own in NATS.
    database.execute("update log set id = gen_random_uuid()").await.expect("an id of its own");
    database.close().await.expect("closed");
    (database_url, stack.nats_url().to_owned())
}

/// The URL of a new, empty database.
pub async fn empty_database() -> String {
    let stack = STACK.get_or_init(start).await;
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    stack.create_database(&format!("empty_{number}")).await.expect("a database")
}

/// Migrates a database and makes every read model in it, once for all tests: doing so for each took longer
/// than many tests do.
async fn make_template(stack: &LocalStack) {
    let url = stack.create_database(TEMPLATE).await.expect("a database");
    let mut settings = Settings::new(&url, stack.nats_url());
    settings.roles = "projector".parse().expect("a role");
    settings.stream_max_bytes = 1 << 20;
    let node = Node::start(settings, Listeners::default()).await.expect("the node starts");
    node.stop().await;
    // Keys are each installation's own: a token of one test's node must be worth nothing to another's.
    let mut database = PgConnection::connect(&url).await.expect("the database is there");
    database
        .execute("delete from vault.secrets; delete from vault.signing_keys")
        .await
        .expect("without keys");
    database.close().await.expect("closed");
    let mut server = PgConnection::connect(stack.database_url()).await.expect("the server is there");
    // Postgres copies only a database that nobody is connected to, and the node's pools close in their own
    // time.
    let closed = format!(
        "alter database {TEMPLATE} with is_template true allow_connections false;
         select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '{TEMPLATE}'"
    );
    server.execute(&*closed).await.expect("a template");
    server.close().await.expect("closed");
}

/// The settings of a bucket of the test's own, which does not exist yet.
pub async fn storage() -> S3Settings {
    let stack = STACK.get_or_init(start).await;
    let s3 = stack.s3().expect("none is outside").clone();
    let bucket = format!("test-{}", BUCKETS.fetch_add(1, Ordering::Relaxed));
    S3Settings { public_url: WebUrl(format!("{}/{bucket}", s3.endpoint.0)), bucket, ..s3 }
}

/// Starts the stack, whose services end with this process; removes what earlier processes left behind.
async fn start() -> LocalStack {
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for left in std::fs::read_dir(parent).expect("cargo makes it").flatten() {
        let name = left.file_name().into_string().unwrap_or_default();
        let Some(process) = name.strip_prefix("stack-") else { continue };
        if !Path::new("/proc").join(process).exists() {
            // Another process may be removing the same folder.
            let _ = std::fs::remove_dir_all(left.path());
        }
    }
    let folder = parent.join(format!("stack-{}", std::process::id()));
    LocalStack::start(&folder).await.expect("the private stack starts")
}
