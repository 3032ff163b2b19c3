//! A cluster of three nats-servers loses the leader of the stream: the other two go on, and nothing is
//! published twice or left out.

use super::check::nothing_is_lost;
use super::load::Load;
use super::site::{Service, Site, Stores, free_port};
use super::{random, rounds, until};
use async_nats::jetstream::stream::Stream;
use rand::Rng;

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_loses_the_streams_leader_misses_and_doubles_nothing() {
    let mut random = random("cluster loses its leader");
    let mut site = Site::start("nats-cluster").await;
    site.nats.stop().await;
    let mut cluster = cluster(&site).await;
    let urls: Vec<_> = cluster.iter().map(Service::url).collect();
    let server = site
        .serve_with(|wiring| {
            wiring.variables.push(("NATS_URL".to_owned(), urls.join(",")));
            wiring.variables.push(("MADANG_STREAM_REPLICAS".to_owned(), "3".to_owned()));
        })
        .await;
    let stores = |any: &Service| Stores { nats_url: any.url(), ..site.stores() };
    let operator = stores(&cluster[0]).operator(&server.url).await;
    let load = Load::start(&operator, &[&server.url], &mut random).await;
    for _ in 0..rounds() {
        load.more(random.random_range(1..100)).await;
        let (stream, begins, leader) = until("the stream has a leader and two that follow it", async || {
            let stream = stores(&cluster[0]).stream().await?;
            let cluster = stream.cached_info().cluster.as_ref()?;
            let follow = cluster.replicas.iter().filter(|replica| replica.current).count();
            let is_whole = follow == 2 && stream.cached_info().state.messages > 0;
            let leader = cluster.leader.clone().filter(|_| is_whole)?;
            let begins = first(&stream).await?;
            Some((stream, begins, leader))
        })
        .await;
        let leader: usize = leader.parse().expect("servers are named by their number");
        let created = stream.cached_info().created;
        cluster[leader].kill_9().await;
        load.more(random.random_range(1..100)).await;
        // What two servers are left to say must be right before the third is back.
        let any = &cluster[(leader + 1) % 3];
        nothing_is_lost(&stores(any), &load).await;
        let quiet = load.quiet().await;
        let head: i64 = sqlx::query_scalar("select head from log")
            .fetch_one(&site.stores().pool().await)
            .await
            .expect("a log");
        // The check has found each on it once: as many as there are have no gap between them.
        until("every position since the stream's first is on it", async || {
            let stream = stores(any).stream().await?;
            assert_eq!(stream.cached_info().created, created, "the stream was made anew");
            (i64::try_from(stream.cached_info().state.messages) == Ok(head - begins + 1)).then_some(())
        })
        .await;
        drop(quiet);
        cluster[leader].start().await;
        load.more(20).await;
        nothing_is_lost(&stores(&cluster[leader]), &load).await;
    }
}

/// Three servers, named 0 to 2, that know each other.
async fn cluster(site: &Site) -> Vec<Service> {
    let routes: Vec<_> = (0..3).map(|_| format!("nats://127.0.0.1:{}", free_port())).collect();
    let mut cluster = Vec::new();
    for (name, route) in routes.iter().enumerate() {
        let mut one = Service::nats(&site.folder.join(format!("nats-{name}")));
        let name = name.to_string();
        let all = routes.join(",");
        let more = ["--name", &name, "--cluster_name", "madang", "--cluster", route, "--routes", &all];
        one.arguments.extend(more.map(Into::into));
        one.start().await;
        cluster.push(one);
    }
    cluster
}

/// The position of the stream's first message; nothing while its servers elect a leader.
async fn first(stream: &Stream) -> Option<i64> {
    let sequence = stream.cached_info().state.first_sequence;
    let message = stream.get_raw_message(sequence).await.ok()?;
    let position = message.headers.get("Madang-Position").expect("a position");
    Some(position.as_str().parse().expect("a number"))
}
