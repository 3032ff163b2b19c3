//! The voice of a write is the name under which it is made: the person's own, or under an anonymous post that
//! of their alias there.
//!
//! The two facts about a post, that it is anonymous and that it is there, must come from the same reading of
//! it: a post that was not there a moment ago must not be answered under a name.

use crate::app::App;
use crate::edge::{Problem, WriteRequest};
use domain::post::Post;
use domain::value::{PostId, UserId};
use uuid::Uuid;

/// A write, and who is its author to everyone but the vault.
#[derive(Debug)]
pub struct Voice {
    /// The write that is to be executed.
    pub request: WriteRequest,
    /// The author: the person, or their alias.
    pub by: UserId,
}

impl Voice {
    /// The voice of the person's own name.
    #[must_use]
    pub fn own(request: WriteRequest) -> Self {
        let by = request.by.id;
        Self { request, by }
    }

    /// The voice of this alias of the person.
    #[must_use]
    pub fn alias(app: &App, request: WriteRequest, alias: UserId) -> Self {
        Self { request: request.under(app, alias), by: alias }
    }

    /// The voice of a person who comments on a post or likes something under it: an anonymous post gives the
    /// person an alias now, if they had none there before.
    ///
    /// # Errors
    /// The vault's errors.
    pub async fn under(
        app: &App,
        request: WriteRequest,
        post_id: PostId,
        post: &Post,
    ) -> Result<Self, Problem> {
        if !post.is_anonymous() {
            return Ok(Self::own(request));
        }
        if !post.is_open() {
            return Self::known(app, request, post_id, true).await;
        }
        let alias = app.vault.aliases.for_post(request.by.id, post_id).await?;
        Ok(Self::alias(app, request, alias))
    }

    /// The voice of a person who changes what they have made under the post before. A person without an alias
    /// there has made nothing: they are told so as anyone is, by an alias that is nobody's.
    ///
    /// # Errors
    /// The vault's errors.
    pub async fn known(
        app: &App,
        request: WriteRequest,
        post_id: PostId,
        is_anonymous: bool,
    ) -> Result<Self, Problem> {
        if !is_anonymous {
            return Ok(Self::own(request));
        }
        let alias = app.vault.aliases.of(request.by.id, post_id).await?;
        Ok(Self::alias(app, request, alias.unwrap_or_else(|| UserId(Uuid::new_v4()))))
    }
}
