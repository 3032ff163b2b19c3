//! Posts close to a post.

use super::find::{self, CursorPlace, SearchRequest};
use crate::app::App;
use crate::edge::list::Paged;
use crate::edge::path::{Id, InPath};
use crate::edge::{Listing, PageQuery, Problem, Reader, cursor};
use crate::posts::dto::Post;
use crate::posts::mine;
use crate::search::Search;
use axum::extract::State;
use axum::response::Response;
use domain::value::PostId;
use projections::posts;
use projections::search::engine::{Filters, Hit, Kind, Near, Sort};
use projections::search::words::Words;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// One page of posts close to a post.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimilarPosts {
    /// The closest first; perhaps fewer than asked for even when more follow.
    pub items: Vec<SimilarPost>,
    /// The cursor of the next page, to be given as `cursor`; null at the end.
    pub next_cursor: Option<String>,
    /// The embedder that has told which posts are close: the name of a model, or `local-ngrams-1`, which
    /// knows wording only.
    #[schema(example = "local-ngrams-1")]
    pub embedder: String,
}

/// A post close to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimilarPost {
    /// The post as it is listed elsewhere.
    #[serde(flatten)]
    pub post: Post,
    /// The cosine of the angle between both posts, of which 1 is the same. Embedders differ in what is much.
    pub closeness: f32,
}

/// List posts similar to a post
///
/// Closeness is that of titles, texts, tags and alternative texts of photos. Unless the server was given a
/// model, it is closeness of wording, not of meaning. A post that was just written has a vector moments
/// later; until then nothing is similar to it. Posts that are not close enough to be worth showing are left
/// out.
#[utoipa::path(
    get, path = "/v1/posts/{id}/similar", tag = "search",
    params(("id" = Uuid, Path, description = "The post."), PageQuery),
    responses((status = 200, description = "The closest first.", body = SimilarPosts)),
    security((), ("bearer" = []))
)]
pub async fn similar_posts(
    State(app): State<App>,
    Id(id): Id<PostId>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    let place = CursorPlace::of(listing.query.cursor(), LIST)?;
    let fresh = find::see_near(&app, &reader, &["posts"]).await;
    if app.read(|| posts::query::by_id(&app.reads, id, reader.viewer())).await?.is_none() {
        return Err(fresh.not_found(PostId::NOT_FOUND.0, PostId::NOT_FOUND.1));
    }
    let similar = similar(&app, &reader, id, place, listing.limit()).await?;
    Ok(listing.answer_as(fresh, similar.next_cursor.clone().as_deref(), similar))
}

const LIST: &str = "similar_posts";

/// Returns the first of the posts similar to one that the reader may see, as far as vectors are there.
///
/// # Errors
/// 503 where the engine is away.
pub async fn first(app: &App, reader: &Reader, id: PostId, limit: usize) -> Result<Vec<Post>, Problem> {
    let similar = similar(app, reader, id, CursorPlace::of(None, LIST)?, limit).await?;
    Ok(similar.items.into_iter().map(|similar| similar.post).collect())
}

async fn similar(
    app: &App,
    reader: &Reader,
    id: PostId,
    place: CursorPlace,
    limit: usize,
) -> Result<SimilarPosts, Problem> {
    let request = SearchRequest {
        kind: Kind::Posts,
        words: Words::default(),
        filters: Filters::default(),
        near: Some(Near::Post(id)),
        sort: Sort::Relevance,
        facets: false,
        place,
        limit,
    };
    let found = find::find(app, reader, request).await?;
    let next = place.next(found.hits.len(), limit);
    let near = |hit: &Hit| Some((find::post_of(hit)?, hit.score.near.unwrap_or_default()));
    let ids: Vec<_> = found.hits.iter().filter_map(find::post_of).collect();
    let closeness: HashMap<PostId, f32> = found.hits.iter().filter_map(near).collect();
    let cards = app.read(|| posts::query::cards(&app.reads, &ids, reader.viewer())).await?;
    let mut cards: Vec<Post> = cards.into_iter().map(|post| Post::of(post, app.part())).collect();
    mine::mark_posts(app, reader, &mut cards).await?;
    let items = cards.into_iter().map(|post| SimilarPost {
        closeness: closeness.get(&PostId(post.id)).copied().unwrap_or_default(),
        post,
    });
    Ok(SimilarPosts {
        items: items.collect(),
        next_cursor: next.map(|next| cursor::write(LIST, &next)),
        embedder: app.part::<Search>().embedder.name().to_owned(),
    })
}
