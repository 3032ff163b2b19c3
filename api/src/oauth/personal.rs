//! The export of the accounts elsewhere that a person's account is linked to.

use super::dto::Identity;
use crate::app::App;
use crate::personal::{Export, ExportError, Exporter};
use domain::value::UserId;
use futures::future::BoxFuture;

/// The export of all identities.
pub(super) static EXPORTS: &[Export] = &[Export {
    name: "identities.json",
    korean: "연결한 소셜 로그인",
    english: "logins of other services you linked",
    reads: &[],
    write: identities,
}];

fn identities(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(async move {
        let identities = app.vault.identities.of(me).await?;
        file.one(&identities.into_iter().map(Identity::from).collect::<Vec<_>>()).await
    })
}
