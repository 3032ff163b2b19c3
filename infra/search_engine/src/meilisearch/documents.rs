//! The indexed fields of a document.

use super::settings::*;
use super::words::indexed;
use chrono::{DateTime, Utc};
use projections::Position;
use projections::search::engine::{Document, Key, PersonDocument, PostDocument, TagDocument};
use projections::search::text::{initials, language};
use serde_json::value::RawValue;
use serde_json::{Value as Json, json, value::to_raw_value};
use uuid::Uuid;

/// The number of days of age for which each doubling of likes makes up.
const DAYS_FOR_LIKES: f64 = 20.0;
const DAY: f64 = 86_400.0;

pub(super) fn id(key: &Key) -> String {
    match key {
        Key::Post(id) | Key::Person(id) | Key::Tag(id) => simple(*id),
    }
}

pub(super) fn simple(id: Uuid) -> String {
    id.simple().to_string()
}

/// A document with all of its fields, so that each replaces its old value; its vector stays, if `vectors` is
/// none.
pub(super) fn document(
    key: &Key,
    version: Position,
    document: &Document,
    vectors: Option<Json>,
) -> Result<Box<RawValue>, serde_json::Error> {
    let mut fields = match document {
        Document::Post(document) => post(document),
        Document::Person(document) => person(document),
        Document::Tag(document) => tag(document),
    };
    fields[ID] = json!(id(key));
    fields[VERSION_OF] = json!(version);
    if let Some(vectors) = vectors {
        fields[VECTORS] = vectors;
    }
    to_raw_value(&fields)
}

fn post(post: &PostDocument) -> Json {
    let author = post.author.as_ref();
    let names = author.map(|author| [author.handle.as_str(), &author.display_name]);
    json!({
        TITLE: indexed(&[&post.title]),
        TAGS: indexed(&post.tags),
        NAMES: indexed(names.as_ref().map_or(&[][..], |names| names)),
        TEXT: indexed(&[&post.text]),
        PHOTOS: indexed(&post.alternative_texts),
        TAG: post.tags,
        AUTHOR: author.map(|author| simple(author.user_id)),
        BOARD: post.board_id.map(simple),
        LANGUAGE: language(&format!("{} {}", post.title, post.text)),
        HAS_PHOTOS: post.photo_count > 0,
        FOR_FOLLOWERS: post.for_followers,
        PUBLISHED: post.published_at.timestamp_millis(),
        LIKES: post.like_count,
        WORTH: worth(post.published_at, post.like_count),
    })
}

fn person(person: &PersonDocument) -> Json {
    json!({
        TITLE: indexed(&[&person.handle]),
        NAMES: indexed(&[&person.display_name]),
        TEXT: indexed(&[&person.bio]),
        INITIALS: indexed(&[initials(&person.handle), initials(&person.display_name)]),
        AUTHOR: simple(person.user_id),
    })
}

fn tag(tag: &TagDocument) -> Json {
    json!({
        TITLE: indexed(&[&tag.tag]),
        INITIALS: indexed(&[initials(&tag.tag)]),
        TAG: tag.tag,
        LIKES: tag.post_count,
        WORTH: tag.post_count,
    })
}

/// A post's worth, higher for new and liked posts. The worth is compared, never shown, and does not depend on
/// the present time: so no post is indexed anew because it grew older.
#[allow(clippy::cast_precision_loss)]
fn worth(published_at: DateTime<Utc>, likes: i64) -> f64 {
    let days = published_at.timestamp() as f64 / DAY;
    days + DAYS_FOR_LIKES * (1.0 + likes.max(0) as f64).log2()
}
