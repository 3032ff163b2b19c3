//! A person's likes: taken back when the account is erased, or exported.

use crate::app::App;
use crate::personal::{ErasedPerson, Export, ExportError, Exporter, PAGE, TakeBack, TakeBackError};
use crate::posts::dto::Post;
use domain::Event;
use domain::like::{Like, LikeCommand, LikeEvent};
use domain::value::{LikeId, UserId};
use futures::future::BoxFuture;
use projections::posts;

/// An erased person's likes are taken back: nobody likes who is not there any more.
pub(super) static TAKE_BACK: &[TakeBack] = &[TakeBack::End(unlike)];

/// The posts that the person likes.
pub(super) static EXPORTS: &[Export] = &[Export {
    name: "liked_posts.json",
    korean: "좋아한 글, 최신순",
    english: "posts you liked, newest first",
    reads: &["posts"],
    write: liked_posts,
}];

fn unlike(person: &ErasedPerson) -> BoxFuture<'_, Result<(), TakeBackError>> {
    Box::pin(async move {
        let standing = person.events(include_str!("standing_of.sql")).await?;
        let commands = standing.into_iter().filter_map(|event| {
            let Event::Like(LikeEvent::Liked { user_id, target }) = event else { return None };
            Some((LikeId::of(user_id, target).0, LikeCommand::Unlike { user_id, target }))
        });
        person.execute_all::<Like>(commands.collect()).await
    })
}

fn liked_posts(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(file.pages(
        |post| Post::of(post, app.part()),
        move |after| posts::query::liked_by(&app.pool, me, Some(me), after, PAGE),
    ))
}
