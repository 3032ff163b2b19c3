//! The caller's timeline.

use super::PageCache;
use super::pages::FOLLOWEES_MAX;
use crate::app::App;
use crate::edge::{List, Listing, PageQuery, Problem, Reader};
use crate::posts::dto::Post;
use axum::extract::State;
use axum::response::Response;
use domain::value::PostId;
use projections::posts;
use projections::progress::Coverage;
use projections::timelines::query;

/// Read the posts of oneself and of those one follows, newest first
#[utoipa::path(
    get, path = "/v1/timeline", tag = "timeline",
    params(PageQuery),
    responses((status = 200, description = "Posts.", body = List<Post>)),
    security(("bearer" = []))
)]
pub async fn get_timeline(
    State(app): State<App>,
    listing: Listing,
    reader: Reader,
) -> Result<Response, Problem> {
    const LIST: &str = "timeline";
    const COUNTED: &str = "madang_timeline_pages_total";
    let me = reader.known()?.id;
    let (after, limit) = (listing.after::<PostId>(LIST)?, listing.limit());
    // Only first pages are kept: each page further down is read once or twice.
    let pages = after.is_none().then_some(app.part::<Option<PageCache>>().as_ref()).flatten();
    if let Some((page, position)) = pages.and_then(|pages| pages.get(me, listing.query_string()))
        && position >= reader.position
    {
        metrics::counter!(COUNTED, "from" => "memory").increment(1);
        return Ok(page.answer(reader.fresh(Coverage { covered: true, position })));
    }
    metrics::counter!(COUNTED, "from" => "postgres").increment(1);
    let fresh = reader.see(&app, &["timelines", "posts"]).await;
    let moment = pages.map(|pages| pages.moment(&app.progress));
    let page = app.read(|| query::page(&app.reads, me, after, limit, &posts::query::CARDS)).await?;
    let ids = page.items.iter().map(|post| post.id.0).collect();
    let page = listing.write(LIST, page.map(|post| Post::of(post, app.part())));
    if let (Some(pages), Some(moment)) = (pages, moment) {
        let followees = async || app.read(|| query::followees(&app.reads, me, FOLLOWEES_MAX + 1)).await;
        // A page that can't be kept is read again.
        let _ = pages.keep(me, listing.query_string(), moment, (&page, ids), followees).await;
    }
    Ok(page.answer(fresh))
}
