//! Read models: a rebuilt copy equals the live one, a spoiled row is found, a poison event is parked and
//! nothing else stops for it.

use crate::reactions::{Answering, begin, caught_up, run};
use crate::support::TestApp;
use crate::support::client::Person;
use crate::support::log::{Log, store};
use crate::support::wait::until_true;
use event_log::event_store::LogReader;
use futures::future::join_all;
use projections::Projector;
use projections::rebuild::rebuild;
use projections::verify::{Report, verify};
use react::Begins;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;

fn projectors(app: &TestApp) -> Vec<Arc<dyn Projector>> {
    api::features::projectors(&app.settings)
}

async fn verified(app: &TestApp, projector: &dyn Projector) -> Report {
    let source = LogReader::new(app.pool.clone());
    verify(projector, &app.pool, &source, &|_| {}).await.expect("verify runs")
}

async fn no_difference(app: &TestApp) {
    for projector in projectors(app) {
        let report = verified(app, &*projector).await;
        assert!(report.differences.is_empty(), "{}: {:#?}", projector.name(), report.differences);
    }
}

/// A small community in which something of everything has happened.
async fn community(app: &TestApp) -> Vec<Person> {
    let mut people = Vec::new();
    for n in 0..8 {
        people.push(app.enrol(&format!("person{n}")).await);
    }
    for (n, person) in people.iter().enumerate() {
        for step in 1..4 {
            person.follow(&people[(n + step) % 8]).await;
        }
        let post = person.publish(&format!("{n}번째 글 #한강 #tag{n} @person1")).await;
        let other = &people[(n + 1) % 8];
        let comment = other.comment(&post, "댓글").await;
        let reply = person.reply(&post, &comment, "답글").await;
        person.put_empty(&format!("/v1/comments/{comment}/like")).await.expect(204);
        other.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204);
        match n % 4 {
            0 => {
                person.patch(&format!("/v1/posts/{post}"), json!({ "text": "고친 글 #밤" })).await.expect(200)
            }
            1 => person.delete(&format!("/v1/posts/{post}")).await.expect(204),
            2 => other.delete(&format!("/v1/comments/{comment}")).await.expect(204),
            _ => person.delete(&format!("/v1/comments/{reply}")).await.expect(204),
        };
    }
    for (n, person) in people.iter().enumerate() {
        for tag in ["한강".to_owned(), format!("tag{n}")] {
            person.put_empty(&format!("/v1/tags/{tag}/follow")).await.expect(204);
        }
    }
    people[3].delete("/v1/tags/한강/follow").await.expect(204);
    for query in ["감귤", "한강", "감귤", "바다"] {
        people[2].post("/v1/me/searches", json!({ "query": query })).await.expect(200);
    }
    let forgotten = people[3].post("/v1/me/searches", json!({ "query": "감귤" })).await.expect(200).id();
    people[3].delete(&format!("/v1/me/searches/{forgotten}")).await.expect(204);
    let operator = app.operator().await;
    for (slug, anonymous) in [("night", true), ("market", false)] {
        let board = json!({ "name": slug, "anonymous": anonymous });
        operator.put(&format!("/v1/boards/{slug}"), board).await.expect(200);
        let on_board = json!({ "text": "밤의 글 #밤", "board": slug });
        let post = people[2].post("/v1/posts", on_board).await.expect(201).id();
        let comment = people[3].comment(&post, "밤의 댓글").await;
        people[2].reply(&post, &comment, "밤의 답글").await;
        people[3].put_empty(&format!("/v1/posts/{post}/like")).await.expect(204);
        people[2].put_empty(&format!("/v1/comments/{comment}/like")).await.expect(204);
    }
    people[0].unfollow(&people[1]).await;
    let secret = json!({ "text": "우리끼리 #한강", "visibility": "followers" });
    let secret = people[4].post("/v1/posts", secret).await.expect(201).id();
    people[4].put_empty(&format!("/v1/posts/{secret}/pin")).await.expect(204);
    people[5].put("/v1/me/privacy", json!({ "private": true })).await.expect(200);
    for (asker, path) in [(0, "/v1/users/person5/follow"), (1, "/v1/users/person5/follow")] {
        people[asker].put_empty(path).await.expect(202);
    }
    people[5].put_empty("/v1/me/follow-requests/person0").await.expect(204);
    people[2].put_empty("/v1/users/person3/block").await.expect(204);
    people[2].put_empty("/v1/users/person6/mute").await.expect(204);
    people[7].leave().await.expect(204);
    people
}

#[tokio::test(flavor = "multi_thread")]
async fn every_read_model_equals_its_rebuilt_copy_and_the_events() {
    let app = TestApp::start().await;
    community(&app).await;
    no_difference(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_spoiled_by_hand_is_found_in_every_table() {
    let app = TestApp::start().await;
    community(&app).await;
    no_difference(&app).await;
    let spoilers = [
        (
            "profiles",
            "update profiles.people set follower_count = follower_count + 1 where handle = 'person2'",
        ),
        (
            "profiles",
            "delete from profiles.follows where position = (select min(position) from profiles.follows)",
        ),
        (
            "posts",
            "update posts.posts set like_count = 7 where post_id = (select post_id from posts.posts order by post_id limit 1)",
        ),
        ("posts", "delete from posts.likes where position = (select min(position) from posts.likes)"),
        (
            "comments",
            "update comments.comments set text = 'x' where comment_id = (select comment_id from comments.comments where not deleted order by comment_id limit 1)",
        ),
        ("profiles", "delete from profiles.follow_requests"),
        ("profiles", "delete from profiles.hidden where reason = 'mutes'"),
        ("posts", "update posts.posts set followers_only = not followers_only"),
        ("posts", "update posts.posts set view_count = view_count + 1"),
        ("posts", "delete from posts.follows where ctid = (select min(ctid) from posts.follows)"),
        ("posts", "delete from posts.hidden where reason = 'blocked'"),
        ("comments", "delete from comments.hidden where reason = 'blocks'"),
        ("boards", "update boards.boards set closed = true where slug = 'night'"),
        ("search", "update search.posts set text = 'x' where not gone"),
        ("search", "update search.posts set like_count = like_count + 1 where not gone"),
        ("search", "update search.posts set author_id = board_id where author_id is null and not gone"),
        ("search", "update search.people set private = not private"),
        ("search", "update search.tags set post_count = 9 where tag = '한강'"),
        ("searches", "update searches.recent set position = position + 1"),
        ("searches", "delete from searches.recent where ctid = (select min(ctid) from searches.recent)"),
        ("searches", "delete from searches.away"),
        ("boards", "delete from boards.boards where slug = 'market'"),
        ("tags", "update tags.tags set post_count = post_count + 1 where tag = '한강'"),
        ("tags", "update tags.tags set follower_count = 0 where tag = '한강'"),
        ("tags", "update tags.tagged set like_count = like_count + 1 where tag = '한강'"),
        ("tags", "update tags.posts set published_at = published_at - interval '1 day'"),
        ("tags", "delete from tags.followed where tag = 'tag1'"),
        ("timelines", "delete from timelines.entries where ctid = (select min(ctid) from timelines.entries)"),
        ("timelines", "update timelines.authors set follower_count = 99"),
    ];
    for (name, spoil) in spoilers {
        let spoiled = sqlx::query(spoil).execute(&app.pool).await.expect("spoiled").rows_affected();
        assert!(spoiled > 0, "{spoil}");
        let projector = app.projector(name);
        let report = verified(&app, &*projector).await;
        assert!(!report.differences.is_empty(), "not found: {spoil}");
        app.rebuild(name).await;
        let report = verified(&app, &*projector).await;
        assert!(report.differences.is_empty(), "after a rebuild: {:#?}", report.differences);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_during_writes_and_reads_loses_nothing_and_fails_no_request() {
    let app = TestApp::start().await;
    let people = community(&app).await;
    let rebuilding = Arc::new(AtomicBool::new(true));
    let busy = people[..6].iter().cloned().map(|person| {
        let rebuilding = rebuilding.clone();
        tokio::spawn(async move {
            let mut rounds = 0;
            while rebuilding.load(Ordering::Relaxed) {
                let post = person.publish(&format!("{rounds} #바쁨")).await;
                person.put_empty(&format!("/v1/posts/{post}/like")).await.expect(204);
                let read = person.get(&format!("/v1/posts/{post}")).await.expect(200);
                assert_eq!(read.json["like_count"], 1);
                // Others write meanwhile: the page is long enough for all of them.
                let timeline = person.get("/v1/timeline?limit=100").await.expect(200);
                assert!(timeline.each("id").contains(&post), "{:#}", timeline.json);
                person.get("/v1/me").await.expect(200);
                person.get("/v1/posts?tag=바쁨&limit=5").await.expect(200);
                person.comment(&post, "나").await;
                let comments = person.get(&format!("/v1/posts/{post}/comments")).await.expect(200);
                assert_eq!(comments.each("text"), ["나"]);
                rounds += 1;
            }
            rounds
        })
    });
    let busy: Vec<_> = busy.collect();
    let source = LogReader::new(app.pool.clone());
    for _ in 0..5 {
        for projector in projectors(&app) {
            rebuild(&*projector, &app.pool, &source, &|_| {}).await.expect("rebuilt");
        }
    }
    rebuilding.store(false, Ordering::Relaxed);
    let rounds: Vec<i32> =
        join_all(busy).await.into_iter().map(|joined| joined.expect("no failure")).collect();
    assert!(rounds.iter().all(|&rounds| rounds > 0), "{rounds:?}");
    no_difference(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_copy_is_rebuilt_when_its_projector_has_a_newer_version() {
    let mut app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let post = mina.publish("글").await;
    mina.get("/v1/timeline").await.expect(200);
    app.stop().await;
    // The statements leave the read model as an older build would: another version, and rows that mean
    // something else.
    for sql in ["update timelines.checkpoint set version = 0", "delete from timelines.entries"] {
        sqlx::query(sql).execute(&app.pool).await.expect("made old");
    }
    let app = app.second_node(|_| {}).await;
    let mina = mina.at(&app);
    let newer = mina.publish("새 글").await;
    assert_eq!(mina.get("/v1/timeline").await.expect(200).each("id"), [newer, post]);
    no_difference(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_projector_leaves_does_not_depend_on_how_the_log_was_cut_into_batches() {
    // A slowed runner takes what has gathered meanwhile as one batch; a quick one takes each event alone.
    let slow = |settings: &mut service::settings::Settings| {
        settings.projector_delay = std::time::Duration::from_millis(30);
        settings.merge_threshold = 2;
    };
    let app = TestApp::start_with(slow).await;
    let people = community(&app).await;
    let all = join_all(people[..6].iter().map(|person| async {
        for n in 0..10 {
            person.publish(&format!("{n}")).await;
        }
    }));
    all.await;
    no_difference(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_event_is_parked_and_others_flow_on() {
    let app = TestApp::start().await;
    let (mina, sora) = (app.enrol("mina").await, app.enrol("sora").await);
    let (sick, well) = (mina.publish("아픈 글").await, mina.publish("멀쩡한 글").await);
    // The event is stored as a newer build would store it.
    store(&app.pool, &sick, 2, ("PostPainted", "1"), json!({ "type": "PostPainted" })).await;
    let like = sora.put_empty(&format!("/v1/posts/{well}/like")).await.expect(204);
    let read = sora.get(&format!("/v1/posts/{well}")).await.expect(200);
    assert!(!read.is_stale() && read.position() >= like.position());
    assert_eq!(read.json["like_count"], 1, "others flow on");
    let names = ["posts", "comments", "tags", "timelines"];
    let status = event_log::status::status(&app.pool, &names).await.expect("status");
    for projection in status.projections {
        assert_eq!(projection.parked_count, 1, "{}", projection.name);
        let parked = &projection.parked[0];
        assert_eq!((parked.position, parked.event_type.as_str()), (5, "PostPainted"));
        assert!(parked.error.contains("PostPainted"), "{}", parked.error);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_and_checkpoints_survive_a_restart_and_a_stream_that_lost_everything() {
    let mut app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let before = mina.publish("먼저").await;
    mina.get("/v1/timeline").await.expect(200);
    app.stop().await;
    let (log_id,): (uuid::Uuid,) =
        sqlx::query_as("select id from log").fetch_one(&app.pool).await.expect("a log");
    let nats = async_nats::connect(&*app.settings.nats_url).await.expect("NATS");
    let stream = async_nats::jetstream::new(nats).get_stream(format!("EVENTS_{log_id}")).await;
    stream.expect("the stream").purge().await.expect("purged");
    let app = app.second_node(|_| {}).await;
    let mina = mina.at(&app);
    let after = mina.publish("나중").await;
    let timeline = mina.get("/v1/timeline").await.expect(200);
    assert!(!timeline.is_stale());
    assert_eq!(timeline.each("id"), [after, before]);
    no_difference(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_stops_the_relay_with_advice_until_the_log_gets_a_new_id() {
    let mut app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let backed_up = mina.publish("남은 글").await;
    mina.publish("백업 뒤의 글").await;
    mina.get("/v1/timeline").await.expect(200);
    app.stop().await;
    // The statements leave what a backup from before the second post would hold.
    for sql in [
        "delete from events where position = 3",
        "update log set head = 2",
        "drop schema timelines cascade",
        "drop schema posts cascade",
        "drop schema profiles cascade",
        "drop schema tags cascade",
        "drop schema searches cascade",
        "drop schema comments cascade",
        "drop schema media cascade",
        "drop schema search cascade",
    ] {
        sqlx::query(sql).execute(&app.pool).await.expect("restored");
    }
    let mut restored = app.second_node(|_| {}).await;
    let advice = async {
        loop {
            let status = event_log::status::status(&restored.pool, &[]).await.expect("status");
            match status.relay.stopped_because {
                Some(advice) if advice.contains("renew-log-id") => return,
                _ => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), advice)
        .await
        .expect("the relay says what to do");
    restored.stop().await;
    event_log::event_store::renew_log_id(&restored.pool).await.expect("renewed");
    let renewed = app.second_node(|_| {}).await;
    let mina = mina.at(&renewed);
    let after = mina.publish("새 미래").await;
    assert_eq!(mina.get("/v1/timeline").await.expect(200).each("id"), [after, backed_up]);
    let status = event_log::status::status(&renewed.pool, &[]).await.expect("status");
    assert_eq!(status.relay.stopped_because, None);
    no_difference(&renewed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_of_every_role_apply_each_event_once_and_one_takes_over_from_the_other() {
    let mut first = TestApp::start().await;
    let second = first.second_node(|_| {}).await;
    let people = community(&first).await;
    let (mina, there) = (people[2].clone(), people[2].at(&second));
    for n in 0..20 {
        let published = mina.post("/v1/posts", json!({ "text": format!("{n}") })).await.expect(201);
        let read = there.see(&second, "/v1/timeline?limit=1").await;
        assert_eq!(read.each("id"), [published.id()]);
    }
    no_difference(&first).await;
    first.stop().await;
    for n in 0..20 {
        let id = there.publish(&format!("나중 {n}")).await;
        let read = there.see(&second, "/v1/timeline?limit=1").await;
        assert_eq!(read.each("id"), [id]);
    }
    no_difference(&second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_concern_a_read_model_costs_no_transaction_and_is_noted_within_a_second_or_two() {
    let app = TestApp::start().await;
    let mina = app.register("mina").await;
    let post = mina.publish("태그 없는 글").await;
    let comment = mina.comment(&post, "댓글").await;
    for _ in 0..10 {
        mina.put_empty(&format!("/v1/comments/{comment}/like")).await.expect(204);
        mina.delete(&format!("/v1/comments/{comment}/like")).await.expect(204);
    }
    app.settle(&mina).await;
    until_true("the checkpoint is at the head", async || {
        let behind = "select log.head - checkpoint.position from log, tags.checkpoint";
        let behind: i64 = sqlx::query_scalar(behind).fetch_one(&app.pool).await.expect("both are there");
        behind == 0
    })
    .await;
    let tagged = mina.publish("#한강").await;
    let found = mina.see(&app, "/v1/posts?tag=한강").await.expect(200);
    assert_eq!(found.each("id"), [tagged]);
    mina.publish("태그 없는 글").await;
    let edited = mina.publish("#하나").await;
    mina.patch(&format!("/v1/posts/{edited}"), json!({ "text": "#둘" })).await.expect(200);
    assert_eq!(mina.see(&app, "/v1/posts?tag=하나").await.expect(200).items().len(), 0);
    app.settle(&mina).await;
    no_difference(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_a_replay_and_a_past_call_no_reaction() {
    let app = TestApp::start().await;
    let log = Log::on(app.settings.database_url.to_string()).await;
    let mina = app.enrol("mina").await;
    mina.publish("글").await;
    let reaction = Answering::from(Begins::AtFirst);
    begin(&log, &reaction).await;
    let _running = run(&reaction, &log.url, &log.executor, Uuid::new_v4());
    crate::media::ready(&mina).await;
    app.settle(&mina).await;
    caught_up(&log).await;
    let begun = async || react::status::status(&app.pool).await.expect("status").len();
    let (seen_posts, reactions) = (reaction.seen_posts(), begun().await);
    assert_eq!(seen_posts, ["글"]);

    app.rebuild("posts").await;
    app.madang(&["rebuild", "media"]).await.expect("rebuilt");
    app.madang(&["replay", "--into", "then", "--until", &app.head().await.to_string()]).await.expect("made");
    let past = app.second_node(|settings| settings.as_of = Some("then".to_owned())).await;
    mina.at(&past).get("/v1/posts").await.expect(200);
    mina.publish("또").await;
    caught_up(&log).await;
    assert_eq!(reaction.seen_posts(), ["글", "또"], "what happened before is not asked about again");
    assert_eq!(begun().await, reactions, "a past begins none");
    let jobs = "select count(*) from jobs where kind = 'process_photo'";
    let jobs: i64 = sqlx::query_scalar(jobs).fetch_one(&app.pool).await.expect("a count");
    assert_eq!(jobs, 0, "no photo is looked at again");
}
