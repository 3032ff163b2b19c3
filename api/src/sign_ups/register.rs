//! Registration: turns a person whose details are in the vault into a member, in the same way however the
//! details were proved.

use crate::app::App;
use crate::edge::member::Visitor;
use crate::edge::{Committed, Problem, cookies, facts};
use crate::sessions::dto::Session;
use crate::users::HandleQueue;
use crate::users::dto::{Account, location};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::user::{User, UserCommand};
use domain::value::{Bio, DisplayName, Handle, UserId};
use event_log::event_store::{CommandError, Envelope};

/// A person about to become a member.
pub struct Newcomer {
    /// The person's id, the same each time they try.
    pub user: UserId,
    /// The handle, claimed by the event.
    pub handle: Handle,
    /// The display name: free text.
    pub display_name: DisplayName,
    /// True if the session is kept in cookies.
    pub use_cookies: bool,
}

/// Makes the person a member and logs them in. `pending` keeps in the vault the proof by which they log in,
/// under the id that it gives back. `pending` comes first: a person whose way to log in was lost in between
/// could never log in.
///
/// # Errors
/// The error that the handle is taken, or that of `pending`.
pub async fn register(
    app: &App,
    newcomer: Newcomer,
    pending: impl Future<Output = Result<UserId, Problem>>,
    from: &Visitor,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let Newcomer { user, handle, display_name, use_cookies } = newcomer;
    let accounts = &app.vault.accounts;
    let _turn = app.part::<HandleQueue>().turn(&handle.key()).await;
    facts::handle_must_be_free(app, &handle.key(), Some(user.0)).await?;
    let user = pending.await?;
    let Ok(bio) = Bio::parse("") else { return Err(Problem::internal()) };
    let envelope = Envelope::plain(None, false, from.correlation_id);
    let command = UserCommand::Register { handle, display_name, bio };
    let answer = match app.executor.execute::<User>(user.0, command, &envelope).await {
        Ok(answer) => answer,
        Err(refused) => {
            if matches!(refused, CommandError::ClaimTaken { .. }) {
                accounts.delete_pending(user).await?;
            }
            return Err(refused.into());
        }
    };
    accounts.activate(user).await?;
    app.written.note(user, answer.position);
    let opened = app.vault.sessions.open(user, &from.device).await?;
    let committed = Committed::of(headers, answer.position);
    let (location, version) = (location(&answer.state.handle), answer.version);
    let session = Session::of(&opened, Account::from(answer), use_cookies);
    let mut response = committed.created(&location, version, session);
    if use_cookies {
        cookies::give(response.headers_mut(), &opened);
    }
    Ok(response)
}
