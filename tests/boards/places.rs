//! Boards themselves, and the lists of posts on them.

use super::{open_at_any_hour, publish_on, set, whisper, with_role};
use crate::races::assert_equal_to_a_rebuild;
use crate::support::TestApp;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_night_board_is_there_before_anyone_set_it_up() {
    let app = TestApp::start().await;
    let listed = app.nobody().get("/v1/boards").await.expect(200);
    assert_eq!(listed.each("slug"), ["night"]);
    let night = app.nobody().get("/v1/boards/night").await.expect(200).json;
    assert_eq!(listed.items()[0]["id"], night["id"]);
    assert_eq!((&night["name"], &night["anonymous"]), (&json!("심야톡방"), &json!(true)));
    let hours = json!({ "opens": "22:00", "closes": "04:00", "time_zone": "Asia/Seoul" });
    assert_eq!((&night["hours"], &night["closed"]), (&hours, &json!(false)));
    assert_eq!(
        night["is_open"] == true,
        night["opens_at"].is_null(),
        "it says when it opens while it is closed"
    );
    assert_eq!(app.nobody().get("/v1/boards/night/posts").await.expect(200).json["items"], json!([]));
    for path in ["/v1/boards/none", "/v1/boards/심야", "/v1/boards/none/posts"] {
        app.nobody().get(path).await.expect_problem(404, "board_not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_set_up_boards_and_nobody_else_does() {
    let app = TestApp::start().await;
    let admin = with_role(&app, "admin_one", "admin").await;
    let mina = app.register("mina").await;
    let market = json!({ "name": "장터", "description": "사고팔기", "anonymous": false });
    mina.put("/v1/boards/market", market.clone()).await.expect_problem(403, "role_needed");
    app.nobody().put("/v1/boards/market", market.clone()).await.expect_problem(401, "not_logged_in");
    let made = admin.put("/v1/boards/market", market.clone()).await.expect(200);
    assert_eq!((&made.json["is_open"], &made.json["hours"]), (&json!(true), &json!(null)));
    assert_eq!(admin.get("/v1/boards/market").await.expect(200).json, made.json);
    let head = app.head().await;
    set(&app, "market", market.clone()).await.expect(200);
    assert_eq!(app.head().await, head, "what is so already is no event");
    assert_eq!(admin.walk("/v1/boards?limit=1", "slug").await, ["market", "night"]);

    let named = json!({ "name": "심야톡방", "anonymous": false });
    set(&app, "night", named).await.expect_problem(409, "anonymity_stays");
    let hours = |opens: &str, closes: &str, zone: &str| {
        let hours = json!({ "opens": opens, "closes": closes, "time_zone": zone });
        json!({ "name": "장터", "anonymous": false, "hours": hours })
    };
    set(&app, "market", hours("10:00", "10:00", "UTC")).await.expect_problem(422, "invalid_hours");
    set(&app, "market", hours("10:00", "11:00", "Mars/Olympus")).await.expect_problem(422, "invalid_hours");
    let refused =
        set(&app, "market", hours("25:00", "1:00", "UTC")).await.expect_problem(422, "invalid_fields");
    assert_eq!(refused.json["errors"][0]["pointer"], "/hours/opens");
    assert_eq!(refused.json["errors"][1]["pointer"], "/hours/closes");
    set(&app, "Market", market).await.expect_problem(400, "invalid_query");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_that_is_not_anonymous_shows_names_and_is_read_by_followers() {
    let app = TestApp::start().await;
    set(&app, "market", json!({ "name": "장터", "anonymous": false })).await.expect(200);
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    sora.follow(&mina).await;
    let published = publish_on(&mina, "market", "자전거 팔아요 #자전거").await.expect(201);
    assert_eq!(published.json["author"]["handle"], "mina");
    let board = sora.see(&app, "/v1/boards/market").await.expect(200);
    assert_eq!(published.json["board_id"], board.json["id"]);
    app.settle(&sora).await;
    for path in ["/v1/timeline", "/v1/boards/market/posts", "/v1/users/mina/posts", "/v1/posts?tag=자전거"]
    {
        assert_eq!(sora.see(&app, path).await.expect(200).each("id"), [published.id()], "{path}");
    }
    let followers = json!({ "text": "글", "board": "market", "visibility": "followers" });
    mina.post("/v1/posts", followers).await.expect_problem(422, "not_for_followers");
    publish_on(&mina, "none", "글").await.expect_problem(404, "board_not_found");
    publish_on(&mina, "No Slug", "글").await.expect_problem(404, "board_not_found");

    set(&app, "market", json!({ "name": "장터", "anonymous": false, "closed": true })).await.expect(200);
    publish_on(&mina, "market", "글").await.expect_problem(403, "board_closed_for_good");
    let comments = format!("/v1/posts/{}/comments", published.id());
    let comment = json!({ "text": "얼마예요?" });
    sora.post(&comments, comment).await.expect_problem(403, "board_closed_for_good");
    assert_eq!(sora.get("/v1/boards/market/posts").await.expect(200).items().len(), 1);
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_lists_its_latest_and_its_most_liked_posts() {
    let app = TestApp::start().await;
    open_at_any_hour(&app).await;
    let people = app.enrol_many("reader", 3).await;
    let mina = app.register("mina").await;
    let (one, two, three) =
        (whisper(&mina, "하나").await, whisper(&mina, "둘").await, whisper(&mina, "셋").await);
    mina.publish("밖에서").await;
    for (id, likes) in [(&one, 2), (&two, 3), (&three, 2)] {
        for person in &people[..likes] {
            person.put_empty(&format!("/v1/posts/{id}/like")).await.expect(204);
        }
    }
    let reader = &people[0];
    app.settle(reader).await;
    let ids = |ids: &[&String]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    let walk = async |query: &str| reader.walk(&format!("/v1/boards/night/posts?limit=1{query}"), "id").await;
    assert_eq!(walk("").await, ids(&[&three, &two, &one]));
    for query in ["&sort=popular", "&sort=popular&period=day", "&sort=popular&period=all"] {
        assert_eq!(walk(query).await, ids(&[&two, &three, &one]), "{query}");
    }
    for bad in ["sort=best", "period=year", "limit=0", "of=x"] {
        reader.get(&format!("/v1/boards/night/posts?{bad}")).await.expect_problem(400, "invalid_query");
    }
    let page = reader.get("/v1/boards/night/posts?limit=1").await.expect(200);
    let cursor = page.json["next_cursor"].as_str().expect("more").to_owned();
    let popular = format!("/v1/boards/night/posts?sort=popular&cursor={cursor}");
    reader.get(&popular).await.expect_problem(400, "invalid_cursor");
}
