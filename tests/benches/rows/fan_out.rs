//! Posts on their way into timelines, all roles in one process, on the imported graph.

use crate::Failure;
use crate::client::{Answer, Call};
use crate::ground::{Graph, Ground, chance, text};
use crate::lag::Lag;
use crate::load::{Measured, Plan, millis, open, per_second};
use crate::report::{Report, Target};
use hyper::Method;
use rand::seq::IndexedRandom;
use serde_json::json;
use sqlx::PgPool;
use std::sync::Arc;

/// The factor by which the plan is longer than other measurements: it goes beyond the start, in which caches
/// fill.
const ROUNDS: u64 = 4;
/// The same factor where the p99 is measured: of few reads a single stall would decide it.
const LONG: u64 = 10;
const CONNECTIONS: usize = 128;
/// Number of items of the page in which a post is looked for.
const PAGE: usize = 20;
/// One of so many commands is a post.
const POST_EVERY: u64 = 4;
/// One of so many posts is looked for: a read for each would add a quarter to the calls that are measured.
const LOOKED_FOR: u64 = 5;

/// Number of posts a second. 500 posts of these authors go into 17,430 timelines, fewer than the target.
const POSTS: u64 = 505;

/// The deliveries per second of Rama's Mastodon at Twitter's scale, for each node of two cores
/// (<https://redplanetlabs.com/programming-model>, 2023).
const RAMA: f64 = 17_500.0;

pub async fn deliveries(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let url = ground.copy("bench_fan_out").await?;
    let server = ground.serve(&url, "api,relay,projector", &[]).await?;
    let pool = PgPool::connect(&url).await?;
    let graph = ground.graph.clone();
    let plan = Plan {
        rate: POSTS,
        seconds: ground.seconds * ROUNDS,
        connections: CONNECTIONS,
        calls: Arc::new({
            let graph = graph.clone();
            move |n| post(&graph, n)
        }),
        then: Arc::new(|_, _| None),
        shows: |_, _| true,
    };
    let lag = Lag::watch(pool.clone());
    let measured = open(server.address, &plan).await?;
    let longest = lag.longest().await?;
    let delivered: u64 = plan.measured().map(|n| timelines_of(&graph, n)).sum();
    let rate = per_second(delivered, measured.took);
    let what = format!("timeline deliveries, {POSTS} posts/s, every role");
    report.amount(&what, Target::AtLeast(RAMA), rate, "/s");
    report.amount("  slowest read model behind meanwhile", Target::AtMost(1.0), longest.as_secs_f64(), " s");
    pool.close().await;
    server.stop().await?;
    ground.drop_copy("bench_fan_out").await
}

fn post(graph: &Graph, n: u64) -> Call {
    let (_, author) = graph.any_post(n);
    Call::new(Method::POST, "/v1/posts").by(&graph.people[author].token).with(json!({ "text": text(n) }))
}

/// Number of timelines that the n-th post ends up in: its author's and their followers'.
fn timelines_of(graph: &Graph, n: u64) -> u64 {
    let (_, author) = graph.any_post(n);
    u64::try_from(graph.people[author].followers.len() + 1).expect("not that many")
}

/// The mixed load: a quarter posts, half likes, the rest comments and follows. Some posts are looked for,
/// each in the timeline of one of its author's followers, who presents the post's position.
pub async fn mixed(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let measured = commands_and_reads(ground, LOOKED_FOR).await?;
    let what = "answered → seen in a follower's timeline, 1,000 mixed commands/s";
    report.amount(&format!("{what}, p50"), Target::Told, millis(&measured.seen, 0.5), " ms");
    report.amount(&format!("{what}, p99"), Target::AtMost(100.0), millis(&measured.seen, 0.99), " ms");
    #[allow(clippy::cast_precision_loss)]
    let too_early = measured.too_early as f64;
    report.amount("  reads that were answered stale", Target::Told, too_early, "");
    let answered = millis(&measured.answered, 0.99);
    report.amount("  commands meanwhile, due → answered, p99", Target::Told, answered, " ms");
    let measured = commands_and_reads(ground, 1).await?;
    let what = "  each post looked for: 250 timelines/s are read beside";
    report.amount(&format!("{what}, p50"), Target::Told, millis(&measured.seen, 0.5), " ms");
    report.amount(&format!("{what}, p99"), Target::Told, millis(&measured.seen, 0.99), " ms");
    Ok(())
}

/// Plays the mixed load, in which one of `looked_for` posts is looked for.
async fn commands_and_reads(ground: &mut Ground, looked_for: u64) -> Result<Measured, Failure> {
    let url = ground.copy("bench_mixed").await?;
    let server = ground.serve(&url, "api,relay,projector", &[]).await?;
    let (calls, reads) = (ground.graph.clone(), ground.graph.clone());
    let plan = Plan {
        rate: 1_000,
        seconds: ground.seconds * LONG,
        connections: CONNECTIONS,
        calls: Arc::new(move |n| command(&calls, n)),
        then: Arc::new(move |n, answer| {
            n.is_multiple_of(POST_EVERY * looked_for).then(|| read_after(&reads, n, answer)).flatten()
        }),
        shows: is_in,
    };
    let measured = open(server.address, &plan).await?;
    server.stop().await?;
    ground.drop_copy("bench_mixed").await?;
    Ok(measured)
}

/// True if a post is in a page, or was there until newer ones filled the page: some people follow so many
/// that this takes a few hundred milliseconds. The ids tell the order.
fn is_in(posted: &Answer, page: &Answer) -> bool {
    let (Ok(posted), Ok(page)) = (posted.json(), page.json()) else { return false };
    let Some(items) = page["items"].as_array() else { return false };
    let id = |item: &serde_json::Value| item["id"].as_str().map(str::to_owned);
    let was_there = items.len() == PAGE && items.last().and_then(id) > id(&posted);
    was_there || items.iter().any(|item| item["id"] == posted["id"])
}

pub fn command(graph: &Graph, n: u64) -> Call {
    let by = graph.anyone(!n);
    let (target, _) = graph.new_post(n.rotate_left(32));
    match n % 8 {
        _ if n.is_multiple_of(POST_EVERY) => post(graph, n),
        1 | 3 | 5 | 7 => Call::new(Method::PUT, format!("/v1/posts/{target}/like")).by(&by.token),
        2 => {
            let body = json!({ "text": text(n) });
            Call::new(Method::POST, format!("/v1/posts/{target}/comments")).by(&by.token).with(body)
        }
        _ => {
            let others: Vec<_> = (0..2).map(|k| graph.anyone(n.rotate_left(16) ^ k)).collect();
            let other = others.iter().find(|other| other.id != by.id).expect("two differ");
            Call::new(Method::PUT, format!("/v1/users/{}/follow", other.handle)).by(&by.token)
        }
    }
}

fn read_after(graph: &Graph, n: u64, answer: &Answer) -> Option<Call> {
    let (_, author) = graph.any_post(n);
    let follower = graph.people[author].followers.choose(&mut chance(n))?;
    let page =
        Call::new(Method::GET, format!("/v1/timeline?limit={PAGE}")).by(&graph.people[*follower].token);
    Some(page.having_seen(answer.position?))
}
