//! A rebuild that was requested over HTTP, and whose process is killed: readers see nothing half rebuilt, and
//! the next process completes the rebuild.

use super::site::Site;
use super::until;
use crate::support::log::batch_of_posts;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_outlives_kill_9_of_whoever_was_doing_it() {
    let site = Site::start("rebuild").await;
    let mut server = site.serve().await;
    let operator = site.stores().operator(&server.url).await;
    let mina = super::load::someone(&operator).await;
    let post = mina.publish("첫 글").await;
    let path = format!("/v1/posts/{post}");
    mina.get(&path).await.expect(200);
    let pool = site.stores().pool().await;
    sqlx::query("update posts.posts set like_count = 99").execute(&pool).await.expect("spoiled");
    // The swap waits for this transaction, which is in the middle of a batch.
    let batch = batch_of_posts(&pool).await;
    operator.post("/v1/projections/posts/rebuild", json!({})).await.expect(202);
    let stands = async || {
        let all = operator.get("/v1/projections").await.expect(200);
        all.items().iter().find(|projection| projection["name"] == "posts").expect("it is listed").clone()
    };
    until("it is nearly done", async || {
        let stands = stands().await;
        (stands["rebuilding_at"] == stands["position"]).then_some(())
    })
    .await;
    server.kill_9().await;
    server.start_again().await;
    // The read model of before serves on, spoiled as it is.
    assert_eq!(mina.get(&path).await.expect(200).json["like_count"], 99);
    assert_eq!(stands().await["rebuild"]["ended_at"], Value::Null);
    batch.rollback().await.expect("it ends");
    let rebuild = until("another does it", async || {
        let rebuild = stands().await["rebuild"].take();
        (!rebuild["ended_at"].is_null()).then_some(rebuild)
    })
    .await;
    assert_eq!(rebuild["error"], Value::Null);
    assert_eq!(mina.get(&path).await.expect(200).json["like_count"], 0);
    let (fine, said) = site.stores().madang(&["verify"]).await;
    assert!(fine, "{said}");
}
