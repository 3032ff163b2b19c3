//! Letters: sent by any process that is up, once, and without making a request wait. The mail server is a
//! real one, on TCP.

use crate::faults::{Up, until, within};
use crate::support::client::Person;
use crate::support::smtp::{Mood, Sink};
use crate::support::wait::until_true;
use crate::support::{TestApp, binary, client, database};
use chrono::{DateTime, Utc};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::HashSet;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use vault::mail::{Language, Letter, Outbox};

const CODE: &str = "902417";
const LINK: &str =
    "https://madang.example/reset?token=a-rather-long-token-that-no-line-of-a-mail-has-room-for-0123456789";

async fn app_with(sink: &Sink) -> TestApp {
    TestApp::start_with(|settings| settings.smtp_url = Some(sink.url().into())).await
}

async fn enqueue(pool: &PgPool, to: &str, language: Language, letter: &Letter) {
    let mut tx = pool.begin().await.expect("a transaction");
    Outbox::default().enqueue(&mut tx, to, language, letter).await.expect("it is enqueued");
    tx.commit().await.expect("it commits");
}

async fn enqueue_code(pool: &PgPool, to: &str) {
    enqueue(pool, to, Language::Korean, &Letter::SignUpCode { code: CODE.to_owned() }).await;
}

async fn count(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from vault.outbox").fetch_one(pool).await.expect("a count")
}

/// All rows of the queue, as text.
async fn content(pool: &PgPool) -> String {
    sqlx::query_scalar("select coalesce(string_agg(o::text, ' '), '') from vault.outbox o")
        .fetch_one(pool)
        .await
        .expect("rows")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_arrives_in_the_language_of_its_reader() {
    let sink = Sink::start().await;
    let app = app_with(&sink).await;
    enqueue_code(&app.pool, "mina@madang.example").await;
    let korean = sink.mail_to("mina@madang.example").await;
    assert_eq!(korean.subject, "마당 가입 인증 코드");
    assert!(korean.text.contains(CODE) && korean.text.contains("10분 동안"), "{}", korean.text);
    assert_eq!(korean.from, "no-reply@localhost");

    let reset = Letter::PasswordReset { link: LINK.to_owned() };
    enqueue(&app.pool, "mina@madang.example", Language::English, &reset).await;
    let english = sink.mail_to("mina@madang.example").await;
    assert_eq!(english.subject, "Reset your Madang password");
    assert!(english.text.contains(LINK), "{}", english.text);
    assert_ne!(english.message_id, korean.message_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_sent_when_its_transaction_commits_and_only_then() {
    let sink = Sink::start().await;
    let app = app_with(&sink).await;
    let outbox = Outbox::default();
    let code = Letter::SignUpCode { code: CODE.to_owned() };
    let mut open = app.pool.begin().await.expect("a transaction");
    outbox.enqueue(&mut open, "open@b.kr", Language::Korean, &code).await.expect("it is enqueued");
    let mut undone = app.pool.begin().await.expect("a transaction");
    outbox.enqueue(&mut undone, "undone@b.kr", Language::Korean, &code).await.expect("it is enqueued");
    undone.rollback().await.expect("it is undone");

    enqueue_code(&app.pool, "first@b.kr").await;
    sink.mail_to("first@b.kr").await;
    assert_eq!(sink.so_far().len(), 1);
    open.commit().await.expect("it commits");
    sink.mail_to("open@b.kr").await;
    assert_eq!(sink.so_far().len(), 2, "what was undone is never sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_away_or_not_ready_gets_its_letters_later() {
    let mut sink = Sink::start().await;
    let app = app_with(&sink).await;
    sink.leave().await;
    enqueue_code(&app.pool, "away@b.kr").await;
    until("an attempt fails", async || {
        let sql = "select last_error from vault.outbox";
        let why: Option<String> = sqlx::query_scalar(sql).fetch_one(&app.pool).await.expect("a row");
        why
    })
    .await;
    sink.come_back().await;
    sink.mail_to("away@b.kr").await;

    for answer in ["451 try again later", "535 log in first"] {
        waits_for_the_mend(&sink, &app, Mood::Refusing(answer)).await;
    }
}

/// Tries that a letter which the server refuses in this mood arrives when the mood has passed.
async fn waits_for_the_mend(sink: &Sink, app: &TestApp, mood: Mood) {
    sink.be(mood);
    let refusals = sink.refusals();
    enqueue_code(&app.pool, "later@b.kr").await;
    sink.refused(refusals + 1).await;
    sink.be(Mood::Kind);
    sink.mail_to("later@b.kr").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_is_not_of_the_recipient_loses_no_letter() {
    let sink = Sink::start().await;
    let app = app_with(&sink).await;
    for (step, answer) in [
        ("connect", "554 5.7.1 No SMTP service here"),
        ("EHLO", "550 not you"),
        ("MAIL", "553 5.7.1 Sender address rejected"),
        ("MAIL", "552 too much"),
        ("RCPT", "554 5.7.1 Relay access denied"),
        ("RCPT", "550 5.4.5 Daily sending limit exceeded"),
        ("DATA", "554 no"),
        (".", "550 5.7.26 Unauthenticated mail"),
    ] {
        waits_for_the_mend(&sink, &app, Mood::RefusingAt(step, answer)).await;
    }
    until_true("every letter has left the queue", async || count(&app.pool).await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_hangs_is_in_nobodys_way() {
    let sink = Sink::start().await;
    let app = app_with(&sink).await;
    sink.be(Mood::Hanging);
    for n in 0..20 {
        enqueue_code(&app.pool, &format!("{n}@b.kr")).await;
    }
    sink.hangs(8).await;
    app.register("mina").await.publish("글").await;
    enqueue_code(&app.pool, "20@b.kr").await;
    assert!(sink.so_far().is_empty(), "all of this happened while every letter hung");
    sink.be(Mood::Kind);
    sink.all(21).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_for_good_is_given_up_at_once_and_forgotten() {
    let sink = Sink::start().await;
    let app = app_with(&sink).await;
    sink.be(Mood::Refusing("550 5.1.1 <gone@b.kr>: no such mailbox"));
    enqueue_code(&app.pool, "gone@b.kr").await;
    let (attempts, why) = until("it is given up", async || {
        let sql = "select attempts, last_error from vault.outbox where gave_up_at is not null";
        sqlx::query_as::<_, (i32, String)>(sql).fetch_optional(&app.pool).await.expect("rows")
    })
    .await;
    assert_eq!(attempts, 1);
    assert!(why.contains("550"), "{why}");
    let left = content(&app.pool).await;
    assert!(!left.contains("b.kr") && !left.contains(CODE), "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_in_no_table_any_more_and_is_counted() {
    let sink = Sink::start().await;
    let mut app = app_with(&sink).await;
    enqueue_code(&app.pool, "mina@b.kr").await;
    sink.mail_to("mina@b.kr").await;
    let metrics = app.ops().metrics_when(|metrics| metrics.contains("mail_waiting")).await;
    for name in ["mail_waiting{channel=\"email\"}", "mail_waiting{channel=\"sms\"}"] {
        assert!(metrics.contains(name), "{name} in {metrics}");
    }
    app.stop().await;
    assert_eq!(count(&app.pool).await, 0);
    let metrics = service::telemetry::install().render();
    assert!(metrics.contains("mail_sent_total{channel=\"email\"}"), "{metrics}");
    assert!(!metrics.contains("b.kr"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_of_no_use_any_more_is_not_sent() {
    // The node has no mail server yet: letters wait.
    let app = TestApp::start().await;
    for late in ["not_after = now()", "created_at = now() - interval '1 day', not_after = null"] {
        let mut tx = app.pool.begin().await.expect("a transaction");
        let code = Letter::SignUpCode { code: CODE.to_owned() };
        let enqueued = Outbox::default().enqueue(&mut tx, "late@b.kr", Language::Korean, &code).await;
        enqueued.expect("it is enqueued");
        let sql = format!("update vault.outbox set {late} where not_after > now()");
        sqlx::query(&sql).execute(&mut *tx).await.expect("it is late");
        tx.commit().await.expect("it commits");
    }
    enqueue_code(&app.pool, "intime@b.kr").await;

    let sink = Sink::start().await;
    let mut sending = app.second_node(|settings| settings.smtp_url = Some(sink.url().into())).await;
    sink.mail_to("intime@b.kr").await;
    sending.stop().await;
    vault::mail::sweep(&app.pool).await.expect("it sweeps");
    assert_eq!(sink.so_far().len(), 1, "they were due before the one that arrived");
    let gave_up: Vec<(String, String, bool)> =
        sqlx::query_as("select recipient, body, gave_up_at is not null from vault.outbox")
            .fetch_all(&app.pool)
            .await
            .expect("rows");
    assert_eq!(gave_up, [(String::new(), String::new(), true), (String::new(), String::new(), true)]);

    let sql = "update vault.outbox set gave_up_at = gave_up_at - interval '1 day'";
    sqlx::query(sql).execute(&app.pool).await.expect("a day passes");
    vault::mail::sweep(&app.pool).await.expect("it sweeps");
    assert_eq!(count(&app.pool).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_send_each_letter_once() {
    const LETTERS: usize = 100;
    let sink = Sink::start().await;
    let mut one = app_with(&sink).await;
    let mut two = one.second_node(|_| {}).await;
    let outbox = Outbox::default();
    let mut tx = one.pool.begin().await.expect("a transaction");
    for n in 0..LETTERS {
        let device = Letter::SessionsEnded { device: format!("phone number {n}") };
        let to = format!("{n}@b.kr");
        outbox.enqueue(&mut tx, &to, Language::English, &device).await.expect("it is enqueued");
    }
    tx.commit().await.expect("it commits");
    sink.all(LETTERS).await;
    one.stop().await;
    two.stop().await;
    let letters = sink.so_far();
    let ids: HashSet<_> = letters.iter().map(|letter| &letter.message_id).collect();
    assert_eq!((letters.len(), ids.len()), (LETTERS, LETTERS));
    for letter in &letters {
        let number = letter.to.split('@').next().expect("a number");
        let device = format!("phone number {number}");
        assert!(letter.text.lines().any(|line| line == device), "{letter:?}");
    }
    assert_eq!(count(&one.pool).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_when_a_process_stops_is_due_again_at_once() {
    let sink = Sink::start().await;
    let mut app = app_with(&sink).await;
    sink.be(Mood::Hanging);
    enqueue_code(&app.pool, "mina@b.kr").await;
    sink.hangs(1).await;
    app.stop().await;
    let due: bool =
        sqlx::query_scalar("select due_at <= clock_timestamp() from jobs where kind = 'send_email'")
            .fetch_one(&app.pool)
            .await
            .expect("it is there");
    assert!(due);
    sink.let_go().await;
    let _again = app.second_node(|_| {}).await;
    sink.mail_to("mina@b.kr").await;
    assert_eq!(sink.so_far().len(), 1);
}

/// Starts `madang serve` as a process of its own, with this mail server.
async fn serve(database_url: &str, nats_url: &str, sink: &Sink) -> (Child, String) {
    let mut child = Command::new(binary())
        .args(["serve", "--roles", "api", "--listen", "127.0.0.1:0"])
        .env("DATABASE_URL", database_url)
        .env("NATS_URL", nats_url)
        .env("SMTP_URL", sink.url())
        .env("MADANG_STREAM_MAX_BYTES", "67108864")
        .env("MADANG_LOG", "error")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let ready = within("the server is ready", lines.next_line()).await.expect("readable");
    let ready = ready.expect("it does not end early");
    (child, ready.strip_prefix("ready at ").expect("one line").to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_while_it_sends_loses_no_letter() {
    let sink = Sink::start().await;
    let (database_url, nats_url) = database().await;
    let (mut server, _) = serve(&database_url, &nats_url, &sink).await;
    let pool = PgPool::connect(&database_url).await.expect("the database is there");
    sink.be(Mood::Hanging);
    enqueue_code(&pool, "mina@b.kr").await;
    sink.hangs(1).await;
    server.kill().await.expect("it was there");
    sink.let_go().await;
    assert!(sink.so_far().is_empty());

    let leased_until: DateTime<Utc> = sqlx::query_scalar("select due_at from jobs where kind = 'send_email'")
        .fetch_one(&pool)
        .await
        .expect("it waits");
    assert!(leased_until > Utc::now(), "until then it is the killed one's");
    let passes = sqlx::query("update jobs set due_at = clock_timestamp()");
    passes.execute(&pool).await.expect("that time passes");
    let (_server, url) = serve(&database_url, &nats_url, &sink).await;
    let arrived = sink.mail_to("mina@b.kr").await;
    assert!(arrived.text.contains(CODE), "{}", arrived.text);
    let nobody = Person::nobody(&url, client());
    nobody.get("/dev/mailbox").await.expect_problem(404, "route_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn madang_up_shows_letters_and_needs_no_mail_server() {
    let up = Up::start("mailbox").await;
    let pool = up.stores().pool().await;
    enqueue_code(&pool, "mina@b.kr").await;
    let nobody = Person::nobody(&up.url, client());
    until("the letter is shown", async || {
        let page = nobody.get("/dev/mailbox").await.expect(200).text;
        (page.contains("mina@b.kr") && page.contains(CODE)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_can_be_read_where_no_mail_server_is_named_and_only_there() {
    let app = TestApp::start().await;
    app.nobody().get("/dev/mailbox").await.expect_problem(404, "route_not_found");
    let other = app.nobody().get("/dev/other").await;
    let plain = app.nobody().get("/dev/mailbox").await;
    assert_eq!(plain.header("content-security-policy"), other.header("content-security-policy"));

    let trying = app.second_node(|settings| settings.dev_mailbox = true).await;
    let page = trying.nobody().get("/dev/mailbox").await.expect(200);
    assert!(page.text.contains("There is nothing yet"), "{}", page.text);
    enqueue(&app.pool, "+821012345678", Language::Korean, &Letter::PhoneCode { code: CODE.to_owned() }).await;
    enqueue(&app.pool, "a&b@b.kr", Language::English, &Letter::PasswordReset { link: LINK.to_owned() }).await;
    let read = async |path: &str| {
        let request = trying.nobody().request(reqwest::Method::GET, path);
        request.header("accept", "application/json").send().await.expect(200)
    };
    let all = until("both are there", async || {
        let all = read("/dev/mailbox").await;
        (all.items().len() == 2).then_some(all)
    })
    .await;
    assert_eq!(all.each("to"), ["a&b@b.kr", "+821012345678"], "newest first");
    assert_eq!(all.each("channel"), ["email", "sms"]);
    assert_eq!(all.each("subject"), ["Reset your Madang password", ""]);
    assert!(all.each("text")[0].contains(LINK) && all.each("text")[1].contains(CODE));
    all.each("created_at")[0].parse::<DateTime<Utc>>().expect("RFC 3339");
    all.each("id")[0].parse::<uuid::Uuid>().expect("an id");
    assert_eq!(read("/dev/mailbox?to=a%26b@b.kr").await.each("to"), ["a&b@b.kr"]);
    for bad in ["to=%00", "from=x"] {
        trying.nobody().get(&format!("/dev/mailbox?{bad}")).await.expect_problem(400, "invalid_query");
    }

    let page = trying.nobody().get("/dev/mailbox").await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src"));
    assert!(page.text.contains(&format!("<a href=\"{LINK}\"")), "{}", page.text);
    assert!(page.text.contains("a&amp;b@b.kr") && page.text.contains(CODE), "{}", page.text);

    sqlx::query("update vault.outbox set sent_at = sent_at - interval '1 day'")
        .execute(&app.pool)
        .await
        .expect("a day passes");
    vault::mail::sweep(&app.pool).await.expect("it sweeps");
    assert!(read("/dev/mailbox").await.items().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_named_is_used_even_where_there_is_a_mailbox() {
    let sink = Sink::start().await;
    let app = TestApp::start_with(|settings| {
        settings.smtp_url = Some(sink.url().into());
        settings.dev_mailbox = true;
    })
    .await;
    enqueue_code(&app.pool, "mina@b.kr").await;
    sink.mail_to("mina@b.kr").await;
    let page = app.nobody().get("/dev/mailbox").await.expect(200).text;
    assert!(!page.contains("mina@b.kr"), "{page}");
}

/// A request to the SMS service: its headers `authorization` and `idempotency-key`, and its body.
type SmsRequest = (String, String, Value);

/// An SMS service on HTTP that answers with the status of the moment.
async fn sms_service(status: Arc<AtomicU16>) -> (String, mpsc::UnboundedReceiver<SmsRequest>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/send", listener.local_addr().expect("an address"));
    let (sender, requests) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (sender, status) = (sender.clone(), status.clone());
            let answer = service_fn(move |request: hyper::Request<Incoming>| {
                let (sender, status) = (sender.clone(), status.clone());
                async move {
                    let header = |name: &str| request.headers()[name].to_str().expect("ASCII").to_owned();
                    let (token, key) = (header("authorization"), header("idempotency-key"));
                    let body = request.into_body().collect().await?.to_bytes();
                    let body = serde_json::from_slice(&body).expect("JSON");
                    // The status is read before a test hears of the request: the test's next status is for
                    // the next request.
                    let status = status.load(Ordering::Relaxed);
                    let _ = sender.send((token, key, body));
                    let answer = hyper::Response::builder().status(status).body(Full::<Bytes>::default());
                    Ok::<_, hyper::Error>(answer.expect("a status"))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
    (url, requests)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_goes_to_the_service_with_its_token_until_it_is_taken_or_refused() {
    let status = Arc::new(AtomicU16::new(429));
    let (url, mut requests) = sms_service(status.clone()).await;
    let app = TestApp::start_with(|settings| {
        settings.sms_url = Some(url.into());
        settings.sms_token = Some("a-token".into());
    })
    .await;
    let code = Letter::PhoneCode { code: CODE.to_owned() };
    enqueue(&app.pool, "+821012345678", Language::Korean, &code).await;
    let (token, key, body) = within("an SMS", requests.recv()).await.expect("the service runs");
    assert_eq!(token, "Bearer a-token");
    assert_eq!(body["to"], "+821012345678");
    assert!(body["text"].as_str().is_some_and(|text| text.contains(CODE)), "{body}");
    status.store(202, Ordering::Relaxed);
    let again = within("the same again", requests.recv()).await.expect("the service runs");
    assert_eq!(again, ("Bearer a-token".to_owned(), key, body), "it can be recognised");
    until("it is gone from the queue", async || (count(&app.pool).await == 0).then_some(())).await;

    status.store(422, Ordering::Relaxed);
    enqueue(&app.pool, "+1", Language::English, &code).await;
    let (_, _, body) = within("an SMS", requests.recv()).await.expect("the service runs");
    assert_eq!(body, json!({ "to": "+1", "text": body["text"] }));
    let why = until("it is given up", async || {
        let sql = "select last_error from vault.outbox where gave_up_at is not null";
        sqlx::query_scalar::<_, String>(sql).fetch_optional(&app.pool).await.expect("rows")
    })
    .await;
    assert!(why.contains("422"), "{why}");
    assert!(!content(&app.pool).await.contains(CODE));
}
