#![allow(missing_docs, clippy::unwrap_used)]
use chrono::Utc;
use domain::Event;
use domain::follow::FollowEvent;
use domain::post::PostEvent;
use domain::value::{PostId, UserId};
use projections::timelines::{Limits, TimelinesProjector, query};
use projections::{Projector, RecordedEvent};
use sqlx::{PgPool, Row};
use std::collections::{HashMap, HashSet, BTreeSet};
use std::io::BufRead;
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

struct R(u64);
impl R {
    fn n(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545F4914F6CDD1D) >> 33) % below
    }
    fn id(&mut self) -> Uuid {
        Uuid::from_u128((u128::from(self.n(1 << 30)) << 90) | (u128::from(self.n(1 << 30)) << 60) | u128::from(self.n(1 << 30)) << 20 | 1)
    }
}

fn ev(position: i64, ty: &str, id: Uuid, name: &str, event: Event) -> Arc<RecordedEvent> {
    Arc::new(RecordedEvent {
        position,
        aggregate_type: ty.into(),
        aggregate_id: id,
        sequence: 1,
        event_type: name.into(),
        event: Ok(event),
        recorded_at: Utc::now(),
        correlation_id: None,
    })
}
fn publish(p: i64, id: Uuid, author: Uuid) -> Arc<RecordedEvent> {
    ev(p, "post", id, "PostPublished", Event::Post(PostEvent::PostPublished {
        author_id: UserId(author), title: None, text: "x".into(), tags: vec![], mentions: vec![], original_published_at: None }))
}
fn follow(p: i64, a: Uuid, b: Uuid, on: bool) -> Arc<RecordedEvent> {
    let id = Uuid::from_u128(a.as_u128().wrapping_mul(3) ^ b.as_u128().rotate_left(17));
    let (follower_id, followee_id) = (UserId(a), UserId(b));
    if on { ev(p, "follow", id, "Followed", Event::Follow(FollowEvent::Followed { follower_id, followee_id })) }
    else { ev(p, "follow", id, "Unfollowed", Event::Follow(FollowEvent::Unfollowed { follower_id, followee_id })) }
}

async fn store(pool: &PgPool, events: &[Arc<RecordedEvent>]) {
    for c in events.chunks(5000) {
        let mut v = (vec![], vec![], vec![], vec![], vec![]);
        for e in c {
            v.0.push(e.position); v.1.push(e.aggregate_type.clone()); v.2.push(e.aggregate_id.to_string()); v.3.push(e.event_type.clone());
            v.4.push(match e.event.as_ref().unwrap() { Event::Post(p) => serde_json::to_value(p).unwrap(), Event::Follow(p) => serde_json::to_value(p).unwrap(), _ => unreachable!() });
        }
        sqlx::query("insert into public.events select p,a,i,1,t,'1',l,'{}',now() from unnest($1::bigint[],$2::text[],$3::text[],$4::text[],$5::jsonb[]) x(p,a,i,t,l)")
            .bind(v.0).bind(v.1).bind(v.2).bind(v.3).bind(v.4).execute(pool).await.unwrap();
    }
}

async fn fresh(pool: &PgPool, projector: &TimelinesProjector, events: bool) {
    if events {
        sqlx::raw_sql("drop table if exists public.events; create table public.events(position bigint primary key, aggregate_type text, aggregate_id text, sequence bigint, event_type text, event_version text, payload jsonb, metadata jsonb, recorded_at timestamptz)").execute(pool).await.unwrap();
    }
    let mut tx = pool.begin().await.unwrap();
    sqlx::raw_sql("drop schema if exists timelines cascade; create schema timelines; set local search_path to timelines").execute(&mut *tx).await.unwrap();
    sqlx::raw_sql(projector.tables()).execute(&mut *tx).await.unwrap();
    sqlx::raw_sql(projector.indexes()).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn begin(pool: &PgPool) -> projections::Tx {
    let mut tx = pool.begin().await.unwrap();
    sqlx::query("set local search_path to timelines").execute(&mut *tx).await.unwrap();
    tx
}

async fn work(pool: &PgPool, p: &TimelinesProjector) -> bool {
    let mut tx = begin(pool).await;
    let w = p.work(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    w.done
}

async fn state(pool: &PgPool, p: &TimelinesProjector) -> Vec<Vec<String>> {
    let mut tx = begin(pool).await;
    let mut all = vec![];
    for sql in p.compared() {
        let rows = sqlx::query(&format!("select t::text from ({sql}) t order by 1")).fetch_all(&mut *tx).await.unwrap();
        all.push(rows.iter().map(|r| r.get::<String, _>(0)).collect());
    }
    all
}

async fn checks(pool: &PgPool, p: &TimelinesProjector, head: i64) -> Vec<String> {
    let mut tx = begin(pool).await;
    let mut found = vec![];
    for c in p.checks() {
        let t = Instant::now();
        let rows: Vec<String> = sqlx::query_scalar(c.sql).bind(head).fetch_all(&mut *tx).await.unwrap();
        if head > 10000 { println!("  {:>6} ms {}", t.elapsed().as_millis(), c.states); }
        found.extend(rows);
    }
    found
}

/// What the reader must see: all posts by self and followees, deleted ones may or may not be there.
fn truth(events: &[Arc<RecordedEvent>], owner: Uuid) -> (BTreeSet<Uuid>, HashSet<Uuid>) {
    let mut posts: HashMap<Uuid, Uuid> = HashMap::new();
    let mut gone = HashSet::new();
    let mut followees: HashSet<Uuid> = HashSet::from([owner]);
    for e in events {
        match e.event.as_ref().unwrap() {
            Event::Post(PostEvent::PostPublished { author_id, .. }) => { posts.insert(e.aggregate_id, author_id.0); }
            Event::Post(PostEvent::PostDeleted { .. }) => { gone.insert(e.aggregate_id); }
            Event::Follow(FollowEvent::Followed { follower_id, followee_id }) if follower_id.0 == owner => { followees.insert(followee_id.0); }
            Event::Follow(FollowEvent::Unfollowed { follower_id, followee_id }) if follower_id.0 == owner => { followees.remove(&followee_id.0); }
            _ => {}
        }
    }
    (posts.into_iter().filter(|(_, a)| followees.contains(a)).map(|(p, _)| p).collect(), gone)
}

async fn walk(pool: &PgPool, owner: Uuid, limit: usize) -> Vec<Uuid> {
    let mut seen = vec![];
    let mut after: Option<PostId> = None;
    loop {
        let page = query::page(pool, UserId(owner), after, limit).await.unwrap();
        assert!(page.items.len() <= limit);
        seen.extend(page.items.iter().map(|p| p.0));
        after = page.next;
        if after.is_none() { return seen; }
    }
}

async fn random(pool: &PgPool, seeds: std::ops::Range<u64>) {
    let (mut trimmed, mut floors_seen, mut tasks_seen, mut merged_seen) = (0i64, 0i64, 0i64, 0i64);
    for seed in seeds {
        let mut r = R(seed.wrapping_mul(0x9E3779B97F4A7C15) | 1);
        for _ in 0..8 { r.n(2); }
        let people: Vec<Uuid> = (0..3 + r.n(9)).map(|_| r.id()).collect();
        let count = 30 + r.n(250) as i64;
        let (mut posts, mut pairs) = (vec![], HashSet::new());
        let mut events = vec![];
        let unfollow_share = 5 + r.n(30);
        for p in 1..=count {
            let (a, b) = (people[r.n(people.len() as u64) as usize], people[r.n(people.len() as u64) as usize]);
            let what = r.n(100);
            let e = if what < 45 { let id = r.id(); posts.push((id, a, false)); publish(p, id, a) }
            else if what < 50 && posts.iter().any(|x| !x.2) {
                let open: Vec<usize> = (0..posts.len()).filter(|&i| !posts[i].2).collect();
                let i = open[r.n(open.len() as u64) as usize];
                posts[i].2 = true;
                ev(p, "post", posts[i].0, "PostDeleted", Event::Post(PostEvent::PostDeleted { author_id: UserId(posts[i].1) }))
            } else if what < 50 + unfollow_share && !pairs.is_empty() {
                let mut all: Vec<(Uuid, Uuid)> = pairs.iter().copied().collect(); all.sort();
                let pair = all[r.n(all.len() as u64) as usize];
                pairs.remove(&pair);
                follow(p, pair.0, pair.1, false)
            } else if a != b && pairs.insert((a, b)) { follow(p, a, b, true) }
            else { let id = r.id(); posts.push((id, a, false)); publish(p, id, a) };
            events.push(e);
        }
        let limits = || Limits { window: 4, followers_at_once: 1, chunk: 2, tasks: 1, trim_every: 2 };
        let mut limits = limits();
        limits.window = 1 + r.n(8) as u16;
        limits.followers_at_once = r.n(4) as u32;
        limits.chunk = 1 + r.n(3) as u16;
        let threshold = 1 + r.n(8) as u32;
        let mut first: Option<Vec<Vec<String>>> = None;
        for cut in 0..4 {
            limits.trim_every = 1 + r.n(4) as u16;
            let p = TimelinesProjector::with_limits(threshold, limits);
            fresh(pool, &p, cut == 0).await;
            if cut == 0 { store(pool, &events).await; }
            let max_batch = [1, 5, 40, 1000][cut];
            let mut i = 0;
            while i < events.len() {
                let n = (1 + r.n(max_batch) as usize).min(events.len() - i);
                let mut tx = begin(pool).await;
                p.apply(&mut tx, &events[i..i + n]).await.unwrap();
                tx.commit().await.unwrap();
                i += n;
                if cut < 3 && r.n(3) == 0 { for _ in 0..r.n(3) { work(pool, &p).await; } }
                if cut > 0 && r.n(12) == 0 {
                    // readers in the middle: everything not on its way must be there, in order
                    let owner = people[r.n(people.len() as u64) as usize];
                    let (want, gone) = truth(&events[..i], owner);
                    let pending: HashSet<Uuid> = sqlx::query_scalar::<_, Uuid>("select post_id from timelines.tasks").fetch_all(pool).await.unwrap().into_iter().collect();
                    tasks_seen += pending.len() as i64;
                    let seen = walk(pool, owner, 1 + r.n(4) as usize).await;
                    assert!(seen.windows(2).all(|w| w[0] > w[1]), "order seed {seed}");
                    for s in &seen { assert!(want.contains(s), "not due seed {seed}"); }
                    let seen: HashSet<Uuid> = seen.into_iter().collect();
                    for w in want { assert!(seen.contains(&w) || gone.contains(&w) || pending.contains(&w), "missed seed {seed} cut {cut}"); }
                    let open = query::has_open_task_for(pool, UserId(owner), i64::MAX).await.unwrap();
                    if pending.is_empty() { assert!(!open); }
                }
            }
            while work(pool, &p).await {}
            let s = state(pool, &p).await;
            let bad = checks(pool, &p, count).await;
            assert!(bad.is_empty(), "seed {seed} cut {cut}: {bad:?}");
            match &first { None => first = Some(s), Some(f) => for (x, y) in f.iter().zip(&s) { assert_eq!(x, y, "seed {seed} cut {cut}"); } }
            for owner in &people {
                let (want, gone) = truth(&events, *owner);
                let seen = walk(pool, *owner, 1 + r.n(4) as usize).await;
                assert!(seen.windows(2).all(|w| w[0] > w[1]));
                let live: Vec<Uuid> = seen.iter().copied().filter(|x| !gone.contains(x)).collect();
                let due: Vec<Uuid> = want.iter().rev().copied().filter(|x| !gone.contains(x)).collect();
                assert_eq!(live, due, "walk seed {seed} cut {cut}");
            }
            let (a, b): (i64, i64) = sqlx::query_as("select (select count(*) from timelines.floors), (select count(*) from timelines.merged_follows)").fetch_one(pool).await.unwrap();
            floors_seen += a; merged_seen += b; trimmed += 1;
        }
        if seed % 20 == 0 { println!("seed {seed} ok"); }
    }
    println!("runs {trimmed}, floors {floors_seen}, open tasks seen {tasks_seen}, merged follows {merged_seen}");
}

async fn data(pool: &PgPool, threshold: u32) {
    let p = TimelinesProjector::new(threshold);
    let user = |n: &str| Uuid::from_u128((0x0190_0000_0000_7000_8000u128 << 48) + (n.parse::<u128>().unwrap() * 2654435761 % (1 << 40)));
    let mut events = vec![];
    let mut at = 0;
    for l in std::io::BufReader::new(std::fs::File::open("/tmp/pgp2/follows.tsv").unwrap()).lines() {
        let l = l.unwrap();
        let (a, b) = l.split_once('\t').unwrap();
        at += 1; events.push(follow(at, user(a), user(b), true));
        at += 1; events.push(follow(at, user(b), user(a), true));
    }
    for (n, l) in std::io::BufReader::new(std::fs::File::open("/tmp/pgp2/posts.tsv").unwrap()).lines().enumerate() {
        let l = l.unwrap();
        let author = user(l.split('\t').nth(1).unwrap());
        at += 1;
        events.push(publish(at, Uuid::from_u128(((1_069_000_000_000 + n as u128 * 3_000_000) << 80) | (0x7 << 76) | (0x8 << 60) | n as u128), author));
    }
    fresh(pool, &p, true).await;
    store(pool, &events).await;
    println!("stored {}", events.len());
    let start = Instant::now();
    let (mut apply, mut working, mut works, mut slowest) = (0u128, 0u128, 0, 0u128);
    for (i, c) in events.chunks(10_000).enumerate() {
        let t = Instant::now();
        let mut tx = begin(pool).await;
        p.apply(&mut tx, c).await.unwrap();
        tx.commit().await.unwrap();
        apply += t.elapsed().as_millis();
        if i % 10 == 0 || i > 57 { println!("batch {i}: {} ms", t.elapsed().as_millis()); }
        loop {
            let t = Instant::now();
            let more = work(pool, &p).await;
            works += 1;
            slowest = slowest.max(t.elapsed().as_millis());
            working += t.elapsed().as_millis();
            if !more { break; }
        }
    }
    let n: i64 = sqlx::query_scalar("select count(*) from timelines.entries").fetch_one(pool).await.unwrap();
    println!("{n} entries in {:?}: apply {apply} ms, work {working} ms in {works} turns, slowest {slowest} ms: {}/s", start.elapsed(), n as u128 * 1000 / start.elapsed().as_millis());
    let bad = checks(pool, &p, at).await;
    println!("differences: {} {:?}", bad.len(), &bad[..bad.len().min(3)]);
    let t = Instant::now();
    let mut pages = 0;
    for n in 0..1000 { query::page(pool, UserId(user(&n.to_string())), None, 20).await.unwrap(); pages += 1; }
    println!("{pages} pages in {:?}", t.elapsed());
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect(&std::env::var("TRY_DB").unwrap_or("postgres://postgres@127.0.0.1:5502/postgres".into())).await.unwrap();
    let args: Vec<String> = std::env::args().collect();
    match args[1].as_str() {
        "random" => random(&pool, args[2].parse().unwrap()..args[3].parse().unwrap()).await,
        _ => data(&pool, args[2].parse().unwrap()).await,
    }
}
