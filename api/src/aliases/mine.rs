//! What of a page is the reader's own where it is anonymous: read models can't know, so the vault is asked once for
//! each page. Whoever shows anonymous things marks them by this.

use crate::app::App;
use crate::edge::{Alias, Problem, Reader};
use domain::value::{PostId, UserId};
use std::collections::HashMap;

/// The reader's alias under each of these posts, where they have one.
///
/// # Errors
/// The vault's.
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

/// Marks what is shown under an alias as the reader's own, or not; whether it is anonymous at all.
pub fn mark(shown: &mut Option<Alias>, mine: Option<&UserId>) -> bool {
    let Some(shown) = shown else { return false };
    shown.is_me = mine.is_some_and(|mine| mine.0 == shown.id);
    true
}
