//! Wrong bodies.

use super::Yard;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_bodies_that_the_other_tests_spoil_are_good() {
    let yard = Yard::new().await;
    for command in yard.commands() {
        let answer =
            yard.mina.request(command.method.clone(), &command.path).json(&command.body).send().await;
        assert!(matches!(answer.status, 200..=202), "{}: {}", command.name(), answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_json_is_refused_by_every_command() {
    let yard = Yard::new().await;
    let head = yard.app.head().await;
    let deep = [b"{\"text\": ".repeat(30_000 / 9), b"1".to_vec()].concat();
    let malformed: [&[u8]; 12] = [
        b"",
        b" ",
        b"{",
        b"{'text': 1}",
        b"{\"text\": \"a\",}",
        b"{\"text\": \"a\"} {}",
        b"text=a",
        b"NaN",
        b"\xff\xfe",
        b"{\"text\": \"\xc3\x28\"}",
        b"{\"text\": \"\\ud800\"}",
        b"\xef\xbb\xbf{}",
    ];
    for command in yard.commands() {
        let send = |body: Vec<u8>, kind: &str| {
            yard.mina.request(command.method.clone(), &command.path).body(kind, body).send()
        };
        for body in malformed {
            let context = format!("{} with {:?}", command.name(), String::from_utf8_lossy(body));
            let refused = send(body.to_vec(), "application/json").await.expect_refused(&context);
            assert!(matches!(refused.status, 400 | 422), "{context}: {}", refused.text);
        }
        for body in [b"[".repeat(60_000), deep.clone(), b"{\"a\":".repeat(12_000)] {
            send(body, "application/json").await.expect_refused(&format!("{}: nested", command.name()));
        }
        for (kind, body) in [
            ("text/plain", command.body.to_string()),
            ("application/x-www-form-urlencoded", "text=a".to_owned()),
            ("multipart/form-data; boundary=x", "--x--".to_owned()),
            ("application/jsonp", command.body.to_string()),
            ("", command.body.to_string()),
        ] {
            send(body.into(), kind).await.expect_problem(415, "not_json");
        }
        let large = format!("{{\"text\": \"{}\"}}", "x".repeat(64 * 1024));
        send(large.into(), "application/json").await.expect_problem(413, "body_too_large");
    }
    assert_eq!(yard.app.head().await, head, "nothing was stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_a_wrong_type_is_named_by_a_pointer() {
    let yard = Yard::new().await;
    let values = [
        json!(null),
        json!(true),
        json!(1),
        json!(-1.5e300),
        json!([]),
        json!([[]]),
        json!([null]),
        json!({}),
        json!({ "a": 1 }),
        json!(""),
    ];
    for command in yard.commands() {
        let send = |body: &Value| yard.mina.request(command.method.clone(), &command.path).json(body).send();
        for value in &values {
            if !value.is_object() {
                let context = format!("{} with {value}", command.name());
                let refused = send(value).await.expect_refused(&context);
                assert_eq!((refused.status, &refused.json["errors"][0]["pointer"]), (422, &json!("")));
            }
            for field in command.body.as_object().expect("an object").keys() {
                let context = format!("{} with {field} = {value}", command.name());
                let mut body = command.body.clone();
                body[field] = value.clone();
                let answer = send(&body).await;
                if matches!(answer.status, 200 | 201 | 401 | 409) {
                    let fits = value.is_null() || value.is_string() || value == &json!([]);
                    assert!(fits, "{context}: {}", answer.text);
                    continue;
                }
                let refused = answer.expect_refused(&context);
                let pointer = refused.json["errors"][0]["pointer"].as_str().unwrap_or_default();
                let at_field =
                    pointer.strip_prefix('/').is_some_and(|place| place.starts_with(field.as_str()));
                assert!(refused.status == 422 && at_field, "{context}: {}", refused.text);
            }
        }
        let mut unknown = command.body.clone();
        unknown["a/b~c"] = json!({ "deep": [1] });
        let refused = send(&unknown).await.expect_problem(422, "invalid_fields");
        assert_eq!(refused.json["errors"][0]["pointer"], "/a~1b~0c", "{}", command.name());
        assert_eq!(refused.json["errors"][0]["code"], "unknown_field");
        let twice = command.body.to_string().replacen('{', "{\"text\":\"a\",\"handle\":\"b\",", 1);
        let sent = yard.mina.request(command.method.clone(), &command.path).body("application/json", twice);
        let refused = sent.send().await.expect_problem(422, "invalid_fields");
        let code = refused.json["errors"][0]["code"].as_str().expect("a code");
        assert!(matches!(code, "duplicate_field" | "unknown_field"), "{}", refused.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_bounded_and_without_characters_that_nothing_can_show() {
    let yard = Yard::new().await;
    let longest = [
        ("handle", 20),
        ("display_name", 50),
        ("bio", 500),
        ("title", 200),
        ("text", 2_000),
        ("tags", 50),
        ("links", 500),
    ];
    for command in yard.commands().into_iter().filter(|command| command.path != "/v1/sessions") {
        for (field, characters) in longest {
            let Some(good) = command.body.get(field) else { continue };
            let is_post = command.path.starts_with("/v1/posts") && !command.path.ends_with("/comments");
            let characters = if is_post && field == "text" { 5_000 } else { characters };
            let bad_texts = [
                "가".repeat(characters + 1),
                "a\u{0}b".to_owned(),
                "a\u{1b}[31mb".to_owned(),
                "a\u{202e}b".to_owned(),
                "a\u{2066}b".to_owned(),
                "a\u{7f}b".to_owned(),
                "a\u{85}b".to_owned(),
            ];
            for text in bad_texts {
                let mut body = command.body.clone();
                let is_list = good.is_array();
                body[field] = if is_list { json!([text]) } else { json!(text) };
                let sent = yard.mina.request(command.method.clone(), &command.path).json(&body);
                let refused = sent.send().await;
                let context = format!("{} with {field} = {:.20}", command.name(), text.escape_debug());
                let refused = refused.expect_refused(&context);
                let pointer = if is_list { format!("/{field}/0") } else { format!("/{field}") };
                assert_eq!(refused.json["errors"][0]["pointer"], pointer, "{context}: {}", refused.text);
            }
        }
    }
    let tags: Vec<_> = (0..21).map(|n| format!("tag{n}")).collect();
    let many = yard.mina.post("/v1/posts", json!({ "text": "글", "tags": tags })).await;
    assert_eq!(many.expect_problem(422, "invalid_fields").json["errors"][0]["pointer"], "/tags");
    let written: String = (0..21).map(|n| format!("#tag{n} ")).collect();
    let many = yard.mina.post("/v1/posts", json!({ "text": written })).await;
    many.expect_refused("more tags in the text than a post has");
    let called: String = (0..200).map(|n| format!("@person{n} ")).collect();
    let many = yard.mina.post("/v1/posts", json!({ "text": called })).await;
    assert!(matches!(many.status, 201 | 422), "{}", many.text);
}
