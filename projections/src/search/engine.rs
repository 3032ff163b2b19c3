//! What a search engine must do; `search_engine` has them. It holds whole documents by version and finds them again. Who may
//! see what is decided by filters that come with each query, and once more by whoever shows what was found.

use super::words::Words;
use crate::Position;
use chrono::{DateTime, Utc};
use domain::value::{BoardId, PostId, UserId};
use futures::future::BoxFuture;
use uuid::Uuid;

/// A document as an engine gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// See [`PostDocument`].
    Post(PostDocument),
    /// See [`PersonDocument`].
    Person(PersonDocument),
    /// See [`TagDocument`].
    Tag(TagDocument),
}

/// A post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostDocument {
    /// Which.
    pub post_id: Uuid,
    /// None where it was written under an alias.
    pub author: Option<PostAuthor>,
    /// Where it was published, if on a board.
    pub board_id: Option<Uuid>,
    /// Empty where it has none.
    pub title: String,
    /// What it says.
    pub text: String,
    /// Without `#`.
    pub tags: Vec<String>,
    /// Of its photos.
    pub alternative_texts: Vec<String>,
    /// How many photos it shows.
    pub photo_count: i32,
    /// Only those who follow the author may find it.
    pub for_followers: bool,
    /// When.
    pub published_at: DateTime<Utc>,
    /// As of its last step; the newest number is elsewhere.
    pub like_count: i64,
}

/// Who wrote a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostAuthor {
    /// Who.
    pub user_id: Uuid,
    /// Unique name.
    pub handle: String,
    /// Free text.
    pub display_name: String,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonDocument {
    /// Who.
    pub user_id: Uuid,
    /// Unique name.
    pub handle: String,
    /// Free text.
    pub display_name: String,
    /// What they say of themselves.
    pub bio: String,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagDocument {
    /// Without `#`.
    pub tag: String,
    /// Posts for everyone that carry it.
    pub post_count: i64,
}

/// Names a document within an engine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A post.
    Post(Uuid),
    /// A person.
    Person(Uuid),
    /// A tag.
    Tag(Uuid),
}

/// What a document is from some version on; nothing where it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentUpdate {
    /// Which.
    pub key: Key,
    /// Position of the event that made it so; of a tag how many posts carry it.
    pub version: Position,
    /// None where nobody may find it any more.
    pub document: Option<Document>,
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Posts.
    Posts,
    /// People.
    People,
    /// Tags.
    Tags,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// What fits best first; of things that fit alike the newer and more liked.
    #[default]
    Relevance,
    /// The newest first.
    Newest,
    /// The most liked first, by steps of likes.
    MostLiked,
}

/// Which documents a reader may find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Whose posts for followers they may find: their own, and of those whom they follow.
    pub follows: Vec<UserId>,
    /// Of whom they may find nothing.
    pub hidden: Vec<UserId>,
}

/// Bounds of what is found, beside its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Each must be carried.
    pub tags: Vec<String>,
    /// One of them must have written it; nobody has where this is empty.
    pub authors: Option<Vec<UserId>>,
    /// Where it was published.
    pub board: Option<BoardId>,
    /// Whether it shows photos.
    pub has_photos: Option<bool>,
    /// In which language it seems to be written; see [`super::text::language`].
    pub language: Option<String>,
    /// From then on.
    pub since: Option<DateTime<Utc>>,
    /// Before then.
    pub before: Option<DateTime<Utc>>,
}

/// A question.
#[derive(Clone, Debug)]
pub struct Query {
    /// What is looked for.
    pub kind: Kind,
    /// By which words; none find everything.
    pub words: Words,
    /// Within which bounds.
    pub filters: Filters,
    /// By whom.
    pub access: Access,
    /// In which order.
    pub sort: Sort,
    /// Found, too, is what is near to this in meaning or wording, or only that where there are no words.
    pub near: Option<Near>,
    /// The least cosine that counts as near; what that is, the embedder knows.
    pub closeness: f32,
    /// As of when things are new or old: the same for all pages of one search.
    pub now: DateTime<Utc>,
    /// How many to pass over.
    pub offset: usize,
    /// How many at most.
    pub limit: usize,
    /// Whether to count by facets.
    pub facets: bool,
}

/// What hits are to be near to, by vectors.
#[derive(Clone, Debug, PartialEq)]
pub enum Near {
    /// A vector of the embedder whose vectors the engine holds.
    Vector(Vec<f32>),
    /// A post that the engine holds a vector of, which is not among the hits itself.
    Post(PostId),
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// In order.
    pub hits: Vec<Hit>,
    /// About how many there are in all.
    pub total: usize,
    /// Empty unless asked for.
    pub facets: Facets,
}

/// One of the documents found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Which.
    pub key: Key,
    /// Why it is where it is.
    pub score: Score,
}

/// What a place in the order is made of: their product.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// How well the words fit (BM25, by field).
    pub words: f32,
    /// How much it is liked.
    pub likes: f32,
    /// How new it is.
    pub age: f32,
    /// Cosine of the angle to what it should be near to, where that was asked: 1 is the same, 0 has nothing in common.
    pub near: Option<f32>,
}

/// How many of the documents found are of which kind, the most first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// By tag.
    pub tags: Vec<(String, u64)>,
    /// By board.
    pub boards: Vec<(Uuid, u64)>,
    /// By language.
    pub languages: Vec<(String, u64)>,
    /// How many show photos.
    pub with_photos: u64,
}

/// An engine could not answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// It can't be reached, or is not ready.
    #[error("the search engine is away: {0}")]
    Away(String),
    /// Too many search at once: it answers in a moment.
    #[error("too many searches at once")]
    Busy,
    /// Something in it failed.
    #[error("the search engine failed: {0}")]
    Failed(String),
}

/// A search engine.
pub trait Engine: Send + Sync + 'static {
    /// What `?explain` and logs call it.
    fn name(&self) -> &'static str;

    /// Up to which position it has everything; 0 where it has nothing yet.
    fn position(&self) -> BoxFuture<'_, Result<Position, EngineError>>;

    /// Takes documents in, so that they are found from the end of this call on, together with having everything up to
    /// `position`, if that is given. Repeating it changes nothing.
    ///
    /// # Errors
    /// See [`EngineError`]; some may be taken in then, and all are to be sent again.
    fn take(
        &self,
        changes: Vec<DocumentUpdate>,
        position: Option<Position>,
    ) -> BoxFuture<'_, Result<(), EngineError>>;

    /// Up to which position it has the vectors that this embedder makes of posts; 0 where it has those of another, which
    /// are worth nothing then. Vectors come later than documents: making them may take long, or fail for a while.
    fn vectors_position<'a>(&'a self, embedder: &'a str) -> BoxFuture<'a, Result<Position, EngineError>>;

    /// Takes in vectors of posts, none for those that are gone, together with having all of this embedder's up to
    /// `position`, if that is given. A post whose document is gone is never found by its vector.
    ///
    /// # Errors
    /// As with `take`.
    fn take_vectors<'a>(
        &'a self,
        embedder: &'a str,
        vectors: Vec<(PostId, Option<Vec<f32>>)>,
        position: Option<Position>,
    ) -> BoxFuture<'a, Result<(), EngineError>>;

    /// Answers a question.
    ///
    /// # Errors
    /// See [`EngineError`].
    fn find(&self, query: Query) -> BoxFuture<'_, Result<Found, EngineError>>;

    /// Every document's key and version, for `madang verify`.
    ///
    /// # Errors
    /// See [`EngineError`].
    fn versions(&self) -> BoxFuture<'_, Result<Vec<(Key, Position)>, EngineError>>;
}
