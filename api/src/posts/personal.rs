//! A person's posts: deleted when the account is erased, or exported.

use super::dto;
use crate::app::App;
use crate::personal::{ErasedPerson, Export, ExportError, Exporter, PAGE, TakeBack, TakeBackError};
use domain::post::{Post, PostCommand};
use domain::value::UserId;
use futures::future::BoxFuture;
use projections::posts;

/// Posts by name are deleted. Posts under an alias belong to the alias, and are not deleted here.
pub(super) static TAKE_BACK: &[TakeBack] = &[TakeBack::Delete { plural: "posts", run: delete }];

/// Posts by name, and those under each alias.
pub(super) static EXPORTS: &[Export] = &[
    Export {
        name: "posts.json",
        korean: "쓴 글, 최신순",
        english: "your posts, newest first",
        reads: &["posts"],
        write: by_name,
    },
    Export {
        name: "anonymous_posts.json",
        korean: "익명으로 쓴 글",
        english: "posts you wrote anonymously",
        reads: &["posts"],
        write: anonymous,
    },
];

fn delete(person: &ErasedPerson) -> BoxFuture<'_, Result<usize, TakeBackError>> {
    Box::pin(person.delete::<Post>(PostCommand::Delete { by: person.id }))
}

fn by_name(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(file.pages(
        |post| dto::Post::of(post, app.part()),
        move |after| posts::query::by_author(&app.pool, me, Some(me), after, PAGE),
    ))
}

fn anonymous(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(async move {
        let mut items = file.array().await?;
        for alias in app.vault.aliases.all_of(me).await? {
            let shown = |post| dto::Post::of(post, app.part());
            items
                .pages(shown, |after| posts::query::by_author(&app.pool, alias, Some(me), after, PAGE))
                .await?;
        }
        items.end().await
    })
}
