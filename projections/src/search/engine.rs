//! The port of a search engine; `search_engine` implements it. An engine holds whole documents by version and
//! finds them again. The filters that come with each query decide who may see what, and the slice that shows
//! the hits decides once more.

use super::words::Words;
use crate::Position;
use chrono::{DateTime, Utc};
use domain::value::{BoardId, PostId, UserId};
use futures::future::BoxFuture;
use uuid::Uuid;

/// A document as an engine gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// A post, see [`PostDocument`].
    Post(PostDocument),
    /// A person, see [`PersonDocument`].
    Person(PersonDocument),
    /// A tag, see [`TagDocument`].
    Tag(TagDocument),
}

/// The document of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostDocument {
    /// The post's id.
    pub post_id: Uuid,
    /// The post's author; none where it was written under an alias.
    pub author: Option<PostAuthor>,
    /// The board on which the post was published, if on any.
    pub board_id: Option<Uuid>,
    /// The post's title; empty where it has none.
    pub title: String,
    /// The post's text.
    pub text: String,
    /// The post's tags, without `#`.
    pub tags: Vec<String>,
    /// The alternative texts of the post's photos.
    pub alternative_texts: Vec<String>,
    /// The number of photos that the post shows.
    pub photo_count: i32,
    /// True if only followers of the author may find the post.
    pub for_followers: bool,
    /// The time of publication.
    pub published_at: DateTime<Utc>,
    /// The number of likes as of its last step; the newest number is elsewhere.
    pub like_count: i64,
}

/// The author of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostAuthor {
    /// The author's id.
    pub user_id: Uuid,
    /// The author's handle.
    pub handle: String,
    /// The name by which the author is shown, free text.
    pub display_name: String,
}

/// The document of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonDocument {
    /// The person's id.
    pub user_id: Uuid,
    /// The person's handle.
    pub handle: String,
    /// The name by which the person is shown, free text.
    pub display_name: String,
    /// The person's words about themself.
    pub bio: String,
}

/// The document of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagDocument {
    /// The tag, without `#`.
    pub tag: String,
    /// The number of posts for everyone that carry the tag.
    pub post_count: i64,
}

/// A key, which names a document within an engine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A post.
    Post(Uuid),
    /// A person.
    Person(Uuid),
    /// A tag.
    Tag(Uuid),
}

/// An update: a document from some version on; none where it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentUpdate {
    /// The document's key.
    pub key: Key,
    /// The document's version: the position of the event that made it so; for a tag the number of posts that
    /// carry it.
    pub version: Position,
    /// The document; none where nobody may find it any more.
    pub document: Option<Document>,
}

/// The kind of documents to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Posts.
    Posts,
    /// People.
    People,
    /// Tags.
    Tags,
}

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The best fit first; of documents that fit alike the newer and more liked.
    #[default]
    Relevance,
    /// The newest first.
    Newest,
    /// The most liked first, by steps of likes.
    MostLiked,
}

/// The access of a reader: which documents the reader may find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// The people whose posts for followers the reader may find: the reader, and those whom the reader
    /// follows.
    pub follows: Vec<UserId>,
    /// The people of whom the reader may find nothing.
    pub hidden: Vec<UserId>,
}

/// The filters of a query, beside its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// The tags that a post must carry, all of them.
    pub tags: Vec<String>,
    /// The people one of whom must have written the post; an empty list finds nothing.
    pub authors: Option<Vec<UserId>>,
    /// The board on which the post must have been published.
    pub board: Option<BoardId>,
    /// True for posts with photos, false for posts without.
    pub has_photos: Option<bool>,
    /// The language in which the post seems to be written; see [`super::text::language`].
    pub language: Option<String>,
    /// The time from which on the post was published.
    pub since: Option<DateTime<Utc>>,
    /// The time before which the post was published.
    pub before: Option<DateTime<Utc>>,
}

/// A query to an engine.
#[derive(Clone, Debug)]
pub struct Query {
    /// The kind of documents to find.
    pub kind: Kind,
    /// The words by which to find; none find everything.
    pub words: Words,
    /// The filters within which to find.
    pub filters: Filters,
    /// The access of the reader who searches.
    pub access: Access,
    /// The order of hits.
    pub sort: Sort,
    /// The vector or post near to which hits are, in meaning or wording: hits beside those of the words, or
    /// the only hits where there are no words.
    pub near: Option<Near>,
    /// The least cosine that counts as near; the embedder knows what that is.
    pub closeness: f32,
    /// The time as of which documents are new or old: the same for all pages of one search.
    pub now: DateTime<Utc>,
    /// The number of hits to pass over.
    pub offset: usize,
    /// The greatest number of hits to return.
    pub limit: usize,
    /// True if the engine is to count by facets.
    pub facets: bool,
}

/// The offset at which pages end: a reader who looks further down narrows the search.
pub const DEEPEST: usize = 10_000;
/// The greatest number of hits that an engine returns at once; pages are far shorter.
const LONGEST_PAGE: usize = 100_000;

impl Query {
    /// The query as an engine may run it: an engine reserves memory for all hits up to the end of the page.
    #[must_use]
    pub fn bounded(self) -> Self {
        Self { offset: self.offset.min(DEEPEST), limit: self.limit.min(LONGEST_PAGE), ..self }
    }
}

/// The vector or post near to which hits are to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Near {
    /// A vector of the embedder whose vectors the engine holds.
    Vector(Vec<f32>),
    /// A post of which the engine holds a vector, and which is not among the hits itself.
    Post(PostId),
}

/// The hits of a query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The hits, in order.
    pub hits: Vec<Hit>,
    /// The number of hits in all, about.
    pub total: usize,
    /// The facets; empty unless the query has asked for them.
    pub facets: Facets,
}

/// A hit: one of the documents found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The document's key.
    pub key: Key,
    /// The score: the reason for the hit's rank.
    pub score: Score,
}

/// The score of a hit: the product of these numbers is its rank.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// The fit of the words (BM25, by field).
    pub words: f32,
    /// The factor by the number of likes.
    pub likes: f32,
    /// The factor by the age.
    pub age: f32,
    /// The cosine of the angle to what the hit should be near to, if the query asks for that: 1 is the same,
    /// 0 has nothing in common.
    pub near: Option<f32>,
}

/// The facets: how many of the documents found are of which kind, the most first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// The numbers by tag.
    pub tags: Vec<(String, u64)>,
    /// The numbers by board.
    pub boards: Vec<(Uuid, u64)>,
    /// The numbers by language.
    pub languages: Vec<(String, u64)>,
    /// The number of posts with photos.
    pub with_photos: u64,
}

/// The error of an engine that could not answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The engine can't be reached, or is not ready.
    #[error("the search engine is away: {0}")]
    Away(String),
    /// The engine has too many searches at once: it answers in a moment.
    #[error("too many searches at once")]
    Busy,
    /// The engine failed in some part.
    #[error("the search engine failed: {0}")]
    Failed(String),
}

/// A search engine.
pub trait Engine: Send + Sync + 'static {
    /// Returns the engine's name, for `?explain` and logs.
    fn name(&self) -> &'static str;

    /// Returns the position up to which the engine has everything; 0 where it has nothing yet.
    fn position(&self) -> BoxFuture<'_, Result<Position, EngineError>>;

    /// Takes documents in, so that they are found from the end of this call on; notes, together with that,
    /// that the engine has everything up to `position`, if that is given. Repeating the call changes nothing.
    ///
    /// # Errors
    /// See [`EngineError`]; some documents may be taken in then, and all are to be sent again.
    fn take(
        &self,
        changes: Vec<DocumentUpdate>,
        position: Option<Position>,
    ) -> BoxFuture<'_, Result<(), EngineError>>;

    /// Returns the position up to which the engine has the vectors that this embedder makes of posts; 0 where
    /// it has those of another embedder, which are worth nothing then. Vectors come later than documents:
    /// making them may take long, or fail for a while.
    fn vectors_position<'a>(&'a self, embedder: &'a str) -> BoxFuture<'a, Result<Position, EngineError>>;

    /// Takes in vectors of posts, none for posts that are gone; notes, together with that, that the engine
    /// has all of this embedder's vectors up to `position`, if that is given. A post whose document is gone
    /// is never found by its vector.
    ///
    /// # Errors
    /// The same errors as those of [`Engine::take`].
    fn take_vectors<'a>(
        &'a self,
        embedder: &'a str,
        vectors: Vec<(PostId, Option<Vec<f32>>)>,
        position: Option<Position>,
    ) -> BoxFuture<'a, Result<(), EngineError>>;

    /// Answers a query.
    ///
    /// # Errors
    /// See [`EngineError`].
    fn find(&self, query: Query) -> BoxFuture<'_, Result<Found, EngineError>>;

    /// Returns every document's key and version, for `madang verify`.
    ///
    /// # Errors
    /// See [`EngineError`].
    fn versions(&self) -> BoxFuture<'_, Result<Vec<(Key, Position)>, EngineError>>;
}
