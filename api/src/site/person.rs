//! A person's page: their profile and their posts.

use super::linked::linked;
use super::page::{self, Frame, summary};
use super::visit::Visit;
use super::{address, writer::Writer};
use crate::app::App;
use crate::edge::path::HandleKey;
use crate::edge::{Problem, cursor};
use crate::posts::dto::{Post, Visibility};
use crate::users::dto::Person;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::value::PostId;
use form_urlencoded::parse;
use projections::Page;
use projections::posts::query;

const POSTS: usize = 20;
const LIST: &str = "posts_of_user";

#[derive(Template)]
#[template(path = "site/templates/person.html")]
struct PersonPage {
    frame: Frame,
    person: Person,
    bio: String,
    is_open: bool,
    posts: Vec<(Post, Writer, String)>,
    next: Option<String>,
}

pub(super) async fn person(
    State(app): State<App>,
    handle: Result<HandleKey, Problem>,
    visit: Visit,
) -> Response {
    let shown = match handle {
        Ok(handle) => shown(&app, &visit, handle).await,
        Err(problem) => Err(problem),
    };
    match shown {
        Ok(shown) => page::answer(&app, StatusCode::OK, &shown),
        Err(problem) => page::failed(&app, &visit, &problem),
    }
}

async fn shown(app: &App, visit: &Visit, handle: HandleKey) -> Result<PersonPage, Problem> {
    let (reader, text) = (&visit.reader, visit.text());
    let viewer = reader.viewer();
    let fresh = reader.see(app, &["profiles", "posts"]).await;
    let person = handle.profile(app, reader, &fresh).await?;
    let is_open = person.is_open_to(viewer);
    let query_string = visit.uri.query().unwrap_or_default();
    let after = parse(query_string.as_bytes()).find(|(name, value)| name == "cursor" && !value.is_empty());
    let after: Option<PostId> = after.map(|(_, value)| cursor::read(LIST, &value)).transpose()?;
    let page = match is_open {
        true => app.read(|| query::by_author(&app.reads, person.id, viewer, after, POSTS)).await?,
        false => Page::nothing(),
    };
    let person = Person::from(person);
    let address = address::person(&person.handle);
    let next = page.next.map(|after| format!("{address}?cursor={}", cursor::write(LIST, &after)));
    let posts = page.items.into_iter().map(|post| {
        let post = Post::of(post, app.part());
        let writer = Writer::of(post.author.as_ref(), post.alias.as_ref(), text);
        let beginning = summary(&post.text);
        (post, writer, beginning)
    });
    let title = format!("{} (@{})", person.display_name, person.handle);
    let mut frame = Frame::of(app, visit, &address, &title);
    frame.kind = "profile";
    if !person.bio.is_empty() {
        frame.description = summary(&person.bio);
    }
    frame.image = Some(format!("{}{}", app.settings.public_url, person.avatar_url));
    Ok(PersonPage { frame, bio: linked(&person.bio), is_open, posts: posts.collect(), next, person })
}
