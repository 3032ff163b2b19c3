//! Values: what input must look like, parsed once at the edge, trusted after that.

mod handle;
mod id;
mod invalid;
mod link;
mod marks;
mod photo;
mod search_text;
mod slug;
mod tag;
#[cfg(test)]
mod tests;
mod text;

pub use handle::Handle;
pub(crate) use id::derive;
pub use id::{
    BlocklistId, BoardId, CommentId, FollowId, FollowedTagsId, LikeId, MediaId, PostId, SearchHistoryId,
    SearchId, UserId,
};
pub use invalid::Invalid;
pub use link::{Link, Links};
pub use marks::{Marks, Mentions};
pub use photo::{Photo, Photos};
pub use search_text::SearchText;
pub use slug::Slug;
pub use tag::{Tag, Tags};
pub use text::{
    AlternativeText, Bio, BoardDescription, BoardName, CommentText, DisplayName, PostText, Reason, Title,
};
