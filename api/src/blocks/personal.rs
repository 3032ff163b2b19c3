//! The blocks and mutes of a person: none, once the person is erased.

use crate::personal::{ErasedPerson, TakeBack, TakeBackError};
use domain::blocklist::{Blocklist, BlocklistCommand};
use domain::value::BlocklistId;
use futures::future::BoxFuture;

/// The step that ends a person's blocks and mutes.
pub(super) static TAKE_BACK: &[TakeBack] = &[TakeBack::End(end)];

fn end(person: &ErasedPerson) -> BoxFuture<'_, Result<(), TakeBackError>> {
    Box::pin(async move {
        let (by, id) = (person.id, BlocklistId::of(person.id).0);
        let Blocklist { blocked, muted } = person.state::<Blocklist>(id).await?;
        // The commands run one after the other: all are of one stream.
        for user_id in blocked {
            person.execute::<Blocklist>(id, BlocklistCommand::Unblock { by, user_id }).await?;
        }
        for user_id in muted {
            person.execute::<Blocklist>(id, BlocklistCommand::Unmute { by, user_id }).await?;
        }
        Ok(())
    })
}
