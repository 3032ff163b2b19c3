//! The timeline's first page, which everyone opens first.

use crate::Failure;
use crate::client::Call;
use crate::ground::{Graph, Ground, Person, chance};
use crate::load::{Calls, closed};
use crate::report::{Report, Target};
use hyper::Method;
use rand::seq::IndexedRandom;
use sqlx::{Executor, PgPool};
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

const CONNECTIONS: usize = 32;
const PAGE: &str = "/v1/timeline?limit=20";
/// The setting that turns the page cache off: each page is read, as after an event. With the cache, pages
/// that nothing has touched are answered from memory.
const NONE_KEPT: [(&str, &str); 1] = [("MADANG_PAGE_CACHE_MB", "0")];

fn pages_of(people: &[&Person]) -> Calls {
    let tokens: Vec<Arc<str>> = people.iter().map(|person| person.token.clone()).collect();
    Arc::new(move |n| {
        let token = tokens.choose(&mut chance(n)).expect("somebody");
        Call::new(Method::GET, PAGE).by(token)
    })
}

fn pages(graph: &Arc<Graph>) -> Calls {
    let graph = graph.clone();
    Arc::new(move |n| Call::new(Method::GET, PAGE).by(&graph.anyone(n).token))
}

/// A statement that reads the same rows: entries, then their cards.
const SELECT: &str = "
\\set n random(1, :people)
select posts.post_id, authors.user_id, authors.handle, authors.display_name, posts.title, posts.text, posts.tags,
    posts.mentions, posts.like_count, posts.comment_count, mine.user_id is not null, posts.version,
    posts.published_at, posts.edited_at
from bench_people reader
cross join lateral (
    select e.post_id from timelines.entries e where e.owner_id = reader.user_id order by e.post_id desc limit 20
) page
join posts.posts on posts.post_id = page.post_id
join posts.authors on authors.user_id = posts.author_id and authors.active
left join posts.likes as mine on mine.target_id = posts.post_id and mine.user_id = reader.user_id
where reader.n = :n
order by posts.post_id desc;
";

pub async fn timeline(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let url = ground.copy("bench_pages").await?;
    let pool = PgPool::connect(&url).await?;
    pool.execute(
        "create table bench_people as
         select row_number() over (order by user_id) as n, user_id from profiles.people;
         alter table bench_people add primary key (n);
         analyze bench_people",
    )
    .await?;
    pool.close().await;
    let select = SELECT.replace(":people", &ground.graph.people.len().to_string());
    let server = ground.serve(&url, "api", &[]).await?;
    let reading = ground.serve(&url, "api", &NONE_KEPT).await?;
    let calls = pages(&ground.graph);
    let page = async || closed(server.address, CONNECTIONS, ground.seconds, &calls).await;
    let ping: Calls = Arc::new(|_| Call::new(Method::GET, "/v1/ping"));
    let pings = async || closed(server.address, CONNECTIONS, ground.seconds, &ping).await;
    let (ours, theirs) = ground.in_turns(&page, &pings).await?;
    let what = "GET /v1/timeline?limit=20, 32 connections";
    report.ratio(what, Target::AtLeast(0.2), ours, "/v1/ping", theirs);
    let page = async || closed(reading.address, CONNECTIONS, ground.seconds, &calls).await;
    let (ours, theirs) = ground.in_turns(&page, &pings).await?;
    let what = "  the same, each read from Postgres";
    report.ratio(what, Target::Told, ours, "/v1/ping", theirs);
    let selects = async || crate::pgbench::per_second(&url, &select, CONNECTIONS, ground.seconds).await;
    let (ours, theirs) = ground.in_turns(&page, selects).await?;
    report.ratio(what, Target::AtLeast(0.5), ours, "pgbench's one SELECT", theirs);
    server.stop().await?;
    reading.stop().await?;
    ground.drop_copy("bench_pages").await
}

/// Measures that a page's cost does not depend on how much there is.
pub async fn growth(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let url = ground.copy("bench_young").await?;
    let pool = PgPool::connect(&url).await?;
    // The import puts posts in last: cut behind the thousandth, the log is that of a young service.
    pool.execute(
        "with cut as (
             select position from events where event_type = 'PostPublished' order by position offset 999 limit 1
         ), dropped as (
             delete from events where position > (select position from cut)
         )
         update log set head = (select position from cut)",
    )
    .await?;
    pool.close().await;
    ground.madang(&url, &["rebuild", "--all"], &[]).await?;
    let (young, grown) = (
        ground.serve(&url, "api", &NONE_KEPT).await?,
        ground.serve(&ground.imported, "api", &NONE_KEPT).await?,
    );
    let readers = full_pages(&url, &ground.graph).await?;
    let calls = pages_of(&readers);
    let of = async |address, calls: &Calls| closed(address, CONNECTIONS, ground.seconds, calls).await;
    let (few, many) = ground
        .in_turns(async || of(young.address, &calls).await, async || of(grown.address, &calls).await)
        .await?;
    report.ratio(
        "a page's cost at 100,000 posts against 1,000",
        Target::AtMost(1.3),
        few,
        "at 100,000",
        many,
    );

    let graph = ground.graph.clone();
    let (busy, quiet) = (graph.with_followers(5_000..=8_000), graph.with_followers(45..=55));
    let (busy_pages, quiet_pages) = (pages_of(&busy), pages_of(&quiet));
    let (few, many) = ground
        .in_turns(
            async || of(grown.address, &quiet_pages).await,
            async || of(grown.address, &busy_pages).await,
        )
        .await?;
    let what = format!("a page's cost for one who follows {} against 50", busy[0].followers.len());
    report.ratio(&what, Target::AtMost(1.3), few, "following many", many);
    young.stop().await?;
    grown.stop().await?;
    ground.drop_copy("bench_young").await
}

/// The people who have more than a whole page to read.
async fn full_pages<'a>(url: &str, graph: &'a Graph) -> Result<Vec<&'a Person>, Failure> {
    let pool = PgPool::connect(url).await?;
    let ids: Vec<Uuid> =
        sqlx::query_scalar("select owner_id from timelines.entries group by owner_id having count(*) > 20")
            .fetch_all(&pool)
            .await?;
    pool.close().await;
    let ids: HashSet<Uuid> = ids.into_iter().collect();
    Ok(graph.people.iter().filter(|person| ids.contains(&person.id.0)).collect())
}

/// Measures pages of readers who follow authors above the threshold: those authors' posts are merged when the
/// page is read.
pub async fn merge(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    const MERGING: [(&str, &str); 2] = [("MADANG_MERGE_THRESHOLD", "1000"), NONE_KEPT[0]];
    let url = ground.copy("bench_merge").await?;
    ground.madang(&url, &["rebuild", "timelines"], &MERGING).await?;
    let merging = ground.serve(&url, "api", &MERGING).await?;
    let plain = ground.serve(&ground.imported, "api", &NONE_KEPT).await?;
    let of = async |address, calls: &Calls| closed(address, CONNECTIONS, ground.seconds, calls).await;
    let graph = ground.graph.clone();
    let stars = graph.with_followers(1_001..=usize::MAX);
    let mut fans: Vec<(usize, &Person)> = (0..graph.people.len())
        .map(|index| {
            (stars.iter().filter(|star| star.followers.contains(&index)).count(), &graph.people[index])
        })
        .collect();
    fans.sort_by_key(|(followed, _)| std::cmp::Reverse(*followed));
    let most: Vec<&Person> = fans.iter().take(20).map(|(_, person)| *person).collect();
    let readers = [
        (
            format!("a page with {} authors merged, any reader", stars.len()),
            Target::AtLeast(0.5),
            pages(&graph),
        ),
        (
            format!("  the 20 who follow most of these ({} and fewer)", fans[0].0),
            Target::Told,
            pages_of(&most),
        ),
    ];
    for (what, target, calls) in readers {
        let (ours, theirs) = ground
            .in_turns(async || of(merging.address, &calls).await, async || of(plain.address, &calls).await)
            .await?;
        report.ratio(&what, target, ours, "none merged", theirs);
    }
    merging.stop().await?;
    plain.stop().await?;
    ground.drop_copy("bench_merge").await
}
