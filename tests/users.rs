//! Users: people register, are read and listed.

use crate::support::TestApp;
use crate::support::client::{Answer, PASSWORD, Person};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

fn form(handle: &str) -> Value {
    json!({ "handle": handle, "display_name": "누구", "password": PASSWORD })
}

async fn register_with_key(operator: &Person, key: &str, body: &Value) -> Answer {
    operator.request(Method::POST, "/v1/users").header("idempotency-key", key).json(body).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_is_answered_as_a_person_and_read_as_the_same() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    let body = json!({
        "handle": "마당쇠", "display_name": "  Mina Kim ", "bio": "바다를\n좋아해요", "password": PASSWORD,
    });
    let registered = app.operator().await.post("/v1/users", body).await.expect(201);
    assert_eq!(registered.json["handle"], "마당쇠");
    assert_eq!(registered.json["display_name"], "Mina Kim");
    assert_eq!(registered.json["bio"], "바다를\n좋아해요");
    assert_eq!(registered.json["links"], json!([]));
    for count in ["follower_count", "following_count", "post_count"] {
        assert_eq!(registered.json[count], 0);
    }
    assert_eq!(registered.header("etag"), "\"1\"");
    assert_eq!(registered.header("location"), "/v1/users/%EB%A7%88%EB%8B%B9%EC%87%A0");
    assert_eq!(registered.position(), app.head().await);
    assert_eq!(Uuid::parse_str(&registered.id()).expect("a UUID").get_version_num(), 7);
    let read = nobody.see(&app, registered.header("location")).await.expect(200);
    assert_eq!(read.json, registered.json);
    assert_eq!(read.header("etag"), "\"1\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_is_two_to_twenty_letters_digits_or_underscores_of_one_script() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    for good in ["ab", "mina_92", "마당쇠", "고양이abc", "ㅋㅋ", "さくら", &"가".repeat(20)] {
        let body = json!({ "handle": good, "display_name": "누구" });
        let registered = operator.post("/v1/users", body).await.expect(201);
        assert_eq!(registered.json["handle"], good);
    }
    for (bad, code) in [
        ("", "empty"),
        ("  ", "empty"),
        ("a", "too_short"),
        (&"가".repeat(21), "too_long"),
        ("a b", "forbidden_character"),
        ("a-b", "forbidden_character"),
        ("a.b", "forbidden_character"),
        ("a@b", "forbidden_character"),
        ("a\u{0}b", "forbidden_character"),
        ("a\u{200b}b", "forbidden_character"),
        ("😀😀", "forbidden_character"),
        ("__", "forbidden_character"),
        ("pаypal", "mixed_scripts"),
        ("admin", "reserved"),
        ("ADMIN", "reserved"),
        ("adrnin", "reserved"),
        ("me", "reserved"),
        ("Madang", "reserved"),
        ("관리자", "reserved"),
    ] {
        let refused = operator.post("/v1/users", json!({ "handle": bad, "display_name": "누구" })).await;
        let refused = refused.expect_problem(422, "invalid_fields");
        assert_eq!(refused.json["errors"][0]["pointer"], "/handle", "{bad:?}");
        assert_eq!(refused.json["errors"][0]["code"], code, "{bad:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn handles_that_a_reader_would_take_for_each_other_are_one() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    for (first, others) in [
        ("Mina", &["mina", "MINA", "rnina", " mina "][..]),
        ("paypal", &["paypa1", "PayPal", "paypaI"]),
        // Composed and decomposed Hangul.
        ("한글", &["\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"]),
    ] {
        let made = operator.post("/v1/users", json!({ "handle": first, "display_name": "누구" })).await;
        let made = made.expect(201);
        for other in others {
            let taken = operator.post("/v1/users", form(other)).await.expect_problem(409, "handle_taken");
            assert_eq!(taken.json["errors"][0]["pointer"], "/handle", "{other}");
            let path = format!("/v1/users/{}", other.trim());
            assert_eq!(app.nobody().see(&app, &path).await.expect(200).id(), made.id(), "{other}");
        }
    }
    assert_eq!(app.head().await, 3, "nothing was stored for those refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_of_a_registration_is_named_at_once() {
    let app = TestApp::start().await;
    let body = json!({ "handle": "a b", "display_name": " ", "bio": "가".repeat(501), "email": "mina", "password": "short" });
    let operator = app.operator().await;
    let refused = operator.post("/v1/users", body).await.expect_problem(422, "invalid_fields");
    let errors = refused.json["errors"].as_array().expect("errors");
    let named: Vec<_> = errors.iter().map(|error| (&error["pointer"], &error["code"])).collect();
    let named = json!(named);
    assert_eq!(
        named,
        json!([
            ["/handle", "forbidden_character"],
            ["/display_name", "empty"],
            ["/bio", "too_long"],
            ["/email", "not_an_email"],
            ["/password", "too_short"]
        ])
    );
    let mut long = form("mina");
    long["password"] = "가".repeat(129).into();
    let refused = operator.post("/v1/users", long).await.expect_problem(422, "invalid_fields");
    assert_eq!(refused.json["errors"][0]["code"], "too_long");
    assert_eq!(app.head().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_repeated_with_its_key_makes_one_person() {
    let app = TestApp::start().await;
    let (nobody, operator) = (app.nobody(), app.operator().await);
    let first = register_with_key(&operator, "k1", &form("mina")).await.expect(201);
    let again = register_with_key(&operator, "k1", &form("mina")).await.expect(201);
    assert_eq!(first.json, again.json);
    for header in ["location", "etag", "madang-position"] {
        assert_eq!(first.header(header), again.header(header));
    }
    assert_eq!(app.head().await, 1);
    let mut other_password = form("mina");
    other_password["password"] = "another long password".into();
    for other in [form("bora"), other_password] {
        register_with_key(&operator, "k1", &other).await.expect_problem(422, "idempotency_key_reused");
    }
    register_with_key(&operator, "k2", &form("mina")).await.expect_problem(409, "handle_taken");
    let login = json!({ "login": "mina", "password": PASSWORD });
    nobody.post("/v1/sessions", login).await.expect(201);
    // Strings that no `Idempotency-Key` can be.
    for bad in ["", "a b", &"x".repeat(256)] {
        register_with_key(&operator, bad, &form("bora")).await.expect_problem(400, "invalid_key");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_enrol_people_under_ids_of_their_choice_and_without_passwords() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let id = Uuid::now_v7().to_string();
    let body = json!({ "id": id, "handle": "mina", "display_name": "Mina" });
    let enrolled = operator.post("/v1/users", body.clone()).await.expect(201);
    assert_eq!(enrolled.id(), id);
    let again = operator.post("/v1/users", body).await.expect(201);
    assert_eq!(again.json, enrolled.json, "an import that is taken up again repeats itself");
    let other = json!({ "id": id, "handle": "bora", "display_name": "Bora" });
    operator.post("/v1/users", other).await.expect_problem(409, "user_already_registered");
    assert_eq!(app.head().await, 1);

    let login = json!({ "login": "mina", "password": "" });
    app.nobody().post("/v1/sessions", login).await.expect_problem(401, "wrong_credentials");
    app.nobody().post("/v1/users", form("bora")).await.expect_problem(403, "operators_only");
    let sora = app.register("sora").await;
    sora.post("/v1/users", form("bora")).await.expect_problem(403, "operators_only");

    let mut moved = form("dami");
    moved["email"] = "dami@yard.example".into();
    operator.post("/v1/users", moved.clone()).await.expect(201);
    let login = json!({ "login": "DAMI@yard.example", "password": PASSWORD });
    app.nobody().post("/v1/sessions", login).await.expect(201);
    moved["handle"] = "dami2".into();
    operator.post("/v1/users", moved).await.expect_problem(409, "email_taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_act_in_the_name_of_people_and_people_of_nobody_else() {
    let app = TestApp::start().await;
    let mina = app.enrol("mina").await;
    let post = mina.publish("옮겨 온 글").await;
    let read = app.nobody().see(&app, &format!("/v1/posts/{post}")).await.expect(200);
    assert_eq!(read.json["author"]["id"], mina.id.as_str());

    let operator = app.operator().await;
    let text = json!({ "text": "글" });
    operator.post("/v1/posts", text.clone()).await.expect_problem(403, "act_as_missing");
    operator.get("/v1/me").await.expect_problem(403, "act_as_missing");
    let as_whom = |by: &Person, whom: &str| {
        by.request(Method::POST, "/v1/posts").json(&text).header("madang-act-as", whom)
    };
    as_whom(&operator, "mina").send().await.expect_problem(400, "not_an_id");
    as_whom(&operator, &Uuid::now_v7().to_string()).send().await.expect_problem(404, "user_not_found");
    let sora = app.register("sora").await;
    for by in [&sora, &app.nobody()] {
        as_whom(by, &mina.id).send().await.expect_problem(403, "act_as_forbidden");
    }

    let at = "2019-05-01T12:00:00Z";
    let moved = json!({ "text": "오래된 글", "published_at": at });
    let made = mina.post("/v1/posts", moved.clone()).await.expect(201);
    assert_eq!(made.json["published_at"], at);
    sora.post("/v1/posts", moved).await.expect_problem(403, "operators_only");
    let chosen = json!({ "text": "글", "id": Uuid::now_v7() });
    sora.post("/v1/posts", chosen.clone()).await.expect_problem(403, "operators_only");
    mina.post("/v1/posts", chosen.clone()).await.expect(201);
    let taken = app.enrol("bora").await.post("/v1/posts", chosen).await;
    assert_eq!(taken.status, 409, "{:#}", taken.json);
    for (field, value, code) in [
        ("id", json!(Uuid::new_v4()), "not_a_uuid_v7"),
        ("published_at", json!("2999-01-01T00:00:00Z"), "in_the_future"),
        ("published_at", json!("-262143-01-01T00:00:00Z"), "too_early"),
        ("published_at", json!("1969-12-31T23:59:59Z"), "too_early"),
        ("published_at", json!("yesterday"), "wrong_type"),
    ] {
        let mut body = json!({ "text": "글" });
        body[field] = value;
        let refused = mina.post("/v1/posts", body).await.expect_problem(422, "invalid_fields");
        assert_eq!(refused.json["errors"][0]["pointer"], format!("/{field}"));
        assert_eq!(refused.json["errors"][0]["code"], code, "{:#}", refused.json);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_listed_newest_first_page_by_page() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for n in 0..7 {
        ids.insert(0, app.enrol(&format!("person{n}")).await.id);
    }
    let nobody = app.nobody();
    let first = nobody.see(&app, "/v1/users?limit=3").await.expect(200);
    assert_eq!(first.each("id"), ids[..3]);
    let next = first.json["next_cursor"].as_str().expect("more follow");
    assert_eq!(first.header("link"), format!("</v1/users?limit=3&cursor={next}>; rel=\"next\""));
    assert_eq!(nobody.walk("/v1/users?limit=3", "id").await, ids);
    let all = nobody.get("/v1/users?limit=7").await.expect(200);
    assert_eq!(all.json["next_cursor"], Value::Null, "nothing follows the last");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_counts_and_knows_who_looks() {
    let app = TestApp::start().await;
    let (mina, bora, sora) = (app.enrol("mina").await, app.enrol("bora").await, app.enrol("sora").await);
    mina.follow(&bora).await;
    sora.follow(&bora).await;
    bora.follow(&sora).await;
    let gone = bora.publish("지울 글").await;
    bora.publish("남을 글").await;
    bora.delete(&format!("/v1/posts/{gone}")).await.expect(204);
    for (viewer, followed_by_me, follows_me) in
        [(&mina, true, false), (&sora, true, true), (&bora, false, false), (&app.nobody(), false, false)]
    {
        let read = viewer.see(&app, "/v1/users/BORA").await.expect(200);
        assert_eq!(read.json["follower_count"], 2);
        assert_eq!(read.json["following_count"], 1);
        assert_eq!(read.json["post_count"], 1);
        assert_eq!(read.json["followed_by_me"], followed_by_me, "for {}", viewer.handle);
        assert_eq!(read.json["follows_me"], follows_me, "for {}", viewer.handle);
    }
    for missing in ["nobody", "a%20b", "%00", &"x".repeat(300)] {
        let missing = format!("/v1/users/{missing}");
        for path in ["", "/posts", "/comments", "/likes", "/followers", "/following"] {
            let path = format!("{missing}{path}");
            app.nobody().get(&path).await.expect_problem(404, "user_not_found");
        }
    }
}
