//! What of a page is the reader's own where it is anonymous: read models can't know, so the vault is asked once for
//! each page.

use crate::app::App;
use crate::comments::dto::Comment;
use crate::edge::{Alias, Problem, Reader};
use crate::posts::dto::Post;
use domain::value::{CommentId, PostId, UserId};
use projections::{comments, posts};
use std::collections::HashMap;

/// Marks the reader's posts and likes.
///
/// # Errors
/// The vault's or the database's.
pub async fn posts(app: &App, reader: &Reader, page: &mut [Post]) -> Result<(), Problem> {
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

/// Marks the reader's comments and likes.
///
/// # Errors
/// The vault's or the database's.
pub async fn comments(app: &App, reader: &Reader, page: &mut [Comment]) -> Result<(), Problem> {
    let anonymous = page.iter().filter(|comment| comment.alias.is_some());
    let mut under: Vec<PostId> = anonymous.map(|comment| PostId(comment.post_id)).collect();
    under.dedup();
    let aliases = aliases(app, reader, under).await?;
    let alias_of = |comment: &Comment| aliases.get(&PostId(comment.post_id)).copied();
    let pairs: Vec<_> = page
        .iter()
        .filter(|comment| comment.alias.is_some())
        .filter_map(|comment| Some((CommentId(comment.id), alias_of(comment)?)))
        .collect();
    let liked = app.read(|| comments::query::liked_under(&app.reads, &pairs)).await?;
    for comment in page {
        let mine = alias_of(comment);
        if mark(&mut comment.alias, mine.as_ref()) {
            comment.liked_by_me = liked.contains(&CommentId(comment.id));
        }
    }
    Ok(())
}

async fn aliases(app: &App, reader: &Reader, posts: Vec<PostId>) -> Result<HashMap<PostId, UserId>, Problem> {
    match reader.viewer() {
        Some(viewer) if !posts.is_empty() => Ok(app.vault.aliases.of_many(viewer, &posts).await?),
        Some(_) | None => Ok(HashMap::new()),
    }
}

/// Whether it is anonymous.
fn mark(shown: &mut Option<Alias>, mine: Option<&UserId>) -> bool {
    let Some(shown) = shown else { return false };
    shown.is_me = mine.is_some_and(|mine| mine.0 == shown.id);
    true
}
