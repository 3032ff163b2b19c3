//! The settings of indexes. The words by which a document is found are made by this crate, too
//! ([`super::documents`], [`super::words`]).

use super::server::{Server, engine};
use meilisearch_sdk::errors::ErrorCode;
use meilisearch_sdk::settings::{
    FacetSortValue, FacetingSettings, LocalizedAttributes, MinWordSizeForTypos, PaginationSetting,
    PrefixSearchSettings, Settings, TypoToleranceSettings,
};
use projections::search::engine::{EngineError, Kind};
use std::collections::BTreeMap;

/// The version of the indexes' form. Raise it with each change of settings, documents or words: the next
/// start then builds new indexes beside those that answer, and swaps them in.
pub(super) const VERSION: u32 = 2;

/// The most hits that are counted and shown.
const MOST_HITS: usize = 10_000;
/// The number of values of each facet that are counted out.
const FACETS: usize = 10;
/// The time after which Meilisearch stops ordering the documents found.
const CUTOFF_MS: u64 = 3_000;

/// Names of the documents' fields.
pub(super) const ID: &str = "id";
pub(super) const VERSION_OF: &str = "version";
pub(super) const TITLE: &str = "title";
pub(super) const TAGS: &str = "tags";
pub(super) const NAMES: &str = "names";
pub(super) const TEXT: &str = "text";
pub(super) const PHOTOS: &str = "photos";
pub(super) const INITIALS: &str = "initials";
pub(super) const TAG: &str = "tag";
pub(super) const AUTHOR: &str = "author";
pub(super) const BOARD: &str = "board";
pub(super) const LANGUAGE: &str = "language";
pub(super) const HAS_PHOTOS: &str = "has_photos";
pub(super) const FOR_FOLLOWERS: &str = "for_followers";
pub(super) const PUBLISHED: &str = "published";
pub(super) const LIKES: &str = "likes";
pub(super) const VECTORS: &str = "_vectors";
pub(super) const WORTH: &str = "worth";

fn of(kind: Kind) -> Settings {
    // The first fields weigh most.
    let searchable: &[&str] = match kind {
        Kind::Posts => &[TITLE, TAGS, NAMES, TEXT, PHOTOS],
        Kind::People => &[TITLE, INITIALS, NAMES, TEXT],
        Kind::Tags => &[TITLE, INITIALS],
    };
    // The order that a query asks for comes before how well the words fit; where words stand within a text
    // plays no part.
    let by_worth = format!("{WORTH}:desc");
    let ranking = ["sort", "words", "typo", "attributeRank", &by_worth];
    Settings {
        synonyms: Some(Default::default()),
        stop_words: Some(vec![]),
        ranking_rules: Some(owned(&ranking)),
        // The filterable fields are the same for all kinds, so that one filter fits all.
        filterable_attributes: Some(
            [ID, TAG, AUTHOR, BOARD, LANGUAGE, HAS_PHOTOS, FOR_FOLLOWERS, PUBLISHED].map(Into::into).to_vec(),
        ),
        sortable_attributes: Some(owned(&[PUBLISHED, LIKES])),
        searchable_attributes: Some(owned(searchable)),
        displayed_attributes: Some(owned(&[ID, VERSION_OF, PUBLISHED, LIKES])),
        pagination: Some(PaginationSetting { max_total_hits: MOST_HITS }),
        faceting: Some(FacetingSettings {
            max_values_per_facet: FACETS,
            sort_facet_values_by: Some(BTreeMap::from([("*".to_owned(), FacetSortValue::Count)])),
        }),
        typo_tolerance: Some(TypoToleranceSettings {
            enabled: Some(true),
            disable_on_attributes: None,
            disable_on_words: None,
            // Typos are allowed from five and nine letters on, and each word here has one more, with which it
            // begins. Our own words have five letters, or are in phrases, where Meilisearch allows no typos.
            min_word_size_for_typos: Some(MinWordSizeForTypos { one_typo: Some(6), two_typos: Some(10) }),
            disable_on_numbers: Some(false),
        }),
        // Phrases need this precision.
        proximity_precision: Some("byWord".to_owned()),
        search_cutoff_ms: Some(CUTOFF_MS),
        // Our words, which are made of letters alone, must not be taken for a language with rules of its own.
        localized_attributes: Some(vec![LocalizedAttributes {
            locales: owned(&["eng"]),
            attribute_patterns: owned(&["*"]),
        }]),
        ..Settings::new()
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Makes an index, if there is none, and sets it up.
pub(super) async fn make(server: &Server, name: &str, kind: Option<Kind>) -> Result<(), EngineError> {
    let made = server.client.create_index(name, Some(ID)).await.map_err(engine)?;
    server.done_or(made, &ErrorCode::IndexAlreadyExists).await?;
    let Some(kind) = kind else { return Ok(()) };
    let index = server.index(name);
    // Prefix search is off: beginnings of words are indexed by this crate, where they are wanted.
    let tasks = vec![
        index.set_prefix_search(PrefixSearchSettings::Disabled).await.map_err(engine)?,
        index.set_facet_search(false).await.map_err(engine)?,
        index.set_settings(&of(kind)).await.map_err(engine)?,
    ];
    server.done(tasks).await
}
