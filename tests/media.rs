//! Photos: uploaded, processed, shown, and deleted.

#[path = "../infra/photos/src/images/corpus.rs"]
#[allow(dead_code, reason = "the library's own tests use the rest")]
mod corpus;
mod gone;
mod profile_images;
mod shown;
mod slow;
mod uploads;

use crate::support::client::{Answer, Person};
use crate::support::wait::{until, until_true};
use crate::support::{TestApp, client};
use corpus::JpegParts;
use reqwest::Method;
use serde_json::Value;

/// A JPEG like those that cameras make.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    corpus::jpeg(&corpus::photo(width, height), width, height, &JpegParts::default())
}

/// Files that are no plain photos: odd ones, those that claim large sizes, and those of other formats.
pub fn hostile_and_odd() -> Vec<Vec<u8>> {
    let named = corpus::sound_files().into_iter().chain(corpus::strangers()).map(|(_, bytes)| bytes);
    let claiming = [
        corpus::png_claiming(60_000, 60_000),
        corpus::gif_claiming((65_535, 65_535), (1, 1)),
        corpus::webp_of_frames_within_frames(600_000),
    ];
    named.filter(|bytes| !bytes.is_empty()).chain(claiming).collect()
}

/// Uploads a file through the server.
pub async fn upload(person: &Person, content_type: &str, bytes: Vec<u8>) -> Answer {
    person.request(Method::POST, "/v1/media").body(content_type, bytes).send().await
}

/// The media after the server has processed it.
async fn looked_at(person: &Person, id: &str) -> Value {
    until("the photo was looked at", async || {
        let media = person.get(&format!("/v1/media/{id}")).await.expect(200).json;
        (media["state"] != "uploading" && media["state"] != "processing").then_some(media)
    })
    .await
}

/// The id of a photo that can be shown.
pub async fn ready(person: &Person) -> String {
    let id = upload(person, "image/jpeg", jpeg(400, 300)).await.expect(201).id();
    let media = looked_at(person, &id).await;
    assert_eq!(media["state"], "ready", "{media}");
    id
}

/// Waits until nothing is left in the storage under a prefix.
async fn nothing_is_left(app: &TestApp, prefix: &str) {
    until_true("nothing is left in the storage", async || app.files(prefix).await.is_empty()).await;
}

async fn download(url: &str) -> reqwest::Response {
    client().get(url).send().await.expect("the storage answers")
}
