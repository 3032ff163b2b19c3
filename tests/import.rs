//! The import of a whole data set through the HTTP API. The tests read the data back, and compare it with
//! numbers computed from the files alone.
//!
//! The files are those of `MADANG_TEST_DATA`, else of `../shared/data` beside the checkout (100,000 posts,
//! 578,006 follows); where there are none, smaller ones of the same form are made up.

use crate::support::TestApp;
use crate::support::client::Person;
use crate::support::wait::until_true;
use domain::value::PostText;
use event_log::event_store::LogReader;
use flate2::read::GzDecoder;
use projections::verify::verify;
use reqwest::Method;
use std::collections::HashMap;
use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub struct Data {
    posts_file: PathBuf,
    follows_file: PathBuf,
    /// Author and text of each post, in file order, which is that of time.
    pub posts: Vec<(u32, String)>,
    /// The people whom each person follows.
    followees: HashMap<u32, Vec<u32>>,
    people: usize,
}

impl Data {
    pub fn read(folder: &Path) -> Self {
        let [posts_file, follows_file] = ["posts", "follows"].map(|name| {
            let packed = folder.join(format!("{name}.tsv.gz"));
            if packed.exists() { packed } else { folder.join(format!("{name}.tsv")) }
        });
        let number = |text: &str| text.parse::<u32>().expect("a number");
        let posts: Vec<_> = text_of(&posts_file)
            .lines()
            .map(|line| {
                let fields: Vec<_> = line.splitn(4, '\t').collect();
                let text = PostText::parse(fields[3]).expect("a text");
                (number(fields[1]), text.to_string())
            })
            .collect();
        let mut followees: HashMap<u32, Vec<u32>> = HashMap::new();
        for line in text_of(&follows_file).lines() {
            let (a, b) = line.split_once('\t').expect("two numbers");
            let (a, b) = (number(a), number(b));
            followees.entry(a).or_default().push(b);
            followees.entry(b).or_default().push(a);
        }
        let mut people: std::collections::HashSet<u32> = followees.keys().copied().collect();
        people.extend(posts.iter().map(|post| post.0));
        Self { posts_file, follows_file, posts, followees, people: people.len() }
    }

    fn follows(&self) -> usize {
        self.followees.values().map(Vec::len).sum()
    }

    /// The newest posts of a person and of those they follow, newest first, as numbers of rows.
    fn timeline(&self, person: u32, length: usize) -> Vec<usize> {
        let mut sources: std::collections::HashSet<u32> =
            self.followees.get(&person).into_iter().flatten().copied().collect();
        sources.insert(person);
        let newest_first = self.posts.iter().enumerate().rev();
        newest_first.filter(|(_, post)| sources.contains(&post.0)).map(|(row, _)| row).take(length).collect()
    }
}

fn text_of(file: &Path) -> String {
    let bytes = std::fs::read(file).expect("the file reads");
    let mut text = String::new();
    if file.extension().is_some_and(|extension| extension == "gz") {
        GzDecoder::new(&bytes[..]).read_to_string(&mut text).expect("UTF-8");
    } else {
        text = String::from_utf8(bytes).expect("UTF-8");
    }
    text
}

pub fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let given = std::env::var_os("MADANG_TEST_DATA").map(PathBuf::from);
    match given.or_else(|| beside.join("posts.tsv.gz").exists().then_some(beside)) {
        Some(folder) => folder,
        None => make_up(),
    }
}

/// Makes up files of 400 people and 3,000 posts; the first person is the most followed and the most prolific.
fn make_up() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("made-up-data");
    std::fs::create_dir_all(&folder).expect("a folder");
    let (mut posts, mut follows) = (String::new(), String::new());
    for row in 0..3_000u32 {
        let author = row.wrapping_mul(2_654_435_761) % 400 % (1 + row % 400);
        let day = 1 + row / 120;
        writeln!(posts, "2010-01-{day:02}\t{author}\t5\t{row}번째로 지어낸 글입니다").expect("written");
    }
    for a in 0..400u32 {
        for b in a + 1..400 {
            if a == 0 || a.wrapping_mul(31).wrapping_add(b * 17) % (a + 8) == 0 {
                writeln!(follows, "{a}\t{b}").expect("written");
            }
        }
    }
    std::fs::write(folder.join("posts.tsv"), posts).expect("written");
    std::fs::write(folder.join("follows.tsv"), follows).expect("written");
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_data_set_reads_back_as_the_files_say() {
    let data = Data::read(&folder());
    let app = TestApp::start().await;
    let token = app.operator_token().await;
    let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("import-{}.json", std::process::id()));
    let begun = Instant::now();
    let status = tokio::process::Command::new(crate::support::binary())
        .args(["import", "--to", &app.url, "--posts"])
        .arg(&data.posts_file)
        .arg("--follows")
        .arg(&data.follows_file)
        .arg("--state")
        .arg(&state)
        .env("MADANG_OPERATOR_TOKEN", &token)
        .status()
        .await
        .expect("it runs");
    assert!(status.success(), "{status}");
    let rows = data.people + data.follows() + data.posts.len();
    println!("imported {rows} rows in {:.0} s", begun.elapsed().as_secs_f64());

    let nobody = app.nobody();
    until_read_models_have_it(&app, &token).await;
    every_post_is_readable(&nobody, &data).await;
    every_count_is_right(&nobody, &data).await;
    ten_timelines_are_right(&app, &token, &data).await;
    for projector in api::features::projectors(&app.settings) {
        let source = LogReader::new(app.pool.clone());
        let report = verify(&*projector, &app.pool, &source, &|_| {}).await.expect("verify runs");
        assert!(report.differences.is_empty(), "{}: {:#?}", projector.name(), report.differences);
    }
}

/// Waits until the read models have the import: it ends with the last command, and the last fan-outs take
/// some seconds more.
async fn until_read_models_have_it(app: &TestApp, token: &str) {
    let head = app.head().await;
    for path in [
        "/v1/posts?limit=1",
        "/v1/users?limit=1",
        "/v1/tags",
        "/v1/timeline?limit=1",
        "/v1/search/posts?limit=1",
    ] {
        let reader =
            if path.starts_with("/v1/timeline") { person(app, token, 0).await } else { app.nobody() };
        until_true("the read model catches up", async || {
            let page = reader.request(Method::GET, path).header("madang-position", head);
            let page = page.header("prefer", "wait=10").send().await.expect(200);
            !page.is_stale()
        })
        .await;
    }
}

/// An operator in the name of the person with this number in the files.
async fn person(app: &TestApp, token: &str, number: u32) -> Person {
    let handle = format!("u{number}");
    let id = app.nobody().get(&format!("/v1/users/{handle}")).await.expect(200).id();
    Person { act_as: Some(id.clone()), id, handle, token: Some(token.to_owned()), ..app.nobody() }
}

async fn every_post_is_readable(nobody: &Person, data: &Data) {
    let mut expected = data.posts.iter().rev();
    let mut path = "/v1/posts?limit=100".to_owned();
    loop {
        let page = nobody.get(&path).await.expect(200);
        for post in page.json["items"].as_array().expect("a list") {
            let (author, text) = expected.next().expect("no more posts than rows");
            assert_eq!(post["author"]["handle"], format!("u{author}"), "{post:#}");
            assert_eq!(post["text"], text.as_str());
        }
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        path = format!("/v1/posts?limit=100&cursor={cursor}");
    }
    assert_eq!(expected.next(), None, "rows that are no posts");
}

async fn every_count_is_right(nobody: &Person, data: &Data) {
    let mut posts: HashMap<u32, i64> = HashMap::new();
    data.posts.iter().for_each(|(author, _)| *posts.entry(*author).or_default() += 1);
    let mut people = 0;
    let mut path = "/v1/users?limit=100".to_owned();
    loop {
        let page = nobody.get(&path).await.expect(200);
        for person in page.json["items"].as_array().expect("a list") {
            let number: u32 = person["handle"].as_str().expect("text")[1..].parse().expect("u<number>");
            // Follows of this graph are mutual.
            let followees = data.followees.get(&number).map_or(0, Vec::len);
            assert_eq!(person["following_count"], followees, "{person:#}");
            assert_eq!(person["follower_count"], followees, "{person:#}");
            assert_eq!(person["post_count"], posts.get(&number).copied().unwrap_or(0), "{person:#}");
            people += 1;
        }
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        path = format!("/v1/users?limit=100&cursor={cursor}");
    }
    assert_eq!(people, data.people);
}

/// Compares the timelines of ten people: some of the most followed, some in between, some who only read.
async fn ten_timelines_are_right(app: &TestApp, token: &str, data: &Data) {
    let mut by_fame: Vec<u32> = data.followees.keys().copied().collect();
    by_fame.sort_by_key(|person| (std::cmp::Reverse(data.followees[person].len()), *person));
    let chosen = (0..10).map(|n| by_fame[n * (by_fame.len() - 1) / 9]);
    for number in chosen {
        let reader = person(app, token, number).await;
        // The walk goes beyond the newest 1,000 entries, where pages are read from the authors.
        let expected = data.timeline(number, 1_500);
        let mut seen = Vec::new();
        let mut path = "/v1/timeline?limit=100".to_owned();
        while seen.len() < expected.len() {
            let page = reader.get(&path).await.expect(200);
            seen.extend(page.each("text"));
            let Some(cursor) = page.json["next_cursor"].as_str() else { break };
            path = format!("/v1/timeline?limit=100&cursor={cursor}");
        }
        seen.truncate(expected.len());
        let expected: Vec<_> = expected.into_iter().map(|row| data.posts[row].1.clone()).collect();
        assert_eq!(seen.len(), expected.len(), "{}", reader.handle);
        let differs = seen.iter().zip(&expected).position(|(seen, expected)| seen != expected);
        assert_eq!(differs, None, "{}: from this entry on", reader.handle);
    }
}
