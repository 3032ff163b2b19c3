//! Wrong paths, query strings and methods, and other people's posts and comments.

use super::{Yard, with};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_nothing_names_nothing() {
    let yard = Yard::new().await;
    let text = json!({ "title": null, "text": "글", "tags": [] });
    let said = json!({ "text": "글" });
    let routes = [
        (Method::GET, "posts", "", None),
        (Method::PUT, "posts", "", Some(&text)),
        (Method::PATCH, "posts", "", Some(&said)),
        (Method::DELETE, "posts", "", None),
        (Method::PUT, "posts", "/like", None),
        (Method::DELETE, "posts", "/like", None),
        (Method::GET, "posts", "/likes", None),
        (Method::GET, "posts", "/comments", None),
        (Method::POST, "posts", "/comments", Some(&said)),
        (Method::GET, "comments", "", None),
        (Method::PATCH, "comments", "", Some(&said)),
        (Method::DELETE, "comments", "", None),
        (Method::GET, "comments", "/replies", None),
        (Method::PUT, "comments", "/like", None),
        (Method::DELETE, "comments", "/like", None),
        (Method::GET, "comments", "/likes", None),
    ];
    let (nil, fresh, long) = (Uuid::nil().to_string(), Uuid::now_v7().to_string(), "9".repeat(3_000));
    for (method, kind, rest, body) in routes {
        let foreign = if kind == "posts" { &yard.comment } else { &yard.post };
        for id in [&nil, &fresh, &long, "1", "%00", "%F0%9F%98%80", "%2e%2e", "x%2Fy", foreign] {
            let path = format!("/v1/{kind}/{id}{rest}");
            let mut request = yard.mina.request(method.clone(), &path);
            if let Some(body) = body {
                request = request.json(body);
            }
            let refused = request.send().await.expect_refused(&format!("{method} {path}"));
            assert!(matches!(refused.status, 404 | 405), "{method} {path}: {}", refused.text);
        }
    }
    for parent in [&nil, &fresh, &yard.post] {
        let path = format!("/v1/posts/{}/comments", yard.post);
        let refused = yard.mina.post(&path, json!({ "text": "글", "parent_id": parent })).await;
        let refused = refused.expect_refused("a parent that is not there");
        assert_eq!(refused.json["errors"][0]["pointer"], "/parent_id");
    }
    let other = yard.mina.publish("다른 글").await;
    let crossed = json!({ "text": "글", "parent_id": yard.comment });
    let refused = yard.mina.post(&format!("/v1/posts/{other}/comments"), crossed).await;
    let refused = refused.expect_refused("a parent under another post");
    assert_eq!(refused.json["errors"][0]["pointer"], "/parent_id");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_someone_elses_is_neither_changed_nor_deleted() {
    let yard = Yard::new().await;
    let (post, comment) = (format!("/v1/posts/{}", yard.post), format!("/v1/comments/{}", yard.comment));
    let head = yard.app.head().await;
    let text = json!({ "title": null, "text": "내 글", "tags": [] });
    for versioned in [false, true] {
        for (method, path, body) in [
            (Method::PUT, &post, Some(&text)),
            (Method::PATCH, &post, Some(&json!({ "text": "내 글" }))),
            (Method::PATCH, &post, Some(&json!({}))),
            (Method::DELETE, &post, None),
            (Method::PATCH, &comment, Some(&json!({ "text": "내 글" }))),
            (Method::DELETE, &comment, None),
        ] {
            let mut request = yard.sora.request(method.clone(), path);
            if let Some(body) = body {
                request = request.json(body);
            }
            if versioned {
                request = request.header("if-match", "\"77\"");
            }
            let refused = request.send().await.expect_refused(&format!("{method} {path}"));
            assert_eq!(refused.status, 403, "{method} {path}: {}", refused.text);
        }
    }
    assert_eq!(yard.app.head().await, head);
    assert_eq!(yard.app.nobody().see(&yard.app, &post).await.expect(200).json["text"], "글 #바다");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_and_parameters_that_mean_nothing_are_refused_by_every_list() {
    let yard = Yard::new().await;
    for list in yard.lists() {
        for bad in [
            "limit=0",
            "limit=101",
            "limit=-1",
            "limit=1.5",
            "limit=x",
            "limit=",
            "limit=1&limit=2",
            "limit=99999999999999999999",
            "limit=%00",
            "limt=1",
            "offset=3",
            "cursor=%ff",
            "limit=%ff",
        ] {
            let path = with(&list, bad);
            let refused = yard.mina.get(&path).await.expect_refused(&path);
            assert_eq!(refused.status, 400, "{path}: {}", refused.text);
        }
    }
    for bad in ["tag=", "tag=%00", "tag=a%20b", "tag=1", "tag=a&tag=b", &format!("tag={}", "x".repeat(51))] {
        let path = format!("/v1/posts?{bad}");
        assert_eq!(yard.mina.get(&path).await.expect_refused(&path).status, 400, "{path}");
    }
    for bad in ["prefix=%00", "prefix=%ff", &format!("prefix={}", "x".repeat(51)), "limit=0", "cursor=x"] {
        let path = format!("/v1/tags?{bad}");
        assert_eq!(yard.mina.get(&path).await.expect_refused(&path).status, 400, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_is_good_for_its_own_list_only() {
    let yard = Yard::new().await;
    let (mina, sora) = (&yard.mina, &yard.sora);
    let third = yard.app.enrol("bora").await;
    mina.publish("둘째 #바다").await;
    mina.comment(&yard.post, "둘째").await;
    let second = mina.publish("셋째 #바다").await;
    for (liker, followed) in [(mina, &third), (sora, mina), (&third, mina)] {
        liker.follow(followed).await;
        for path in [format!("/v1/posts/{}", yard.post), format!("/v1/comments/{}", yard.comment)] {
            liker.put_empty(&format!("{path}/like")).await.expect(204);
        }
    }
    mina.put_empty(&format!("/v1/posts/{second}/like")).await.expect(204);
    mina.follow(sora).await;
    for text in ["답글", "또 답글"] {
        mina.reply(&yard.post, &yard.comment, text).await;
    }
    let lists = yard.lists();
    let mut cursors = Vec::new();
    for list in &lists {
        let page = mina.see(&yard.app, &with(list, "limit=1")).await.expect(200);
        let cursor =
            page.json["next_cursor"].as_str().unwrap_or_else(|| panic!("{list} ends: {}", page.text));
        cursors.push((list, cursor.to_owned()));
    }
    for list in &lists {
        for (origin, cursor) in &cursors {
            let answer = mina.get(&with(list, &format!("cursor={cursor}"))).await;
            if *origin == list {
                answer.expect(200);
            } else {
                answer.expect_problem(400, "invalid_cursor");
            }
        }
        let (_, own) = cursors.iter().find(|(origin, _)| *origin == list).expect("its own");
        let cut = &own[..own.len() - 2];
        for bad in
            ["", "x", "null", cut, &format!("{own}AA"), &encode("{}"), &encode("[[[["), &"A".repeat(5_000)]
        {
            let answer = mina.get(&with(list, &format!("cursor={bad}"))).await;
            answer.expect_problem(400, "invalid_cursor");
        }
        for made in made_up(own) {
            let answer = mina.get(&with(list, &format!("cursor={made}"))).await;
            assert!(matches!(answer.status, 200 | 400), "{list} {made}: {} {}", answer.status, answer.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_means_nothing_is_refused_with_those_that_do() {
    let yard = Yard::new().await;
    for (path, method) in [
        ("/v1/users", "DELETE"),
        ("/v1/users/mina", "PATCH"),
        ("/v1/users/mina/follow", "POST"),
        ("/v1/users/mina/followers", "PUT"),
        ("/v1/sessions", "GET"),
        ("/v1/me", "POST"),
        ("/v1/me/followers/sora", "PUT"),
        ("/v1/posts", "PUT"),
        ("/v1/timeline", "POST"),
        ("/v1/ping", "POST"),
        ("/v1/posts", "BREW"),
        ("/v1/posts", "TRACE"),
        ("/healthz", "DELETE"),
    ] {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let refused = yard.mina.request(method, path).send().await;
        let refused = refused.expect_problem(405, "method_not_allowed");
        assert!(!refused.header("allow").is_empty(), "{path}");
    }
    for path in ["/v1", "/v1/", "/v2/posts", "/v1/posts/", "/v1//posts", "/V1/posts", "/v1/users/mina/x"] {
        let refused = yard.mina.get(path).await.expect_refused(path);
        assert_eq!(refused.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_can_not_be_what_they_say_are_refused_or_ignored() {
    let yard = Yard::new().await;
    for (name, value, code) in [
        ("madang-position", &b"x"[..], "invalid_position"),
        ("madang-position", b"-1", "invalid_position"),
        ("madang-position", b"99999999999999999999", "invalid_position"),
        ("madang-position", b"\xff", "invalid_position"),
    ] {
        let request = yard.mina.request(Method::GET, "/v1/posts").header_bytes(name, value);
        request.send().await.expect_problem(400, code);
    }
    for (name, value, code) in [
        ("idempotency-key", &b""[..], "invalid_key"),
        ("idempotency-key", b"a b", "invalid_key"),
        ("idempotency-key", b"\xff", "invalid_key"),
        ("if-match", b"7", "not_an_entity_tag"),
        ("if-match", b"\xff", "not_an_entity_tag"),
    ] {
        let request = yard.mina.request(Method::PATCH, "/v1/me").header_bytes(name, value);
        request.json(&json!({ "bio": "산" })).send().await.expect_problem(400, code);
    }
    // A cookie may be anyone's, and a client's preference is only a wish.
    for (name, value) in [
        ("cookie", &b"madang_position=x; a; =; \xff"[..]),
        ("prefer", b"wait=x, , ;, \xff"),
        ("x-request-id", b"\xff\xfe"),
        ("accept", b"text/html"),
        ("accept-encoding", b"zstd;q=x"),
    ] {
        yard.mina.request(Method::GET, "/v1/posts").header_bytes(name, value).send().await.expect(200);
    }
    // A read waits in vain for a position that no event has yet, and its answer says so.
    let early = yard.mina.request(Method::GET, "/v1/posts").header("madang-position", i64::MAX);
    assert!(early.send().await.expect(200).is_stale());
}

fn encode(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(text)
}

/// Cursors of the same list that nobody was given: each number at its extremes, each text with a NUL.
fn made_up(cursor: &str) -> Vec<String> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(cursor).expect("base64");
    let cursor: Value = serde_json::from_slice(&json).expect("JSON");
    let numbers = [i64::MIN, -1, 0, 10_000, 10_i64.pow(13), 10_i64.pow(18), i64::MAX].map(Value::from);
    let values = numbers.into_iter().chain([u64::MAX.into(), 1e300.into(), "a\0".into(), "\0".into()]);
    let made = values.flat_map(|value| {
        let mut places = vec![];
        leaves(&cursor["after"], &mut |path| places.push(path.to_owned()), String::from("/after"));
        let cursor = &cursor;
        places.into_iter().map(move |path| {
            let mut made = cursor.clone();
            *made.pointer_mut(&path).expect("a leaf") = value.clone();
            encode(&made.to_string())
        })
    });
    made.collect()
}

/// Calls `take` with the pointer of each number and text within a JSON value.
fn leaves(value: &Value, take: &mut impl FnMut(&str), path: String) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, of)| leaves(of, take, format!("{path}/{name}")))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, of)| leaves(of, take, format!("{path}/{n}")));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => take(&path),
    }
}
