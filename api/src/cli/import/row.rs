//! The request for each row, under ids that follow from its place in the files.

use super::{
    super::http::{ACT_AS, Server},
    files::{Mutual, Post},
};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use reqwest::RequestBuilder;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// 2003-11-21T00:00:00Z, the day of the first post: user n joins n seconds later.
const FIRST_DAY: DateTime<Utc> = DateTime::from_timestamp_nanos(1_069_372_800_000_000_000);

const FAMILY_NAMES: [&str; 12] = ["김", "이", "박", "최", "정", "강", "조", "윤", "장", "임", "한", "오"];
const GIVEN_NAMES: [&str; 16] = [
    "하늘", "바다", "가람", "나래", "다온", "라온", "마루", "보람", "새벽", "아름", "여울", "은결", "지우",
    "찬솔", "푸름", "한별",
];
const BIOS: [&str; 5] =
    ["영화를 봅니다.", "주말마다 극장에 갑니다.", "짧게 적어 둡니다.", "본 것을 잊지 않으려고요.", ""];

/// A row: one request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Row<'a> {
    User(u32),
    Follow { line: u64, follower: u32, followee: u32 },
    Post(&'a Post),
}

impl Row<'_> {
    /// The two follows of a line.
    pub(super) fn both_ways(mutual: &Mutual) -> [Row<'static>; 2] {
        let Mutual { line, a, b } = *mutual;
        [Row::Follow { line, follower: a, followee: b }, Row::Follow { line, follower: b, followee: a }]
    }

    pub(super) fn request(&self, server: &Server) -> RequestBuilder {
        match *self {
            Row::User(n) => server.post("/v1/users").json(&json!({
                "id": user_id(n),
                "handle": handle(n),
                "display_name": display_name(n),
                "bio": BIOS[n as usize % BIOS.len()],
            })),
            Row::Follow { follower, followee, .. } => server
                .put(&format!("/v1/users/{}/follow", handle(followee)))
                .header(ACT_AS, user_id(follower).to_string()),
            Row::Post(post) => {
                server.post("/v1/posts").header(ACT_AS, user_id(post.author).to_string()).json(&json!({
                    "id": post_id(post),
                    "text": post.text,
                    "published_at": post.published_at.to_rfc3339_opts(SecondsFormat::Millis, true),
                }))
            }
        }
    }
}

/// The row's name, for a person who looks it up in the files.
impl std::fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Row::User(n) => write!(f, "user {n}"),
            Row::Follow { line, follower, followee } => {
                write!(f, "follows line {line} ({follower} follows {followee})")
            }
            Row::Post(post) => write!(f, "posts line {}", post.line),
        }
    }
}

pub(super) fn handle(user: u32) -> String {
    format!("u{user}")
}

pub(super) fn user_id(user: u32) -> Uuid {
    id("user", user.into(), FIRST_DAY + TimeDelta::seconds(user.into()))
}

pub(super) fn post_id(post: &Post) -> Uuid {
    id("post", post.line, post.published_at)
}

fn display_name(user: u32) -> String {
    let n = user as usize;
    let family = FAMILY_NAMES[n % FAMILY_NAMES.len()];
    let given = GIVEN_NAMES[n / FAMILY_NAMES.len() % GIVEN_NAMES.len()];
    format!("{family}{given} {user}")
}

/// A UUIDv7 of this time whose other bits are as good as random, and the same every time.
fn id(kind: &str, n: u64, at: DateTime<Utc>) -> Uuid {
    let digest = Sha256::digest(format!("madang-import/{kind}/{n}"));
    let random: [u8; 10] = digest[..10].try_into().expect("a SHA-256 has 32 bytes");
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(line: u64, at: &str) -> Post {
        Post { line, author: 1, published_at: at.parse().expect("a time"), text: "글".to_owned() }
    }

    #[test]
    fn ids_are_the_same_every_time_and_carry_their_time() {
        assert_eq!(user_id(5), user_id(5));
        assert_ne!(user_id(5), user_id(6));
        assert_eq!(user_id(0).get_version_num(), 7);
        let (seconds, _) = user_id(7).get_timestamp().expect("a UUIDv7").to_unix();
        assert_eq!(DateTime::from_timestamp_secs(seconds as i64), Some(FIRST_DAY + TimeDelta::seconds(7)));
        assert_eq!(FIRST_DAY.to_rfc3339(), "2003-11-21T00:00:00+00:00");
    }

    #[test]
    fn post_ids_ascend_as_the_file_does() {
        let first = post_id(&post(1, "2003-11-21T00:00:00Z"));
        let second = post_id(&post(2, "2003-11-21T00:00:00.001Z"));
        assert!(first < second);
    }
}
