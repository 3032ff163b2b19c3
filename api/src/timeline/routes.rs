//! The caller's timeline.

use super::pages::FOLLOWEES_MAX;
use crate::app::App;
use crate::edge::{Fresh, List, Listing, PageQuery, Problem, Reader};
use crate::posts::dto::Post;
use axum::extract::State;
use axum::response::Response;
use domain::value::{PostId, UserId};
use projections::posts;
use projections::progress::Coverage;
use projections::timelines::query;
use std::time::Duration;
use tokio::time::Instant;

/// How often a delivery that is on its way is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(20);

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
    // Of pages further down each is read once or twice.
    let pages = after.is_none().then_some(app.pages.as_ref()).flatten();
    if let Some((page, position)) = pages.and_then(|pages| pages.get(me, listing.query_string()))
        && position >= reader.position
    {
        metrics::counter!(COUNTED, "from" => "memory").increment(1);
        return Ok(page.answer(reader.fresh(Coverage { covered: true, position })));
    }
    metrics::counter!(COUNTED, "from" => "postgres").increment(1);
    let fresh = see(&app, &reader, me).await?;
    let moment = pages.map(|pages| pages.moment(&app.progress));
    let page = app.read(|| query::page(&app.pool, me, after, limit, &posts::query::CARDS)).await?;
    let ids = page.items.iter().map(|post| post.id.0).collect();
    let page = listing.write(LIST, page.map(|post| Post::of(post, &app.photo_urls)));
    if let (Some(pages), Some(moment)) = (pages, moment) {
        let followees = async || app.read(|| query::followees(&app.pool, me, FOLLOWEES_MAX + 1)).await;
        // What can't be kept is read again.
        let _ = pages.keep(me, listing.query_string(), moment, (&page, ids), followees).await;
    }
    Ok(page.answer(fresh))
}

/// A checkpoint alone does not cover a timeline: an older post may still be on its way to this reader.
async fn see(app: &App, reader: &Reader, me: UserId) -> Result<Fresh, Problem> {
    let deadline = Instant::now() + reader.bound;
    let mut coverage = app.progress.wait(&["timelines", "posts"], reader.position, reader.bound).await;
    while coverage.covered {
        let (checkpoint, _) = app.progress.checkpoint("timelines");
        let Some(oldest) = checkpoint.oldest_task.filter(|&oldest| oldest <= reader.position) else { break };
        if !app.read(|| query::has_open_task_for(&app.pool, me, reader.position)).await? {
            break;
        }
        if Instant::now() + LOOK_EVERY >= deadline {
            coverage = Coverage { covered: false, position: coverage.position.min(oldest - 1) };
            break;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(reader.fresh(coverage))
}
