//! Posts by closeness: to a post, and to the words in the search field.

use super::find;
use crate::import::{Data, folder};
use crate::support::TestApp;
use crate::support::client::{Answer, Person};
use crate::support::embedder::Service;
use serde_json::json;

async fn similar(app: &TestApp, by: &Person, post: &str) -> Answer {
    by.see(app, &format!("/v1/posts/{post}/similar")).await.expect(200)
}

fn sorted(answer: &Answer) -> Vec<String> {
    let mut texts = answer.each("text");
    texts.sort();
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn close_wording_is_found_among_real_posts_the_closest_first() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let data = Data::read(&folder());
    for (_, text) in data.posts.iter().step_by(data.posts.len() / 150) {
        mina.publish(text).await;
    }
    let post = mina.publish("제주에서 감귤을 따서 친구들과 나누어 먹었다").await;
    mina.publish("친구들과 제주 감귤을 나누어 먹었어요").await;
    mina.publish("감귤을 따서 먹었다 제주에서").await;
    let found = similar(&app, &mina, &post).await;
    assert_eq!(found.json["embedder"], "local-ngrams-1");
    let texts = found.each("text");
    let closest = ["친구들과 제주 감귤을 나누어 먹었어요", "감귤을 따서 먹었다 제주에서"];
    assert!(
        texts.len() >= 2 && closest.iter().all(|text| texts[..2].contains(&(*text).to_owned())),
        "{texts:?}"
    );
    let closeness: Vec<f64> =
        found.items().iter().map(|item| item["closeness"].as_f64().expect("a number")).collect();
    assert!(closeness.is_sorted_by(|a, b| a >= b) && closeness.iter().all(|x| *x >= 0.3), "{closeness:?}");
    assert!(!found.each("id").contains(&post), "not itself");

    let query = "감귤을 따서 나누어 먹는 친구";
    assert_eq!(find(&app, &mina, "posts", query, "").await.items().len(), 0, "not every word is in one post");
    let found = find(&app, &mina, "posts", query, "&mode=similar&explain=true").await;
    assert!(found.each("id").contains(&post), "{:?}", found.each("text"));
    assert_eq!(found.json["embedder"], "local-ngrams-1");
    assert_eq!(found.json["total"], found.items().len());
    let explanation = &found.items()[0]["explanation"];
    assert!(explanation["near"].as_f64().is_some_and(|near| near > 0.3), "{explanation}");
    let nonsense = find(&app, &mina, "posts", "쀍뾿쮋 꿻쒧뷁", "&mode=similar").await;
    assert_eq!(nonsense.each("text"), [""; 0]);
    assert!(find(&app, &mina, "posts", "감귤", "").await.json.get("embedder").is_none(), "none was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn hybrid_finds_what_either_finds_within_all_bounds_and_page_by_page() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    for n in 0..6 {
        mina.publish(&format!("감귤 농장에서 {n}번째로 일한 하루의 긴 이야기를 여기에 적어 둔다")).await;
        mina.publish(&format!("농장의 감귤을 따다 {n}")).await;
    }
    mina.publish("농장의 감귤을 따는 광고 #제주").await;
    sora.publish("농장 감귤을 따요 #제주").await;
    let ids = async |mode: &str, more: &str| {
        let mut ids = find(&app, &mina, "posts", "감귤 농장", &format!("&mode={mode}&limit=100{more}"))
            .await
            .each("id");
        ids.sort();
        ids
    };
    let (words, near, both) = (ids("keyword", "").await, ids("similar", "").await, ids("hybrid", "").await);
    let mut either = [words.clone(), near].concat();
    either.sort();
    either.dedup();
    assert_eq!(both, either);
    assert_eq!(words.len(), 14);
    let path = "/v1/search/posts?q=%EA%B0%90%EA%B7%A4%20%EB%86%8D%EC%9E%A5";
    for mode in ["similar", "hybrid"] {
        let whole = mina.get(&format!("{path}&mode={mode}&limit=100")).await.expect(200);
        let pages = mina.walk(&format!("{path}&mode={mode}&limit=3"), "id").await;
        assert_eq!(pages, whole.each("id"), "{mode}");
    }
    for mode in ["similar", "hybrid"] {
        let found = |q: &'static str, more: &'static str| find(&app, &mina, "posts", q, more);
        let more = if mode == "similar" { "&mode=similar" } else { "&mode=hybrid" };
        let without = found("감귤 농장 -광고", more).await.each("text");
        assert!(!without.is_empty() && without.iter().all(|text| !text.contains("광고")), "{mode}");
        assert_eq!(found("감귤 농장 from:sora", more).await.each("text"), ["농장 감귤을 따요 #제주"]);
        assert_eq!(found("감귤 농장 #제주", more).await.items().len(), 2, "{mode}");
        let newest = format!("{more}&sort=newest&facets=true");
        let newest = find(&app, &mina, "posts", "감귤 농장", &newest).await;
        assert_eq!(newest.each("text")[0], "농장 감귤을 따요 #제주");
        assert_eq!(newest.json["facets"]["tags"][0], json!({ "value": "제주", "count": 2 }));
        let none = found("from:sora", more).await;
        assert_eq!(none.items().len(), 1, "without words there are only bounds");
        assert!(none.json.get("embedder").is_none());
    }
    let first = find(&app, &mina, "posts", "감귤", "&mode=similar&limit=1").await;
    let cursor = first.json["next_cursor"].as_str().expect("more follow");
    let other = format!("/v1/search/posts?q=x&cursor={cursor}");
    assert_eq!(mina.get(&other).await.status, 400, "a cursor is good for its mode");
    assert_eq!(mina.get("/v1/search/posts?q=x&mode=magic").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shown_by_closeness_what_they_may_not_see() {
    let app = TestApp::start().await;
    let (mina, sora, other) = (app.enrol("mina").await, app.enrol("sora").await, app.enrol("other").await);
    sora.follow(&mina).await;
    let open = mina.publish("모두가 보는 제주 감귤 이야기").await;
    let secret = json!({ "text": "우리만 보는 제주 감귤 이야기", "visibility": "followers" });
    let secret = mina.post("/v1/posts", secret).await.expect(201).id();
    let others = other.publish("남이 보는 제주 감귤 이야기").await;
    let shown = async |by: &Person, post: &str| sorted(&similar(&app, by, post).await);
    assert_eq!(shown(&sora, &others).await.len(), 2);
    assert_eq!(shown(&other, &others).await, ["모두가 보는 제주 감귤 이야기"]);
    assert_eq!(shown(&app.nobody(), &others).await, ["모두가 보는 제주 감귤 이야기"]);
    let path = format!("/v1/posts/{secret}/similar");
    other.see(&app, &path).await.expect_problem(404, "post_not_found");
    let nothing = format!("/v1/posts/{}/similar", uuid::Uuid::now_v7());
    other.see(&app, &nothing).await.expect_problem(404, "post_not_found");
    for mode in ["similar", "hybrid"] {
        let found = find(&app, &other, "posts", "제주 감귤 이야기", &format!("&mode={mode}")).await;
        assert_eq!((found.items().len(), &found.json["total"]), (2, &json!(2)), "{mode}");
    }
    mina.put_empty("/v1/users/sora/block").await.expect(204);
    assert_eq!(shown(&sora, &others).await, [""; 0]);
    mina.delete("/v1/users/sora/block").await.expect(204);
    assert_eq!(shown(&sora, &others).await.len(), 1);
    mina.patch(&format!("/v1/posts/{open}"), json!({ "text": "밤하늘의 별을 세다" })).await.expect(200);
    assert_eq!(shown(&sora, &others).await, [""; 0], "what it says now counts");
    mina.patch(&format!("/v1/posts/{open}"), json!({ "text": "다시 제주 감귤 이야기" })).await.expect(200);
    assert_eq!(shown(&sora, &others).await.len(), 1);
    mina.delete(&format!("/v1/posts/{open}")).await.expect(204);
    assert_eq!(shown(&sora, &others).await, [""; 0]);
    other.see(&app, &format!("/v1/posts/{open}/similar")).await.expect_problem(404, "post_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_anonymous_is_close_by_its_words_and_names_nobody() {
    let app = TestApp::start().await;
    let (mina, sora, operator) = (app.enrol("mina").await, app.enrol("sora").await, app.operator().await);
    operator.put("/v1/boards/secrets", json!({ "name": "비밀", "anonymous": true })).await.expect(200);
    let body = json!({ "text": "밤에 먹는 제주 감귤 이야기", "board": "secrets" });
    let hidden = mina.post("/v1/posts", body).await.expect(201).id();
    let named = mina.publish("낮에 먹는 제주 감귤 이야기").await;
    let found = similar(&app, &sora, &named).await;
    assert_eq!(found.each("text"), ["밤에 먹는 제주 감귤 이야기"]);
    assert!(found.items()[0]["author"].is_null() && found.items()[0]["alias"]["name"].is_string());
    assert!(!found.json.to_string().contains(&mina.id), "{:#}", found.json);
    let found = similar(&app, &sora, &hidden).await;
    assert_eq!(found.each("text"), ["낮에 먹는 제주 감귤 이야기"]);
    sora.put_empty("/v1/users/mina/block").await.expect(204);
    assert_eq!(similar(&app, &sora, &hidden).await.items().len(), 0);
    let found = find(&app, &sora, "posts", "제주 감귤 이야기", "&mode=similar").await;
    assert_eq!(found.each("text"), ["밤에 먹는 제주 감귤 이야기"], "whom one blocks may be anyone here");
    let by_name = find(&app, &app.nobody(), "posts", "제주 감귤 이야기 from:mina", "&mode=hybrid").await;
    assert_eq!(by_name.each("text"), ["낮에 먹는 제주 감귤 이야기"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_outlast_a_restart_and_another_embedder_makes_its_own() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().to_owned();
    let service = Service::start("one").await;
    let mut app = TestApp::start_with(|settings| {
        settings.search_dir = Some(path.clone());
        settings.embedder = Some(service.settings.clone());
    })
    .await;
    let mina = app.enrol("mina").await;
    let post = mina.publish("제주 감귤 이야기").await;
    mina.publish("감귤 이야기 하나 더").await;
    assert_eq!(similar(&app, &mina, &post).await.items().len(), 1);
    let requests = service.requests().len();
    app.stop().await;

    let mut again = app.second_node(|_| {}).await;
    let found = similar(&again, &mina.at(&again), &post).await;
    assert_eq!((found.items().len(), &found.json["embedder"]), (1, &json!("one")));
    assert_eq!(service.requests().len(), requests, "no vector was made again");
    again.stop().await;

    let another = Service::start("another").await;
    let settings = another.settings.clone();
    let mut third = app.second_node(|changed| changed.embedder = Some(settings)).await;
    let found = similar(&third, &mina.at(&third), &post).await;
    assert_eq!((found.items().len(), &found.json["embedder"]), (1, &json!("another")));
    assert_eq!(another.requests()[0]["input"].as_array().map(Vec::len), Some(2), "all of them");
    third.stop().await;

    // The engine doesn't trust a torn file.
    let files = std::fs::read_dir(path.join("vectors")).expect("it is there");
    let index = files
        .map(|file| file.expect("a file").path())
        .find(|file| file.extension().is_some_and(|e| e == "usearch"));
    std::fs::write(index.expect("an index"), "torn").expect("written");
    let fourth = app.second_node(|changed| changed.embedder = None).await;
    let found = similar(&fourth, &mina.at(&fourth), &post).await;
    assert_eq!((found.items().len(), &found.json["embedder"]), (1, &json!("local-ngrams-1")));
}
