//! The marks on the reader's own comments of an anonymous page.

use super::dto::Comment;
use crate::aliases::mine::{aliases, mark};
use crate::app::App;
use crate::edge::{Problem, Reader};
use domain::value::{CommentId, PostId};
use projections::comments;

/// Marks the reader's own comments and likes on a page.
///
/// # Errors
/// The vault's or the database's errors.
pub async fn mark_comments(app: &App, reader: &Reader, page: &mut [Comment]) -> Result<(), Problem> {
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
