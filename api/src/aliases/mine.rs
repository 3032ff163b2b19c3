//! The marks on the reader's own items of an anonymous page: read models can't know them, so the vault is
//! asked once for each page. Every handler that shows anonymous items marks them by this module.

use crate::app::App;
use crate::edge::{Alias, Problem, Reader};
use domain::value::{PostId, UserId};
use std::collections::HashMap;

/// The reader's alias under each of these posts, where they have one.
///
/// # Errors
/// The vault's errors.
pub async fn aliases(
    app: &App,
    reader: &Reader,
    posts: Vec<PostId>,
) -> Result<HashMap<PostId, UserId>, Problem> {
    match reader.viewer() {
        Some(viewer) if !posts.is_empty() => Ok(app.vault.aliases.of_many(viewer, &posts).await?),
        Some(_) | None => Ok(HashMap::new()),
    }
}

/// Marks an item that is shown under an alias as the reader's own, or not; true if the item is anonymous at
/// all.
pub fn mark(shown: &mut Option<Alias>, mine: Option<&UserId>) -> bool {
    let Some(shown) = shown else { return false };
    shown.is_me = mine.is_some_and(|mine| mine.0 == shown.id);
    true
}
