//! Uploads: the ways into the storage, and what becomes of the files.

use super::corpus::{self, JpegParts};
use super::{download, jpeg, looked_at, nothing_is_left, upload};
use crate::support::client::Person;
use crate::support::{TestApp, client};
use chrono::{TimeDelta, Utc};
use photos::media::MAX_BYTES;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

async fn announce(person: &Person, bytes: &[u8]) -> Value {
    let wanted = json!({ "content_type": "image/jpeg", "byte_size": bytes.len() });
    person.post("/v1/media/presigned", wanted).await.expect(201).json
}

fn fields(announced: &Value) -> Vec<(String, String)> {
    let fields = announced["form"]["fields"].as_object().expect("fields");
    fields.iter().map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned())).collect()
}

/// Posts a form as a browser does; returns the storage's status.
async fn post_form(url: &str, fields: &[(String, String)], file: &[u8]) -> u16 {
    const BOUNDARY: &str = "----WebKitFormBoundary7MA4YWxkTrZu0gW";
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
    );
    body.extend(head.into_bytes());
    body.extend(file);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let sent = client().post(url).header("content-type", content_type).body(body).send().await;
    sent.expect("the storage answers").status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_through_the_server_is_turned_stripped_and_shown_in_four_sizes() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    const PLACE: &str = "37.5665N126.9780E";
    // The photo is on its side: 600 x 400 as stored, 400 x 600 as it is looked at.
    let parts = JpegParts { exif: Some(corpus::exif(6, PLACE)), ..JpegParts::default() };
    let bytes = corpus::jpeg(&corpus::photo(600, 400), 600, 400, &parts);
    assert!(bytes.windows(PLACE.len()).any(|window| window == PLACE.as_bytes()), "the place is in it");
    let size = bytes.len();

    let uploaded = upload(&mina, "image/jpeg", bytes).await.expect(201);
    assert_eq!((&uploaded.json["state"], &uploaded.json["byte_size"]), (&json!("processing"), &json!(size)));
    assert_eq!(uploaded.header("location"), format!("/v1/media/{}", uploaded.id()));
    let media = looked_at(&mina, &uploaded.id()).await;
    assert_eq!(media["state"], "ready", "{media}");
    assert_eq!((&media["width"], &media["height"]), (&json!(400), &json!(600)));
    assert!(media["blurhash"].as_str().is_some_and(|hash| hash.len() > 6), "{media}");
    assert!(media["colour"].as_str().is_some_and(|colour| colour.starts_with('#')), "{media}");
    for (name, width, height) in
        [("w320", 320, 480), ("w640", 400, 600), ("w1280", 400, 600), ("square", 320, 320)]
    {
        let shown = download(media["urls"][name].as_str().expect("an address")).await;
        assert_eq!(shown.status(), 200, "{name}");
        assert_eq!(shown.headers()["content-type"], "image/webp");
        assert!(shown.headers()["cache-control"].to_str().expect("text").contains("immutable"));
        let bytes = shown.bytes().await.expect("all of it");
        assert!(!bytes.windows(6).any(|window| window == &PLACE.as_bytes()[..6]), "the place is in {name}");
        let seen = webp::Decoder::new(&bytes).decode().expect("a WebP");
        assert_eq!((seen.width(), seen.height()), (width, height), "{name}");
    }
    nothing_is_left(&app, "uploads/").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_uploads_straight_to_the_storage_by_form_or_by_put() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let bytes = jpeg(64, 48);
    for way in ["form", "put"] {
        let announced = announce(&mina, &bytes).await;
        assert_eq!(announced["media"]["state"], "uploading");
        let path = format!("/v1/media/{}", announced["media"]["id"].as_str().expect("an id"));
        let complete = format!("{path}/complete");
        mina.post(&complete, json!({})).await.expect_problem(409, "media_not_uploaded");
        let url = announced[way]["url"].as_str().expect("an address");
        let status = match way {
            "form" => post_form(url, &fields(&announced), &bytes).await,
            _put => {
                let put = client().put(url).header("content-type", "image/jpeg").body(bytes.clone());
                put.send().await.expect("the storage answers").status().as_u16()
            }
        };
        assert!([200, 204].contains(&status), "{way}: {status}");
        sora.post(&complete, json!({})).await.expect_problem(404, "media_not_found");
        sora.get(&path).await.expect_problem(404, "media_not_found");
        let completed = mina.post(&complete, json!({})).await.expect(200);
        assert_eq!(completed.json["state"], "processing");
        let media = looked_at(&mina, &completed.id()).await;
        assert_eq!((&media["state"], &media["width"]), (&json!("ready"), &json!(64)), "{way}");
        let again = mina.post(&complete, json!({})).await.expect(200);
        assert_eq!(again.json["state"], "ready", "saying it twice is no harm");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_storage_itself_refuses_what_was_not_announced() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let bytes = jpeg(64, 48);
    let announced = announce(&mina, &bytes).await;
    let (url, right) = (announced["form"]["url"].as_str().expect("an address"), fields(&announced));
    let with = |name: &str, value: &str| {
        let mut fields = right.clone();
        let field = fields.iter_mut().find(|(known, _)| known == name).expect("it is there");
        assert_ne!(field.1, value, "it would change nothing");
        field.1 = value.to_owned();
        fields
    };
    let larger = [bytes.as_slice(), b"x"].concat();
    let id = announced["media"]["id"].as_str().expect("an id");
    let key = format!("uploads/{id}");
    let past = app.storage().upload_form(
        &key,
        "image/jpeg",
        1_000_000,
        Utc::now() - TimeDelta::minutes(20),
        Duration::from_secs(15 * 60),
    );
    let past: Vec<_> = past.fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let cases = [
        ("another signature", with("x-amz-signature", &"0".repeat(64)), bytes.as_slice()),
        ("another key", with("key", "media/mine.webp"), &bytes),
        ("another type", with("Content-Type", "text/html"), &bytes),
        ("a larger file", right.clone(), &larger),
        ("an empty file", right.clone(), b""),
        ("after its time", past, &bytes),
        ("no policy", right.iter().filter(|(name, _)| name != "policy").cloned().collect(), &bytes),
    ];
    for (case, fields, file) in cases {
        let status = post_form(url, &fields, file).await;
        assert!((400..500).contains(&status), "{case}: {status}");
    }
    let put = announced["put"]["url"].as_str().expect("an address");
    let unsigned = put.split('?').next().expect("a path").to_owned();
    for (case, url, content_type, body) in [
        ("another type", put, "text/html", bytes.clone()),
        ("a larger file", put, "image/jpeg", larger.clone()),
        ("no signature", &unsigned, "image/jpeg", bytes.clone()),
    ] {
        let sent = client().put(url).header("content-type", content_type).body(body).send().await;
        let status = sent.expect("the storage answers").status().as_u16();
        assert!((400..500).contains(&status), "{case}: {status}");
    }
    assert_eq!(app.files("").await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_files_become_photos_and_strangers_are_refused_with_the_reason() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    for (name, bytes) in corpus::sound_files() {
        let id = upload(&mina, "image/jpeg", bytes).await.expect(201).id();
        let media = looked_at(&mina, &id).await;
        assert_eq!((&media["state"], &media["width"]), (&json!("ready"), &json!(96)), "{name}: {media}");
    }
    let sound = jpeg(200, 150);
    let png = corpus::png_claiming(60_000, 60_000);
    let refused = corpus::strangers()
        .into_iter()
        .filter(|(_, bytes)| !bytes.is_empty())
        .map(|(name, bytes)| (name, bytes, "unsupported_format"))
        .chain([
            ("frames within frames", corpus::webp_of_frames_within_frames(600_000), "damaged"),
            ("a bomb", png, "too_many_pixels"),
            ("a GIF bomb", corpus::gif_claiming((65_535, 65_535), (1, 1)), "too_many_pixels"),
            ("half a header", sound[..20].to_vec(), "damaged"),
        ]);
    for (name, bytes, reason) in refused {
        let id = upload(&mina, "image/png", bytes).await.expect(201).id();
        let media = looked_at(&mina, &id).await;
        assert_eq!(
            (&media["state"], &media["refused_because"]),
            (&json!("refused"), &json!(reason)),
            "{name}"
        );
        assert_eq!(media["urls"], Value::Null);
    }
    nothing_is_left(&app, "uploads/").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photos_type_goes_by_many_names_on_both_ways() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let bytes = jpeg(64, 48);
    for name in ["image/jpg", "image/pjpeg", "IMAGE/JPEG", "image/jpeg; charset=binary"] {
        let uploaded = upload(&mina, name, bytes.clone()).await.expect(201);
        assert_eq!(uploaded.json["content_type"], "image/jpeg", "{name}");
        let wanted = json!({ "content_type": name, "byte_size": bytes.len() });
        let announced = mina.post("/v1/media/presigned", wanted).await.expect(201).json;
        assert_eq!(announced["media"]["content_type"], "image/jpeg", "{name}");
        assert_eq!(announced["put"]["headers"]["content-type"], "image/jpeg", "{name}");
        let form = fields(&announced);
        let status = post_form(announced["form"]["url"].as_str().expect("an address"), &form, &bytes).await;
        assert!([200, 204].contains(&status), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_uploads_are_told_what_to_do() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    upload(&app.nobody(), "image/jpeg", jpeg(8, 8)).await.expect(401);
    upload(&mina, "multipart/form-data; boundary=x", b"--x--".to_vec())
        .await
        .expect_problem(415, "unsupported_format");
    upload(&mina, "image/heic", b"x".to_vec()).await.expect_problem(415, "unsupported_format");
    upload(&mina, "image/png", vec![]).await.expect_problem(400, "body_empty");
    let too_large = mina.request(Method::POST, "/v1/media").header("content-length", MAX_BYTES + 1);
    too_large.body("image/png", vec![]).send().await.expect_problem(413, "too_large");
    for (wanted, pointer) in [
        (json!({ "content_type": "image/svg+xml", "byte_size": 1 }), "/content_type"),
        (json!({ "content_type": "image/png", "byte_size": 0 }), "/byte_size"),
        (json!({ "content_type": "image/png", "byte_size": MAX_BYTES + 1 }), "/byte_size"),
    ] {
        let refused = mina.post("/v1/media/presigned", wanted).await.expect_problem(422, "invalid_fields");
        assert_eq!(refused.json["errors"][0]["pointer"], pointer);
    }
    for path in ["/v1/media/x", "/v1/media/01a1ffc2-e56d-7600-bd94-2957da9ffe19"] {
        mina.get(path).await.expect_problem(404, "media_not_found");
        mina.delete(path).await.expect_problem(404, "media_not_found");
    }
    assert_eq!(app.files("").await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_repeated_with_its_key_is_the_same_photo() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let bytes = jpeg(64, 48);
    let mut ids = vec![];
    for _ in 0..2 {
        let request = mina.request(Method::POST, "/v1/media").header("idempotency-key", "photo-1");
        ids.push(request.body("image/jpeg", bytes.clone()).send().await.expect(201).id());
    }
    assert_eq!(ids[0], ids[1]);
    nothing_is_left(&app, "uploads/").await;
    let request = mina.request(Method::POST, "/v1/media").header("idempotency-key", "photo-1");
    let again = request.body("image/jpeg", bytes.clone()).send().await.expect(201);
    assert_eq!(again.id(), ids[0]);
    assert_eq!(app.files("uploads/").await, Vec::<String>::new(), "it is not uploaded again");
    let request = mina.request(Method::POST, "/v1/media").header("idempotency-key", "photo-1");
    request.body("image/jpeg", jpeg(8, 8)).send().await.expect_refused("another photo under the same key");
    assert_eq!(looked_at(&mina, &ids[0]).await["state"], "ready");
}
