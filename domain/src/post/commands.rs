//! What can be asked of a post.

use super::Placement;
use crate::value::{Invalid, Marks, Mentions, Photos, PostText, Tag, Tags, Title, UserId};
use chrono::{DateTime, Utc};

/// Asked of one post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostCommand {
    /// Publish it for the first time.
    Publish {
        /// Who publishes.
        by: UserId,
        /// What it says.
        body: PostBody,
        /// Where, if on a board.
        board: Option<Where>,
        /// Only for posts moved from another service.
        original_published_at: Option<DateTime<Utc>>,
    },
    /// Replace what it says.
    Edit {
        /// Who edits.
        by: UserId,
        /// What it says from now on.
        body: PostBody,
    },
    /// Take it away.
    Delete {
        /// Who deletes.
        by: UserId,
    },
}

/// A post's words with the marks found in them, and its photos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostBody {
    /// One line above the text.
    pub title: Option<Title>,
    /// The text itself; empty only beside photos.
    pub text: PostText,
    /// Given tags first, then those written in title and text.
    pub tags: Tags,
    /// People written in the text.
    pub mentions: Mentions,
    /// In the order in which they are shown.
    pub photos: Photos,
    /// Only those who follow the author may read it.
    pub followers_only: bool,
}

/// A board to publish on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Where {
    /// Which, and how.
    pub placement: Placement,
    /// Fact: whether anyone may write there at this hour.
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
