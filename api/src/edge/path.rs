//! Ids, handles and tags in paths. A text that can be none of them names nothing, so the answer is 404.

use super::fresh::Fresh;
use super::problem::Problem;
use super::reader::Reader;
use crate::app::App;
use axum::extract::{FromRequestParts, Path};
use axum::http::request;
use domain::value::{CommentId, Handle, PostId, Tag};
use projections::profiles;
use std::str::FromStr;

/// An id that can stand in a path.
pub trait InPath: FromStr + Send {
    /// The code and words of the problem when nothing has the id.
    const NOT_FOUND: (&'static str, &'static str);
}

impl InPath for PostId {
    const NOT_FOUND: (&'static str, &'static str) =
        ("post_not_found", "There is no such post, or it was deleted.");
}

impl InPath for CommentId {
    const NOT_FOUND: (&'static str, &'static str) =
        ("comment_not_found", "There is no such comment, or it was deleted.");
}

/// The code and words of the problem when there is no such person.
pub const USER_NOT_FOUND: (&str, &str) = ("user_not_found", "There is no such person, or they have left.");

/// The id in a path.
#[derive(Clone, Copy, Debug)]
pub struct Id<T>(pub T);

impl<T: InPath> FromRequestParts<App> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Problem> {
        let text = segment(parts, app).await?;
        let (code, detail) = T::NOT_FOUND;
        text.parse().map(Self).map_err(|_| Problem::not_found(code, detail))
    }
}

/// The handle in a path, in the form in which it is unique.
#[derive(Clone, Debug)]
pub struct HandleKey(pub String);

impl FromRequestParts<App> for HandleKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Problem> {
        Self::of(&segment(parts, app).await?)
    }
}

impl HandleKey {
    /// The key of a handle as a person writes it.
    ///
    /// # Errors
    /// 404 if the text can be nobody's handle.
    pub fn of(text: &str) -> Result<Self, Problem> {
        let (code, detail) = USER_NOT_FOUND;
        Handle::parse(text).map(|handle| Self(handle.key())).map_err(|_| Problem::not_found(code, detail))
    }

    /// The profile of the person of this handle.
    ///
    /// # Errors
    /// 404 if there is no such person.
    pub async fn profile(
        &self,
        app: &App,
        reader: &Reader,
        fresh: &Fresh,
    ) -> Result<profiles::Person, Problem> {
        let found = app.read(|| profiles::query::by_handle_key(&app.reads, &self.0, reader.viewer())).await?;
        found.ok_or_else(|| fresh.clone().not_found(USER_NOT_FOUND.0, USER_NOT_FOUND.1))
    }
}

/// The tag in a path, with or without `#`.
#[derive(Clone, Debug)]
pub struct TagName(pub Tag);

impl FromRequestParts<App> for TagName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Problem> {
        const NO_TAG: &str =
            "No tag is written like this: use 1 to 50 letters, digits and _, not digits alone.";
        let text = segment(parts, app).await?;
        Tag::parse(&text).map(Self).map_err(|_| Problem::not_found("tag_not_found", NO_TAG))
    }
}

async fn segment(parts: &mut request::Parts, app: &App) -> Result<String, Problem> {
    let segment = Path::<String>::from_request_parts(parts, app).await;
    segment.map(|Path(text)| text).map_err(|_| {
        Problem::bad_request("invalid_path", "The path is not percent-encoded UTF-8. Encode it and repeat.")
    })
}
