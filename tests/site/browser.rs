//! The search page in a real browser: typing, keys, tabs, going back, a phone, no scripts, and for people who
//! see or move in other ways.

use crate::media::ready;
use crate::support::TestApp;
use crate::support::browser::{Browser, DESK, Habits, Key, PHONE};
use serde_json::json;

/// A node with posts to find; the index has all of them when this returns.
async fn yard() -> TestApp {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("소라").await);
    let photo = json!({ "media_id": ready(&mina).await, "alternative_text": "귤 상자" });
    let body = json!({ "title": "귤 따기", "text": "제주 감귤밭에서 #제주", "photos": [photo] });
    let post = mina.post("/v1/posts", body).await.expect(201).id();
    sora.comment(&post, "저도 가고 싶어요").await;
    sora.publish("감귤 잼 만들기 #요리").await;
    sora.publish("한강 산책 #서울").await;
    mina.see(&app, "/v1/search/posts").await.expect(200);
    app
}

const COUNT: &str = "document.querySelectorAll('.hit').length";

#[tokio::test(flavor = "multi_thread")]
async fn results_come_as_one_types_and_the_address_keeps_them() {
    let app = yard().await;
    let browser = Browser::open(&app.url, "/", DESK).await;
    browser.until(COUNT, 3).await;
    browser.type_keys("/").await;
    browser.until("document.activeElement.id", "q").await;
    browser.type_keys("감귤").await;
    browser.until(COUNT, 2).await;
    assert_eq!(browser.address().await, "/?q=%EA%B0%90%EA%B7%A4");
    browser.until("document.querySelector('[role=status]').textContent", "약 2개를 찾았어요").await;
    browser.until("document.title", "감귤 · 마당").await;
    browser.type_keys(" 잼").await;
    browser.until(COUNT, 1).await;
    browser.press(Key::Enter).await;
    // The letters make one search in the browser's history, however many they are: back leads to where the
    // search began.
    browser.back().await;
    browser.until(COUNT, 3).await;
    assert_eq!(browser.address().await, "/");
    browser.until("document.getElementById('q').value", "").await;
    browser.forward().await;
    browser.until("document.getElementById('q').value", "감귤 잼").await;
    browser.until(COUNT, 1).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_and_bounds_are_followed_in_place_and_back_undoes_them() {
    let app = yard().await;
    let browser = Browser::open(&app.url, "/?q=감귤", DESK).await;
    browser.click_link("사진").await;
    browser.until("document.querySelectorAll('.grid img').length", 1).await;
    assert!(browser.address().await.ends_with("&tab=photos"));
    browser.until("document.querySelector('.tabs [aria-current]').textContent", "사진").await;
    browser.until("document.querySelector('.grid img').naturalWidth > 0", true).await;
    browser.back().await;
    browser.until(COUNT, 2).await;
    browser.click("aside a[href*='tag=']").await;
    browser.until(COUNT, 1).await;
    browser.click(".chips.on a").await;
    browser.until(COUNT, 2).await;
    browser.click_link("사람").await;
    browser.until("!!document.querySelector('.empty')", true).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_done_by_keys() {
    let app = yard().await;
    let browser = Browser::open(&app.url, "/", DESK).await;
    browser.type_keys("/").await;
    browser.type_keys("소").await;
    browser.until("document.getElementById('suggestions').children.length", 1).await;
    browser.until("document.getElementById('q').getAttribute('aria-expanded')", "true").await;
    browser.press(Key::Down).await;
    browser.until("document.getElementById('q').getAttribute('aria-activedescendant')", "suggestion-0").await;
    browser.press(Key::Escape).await;
    browser.until("document.getElementById('suggestions').hidden", true).await;
    browser.until("document.getElementById('q').value", "소").await;
    browser.press(Key::Escape).await;
    browser.until("document.getElementById('q').value", "").await;
    browser.until(COUNT, 3).await;
    // The keys lead down among the hits, and up again into the field.
    browser.press(Key::Down).await;
    browser.until("document.activeElement === document.querySelectorAll('.hit')[0]", true).await;
    browser.press(Key::Down).await;
    browser.until("document.activeElement === document.querySelectorAll('.hit')[1]", true).await;
    browser.press(Key::Escape).await;
    browser.until("document.activeElement.id", "q").await;
    browser.press(Key::Down).await;
    browser.press(Key::Enter).await;
    browser.until("location.pathname.startsWith('/posts/')", true).await;
    // The first letters of a syllable are enough to find a tag.
    browser.type_keys("/").await;
    browser.type_keys("요ㄹ").await;
    browser.until("document.querySelector('[role=option]')?.textContent", "#요리1").await;
    browser.press(Key::Down).await;
    browser.press(Key::Enter).await;
    browser.until("location.pathname + location.search", "/?q=%23%EC%9A%94%EB%A6%AC").await;
    browser.until(COUNT, 1).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_shows_all_of_it_without_pushing_it_to_and_fro() {
    let app = yard().await;
    let browser = Browser::open(&app.url, "/?q=감귤", PHONE).await;
    assert!(browser.fits().await);
    browser.until("document.querySelector('aside details').open", false).await;
    for path in ["/", "/?q=감귤&tab=photos", "/?tab=people", "/?tab=tags", "/@mina", "/@nobody"] {
        browser.goto(path).await;
        assert!(browser.fits().await, "{path}");
    }
    browser.goto("/?q=귤 따기").await;
    browser.click(".hit").await;
    browser.until("document.querySelector('h1').textContent", "귤 따기").await;
    assert!(browser.fits().await);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_forms_and_links_do_the_same() {
    let app = yard().await;
    let browser = Browser::open(&app.url, "/", Habits { scripts: false, ..DESK }).await;
    browser.click("#q").await;
    browser.type_keys("감귤").await;
    browser.click("#search button").await;
    assert_eq!(
        (browser.count(".hit").await, browser.address().await.as_str()),
        (2, "/?q=%EA%B0%90%EA%B7%A4")
    );
    browser.click_link("사진").await;
    assert_eq!(browser.count(".hit").await, 1);
    browser.click(".hit").await;
    assert!(browser.address().await.starts_with("/posts/"));
    browser.back().await;
    assert_eq!(browser.count(".hit").await, 1);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_serious_stands_in_the_way_of_anyone() {
    let app = yard().await;
    let post =
        app.nobody().get("/v1/posts").await.expect(200).items()[0]["id"].as_str().expect("an id").to_owned();
    let browser = Browser::open(&app.url, "/", DESK).await;
    let post = format!("/posts/{post}");
    let paths = [
        "/",
        "/?q=감귤",
        "/?q=감귤&tab=photos",
        "/?tab=people",
        "/?tab=tags",
        "/?q=없음",
        "/@mina",
        "/@nobody",
        &post,
    ];
    for path in paths {
        browser.goto(path).await;
        assert_eq!(browser.barriers().await, Vec::<String>::new(), "{path}");
    }
    browser.goto("/").await;
    browser.type_keys("/").await;
    browser.type_keys("소").await;
    browser.until("document.getElementById('suggestions').children.length", 1).await;
    browser.press(Key::Down).await;
    assert_eq!(browser.barriers().await, Vec::<String>::new(), "with suggestions");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_told_and_what_was_found_stays() {
    let mut app = yard().await;
    let browser = Browser::open(&app.url, "/?q=감귤", Habits { language: "en", ..DESK }).await;
    browser.until(COUNT, 2).await;
    app.stop().await;
    browser.click_link("Photos").await;
    browser
        .until(
            "document.querySelector('[role=alert]')?.textContent",
            "No connection. Check the network and try again.",
        )
        .await;
    browser.until(COUNT, 2).await;
    browser.close().await;
}
