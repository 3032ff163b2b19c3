//! The commands of a post.

use super::Placement;
use crate::value::{Invalid, Marks, Mentions, Photos, PostText, Tag, Tags, Title, UserId};
use chrono::{DateTime, Utc};

/// A command for one post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostCommand {
    /// Publishes the post for the first time.
    Publish {
        /// The user who publishes.
        by: UserId,
        /// The post's words and photos.
        body: PostBody,
        /// The board to publish on, if any.
        board: Option<Where>,
        /// The time when the post was first published elsewhere, only for posts moved from another service.
        original_published_at: Option<DateTime<Utc>>,
    },
    /// Replaces the post's words and photos.
    Edit {
        /// The user who edits.
        by: UserId,
        /// The post's words and photos from now on.
        body: PostBody,
    },
    /// Deletes the post.
    Delete {
        /// The user who deletes.
        by: UserId,
    },
}

/// A post's words with the marks found in them, and its photos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostBody {
    /// One line above the text.
    pub title: Option<Title>,
    /// The post's text; empty only beside photos.
    pub text: PostText,
    /// The post's tags: given tags first, then those written in the text; a title marks nothing.
    pub tags: Tags,
    /// The people mentioned in the text.
    pub mentions: Mentions,
    /// The post's photos, in the order in which they are shown.
    pub photos: Photos,
    /// True if only followers of the author may read the post.
    pub followers_only: bool,
}

/// A board to publish on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Where {
    /// The board's id, and whether the post is anonymous.
    pub placement: Placement,
    /// Fact: true if anyone may write on the board at this hour.
    pub is_open: bool,
}

impl PostBody {
    /// Joins given tags with those in the text.
    ///
    /// # Errors
    /// Too many tags or mentions together, or neither text nor photos.
    pub fn new(
        title: Option<Title>,
        text: PostText,
        given: Vec<Tag>,
        photos: Photos,
        followers_only: bool,
    ) -> Result<Self, Invalid> {
        if text.as_str().is_empty() && photos.as_slice().is_empty() {
            return Err(Invalid::Empty);
        }
        let marks = Marks::in_text(text.as_str());
        let tags = Tags::new(given)?.and(marks.tags)?;
        let mentions = Mentions::new(marks.mentions)?;
        Ok(Self { title, text, tags, mentions, photos, followers_only })
    }
}
