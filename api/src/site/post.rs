//! A post's page: the whole post, with its comments.

use super::address;
use super::linked::linked;
use super::page::{self, Frame, summary};
use super::visit::Visit;
use super::writer::Writer;
use crate::app::App;
use crate::comments::{self, dto::Comment};
use crate::edge::Problem;
use crate::edge::path::{Id, InPath};
use crate::posts::dto::{Post, Visibility};
use crate::posts::mine;
use crate::posts::routes::note_look;
use crate::search::similar;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::value::PostId;
use projections::comments::query as threads;
use projections::posts::query;
use uuid::Uuid;

/// The number of threads that are shown; the rest is for the clients that people write with.
const THREADS: usize = 50;
const SIMILAR: usize = 5;

#[derive(Template)]
#[template(path = "site/templates/post.html")]
struct PostPage {
    frame: Frame,
    post: Post,
    writer: Writer,
    html: String,
    comments: Vec<(Comment, Writer, String)>,
    /// The similar posts, each with its title or the beginning of its text.
    similar: Vec<(Uuid, String)>,
}

pub(super) async fn post(State(app): State<App>, id: Result<Id<PostId>, Problem>, visit: Visit) -> Response {
    let shown = match id {
        Ok(Id(id)) => shown(&app, &visit, id).await,
        Err(problem) => Err(problem),
    };
    match shown {
        Ok(shown) => page::answer(&app, StatusCode::OK, &shown),
        Err(problem) => page::failed(&app, &visit, &problem),
    }
}

async fn shown(app: &App, visit: &Visit, id: PostId) -> Result<PostPage, Problem> {
    let (reader, text) = (&visit.reader, visit.text());
    let viewer = reader.viewer();
    let fresh = reader.see(app, &["posts", "comments"]).await;
    let Some(post) = app.read(|| query::by_id(&app.reads, id, viewer)).await? else {
        return Err(fresh.not_found(PostId::NOT_FOUND.0, PostId::NOT_FOUND.1));
    };
    note_look(app, &post, reader);
    let mut post = Post::of(post, app.part());
    mine::mark_posts(app, reader, std::slice::from_mut(&mut post)).await?;
    let page = app.read(|| threads::of_post(&app.reads, id, viewer, None, THREADS)).await?;
    let comments = comments::shown(app, reader, page).await?.items;

    let writer = Writer::of(post.author.as_ref(), post.alias.as_ref(), text);
    let title = post.title.clone().unwrap_or_else(|| format!("{}: {}", writer.name, summary(&post.text)));
    let mut frame = Frame::of(app, visit, &format!("/posts/{}", post.id), &title);
    frame.kind = "article";
    frame.description = summary(&post.text);
    frame.image = post.photos.first().map(|photo| photo.urls.w1280.clone());
    // Similar posts are only an offer, so they may be missing.
    let similar = similar::first(app, reader, id, SIMILAR).await.unwrap_or_default();
    let called = |post: Post| (post.id, post.title.unwrap_or_else(|| summary(&post.text)));
    let similar = similar.into_iter().map(called).collect();
    let comments = comments.into_iter().map(|comment| {
        let writer = Writer::of(comment.author.as_ref(), comment.alias.as_ref(), text);
        let html = comment.text.as_deref().map(linked).unwrap_or_default();
        (comment, writer, html)
    });
    Ok(PostPage { frame, html: linked(&post.text), comments: comments.collect(), similar, writer, post })
}
