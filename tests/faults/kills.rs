//! `kill -9`, at random moments and in the middle of a batch: what was confirmed is there, once.

use super::check::nothing_is_lost;
use super::load::Load;
use super::site::Up;
use super::{random, rounds};
use rand::Rng;
use rand::seq::SliceRandom;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_confirmed_survives_kill_9_of_server_postgres_and_nats_and_service_comes_back_by_itself() {
    let mut random = random("kill -9 under madang up");
    let mut up = Up::start("up").await;
    let operator = up.stores().operator(&up.url).await;
    let load = Load::start(&operator, &[&up.url], &mut random).await;
    for _ in 0..rounds() {
        let mut victims = ["server", "Postgres", "NATS"];
        victims.shuffle(&mut random);
        for victim in victims {
            load.more(random.random_range(1..100)).await;
            match victim {
                "server" => {
                    up.kill_9().await;
                    up.start_again().await;
                }
                "Postgres" => up.kill_9_postgres().await,
                _ => up.kill_9_nats().await,
            }
        }
        nothing_is_lost(&up.stores(), &load).await;
    }
}
