//! A poison event, which can't be applied: it is parked and shown, everything else flows on, and after the
//! mend it is applied without a restart.

use super::check::{everyone_reaches_the_head, nothing_is_lost};
use super::load::{Load, someone};
use super::random;
use super::site::{Server, Site};
use crate::support::client::Person;
use crate::support::log::store;
use serde_json::json;

/// Waits until the metric says that so many events are parked.
async fn are_parked(server: &Server, projection: &str, count: usize) {
    let line = format!("madang_projection_parked{{projection=\"{projection}\"}} {count}");
    let ops = Person::nobody(&server.ops_url, crate::support::client());
    ops.metrics_when(|metrics| metrics.lines().any(|said| said == line)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_an_unknown_type_is_parked_and_shown_and_applied_after_the_mend_without_a_restart() {
    let mut random = random("an unknown event");
    let site = Site::start("unknown").await;
    let server = site.serve().await;
    let operator = site.stores().operator(&server.url).await;
    let load = Load::start(&operator, &[&server.url], &mut random).await;
    let mina = someone(&operator).await;
    let post = mina.publish("먼저").await;
    let path = format!("/v1/posts/{post}");

    let pool = site.stores().pool().await;
    let sick = store(&pool, &post, 2, ("PostPainted", "1"), json!({ "type": "PostPainted" })).await;
    let edited =
        |text: &str| json!({ "type": "PostEdited", "title": null, "text": text, "tags": [], "mentions": [] });
    let later = store(&pool, &post, 3, ("PostEdited", "1"), edited("셋째")).await;
    load.more(100).await;
    {
        let _quiet = load.quiet().await;
        everyone_reaches_the_head(&site.stores()).await;
    }
    let (fine, shown) = site.stores().madang(&["status"]).await;
    assert!(fine && shown.contains(&format!("parked {sick} PostPainted")), "{shown}");
    assert!(shown.contains(&format!("parked {later} PostEdited")), "{shown}");
    are_parked(&server, "posts", 2).await;
    assert_eq!(mina.get(&path).await.expect(200).json["text"], "먼저");

    let (fine, said) = site.stores().madang(&["retry-parked", "posts"]).await;
    assert!(!fine, "it is as sick as before: {said}");
    assert!(said.contains("posts: 0 applied, 2 still parked"), "{said}");

    // The event's type is known after this statement.
    sqlx::query("update events set event_type = 'PostEdited', payload = $2 where position = $1")
        .bind(sick)
        .bind(edited("둘째"))
        .execute(&site.stores().pool().await)
        .await
        .expect("mended");
    let (fine, said) = site.stores().madang(&["retry-parked"]).await;
    assert!(fine && said.contains("posts: 2 applied, 0 still parked"), "{said}");
    let (fine, said) = site.stores().madang(&["retry-parked", "posts"]).await;
    assert!(fine && said.contains("posts: nothing is parked"), "{said}");
    are_parked(&server, "posts", 0).await;
    assert_eq!(mina.get(&path).await.expect(200).json["text"], "셋째");
    mina.patch(&path, json!({ "text": "넷째" })).await.expect(200);
    assert_eq!(mina.get(&path).await.expect(200).json["text"], "넷째");
    nothing_is_lost(&site.stores(), &load).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_event_that_fails_to_apply_is_applied_after_the_mend_and_a_rebuild_counts_what_came_meanwhile()
 {
    let mut random = random("an event that fails to apply");
    let site = Site::start("fails").await;
    let server = site.serve().await;
    let operator = site.stores().operator(&server.url).await;
    let load = Load::start(&operator, &[&server.url], &mut random).await;
    let (mina, sora) = (someone(&operator).await, someone(&operator).await);
    let pool = site.stores().pool().await;
    let alter = async |sql: &str| {
        sqlx::query(&format!("alter table posts.posts {sql}")).execute(&pool).await.expect("altered");
    };

    alter("add constraint healthy check (text <> '아픈 글')").await;
    let post = mina.publish("아픈 글").await;
    let path = format!("/v1/posts/{post}");
    sora.put_empty(&format!("{path}/like")).await.expect(204);
    sora.comment(&post, "쾌유를").await;
    load.more(100).await;
    {
        let _quiet = load.quiet().await;
        everyone_reaches_the_head(&site.stores()).await;
    }
    are_parked(&server, "posts", 1).await;
    mina.get(&path).await.expect(404);

    alter("drop constraint healthy").await;
    let (fine, said) = site.stores().madang(&["retry-parked", "posts"]).await;
    assert!(fine && said.contains("posts: 1 applied, 0 still parked"), "{said}");
    assert!(said.contains("madang rebuild posts"), "it says what may be missing: {said}");
    let read = mina.get(&path).await.expect(200);
    assert_eq!((&read.json["text"], &read.json["like_count"]), (&"아픈 글".into(), &0.into()));

    let (fine, said) = site.stores().madang(&["verify", "posts"]).await;
    assert!(!fine && said.contains(&post), "{said}");
    let (fine, said) = site.stores().madang(&["rebuild", "posts"]).await;
    assert!(fine, "{said}");
    let read = mina.get(&path).await.expect(200);
    assert_eq!((&read.json["like_count"], &read.json["comment_count"]), (&1.into(), &1.into()));
    nothing_is_lost(&site.stores(), &load).await;
}
