//! The console's pages as the server sends them.

use super::staff;
use crate::boards::{open_at_any_hour, publish_on};
use crate::history::analyst;
use crate::site::page;
use crate::support::TestApp;
use serde_json::json;

/// The positions of the events on a page of events.
fn positions(html: &str) -> Vec<i64> {
    let each = html.split("<span class=\"at\">").skip(1);
    each.map(|rest| rest.split('<').next().expect("a number").parse().expect("a number")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_without_a_role_gets_past_the_door() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let post = mina.publish("첫 글").await;
    let aggregate = format!("/console/history/post/{post}");
    let paths = ["/console", "/console/events", "/console/history", &aggregate, "/console/figures"];
    for path in paths {
        let (status, html) = page(&app, &app.nobody(), path).await;
        assert!(status == 401 && html.contains("id=\"log-in\""), "{path}: {html}");
        assert!(!html.contains("첫 글") && !html.contains("aria-current"), "{path}: {html}");
        let (status, html) = page(&app, &mina, path).await;
        assert!(status == 403 && html.contains("이 계정으로는 볼 수 없어요"), "{path}: {html}");
        assert!(!html.contains("첫 글"), "{path}: {html}");
    }
    let (ana, ada) = (analyst(&app, "ana").await, staff(&app, "ada", "admin").await);
    for path in paths {
        for person in [&ana, &ada] {
            let (status, html) = page(&app, person, path).await;
            assert!(status == 200 && html.contains("aria-current=\"page\""), "{path}: {html}");
        }
    }
    // The buttons that change anything are on an admin's pages only.
    let rebuild = "data-post=\"/v1/projections/posts/rebuild\"";
    assert!(page(&app, &ada, "/console").await.1.contains(rebuild));
    let (_, html) = page(&app, &ana, "/console").await;
    assert!(!html.contains("data-post") && html.contains("관리자만"), "{html}");
    let english = ana.request(reqwest::Method::GET, "/console").header("accept-language", "en").send().await;
    assert!(english.text.contains("Head position") && english.text.contains("<html lang=\"en\">"));
    let policy = ana.get("/console").await;
    assert!(policy.header("content-security-policy").contains("script-src 'self'"));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_newest_first_and_are_narrowed_down_page_by_page() {
    let app = TestApp::start().await;
    let (ana, mina, sora) = (analyst(&app, "ana").await, app.enrol("mina").await, app.enrol("sora").await);
    let first = mina.publish("<b>첫 글</b>").await;
    for n in 0..60 {
        mina.publish(&format!("{n}번째 글")).await;
    }
    sora.put_empty(&format!("/v1/posts/{first}/like")).await.expect(204);
    let head = app.head().await;
    let (_, html) = page(&app, &ana, "/console/events").await;
    let newest: Vec<i64> = (head - 49..=head).rev().collect();
    assert_eq!(positions(&html), newest);
    let (_, older) = html.split_once("<p class=\"more\"><a href=\"").expect("older ones");
    let older = older.split('"').next().expect("an address").replace("&#38;", "&");
    let (_, html) = page(&app, &ana, &older).await;
    assert_eq!(positions(&html), (1..=head - 50).rev().collect::<Vec<_>>());
    assert!(!html.contains("class=\"more\"") && html.contains("&#60;b&#62;첫 글"), "{html}");

    // An empty field of a form asks for nothing.
    let filtered = async |query: &str| {
        let path = format!("/console/events?aggregate=&type=&id=&actor=&since=&until=&{query}");
        page(&app, &ana, &path).await
    };
    assert_eq!(positions(&filtered("type=Liked").await.1), [head]);
    assert_eq!(positions(&filtered(&format!("actor={}", sora.id)).await.1), [head]);
    assert_eq!(positions(&filtered(&format!("aggregate=post&id={first}")).await.1), [head - 61]);
    assert_eq!(positions(&filtered("aggregate=user").await.1).len(), 4);
    let (status, html) = filtered("since=2100-01-01").await;
    assert!(status == 200 && html.contains("이런 이벤트가 없어요"), "{html}");
    for wrong in ["id=x", "type=Wish", "since=soon", "wish=1"] {
        let (status, html) = filtered(wrong).await;
        assert!(status == 400 && html.contains("이렇게는 볼 수 없어요"), "{wrong}: {html}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_anonymous_or_erased_is_so_in_the_console() {
    let app = TestApp::start().await;
    open_at_any_hour(&app).await;
    let (ana, mina) = (analyst(&app, "ana").await, app.enrol("mina").await);
    let whispered = publish_on(&mina, "night", "밤 이야기").await.expect(201).id();
    let named = mina.publish("미나의 비밀").await;
    for path in ["/console/events?type=PostPublished", &format!("/console/history/post/{whispered}")] {
        let (_, html) = page(&app, &ana, path).await;
        let (before, after) = html.split_once("밤 이야기").expect("the whispered post");
        // The event's own item is all that is said of it in the list of events, where other events stand
        // around it.
        let (_, before) = before.rsplit_once("<li").expect("its beginning");
        let after = after.split("</li>").next().expect("its end");
        assert!(!before.contains(&mina.id) && !after.contains(&mina.id), "{path}: {before}{after}");
        assert!(path.contains("events") || !html.contains(&mina.id), "{path}: {html}");
    }
    app.madang(&["erase", "mina"]).await.expect("erased");
    for path in ["/console/events", &format!("/console/history/post/{named}")] {
        let (status, html) = page(&app, &ana, path).await;
        assert!(status == 200 && !html.contains("미나의 비밀"), "{path}: {html}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_shows_each_step_and_what_the_thing_was_then() {
    let app = TestApp::start().await;
    let (ana, mina) = (analyst(&app, "ana").await, app.enrol("mina").await);
    let post = mina.publish("첫 글").await;
    mina.patch(&format!("/v1/posts/{post}"), json!({ "text": "고친 글" })).await.expect(200);
    let path = format!("/console/history/post/{post}");
    let (_, html) = page(&app, &ana, &path).await;
    assert!(html.contains("1. PostPublished") && html.contains("2. PostEdited"), "{html}");
    assert!(html.contains("<dt>text <span class=\"unseen\">(바뀜)</span></dt><dd>고친 글</dd>"), "{html}");
    let (_, html) = page(&app, &ana, &format!("{path}?at=1")).await;
    assert!(html.contains("(바뀜)</span></dt><dd>첫 글</dd>"), "{html}");
    assert!(html.contains("value=\"1\"") && html.contains("class=\"later\""), "{html}");
    let (_, html) = page(&app, &ana, &format!("{path}?at=0")).await;
    assert!(html.contains("아직 아무 일도 없었어요"), "{html}");
    for gone in ["/console/history/post/x", "/console/history/wish/019aa4d2-0000-7000-8000-000000000000"] {
        assert_eq!(page(&app, &ana, gone).await.0, 404, "{gone}");
    }
    // People are found by handle, too.
    let found = ana.get("/console/history?aggregate=user&id=@mina").await.expect(303);
    assert_eq!(found.header("location"), format!("/console/history/user/{}", mina.id));
    let (status, html) = page(&app, &ana, found.header("location")).await;
    assert!(status == 200 && html.contains("1. UserRegistered"), "{html}");
    assert_eq!(page(&app, &ana, "/console/history?aggregate=user&id=@nobody").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_drawn_from_what_happened_and_can_be_read_as_numbers() {
    let app = TestApp::start_with(|settings| settings.merge_threshold = 1).await;
    let (ana, mina, sora) = (analyst(&app, "ana").await, app.enrol("mina").await, app.enrol("sora").await);
    let (_, html) = page(&app, &ana, "/console/figures").await;
    // No person has done anything yet: a registration is an operator's act.
    assert_eq!((html.matches("<svg ").count(), html.matches("그릴 것이 없어요").count()), (3, 1), "{html}");
    sora.follow(&mina).await;
    ana.follow(&mina).await;
    app.settle(&mina).await;
    // The node counted the figures a moment ago and shows them for a while; another node counts anew.
    let other = app.second_node(|_| {}).await;
    let (_, html) = page(&other, &ana.at(&other), "/console/figures").await;
    let figure = |id: &str| {
        let (_, rest) = html.split_once(&format!("id=\"{id}\"")).expect("the figure");
        rest.split("</figure>").next().expect("its end").to_owned()
    };
    // The test may begin in one hour, day or week and end in the next.
    let sum = |id: &str, column: usize| -> i64 {
        let figure = figure(id);
        let (_, rows) = figure.split_once("<tbody>").expect("numbers");
        let cell = |row: &str| row.split("<td>").nth(column)?.split('<').next()?.parse::<i64>().ok();
        rows.split("<tr>").filter_map(cell).sum()
    };
    assert_eq!((sum("actives", 2), sum("cohorts", 2), sum("hours", 2)), (2, 3, app.head().await));
    assert!(figure("fan-out").contains("<td>2–3</td><td>1</td>"), "{}", figure("fan-out"));
    assert!(figure("fan-out").contains("fill=\"#B35C00\""), "who has many followers stands out");
    assert_eq!(figure("fan-out").matches("fill=\"#1F6B4A\"").count(), 1, "the others");
    let english = ana.request(reqwest::Method::GET, "/console/figures").header("accept-language", "en");
    assert!(english.send().await.text.contains("Daily actives"));
}
