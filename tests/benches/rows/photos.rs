//! The cost of a photo: the time from its upload until it is ready, and the wait of other requests while many
//! photos are processed.

use crate::Failure;
use crate::client::Call;
use crate::corpus::{self, JpegParts};
use crate::ground::{Ground, Person};
use crate::load::{Calls, closed};
use crate::report::{Report, Row, Target};
use crate::server::Server;
use crate::until::until;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x4;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use hyper::Method;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;

/// The size of a photo of twelve megapixels, as telephones take them.
const WIDTH: u32 = 4_000;
const HEIGHT: u32 = 3_000;
const MANY: usize = 50;
const LATEST: Duration = Duration::from_secs(120);

pub async fn run(ground: &mut Ground, report: &mut Report) -> Result<(), Failure> {
    let url = ground.copy("bench_photos").await?;
    let variables = ground.storage();
    let variables: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let server = ground.serve(&url, "api,relay,projector,media", &variables).await?;
    let photo = corpus::jpeg(&corpus::photo(WIDTH, HEIGHT), WIDTH, HEIGHT, &JpegParts::default());
    let owner = Uploader::new(&server, &ground.graph.people[0], photo.clone())?;

    let whole = async || {
        let begun = Instant::now();
        let id = owner.upload().await?;
        owner.ready(&id).await?;
        Ok(begun.elapsed().as_secs_f64() * 1e3)
    };
    let plain = async || {
        let begun = Instant::now();
        let photo = photo.clone();
        tokio::task::spawn_blocking(move || plain(&photo)).await??;
        Ok(begun.elapsed().as_secs_f64() * 1e3)
    };
    let (ours, against) = ground.in_turns(whole, plain).await?;
    report.add(Row {
        what: "a 12-megapixel JPEG, from upload to ready".to_owned(),
        ours: format!("{ours:.0} ms"),
        against: format!("decode, resize, encode once {against:.0} ms"),
        figure: ours / against,
        unit: "×",
        target: Target::AtMost(4.0),
    });

    for (what, path) in [("GET /v1/ping", "/v1/ping"), ("GET /v1/posts?limit=20", "/v1/posts?limit=20")] {
        let calls: Calls = Arc::new(move |_| Call::new(Method::GET, path));
        let alone = async || closed(server.address, 1, ground.seconds, &calls).await;
        let beside = async || {
            let mut last = String::new();
            for _ in 0..MANY {
                last = owner.upload().await?;
            }
            let rate = closed(server.address, 1, ground.seconds, &calls).await;
            owner.ready(&last).await?;
            rate
        };
        let (beside, alone) = ground.in_turns(beside, alone).await?;
        let what = format!("{what} by one, while 50 photos are looked at, against alone");
        report.ratio(&what, Target::AtLeast(0.5), beside, "alone", alone);
    }
    report.amount("most memory of the server with photos", Target::Told, server.memory_mb()?.1 as f64, "MB");
    server.stop().await?;
    ground.drop_copy("bench_photos").await
}

struct Uploader {
    http: reqwest::Client,
    url: String,
    token: Arc<str>,
    photo: Vec<u8>,
}

impl Uploader {
    fn new(server: &Server, person: &Person, photo: Vec<u8>) -> Result<Self, Failure> {
        // The call fails only when a provider is already installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().timeout(LATEST).build()?;
        Ok(Self { http, url: format!("{}/v1/media", server.url()), token: person.token.clone(), photo })
    }

    async fn upload(&self) -> Result<String, Failure> {
        let sent = self.http.post(&self.url).bearer_auth(&self.token).header("content-type", "image/jpeg");
        let answer: Value = sent.body(self.photo.clone()).send().await?.error_for_status()?.json().await?;
        Ok(answer["id"].as_str().ok_or("an upload has an id")?.to_owned())
    }

    async fn ready(&self, id: &str) -> Result<(), Failure> {
        let url = format!("{}/{id}", self.url);
        until("the photo is ready", Duration::from_millis(10), LATEST, async || {
            let answer = self.http.get(&url).bearer_auth(&self.token).send().await?.error_for_status()?;
            match answer.json::<Value>().await?["state"].as_str() {
                Some("ready") => Ok(true),
                Some("processing" | "uploading") => Ok(false),
                other => Err(format!("the photo is {other:?}").into()),
            }
        })
        .await
    }
}

/// Does the least work that the photo's largest variant needs, with the same libraries.
fn plain(photo: &[u8]) -> Result<(), String> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(photo), options);
    let pixels = decoder.decode().map_err(|error| format!("{error:?}"))?;
    let (width, height) = (1_280, HEIGHT * 1_280 / WIDTH);
    let mut target = vec![0; (width * height * 4) as usize];
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let source =
        TypedImageRef::<U8x4>::from_buffer(WIDTH, HEIGHT, &pixels).map_err(|error| failed(&error))?;
    let mut scaled =
        TypedImage::<U8x4>::from_buffer(width, height, &mut target).map_err(|error| failed(&error))?;
    Resizer::new().resize_typed(&source, &mut scaled, &options).map_err(|error| failed(&error))?;
    std::hint::black_box(webp::Encoder::from_rgba(&target, width, height).encode(80.0));
    Ok(())
}
