//! The part of an account that a person takes away in an export.

use super::dto::PrivateAccount;
use crate::app::App;
use crate::personal::{Export, ExportError, Exporter};
use domain::user::User;
use domain::value::UserId;
use futures::future::BoxFuture;

/// The file of what only the person themself is shown.
pub(super) static EXPORTS: &[Export] = &[Export {
    name: "account.json",
    korean: "계정의 비공개 정보",
    english: "the private side of your account",
    reads: &[],
    write: account,
}];

fn account(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(async move {
        let user = app.executor.load::<User>(me.0).await?;
        let details = app.vault.accounts.details(me).await?;
        file.one(&PrivateAccount::of(details, &user)).await
    })
}
