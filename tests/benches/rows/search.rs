//! Searches of all that was imported, by words that are in it, and the filling of the embedded engine.

use crate::Failure;
use crate::client::Call;
use crate::ground::{Ground, chance};
use crate::load::{Calls, answered, millis};
use crate::report::{Report, Row, Target};
use hyper::Method;
use projections::search::engine::Engine;
use projections::search::feed::Feed;
use rand::Rng;
use rand::seq::IndexedRandom;
use reqwest::Url;
use search_engine::Embedded;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Instant;

const CONNECTIONS: usize = 16;
/// Number of texts that words are cut out of.
const TEXTS: i64 = 5_000;

pub async fn run(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let pool = PgPool::connect(&ground.imported).await?;
    let folder = tempfile::tempdir()?;
    report.amount(
        "embedded engine filled",
        Target::AtLeast(5_000.0),
        fill(&pool, &folder).await?,
        " documents/s",
    );
    let words = words(&pool).await?;
    pool.close().await;

    let server = ground.serve(&ground.imported, "api", &[]).await?;
    let ping: Calls = Arc::new(|_| Call::new(Method::GET, "/v1/ping"));
    let p99 = async |calls: &Calls, connections| {
        let took = answered(server.address, connections, ground.seconds, calls).await?;
        Ok::<_, Failure>(millis(&took, 0.99))
    };
    let pings = p99(&ping, CONNECTIONS).await?;
    for (what, path, cut) in [
        ("GET /v1/search/posts, 16 connections, p99", "/v1/search/posts", 2),
        ("  with facets", "/v1/search/posts?facets=true", 2),
        ("GET /v1/search/suggest, 16 connections, p99", "/v1/search/suggest", 1),
    ] {
        let took = p99(&searches(&words, path, cut), CONNECTIONS).await?;
        report.add(Row {
            what: what.to_owned(),
            ours: format!("{took:.1} ms"),
            against: format!("/v1/ping {pings:.1} ms"),
            figure: took / pings,
            unit: "×",
            target: Target::Told,
        });
    }
    let alone = p99(&searches(&words, "/v1/search/suggest", 1), 1).await?;
    report.amount("GET /v1/search/suggest, one after the other, p99", Target::AtMost(20.0), alone, " ms");
    server.stop().await
}

/// Number of documents per second that an empty index takes.
async fn fill(pool: &PgPool, folder: &tempfile::TempDir) -> Result<f64, Failure> {
    let engine = Embedded::open(Some(folder.path()), "bench")?;
    let begun = Instant::now();
    let mut feed = Feed::begin(pool, 0).await?;
    let mut count = 0;
    while let Some(changes) = feed.next(pool).await? {
        count += changes.len();
        engine.take(changes, None).await?;
    }
    #[allow(clippy::cast_precision_loss)]
    let count = count as f64;
    Ok(count / begun.elapsed().as_secs_f64())
}

/// Words of Hangul that posts consist of.
async fn words(pool: &PgPool) -> Result<Arc<[String]>, Failure> {
    let texts: Vec<String> =
        sqlx::query_scalar("select text from search.posts where not gone order by post_id limit $1")
            .bind(TEXTS)
            .fetch_all(pool)
            .await?;
    let is_word = |word: &&str| word.chars().count() >= 2 && word.chars().all(|c| ('가'..='힣').contains(&c));
    Ok(texts.iter().flat_map(|text| text.split_whitespace().filter(is_word)).map(str::to_owned).collect())
}

/// Calls that each search for a part of a word: `least` syllables or more, from anywhere in it.
fn searches(words: &Arc<[String]>, path: &'static str, least: usize) -> Calls {
    let words = words.clone();
    Arc::new(move |n| {
        let mut chance = chance(n);
        let word: Vec<char> = words.choose(&mut chance).expect("a word").chars().collect();
        let len = chance.random_range(least..=word.len().min(4));
        let from = chance.random_range(0..=word.len() - len);
        let part: String = word[from..from + len].iter().collect();
        let mut url = Url::parse("http://x").and_then(|url| url.join(path)).expect("a path");
        url.query_pairs_mut().append_pair("q", &part);
        Call::new(Method::GET, format!("{}?{}", url.path(), url.query().expect("it has one")))
    })
}
