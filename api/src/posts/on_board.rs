//! The posts on a board.

use super::dto::Post;
use super::mine;
use crate::app::App;
use crate::boards::SlugInPath;
use crate::edge::list::{Limit, Paged};
use crate::edge::path::{Id, InPath};
use crate::edge::{List, Listing, Problem, Reader};
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use domain::value::PostId;
use projections::posts::query;
use projections::{Page, boards, posts};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::{Builder, Uuid};

/// The order in which a board's posts are listed.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Newest first.
    #[default]
    Latest,
    /// Most liked first, of equally liked ones the newest.
    Popular,
}

/// The period of the popular posts: how far back they go.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// The last day.
    Day,
    /// The last seven days.
    #[default]
    Week,
    /// All posts, without a limit of time.
    All,
}

impl Period {
    /// Returns the smallest id of the period: posts with a larger id are of the period.
    fn begin(self, now: DateTime<Utc>) -> PostId {
        let begin = match self {
            Self::Day => now - TimeDelta::days(1),
            Self::Week => now - TimeDelta::days(7),
            Self::All => return PostId(Uuid::nil()),
        };
        let millis = u64::try_from(begin.timestamp_millis()).unwrap_or(0);
        PostId(Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid())
    }
}

/// The query string of a board's posts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// The order: `latest` or `popular` first. A cursor is good for the order it was given in.
    #[serde(default)]
    #[param(inline, required = false)]
    sort: Order,
    /// The period of the popular posts: `day`, `week` or `all`. A cursor keeps to the time at which its first
    /// page began.
    #[serde(default)]
    #[param(inline, required = false)]
    period: Period,
    /// The page's limit: how many items at most.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Paged for FeedQuery {
    fn limit(&self) -> Limit {
        self.limit
    }

    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

/// List the posts on a board
#[utoipa::path(
    get, path = "/v1/boards/{slug}/posts", tag = "boards",
    params(("slug" = String, Path, description = "The board's name in addresses."), FeedQuery),
    responses((status = 200, description = "Posts.", body = List<Post>)),
    security((), ("bearer" = []))
)]
pub async fn list_posts_of_board(
    State(app): State<App>,
    Id(SlugInPath(slug)): Id<SlugInPath>,
    listing: Listing<FeedQuery>,
    reader: Reader,
) -> Result<Response, Problem> {
    let (viewer, limit, pool) = (reader.viewer(), listing.limit(), &app.reads);
    let fresh = reader.see(&app, &["boards", "posts"]).await;
    let Some(board) = app.read(|| boards::query::by_slug(pool, &slug)).await?.map(|board| board.id) else {
        return Err(fresh.not_found(SlugInPath::NOT_FOUND.0, SlugInPath::NOT_FOUND.1));
    };
    match listing.query.sort {
        Order::Latest => {
            let list = format!("posts_of_board {slug}");
            let after = listing.after::<PostId>(&list)?;
            let page = app.read(|| query::of_board(pool, board, viewer, after, limit)).await?;
            Ok(listing.answer(&list, fresh, shown(&app, &reader, page).await?))
        }
        Order::Popular => {
            let list = format!("popular_of_board {slug}");
            let cursor = listing.after::<(PostId, i64, PostId)>(&list)?;
            let begin = cursor.map_or_else(|| listing.query.period.begin(Utc::now()), |(begin, ..)| begin);
            let after = cursor.map(|(_, likes, post)| (likes, post));
            let page = app.read(|| query::popular_of_board(pool, board, viewer, begin, after, limit)).await?;
            let page = shown(&app, &reader, page).await?;
            let next = page.next.map(|(likes, post)| (begin, likes, post));
            Ok(listing.answer(&list, fresh, Page { items: page.items, next }))
        }
    }
}

async fn shown<K>(app: &App, reader: &Reader, page: Page<posts::Post, K>) -> Result<Page<Post, K>, Problem> {
    let mut page = page.map(|post| Post::of(post, app.part()));
    mine::mark_posts(app, reader, &mut page.items).await?;
    Ok(page)
}
