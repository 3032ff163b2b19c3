//! How indexes are set up. What a document is searched by is made here, too ([`super::documents`], [`super::words`]).

use super::server::{Server, engine};
use meilisearch_sdk::errors::ErrorCode;
use meilisearch_sdk::settings::{
    FacetSortValue, FacetingSettings, LocalizedAttributes, MinWordSizeForTypos, PaginationSetting,
    PrefixSearchSettings, Settings, TypoToleranceSettings,
};
use projections::search::engine::{EngineError, Kind};
use std::collections::BTreeMap;

/// Raise it with whatever changes settings, documents or words: the next start then builds new indexes beside those
/// that answer, and swaps them in.
pub(super) const VERSION: u32 = 2;

/// Further hits are neither counted nor shown.
const MOST_HITS: usize = 10_000;
/// How many of each facet are counted out.
const FACETS: usize = 10;
/// After so long Meilisearch stops ordering what it found.
const CUTOFF_MS: u64 = 3_000;

/// Names of what documents have.
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
    // The first weigh most.
    let searchable: &[&str] = match kind {
        Kind::Posts => &[TITLE, TAGS, NAMES, TEXT, PHOTOS],
        Kind::People => &[TITLE, INITIALS, NAMES, TEXT],
        Kind::Tags => &[TITLE, INITIALS],
    };
    // An order that was asked for comes before how well the words fit; where they stand within a text plays no part.
    let by_worth = format!("{WORTH}:desc");
    let ranking = ["sort", "words", "typo", "attributeRank", &by_worth];
    Settings {
        synonyms: Some(Default::default()),
        stop_words: Some(vec![]),
        ranking_rules: Some(owned(&ranking)),
        // One question fits all kinds.
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
            // From five and nine letters on, and the one that each begins with here. Our own words have five, or are
            // in phrases, where Meilisearch allows none.
            min_word_size_for_typos: Some(MinWordSizeForTypos { one_typo: Some(6), two_typos: Some(10) }),
            disable_on_numbers: Some(false),
        }),
        // Phrases need it.
        proximity_precision: Some("byWord".to_owned()),
        search_cutoff_ms: Some(CUTOFF_MS),
        // What is made of letters alone must not be taken for a language with rules of its own.
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
    // Beginnings of words are indexed by us, where they are wanted.
    let tasks = vec![
        index.set_prefix_search(PrefixSearchSettings::Disabled).await.map_err(engine)?,
        index.set_facet_search(false).await.map_err(engine)?,
        index.set_settings(&of(kind)).await.map_err(engine)?,
    ];
    server.done(tasks).await
}
