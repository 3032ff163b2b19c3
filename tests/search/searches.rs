//! The searches of people: each person sees their own and can have them forgotten; the popular ones are told
//! without whose they are.

use crate::faults::until;
use crate::races::assert_equal_to_a_rebuild;
use crate::support::TestApp;
use crate::support::client::{Answer, Person};
use domain::search_history::SearchHistory;
use domain::value::UserId;
use futures::future::join_all;
use projections::searches;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

const MINE: &str = "/v1/me/searches";

/// A node that counts popular searches anew for each request.
async fn looking() -> TestApp {
    TestApp::start_with(|settings| settings.popular_searches_every = Duration::ZERO).await
}

/// Searches; returns the search's id.
async fn search(by: &Person, query: &str) -> String {
    by.post(MINE, json!({ "query": query })).await.expect(200).id()
}

async fn all_search(people: &[Person], query: &str) {
    for person in people {
        search(person, query).await;
    }
}

async fn forget(by: &Person, id: &str) -> Answer {
    by.delete(&format!("{MINE}/{id}")).await
}

async fn mine(app: &TestApp, by: &Person) -> Vec<String> {
    by.see(app, "/v1/me/searches?limit=100").await.expect(200).each("query")
}

async fn popular(app: &TestApp, by: &Person, more: &str) -> Vec<String> {
    by.see(app, &format!("/v1/search/popular{more}")).await.expect(200).each("query")
}

async fn number(app: &TestApp, sql: &str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&app.pool).await.expect("a number")
}

async fn run(app: &TestApp, sql: &str) {
    sqlx::query(sql).execute(&app.pool).await.expect("it runs");
}

const WORDS: &str = "select count(*) from vault.searches";
const EVENTS: &str = "select count(*) from events where aggregate_type = 'search_history'";

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_search_comes_first_and_the_same_again_moves_up() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.register("mina").await, app.register("sora").await);
    let first = search(&mina, "한강 야경").await;
    search(&mina, "감귤 -광고").await;
    search(&mina, "Seoul").await;
    // The list is read without a position: the person who searched sees the search.
    let listed = mina.get(MINE).await.expect(200);
    assert_eq!(listed.each("query"), ["Seoul", "감귤 -광고", "한강 야경"]);
    assert_eq!(listed.json["next_cursor"], Value::Null);
    assert!(listed.items()[0]["searched_at"].as_str() > listed.items()[2]["searched_at"].as_str());
    let apart: String = " 한강 \u{3000}\t야경\n".nfd().collect();
    let again = mina.post(MINE, json!({ "query": apart })).await.expect(200);
    assert_eq!((again.id(), &again.json["query"]), (first, &json!("한강 야경")));
    search(&mina, "ＳＥＯＵＬ").await;
    assert_eq!(mine(&app, &mina).await, ["ＳＥＯＵＬ", "한강 야경", "감귤 -광고"]);
    assert_eq!(mina.get("/v1/me/searches?limit=1").await.expect(200).each("query"), ["ＳＥＯＵＬ"]);
    assert_eq!(mine(&app, &sora).await, [""; 0]);
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_the_letters_typed_so_far_is_suggested_what_begins_with_them_first() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    for query in ["감귤 Juice", "바다", "제주 감귤"] {
        search(&mina, query).await;
    }
    search(&sora, "감귤").await;
    mine(&app, &mina).await;
    let id = UserId(mina.id.parse().expect("an id"));
    for (typed, expected) in [
        ("감", vec!["감귤 Juice", "제주 감귤"]),
        (" 감귤  j", vec!["감귤 Juice"]),
        ("JUICE", vec!["감귤 Juice"]),
        ("%", vec![]),
        ("", vec!["제주 감귤", "바다", "감귤 Juice"]),
    ] {
        let found = searches::query::recent(&app.pool, id, typed, 10).await.expect("read");
        let found: Vec<&str> = found.iter().map(|search| search.query.as_str()).collect();
        assert_eq!(found, expected, "{typed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_loaded_again_is_no_second_search() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let answers = join_all((0..16).map(|_| mina.post(MINE, json!({ "query": "감귤" })))).await;
    let ids: BTreeSet<String> = answers.into_iter().map(|answer| answer.expect(200).id()).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!((number(&app, EVENTS).await, number(&app, WORDS).await), (1, 1));
    let keyed = || mina.request(Method::POST, MINE).header("idempotency-key", "k");
    let first = keyed().json(&json!({ "query": "바다" })).send().await.expect(200);
    search(&mina, "감귤").await;
    let again = keyed().json(&json!({ "query": "바다" })).send().await.expect(200);
    assert_eq!(
        (again.json, again.headers["madang-position"].clone()),
        (first.json.clone(), first.headers["madang-position"].clone())
    );
    keyed().json(&json!({ "query": "산" })).send().await.expect_problem(422, "idempotency_key_reused");
    assert_eq!(mine(&app, &mina).await, ["감귤", "바다"], "a repeat is no search");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_fifty_are_kept_and_the_words_of_others_are_gone() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    for n in 0..SearchHistory::MAX + 2 {
        search(&mina, &format!("검색 {n}")).await;
    }
    let newest: Vec<String> = (2..SearchHistory::MAX + 2).rev().map(|n| format!("검색 {n}")).collect();
    assert_eq!(mine(&app, &mina).await, newest);
    assert_eq!(number(&app, WORDS).await, SearchHistory::MAX as i64);
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forgotten_leaves_no_words_and_comes_back_as_another() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    let id = search(&mina, "감귤").await;
    search(&mina, "바다").await;
    let theirs = search(&sora, "감귤").await;
    assert_ne!(id, theirs, "one id for all would tell who searches for the same");
    forget(&sora, &id).await.expect_problem(404, "search_not_found");
    app.nobody().delete(&format!("{MINE}/{id}")).await.expect(401);
    assert_eq!(mine(&app, &mina).await, ["바다", "감귤"]);

    forget(&mina, &id).await.expect(204);
    assert_eq!(mine(&app, &mina).await, ["바다"]);
    let words = format!("{WORDS} where query = '감귤'");
    assert_eq!(number(&app, &words).await, 1, "the other's");
    for gone in [&id, &Uuid::nil().to_string(), "1", "%00"] {
        forget(&mina, gone).await.expect_problem(404, "search_not_found");
    }
    assert_ne!(search(&mina, "감귤").await, id);
    assert_eq!(mine(&app, &mina).await, ["감귤", "바다"]);
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_forgotten_at_once_but_not_what_was_searched_since() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    for query in ["감귤", "바다", "산"] {
        search(&mina, query).await;
        search(&sora, query).await;
    }
    let clear = || mina.request(Method::DELETE, MINE).header("idempotency-key", "k").send();
    let first = clear().await.expect(204);
    assert_eq!(mine(&app, &mina).await, [""; 0]);
    assert_eq!(mine(&app, &sora).await.len(), 3);
    assert_eq!(number(&app, WORDS).await, 3, "the other's");
    search(&mina, "감귤").await;
    assert_eq!(clear().await.expect(204).position(), first.position());
    assert_eq!(mine(&app, &mina).await, ["감귤"], "a repeat forgets nothing");
    mina.delete(MINE).await.expect(204);
    let head = app.head().await;
    mina.delete(MINE).await.expect(204);
    assert_eq!((app.head().await, number(&app, WORDS).await), (head, 3));
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_searches_are_refused_and_nobody_has_any() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    for (query, code) in [
        (String::new(), "empty"),
        (" \u{3000}\n".to_owned(), "empty"),
        ("가".repeat(101), "too_long"),
        ("감\0귤".to_owned(), "forbidden_character"),
        ("감\u{202e}귤".to_owned(), "forbidden_character"),
    ] {
        let refused = mina.post(MINE, json!({ "query": query })).await;
        let refused = refused.expect_problem(422, "invalid_fields");
        let error = &refused.json["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!("/query"), &json!(code)));
    }
    for bad in [json!({}), json!({ "query": 1 }), json!({ "query": "a", "q": "b" })] {
        mina.post(MINE, bad).await.expect_problem(422, "invalid_fields");
    }
    search(&mina, &"가 ".repeat(50)).await;
    for bad in ["limit=0", "limit=101", "cursor=x", "q=a"] {
        mina.get(&format!("{MINE}?{bad}")).await.expect_problem(400, "invalid_query");
        mina.get(&format!("/v1/search/popular?{bad}")).await.expect_problem(400, "invalid_query");
    }
    mina.get("/v1/search/popular?period=month").await.expect_problem(400, "invalid_query");
    let nobody = app.nobody();
    nobody.post(MINE, json!({ "query": "감귤" })).await.expect(401);
    nobody.get(MINE).await.expect(401);
    nobody.delete(MINE).await.expect(401);
    assert_eq!(number(&app, WORDS).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_three_people_search_for_is_popular() {
    let app = looking().await;
    let (people, nobody) = (app.enrol_many("person", 4).await, app.nobody());
    for _ in 0..5 {
        // A person who searches for two things in turn searches often, and is one person.
        all_search(&people[..2], "둘이 찾는 것").await;
        all_search(&people[..2], "감귤").await;
    }
    assert_eq!(popular(&app, &nobody, "").await, [""; 0]);
    search(&people[2], "  감귤 ").await;
    assert_eq!(popular(&app, &nobody, "").await, ["감귤"]);
    for (person, spelling) in
        people.iter().zip(["Night Walk", "night  walk", "NIGHT WALK", "ｎｉｇｈｔ walk"])
    {
        search(person, spelling).await;
    }
    assert_eq!(popular(&app, &nobody, "").await, ["night walk", "감귤"], "what most search for comes first");
    assert_eq!(popular(&app, &people[3], "?period=week&limit=1").await, ["night walk"]);
    for personal in
        ["from:person1", "010-1234-5678", "mina@a.kr", "감귤 @person1", "https://a.kr/?t=1", "12가3456"]
    {
        all_search(&people, personal).await;
    }
    assert_eq!(popular(&app, &nobody, "").await, ["night walk", "감귤"]);
    let shown = nobody.get("/v1/search/popular").await.expect(200);
    assert_eq!(shown.items()[0], json!({ "query": "night walk" }), "neither how many nor who");
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn popularity_is_over_when_its_period_is() {
    let app = looking().await;
    let people = app.enrol_many("person", 3).await;
    all_search(&people, "어제").await;
    assert_eq!(popular(&app, &people[0], "").await, ["어제"]);
    run(&app, "update searches.recent set searched_at = searched_at - interval '25 hours'").await;
    all_search(&people, "오늘").await;
    assert_eq!(popular(&app, &people[0], "").await, ["오늘"]);
    assert_eq!(popular(&app, &people[0], "?period=week").await, ["어제", "오늘"]);
    run(&app, "update searches.recent set searched_at = searched_at - interval '167 hours'").await;
    assert_eq!(popular(&app, &people[0], "?period=week").await, ["오늘"]);
    search(&people[0], "어제").await;
    assert_eq!(popular(&app, &people[0], "?period=week").await, ["오늘"], "of one it is long ago no longer");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_forgets_a_search_leaves_or_is_erased_takes_their_voice_along() {
    let app = looking().await;
    let (people, nobody) = (app.enrol_many("person", 3).await, app.nobody());
    let [mina, sora, bora] = people.as_slice() else { panic!("three") };
    all_search(&people, "감귤").await;
    let seen = async || popular(&app, &nobody, "").await.len();
    assert_eq!(seen().await, 1);

    let id = search(mina, "감귤").await;
    forget(mina, &id).await.expect(204);
    assert_eq!(seen().await, 0);
    search(mina, "감귤").await;
    assert_eq!(seen().await, 1);
    mina.delete(MINE).await.expect(204);
    assert_eq!(seen().await, 0);
    search(mina, "감귤").await;
    assert_eq!(seen().await, 1);

    sora.leave().await.expect(204);
    assert_eq!(seen().await, 0);
    assert_equal_to_a_rebuild(&app).await;
    let new = app.enrol("new").await;
    search(&new, "감귤").await;
    assert_eq!(seen().await, 1);
    app.madang(&["erase", &bora.id, "--grace", "0"]).await.expect("erased");
    assert_eq!(seen().await, 0);
    assert_eq!(number(&app, &format!("{WORDS} where user_id = '{}'", bora.id)).await, 0);
    let rows = "select count(*) from searches.recent";
    assert_eq!(number(&app, rows).await, 3, "of who left they are kept, for they may come back");
    assert_equal_to_a_rebuild(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_popular_does_not_change_just_after_someone_searched() {
    // The popular searches stay those of the node's first count until the next one: years are long enough for
    // any test.
    let years = Duration::from_secs(10 * 365 * 24 * 3_600);
    let app = TestApp::start_with(|settings| settings.popular_searches_every = years).await;
    let people = app.enrol_many("person", 3).await;
    all_search(&people, "감귤").await;
    assert_eq!(popular(&app, &people[0], "").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_tell_nothing_of_what_was_searched() {
    let app = TestApp::start().await;
    let people = app.enrol_many("person", 2).await;
    let first = search(&people[0], "아무도 모르는 말").await;
    search(&people[1], "아무도 모르는 말").await;
    forget(&people[0], &first).await.expect(204);
    people[1].delete(MINE).await.expect(204);
    let payloads: Vec<Value> = sqlx::query_scalar(
        "select payload from events where aggregate_type = 'search_history' order by position",
    )
    .fetch_all(&app.pool)
    .await
    .expect("the log reads");
    let ids: BTreeSet<&str> = payloads.iter().filter_map(|payload| payload["search_id"].as_str()).collect();
    assert_eq!((payloads.len(), ids.len()), (4, 2));
    for payload in &payloads {
        let fields = payload.as_object().expect("an object").keys().map(String::as_str);
        let unknown: Vec<&str> =
            fields.filter(|name| !["type", "user_id", "search_id", "at"].contains(name)).collect();
        assert_eq!(unknown, [""; 0], "{payload}");
    }
    // The ids are random, so that they tell neither the words nor the order of the searches.
    assert!(ids.iter().all(|id| id.parse::<Uuid>().expect("an id").get_version_num() == 4), "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_whose_way_to_the_log_was_cut_off_are_forgotten_unless_it_knows_them() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    search(&mina, "감귤").await;
    // A server died before it told the log, another before it heard the answer; a third is about to.
    run(&app, "update vault.searches set version = null, noted_at = noted_at - interval '2 hours'").await;
    for (query, ago) in [("끊긴 말", "2 hours"), ("가는 중인 말", "1 minute")] {
        run(
            &app,
            &format!(
                "insert into vault.searches (search_id, user_id, query, key, noted_at)
                 values (gen_random_uuid(), '{}', '{query}', '{query}', clock_timestamp() - interval '{ago}')",
                mina.id
            ),
        )
        .await;
    }
    assert_eq!(mine(&app, &mina).await, ["감귤"], "what the log does not know is not there");
    let _sweeping = app.second_node(|_| {}).await;
    until("it is swept", async || {
        let left = "select count(*) from vault.searches where version is null";
        (number(&app, left).await == 1).then_some(())
    })
    .await;
    let left: Vec<String> = sqlx::query_scalar("select query from vault.searches order by query")
        .fetch_all(&app.pool)
        .await
        .expect("the vault reads");
    assert_eq!(left, ["가는 중인 말", "감귤"]);
    assert_eq!(search(&mina, "가는 중인 말").await.len(), 36);
    assert_eq!(mine(&app, &mina).await, ["가는 중인 말", "감귤"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_hands_at_once_leave_one_truth() {
    let app = looking().await;
    let people = app.enrol_many("person", 4).await;
    let work = people.iter().map(async |person| {
        for round in 0..6 {
            let queries = (0..5).map(|n| format!("검색 {}", (round * 3 + n) % 8));
            let answers = join_all(
                queries.map(|query| async move { person.post(MINE, json!({ "query": query })).await }),
            )
            .await;
            let ids: Vec<String> =
                answers.iter().filter(|answer| answer.status == 200).map(Answer::id).collect();
            match round % 3 {
                0 => drop(join_all(ids.iter().take(2).map(|id| forget(person, id))).await),
                1 => drop(futures::join!(person.delete(MINE), search(person, "검색 1"))),
                _ => {}
            }
        }
        search(person, "끝").await;
    });
    join_all(work).await;
    for person in &people {
        let mine = mine(&app, person).await;
        let different: BTreeSet<&String> = mine.iter().collect();
        assert_eq!(mine[0], "끝");
        assert_eq!(different.len(), mine.len(), "{mine:?}");
    }
    assert!(popular(&app, &people[0], "").await.contains(&"끝".to_owned()));
    assert_equal_to_a_rebuild(&app).await;
}
