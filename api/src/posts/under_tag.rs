//! Posts by their tags: of one tag, or of all tags that the caller follows.

use super::dto::Post;
use crate::app::App;
use crate::edge::list::{Limit, Paged};
use crate::edge::path::TagName;
use crate::edge::{Fresh, List, Listing, PageQuery, Problem, Reader};
use axum::extract::State;
use axum::response::Response;
use domain::value::{PostId, Tag};
use projections::tags::query;
use projections::{Page, posts};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The order in which the posts of a tag are listed.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PostOrder {
    /// The newest first.
    #[default]
    Latest,
    /// The most liked first; of equally liked posts the newest first.
    MostLiked,
}

/// The query string of a tag's posts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TagPostsQuery {
    /// The order: `latest` first, or `most_liked`. A cursor is good for the order it was given in.
    #[serde(default)]
    #[param(inline, required = false)]
    sort: PostOrder,
    /// The page's limit: how many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Paged for TagPostsQuery {
    fn limit(&self) -> Limit {
        self.limit
    }

    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

/// List the posts that carry a tag
///
/// A post that is liked while pages of `most_liked` are read may come twice, or not at all.
#[utoipa::path(
    get, path = "/v1/tags/{tag}/posts", tag = "tags",
    params(("tag" = String, Path, description = "The tag, with or without `#`."), TagPostsQuery),
    responses((status = 200, description = "Posts.", body = List<Post>)),
    security((), ("bearer" = []))
)]
pub async fn list_posts_of_tag(
    State(app): State<App>,
    TagName(tag): TagName,
    listing: Listing<TagPostsQuery>,
    reader: Reader,
) -> Result<Response, Problem> {
    match listing.query.sort {
        PostOrder::Latest => latest(&app, &listing, &reader, &tag).await,
        PostOrder::MostLiked => most_liked(&app, &listing, &reader, &tag).await,
    }
}

/// Answers with the posts that carry a tag, newest first.
///
/// # Errors
/// 400 for a cursor of another list; the database's errors.
pub async fn latest<Q: Paged>(
    app: &App,
    listing: &Listing<Q>,
    reader: &Reader,
    tag: &Tag,
) -> Result<Response, Problem> {
    const LIST: &str = "posts_by_tag";
    let (after, limit) = (listing.after::<PostId>(LIST)?, listing.limit());
    let fresh = reader.see(app, &["tags", "posts"]).await;
    let ids = app.read(|| query::posts(&app.reads, tag.as_str(), after, limit)).await?;
    answer(app, listing, LIST, reader, fresh, ids).await
}

async fn most_liked(
    app: &App,
    listing: &Listing<TagPostsQuery>,
    reader: &Reader,
    tag: &Tag,
) -> Result<Response, Problem> {
    const LIST: &str = "most_liked_posts_by_tag";
    let (after, limit) = (listing.after::<(i64, PostId)>(LIST)?, listing.limit());
    let fresh = reader.see(app, &["tags", "posts"]).await;
    let ids = app.read(|| query::most_liked_posts(&app.reads, tag.as_str(), after, limit)).await?;
    answer(app, listing, LIST, reader, fresh, ids).await
}

/// List the posts that carry a tag which the caller follows, newest first
///
/// Each post comes once, however many of its tags are followed.
#[utoipa::path(
    get, path = "/v1/me/tags/posts", tag = "tags",
    params(PageQuery),
    responses((status = 200, description = "Posts.", body = List<Post>)),
    security(("bearer" = []))
)]
pub async fn list_posts_of_followed_tags(
    State(app): State<App>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "posts_of_followed_tags";
    let me = reader.known()?.id;
    let (after, limit) = (listing.after::<PostId>(LIST)?, listing.limit());
    let fresh = reader.see(&app, &["tags", "posts"]).await;
    let ids = app.read(|| query::followed_posts(&app.reads, me, after, limit)).await?;
    answer(&app, &listing, LIST, &reader, fresh, ids).await
}

/// Answers with these posts, but for those that the reader may not see.
async fn answer<Q: Paged, K: Serialize>(
    app: &App,
    listing: &Listing<Q>,
    list: &str,
    reader: &Reader,
    fresh: Fresh,
    ids: Page<PostId, K>,
) -> Result<Response, Problem> {
    let cards = app.read(|| posts::query::cards(&app.reads, &ids.items, reader.viewer())).await?;
    let page = Page { items: cards, next: ids.next };
    Ok(listing.answer(list, fresh, page.map(|post| Post::of(post, app.part()))))
}
