//! What input must look like: parsed once at the edge, trusted after that.

mod handle;
mod id;
mod invalid;
mod link;
mod marks;
mod tag;
#[cfg(test)]
mod tests;
mod text;

pub use handle::Handle;
pub use id::{CommentId, FollowId, LikeId, PostId, UserId};
pub use invalid::Invalid;
pub use link::{Link, Links};
pub use marks::{Marks, Mentions};
pub use tag::{Tag, Tags};
pub use text::{Bio, CommentText, DisplayName, PostText, Title};
