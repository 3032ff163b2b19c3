//! Marks on a page of anonymous posts: which posts and likes are the reader's own.

use super::dto::Post;
use crate::aliases::mine::{aliases, mark};
use crate::app::App;
use crate::edge::{Problem, Reader};
use domain::value::PostId;
use projections::posts;

/// Marks the anonymous posts on a page that the reader has written or likes.
///
/// # Errors
/// The vault's errors or the database's.
pub async fn mark_posts(app: &App, reader: &Reader, page: &mut [Post]) -> Result<(), Problem> {
    let anonymous = page.iter().filter(|post| post.alias.is_some()).map(|post| PostId(post.id));
    let aliases = aliases(app, reader, anonymous.collect()).await?;
    let pairs: Vec<_> = aliases.iter().map(|(&post, &alias)| (post, alias)).collect();
    let liked = app.read(|| posts::query::liked_under(&app.reads, &pairs)).await?;
    for post in page {
        let id = PostId(post.id);
        if mark(&mut post.alias, aliases.get(&id)) {
            post.liked_by_me = liked.contains(&id);
        }
    }
    Ok(())
}
