//! Whom a person keeps away: nobody, once they are erased.

use crate::personal::{ErasedPerson, TakeBack, TakeBackError};
use domain::blocklist::{Blocklist, BlocklistCommand};
use domain::value::BlocklistId;
use futures::future::BoxFuture;

/// Blocks and mutes end.
pub(super) static TAKE_BACK: &[TakeBack] = &[TakeBack::End(end)];

fn end(person: &ErasedPerson) -> BoxFuture<'_, Result<(), TakeBackError>> {
    Box::pin(async move {
        let (by, id) = (person.id, BlocklistId::of(person.id).0);
        let Blocklist { blocked, muted } = person.state::<Blocklist>(id).await?;
        // One after the other: all are of one stream.
        for user_id in blocked {
            person.execute::<Blocklist>(id, BlocklistCommand::Unblock { by, user_id }).await?;
        }
        for user_id in muted {
            person.execute::<Blocklist>(id, BlocklistCommand::Unmute { by, user_id }).await?;
        }
        Ok(())
    })
}
