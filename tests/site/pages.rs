//! The pages as the server sends them: readable without JavaScript.

use super::page;
use crate::boards::{open_at_any_hour, publish_on};
use crate::media::ready;
use crate::support::TestApp;
use crate::support::client::Person;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_a_form_links_and_what_was_found() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let post = mina.publish("제주 감귤밭에서 #제주 <script>alert(1)</script>").await;
    mina.publish("한강 산책").await;
    let (status, html) = page(&app, &app.nobody(), "/?q=감귤").await;
    assert_eq!(status, 200);
    assert!(html.contains("제주 <mark>감귤</mark>밭에서 #제주 &lt;script&gt;"), "{html}");
    assert!(html.contains(&format!("href=\"/posts/{post}\"")) && !html.contains("한강"), "{html}");
    assert!(html.contains("value=\"감귤\"") && html.contains("약 1개를 찾았어요"), "{html}");
    assert!(html.contains("<html lang=\"ko\">"));
    // The links of the page lead to every other way to look for the word.
    for link in ["&#38;tab=people", "&#38;tab=photos", "&#38;sort=newest", "&#38;tag=%EC%A0%9C%EC%A3%BC"] {
        assert!(html.contains(link), "{link} in {html}");
    }
    let (_, html) = page(&app, &app.nobody(), "/?q=mina&tab=people").await;
    assert!(html.contains("href=\"/@mina\"") && html.contains("@<mark>mina</mark>"), "{html}");
    let (_, html) = page(&app, &app.nobody(), "/?q=제&tab=tags").await;
    assert!(html.contains("#<mark>제</mark>주") && html.contains("글 1개"), "{html}");
    let (_, html) = page(&app, &app.nobody(), "/?q=rkarbf").await;
    assert!(html.contains("혹시 이걸 찾으세요?") && html.contains(">감귤</a>"), "{html}");
    let english =
        app.nobody().request(reqwest::Method::GET, "/?q=none").header("accept-language", "en").send().await;
    assert!(english.text.contains("Nothing was found") && english.text.contains("<html lang=\"en\">"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_place_a_wrong_search_and_what_is_not_there_say_what_to_do() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    let (status, html) = page(&app, &nobody, "/").await;
    assert!(status == 200 && html.contains("첫 글을 써 보세요"), "{html}");
    let (status, html) = page(&app, &nobody, "/?q=없어요").await;
    assert!(status == 200 && html.contains("찾은 것이 없어요") && html.contains("조건을 빼고"), "{html}");
    for wrong in
        [format!("/?q={}", "가".repeat(201)), "/?q=a&from=x".into(), "/?cursor=x".into(), "/?tab=x".into()]
    {
        let (status, html) = page(&app, &nobody, &wrong).await;
        assert!(status == 400 && html.contains("이렇게는 찾을 수 없어요"), "{wrong}: {html}");
    }
    for gone in ["/posts/x", "/posts/019aa4d2-0000-7000-8000-000000000000", "/@nobody", "/@"] {
        let answer = nobody.get(gone).await;
        assert_eq!(answer.status, 404, "{gone}");
    }
    let (_, html) = page(&app, &nobody, "/@nobody").await;
    assert!(html.contains("찾을 수 없어요") && html.contains("role=\"search\""), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_lead_on_and_bounds_hold() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    for n in 0..25 {
        mina.publish(&format!("감귤 {n}번 #제주")).await;
    }
    let (_, html) = page(&app, &mina, "/?q=감귤&tag=제주&sort=newest").await;
    assert!(html.contains("감귤</mark> 24번") && !html.contains("감귤</mark> 4번"), "{html}");
    let (_, rest) = html.split_once("<p class=\"more\"><a href=\"").expect("more");
    let next = rest.split('"').next().expect("an address").replace("&#38;", "&");
    assert!(next.contains("tag=%EC%A0%9C%EC%A3%BC&sort=newest&cursor="), "{next}");
    let (_, html) = page(&app, &mina, &next).await;
    assert!(html.contains("감귤</mark> 4번") && !html.contains("class=\"more\""), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_can_be_shared_and_shows_what_is_said_about_it() {
    let app =
        TestApp::start_with(|settings| settings.public_url = "https://yard.example".parse().expect("a URL"))
            .await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("소라").await);
    let photo = json!({ "media_id": ready(&mina).await, "alternative_text": "귤 \"상자\"" });
    let body = json!({ "title": "귤 <따기>", "text": "오늘 #제주 에서 @소라 와\nhttps://a.kr/?a=1&b=2", "photos": [photo] });
    let post = mina.post("/v1/posts", body).await.expect(201);
    let comment = sora.comment(&post.id(), "맛있었어요 <3").await;
    sora.reply(&post.id(), &comment, "정말").await;
    let (status, html) = page(&app, &app.nobody(), &format!("/posts/{}", post.id())).await;
    assert_eq!(status, 200);
    let w1280 = post.json["photos"][0]["urls"]["w1280"].as_str().expect("an address");
    for part in [
        "<meta property=\"og:type\" content=\"article\">",
        "<meta property=\"og:title\" content=\"귤 &#60;따기&#62; · 마당\">",
        "content=\"오늘 #제주 에서 @소라 와 https://a.kr/?a=1&#38;b=2\"",
        &format!("<meta property=\"og:url\" content=\"https://yard.example/posts/{}\">", post.id()),
        &format!("<meta property=\"og:image\" content=\"{w1280}\">"),
        "<a href=\"/@소라\">@소라</a>",
        "<a href=\"https://a.kr/?a=1&amp;b=2\" rel=\"nofollow ugc noopener\">",
        "alt=\"귤 &#34;상자&#34;\"",
        "맛있었어요 &lt;3",
        "답글 1",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    let (_, html) = page(&app, &app.nobody(), "/?tab=photos").await;
    assert!(
        html.contains(&format!("href=\"/posts/{}\"", post.id())) && html.contains("loading=\"lazy\""),
        "{html}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_texts_that_run_from_right_to_left_turn_nothing_around_them() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let body = json!({ "handle": "mina", "display_name": "מינה", "bio": "צלמת" });
    let id = operator.post("/v1/users", body).await.expect(201).id();
    let mina = Person { act_as: Some(id), ..operator };
    let body = json!({ "title": "غروب الشمس", "text": "على نهر الهان #한강" });
    let post = mina.post("/v1/posts", body).await.expect(201).id();
    mina.comment(&post, "יפה").await;
    let name = "<bdi>מינה</bdi>";
    for (path, parts) in [
        (
            format!("/posts/{post}"),
            [
                name,
                "<h1 dir=\"auto\">غروب",
                "<p class=\"text\" dir=\"auto\">على",
                "<p class=\"text\" dir=\"auto\">יפה",
            ],
        ),
        (
            "/@mina".to_owned(),
            [
                "<h1><bdi>מינה</bdi></h1>",
                "<p class=\"text\" dir=\"auto\">צלמת",
                "<h3 dir=\"auto\">غروب",
                "<bdi>@mina</bdi>",
            ],
        ),
        (
            "/?q=한강".to_owned(),
            [name, "<h3 dir=\"auto\">غروب", "<span class=\"text\" dir=\"auto\">على", "<bdi>#한강</bdi>"],
        ),
        (
            "/?q=mina&tab=people".to_owned(),
            [
                name,
                "<bdi>@<mark>mina</mark></bdi>",
                "<span class=\"text\" dir=\"auto\">צלמת",
                "type=\"search\" dir=\"auto\"",
            ],
        ),
    ] {
        let (_, html) = page(&app, &app.nobody(), &path).await;
        for part in parts {
            assert!(html.contains(part), "{part} in {html}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_show_no_more_than_answers_do() {
    let app = TestApp::start().await;
    open_at_any_hour(&app).await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    let body = json!({ "text": "팔로워만 보는 감귤", "visibility": "followers" });
    let inner = mina.post("/v1/posts", body).await.expect(201).id();
    let whispered = publish_on(&mina, "night", "밤에 먹는 감귤").await.expect(201);
    for path in ["/?q=감귤", "/@mina", &format!("/posts/{inner}")] {
        let (_, html) = page(&app, &sora, path).await;
        assert!(!html.contains("팔로워만"), "{path}: {html}");
    }
    assert_eq!(page(&app, &sora, &format!("/posts/{inner}")).await.0, 404);
    assert_eq!(page(&app, &mina, &format!("/posts/{inner}")).await.0, 200);
    for path in ["/?q=밤에", &format!("/posts/{}", whispered.id())] {
        let (status, html) = page(&app, &sora, path).await;
        let alias = whispered.json["alias"]["name"].as_str().expect("a name");
        assert!(status == 200 && html.contains(alias) && !html.contains("mina"), "{path}: {html}");
    }
    sora.put("/v1/me/privacy", json!({ "private": true })).await.expect(200);
    sora.publish("비공개 감귤").await;
    let (status, html) = page(&app, &app.nobody(), "/@sora").await;
    assert!(status == 200 && html.contains("비공개 계정이에요") && !html.contains("비공개 감귤"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_runs_nothing_of_others_and_is_kept_by_nobody_on_the_way() {
    let app = TestApp::start().await;
    let answer = app.nobody().get("/").await;
    let policy = answer.header("content-security-policy");
    for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe") && answer.header("cache-control").contains("private"));
    for (path, content_type) in [
        ("/site/site.css", "text/css; charset=utf-8"),
        ("/site/site.js", "text/javascript; charset=utf-8"),
        ("/site/icon.svg", "image/svg+xml"),
    ] {
        assert_eq!(app.nobody().get(path).await.expect(200).header("content-type"), content_type);
    }
}
