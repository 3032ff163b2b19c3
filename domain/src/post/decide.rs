//! The rules of a post.

use super::{Placement, Post, PostBody, PostCommand, PostEvent};
use crate::aggregate::{Claim, Decide, Refusal, RefusalKind, cqrs_aggregate};
use crate::value::{MediaId, Photo, UserId};
use uuid::Uuid;

/// The rule that a command broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostRefusal {
    /// The post was never published, or was deleted.
    #[error("there is no such post, or it was deleted")]
    PostNotFound,
    /// Another post has this id.
    #[error("another post was published under this id")]
    AlreadyPublished,
    /// The board is closed: nobody may write on it at this hour.
    #[error("the board is closed at this hour; it can be read, and it says when it opens")]
    BoardClosed,
    /// A board has no followers.
    #[error("a post on a board is for everyone who reads the board")]
    NotForFollowers,
    /// The command's sender is not the post's author, who alone may change the post.
    #[error("only the post's author may do this")]
    NotTheAuthor,
}

impl Refusal for PostRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::PostNotFound => "post_not_found",
            Self::AlreadyPublished => "post_already_published",
            Self::BoardClosed => "board_closed",
            Self::NotForFollowers => "not_for_followers",
            Self::NotTheAuthor => "not_the_author",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::PostNotFound => RefusalKind::NotFound,
            Self::AlreadyPublished => RefusalKind::Conflict,
            Self::NotForFollowers => RefusalKind::Invalid,
            Self::NotTheAuthor | Self::BoardClosed => RefusalKind::Forbidden,
        }
    }
}

impl Decide for Post {
    const TYPE: &'static str = "post";
    type Command = PostCommand;
    type Event = PostEvent;
    type Refusal = PostRefusal;

    fn decide(&self, command: &PostCommand) -> Result<Vec<PostEvent>, PostRefusal> {
        match command {
            PostCommand::Publish { by, body, board, original_published_at } => {
                if self.published {
                    let same = self.is_by(*by) && self.says(body) && !self.deleted;
                    return if same { Ok(vec![]) } else { Err(PostRefusal::AlreadyPublished) };
                }
                if board.is_some_and(|board| !board.is_open) {
                    return Err(PostRefusal::BoardClosed);
                }
                let board = board.map(|board| board.placement);
                must_be_for_everyone(board, body)?;
                Ok(vec![PostEvent::PostPublished {
                    author_id: *by,
                    title: body.title.clone().map(String::from),
                    text: body.text.to_string(),
                    tags: tags(board, body),
                    mentions: body.mentions.to_strings(),
                    photos: body.photos.as_slice().to_vec(),
                    followers_only: body.followers_only,
                    board,
                    original_published_at: *original_published_at,
                }])
            }
            PostCommand::Edit { by, body } => {
                self.must_be_open_and_by(*by)?;
                must_be_for_everyone(self.board, body)?;
                if self.says(body) {
                    return Ok(vec![]);
                }
                Ok(vec![PostEvent::PostEdited {
                    title: body.title.clone().map(String::from),
                    text: body.text.to_string(),
                    tags: tags(self.board, body),
                    mentions: body.mentions.to_strings(),
                    photos: body.photos.as_slice().to_vec(),
                    followers_only: body.followers_only,
                }])
            }
            PostCommand::Delete { by } => {
                if self.deleted && self.is_by(*by) {
                    return Ok(vec![]);
                }
                self.must_be_open_and_by(*by)?;
                Ok(vec![PostEvent::PostDeleted { author_id: self.author_id }])
            }
        }
    }

    fn evolve(&mut self, event: &PostEvent) {
        match event.clone() {
            PostEvent::PostPublished {
                author_id,
                title,
                text,
                tags,
                mentions,
                photos,
                followers_only,
                board,
                original_published_at,
            } => {
                self.published = true;
                self.author_id = author_id;
                self.original_published_at = original_published_at;
                self.board = board;
                self.followers_only = followers_only;
                self.write(title, text, tags, mentions, photos);
            }
            PostEvent::PostEdited { title, text, tags, mentions, photos, followers_only } => {
                self.followers_only = followers_only;
                self.write(title, text, tags, mentions, photos);
            }
            PostEvent::PostDeleted { .. } => self.deleted = true,
        }
    }

    /// Returns the claims of the event: a media is shown by one post or profile at most.
    fn claims(&self, _id: Uuid, event: &PostEvent) -> Vec<Claim> {
        let shown: &[Photo] = match event {
            PostEvent::PostPublished { photos, .. } | PostEvent::PostEdited { photos, .. } => photos,
            PostEvent::PostDeleted { .. } => &[],
        };
        let without = |photos: &[Photo], others: &[Photo]| -> Vec<MediaId> {
            let among = |media| others.iter().any(|photo| photo.media_id == media);
            photos.iter().map(|photo| photo.media_id).filter(|&media| !among(media)).collect()
        };
        let gone = without(&self.photos, shown).into_iter().map(MediaId::release);
        let new = without(shown, &self.photos).into_iter().map(MediaId::take);
        gone.chain(new).collect()
    }
}

cqrs_aggregate!(Post);

/// Returns the tags that the event stores: tags lead to a post from elsewhere, and an anonymous post stays on
/// its board, so it has none.
fn tags(board: Option<Placement>, body: &PostBody) -> Vec<String> {
    match board {
        Some(Placement { anonymous: true, .. }) => vec![],
        Some(_) | None => body.tags.to_strings(),
    }
}

fn must_be_for_everyone(board: Option<Placement>, body: &PostBody) -> Result<(), PostRefusal> {
    if board.is_some() && body.followers_only { Err(PostRefusal::NotForFollowers) } else { Ok(()) }
}

impl Post {
    fn write(
        &mut self,
        title: Option<String>,
        text: String,
        tags: Vec<String>,
        mentions: Vec<String>,
        photos: Vec<Photo>,
    ) {
        self.title = title;
        self.text = text;
        self.tags = tags;
        self.mentions = mentions;
        self.photos = photos;
    }

    fn is_by(&self, user: UserId) -> bool {
        self.published && self.author_id == user
    }

    fn says(&self, body: &PostBody) -> bool {
        self.title.as_deref() == body.title.as_ref().map(|title| title.as_str())
            && self.text == body.text.as_str()
            && self.tags == tags(self.board, body)
            && self.mentions == body.mentions.to_strings()
            && self.photos == body.photos.as_slice()
            && self.followers_only == body.followers_only
    }

    fn must_be_open_and_by(&self, user: UserId) -> Result<(), PostRefusal> {
        if !self.is_open() {
            return Err(PostRefusal::PostNotFound);
        }
        if !self.is_by(user) {
            return Err(PostRefusal::NotTheAuthor);
        }
        Ok(())
    }
}
