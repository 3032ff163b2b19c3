//! The export of a person's sessions: where they are logged in.

use super::dto::SessionSeen;
use crate::app::App;
use crate::personal::{Export, ExportError, Exporter};
use domain::value::UserId;
use futures::future::BoxFuture;
use uuid::Uuid;

/// The export of all sessions.
pub(super) static EXPORTS: &[Export] = &[Export {
    name: "sessions.json",
    korean: "로그인한 기기",
    english: "where you are logged in",
    reads: &[],
    write: sessions,
}];

fn sessions(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(async move {
        let sessions = app.vault.sessions.of(me).await?;
        // The export is made in none of these sessions.
        let sessions: Vec<_> =
            sessions.into_iter().map(|session| SessionSeen::of(session, Uuid::nil())).collect();
        file.one(&sessions).await
    })
}
