//! The private stack that all tests share, and a database in it for each.

use local_stack::LocalStack;
use service::settings::{S3Settings, WebUrl};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::OnceCell;

static STACK: OnceCell<LocalStack> = OnceCell::const_new();
static DATABASES: AtomicUsize = AtomicUsize::new(0);
static BUCKETS: AtomicUsize = AtomicUsize::new(0);

/// The URLs of a new, empty database and of NATS.
pub async fn database() -> (String, String) {
    let stack = STACK.get_or_init(start).await;
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let database_url = stack.create_database(&format!("test_{number}")).await.expect("a database");
    (database_url, stack.nats_url().to_owned())
}

/// A bucket of one's own, which is not there yet.
pub async fn storage() -> S3Settings {
    let stack = STACK.get_or_init(start).await;
    let s3 = stack.s3().expect("none is outside").clone();
    let bucket = format!("test-{}", BUCKETS.fetch_add(1, Ordering::Relaxed));
    S3Settings { public_url: WebUrl(format!("{}/{bucket}", s3.endpoint.0)), bucket, ..s3 }
}

/// Its children end with this process; what earlier processes left behind is removed.
async fn start() -> LocalStack {
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for left in std::fs::read_dir(parent).expect("cargo makes it").flatten() {
        let name = left.file_name().into_string().unwrap_or_default();
        let Some(process) = name.strip_prefix("stack-") else { continue };
        if !Path::new("/proc").join(process).exists() {
            // Another process may be removing it too.
            let _ = std::fs::remove_dir_all(left.path());
        }
    }
    let folder = parent.join(format!("stack-{}", std::process::id()));
    LocalStack::start(&folder).await.expect("the private stack starts")
}
