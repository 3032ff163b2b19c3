//! Posts found by words, within bounds.

use super::dto::{Explanation, Facets, FoundPost, Marker, PostHighlights, Results};
use super::find::{self, PageRequest, SearchRequest};
use super::meant::meant;
use crate::app::App;
use crate::edge::list::{Limit, Paged};
use crate::edge::{Fresh, Listing, Problem, Reader};
use crate::posts::dto::Post;
use crate::posts::mine;
use crate::search::Search;
use axum::extract::State;
use axum::response::Response;
use domain::value::{PostId, Tag};
use projections::search::engine::{Filters, Hit, Kind, Sort};
use projections::{boards, posts};
use serde::Deserialize;
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema};

/// The order in which posts are found.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The best fit first; of posts that fit alike the newer and more liked.
    #[default]
    Relevance,
    /// The newest first.
    Newest,
    /// The most liked first. Above 16 likes the order may be out by a sixteenth.
    MostLiked,
}

/// The way in which posts are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// By words: each word must be found.
    #[default]
    Keyword,
    /// By closeness to the words as a whole, though some, or all, may be missing.
    Similar,
    /// By both; posts that both ways find come first.
    Hybrid,
}

/// The query string of a search for posts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PostSearch {
    /// Words that must all be found, also inside longer ones; `"exact words"`, `-without`, `#tag`, `from:handle`.
    #[param(example = "감귤 -광고 from:mina")]
    pub q: Option<String>,
    /// The way of finding: `keyword`, `similar` or `hybrid`. In all of them `-without`, `#tag`, `from:handle`
    /// and all else here are bounds.
    #[serde(default)]
    #[param(inline, required = false)]
    pub mode: Mode,
    /// Only posts that carry this tag.
    pub tag: Option<String>,
    /// Only posts by the person of this handle.
    pub author: Option<String>,
    /// Only posts on the board of this name.
    pub board: Option<String>,
    /// Only posts that show photos, or only those that don't.
    pub has_photos: Option<bool>,
    /// Only posts that seem to be written in this language: `ko`, `ja`, `zh`, `latin` or `other`.
    pub language: Option<String>,
    /// Only posts published from this day or time on (UTC).
    pub from: Option<String>,
    /// Only posts published before this day or time (UTC).
    pub to: Option<String>,
    /// The order: `relevance`, `newest` or `most_liked`. A cursor is good for the order and mode it was given
    /// in.
    #[serde(default)]
    #[param(inline, required = false)]
    pub sort: Order,
    /// True to count the results by tag, board, language and photos.
    #[serde(default)]
    #[param(required = false)]
    pub facets: bool,
    /// True to tell of each post why it is at its place.
    #[serde(default)]
    #[param(required = false)]
    pub explain: bool,
    /// The page's limit: how many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    pub limit: Limit,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl Paged for PostSearch {
    fn limit(&self) -> Limit {
        self.limit
    }

    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

/// Search posts
///
/// Words are found in titles, texts, tags, alternative texts of photos and authors' names. Korean, Japanese and Chinese
/// words are found inside longer ones, with any particle; other words by their beginning, long ones with a typo. On an
/// anonymous board nobody is found by who wrote. Pages lead to the 10,000th hit.
///
/// `total` and `facets` are of what the caller may see, as long as no more than 1,000 people are hidden from the caller:
/// posts of further ones are counted, though never shown. Of more than 5,000 people whom the caller follows, posts for
/// followers by some are neither counted nor found.
///
/// With `mode=similar` or `hybrid` posts are found that are close to the words. How close is told by an embedder, which
/// the answer names. Unless the server was given a model it is `local-ngrams-1`, which knows closeness of wording, not of
/// meaning. `total` then counts among the 10,000 closest, and pages of `hybrid` lead to the 1,000th of either order.
/// Where a model is away, the answer is 503 `embedder_unavailable`.
#[utoipa::path(
    get, path = "/v1/search/posts", tag = "search",
    params(PostSearch),
    responses((status = 200, description = "What was found.", body = Results<FoundPost>)),
    security((), ("bearer" = []))
)]
pub async fn search_posts(
    State(app): State<App>,
    listing: Listing<PostSearch>,
    reader: Reader,
) -> Result<Response, Problem> {
    let (fresh, found) = posts(&app, &reader, &listing.query).await?;
    Ok(listing.answer_as(fresh, found.next_cursor.clone().as_deref(), found))
}

/// Returns the posts that a search finds.
///
/// # Errors
/// 400 for words that can't be looked for, 503 where the engine is away.
pub async fn posts(
    app: &App,
    reader: &Reader,
    query: &PostSearch,
) -> Result<(Fresh, Results<FoundPost>), Problem> {
    let (list, sort) = match query.sort {
        Order::Relevance => ("search_posts", Sort::Relevance),
        Order::Newest => ("search_posts_newest", Sort::Newest),
        Order::MostLiked => ("search_posts_most_liked", Sort::MostLiked),
    };
    let list = match query.mode {
        Mode::Keyword => list.to_owned(),
        Mode::Similar => format!("{list}_similar"),
        Mode::Hybrid => format!("{list}_hybrid"),
    };
    let page_request =
        PageRequest { list, q: query.q.as_deref(), cursor: query.cursor.as_deref(), limit: query.limit };
    let (mut words, place, limit) = (find::words(page_request.q)?, page_request.place()?, query.limit.into());
    let marker = Marker::of(&words);
    // The query's board may be as new as its posts, so both read models must be seen.
    let seen: &[_] = if query.board.is_some() { &["posts", "boards"] } else { &["posts"] };
    let (fresh, near) = match query.mode {
        Mode::Keyword => (find::see(app, reader, seen).await, None),
        Mode::Similar | Mode::Hybrid => {
            (find::see_near(app, reader, seen).await, find::near(app, &words).await?)
        }
    };
    let filters = filters(app, reader, query).await?;
    if query.mode == Mode::Similar {
        words.words.clear();
    }
    let embedder = near.is_some().then(|| app.part::<Search>().embedder.name().to_owned());
    let (facets, bounds) = (query.facets, (Kind::Posts, filters.clone()));
    let request = SearchRequest { kind: Kind::Posts, words, filters, near, sort, facets, place, limit };
    let mut found = find::find(app, reader, request).await?;
    let suggestion = meant(app, reader, &page_request, bounds, &found).await;

    let ids: Vec<_> = found.hits.iter().filter_map(find::post_of).collect();
    let mut hits: HashMap<PostId, &Hit> =
        found.hits.iter().filter_map(|hit| Some((find::post_of(hit)?, hit))).collect();
    let cards = app.read(|| posts::query::cards(&app.reads, &ids, reader.viewer())).await?;
    let mut cards: Vec<Post> = cards.into_iter().map(|post| Post::of(post, app.part())).collect();
    mine::mark_posts(app, reader, &mut cards).await?;
    let items = cards.into_iter().map(|post| FoundPost {
        highlights: PostHighlights {
            title: post.title.as_deref().map(|title| marker.mark(title)),
            text: marker.excerpt(&post.text),
        },
        explanation: hits
            .remove(&PostId(post.id))
            .filter(|_| query.explain)
            .map(|hit| Explanation::of(hit.score)),
        post,
    });
    let items = items.collect();
    let results = page_request.results(app, place, &found, items);
    let counted = facets.then(|| Facets::of(std::mem::take(&mut found.facets)));
    Ok((fresh, Results { facets: counted, suggestion, embedder, ..results }))
}

/// Reads the bounds of a query. An author or a tag that doesn't exist finds nothing; a board that doesn't
/// exist is an error.
async fn filters(app: &App, reader: &Reader, query: &PostSearch) -> Result<Filters, Problem> {
    let mut filters = Filters {
        has_photos: query.has_photos,
        language: query.language.clone(),
        since: crate::edge::list::time("from", query.from.as_deref())?,
        before: crate::edge::list::time("to", query.to.as_deref())?,
        ..Filters::default()
    };
    if let Some(tag) = &query.tag {
        let tag = Tag::parse(tag).map_err(|invalid| crate::edge::list::bad_parameter("tag", &invalid))?;
        filters.tags.push(tag.as_str().to_owned());
    }
    if let Some(author) = &query.author {
        filters.authors = Some(find::author(app, reader, author).await?.into_iter().collect());
    }
    if let Some(slug) = &query.board {
        let board = app.read(|| boards::query::by_slug(&app.reads, slug)).await?;
        let Some(board) = board else {
            let detail = "names no board; GET /v1/boards lists them";
            return Err(Problem::bad_parameter("board", "unknown_board", detail));
        };
        filters.board = Some(board.id);
    }
    Ok(filters)
}
