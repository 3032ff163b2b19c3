//! The storage for files, and the permissions of its clients.

use crate::support::{client, storage};
use photos::s3::Storage;
use service::settings::S3Settings;
use std::time::Duration;

async fn prepared() -> (S3Settings, Storage) {
    let settings = storage().await;
    let storage = Storage::new(settings.clone());
    storage.prepare().await.expect("a bucket");
    (settings, storage)
}

#[tokio::test]
async fn everyone_reads_what_is_public_and_only_its_owner_the_rest() {
    let (settings, storage) = prepared().await;
    storage.prepare().await.expect("once more is no harm");
    storage.put("media/a.webp", "image/webp", b"photo".to_vec()).await.expect("it is kept");
    storage.put("exports/a.zip", "application/zip", b"secret".to_vec()).await.expect("it is kept");

    let read = client().get(storage.public_url("media/a.webp")).send().await.expect("an answer");
    assert_eq!(
        (read.status().as_u16(), &read.headers()["content-type"]),
        (200, &"image/webp".parse().expect("a header"))
    );
    assert_eq!(read.text().await.expect("a body"), "photo");
    let bucket = format!("{}/{}", settings.endpoint.0, settings.bucket);
    for private in
        ["/exports/a.zip", "", "?list-type=2", "/media/../exports/a.zip", "/media/%2e%2e/exports/a.zip"]
    {
        let refused = client().get(format!("{bucket}{private}")).send().await.expect("an answer");
        assert!([400, 403, 404].contains(&refused.status().as_u16()), "{private}: {}", refused.status());
    }
    for method in [reqwest::Method::PUT, reqwest::Method::DELETE] {
        let refused =
            client().request(method, storage.public_url("media/a.webp")).send().await.expect("an answer");
        assert_eq!(refused.status(), 403);
    }
    let stranger = S3Settings { secret_access_key: "guessed".into(), ..settings };
    let stranger = Storage::new(stranger);
    stranger.list("", None).await.expect_err("another secret");
    let forged =
        stranger.download_url("exports/a.zip", "a.zip", Duration::from_secs(60)).await.expect("signed");
    assert_eq!(client().get(forged).send().await.expect("an answer").status(), 403);
}

#[tokio::test]
async fn lists_go_on_and_deleting_takes_all_that_begins_alike_and_nothing_else() {
    let (_, storage) = prepared().await;
    for n in 0..1_005 {
        storage.put(&format!("media/a/{n:04}"), "text/plain", vec![b'x']).await.expect("it is kept");
    }
    storage.put("media/ab", "text/plain", vec![]).await.expect("it is kept");
    let first = storage.list("media/a/", None).await.expect("a list");
    assert_eq!((first.len(), first[0].key.as_str(), first[0].size), (1_000, "media/a/0000", 1));
    let rest = storage.list("media/a/", Some(&first[999].key)).await.expect("a list");
    assert_eq!((rest.len(), rest[0].key.as_str()), (5, "media/a/1000"));
    assert_eq!(storage.delete_folder("media/a/").await.expect("deleted"), 1_005);
    assert_eq!(storage.delete_folder("media/a/").await.expect("nothing is left"), 0);
    let left: Vec<_> = storage.list("", None).await.expect("a list").into_iter().map(|one| one.key).collect();
    assert_eq!(left, ["media/ab"]);
}

#[tokio::test]
async fn a_storage_that_is_away_is_told_within_its_time() {
    let settings = storage().await;
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number").port();
    let away =
        S3Settings { endpoint: format!("http://127.0.0.1:{port}").parse().expect("an address"), ..settings };
    let failure = Storage::new(away).list("", None).await.expect_err("nobody listens");
    assert!(failure.to_string().contains("storage"), "{failure}");
}
