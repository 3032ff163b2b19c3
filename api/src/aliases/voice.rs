//! In whose name something is written: the person's own, or under an anonymous post that of their alias there.
//!
//! Whether a post is anonymous and whether it is there must come from the same reading of it: a post that was not
//! there a moment ago must not be answered under a name.

use crate::app::App;
use crate::edge::{Problem, WriteRequest};
use domain::post::Post;
use domain::value::{PostId, UserId};
use uuid::Uuid;

/// A write, and who is its author to everyone but the vault.
#[derive(Debug)]
pub struct Voice {
    /// To be executed so.
    pub asked: WriteRequest,
    /// The person, or their alias.
    pub by: UserId,
}

impl Voice {
    /// Under the person's own name.
    #[must_use]
    pub fn own(asked: WriteRequest) -> Self {
        let by = asked.by.id;
        Self { asked, by }
    }

    /// Under this alias of the person.
    #[must_use]
    pub fn alias(app: &App, asked: WriteRequest, alias: UserId) -> Self {
        Self { asked: asked.under(app, alias), by: alias }
    }

    /// Of who comments on a post or likes something under it: an anonymous one gives them an alias now, if it has
    /// not before.
    ///
    /// # Errors
    /// The vault's.
    pub async fn under(
        app: &App,
        asked: WriteRequest,
        post_id: PostId,
        post: &Post,
    ) -> Result<Self, Problem> {
        if !post.is_anonymous() {
            return Ok(Self::own(asked));
        }
        if !post.is_open() {
            return Self::known(app, asked, post_id, true).await;
        }
        let alias = app.vault.aliases.for_post(asked.by.id, post_id).await?;
        Ok(Self::alias(app, asked, alias))
    }

    /// Of who changes what they have made there before. Who has no alias there has made nothing: they are told so as
    /// anyone is, by an alias that is nobody's.
    ///
    /// # Errors
    /// The vault's.
    pub async fn known(
        app: &App,
        asked: WriteRequest,
        post_id: PostId,
        is_anonymous: bool,
    ) -> Result<Self, Problem> {
        if !is_anonymous {
            return Ok(Self::own(asked));
        }
        let alias = app.vault.aliases.of(asked.by.id, post_id).await?;
        Ok(Self::alias(app, asked, alias.unwrap_or_else(|| UserId(Uuid::new_v4()))))
    }
}
