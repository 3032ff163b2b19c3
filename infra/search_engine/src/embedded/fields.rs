//! The indexed fields of a document. Words come as grams (see [`projections::search::text`]), made here, so
//! that tantivy's own notion of a word plays no part.

use projections::Position;
use projections::search::engine::{Document, Key, PersonDocument, PostDocument, TagDocument};
use projections::search::text::{fold, grams, initials, keys, language};
use std::sync::Arc;
use tantivy::columnar::ColumnValues;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{SegmentReader, TantivyDocument};
use uuid::Uuid;

/// The fields of the one index that has posts, people and tags.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub(super) key: Field,
    pub(super) kind: Field,
    pub(super) version: Field,
    /// A post's title; a person's handle; a tag.
    pub(super) title: Field,
    /// A post's text; a person's bio.
    pub(super) text: Field,
    /// A post's tags.
    pub(super) tags: Field,
    /// The alternative texts of a post's photos.
    pub(super) photos: Field,
    /// A post's author by handle and name; a person's name.
    pub(super) names: Field,
    /// The initial consonants of people's names and of tags.
    pub(super) initials: Field,
    /// The keys that type a handle, a name, each of its words, or a tag.
    pub(super) keys: Field,
    pub(super) tag: Field,
    pub(super) author: Field,
    pub(super) board: Field,
    pub(super) language: Field,
    pub(super) has_photos: Field,
    pub(super) for_followers: Field,
    /// The time of a post's publication, in milliseconds since 1970.
    pub(super) published: Field,
    pub(super) likes: Field,
    /// The key by which a post is found among vectors; see [`near_key`].
    pub(super) near: Field,
}

/// Names of the columns that are read by name.
pub(super) const TAG: &str = "tag";
pub(super) const AUTHOR: &str = "author";
pub(super) const BOARD: &str = "board";
pub(super) const LANGUAGE: &str = "language";
pub(super) const HAS_PHOTOS: &str = "has_photos";
pub(super) const PUBLISHED: &str = "published";
pub(super) const LIKES: &str = "likes";

const NEAR: &str = "near";

pub(super) const POST: &str = "post";
pub(super) const PERSON: &str = "person";
pub(super) const TAG_KIND: &str = "tag";

pub(super) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let words = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    );
    let column = STRING | FAST;
    let fields = Fields {
        key: schema.add_text_field("key", STRING | STORED),
        kind: schema.add_text_field("kind", STRING),
        version: schema.add_i64_field("version", STORED),
        title: schema.add_text_field("title", words.clone()),
        text: schema.add_text_field("text", words.clone()),
        tags: schema.add_text_field("tags", words.clone()),
        photos: schema.add_text_field("photos", words.clone()),
        names: schema.add_text_field("names", words.clone()),
        initials: schema.add_text_field("initials", words),
        keys: schema.add_text_field("keys", STRING),
        tag: schema.add_text_field(TAG, column.clone()),
        author: schema.add_text_field(AUTHOR, column.clone()),
        board: schema.add_text_field(BOARD, column.clone()),
        language: schema.add_text_field(LANGUAGE, column),
        has_photos: schema.add_u64_field(HAS_PHOTOS, INDEXED | FAST),
        for_followers: schema.add_u64_field("for_followers", INDEXED),
        published: schema.add_i64_field(PUBLISHED, INDEXED | FAST | STORED),
        likes: schema.add_i64_field(LIKES, FAST | STORED),
        near: schema.add_u64_field(NEAR, INDEXED | FAST),
    };
    (schema.build(), fields)
}

/// A document's key as the index stores it.
pub(super) fn key(key: &Key) -> String {
    match key {
        Key::Post(id) => format!("p{}", id.simple()),
        Key::Person(id) => format!("u{}", id.simple()),
        Key::Tag(id) => format!("t{}", id.simple()),
    }
}

pub(super) fn read_key(key: &str) -> Option<Key> {
    let rest = key.get(1..)?;
    match key.as_bytes().first()? {
        b'p' => Some(Key::Post(rest.parse().ok()?)),
        b'u' => Some(Key::Person(rest.parse().ok()?)),
        b't' => Some(Key::Tag(rest.parse().ok()?)),
        _ => None,
    }
}

pub(super) fn id(id: Uuid) -> String {
    id.simple().to_string()
}

/// The key of a post's vector: a number, as vector indexes want it. Ids are random enough for two never to
/// share a key; if they did, one post would be found as near as the other.
pub(super) fn near_key(post: Uuid) -> u64 {
    let (high, low) = post.as_u64_pair();
    high ^ low
}

pub(super) fn near_column(segment: &SegmentReader) -> Arc<dyn ColumnValues<u64>> {
    let column = segment.fast_fields().u64(NEAR).expect("the schema has it");
    column.first_or_default_col(0)
}

impl Fields {
    pub(super) fn document(&self, of: &Key, version: Position, document: &Document) -> TantivyDocument {
        let mut indexed = TantivyDocument::default();
        indexed.add_text(self.key, key(of));
        indexed.add_i64(self.version, version);
        match document {
            Document::Post(post) => self.post(&mut indexed, post),
            Document::Person(person) => self.person(&mut indexed, person),
            Document::Tag(tag) => self.tag(&mut indexed, tag),
        }
        indexed
    }

    fn post(&self, indexed: &mut TantivyDocument, post: &PostDocument) {
        indexed.add_text(self.kind, POST);
        indexed.add_u64(self.near, near_key(post.post_id));
        words(indexed, self.title, &[&post.title]);
        words(indexed, self.text, &[&post.text]);
        words(indexed, self.tags, &post.tags);
        words(indexed, self.photos, &post.alternative_texts);
        if let Some(author) = &post.author {
            words(indexed, self.names, &[&author.handle, &author.display_name]);
            indexed.add_text(self.author, id(author.user_id));
        }
        for tag in &post.tags {
            indexed.add_text(self.tag, tag);
        }
        if let Some(board) = post.board_id {
            indexed.add_text(self.board, id(board));
        }
        indexed.add_text(self.language, language(&format!("{} {}", post.title, post.text)));
        indexed.add_u64(self.has_photos, u64::from(post.photo_count > 0));
        indexed.add_u64(self.for_followers, u64::from(post.for_followers));
        indexed.add_i64(self.published, post.published_at.timestamp_millis());
        indexed.add_i64(self.likes, post.like_count);
    }

    fn person(&self, indexed: &mut TantivyDocument, person: &PersonDocument) {
        indexed.add_text(self.kind, PERSON);
        words(indexed, self.title, &[&person.handle]);
        words(indexed, self.names, &[&person.display_name]);
        words(indexed, self.text, &[&person.bio]);
        words(indexed, self.initials, &[initials(&person.handle), initials(&person.display_name)]);
        for name in [&person.handle, &person.display_name] {
            self.keys(indexed, name);
        }
        indexed.add_text(self.author, id(person.user_id));
    }

    fn tag(&self, indexed: &mut TantivyDocument, tag: &TagDocument) {
        indexed.add_text(self.kind, TAG_KIND);
        words(indexed, self.title, &[&tag.tag]);
        words(indexed, self.initials, &[initials(&tag.tag)]);
        self.keys(indexed, &tag.tag);
        indexed.add_text(self.tag, &tag.tag);
        indexed.add_i64(self.likes, tag.post_count);
    }
}

impl Fields {
    /// Adds the keys that type a name, from each of the name's words on.
    fn keys(&self, indexed: &mut TantivyDocument, name: &str) {
        let folded = fold(name).chars;
        let begins =
            |at: usize| folded[at].is_alphanumeric() && (at == 0 || !folded[at - 1].is_alphanumeric());
        for at in (0..folded.len()).filter(|&at| begins(at)) {
            indexed.add_text(self.keys, keys(folded[at..].iter().copied()));
        }
    }
}

/// Indexes texts one after the other, with a gap between them that no phrase crosses.
fn words(indexed: &mut TantivyDocument, field: Field, texts: &[impl AsRef<str>]) {
    let mut tokens = vec![];
    let mut begin = 0;
    for text in texts {
        let grams = grams(&fold(text.as_ref()).chars);
        let end = grams.last().map(|gram| gram.place);
        tokens.extend(grams.into_iter().map(|gram| Token {
            position: begin + gram.place,
            text: gram.term,
            ..Token::default()
        }));
        // The gap is larger by two than any gap within a text.
        begin += end.map_or(0, |end| end + 4);
    }
    if !tokens.is_empty() {
        indexed.add_pre_tokenized_text(field, PreTokenizedString { text: String::new(), tokens });
    }
}
