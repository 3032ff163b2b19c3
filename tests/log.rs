//! The log's promises: one order without gaps, one answer for each command, nothing twice.

use crate::support::log::{Log, envelope, keyed, register};
use domain::Decide;
use domain::like::{Like, LikeCommand, Target};
use domain::post::{Post, PostBody, PostCommand};
use domain::user::User;
use domain::value::{LikeId, Photos, PostId, PostText, UserId};
use event_log::event_store::CommandError;
use futures::future::join_all;
use sqlx::postgres::PgConnectOptions;
use std::collections::HashSet;
use uuid::Uuid;

fn publish(by: UserId, text: &str) -> PostCommand {
    let text = PostText::parse(text).expect("a text");
    let body = PostBody::new(None, text, vec![], Photos::default(), false).expect("a body");
    PostCommand::Publish { by, body, board: None, original_published_at: None }
}

fn edit(by: UserId, text: &str) -> PostCommand {
    let text = PostText::parse(text).expect("a text");
    PostCommand::Edit {
        by,
        body: PostBody::new(None, text, vec![], Photos::default(), false).expect("a body"),
    }
}

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_are_one_to_n_without_a_gap_under_conflicts_claims_and_two_processes() {
    let log = Log::new().await;
    let others = [log.executor.clone(), log.another_executor().await];
    let post = Uuid::now_v7();
    log.executor.execute::<Post>(post, publish(user(1), "하나"), &envelope(None)).await.expect("published");
    let storm = (0..600u32).map(|n| {
        let executor = others[n as usize % 2].clone();
        tokio::spawn(async move {
            let nobody = envelope(None);
            match n % 3 {
                0 => {
                    let handle = format!("someone{}", n % 60);
                    executor.execute::<User>(Uuid::now_v7(), register(&handle), &nobody).await.is_ok()
                }
                1 => executor.execute::<Post>(post, edit(user(1), &format!("글 {n}")), &nobody).await.is_ok(),
                _ => {
                    let id = Uuid::now_v7();
                    executor.execute::<Post>(id, publish(user(2), "또"), &nobody).await.is_ok()
                }
            }
        })
    });
    let answers = join_all(storm).await;
    let stored = answers.into_iter().filter(|answer| matches!(answer, Ok(true))).count();
    assert!(stored >= 220, "only {stored} were stored");
    let positions = log.positions().await;
    assert_eq!(positions, (1..=log.head().await).collect::<Vec<_>>());
    let (backwards,): (i64,) = sqlx::query_as(
        "select count(*) from (select recorded_at < lag(recorded_at) over (order by position) as back
         from events) e where back",
    )
    .fetch_one(&log.pool)
    .await
    .expect("times read");
    assert_eq!(backwards, 0, "time and position disagree");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_who_want_one_handle_one_gets_it() {
    let log = Log::new().await;
    let tries = (0..64).map(|_| {
        let executor = log.executor.clone();
        tokio::spawn(async move {
            executor.execute::<User>(Uuid::now_v7(), register("mina"), &envelope(None)).await
        })
    });
    let answers: Vec<_> = join_all(tries).await.into_iter().map(|joined| joined.expect("no panic")).collect();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let taken = answers.iter().filter(|answer| matches!(answer, Err(CommandError::ClaimTaken { .. })));
    assert_eq!(taken.count(), 63);
    assert_eq!(log.positions().await, [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_given_back_is_free_for_others() {
    let log = Log::new().await;
    let (a, b) = (Uuid::now_v7(), Uuid::now_v7());
    let change = |handle: &str| domain::user::UserCommand::ChangeHandle {
        handle: domain::value::Handle::parse(handle).expect("a handle"),
    };
    log.executor.execute::<User>(a, register("mina"), &envelope(None)).await.expect("registered");
    log.executor.execute::<User>(a, change("Mina"), &envelope(None)).await.expect("one's own in capitals");
    let refused = log.executor.execute::<User>(b, register("mina"), &envelope(None)).await;
    assert!(matches!(refused, Err(CommandError::ClaimTaken { .. })), "{refused:?}");
    log.executor.execute::<User>(a, change("sora"), &envelope(None)).await.expect("changed");
    log.executor.execute::<User>(b, register("mina"), &envelope(None)).await.expect("free again");
    let key = domain::value::Handle::key_of("MINA");
    assert_eq!(log.executor.claimed("handle", &key).await.expect("read"), Some(b), "by its key");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_32_times_at_once_is_one_event_and_32_equal_answers() {
    let log = Log::new().await;
    let tries = (0..32).map(|_| {
        let executor = log.executor.clone();
        tokio::spawn(async move {
            let envelope = keyed(Some(user(1)), "k", 1);
            executor.execute::<Post>(Uuid::now_v7(), publish(user(1), "한 번"), &envelope).await
        })
    });
    let answers = join_all(tries).await.into_iter().map(|joined| joined.expect("no panic").expect("stored"));
    let different: HashSet<_> =
        answers.map(|answer| (answer.id, answer.version, answer.position, answer.created_at)).collect();
    assert_eq!(different.len(), 1, "{different:?}");
    assert_eq!(log.positions().await, [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_answers_as_the_first_time_even_after_later_changes() {
    let log = Log::new().await;
    let id = Uuid::now_v7();
    let author = user(1);
    let first = keyed(Some(author), "first", 1);
    log.executor.execute::<Post>(id, publish(author, "처음"), &first).await.expect("published");
    log.executor.execute::<Post>(id, edit(author, "나중"), &envelope(Some(author))).await.expect("edited");
    let again = log.executor.execute::<Post>(Uuid::now_v7(), publish(author, "처음"), &first).await;
    let again = again.expect("answered");
    assert_eq!((again.id, again.version, again.state.text.as_str()), (id, 1, "처음"));
    let other = keyed(Some(author), "first", 2);
    let refused = log.executor.execute::<Post>(Uuid::now_v7(), publish(author, "딴것"), &other).await;
    assert!(matches!(refused, Err(CommandError::KeyReused)), "{refused:?}");
    let someone_else = keyed(Some(user(2)), "first", 1);
    let answer = log.executor.execute::<Post>(Uuid::now_v7(), publish(user(2), "내것"), &someone_else).await;
    assert!(answer.is_ok(), "keys belong to people");
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_yield_no_event_even_when_another_process_did_the_first() {
    let log = Log::new().await;
    let other = log.another_executor().await;
    let target = Target::Post(PostId(Uuid::now_v7()));
    let id = LikeId::of(user(1), target).0;
    let like = LikeCommand::Like { user_id: user(1), target, target_is_open: true };
    let unlike = LikeCommand::Unlike { user_id: user(1), target };
    let liked = log.executor.execute::<Like>(id, like, &envelope(None)).await.expect("liked");
    let again = other.execute::<Like>(id, like, &envelope(None)).await.expect("liked already");
    assert_eq!((liked.position, liked.version), (again.position, again.version));
    other.execute::<Like>(id, unlike, &envelope(None)).await.expect("unliked");
    // The first executor still remembers the target as liked.
    log.executor.execute::<Like>(id, like, &envelope(None)).await.expect("liked again");
    assert_eq!(log.positions().await, [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_memory_neither_refuses_nor_allows_wrongly() {
    let log = Log::new().await;
    let other = log.another_executor().await;
    let id = Uuid::now_v7();
    log.executor.execute::<Post>(id, publish(user(1), "글"), &envelope(None)).await.expect("published");
    other.execute::<Post>(id, PostCommand::Delete { by: user(1) }, &envelope(None)).await.expect("deleted");
    let refused = log.executor.execute::<Post>(id, edit(user(1), "늦음"), &envelope(None)).await;
    assert!(matches!(refused, Err(CommandError::Refused(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guilty_command_stands_alone() {
    let log = Log::new().await;
    // A correct client can't write NUL; the database would refuse the whole batch for it.
    let tries = (0..50).map(|n| {
        let executor = log.executor.clone();
        tokio::spawn(async move {
            let key = if n == 25 { "k\0".to_owned() } else { format!("k{n}") };
            let envelope = keyed(Some(user(1)), &key, 1);
            let id = Uuid::now_v7();
            let done = executor.execute::<Post>(id, publish(user(1), "글"), &envelope).await;
            (n, done.is_ok())
        })
    });
    for joined in join_all(tries).await {
        let (n, ok) = joined.expect("no panic");
        assert_eq!(ok, n != 25, "command {n}");
    }
    assert_eq!(log.positions().await.len(), 49);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_es_reads_the_log_unchanged() {
    use cqrs_es::persist::PersistedEventRepository;
    let log = Log::new().await;
    let id = Uuid::now_v7();
    log.executor.execute::<Post>(id, publish(user(1), "하나"), &envelope(None)).await.expect("published");
    log.executor.execute::<Post>(id, edit(user(1), "둘"), &envelope(None)).await.expect("edited");
    let repository = postgres_es::PostgresEventRepository::new(log.pool.clone());
    let events = repository.get_events::<Post>(&id.to_string()).await.expect("read");
    let mut post = Post::default();
    for event in &events {
        post.evolve(&serde_json::from_value(event.payload.clone()).expect("an event"));
    }
    assert_eq!((events.len(), post.text.as_str()), (2, "둘"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_may_lose_commits_is_refused_by_name() {
    let log = Log::new().await;
    event_log::event_store::must_be_durable(&log.pool).await.expect("the private stack is safe");
    let options: PgConnectOptions = log.url.parse().expect("a URL");
    let options = options.options([("synchronous_commit", "off")]);
    let pool = sqlx::PgPool::connect_with(options).await.expect("the database");
    let refused = event_log::event_store::must_be_durable(&pool).await.expect_err("refused");
    assert!(refused.to_string().contains("synchronous_commit off"), "{refused}");
}
