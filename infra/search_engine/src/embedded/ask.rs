//! A query is translated into tantivy's form, and the documents found into an answer.

use super::bounded::BoundedSearcher;
use super::fields::{self, Fields};
use super::near::{self, Cosines};
use super::order;
use super::vectors::Vectors;
use projections::search::engine::{EngineError, Facets, Filters, Found, Hit, Key, Kind, Query};
use projections::search::text::{BEGIN, Gram, is_cjk, is_initials, keys, needle};
use projections::search::words::{Word, Words};
use serde_json::{Value as Json, json};
use std::ops::Bound;
use tantivy::aggregation::AggregationCollector;
use tantivy::collector::Count;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, FuzzyTermQuery, Occur, PhraseQuery, Query as Ask,
    RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{TantivyDocument, Term};

type Clause = (Occur, Box<dyn Ask>);

/// The number of values of each facet that are counted out.
const FACETS: usize = 10;

pub(super) fn find(
    searcher: &BoundedSearcher,
    fields: &Fields,
    vectors: &Vectors,
    query: &Query,
) -> Result<Found, EngineError> {
    let bounds = bounded(fields, query);
    let cosines = near::near(searcher, fields, vectors, query, &bounds)?;
    answer(searcher, fields, query, bounds, &cosines).map_err(super::failed)
}

fn answer(
    searcher: &BoundedSearcher,
    fields: &Fields,
    query: &Query,
    bounds: BooleanQuery,
    cosines: &Cosines,
) -> tantivy::Result<Found> {
    let worded = worded(fields, query, bounds.clone());
    let matching = match (&query.near, query.words.words.is_empty()) {
        (None, _) => worded.clone(),
        (Some(_), no_words) => {
            let near = BooleanQuery::new(vec![must(Box::new(bounds)), must(near::among(fields, cosines))]);
            let either = |near| BooleanQuery::union(vec![Box::new(worded.clone()), Box::new(near)]);
            if no_words { near } else { either(near) }
        }
    };
    let now = query.now.timestamp_millis();
    let ranked = order::ranked(searcher, &worded, &matching, query, cosines)?;
    let mut hits = vec![];
    for (total, address) in ranked.into_iter().take(query.limit) {
        let document: TantivyDocument = searcher.searcher.doc(address)?;
        let number =
            |field: Field| document.get_first(field).and_then(|value| value.as_i64()).unwrap_or_default();
        let key = document.get_first(fields.key).and_then(|value| value.as_str());
        let Some(key) = key.and_then(fields::read_key) else { continue };
        let mut score = order::score(0.0, number(fields.likes), number(fields.published), now);
        score.words = total.map_or(0.0, |total| total / (score.likes * score.age));
        score.near = match key {
            Key::Post(id) => cosines.get(&fields::near_key(id)).copied(),
            Key::Person(_) | Key::Tag(_) => None,
        };
        hits.push(Hit { key, score });
    }
    let total = searcher.search(&matching, &Count)?;
    let facets = if query.facets { facets(searcher, &matching)? } else { Facets::default() };
    Ok(Found { hits, total, facets })
}

/// The query without the words that are to be found: kind, words that must not be found, tags, filters and
/// access.
fn bounded(fields: &Fields, query: &Query) -> BooleanQuery {
    let kind = match query.kind {
        Kind::Posts => fields::POST,
        Kind::People => fields::PERSON,
        Kind::Tags => fields::TAG_KIND,
    };
    let mut clauses = vec![must(unscored(term(fields.kind, kind)))];
    let Words { words: _, without, tags, from: _, is_unfinished: _ } = &query.words;
    for word in without {
        clauses.push((Occur::MustNot, self::word(fields, query.kind, word, false)));
    }
    for tag in tags.iter().chain(&query.filters.tags) {
        clauses.push(must(unscored(term(fields.tag, tag))));
    }
    bounds(fields, &query.filters, &mut clauses);
    access(fields, query, &mut clauses);
    BooleanQuery::new(clauses)
}

/// The query with its words; where there are none all documents fit alike.
fn worded(fields: &Fields, query: &Query, bounds: BooleanQuery) -> BooleanQuery {
    let Words { words, is_unfinished, .. } = &query.words;
    let mut clauses = vec![must(Box::new(bounds))];
    for (n, word) in words.iter().enumerate() {
        let is_unfinished = *is_unfinished && n + 1 == words.len();
        clauses.push(must(self::word(fields, query.kind, word, is_unfinished)));
    }
    if words.is_empty() {
        clauses.push(must(Box::new(ConstScoreQuery::new(Box::new(AllQuery), 1.0))));
    }
    BooleanQuery::new(clauses)
}

fn bounds(fields: &Fields, filters: &Filters, clauses: &mut Vec<Clause>) {
    let Filters { tags: _, authors, board, has_photos, language, since, before } = filters;
    if let Some(authors) = authors {
        let any = authors.iter().map(|author| Term::from_field_text(fields.author, &fields::id(author.0)));
        clauses.push(must(unscored(Box::new(TermSetQuery::new(any)))));
    }
    if let Some(board) = board {
        clauses.push(must(unscored(term(fields.board, &fields::id(board.0)))));
    }
    if let Some(has_photos) = has_photos {
        let term = Term::from_field_u64(fields.has_photos, u64::from(*has_photos));
        clauses.push(must(unscored(Box::new(TermQuery::new(term, IndexRecordOption::Basic)))));
    }
    if let Some(language) = language {
        clauses.push(must(unscored(term(fields.language, language))));
    }
    if since.is_some() || before.is_some() {
        let at = |time: &chrono::DateTime<chrono::Utc>| {
            Term::from_field_i64(fields.published, time.timestamp_millis())
        };
        let from = since.as_ref().map_or(Bound::Unbounded, |since| Bound::Included(at(since)));
        let to = before.as_ref().map_or(Bound::Unbounded, |before| Bound::Excluded(at(before)));
        clauses.push(must(unscored(Box::new(RangeQuery::new(from, to)))));
    }
}

/// Adds the viewer's access: a post for followers is found by its author's followers only, and no document of
/// a hidden author is found.
fn access(fields: &Fields, query: &Query, clauses: &mut Vec<Clause>) {
    let of = |people: &[domain::value::UserId]| -> Box<dyn Ask> {
        let terms = people.iter().map(|user| Term::from_field_text(fields.author, &fields::id(user.0)));
        Box::new(TermSetQuery::new(terms.collect::<Vec<_>>()))
    };
    if matches!(query.kind, Kind::Posts) {
        let for_all = Term::from_field_u64(fields.for_followers, 0);
        let for_all: Box<dyn Ask> = Box::new(TermQuery::new(for_all, IndexRecordOption::Basic));
        let open = BooleanQuery::union(vec![for_all, of(&query.access.follows)]);
        clauses.push(must(unscored(Box::new(open))));
    }
    if !query.access.hidden.is_empty() {
        clauses.push((Occur::MustNot, of(&query.access.hidden)));
    }
}

/// A query for a word in any of the fields. The word is worth more in some fields, and more where it begins a
/// word of the text than inside of one.
fn word(fields: &Fields, kind: Kind, word: &Word, is_unfinished: bool) -> Box<dyn Ask> {
    let boosts: &[(Field, f32)] = match kind {
        Kind::Posts => &[
            (fields.title, 3.0),
            (fields.tags, 3.0),
            (fields.text, 1.0),
            (fields.photos, 0.7),
            (fields.names, 1.5),
        ],
        Kind::People => &[(fields.title, 3.0), (fields.names, 2.0), (fields.text, 0.5)],
        Kind::Tags => &[(fields.title, 1.0)],
    };
    let mut any: Vec<Box<dyn Ask>> = vec![];
    let needle = needle(&word.folded);
    for &(field, boost) in boosts {
        any.push(boosted(phrase(field, &needle, false), boost));
        any.push(boosted(phrase(field, &needle, true), boost));
        if !word.exact {
            any.extend(nearly(field, &word.folded).map(|nearly| boosted(nearly, boost * 0.4)));
        }
    }
    let written: String = word.folded.iter().collect();
    if !matches!(kind, Kind::Posts) && is_initials(&written) {
        any.push(phrase(fields.initials, &needle, false));
    }
    if is_unfinished && !matches!(kind, Kind::Posts) {
        let term = Term::from_field_text(fields.keys, &keys(word.folded.iter().copied()));
        any.push(Box::new(FuzzyTermQuery::new_prefix(term, 0, false)));
    }
    Box::new(BooleanQuery::union(any))
}

/// A query for the grams one after the other; if `begins` is set, a word must begin at the first.
fn phrase(field: Field, needle: &[Gram], begins: bool) -> Box<dyn Ask> {
    let Some(first) = needle.first() else { return Box::new(tantivy::query::EmptyQuery) };
    let text = |index: usize, gram: &Gram| match index {
        0 if begins => format!("{BEGIN}{}", gram.term),
        _ => gram.term.clone(),
    };
    if let [only] = needle {
        return term(field, &text(0, only));
    }
    let terms = needle
        .iter()
        .enumerate()
        .map(|(index, gram)| (gram.place - first.place, Term::from_field_text(field, &text(index, gram))));
    Box::new(PhraseQuery::new_with_offset(terms.collect()))
}

/// A query for a word of another script than CJK by its beginning, and with a typo or two where the word is
/// long enough to bear them.
fn nearly(field: Field, folded: &[char]) -> Option<Box<dyn Ask>> {
    if folded.iter().any(|&c| is_cjk(c) || !c.is_alphanumeric()) {
        return None;
    }
    let term = Term::from_field_text(field, &folded.iter().collect::<String>());
    let typos = match folded.len() {
        0..=1 => return None,
        2..=4 => 0,
        5..=8 => 1,
        _ => 2,
    };
    Some(Box::new(FuzzyTermQuery::new_prefix(term, typos, true)))
}

fn must(clause: Box<dyn Ask>) -> Clause {
    (Occur::Must, clause)
}

fn term(field: Field, text: &str) -> Box<dyn Ask> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
}

fn boosted(query: Box<dyn Ask>, boost: f32) -> Box<dyn Ask> {
    Box::new(BoostQuery::new(query, boost))
}

/// A query for a bound, which adds nothing to the score.
fn unscored(query: Box<dyn Ask>) -> Box<dyn Ask> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

fn facets(searcher: &BoundedSearcher, query: &dyn Ask) -> tantivy::Result<Facets> {
    let by = |field: &str| json!({ "terms": { "field": field, "size": FACETS } });
    let wanted = json!({
        "tags": by(fields::TAG), "boards": by(fields::BOARD),
        "languages": by(fields::LANGUAGE), "photos": by(fields::HAS_PHOTOS),
    });
    let collector = AggregationCollector::from_aggs(serde_json::from_value(wanted)?, Default::default());
    let counted = serde_json::to_value(searcher.search(query, &collector)?)?;
    let buckets = |name: &str| -> Vec<(String, u64)> {
        let buckets = counted[name]["buckets"].as_array().map_or(&[][..], Vec::as_slice);
        let bucket = |bucket: &Json| {
            let key = bucket["key"].as_str().map_or_else(|| bucket["key"].to_string(), str::to_owned);
            (key, bucket["doc_count"].as_u64().unwrap_or_default())
        };
        buckets.iter().map(bucket).collect()
    };
    let ids = |name: &str| {
        buckets(name).into_iter().filter_map(|(id, count)| Some((id.parse().ok()?, count))).collect()
    };
    let is_one = |key: &str| key.parse::<f64>().is_ok_and(|key| key > 0.5);
    let with_photos =
        buckets("photos").into_iter().filter(|(key, _)| is_one(key)).map(|(_, count)| count).sum();
    Ok(Facets { tags: buckets("tags"), boards: ids("boards"), languages: buckets("languages"), with_photos })
}
