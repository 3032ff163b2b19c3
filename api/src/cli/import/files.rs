//! The two files of a data set, read whole: tab-separated UTF-8, gzip or plain by their content.

use super::super::Failure;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, fmt::Write, fs, io::Read, path::Path};

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The data that is put in.
#[derive(Debug)]
pub(super) struct Input {
    /// The numbers of all users who are named in either file, ascending.
    pub(super) users: Vec<u32>,
    pub(super) follows: Vec<Mutual>,
    pub(super) posts: Vec<Post>,
    digest: Sha256,
}

/// Two people who follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mutual {
    /// The line of the file, from 1.
    pub(super) line: u64,
    pub(super) a: u32,
    pub(super) b: u32,
}

/// A post, which a user wrote on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Post {
    /// The line of the file, from 1.
    pub(super) line: u64,
    pub(super) author: u32,
    /// The day, and within it a millisecond a line: the order of the file is the order of time.
    pub(super) published_at: DateTime<Utc>,
    pub(super) text: String,
}

impl Input {
    /// Reads both files; with `below`, only users of smaller numbers and what is between them.
    pub(super) fn read(posts: &Path, follows: &Path, below: Option<u32>) -> Result<Self, Failure> {
        let (posts_text, follows_text) = (text(posts)?, text(follows)?);
        let mut digest = Sha256::new();
        for part in [posts_text.as_bytes(), follows_text.as_bytes(), format!("{below:?}").as_bytes()] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let wanted = |user: u32| below.is_none_or(|below| user < below);
        let mut posts_read =
            parse_posts(&posts_text).map_err(|error| format!("{}: {error}", posts.display()))?;
        let mut follows_read =
            parse_follows(&follows_text).map_err(|error| format!("{}: {error}", follows.display()))?;
        posts_read.retain(|post| wanted(post.author));
        follows_read.retain(|follow| wanted(follow.a) && wanted(follow.b));
        let authors = posts_read.iter().map(|post| post.author);
        let users: BTreeSet<u32> = authors.chain(follows_read.iter().flat_map(|f| [f.a, f.b])).collect();
        Ok(Self { users: users.into_iter().collect(), follows: follows_read, posts: posts_read, digest })
    }

    /// The name of this input and its target.
    pub(super) fn fingerprint(&self, target: &str) -> String {
        let digest = self.digest.clone().chain_update(target.trim_end_matches('/')).finalize();
        digest.iter().take(8).fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string can always grow");
            hex
        })
    }
}

fn text(path: &Path) -> Result<String, Failure> {
    let told = |error: std::io::Error| format!("{} can't be read: {error}", path.display());
    let raw = fs::read(path).map_err(told)?;
    if !raw.starts_with(&GZIP) {
        return String::from_utf8(raw).map_err(|_| format!("{} is not UTF-8", path.display()).into());
    }
    let mut text = String::new();
    MultiGzDecoder::new(&raw[..]).read_to_string(&mut text).map_err(told)?;
    Ok(text)
}

fn parse_posts(text: &str) -> Result<Vec<Post>, String> {
    let mut posts: Vec<Post> = Vec::new();
    let (mut day, mut in_day) = (NaiveDate::MIN, 0);
    for (line, fields) in lines(text) {
        let wrong =
            || format!("line {line}: expected date, author number, rating and text, separated by tabs");
        let [date, author, _rating, text] = fields[..] else { return Err(wrong()) };
        let date: NaiveDate = date.parse().map_err(|_| wrong())?;
        if date < day {
            return Err(format!("line {line}: expected dates to ascend"));
        }
        in_day = if date == day { in_day + 1 } else { 0 };
        day = date;
        let midnight = date.and_hms_opt(0, 0, 0).expect("every day has a midnight").and_utc();
        let published_at = midnight + TimeDelta::milliseconds(in_day);
        if published_at >= midnight + Days::new(1) {
            return Err(format!("line {line}: more posts on one day than it has milliseconds"));
        }
        let author = author.parse().map_err(|_| wrong())?;
        posts.push(Post { line, author, published_at, text: text.to_owned() });
    }
    Ok(posts)
}

fn parse_follows(text: &str) -> Result<Vec<Mutual>, String> {
    lines(text)
        .map(|(line, fields)| {
            let wrong = || format!("line {line}: expected two user numbers, separated by a tab");
            let [a, b] = fields[..] else { return Err(wrong()) };
            Ok(Mutual { line, a: a.parse().map_err(|_| wrong())?, b: b.parse().map_err(|_| wrong())? })
        })
        .collect()
}

fn lines(text: &str) -> impl Iterator<Item = (u64, Vec<&str>)> {
    (1..).zip(text.lines()).map(|(line, text)| (line, text.split('\t').collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_of_a_day_keep_the_order_of_the_file() {
        let posts = parse_posts("2003-11-21\t7\t9\t하나\n2003-11-21\t8\t1\t둘\n2003-11-22\t7\t5\t셋\n");
        let posts = posts.expect("well-formed");
        let times: Vec<_> = posts.iter().map(|post| post.published_at.to_rfc3339()).collect();
        assert_eq!(
            times,
            ["2003-11-21T00:00:00+00:00", "2003-11-21T00:00:00.001+00:00", "2003-11-22T00:00:00+00:00"]
        );
        assert_eq!((posts[2].line, posts[2].author, &*posts[2].text), (3, 7, "셋"));
    }

    #[test]
    fn a_bad_line_is_named_with_what_is_expected() {
        for bad in ["x\t1\t2\ty", "2003-11-21\t1\t2", "2003-11-21\tme\t2\ty"] {
            let error = parse_posts(&format!("2003-11-21\t1\t2\tfine\n{bad}")).expect_err(bad);
            assert!(error.starts_with("line 2: expected"), "{error}");
        }
        assert!(parse_follows("1\t2\n1").expect_err("one number").starts_with("line 2"));
        let backwards = parse_posts("2003-11-22\t1\t2\ta\n2003-11-21\t1\t2\tb").expect_err("not ascending");
        assert!(backwards.contains("ascend"), "{backwards}");
    }
}
