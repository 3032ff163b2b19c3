//! Hits: which words find what, and how it is shown.

use super::meilisearch::start;
use super::{find, posts};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;
use unicode_normalization::UnicodeNormalization;

#[tokio::test(flavor = "multi_thread")]
async fn korean_words_are_found_inside_others_and_with_any_particle() {
    let app = start().await;
    let mina = app.enrol("mina").await;
    for text in ["한글은 쉽다", "대한글자모임", "한 글 띄움", "글한한", "오늘의 훈민정음"]
    {
        mina.publish(text).await;
    }
    let mut found = posts(&app, &mina, "한글").await;
    found.sort();
    assert_eq!(found, ["대한글자모임", "한글은 쉽다"]);
    let apart: String = "한글".nfd().collect();
    assert_ne!(apart, "한글");
    assert_eq!(posts(&app, &mina, &apart).await.len(), 2, "typed by parts");
    assert_eq!(posts(&app, &mina, "한글 쉽").await, ["한글은 쉽다"], "every word must be found");
    assert_eq!(posts(&app, &mina, "정").await, ["오늘의 훈민정음"], "one syllable");
    assert_eq!(posts(&app, &mina, "없는말").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn japanese_chinese_and_latin_words_are_found_too() {
    let app = start().await;
    let mina = app.enrol("mina").await;
    for text in ["東京都に住む", "我住在北京", "Rust로 짠 서버", "postgres 데이터베이스", "ＦＵＬＬ width"]
    {
        mina.publish(text).await;
    }
    for (q, text) in [
        ("京都", "東京都に住む"),
        ("北京", "我住在北京"),
        ("rust", "Rust로 짠 서버"),
        ("rus", "Rust로 짠 서버"),
        ("postgers", "postgres 데이터베이스"),
        ("full", "ＦＵＬＬ width"),
    ] {
        assert_eq!(posts(&app, &mina, q).await, [text], "{q}");
    }
    assert_eq!(
        posts(&app, &mina, "\"rus\"").await,
        [""; 0],
        "exact words have no typos and no ends left out"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn signs_of_the_query_language_mean_what_the_page_says() {
    let app = start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("소라").await);
    mina.publish("제주 감귤 광고 #제주").await;
    mina.publish("감귤 제주 바다 #제주").await;
    sora.publish("제주 바다 감귤").await;
    let all = |q: &'static str| posts(&app, &mina, q);
    assert_eq!(all("감귤").await.len(), 3);
    assert_eq!(all("감귤 -광고").await.len(), 2);
    assert_eq!(all("\"제주 바다\" from:소라").await, ["제주 바다 감귤"]);
    assert_eq!(all("\"제주 바다\"").await.len(), 2);
    assert_eq!(all("#제주 -광고").await, ["감귤 제주 바다 #제주"]);
    assert_eq!(all("from:mina").await.len(), 2);
    assert_eq!(all("from:nobody_here").await, [""; 0]);
    assert_eq!(all("소라").await, ["제주 바다 감귤"], "an author's name finds what they wrote");
    assert_eq!(all("").await.len(), 3, "no words find everything");
}

#[tokio::test(flavor = "multi_thread")]
async fn titles_weigh_more_than_texts_and_liked_and_new_posts_more_than_others() {
    let app = start().await;
    let people = app.enrol_many("p", 6).await;
    let plain = people[0].publish("감귤 하나").await;
    let body = json!({ "title": "감귤", "text": "제목에 하나" });
    let titled = people[0].post("/v1/posts", body).await.expect(201).id();
    let liked = people[0].publish("감귤 둘임").await;
    for person in &people {
        person.put_empty(&format!("/v1/posts/{liked}/like")).await.expect(204);
    }
    let found = find(&app, &people[0], "posts", "감귤", "&explain=true").await;
    assert_eq!(found.each("id"), [titled, liked.clone(), plain.clone()]);
    let explained = &found.items()[1]["explanation"];
    assert!(
        explained["words"].as_f64() > Some(0.0) && explained["likes"].as_f64() > Some(1.0),
        "{explained}"
    );
    let most = find(&app, &people[0], "posts", "감귤", "&sort=most_liked&limit=1").await;
    assert_eq!(most.each("id"), [liked]);
    let newest = find(&app, &people[0], "posts", "하나", "&sort=newest").await;
    assert_eq!(newest.each("id").last(), Some(&plain));
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_narrow_and_facets_count_what_was_found() {
    let app = start().await;
    let (mina, operator) = (app.enrol("mina").await, app.operator().await);
    operator.put("/v1/boards/market", json!({ "name": "장터", "anonymous": false })).await.expect(200);
    mina.publish("감귤 #제주 #과일").await;
    mina.publish("감귤 #제주").await;
    mina.post("/v1/posts", json!({ "text": "감귤 팝니다", "board": "market" })).await.expect(201);
    mina.publish("orange juice 감귤 fresh and cold, every single morning").await;
    let found = find(&app, &mina, "posts", "감귤", "&facets=true").await;
    assert_eq!(found.json["total"], 4);
    let facets = &found.json["facets"];
    assert_eq!(facets["tags"][0], json!({ "value": "제주", "count": 2 }));
    assert_eq!(facets["languages"][0], json!({ "value": "ko", "count": 3 }));
    assert_eq!(facets["boards"].as_array().map(Vec::len), Some(1));
    assert_eq!(facets["with_photos"], 0);
    let narrowed = async |bounds: &str| find(&app, &mina, "posts", "감귤", bounds).await.items().len();
    assert_eq!(narrowed("&tag=과일").await, 1);
    assert_eq!(narrowed("&author=mina").await, 4);
    assert_eq!(narrowed("&author=nobody_here").await, 0);
    assert_eq!(narrowed("&board=market").await, 1);
    assert_eq!(narrowed("&language=latin").await, 1);
    assert_eq!(narrowed("&has_photos=true").await, 0);
    assert_eq!(narrowed("&from=2020-01-01").await, 4);
    assert_eq!(narrowed("&to=2020-01-01").await, 0);
    for (query, code) in [
        ("?q=x&from=yesterday", "invalid_time"),
        ("?q=x&from=-4800-01-01", "invalid_time"),
        ("?q=x&to=%2B262142-01-01", "invalid_time"),
        ("?q=x&board=nowhere", "unknown_board"),
        ("?sort=best", "invalid_query"),
        ("?cursor=zzz", "invalid_cursor"),
    ] {
        let refused = mina.get(&format!("/v1/search/posts{query}")).await;
        refused.expect_problem(400, code);
    }
    let long = "가".repeat(201);
    mina.get(&format!("/v1/search/posts?q={long}")).await.expect_problem(400, "invalid_words");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_someone_made_reserves_nothing() {
    let app = start().await;
    let mina = app.enrol("mina").await;
    let post = mina.publish("바다").await;
    find(&app, &mina, "posts", "바다", "").await;
    let now = chrono::Utc::now().timestamp_millis();
    let cursor = |list: &str, offset: u64, now: i64| {
        let cursor = json!({ "v": 1, "list": list, "after": { "offset": offset, "now": now } });
        BASE64_URL_SAFE_NO_PAD.encode(cursor.to_string())
    };
    let nowhere = [10_000, 10_u64.pow(13), 10_u64.pow(18), 1 << 63, u64::MAX].map(|offset| (offset, now));
    let never = [-1, i64::MIN, now + 86_400_000, i64::MAX].map(|now| (1, now));
    for (path, list) in [
        ("/v1/search/posts?q=바다", "search_posts"),
        ("/v1/search/posts?q=바다&sort=newest", "search_posts_newest"),
        ("/v1/search/posts?q=바다&sort=most_liked", "search_posts_most_liked"),
        ("/v1/search/posts?q=바다&mode=similar", "search_posts_similar"),
        ("/v1/search/people?q=m", "search_people"),
        ("/v1/search/tags?q=바다", "search_tags"),
        (&format!("/v1/posts/{post}/similar?limit=1"), "similar_posts"),
    ] {
        let deepest = cursor(list, 9_999, now);
        let last = mina.get(&format!("{path}&cursor={deepest}")).await.expect(200);
        assert!(last.items().is_empty(), "{}", last.text);
        for (offset, now) in nowhere.into_iter().chain(never) {
            let made = cursor(list, offset, now);
            mina.get(&format!("{path}&cursor={made}")).await.expect_problem(400, "invalid_cursor");
        }
    }
    let made = cursor("search_posts", 10_u64.pow(13), now);
    assert_eq!(mina.get(&format!("/?q=바다&cursor={made}")).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_everything_once() {
    let app = start().await;
    let mina = app.enrol("mina").await;
    for n in 0..25 {
        mina.publish(&format!("쪽 {n}")).await;
    }
    find(&app, &mina, "posts", "쪽", "").await;
    for sort in ["relevance", "newest", "most_liked"] {
        let mut all = mina.walk(&format!("/v1/search/posts?q=쪽&limit=4&sort={sort}"), "text").await;
        assert_eq!(all.len(), 25, "{sort}");
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 25, "{sort}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_is_marked_in_html_that_is_safe() {
    let app = start().await;
    let mina = app.enrol("mina").await;
    mina.publish("<script>감귤</script> & 감귤밭").await;
    let found = find(&app, &mina, "posts", "감귤", "").await;
    assert_eq!(
        found.items()[0]["highlights"]["text"],
        "&lt;script&gt;<mark>감귤</mark>&lt;/script&gt; &amp; <mark>감귤</mark>밭"
    );
    let engine = if super::meilisearch::named().is_some() { "meilisearch" } else { "embedded" };
    assert_eq!(found.json["engine"], engine);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_meant_is_offered_where_it_finds_more_than_the_little_that_was_found() {
    let app = start().await;
    let mina = app.enrol("mina").await;
    for text in ["카페 wifi 됩니다", "감귤 따기", "감귤 광고", "안녕하세요"] {
        mina.publish(text).await;
    }
    for n in 0..4 {
        mina.publish(&format!("go 언어 {n}")).await;
        mina.publish(&format!("해 {n}")).await;
    }
    for (typed, meant) in [
        ("rkarbf", Some("감귤")),
        ("rkarbf -광고", Some("감귤 -광고")),
        ("dkssud", Some("안녕")),
        // These words are found.
        ("wifi", None),
        ("WiFi", None),
        ("go", None),
        ("GO", None),
        // Neither this word is found nor what its keys give in Korean.
        ("ekfr", None),
    ] {
        let found = find(&app, &mina, "posts", typed, "").await;
        assert_eq!(found.json["suggestion"].as_str(), meant, "{typed}");
    }
    // The bounds of the search hold for the offer, too.
    let bound = find(&app, &mina, "posts", "rkarbf", "&has_photos=true").await;
    assert_eq!(bound.json["suggestion"].as_str(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_tags_are_found_by_parts_initials_and_what_was_meant() {
    let app = start().await;
    let operator = app.operator().await;
    for (handle, display_name, bio) in [("감귤나무", "김미나", "제주에서 귤을"), ("sora", "이소라", "")]
    {
        let body = json!({ "handle": handle, "display_name": display_name, "bio": bio });
        operator.post("/v1/users", body).await.expect(201);
    }
    let sora = app.enrol("other").await;
    sora.publish("#감귤 #감귤밭 #한강 #고구마").await;
    let people = async |q: &str| find(&app, &sora, "people", q, "").await.each("handle");
    let tags = async |q: &str| find(&app, &sora, "tags", q, "").await.each("tag");
    for q in ["귤나", "ㄱㄱ", "ㄱㅁㄴ", "미나", "제주", "감귤나무"] {
        assert_eq!(people(q).await, ["감귤나무"], "{q}");
    }
    assert_eq!(people("sor").await, ["sora"]);
    let mut found = tags("ㄱㄱ").await;
    found.sort();
    assert_eq!(found, ["감귤", "감귤밭", "고구마"]);
    assert_eq!(tags("#밭").await, ["감귤밭"]);
    assert_eq!(tags("강").await, ["한강"]);
    let meant = find(&app, &sora, "tags", "rkarbf", "").await;
    assert_eq!((meant.json["suggestion"].as_str(), meant.items().len()), (Some("감귤"), 0));
    let marked = find(&app, &sora, "people", "귤나", "").await;
    assert_eq!(marked.items()[0]["highlights"]["handle"], "감<mark>귤나</mark>무");
}
