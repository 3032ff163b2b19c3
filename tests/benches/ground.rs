//! The ground that the benchmarks stand on: a private Postgres and NATS, the data set imported once, and a
//! copy of it for each measurement that writes.

use crate::report::{Report, Target};
use crate::server::{Server, binary};
use crate::{Args, Failure};
use domain::value::UserId;
use event_log::event_store::renew_log_id;
use local_stack::LocalStack;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use service::settings::S3Settings;
use sqlx::{Executor, PgPool};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::process::Command;
use uuid::Uuid;
use vault::Vault;

/// Number of people who use the service at the same time.
const PRESENT: usize = 1_000;
const IMPORTED: &str = "imported";
const TOKEN_TTL: Duration = Duration::from_secs(24 * 3_600);

pub struct Ground {
    stack: LocalStack,
    folder: PathBuf,
    indexes: Indexes,
    pub imported: String,
    pub graph: Arc<Graph>,
    pub seconds: u64,
    pub rounds: u8,
}

/// The people and posts of the data set, as far as the load needs to know.
pub struct Graph {
    pub people: Vec<Person>,
    /// Each post's id, and its author's index in `people`.
    pub posts: Vec<(Uuid, usize)>,
    /// Indexes in `posts`, those of the most followed authors last.
    by_reach: Vec<usize>,
}

pub struct Person {
    pub id: UserId,
    pub handle: String,
    pub token: Arc<str>,
    /// Indexes in `people` of the person's followers.
    pub followers: Vec<usize>,
}

impl Graph {
    async fn read(database_url: &str) -> Result<Self, Failure> {
        let pool = PgPool::connect(database_url).await?;
        let vault = Vault::open(pool.clone(), TOKEN_TTL).await?;
        let rows: Vec<(Uuid, String)> =
            sqlx::query_as("select user_id, handle from profiles.people order by user_id")
                .fetch_all(&pool)
                .await?;
        let mut people: Vec<Person> = rows
            .into_iter()
            .map(|(id, handle)| {
                let token = vault.issue_token(UserId(id)).access_token.into();
                Person { id: UserId(id), handle, token, followers: vec![] }
            })
            .collect();
        let indexes: HashMap<Uuid, usize> = people.iter().map(|person| person.id.0).zip(0..).collect();
        let follows: Vec<(Uuid, Uuid)> =
            sqlx::query_as("select follower_id, followee_id from timelines.follows").fetch_all(&pool).await?;
        for (follower, followee) in follows {
            people[indexes[&followee]].followers.push(indexes[&follower]);
        }
        let posts: Vec<(Uuid, Uuid)> =
            sqlx::query_as("select post_id, author_id from posts.posts order by post_id")
                .fetch_all(&pool)
                .await?;
        let posts: Vec<_> = posts.into_iter().map(|(post, author)| (post, indexes[&author])).collect();
        let mut by_reach: Vec<usize> = (0..posts.len()).collect();
        by_reach.sort_by_key(|&post| people[posts[post].1].followers.len());
        pool.close().await;
        Ok(Self { people, posts, by_reach })
    }

    /// One of the thousand people who are here at the same time, the same for the same number; they are
    /// spread evenly over the graph.
    pub fn anyone(&self, n: u64) -> &Person {
        &self.people[chance(n).random_range(0..PRESENT) * self.people.len() / PRESENT]
    }

    /// A post, and its author: the most followed write the most. Numbers one after the other spread evenly
    /// over the reach of authors (the golden ratio's multiples do). So any few thousand posts are delivered
    /// as often per post as the whole data set is: the reach of a few authors weighs so much that chance
    /// would make each run another load.
    pub fn any_post(&self, n: u64) -> (Uuid, usize) {
        let share = u128::from(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let index = usize::try_from((share * self.posts.len() as u128) >> 64).expect("within the posts");
        self.posts[self.by_reach[index]]
    }

    /// One of the thousand newest posts, which are what people see and take up.
    pub fn new_post(&self, n: u64) -> (Uuid, usize) {
        let newest = &self.posts[self.posts.len().saturating_sub(1_000)..];
        *newest.choose(&mut chance(n)).expect("something was written")
    }

    /// The people whose number of followers lies within the bounds. Follows are mutual in the data set, so
    /// this is also the number of people whom they follow.
    pub fn with_followers(&self, within: std::ops::RangeInclusive<usize>) -> Vec<&Person> {
        self.people.iter().filter(|person| within.contains(&person.followers.len())).collect()
    }
}

/// A random number generator that repeats itself for the same number.
pub fn chance(n: u64) -> StdRng {
    StdRng::seed_from_u64(n)
}

/// A text of a few dozen letters.
pub fn text(n: u64) -> String {
    format!("{n}번째 글: 오늘은 {} 밤이 깊도록 이야기를 나눴다", chance(n).random_range(1_000..10_000))
}

impl Ground {
    /// Starts the services, and imports the data set unless an earlier run has.
    pub async fn prepare(args: &Args, report: &mut Report) -> Result<Self, Failure> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
        let done = folder.join("imported");
        let import = args.fresh || args.wants("import") || !done.exists();
        if import && folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        let stack = LocalStack::start(&folder).await?;
        if import {
            let url = stack.create_database(IMPORTED).await?;
            import_all(&url, &stack, &args.data()?, &folder, report).await?;
            std::fs::write(&done, "")?;
        }
        let imported = stack.url_of(IMPORTED);
        if !import {
            // Read models of an older build would be rebuilt beside whatever is measured.
            eprintln!("— read models");
            run(&["rebuild", "--outdated"], &imported, stack.nats_url(), &[]).await?;
        }
        let graph = Arc::new(Graph::read(&imported).await?);
        let (seconds, rounds) = (args.seconds, args.rounds);
        Ok(Self { stack, folder, indexes: Indexes::default(), imported, graph, seconds, rounds })
    }

    /// A copy of the imported database under a log id of its own.
    pub async fn copy(&self, name: &str) -> Result<String, Failure> {
        let admin = PgPool::connect(self.stack.database_url()).await?;
        admin.execute(&*format!("drop database if exists {name} with (force)")).await?;
        admin.execute(&*format!("create database {name} template {IMPORTED}")).await?;
        admin.close().await;
        let url = self.stack.url_of(name);
        let pool = PgPool::connect(&url).await?;
        renew_log_id(&pool).await?;
        // The copy has no statistics of its own, and its pages are not in memory yet.
        pool.execute("analyze").await?;
        pool.execute("checkpoint").await?;
        pool.close().await;
        Ok(url)
    }

    pub async fn drop_copy(&self, name: &str) -> Result<(), Failure> {
        let admin = PgPool::connect(self.stack.database_url()).await?;
        admin.execute(&*format!("drop database if exists {name} with (force)")).await?;
        admin.close().await;
        Ok(())
    }

    /// Starts a server, and waits until it has its index of the database: one that an earlier server left
    /// there, or one that it fills.
    pub async fn serve(
        &self,
        url: &str,
        roles: &str,
        environment: &[(&str, &str)],
    ) -> Result<Server, Failure> {
        let (address, _) = url.split_once('?').unwrap_or((url, ""));
        let database = address.rsplit('/').next().unwrap_or_default();
        // Two servers at once have an index each.
        let mut folders = (1..).map(|n| self.folder.join(format!("search/{database}-{n}")));
        let folder = folders.find(|folder| !self.indexes.is_used(folder)).ok_or("no folder")?;
        let index = self.indexes.used(&folder);
        let folder = folder.to_str().ok_or("the path is not UTF-8")?.to_owned();
        let mut all = vec![("MADANG_STREAM_MAX_BYTES", "268435456"), ("MADANG_SEARCH_DIR", &folder)];
        all.extend(environment);
        let mut server = Server::start(url, self.stack.nats_url(), roles, &all).await?;
        server.index = Some(index);
        if roles.contains("api") {
            server.has_search().await?;
        }
        Ok(server)
    }

    /// The variables that name the storage, with a bucket of its own.
    pub fn storage(&self) -> [(String, String); 6] {
        let own = self.stack.s3().expect("none is outside").clone();
        S3Settings { bucket: "bench".to_owned(), ..own }.variables()
    }

    /// Runs a command of `madang` on a database and waits for its end; returns the time it took.
    pub async fn madang(
        &self,
        url: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Duration, Failure> {
        run(arguments, url, self.stack.nats_url(), environment).await
    }

    /// The medians, over the rounds, of the figures that two sides reach in turns.
    pub async fn in_turns(
        &self,
        ours: impl AsyncFn() -> Result<f64, Failure>,
        against: impl AsyncFn() -> Result<f64, Failure>,
    ) -> Result<(f64, f64), Failure> {
        let (mut our, mut their) = (vec![], vec![]);
        for _ in 0..self.rounds {
            our.push(ours().await?);
            their.push(against().await?);
        }
        Ok((median(our), median(their)))
    }

    pub async fn stop(self) {
        self.stack.stop().await;
    }
}

/// The folders of search indexes that running servers have.
#[derive(Default)]
struct Indexes(Mutex<Vec<Weak<PathBuf>>>);

impl Indexes {
    fn is_used(&self, folder: &Path) -> bool {
        let used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.iter().filter_map(Weak::upgrade).any(|used| *used == folder)
    }

    /// Marks a folder as used until the returned value is dropped.
    fn used(&self, folder: &Path) -> Arc<PathBuf> {
        let folder = Arc::new(folder.to_owned());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&folder));
        folder
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Imports the data set through HTTP, as any client would.
async fn import_all(
    url: &str,
    stack: &LocalStack,
    data: &Path,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    eprintln!("— import");
    let server = Server::start(url, stack.nats_url(), "api,relay,projector", &[]).await?;
    let file = |name: &str| -> Result<String, Failure> {
        let path: PathBuf = data.join(name);
        Ok(path.to_str().ok_or("the path is not UTF-8")?.to_owned())
    };
    let (posts, follows) = (file("posts.tsv.gz")?, file("follows.tsv.gz")?);
    let state = folder.join("import.json");
    let state = state.to_str().ok_or("the path is not UTF-8")?;
    let pool = PgPool::connect(url).await?;
    let token = Vault::open(pool.clone(), TOKEN_TTL).await?.issue_operator_token(TOKEN_TTL).access_token;
    let to = server.url();
    let arguments = ["import", "--to", &to, "--posts", &posts, "--follows", &follows, "--state", state];
    let took = run(&arguments, url, stack.nats_url(), &[("MADANG_OPERATOR_TOKEN", &token)]).await?;
    let caught_up = Instant::now();
    crate::lag::Lag::watch(pool.clone()).longest().await?;
    let (head,): (i64,) = sqlx::query_as("select head from log").fetch_one(&pool).await?;
    #[allow(clippy::cast_precision_loss)]
    report.amount(
        "import through HTTP, 64 at once",
        Target::Told,
        head as f64 / took.as_secs_f64(),
        " events/s",
    );
    let behind = caught_up.elapsed().as_secs_f64();
    report.amount("read models behind at the import's end", Target::Told, behind, " s");
    #[allow(clippy::cast_precision_loss)]
    let most = server.memory_mb()?.1 as f64;
    report.amount("most memory during the import", Target::AtMost(300.0), most, " MB");
    server.stop().await?;
    pool.execute("vacuum analyze").await?;
    pool.close().await;
    Ok(())
}

async fn run(
    arguments: &[&str],
    database_url: &str,
    nats_url: &str,
    environment: &[(&str, &str)],
) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let output = Command::new(binary()?)
        .args(arguments)
        .env("DATABASE_URL", database_url)
        .env("NATS_URL", nats_url)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .await?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("madang {} failed: {said}", arguments[0]).into());
    }
    Ok(begun.elapsed())
}
