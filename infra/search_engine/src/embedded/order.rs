//! The order in which the documents found come.

use super::bounded::BoundedSearcher;
use super::fields;
use super::near::{self, Cosines};
use projections::search::engine::{Kind, Query, Score, Sort};
use std::collections::HashMap;
use tantivy::collector::TopDocs;
use tantivy::query::Query as Ask;
use tantivy::{DocAddress, Order, SegmentReader};

/// A day in milliseconds.
const DAY: f32 = 86_400_000.0;
/// The age, in days, at which a document has lost half of what it can lose by age.
const HALF_AGE_DAYS: f32 = 90.0;
/// The share of its score that a document loses at most by its age.
const AGE_COSTS: f32 = 0.6;
/// The share of the words' score that each doubling of likes adds.
const LIKES_GIVE: f32 = 0.12;

/// The addresses of documents, in order, with the score of those that words have found.
pub(super) type RankedDocs = Vec<(Option<f32>, DocAddress)>;

/// One page of the documents that `matching` finds; `worded` finds those of them that have the words.
pub(super) fn ranked(
    searcher: &BoundedSearcher,
    worded: &dyn Ask,
    matching: &dyn Ask,
    query: &Query,
    cosines: &Cosines,
) -> tantivy::Result<RankedDocs> {
    let now = query.now.timestamp_millis();
    Ok(match (query.kind, query.sort, &query.near) {
        (Kind::Posts, Sort::Newest, _) => {
            let top = top(query).order_by_fast_field::<i64>(fields::PUBLISHED, Order::Desc);
            searcher.search(matching, &top)?.into_iter().map(|(_, address)| (None, address)).collect()
        }
        (Kind::Posts, Sort::MostLiked, _) => {
            let most = top(query).tweak_score(|segment: &SegmentReader| {
                let (likes, published) = columns(segment);
                move |doc, _: f32| (likes.get_val(doc), published.get_val(doc))
            });
            searcher.search(matching, &most)?.into_iter().map(|(_, address)| (None, address)).collect()
        }
        (_, _, None) => best(searcher, worded, top(query), now)?,
        (_, _, Some(_)) if query.words.words.is_empty() => nearest(searcher, matching, top(query), cosines)?,
        (_, _, Some(_)) => {
            let both = || TopDocs::with_limit(near::FUSED);
            let by_words = best(searcher, worded, both(), now)?;
            let by_near = nearest(searcher, matching, both(), cosines)?;
            let scores: HashMap<_, _> = by_words.iter().map(|(score, address)| (*address, *score)).collect();
            let order = |ranked: &RankedDocs| ranked.iter().map(|(_, address)| *address).collect::<Vec<_>>();
            let fused = near::fused(&order(&by_words), &order(&by_near)).into_iter();
            let page = fused.skip(query.offset).take(query.limit);
            page.map(|address| (scores.get(&address).copied().flatten(), address)).collect()
        }
    })
}

fn top(query: &Query) -> TopDocs {
    TopDocs::with_limit(query.limit.max(1)).and_offset(query.offset)
}

/// Ranks by how well the words fit, by likes and by age.
fn best(searcher: &BoundedSearcher, query: &dyn Ask, top: TopDocs, now: i64) -> tantivy::Result<RankedDocs> {
    let best = top.tweak_score(move |segment: &SegmentReader| {
        let (likes, published) = columns(segment);
        move |doc, words: f32| {
            let score = score(words, likes.get_val(doc), published.get_val(doc), now);
            // Of two documents with the same score the newer comes first.
            (score.words * score.likes * score.age, published.get_val(doc))
        }
    });
    let found = searcher.search(query, &best)?;
    Ok(found.into_iter().map(|((score, _), address)| (Some(score), address)).collect())
}

/// Ranks by cosine; documents that are not near at all are left out.
fn nearest(
    searcher: &BoundedSearcher,
    query: &dyn Ask,
    top: TopDocs,
    cosines: &Cosines,
) -> tantivy::Result<RankedDocs> {
    let cosines = cosines.clone();
    let nearest = top.tweak_score(move |segment: &SegmentReader| {
        let ((_, published), keys) = (columns(segment), fields::near_column(segment));
        let cosines = cosines.clone();
        move |doc, _: f32| {
            let cosine = cosines.get(&keys.get_val(doc));
            (cosine.copied().unwrap_or(NOT_NEAR), published.get_val(doc))
        }
    });
    let found = searcher.search(query, &nearest)?.into_iter();
    Ok(found.filter(|((cosine, _), _)| *cosine > NOT_NEAR).map(|(_, address)| (None, address)).collect())
}

/// A number below all cosines, for documents that are not near.
const NOT_NEAR: f32 = -2.0;

type Column = std::sync::Arc<dyn tantivy::columnar::ColumnValues<i64>>;

fn columns(segment: &SegmentReader) -> (Column, Column) {
    let column = |name: &str| {
        let column = segment.fast_fields().i64(name).expect("the schema has it");
        column.first_or_default_col(0)
    };
    (column(fields::LIKES), column(fields::PUBLISHED))
}

#[allow(clippy::cast_precision_loss)]
pub(crate) fn score(words: f32, likes: i64, published: i64, now: i64) -> Score {
    let liked = (1.0 + likes.max(0) as f32).log2();
    let days = if published == 0 { 0.0 } else { (now - published).max(0) as f32 / DAY };
    let age = 1.0 - AGE_COSTS * days / (days + HALF_AGE_DAYS);
    Score { words, likes: 1.0 + LIKES_GIVE * liked, age, near: None }
}
