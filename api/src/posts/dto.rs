//! Posts as JSON.

use crate::edge::body::{Fields, given};
use crate::edge::caller::Person;
use crate::edge::{Alias, Author, FieldError, Problem, author};
use crate::media::dto::PhotoUrls;
use crate::media::shown::{Photo, ShowPhoto};
use chrono::{DateTime, Utc};
use domain::post::{Post as State, PostBody};
use domain::value::{Invalid, Marks, Mentions, Photos, PostText, Tag, Title};
use event_log::event_store::Answer;
use projections::posts;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A post as it is listed and read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Post {
    /// The post's id, whose time orders lists.
    pub id: Uuid,
    /// The person who published the post; null where the post is anonymous.
    pub author: Option<Author>,
    /// The name by which the author is known where the post is anonymous, else null.
    pub alias: Option<Alias>,
    /// The board that the post is on, if on one.
    pub board_id: Option<Uuid>,
    /// The people who may read the post.
    pub visibility: Visibility,
    /// The title: one line above the text.
    pub title: Option<String>,
    /// The post's text.
    #[schema(example = "오늘 #한강 에서 @mina 와")]
    pub text: String,
    /// The tags given and written in the text, without `#`.
    pub tags: Vec<String>,
    /// The handles written in the text, without `@`.
    pub mentions: Vec<String>,
    /// The photos, in the order in which they are shown.
    pub photos: Vec<Photo>,
    /// The number of people who like the post.
    pub like_count: i64,
    /// The number of comments and replies.
    pub comment_count: i64,
    /// The number of people who have looked at the post: everyone who is logged in counts once a day (in
    /// Korea), the author only where the post is anonymous. Behind by some seconds.
    pub view_count: i64,
    /// True if the caller likes the post.
    pub liked_by_me: bool,
    /// The time of publication; the original time for posts moved from another service.
    pub published_at: DateTime<Utc>,
    /// The time of the last edit, if any.
    pub edited_at: Option<DateTime<Utc>>,
}

impl Post {
    /// Makes the JSON of a post that the read model has.
    #[must_use]
    pub fn of(post: posts::Post, urls: &PhotoUrls) -> Self {
        let (author, alias) = author::split(post.by);
        Self {
            id: post.id.0,
            author,
            alias,
            board_id: post.board_id.map(|board| board.0),
            visibility: Visibility::of(post.followers_only),
            title: post.title,
            text: post.text,
            tags: post.tags,
            mentions: post.mentions,
            photos: Photo::all(post.photos, urls),
            like_count: post.like_count,
            comment_count: post.comment_count,
            view_count: post.view_count,
            liked_by_me: post.liked_by_me,
            published_at: post.published_at,
            edited_at: post.edited_at,
        }
    }

    /// Makes the JSON of a post right after it was published: nobody has liked or commented on the post yet.
    #[must_use]
    pub fn published(answer: Answer<State>, by: &Person, urls: &PhotoUrls) -> Self {
        let is_anonymous = answer.state.is_anonymous();
        let (author, alias) = author::of_writer(by, answer.state.author_id, is_anonymous);
        Self {
            id: answer.id,
            author,
            alias,
            board_id: answer.state.board.map(|placement| placement.board_id.0),
            visibility: Visibility::of(answer.state.followers_only),
            title: answer.state.title,
            text: answer.state.text,
            tags: answer.state.tags,
            mentions: answer.state.mentions,
            photos: Photo::all(answer.state.photos, urls),
            like_count: 0,
            comment_count: 0,
            view_count: 0,
            liked_by_me: false,
            published_at: answer.state.original_published_at.unwrap_or(answer.created_at),
            edited_at: None,
        }
    }
}

/// A post right after an edit: what its author has decided, without the likes and comments since.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditedPost {
    /// The post's id.
    pub id: Uuid,
    /// The id of the person who published the post; where the post is anonymous, the id of their alias.
    pub author_id: Uuid,
    /// The people who may read the post.
    pub visibility: Visibility,
    /// The title: one line above the text.
    pub title: Option<String>,
    /// The post's text.
    pub text: String,
    /// The tags given and written in the text, without `#`.
    pub tags: Vec<String>,
    /// The handles written in the text, without `@`.
    pub mentions: Vec<String>,
    /// The photos, in the order in which they are shown.
    pub photos: Vec<Photo>,
    /// The time of publication; the original time for posts moved from another service.
    pub published_at: DateTime<Utc>,
    /// The time of the last edit, if any.
    pub edited_at: Option<DateTime<Utc>>,
}

impl EditedPost {
    /// Makes the JSON of a post right after an edit.
    #[must_use]
    pub fn of(answer: Answer<State>, urls: &PhotoUrls) -> Self {
        Self {
            id: answer.id,
            author_id: answer.state.author_id.0,
            visibility: Visibility::of(answer.state.followers_only),
            title: answer.state.title,
            text: answer.state.text,
            tags: answer.state.tags,
            mentions: answer.state.mentions,
            photos: Photo::all(answer.state.photos, urls),
            published_at: answer.state.original_published_at.unwrap_or(answer.created_at),
            edited_at: (answer.version > 1).then_some(answer.updated_at),
        }
    }
}

/// The people who may read a post.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everyone; with a private account everyone who follows it.
    #[default]
    Public,
    /// Everyone who follows the author.
    Followers,
}

impl Visibility {
    fn of(followers_only: bool) -> Self {
        if followers_only { Self::Followers } else { Self::Public }
    }
}

/// A new post.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishPost {
    /// The title: one line of 1 to 200 characters.
    #[serde(default)]
    title: Option<String>,
    /// The text, up to 5,000 characters; may be empty beside photos. `#tags` and `@mentions` in the text
    /// count.
    #[schema(example = "오늘 #한강 에서 @mina 와")]
    text: String,
    /// Up to 20 tags, together with those in the text.
    #[serde(default)]
    tags: Vec<String>,
    /// Up to 10 photos in the order in which they are shown.
    #[serde(default)]
    pub photos: Vec<ShowPhoto>,
    /// The people who may read the post.
    #[serde(default)]
    visibility: Visibility,
    /// The `slug` of the board to publish it on, if on one.
    #[serde(default)]
    #[schema(example = "night")]
    pub board: Option<String>,
    /// The post's id, for operators who move posts from another service: a UUIDv7 whose time is the original
    /// one.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// The time of the first publication there, for operators who move posts from another service.
    #[serde(default)]
    pub published_at: Option<DateTime<Utc>>,
}

impl PublishPost {
    /// Checks every field.
    ///
    /// # Errors
    /// 422 with all that is wrong.
    pub fn body(&self, photos: Photos) -> Result<PostBody, Problem> {
        body(self.title.as_deref(), &self.text, &self.tags, photos, self.visibility)
    }
}

/// All that a post says from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplacePost {
    /// The title: one line of 1 to 200 characters; null for none.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    title: Option<String>,
    /// The text, up to 5,000 characters; may be empty beside photos. `#tags` and `@mentions` in the text
    /// count.
    text: String,
    /// Up to 20 tags, together with those in the text.
    tags: Vec<String>,
    /// Up to 10 photos in the order in which they are shown; none if left out.
    #[serde(default)]
    pub photos: Vec<ShowPhoto>,
    /// The people who may read the post; everyone, if left out.
    #[serde(default)]
    visibility: Visibility,
}

impl ReplacePost {
    /// Checks every field.
    ///
    /// # Errors
    /// 422 with all that is wrong.
    pub fn body(&self, photos: Photos) -> Result<PostBody, Problem> {
        body(self.title.as_deref(), &self.text, &self.tags, photos, self.visibility)
    }
}

/// The fields of a post to change; a field that is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditPost {
    /// The title: one line of 1 to 200 characters; null for none.
    #[serde(default, deserialize_with = "given_or_null")]
    #[schema(value_type = Option<String>)]
    title: Option<Option<String>>,
    /// The text, up to 5,000 characters; may be empty beside photos. `#tags` and `@mentions` in the text
    /// count.
    #[serde(default, deserialize_with = "given")]
    text: Option<String>,
    /// Up to 20 tags, together with those in the text.
    #[serde(default, deserialize_with = "given")]
    tags: Option<Vec<String>>,
    /// Up to 10 photos in the order in which they are shown.
    #[serde(default, deserialize_with = "given")]
    pub photos: Option<Vec<ShowPhoto>>,
    /// The people who may read the post.
    #[serde(default, deserialize_with = "given")]
    visibility: Option<Visibility>,
}

impl EditPost {
    /// Returns all that the post says after the change; without `photos` the post's photos stay.
    ///
    /// # Errors
    /// 422 with all that is wrong.
    pub fn body(&self, post: &State, photos: Option<Photos>) -> Result<PostBody, Problem> {
        let present = || Photos::new(post.photos.clone()).unwrap_or_default();
        let photos = photos.unwrap_or_else(present);
        let title = self.title.as_ref().map_or(post.title.as_deref(), Option::as_deref);
        let text = self.text.as_deref().unwrap_or(&post.text);
        let visibility = self.visibility.unwrap_or(Visibility::of(post.followers_only));
        match &self.tags {
            Some(tags) => body(title, text, tags, photos, visibility),
            None if self.text.is_none() => body(title, text, &post.tags, photos, visibility),
            // Tags that only the old text brought go with the old text.
            None => {
                let brought = Marks::in_text(&post.text).tags;
                let is_given = |tag: &&String| !brought.iter().any(|brought| brought.as_str() == **tag);
                let given: Vec<String> = post.tags.iter().filter(is_given).cloned().collect();
                body(title, text, &given, photos, visibility)
            }
        }
    }
}

fn body(
    title: Option<&str>,
    text: &str,
    tags: &[String],
    photos: Photos,
    visibility: Visibility,
) -> Result<PostBody, Problem> {
    let mut fields = Fields::default();
    let title = title.map(|title| fields.take("/title", Title::parse(title)));
    let text = fields.take("/text", PostText::parse(text));
    let tags = fields.take_each("/tags", tags, Tag::parse);
    let (title, Some(text), Some(tags)) = (title, text, tags) else { return Err(fields.problem()) };
    let Some(title) = title.map_or(Some(None), |title| title.map(Some)) else { return Err(fields.problem()) };
    let mentions_fit = Mentions::new(Marks::in_text(text.as_str()).mentions).is_ok();
    let followers_only = visibility == Visibility::Followers;
    PostBody::new(title, text, tags, photos, followers_only).map_err(|invalid| {
        let in_tags = mentions_fit && invalid != Invalid::Empty;
        fields.refuse(if in_tags { "/tags" } else { "/text" }, &invalid);
        fields.problem()
    })
}

/// Reads a field that may be left out, and may be null.
#[allow(clippy::option_option)]
fn given_or_null<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// Returns the id of a new post: the id or the time that an operator gives to a post moved from another
/// service.
///
/// # Errors
/// 403 unless an operator asks; 422 if the id or the time can't be right.
pub fn moved(fields: &PublishPost, by: &Person, now: DateTime<Utc>) -> Result<Uuid, Problem> {
    if !by.by_operator() && (fields.id.is_some() || fields.published_at.is_some()) {
        return Err(Problem::forbidden("operators_only", "Only operators may send `id` and `published_at`."));
    }
    let wrong_time = match fields.published_at {
        Some(at) if at > now => Some(("in_the_future", "must not be in the future")),
        // The time of a UUID begins in 1970, and databases end long before the years that JSON can write.
        Some(at) if at < DateTime::UNIX_EPOCH => Some(("too_early", "must not be before 1970")),
        Some(_) | None => None,
    };
    if let Some((code, detail)) = wrong_time {
        return Err(Problem::invalid(vec![FieldError::at("/published_at", code, detail)]));
    }
    match (fields.id, fields.published_at) {
        (Some(id), _) if id.get_version_num() == 7 => Ok(id),
        (Some(_), _) => {
            let detail = "must be a UUID of version 7, because its time orders lists";
            Err(Problem::invalid(vec![FieldError::at("/id", "not_a_uuid_v7", detail)]))
        }
        (None, Some(at)) => {
            let seconds = u64::try_from(at.timestamp()).unwrap_or(0);
            let time = uuid::Timestamp::from_unix(uuid::NoContext, seconds, at.timestamp_subsec_nanos());
            Ok(Uuid::new_v7(time))
        }
        (None, None) => Ok(Uuid::now_v7()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post() -> State {
        State {
            published: true,
            title: Some("old".into()),
            text: "about #sea".into(),
            tags: vec!["given".into(), "sea".into()],
            ..State::default()
        }
    }

    fn after(json: &str) -> PostBody {
        let edit: EditPost = crate::edge::body::parse(json.as_bytes()).expect("fits");
        edit.body(&post(), None).expect("valid")
    }

    #[test]
    fn what_is_left_out_stays() {
        let same = after("{}");
        assert_eq!(same.title.map(String::from), Some("old".into()));
        assert_eq!(same.text.as_str(), "about #sea");
        assert_eq!(same.tags.to_strings(), ["given", "sea"]);
    }

    #[test]
    fn null_takes_the_title_away() {
        assert_eq!(after(r#"{"title": null}"#).title, None);
    }

    #[test]
    fn tags_of_the_old_text_go_with_it_and_given_ones_stay() {
        assert_eq!(after(r#"{"text": "about #mountains"}"#).tags.to_strings(), ["given", "mountains"]);
        assert_eq!(after(r#"{"tags": ["new"]}"#).tags.to_strings(), ["new", "sea"]);
    }

    #[test]
    fn replacing_needs_every_field() {
        for bad in [
            r#"{"text": "a", "tags": []}"#,
            r#"{"title": null, "tags": []}"#,
            r#"{"title": null, "text": "a"}"#,
        ] {
            assert!(crate::edge::body::parse::<ReplacePost>(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let text = "x".repeat(5_001);
        let refused =
            body(Some(" "), &text, &["ok".into(), "a b".into()], Photos::default(), Visibility::Public)
                .expect_err("three wrong");
        let shown = format!("{refused:?}");
        for pointer in ["/title", "/text", "/tags/1"] {
            assert!(shown.contains(pointer), "{pointer} in {shown}");
        }
    }
}
