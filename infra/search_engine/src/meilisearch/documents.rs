//! What is indexed of a document.

use super::settings::*;
use super::words::indexed;
use chrono::{DateTime, Utc};
use projections::Position;
use projections::search::engine::{Document, Key, PersonDocument, PostDocument, TagDocument};
use projections::search::text::{initials, language};
use serde_json::value::RawValue;
use serde_json::{Value as Json, json, value::to_raw_value};
use uuid::Uuid;

/// Each doubling of likes makes up for so many days.
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

/// All of its fields, so that each takes the place of what was there before; its vector stays, if nothing is said of it.
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

/// New and liked posts are worth more. It is compared, never shown, and says nothing of today: so nothing is indexed
/// anew because it grew older.
#[allow(clippy::cast_precision_loss)]
fn worth(published_at: DateTime<Utc>, likes: i64) -> f64 {
    let days = published_at.timestamp() as f64 / DAY;
    days + DAYS_FOR_LIKES * (1.0 + likes.max(0) as f64).log2()
}
