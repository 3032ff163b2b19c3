//! Files under way: after `kill -9` each is taken up again and nothing is left over, and none takes all
//! memory.

use super::check::everyone_reaches_the_head;
use super::load::someone;
use super::proxy::{Proxy, Through, Toward, Wire};
use super::site::Site;
use super::{random, rounds, until};
use crate::media::{hostile_and_odd, jpeg, upload};
use crate::support::storage;
use futures::future::join_all;
use photos::s3::Storage;
use rand::Rng;
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn photos_and_exports_under_way_survive_kill_9() {
    let mut random = random("kill -9 with photos under way");
    let site = Site::start("files").await;
    let s3 = storage().await;
    let mut server = site
        .serve_with(|wiring| {
            wiring.roles = "api,relay,projector,media";
            wiring.variables.extend(s3.variables());
        })
        .await;
    let bucket = Storage::new(s3);
    // The person makes the requests themself: an operator can't ask for an export in another's name.
    let person = site.stores().operator(&server.url).await.register("사진사").await;
    for _ in 0..rounds() {
        let mut ids = vec![];
        for _ in 0..4 {
            ids.push(upload(&person, "image/jpeg", jpeg(1_600, 1_200)).await.expect(201).id());
        }
        let pool = site.stores().pool().await;
        sqlx::query("delete from vault.exports").execute(&pool).await.expect("none is there");
        person.get("/v1/me/export").await.expect(202);
        // This photo's job has begun, or is between two of its steps.
        let looked_at = random.random_range(0..ids.len());
        until("some were looked at", async || {
            let state = person.get(&format!("/v1/media/{}", ids[looked_at])).await.json["state"].clone();
            (state == "ready").then_some(())
        })
        .await;
        server.kill_9().await;
        server.start_again().await;
        for id in &ids {
            until("each is ready", async || {
                let media = person.get(&format!("/v1/media/{id}")).await.json;
                (media["state"] == "ready").then_some(())
            })
            .await;
        }
        until("the export is there", async || {
            let made = "select 1 from vault.exports where made_at is not null";
            sqlx::query_scalar::<_, i32>(made).fetch_optional(&pool).await.expect("Postgres answers")
        })
        .await;
        until("nothing is left of what was uploaded", async || {
            bucket.list("uploads/", None).await.expect("listed").is_empty().then_some(())
        })
        .await;
        let photos: Vec<_> = ids.iter().map(|id| json!({ "media_id": id })).collect();
        person.post("/v1/posts", json!({ "text": "", "photos": photos })).await.expect(201);
        everyone_reaches_the_head(&site.stores()).await;
        let strays = photos::media::strays(&pool, &bucket, std::time::Duration::ZERO).await.expect("listed");
        let missing = photos::media::missing(&pool, &bucket).await.expect("listed");
        assert_eq!((strays, missing), (vec![], vec![]));
    }
}

/// The job's kind, which goes with the statement that enqueues a photo's job, in the transaction that moves
/// the reaction's checkpoint; no worker here takes jobs of the kind.
const ENQUEUES: &[u8] = b"process_photo";
/// The statement that ends the transaction.
const COMMITS: &[u8] = b"COMMIT";

#[tokio::test(flavor = "multi_thread")]
async fn each_upload_leads_to_one_job_though_the_server_is_killed_between_the_job_and_the_checkpoint() {
    let site = Site::start("uploads").await;
    let s3 = storage().await;
    let database = Proxy::to(site.postgres.port).await;
    let mut server = site
        .serve_with(|wiring| {
            wiring.database_port = database.port;
            wiring.variables.extend(s3.variables());
        })
        .await;
    let person = someone(&site.stores().operator(&server.url).await).await;
    let pool = site.stores().pool().await;
    let keys = async |sql: &str| -> Vec<String> {
        sqlx::query_scalar(sql).fetch_all(&pool).await.expect("Postgres answers")
    };
    let uploaded = "select aggregate_id from events where event_type = 'MediaUploaded' order by 1";
    for (through, commits) in
        [(Through::Nothing, false), (Through::Half, false), (Through::All, false), (Through::All, true)]
    {
        let enqueuing = database.trap(Toward::Store, ENQUEUES, through);
        // The answer may be cut off: the upload is in the log by then.
        let uploading = async {
            let photo = person.request(Method::POST, "/v1/media").body("image/jpeg", jpeg(64, 48));
            let _ = photo.try_send().await;
        };
        let killing = async {
            enqueuing.await;
            if commits {
                let committing = database.trap(Toward::Store, COMMITS, Through::All);
                database.set(Wire::Passes);
                committing.await;
            }
            server.kill_9().await;
        };
        tokio::join!(uploading, killing);
        database.cut();
        database.set(Wire::Passes);
        server.start_again().await;
        // No process here has the role: jobs that are enqueued stay.
        until("each upload has its job", async || {
            let jobs = keys("select key from jobs where kind = 'process_photo' order by key").await;
            (jobs == keys(uploaded).await).then_some(())
        })
        .await;
    }
    let lanes = keys("select distinct lane::text from jobs where kind = 'process_photo'").await;
    assert_eq!(lanes, [person.id.as_str()]);
    let _worker = site
        .serve_with(|wiring| {
            wiring.roles = "api,media";
            wiring.variables.extend(s3.variables());
        })
        .await;
    for id in keys(uploaded).await {
        until("each is ready", async || {
            let media = person.get(&format!("/v1/media/{id}")).await.json;
            (media["state"] == "ready").then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_uploaded_the_memory_of_the_server_stays_bounded() {
    // The memory that infra/README.md tells operators to set aside for the role, and the server itself.
    const MOST_MB: u64 = 600;
    let site = Site::start("hostile").await;
    let s3 = storage().await;
    let server = site
        .serve_with(|wiring| {
            wiring.roles = "api,relay,projector,media";
            wiring.variables.extend(s3.variables());
        })
        .await;
    let operator = site.stores().operator(&server.url).await;
    let large = jpeg(4_000, 3_000);
    // Each photo is uploaded by another person, so that nobody has more on their way than one person may.
    let uploads = hostile_and_odd().into_iter().chain(std::iter::repeat_n(large, 6)).map(async |bytes| {
        let person = someone(&operator).await;
        let id = upload(&person, "image/jpeg", bytes).await.expect(201).id();
        until("it is a photo, or is none", async || {
            let media = person.get(&format!("/v1/media/{id}")).await.json;
            let state = media["state"].as_str().expect("a state").to_owned();
            matches!(&*state, "ready" | "refused").then_some(())
        })
        .await;
    });
    join_all(uploads).await;
    let most = server.peak_mb();
    assert!(most <= MOST_MB, "{most} MB");
}
