//! The console in a real browser.

use super::{mend, park, staff};
use crate::support::TestApp;
use crate::support::browser::{Browser, DESK, Habits, Key, PHONE};
use crate::support::client::PASSWORD;
use crate::support::log::batch_of_posts;
use serde_json::json;

/// Opens the console and logs in at its door.
pub async fn enter(app: &TestApp, handle: &str, habits: Habits) -> Browser {
    let browser = Browser::open(&app.url, "/console", habits).await;
    log_in(&browser, handle, PASSWORD).await;
    browser.until("!!document.getElementById('live')", true).await;
    browser
}

async fn log_in(browser: &Browser, handle: &str, password: &str) {
    for (field, value) in [("login", handle), ("password", password)] {
        browser.ask(&format!("(document.querySelector('[name={field}]').value = '')")).await;
        browser.click(&format!("[name={field}]")).await;
        browser.type_keys(value).await;
    }
    browser.press(Key::Enter).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_log_in_at_the_door_and_out_again() {
    let app = TestApp::start().await;
    app.register("mina").await;
    staff(&app, "ana", "analyst").await;
    let browser = Browser::open(&app.url, "/console/events", DESK).await;
    log_in(&browser, "ana", "not the password").await;
    browser.until("document.querySelector('[role=alert]').textContent", "아이디나 비밀번호가 달라요.").await;
    log_in(&browser, "mina", PASSWORD).await;
    browser.until("document.querySelector('h1').textContent", "이 계정으로는 볼 수 없어요").await;
    log_in(&browser, "ana", PASSWORD).await;
    browser.until("document.querySelector('h1').textContent", "이벤트").await;
    assert_eq!(browser.address().await, "/console/events");
    browser.click("#log-out").await;
    browser.until("!!document.getElementById('log-in') && location.pathname", "/console").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_access_is_over_is_renewed_without_a_word() {
    let app = TestApp::start_with(|settings| settings.token_ttl = std::time::Duration::from_secs(3)).await;
    let mina = app.enrol("mina").await;
    staff(&app, "ana", "analyst").await;
    let browser = enter(&app, "ana", DESK).await;
    let expired = "fetch('/v1/projections').then((answer) => answer.status)";
    browser.until_later(expired, 401).await;
    // The page stays fresh although the session has expired.
    mina.publish("첫 글").await;
    browser.until("document.getElementById('head').textContent", app.head().await.to_string()).await;
    browser.until_later(expired, 401).await;
    browser.goto("/console/figures").await;
    browser.until("document.querySelector('h1')?.textContent", "통계").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_everything_stands_is_kept_fresh_and_a_rebuild_is_a_button() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    staff(&app, "ada", "admin").await;
    mina.publish("첫 글").await;
    let browser = enter(&app, "ada", DESK).await;
    mina.publish("둘째 글").await;
    browser.until("document.getElementById('head').textContent", app.head().await.to_string()).await;
    browser
        .until("document.querySelector('#projection-posts td').textContent", app.head().await.to_string())
        .await;
    // The swap waits for this batch, so that the page shows the rebuild underway.
    let batch = batch_of_posts(&app.pool).await;
    browser.click("#rebuild-posts").await;
    browser.accept().await;
    browser.until("document.querySelector('#projection-posts progress')?.position", 1).await;
    batch.rollback().await.expect("it ends");
    browser
        .until(
            "document.querySelector('#projection-posts .acts .note')?.textContent.startsWith('다시 만듦 20')",
            true,
        )
        .await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parked_events_are_shown_with_their_error_and_tried_again_by_a_button() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    staff(&app, "ada", "admin").await;
    let post = mina.publish("첫 글").await;
    park(&app, &post).await;
    let browser = enter(&app, "ada", DESK).await;
    let error = "document.querySelector('#parked-posts code')?.textContent.includes('PostPainted')";
    browser.until(error, true).await;
    mend(&app).await;
    browser.click("#retry-posts").await;
    browser.until("!!document.getElementById('parked-posts')", false).await;
    assert_eq!(mina.get(&format!("/v1/posts/{post}")).await.expect(200).json["text"], "고친 글");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_lead_to_a_history_whose_slider_moves_through_what_the_thing_was() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    staff(&app, "ana", "analyst").await;
    let post = mina.publish("첫 글").await;
    for text in ["고친 글", "또 고친 글"] {
        mina.patch(&format!("/v1/posts/{post}"), json!({ "text": text })).await.expect(200);
    }
    let browser = enter(&app, "ana", DESK).await;
    browser.click_link("이벤트").await;
    browser.until("document.querySelector('h1').textContent", "이벤트").await;
    browser.ask("(document.querySelector('[name=type]').value = 'PostEdited')").await;
    browser.click(".filter button").await;
    browser.until("document.querySelectorAll('.events li').length", 2).await;
    browser.click(".events summary").await;
    browser.until("document.querySelector('.events pre').checkVisibility()", true).await;
    browser.click_link("이 대상의 이력").await;
    let was = "[...document.querySelectorAll('.was div')].find((part) => part.firstChild.textContent.startsWith('text'))?.lastChild.textContent";
    browser.until(was, "또 고친 글").await;
    browser.ask("document.getElementById('at').focus()").await;
    browser.press(Key::Left).await;
    browser.until(was, "고친 글").await;
    browser.until("document.querySelector('.steps [aria-current] > a').dataset.at", "2").await;
    browser.press(Key::Left).await;
    browser.until(was, "첫 글").await;
    browser.until("location.search", "?at=1").await;
    browser.click("[data-at='3']").await;
    browser.until(was, "또 고친 글").await;
    browser.until("document.getElementById('at-shown').value", "3").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_serious_stands_in_the_way_of_anyone_at_a_desk_or_with_a_phone() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    staff(&app, "ada", "admin").await;
    let post = mina.publish("첫 글").await;
    park(&app, &post).await;
    let aggregate = format!("/console/history/post/{post}");
    let paths = [
        "/console",
        "/console/events",
        "/console/events?since=2100-01-01",
        "/console/history",
        &aggregate,
        "/console/figures",
        "/console/events?id=x",
    ];
    let outside = Browser::open(&app.url, "/console", PHONE).await;
    assert_eq!(outside.barriers().await, Vec::<String>::new(), "at the door");
    assert!(outside.fits().await, "the door");
    outside.close().await;
    for habits in [DESK, PHONE] {
        let browser = enter(&app, "ada", habits).await;
        for path in paths {
            browser.goto(path).await;
            assert!(browser.fits().await, "{path}");
            assert_eq!(browser.barriers().await, Vec::<String>::new(), "{path}");
        }
        browser.close().await;
    }
}
