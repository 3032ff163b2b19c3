//! Random requests: whatever comes, the answer is yes or no.

use super::{Yard, with};
use crate::support::client::{Answer, Person};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use reqwest::Method;
use serde_json::{Map, Value};

const FIELDS: [&str; 11] = [
    "handle",
    "display_name",
    "bio",
    "links",
    "password",
    "id",
    "title",
    "text",
    "tags",
    "parent_id",
    "published_at",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "\\PC{0,60}",
        "[#@가-힣a-z_ ]{0,80}",
        "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}",
        select(vec![
            "",
            "\0",
            "\u{202e}",
            "'; drop table events; --",
            "\u{feff}",
            "\u{1112}\u{1161}\u{11ab}",
            "#\u{0}",
            "@"
        ])
        .prop_map(str::to_owned),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(name(), inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(FIELDS.to_vec()).prop_map(str::to_owned), 1 => text()]
}

/// A body that is mostly an object with some known fields, mostly of text.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let value = prop_oneof![3 => text().prop_map(Value::from), 1 => vec(text(), 0..8).prop_map(Value::from), 1 => json()];
    let object = btree_map(name(), value, 0..6);
    let object = object.prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>()));
    prop_oneof![
        6 => object.prop_map(|value| value.to_string().into_bytes()),
        1 => json().prop_map(|value| value.to_string().into_bytes()),
        1 => vec(any::<u8>(), 0..200),
    ]
}

/// A value of any bytes that a header can hold.
fn header() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(prop_oneof![0x20u8..0x7f, 0x80u8..=0xff], 0..80),
        "[!-~]{0,80}".prop_map(String::into_bytes)
    ]
}

fn encoded(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}

fn yes_or_no(answer: Answer, context: &str) -> TestCaseResult {
    prop_assert!(matches!(answer.status, 200..500), "{}: {} {}", context, answer.status, answer.text);
    if answer.status >= 400 {
        answer.expect_refused(context);
    }
    Ok(())
}

/// Runs a property whose body is asynchronous.
fn holds<S: Strategy>(cases: u32, inputs: S, mut property: impl FnMut(S::Value) -> TestCaseResult)
where
    S::Value: std::fmt::Debug + Clone,
{
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let property = std::cell::RefCell::new(&mut property);
    tokio::task::block_in_place(|| {
        runner
            .run(&inputs, |input| (property.borrow_mut())(input))
            .unwrap_or_else(|failure| panic!("{failure}"));
    });
}

fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Handle::current().block_on(future)
}

#[tokio::test(flavor = "multi_thread")]
async fn any_body_is_accepted_or_refused_by_every_command() {
    let yard = Yard::new().await;
    let commands = yard.commands();
    holds(1_500, (0..commands.len(), body(), any::<bool>()), |(which, body, as_operator)| {
        let command = &commands[which];
        let shown = String::from_utf8_lossy(&body).into_owned();
        let mut request = yard.mina.request(command.method.clone(), &command.path);
        if as_operator {
            let token = wait(yard.app.operator_token());
            let operator = Person { token: Some(token), ..yard.mina.clone() };
            request = operator
                .request(command.method.clone(), &command.path)
                .header("madang-act-as", &yard.mina.id);
        }
        let answer = wait(request.body("application/json", body).send());
        yes_or_no(answer, &format!("{} with {shown}", command.name()))
    });
    let (parked,) = wait_for_parked(&yard).await;
    assert_eq!(parked, 0, "what was stored can be shown");
}

/// Number of events that could not be applied, after the read models have seen all events.
async fn wait_for_parked(yard: &Yard) -> (i64,) {
    for path in ["/v1/users", "/v1/posts", "/v1/posts?tag=a", "/v1/timeline"] {
        yard.sora.see(&yard.app, path).await.expect(200);
    }
    yard.sora.see(&yard.app, &format!("/v1/posts/{}/comments", yard.post)).await.expect(200);
    sqlx::query_as(
        "select (select count(*) from profiles.parked) + (select count(*) from posts.parked)
            + (select count(*) from comments.parked) + (select count(*) from timelines.parked)
            + (select count(*) from tags.parked)",
    )
    .fetch_one(&yard.app.pool)
    .await
    .expect("the parked events")
}

#[tokio::test(flavor = "multi_thread")]
async fn any_path_query_and_header_is_answered_or_refused() {
    let yard = Yard::new().await;
    let lists = yard.lists();
    let methods = vec![Method::GET, Method::PUT, Method::DELETE, Method::POST, Method::PATCH, Method::HEAD];
    let anything = vec(any::<u8>(), 0..40);
    let parameter = select(vec!["cursor", "limit", "tag", "prefix", "x"]);
    holds(500, (0..lists.len(), parameter, anything.clone()), |(list, parameter, value)| {
        let path = with(&lists[list], &format!("{parameter}={}", encoded(&value)));
        yes_or_no(wait(yard.mina.get(&path)), &path)
    });
    let kind = select(vec!["users", "posts", "comments", "me/followers"]);
    let rest =
        select(vec!["", "/like", "/likes", "/comments", "/replies", "/follow", "/followers", "/posts"]);
    holds(500, (select(methods), kind, anything, rest), |(method, kind, id, rest)| {
        let path = format!("/v1/{kind}/{}{rest}", encoded(&id));
        let answer = wait(yard.mina.request(method.clone(), &path).send());
        if method == Method::HEAD {
            prop_assert!(answer.status < 500, "HEAD {}: {}", path, answer.status);
            return Ok(());
        }
        yes_or_no(answer, &format!("{method} {path}"))
    });
    let name = select(vec![
        "authorization",
        "madang-act-as",
        "madang-position",
        "prefer",
        "cookie",
        "if-match",
        "idempotency-key",
        "x-request-id",
        "content-type",
        "origin",
        "accept-encoding",
    ]);
    holds(500, (any::<bool>(), name, header()), |(writes, name, value)| {
        let person = if name == "authorization" { yard.app.nobody() } else { yard.mina.clone() };
        let request = if writes {
            let request = person.request(Method::PATCH, "/v1/me").header_bytes(name, &value);
            if name == "content-type" { request } else { request.json(&serde_json::json!({})) }
        } else {
            person.request(Method::GET, "/v1/me").header_bytes(name, &value)
        };
        yes_or_no(wait(request.send()), &format!("{name}: {}", String::from_utf8_lossy(&value)))
    });
    let token = "[A-Za-z0-9_-]{0,40}(\\.[A-Za-z0-9_-]{0,80}){0,4}";
    holds(300, token, |token| {
        let somebody = Person { token: Some(token.clone()), ..yard.app.nobody() };
        let answer = wait(somebody.get("/v1/posts"));
        prop_assert_eq!(answer.status, 401, "{}", token);
        yes_or_no(answer, &token)
    });
}
