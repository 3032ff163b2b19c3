//! A query is translated into requests to Meilisearch, and the documents found into an answer.

use super::documents::simple;
use super::http::Http;
use super::server::engine;
use super::settings::*;
use super::words::{MeiliQuery, all_must, meili_query};
use crate::embedded;
use meilisearch_sdk::errors::{Error, ErrorCode};
use meilisearch_sdk::indexes::Index;
use meilisearch_sdk::search::{
    FederatedMultiSearchResponse, FederationOptions, MatchingStrategies, MergeFacets, MultiSearchQuery,
    SearchQuery, SearchResult, Selectors,
};
use meilisearch_sdk::similar::SimilarQuery;
use projections::search::engine::{
    EngineError, Facets, Filters, Found, Hit, Key, Kind, Near, Query, Score, Sort,
};
use projections::search::words::Words;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::collections::HashMap;
use uuid::Uuid;

const FACETED: [&str; 4] = [TAG, BOARD, LANGUAGE, HAS_PHOTOS];
const SHOWN: [&str; 3] = [ID, PUBLISHED, LIKES];

/// Number of nearest posts that are searched for words that must not be found.
const NEAREST: usize = 1_000;

/// The fields of a hit.
#[derive(Deserialize)]
struct Body {
    id: Uuid,
    #[serde(default)]
    published: i64,
    #[serde(default)]
    likes: i64,
}

/// A query, and the parts that all of its requests have in common.
struct MeiliRequest<'a> {
    index: &'a Index<Http>,
    query: &'a Query,
    filter: String,
    sort: &'static [&'static str],
}

/// Answers a query from one index; `embedder` is the one whose vectors the index has, if any.
pub(super) async fn find(
    index: &Index<Http>,
    embedder: Option<&str>,
    query: &Query,
) -> Result<Found, EngineError> {
    let sort: &[&str] = match query.sort {
        Sort::Relevance => &[],
        Sort::Newest => &["published:desc"],
        Sort::MostLiked => &["likes:desc", "published:desc"],
    };
    let mut asking = MeiliRequest { index, query, filter: filter(query), sort };
    let has_words = !query.words.words.is_empty();
    if let (Some(Near::Vector(vector)), Some(embedder), false) =
        (&query.near, embedder, query.words.without.is_empty())
    {
        match asking.unwanted(embedder, vector).await {
            Ok(unwanted) if unwanted.is_empty() => {}
            Ok(unwanted) => {
                let ids: Vec<_> = unwanted.into_iter().map(simple).collect();
                asking.filter = format!("{} AND {ID} NOT IN [{}]", asking.filter, ids.join(", "));
            }
            Err(error) if has_no_vectors(&error) => {}
            Err(error) => return Err(engine(error)),
        }
    }
    let found = match (&query.near, embedder) {
        (None, _) => asking.by_words().await,
        (Some(Near::Vector(vector)), Some(embedder)) if has_words => asking.by_both(embedder, vector).await,
        (Some(Near::Vector(vector)), Some(embedder)) => asking.by_vector(embedder, vector).await,
        (Some(Near::Post(post)), Some(embedder)) => asking.by_post(embedder, &simple(post.0)).await,
        (Some(_), None) => asking.without_vectors().await,
    };
    match found {
        Err(error) if query.near.is_some() && has_no_vectors(&error) => asking.without_vectors().await,
        found => found,
    }
    .map_err(engine)
}

impl<'a> MeiliRequest<'a> {
    fn request<'b>(&'b self) -> SearchQuery<'b, Http> {
        let mut request = SearchQuery::new(self.index);
        request
            .with_filter(&self.filter)
            .with_sort(self.sort)
            .with_attributes_to_retrieve(Selectors::Some(&SHOWN))
            .with_show_ranking_score(true);
        request
    }

    fn worded<'b>(&'b self, query: &'b MeiliQuery) -> SearchQuery<'b, Http> {
        let strategy = match query.only_phrases {
            true => MatchingStrategies::LAST,
            false => MatchingStrategies::ALL,
        };
        let mut request = self.request();
        request.with_query(&query.q).with_matching_strategy(strategy);
        request
    }

    /// A request for the nearest posts, by vector alone.
    fn nearest<'b>(&'b self, embedder: &'b str, vector: &'b [f32]) -> SearchQuery<'b, Http> {
        let mut request = self.request();
        request
            .with_hybrid(embedder, 1.0)
            .with_vector(vector)
            // Without this threshold posts that have no vector are found, too, as the last.
            .with_ranking_score_threshold(similarity(self.query.closeness.into()))
            .with_show_ranking_score_details(true);
        request
    }

    async fn by_words(&self) -> Result<Found, Error> {
        let query = meili_query(&self.query.words);
        self.page(self.worded(&query)).await
    }

    async fn by_vector(&self, embedder: &str, vector: &[f32]) -> Result<Found, Error> {
        self.page(self.nearest(embedder, vector)).await
    }

    /// The nearest posts that have words which must not be found: a search by vector does not look at words.
    async fn unwanted(&self, embedder: &str, vector: &[f32]) -> Result<Vec<Uuid>, Error> {
        let mut nearest = self.nearest(embedder, vector);
        nearest.with_limit(NEAREST);
        let nearest = nearest.execute::<Body>().await?;
        let ids: Vec<_> = nearest.hits.iter().map(|hit| simple(hit.result.id)).collect();
        let among = format!("{ID} IN [{}]", ids.join(", "));
        let mut unwanted = vec![];
        for word in &self.query.words.without {
            let query = meili_query(&Words { words: vec![word.clone()], ..Words::default() });
            let mut having = self.worded(&query);
            having.with_filter(&among).with_limit(NEAREST);
            unwanted.extend(having.execute::<Body>().await?.hits.into_iter().map(|hit| hit.result.id));
        }
        Ok(unwanted)
    }

    async fn page(&self, mut request: SearchQuery<'_, Http>) -> Result<Found, Error> {
        request.with_offset(self.query.offset).with_limit(self.query.limit);
        if self.query.facets {
            request.with_facets(Selectors::Some(&FACETED));
        }
        let found = request.execute().await?;
        Ok(Found {
            total: found.estimated_total_hits.unwrap_or_default(),
            facets: facets(found.facet_distribution),
            hits: self.hits(found.hits),
        })
    }

    /// Sends two queries whose answers Meilisearch joins: posts that have the words come before those that
    /// are only near. To one query for both (`hybrid`) Meilisearch would count each post that has a vector as
    /// found, however far away.
    async fn by_both(&self, embedder: &str, vector: &[f32]) -> Result<Found, Error> {
        let both = &self.query.words;
        // All words must be found: words that may be missing would lower the score of posts without them
        // below that of any vector.
        let query = all_must(both);
        let facets_by_index = self.query.facets.then(|| {
            HashMap::from([(self.index.uid.clone(), FACETED.iter().map(|&name| name.to_owned()).collect())])
        });
        let federation = FederationOptions {
            offset: Some(self.query.offset),
            limit: Some(self.query.limit),
            merge_facets: facets_by_index.is_some().then(MergeFacets::default),
            facets_by_index,
            ..FederationOptions::default()
        };
        let mut requests = MultiSearchQuery::new(&self.index.client);
        requests.with_search_query(self.worded(&query)).with_search_query(self.nearest(embedder, vector));
        let found: FederatedMultiSearchResponse<Body> =
            requests.with_federation(federation).execute().await?;
        Ok(Found {
            total: found.estimated_total_hits,
            facets: facets(found.facet_distribution),
            hits: self.hits(found.hits),
        })
    }

    async fn by_post(&self, embedder: &str, post: &str) -> Result<Found, Error> {
        let mut request = SimilarQuery::new(self.index, post, embedder);
        request
            .with_offset(self.query.offset)
            .with_limit(self.query.limit)
            .with_filter(&self.filter)
            .with_attributes_to_retrieve(Selectors::Some(&SHOWN))
            .with_ranking_score_threshold(similarity(self.query.closeness.into()))
            .with_show_ranking_score(true)
            .with_show_ranking_score_details(true);
        let found = request.execute().await?;
        let hits = found.hits.into_iter();
        Ok(Found {
            total: found.estimated_total_hits.unwrap_or_default(),
            hits: hits
                .map(|hit| self.hit(hit.result, hit.ranking_score, hit.ranking_score_details))
                .collect(),
            facets: Facets::default(),
        })
    }

    /// The answer where the index has no vectors: the words' hits, if the query has words.
    async fn without_vectors(&self) -> Result<Found, Error> {
        match self.query.near {
            Some(Near::Vector(_)) if !self.query.words.words.is_empty() => self.by_words().await,
            _ => Ok(Found::default()),
        }
    }

    fn hits(&self, found: Vec<SearchResult<Body>>) -> Vec<Hit> {
        let hits = found.into_iter();
        hits.map(|hit| self.hit(hit.result, hit.ranking_score, hit.ranking_score_details)).collect()
    }

    #[allow(clippy::cast_possible_truncation)]
    fn hit(&self, body: Body, score: Option<f64>, details: Option<Map<String, Json>>) -> Hit {
        let key = match self.query.kind {
            Kind::Posts => Key::Post(body.id),
            Kind::People => Key::Person(body.id),
            Kind::Tags => Key::Tag(body.id),
        };
        let similarity = details.and_then(|details| details.get("vectorSort")?.get("similarity")?.as_f64());
        let near = similarity.map(|similarity| (similarity * 2.0 - 1.0) as f32);
        let words = if near.is_some() { 0.0 } else { score.unwrap_or_default() as f32 };
        let worth = embedded::score(words, body.likes, body.published, self.query.now.timestamp_millis());
        Hit { key, score: Score { near, ..worth } }
    }
}

/// The cosine, which is -1 to 1, as Meilisearch tells it, as 0 to 1.
fn similarity(cosine: f64) -> f64 {
    f64::midpoint(1.0, cosine)
}

/// True if the index has no vectors of this embedder yet, or no such post.
fn has_no_vectors(error: &Error) -> bool {
    // These errors are known by their texts, since the crate has no codes for them.
    const WHY: [&str; 2] = ["Cannot find embedder", "Document `"];
    matches!(error, Error::Meilisearch(error) if error.error_code == ErrorCode::Unknown
        && WHY.iter().any(|why| error.error_message.contains(why)))
}

/// The filter of a query: all that narrows it but its words.
fn filter(query: &Query) -> String {
    let Filters { tags, authors, board, has_photos, language, since, before } = &query.filters;
    let mut all: Vec<String> =
        query.words.tags.iter().chain(tags).map(|tag| format!("{TAG} = {}", quoted(tag))).collect();
    if let Some(authors) = authors {
        all.push(format!("{AUTHOR} IN {}", ids(authors)));
    }
    if let Some(board) = board {
        all.push(format!("{BOARD} = {}", simple(board.0)));
    }
    if let Some(has_photos) = has_photos {
        all.push(format!("{HAS_PHOTOS} = {has_photos}"));
    }
    if let Some(language) = language {
        all.push(format!("{LANGUAGE} = {}", quoted(language)));
    }
    if let Some(since) = since {
        all.push(format!("{PUBLISHED} >= {}", since.timestamp_millis()));
    }
    if let Some(before) = before {
        all.push(format!("{PUBLISHED} < {}", before.timestamp_millis()));
    }
    let access = &query.access;
    if matches!(query.kind, Kind::Posts) {
        all.push(match access.follows.is_empty() {
            true => format!("{FOR_FOLLOWERS} = false"),
            false => format!("({FOR_FOLLOWERS} = false OR {AUTHOR} IN {})", ids(&access.follows)),
        });
    }
    if !access.hidden.is_empty() {
        all.push(format!("{AUTHOR} NOT IN {}", ids(&access.hidden)));
    }
    all.join(" AND ")
}

fn ids(people: &[domain::value::UserId]) -> String {
    let ids: Vec<String> = people.iter().map(|user| simple(user.0)).collect();
    format!("[{}]", ids.join(", "))
}

/// The value in quotes. Characters that have a meaning in filters, which no tag or language's name has, are
/// dropped.
fn quoted(value: &str) -> String {
    let plain: String = value.chars().filter(|c| !matches!(c, '"' | '\\' | '\'')).collect();
    format!("\"{plain}\"")
}

fn facets(counted: Option<HashMap<String, HashMap<String, usize>>>) -> Facets {
    let mut counted = counted.unwrap_or_default();
    let mut by = |name: &str| -> Vec<(String, u64)> {
        let counts = counted.remove(name).unwrap_or_default();
        let mut counts: Vec<_> = counts.into_iter().map(|(value, count)| (value, count as u64)).collect();
        counts.sort_by(|(one, few), (other, many)| many.cmp(few).then_with(|| one.cmp(other)));
        counts
    };
    let boards = by(BOARD).into_iter().filter_map(|(id, count)| Some((id.parse().ok()?, count))).collect();
    let with_photos =
        by(HAS_PHOTOS).into_iter().find(|(value, _)| value == "true").map_or(0, |(_, count)| count);
    Facets { tags: by(TAG), boards, languages: by(LANGUAGE), with_photos }
}
