//! The log in SQL.

use super::{analyst, store_old};
use crate::support::TestApp;
use serde_json::json;
use sqlx::{Executor, Row};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn every_event_type_has_a_view_with_its_own_columns_whatever_version_was_stored() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let post = mina.publish("첫 글 #바다").await;
    let old = json!({
        "type": "PostPublished", "author_id": mina.id, "title": null, "text": "옛 글", "tags": ["산"], "mentions": []
    });
    store_old(&app, "post", &Uuid::now_v7().to_string(), "PostPublished", "1", &old.to_string()).await;
    let rows = sqlx::query(
        "select aggregate_id, author_id, text, tags, photos, followers_only, board_id, original_published_at, actor
         from analytics.post_published order by position",
    )
    .fetch_all(&app.pool)
    .await
    .expect("a view");
    let author: Uuid = mina.id.parse().expect("an id");
    assert_eq!(rows[0].get::<Uuid, _>("aggregate_id").to_string(), post);
    assert_eq!(rows[0].get::<Option<Uuid>, _>("actor"), Some(author));
    assert_eq!(rows[0].get::<Vec<String>, _>("tags"), ["바다"]);
    assert_eq!(rows[1].get::<String, _>("text"), "옛 글");
    assert_eq!(rows[1].get::<Vec<String>, _>("tags"), ["산"]);
    assert_eq!(rows[1].get::<serde_json::Value, _>("photos"), json!([]));
    assert!(!rows[1].get::<bool, _>("followers_only"));
    assert_eq!(rows[1].get::<Option<Uuid>, _>("board_id"), None);

    let views: Vec<(String,)> =
        sqlx::query_as("select viewname::text from pg_views where schemaname = 'analytics'")
            .fetch_all(&app.pool)
            .await
            .expect("listed");
    for (_, event_type, _) in domain::Event::types() {
        let name = history::export::table_name(event_type);
        assert!(views.contains(&(name.clone(),)), "{name} is missing");
        let count = sqlx::query(&format!("select * from analytics.{name}")).fetch_all(&app.pool).await;
        assert!(count.is_ok(), "{name}: {count:?}");
    }
    let (about,): (Option<String>,) = sqlx::query_as(
        "select col_description('analytics.post_published'::regclass, attnum) from pg_attribute
         where attrelid = 'analytics.post_published'::regclass and attname = 'title'",
    )
    .fetch_one(&app.pool)
    .await
    .expect("asked");
    assert_eq!(about.as_deref(), Some("One line above the text."));
}

#[tokio::test(flavor = "multi_thread")]
async fn common_questions_have_answers() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    let post = mina.publish("첫 글").await;
    mina.publish("둘째 글").await;
    sora.follow(&mina).await;
    sora.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204);
    sora.comment(&post, "좋네요").await;
    let answer = async |sql: &str| -> serde_json::Value {
        let sql = format!("select coalesce(jsonb_agg(to_jsonb(answer)), '[]') from ({sql}) as answer");
        sqlx::query_scalar(&sql).fetch_one(&app.pool).await.expect("an answer")
    };
    assert_eq!(answer("select people from analytics.daily_actives").await, json!([{ "people": 2 }]));
    let retention = "select weeks_later, people, of_people, share from analytics.retention_by_week";
    assert_eq!(
        answer(retention).await,
        json!([{ "weeks_later": 0, "people": 2, "of_people": 2, "share": 1.0 }])
    );
    assert_eq!(
        answer("select people, week_0, week_1 from analytics.cohort_table").await,
        json!([{ "people": 2, "week_0": 1.0, "week_1": null }])
    );
    let posts = "select posts, authors from analytics.posts_per_day";
    assert_eq!(answer(posts).await, json!([{ "posts": 2, "authors": 1 }]));
    let likes = "select likes, of_posts, of_comments from analytics.likes_per_day";
    assert_eq!(answer(likes).await, json!([{ "likes": 1, "of_posts": 1, "of_comments": 0 }]));
    assert_eq!(
        answer("select user_id, gained, lost, followers from analytics.follower_growth").await,
        json!([{ "user_id": mina.id, "gained": 1, "lost": 0, "followers": 1 }])
    );
    assert_eq!(
        answer("select post_id, waited > interval '0' as waited from analytics.time_to_first_comment").await,
        json!([{ "post_id": post, "waited": true }])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_role_for_analysts_reads_these_views_and_nothing_else() {
    let app = TestApp::start().await;
    analyst(&app, "ana").await;
    let mut connection = app.pool.acquire().await.expect("a connection");
    connection.execute("set role madang_analyst").await.expect("the role is there");
    connection.execute("select * from analytics.user_registered").await.expect("views are read");
    connection.execute("select * from analytics.daily_actives").await.expect("answers, too");
    for sql in [
        "select * from events",
        "select * from vault.accounts",
        "select * from posts.posts",
        "delete from analytics.user_registered",
        "create table analytics.mine (n int)",
    ] {
        let refused = connection.execute(sql).await.expect_err(sql).to_string();
        assert!(refused.contains("permission denied"), "{sql}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_of_an_older_release_leaves_the_views_of_a_newer_one_alone() {
    let app = TestApp::start().await;
    let start = async || history::analytics::apply(&app.pool).await.expect("applied");
    let made_by = async |version: &str| {
        let sql =
            format!("create view analytics.theirs as select 1; comment on schema analytics is '{version}'");
        app.pool.execute(sql.as_str()).await.expect("made");
    };
    let theirs_stand = async || {
        let there: Option<String> = sqlx::query_scalar("select to_regclass('analytics.theirs')::text")
            .fetch_one(&app.pool)
            .await
            .expect("asked");
        there.is_some()
    };
    made_by("1000000 of a newer release").await;
    start().await;
    assert!(theirs_stand().await);

    app.pool.execute("drop view analytics.theirs").await.expect("dropped");
    made_by("0 of an older release").await;
    start().await;
    assert!(!theirs_stand().await, "the newer one has its way");
    app.pool.execute("select * from analytics.post_published").await.expect("its views are there");
}
