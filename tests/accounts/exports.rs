//! Exports: people take away what is their own.

use super::erasure::erase;
use super::{Yard, address, token_in};
use crate::support::client::{Answer, Person};
use crate::support::wait::{until, until_true};
use serde_json::{Value, json};
use std::io::{Cursor, Read};
use std::time::Duration;
use zip::ZipArchive;

/// The files that an export may have, in their order: those that the features declare, after a text that says what
/// each is.
fn files() -> Vec<&'static str> {
    api::features::exports().iter().map(|export| export.name).collect()
}

struct Archive(ZipArchive<Cursor<Vec<u8>>>);

impl Archive {
    /// Downloads the archive from the address as a browser does.
    async fn download(url: &str) -> Self {
        let answer = crate::support::client().get(url).send().await.expect("the storage answers");
        assert_eq!(answer.status(), 200, "{url}");
        let disposition = answer.headers()["content-disposition"].to_str().expect("text").to_owned();
        assert!(disposition.starts_with("attachment; filename=\"madang-"), "{disposition}");
        let bytes = answer.bytes().await.expect("all of it").to_vec();
        Self(ZipArchive::new(Cursor::new(bytes)).expect("a ZIP"))
    }

    fn names(&mut self) -> Vec<String> {
        let all = 0..self.0.len();
        let name = |n| self.0.by_index(n).expect("a file").name().expect("UTF-8").into_owned();
        all.map(name).collect()
    }

    fn text(&mut self, name: &str) -> String {
        let mut text = String::new();
        self.0.by_name(name).expect(name).read_to_string(&mut text).expect("UTF-8");
        text
    }

    fn json(&mut self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).expect(name)
    }
}

async fn fetch(yard: &Yard, token: &str) -> Answer {
    yard.app.nobody().post("/v1/exports/downloads", json!({ "token": token })).await
}

/// Requests the export, and waits for its letter; returns the token in the letter's link.
async fn exported(yard: &Yard, person: &Person) -> String {
    let answer = person.get("/v1/me/export").await.expect(202);
    assert_eq!(answer.json["state"], "preparing");
    assert_eq!(answer.header("retry-after"), "5");
    token_in(&yard.mail.mail_to(&address(&person.handle)).await.text)
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_of_ones_own_comes_as_a_zip_by_a_link_in_a_letter() {
    let yard = Yard::new().await;
    let (mina, sora) = (yard.sign_up("mina").await, yard.sign_up("sora").await);
    mina.patch("/v1/me/account", json!({ "region": "서울 마포구" })).await.expect(200);
    for n in 0..105 {
        mina.publish(&format!("글 {n}")).await;
    }
    let post = mina.publish("처음 쓴 글").await;
    mina.patch(&format!("/v1/posts/{post}"), json!({ "text": "고친 글" })).await.expect(200);
    let gone = mina.publish("지운 글").await;
    mina.delete(&format!("/v1/posts/{gone}")).await.expect(204);
    let theirs = sora.publish("바다").await;
    mina.comment(&theirs, "좋네요").await;
    mina.put_empty(&format!("/v1/posts/{theirs}/like")).await.expect(204);
    mina.follow(&sora).await;
    mina.put_empty("/v1/tags/여름/follow").await.expect(204);
    mina.post("/v1/me/searches", json!({ "query": "감귤 -광고" })).await.expect(200);

    let token = exported(&yard, &mina).await;
    let fetched = fetch(&yard, &token).await.expect(200);
    let url = fetched.json["download_url"].as_str().expect("an address").to_owned();
    let mut archive = Archive::download(&url).await;

    let mut of_who_has_no_photo = files();
    of_who_has_no_photo.retain(|name| *name != "photos/");
    assert_eq!(archive.names(), [&["README.txt"], &of_who_has_no_photo[..]].concat());
    let account = archive.json("account.json");
    assert_eq!((&account["email"], &account["region"]), (&json!(address("mina")), &json!("서울 마포구")));
    assert_eq!(archive.json("profile.json")["handle"], "mina");
    assert_eq!(archive.json("sessions.json").as_array().expect("a list").len(), 1);
    assert_eq!(archive.json("identities.json"), json!([]));
    let posts = archive.json("posts.json");
    assert_eq!(posts.as_array().expect("a list").len(), 106, "more than a page, without deleted ones");
    assert_eq!(posts[0]["text"], "고친 글");
    assert_eq!(archive.json("comments.json")[0]["text"], "좋네요");
    assert_eq!(archive.json("liked_posts.json")[0]["id"], json!(theirs));
    assert_eq!(archive.json("following.json")[0]["handle"], "sora");
    assert_eq!(archive.json("followed_tags.json")[0]["tag"], "여름");
    assert_eq!(archive.json("followers.json"), json!([]));
    let searched = archive.json("searches.json");
    assert_eq!((&searched[0]["query"], &searched[1]), (&json!("감귤 -광고"), &Value::Null));
    let history = archive.text("history.jsonl");
    let told: Vec<Value> = history.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(told.windows(2).all(|two| two[0]["position"].as_i64() < two[1]["position"].as_i64()));
    for once in ["UserRegistered", "처음 쓴 글", "고친 글", "지운 글", "Followed", "TagFollowed"] {
        assert!(history.contains(once), "{once} is missing");
    }
    assert!(!history.contains("바다"), "what others did is theirs");
    let readme = archive.text("README.txt");
    let listed = readme.lines().filter_map(|line| line.split_whitespace().next());
    let listed: Vec<_> = listed.filter(|name| name.contains(".json") || name.ends_with('/')).collect();
    assert_eq!(listed, files());

    // A second request says where the export is, and sends no second letter; the link is good as often as one
    // likes.
    let letters = yard.mail.so_far().len();
    let again = mina.get("/v1/me/export").await.expect(200);
    assert_eq!(again.json["state"], "ready");
    Archive::download(again.json["download_url"].as_str().expect("an address")).await;
    fetch(&yard, &token).await.expect(200);
    assert_eq!(yard.mail.so_far().len(), letters);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_right_after_asking_gets_all_of_it_with_their_photos() {
    let yard = Yard::with(|settings| settings.roles = "relay,projector,media".parse().expect("roles")).await;
    let api = yard.app.second_node(|settings| settings.roles = "api".parse().expect("roles")).await;
    let mina = api.register("mina").await;
    mina.publish("글").await;
    let photo = crate::media::ready(&mina).await;
    // The job's turn has not come yet: a job that was tried before keeps its pause.
    yard.run(&format!(
        "insert into jobs (kind, key, payload, attempts, due_at)
         values ('make_export', '{0}', '{{\"user_id\": \"{0}\"}}', 1, now() + interval '1 day')",
        mina.id
    ))
    .await;
    mina.get("/v1/me/export").await.expect(202);
    mina.leave().await.expect(204);
    yard.run("update jobs set due_at = now() where kind = 'make_export'").await;
    let key = until("an export is made", async || yard.app.files("exports/").await.into_iter().next()).await;
    let url =
        yard.app.storage().download_url(&key, "madang-left.zip", Duration::from_secs(60)).await.expect("one");
    let mut archive = Archive::download(&url).await;
    assert_eq!(archive.json("posts.json")[0]["text"], "글");
    assert!(archive.0.by_name(&format!("photos/{photo}.webp")).is_ok_and(|file| file.size() > 100));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_gets_at_an_export() {
    let yard = Yard::new().await;
    let mina = yard.sign_up("mina").await;
    yard.app.nobody().get("/v1/me/export").await.expect(401);
    let token = exported(&yard, &mina).await;
    let fetched = fetch(&yard, &token).await.expect(200);
    let url = fetched.json["download_url"].as_str().expect("an address");

    fetch(&yard, &format!("{token}x")).await.expect_problem(410, "link_over");
    fetch(&yard, &"x".repeat(1_000)).await.expect_problem(410, "link_over");
    let (unsigned, query) = url.split_once('?').expect("a signature");
    let (_, other) = unsigned.rsplit_once('/').expect("a name");
    let elsewhere = format!("{}?{query}", unsigned.replace(other, "another.zip"));
    let longer = url.replace("X-Amz-Expires=300", "X-Amz-Expires=3000");
    assert_ne!(longer, url);
    for bad in [unsigned, &elsewhere, &longer, &url.replace("X-Amz-Signature=", "X-Amz-Signature=0")] {
        let refused = crate::support::client().get(bad).send().await.expect("the storage answers");
        assert!([400, 403].contains(&refused.status().as_u16()), "{} at {bad}", refused.status());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_kept_for_a_week_and_made_anew_after_a_day() {
    let yard = Yard::new().await;
    let mina = yard.sign_up("mina").await;
    let token = exported(&yard, &mina).await;
    let first = yard.app.files("exports/").await;
    assert_eq!(first.len(), 1);

    yard.run("update vault.exports set made_at = made_at - interval '25 hours'").await;
    let newer = exported(&yard, &mina).await;
    fetch(&yard, &token).await.expect_problem(410, "link_over");
    fetch(&yard, &newer).await.expect(200);

    yard.run("update vault.exports set made_at = made_at - interval '8 days'").await;
    // Nodes clear away old exports at their start, and then every hour.
    let _another = yard.app.second_node(|_| {}).await;
    until_true("the files are cleared away", async || yard.app.files("exports/").await.is_empty()).await;
    fetch(&yard, &newer).await.expect_problem(410, "link_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_whose_maker_died_is_made_by_another() {
    let yard = Yard::with(|settings| settings.roles = "relay,projector".parse().expect("roles")).await;
    // This node makes no exports; the row is as its maker left it when it was killed.
    let api = yard.app.second_node(|settings| settings.roles = service::settings::Roles::ALL).await;
    let mina = api.register("mina").await;
    yard.run(&format!("insert into vault.exports (user_id, id) values ('{}', gen_random_uuid())", mina.id))
        .await;
    yard.run(&format!(
        "insert into jobs (kind, key, payload, attempts, lease, due_at)
         values ('make_export', '{0}', '{{\"user_id\": \"{0}\"}}', 1, gen_random_uuid(), now() + interval '1 second')",
        mina.id
    ))
    .await;
    until_true("the export is made", async || mina.get("/v1/me/export").await.status == 200).await;
    assert_eq!(yard.app.files("exports/").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_leaves_no_export() {
    let yard = Yard::new().await;
    let mina = yard.sign_up("mina").await;
    let token = exported(&yard, &mina).await;
    assert_eq!(yard.app.files("exports/").await.len(), 1);
    erase(&yard.app, "mina").await.expect("erased");
    assert_eq!(yard.app.files("").await, Vec::<String>::new());
    fetch(&yard, &token).await.expect_problem(410, "link_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_storage_says_so() {
    let yard = Yard::with(|settings| settings.s3 = None).await;
    let mina = yard.sign_up("mina").await;
    mina.get("/v1/me/export").await.expect_problem(503, "no_storage");
    fetch(&yard, "x").await.expect_problem(503, "no_storage");
}
