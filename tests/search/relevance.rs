//! Recall on real writing: the words are cut out of the imported posts, and the texts alone tell which posts
//! contain them.

use crate::import::{Data, folder};
use chrono::DateTime;
use projections::search::engine::{
    Access, Document, DocumentUpdate, Engine, Filters, Key, Kind, PostDocument, Query, Sort,
};
use projections::search::text::fold;
use projections::search::words::Words;
use search_engine::Embedded;
use std::collections::{BTreeSet, HashMap};
use std::time::Instant;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

/// Number of posts of the data set that are indexed.
const POSTS: usize = 30_000;
/// Number of queries of each kind.
const QUERIES: usize = 80;

pub(super) fn id(row: usize) -> Uuid {
    Uuid::from_u128(row as u128 + 1)
}

pub(super) fn row(key: &Key) -> usize {
    match key {
        Key::Post(id) => usize::try_from(id.as_u128() - 1).expect("a row"),
        Key::Person(_) | Key::Tag(_) => panic!("only posts were put in"),
    }
}

pub(super) fn document(row: usize, text: &str) -> DocumentUpdate {
    let post = PostDocument {
        post_id: id(row),
        author: None,
        board_id: None,
        title: String::new(),
        text: text.to_owned(),
        tags: vec![],
        alternative_texts: vec![],
        photo_count: 0,
        for_followers: false,
        published_at: DateTime::from_timestamp(1_300_000_000 + row as i64, 0).expect("in range"),
        like_count: 0,
    };
    DocumentUpdate { key: Key::Post(id(row)), version: 1, document: Some(Document::Post(post)) }
}

async fn found(engine: &Embedded, q: &str, limit: usize) -> Vec<usize> {
    let query = Query {
        kind: Kind::Posts,
        words: Words::parse(q).expect("a query"),
        filters: Filters::default(),
        access: Access::default(),
        sort: Sort::Relevance,
        near: None,
        closeness: 0.0,
        now: DateTime::from_timestamp(1_400_000_000, 0).expect("in range"),
        offset: 0,
        limit,
        facets: false,
    };
    engine.find(query).await.expect("it answers").hits.iter().map(|hit| row(&hit.key)).collect()
}

fn is_hangul(word: &str) -> bool {
    word.chars().all(|c| ('가'..='힣').contains(&c))
}

/// Words of the texts, from rows picked evenly, with the rows that contain them anywhere.
fn cut(texts: &[String], of_word: impl Fn(&str) -> Option<String>) -> Vec<(String, BTreeSet<usize>)> {
    let mut picked: Vec<String> = vec![];
    let words = texts.iter().flat_map(|text| text.split_whitespace());
    for (n, word) in words.enumerate() {
        if n % 97 == 0
            && let Some(cut) = of_word(word)
            && !picked.contains(&cut)
        {
            picked.push(cut);
        }
        if picked.len() == QUERIES {
            break;
        }
    }
    let containing = |word: &String| {
        let rows = texts.iter().enumerate().filter(|(_, text)| text.contains(word.as_str()));
        (word.clone(), rows.map(|(row, _)| row).collect())
    };
    picked.iter().map(containing).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_post_that_contains_a_word_is_found_and_no_other() {
    let data = Data::read(&folder());
    let texts: Vec<String> = data.posts.iter().take(POSTS).map(|(_, text)| text.clone()).collect();
    // The texts are folded as search folds them, so that width and case do not count.
    let folded: Vec<String> = texts.iter().map(|text| fold(text).chars.into_iter().collect()).collect();
    let engine = Embedded::open(None, "relevance").expect("it opens");
    let begun = Instant::now();
    for (n, some) in texts.chunks(2_000).enumerate() {
        let changes = some.iter().enumerate().map(|(m, text)| document(n * 2_000 + m, text)).collect();
        engine.take(changes, None).await.expect("taken");
    }
    let rate = texts.len() as f64 / begun.elapsed().as_secs_f64();
    println!("{} posts indexed, {rate:.0}/s", texts.len());

    let some = |word: &str, from: usize, to: usize| -> Option<String> {
        let part: String = word.chars().skip(from).take(to - from).collect();
        (is_hangul(word) && word.chars().count() >= to).then_some(part)
    };
    let kinds: HashMap<&str, Vec<(String, BTreeSet<usize>)>> = HashMap::from([
        ("whole words", cut(&folded, |word| some(word, 0, word.chars().count().max(2)))),
        ("without their last syllable", cut(&folded, |word| some(word, 0, word.chars().count().max(3) - 1))),
        ("two syllables inside", cut(&folded, |word| some(word, 1, 3).filter(|_| word.chars().count() > 3))),
        ("one syllable", cut(&folded, |word| some(word, 0, 1))),
    ]);
    let mut query_count = 0;
    for (kind, queries) in &kinds {
        let (mut hits, mut at_20, mut few) = (0, 0, 0);
        for (n, (word, expected)) in queries.iter().enumerate() {
            // Every second word is typed as decomposed Hangul, as a Mac does.
            let typed: String = if n % 2 == 0 { word.clone() } else { word.nfd().collect() };
            let all: BTreeSet<usize> = found(&engine, &typed, texts.len()).await.into_iter().collect();
            assert_eq!(&all, expected, "{kind}: {word}");
            hits += all.len();
            if expected.len() <= 20 {
                few += 1;
                let first: BTreeSet<usize> = found(&engine, &typed, 20).await.into_iter().collect();
                at_20 += usize::from(&first == expected);
            }
        }
        assert_eq!(at_20, few, "{kind}: recall at 20");
        println!(
            "{kind}: {} queries, {hits} posts, recall 1.0, precision 1.0, {few} with 20 or fewer",
            queries.len()
        );
        query_count += queries.len();
    }
    assert!(texts.len() < 10_000 || query_count >= 200, "{query_count} queries");
}
