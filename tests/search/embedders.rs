//! An embedder over HTTP: the requests that it gets, and what goes on while it is away.

use super::find;
use crate::support::TestApp;
use crate::support::embedder::{Mood, Service};
use projections::search::embedder::{EmbedError, Embedder};
use search_engine::embedder::{Http, local};

fn texts(many: usize) -> Vec<String> {
    (0..many).map(|n| format!("{n}번째 감귤")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_text_gets_its_own_vector_of_length_one_in_bounded_requests() {
    let service = Service::start("model").await;
    let embedder = Http::new(&service.settings).expect("it speaks HTTPS");
    assert_eq!(embedder.dimensions(), None, "nothing was asked yet");
    let texts = texts(70);
    let vectors = embedder.embed(texts.clone()).await.expect("vectors");
    for (text, vector) in texts.iter().zip(&vectors) {
        let off = vector.iter().zip(local::vector(text)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 1e-5, "{text}: {off}");
    }
    assert_eq!((vectors.len(), embedder.dimensions()), (70, Some(256)));
    let requests = service.requests();
    let sizes: Vec<_> = requests.iter().map(|body| body["input"].as_array().expect("texts").len()).collect();
    assert_eq!(sizes, [32, 32, 6]);
    assert_eq!(requests[0]["model"], "model");
    assert!(requests[0].get("dimensions").is_none(), "models that can't shorten theirs refuse it");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_as_it_should_be_is_none() {
    let service = Service::start("model").await;
    let embedder = Http::new(&service.settings).expect("it speaks HTTPS");
    embedder.embed(texts(2)).await.expect("its first answer tells how long its vectors are");
    for mood in [
        Mood::Failing(500),
        Mood::Failing(401),
        Mood::Failing(429),
        Mood::Failing(302),
        Mood::Cut(255),
        Mood::Cut(0),
        Mood::Short,
        Mood::Garbage,
        Mood::Endless,
    ] {
        service.be(mood);
        let error = embedder.embed(texts(2)).await.expect_err("no vectors");
        assert!(matches!(error, EmbedError::Away(_)), "{mood:?}: {error}");
        let shown = format!("{error:?}");
        assert!(!shown.contains("127.0.0.1") && !shown.contains(crate::support::embedder::KEY), "{shown}");
    }
    service.be(Mood::Refusing("감귤"));
    let error = embedder.embed(texts(2)).await.expect_err("refused");
    assert!(matches!(error, EmbedError::Refused(_)), "{error}");
    service.be(Mood::Well);
    embedder.embed(texts(2)).await.expect("well again");
    let mut settings = service.settings.clone();
    settings.dimensions = Some(128);
    let shorter = Http::new(&settings).expect("it speaks HTTPS");
    shorter.embed(texts(1)).await.expect_err("it does not shorten them");
    assert_eq!(service.requests().last().expect("it was asked")["dimensions"], 128);
    service.be(Mood::Cut(128));
    shorter.embed(texts(1)).await.expect("as long as they were to be");
    drop(service);
    let error = embedder.embed(texts(1)).await.expect_err("nobody is there");
    assert!(matches!(error, EmbedError::Away(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_is_away_words_go_on_and_closeness_is_told_later() {
    let service = Service::start("model").await;
    service.be(Mood::Failing(500));
    let settings = service.settings.clone();
    let app = TestApp::start_with(|changed| changed.embedder = Some(settings)).await;
    let mina = app.enrol("mina").await;
    let post = mina.publish("제주 감귤을 먹었다").await;
    assert_eq!(find(&app, &mina, "posts", "감귤", "").await.items().len(), 1);
    let quick = |path: String| mina.request(reqwest::Method::GET, &path).header("prefer", "wait=0");
    for mode in ["similar", "hybrid"] {
        let path = format!("/v1/search/posts?q=%EA%B0%90%EA%B7%A4&mode={mode}");
        let problem = quick(path).send().await.expect_problem(503, "embedder_unavailable");
        assert_eq!(problem.header("retry-after"), "5");
    }
    let none = quick(format!("/v1/posts/{post}/similar")).send().await.expect(200);
    assert!(none.items().is_empty());
    // A post that the model never takes keeps no other post from its vector.
    service.be(Mood::Refusing("금지"));
    mina.publish("금지된 감귤을 먹었다").await;
    mina.publish("감귤을 또 먹었다").await;
    let found = find(&app, &mina, "posts", "감귤을 먹었다", "&mode=similar").await;
    let mut texts = found.each("text");
    texts.sort();
    assert_eq!(texts, ["감귤을 또 먹었다", "제주 감귤을 먹었다"]);
    assert_eq!(found.json["embedder"], "model");
    let hybrid = find(&app, &mina, "posts", "감귤", "&mode=hybrid").await;
    assert_eq!(hybrid.items().len(), 3, "by its words");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_does_not_answer_is_not_waited_for() {
    let service = Service::start("model").await;
    service.be(Mood::Silent);
    let settings = service.settings.clone();
    let app = TestApp::start_with(|changed| changed.embedder = Some(settings)).await;
    let nobody = app.nobody();
    let search = nobody.get("/v1/search/posts?q=%EA%B0%90&mode=similar");
    let answer = tokio::time::timeout(std::time::Duration::from_secs(20), search).await;
    answer.expect("some seconds at most").expect_problem(503, "embedder_unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn likes_and_names_are_not_embedded_and_a_like_makes_no_vector_anew() {
    let service = Service::start("model").await;
    let settings = service.settings.clone();
    let app = TestApp::start_with(|changed| changed.embedder = Some(settings)).await;
    let mina = app.enrol("mina").await;
    let post = mina.publish("제주 감귤 #귤").await;
    find(&app, &mina, "posts", "다른 말", "&mode=similar").await;
    let before = service.requests().len();
    mina.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204);
    assert_eq!(find(&app, &mina, "posts", "다른 말", "&mode=similar").await.items().len(), 0);
    let requests = service.requests();
    assert_eq!(requests.len(), before + 1, "only what was searched");
    assert_eq!(requests[0]["input"][0], "제주 감귤 #귤\n귤");
}
