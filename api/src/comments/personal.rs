//! The comments of a person, deleted or taken away in an export.

use super::dto;
use crate::app::App;
use crate::personal::{ErasedPerson, Export, ExportError, Exporter, PAGE, TakeBack, TakeBackError};
use domain::comment::{Comment, CommentCommand};
use domain::value::UserId;
use futures::future::BoxFuture;
use projections::comments;

/// The step that deletes comments by name. A comment under an alias is the alias's.
pub(super) static TAKE_BACK: &[TakeBack] = &[TakeBack::Delete { plural: "comments", run: delete }];

/// The files of comments by name, and of those under each alias.
pub(super) static EXPORTS: &[Export] = &[
    Export {
        name: "comments.json",
        korean: "쓴 댓글, 최신순",
        english: "your comments, newest first",
        reads: &["comments"],
        write: by_name,
    },
    Export {
        name: "anonymous_comments.json",
        korean: "익명으로 쓴 댓글",
        english: "comments you wrote anonymously",
        reads: &["comments"],
        write: anonymous,
    },
];

fn delete(person: &ErasedPerson) -> BoxFuture<'_, Result<usize, TakeBackError>> {
    Box::pin(person.delete::<Comment>(CommentCommand::Delete { by: person.id }))
}

fn by_name(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(file.pages(dto::Comment::from, move |after| {
        comments::query::by_author(&app.pool, me, Some(me), after, PAGE)
    }))
}

fn anonymous(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(async move {
        let mut items = file.array().await?;
        for alias in app.vault.aliases.all_of(me).await? {
            items
                .pages(dto::Comment::from, |after| {
                    comments::query::by_author(&app.pool, alias, Some(me), after, PAGE)
                })
                .await?;
        }
        items.end().await
    })
}
