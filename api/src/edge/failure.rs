//! The problems that refusals and failures of the inner crates become. A failure is logged here, once.

use super::problem::{FieldError, Problem};
use axum::http::StatusCode;
use domain::value::MediaId;
use domain::{Decide, Refusal, RefusalKind};
use event_log::event_store::{CommandError, StoreError};
use photos::s3::StorageError;
use std::error::Error;
use vault::identities::{LinkError, UnlinkError};
use vault::oauth::FlowError;
use vault::providers::OAuthError;
use vault::{CodeError, ContactError, ResendError, VaultError};

impl<A: Decide> From<CommandError<A>> for Problem {
    fn from(error: CommandError<A>) -> Self {
        match error {
            CommandError::Refused(refusal) => refused(&refusal),
            CommandError::ClaimTaken { kind } if kind == MediaId::CLAIM => Self::new(
                StatusCode::CONFLICT,
                "media_taken",
                "One of these photos is shown elsewhere, or was removed. Upload it again to show it here.",
            ),
            CommandError::ClaimTaken { kind } => Self::new(
                StatusCode::CONFLICT,
                format!("{kind}_taken"),
                format!("This {kind}, or one that looks like it, is taken. Choose another."),
            )
            .with_errors(vec![FieldError::at(
                format!("/{kind}"),
                "taken",
                "is taken; choose another",
            )]),
            CommandError::VersionMismatch { actual, is_foreign } => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "version_mismatch",
                match is_foreign {
                    true => format!(
                        "`If-Match` has no tag that this server gave: its version is \"{actual}\" now. Send the `ETag` \
                         as it came, in quotes and without `W/`. A proxy that compresses answers changes tags; let it \
                         not compress these."
                    ),
                    false => format!(
                        "It was changed in between: its version is \"{actual}\" by now. Read it again, then repeat."
                    ),
                },
            ),
            CommandError::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "This Idempotency-Key came with another request before. Use a new key for a new request.",
            ),
            CommandError::Contention => Self::new(
                StatusCode::CONFLICT,
                "contention",
                "Too many others change this at the same moment. Repeat the request.",
            )
            .retry_after(1),
            CommandError::Store(error) => error.into(),
        }
    }
}

fn refused(refusal: &impl Refusal) -> Problem {
    let status = match refusal.kind() {
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        RefusalKind::Conflict => StatusCode::CONFLICT,
        RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Problem::new(status, refusal.code(), sentence(&refusal.to_string()))
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Overloaded => overloaded(),
            StoreError::Unavailable(_) => {
                log(&error);
                Self::unavailable(
                    "store_unavailable",
                    "The store can't be reached. Repeat the request in a moment, with the same Idempotency-Key.",
                )
            }
            StoreError::Refused(_) | StoreError::Unreadable(_) => {
                log(&error);
                Self::internal()
            }
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Overloaded => overloaded(),
            VaultError::Unavailable(_) => {
                log(&error);
                Self::unavailable(
                    "store_unavailable",
                    "The store can't be reached. Repeat the request in a moment.",
                )
            }
        }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        log(&error);
        Self::unavailable("storage_unavailable", "Files can't be reached. Repeat the request in a moment.")
    }
}

impl From<CodeError> for Problem {
    fn from(error: CodeError) -> Self {
        match error {
            CodeError::NotFound => Self::not_found(
                "code_not_found",
                "No code was asked for here, or it was long ago, or it has done its work. Begin anew, or log in.",
            ),
            CodeError::Wrong { tries_left } => {
                let detail = format!("is not the one that was sent; {tries_left} tries are left");
                Self::invalid(vec![FieldError::at("/code", "wrong_code", detail)])
            }
            CodeError::Over => Self::new(
                StatusCode::GONE,
                "code_over",
                "This code is too old, or was tried too often. Have another one sent.",
            ),
        }
    }
}

impl From<ResendError> for Problem {
    fn from(error: ResendError) -> Self {
        match error {
            ResendError::NotFound => CodeError::NotFound.into(),
            ResendError::TooSoon { wait } => Self::too_many_attempts(wait),
            ResendError::TooMany => Self::new(
                StatusCode::CONFLICT,
                "too_many_codes",
                "Too many codes were sent already. Check the address, and begin anew.",
            ),
        }
    }
}

impl From<ContactError> for Problem {
    fn from(error: ContactError) -> Self {
        match error {
            ContactError::Code(error) => error.into(),
            ContactError::EmailTaken => email_taken(),
        }
    }
}

impl From<OAuthError> for Problem {
    fn from(error: OAuthError) -> Self {
        match error {
            OAuthError::Overloaded => overloaded(),
            OAuthError::Unavailable(_) => {
                log(&error);
                Self::unavailable(
                    "provider_unavailable",
                    "The other service can't be reached. Try again in a moment, or log in another way.",
                )
            }
            OAuthError::Refused(_) => {
                log(&error);
                Self::new(
                    StatusCode::BAD_GATEWAY,
                    "provider_refused",
                    "The other service did not tell who you are. Begin anew, or log in another way.",
                )
            }
        }
    }
}

impl From<FlowError> for Problem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Over => Self::new(
                StatusCode::GONE,
                "login_over",
                "This login was completed already, or took too long. Begin anew.",
            ),
            FlowError::AnotherBrowser => Self::forbidden(
                "another_browser",
                "This login began in another browser, or its cookie is missing. Begin anew, with cookies.",
            ),
        }
    }
}

impl From<LinkError> for Problem {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::IdentityTaken => Self::new(
                StatusCode::CONFLICT,
                "identity_taken",
                "This login opens another account. Log in with it, or unlink it there first.",
            ),
            LinkError::ProviderLinked => Self::new(
                StatusCode::CONFLICT,
                "provider_linked",
                "The account is linked to another login of this service. Unlink that one first.",
            ),
            LinkError::EmailTaken => email_taken(),
        }
    }
}

impl From<UnlinkError> for Problem {
    fn from(error: UnlinkError) -> Self {
        match error {
            UnlinkError::NotFound => {
                Self::not_found("identity_not_found", "Your account is not linked to this service.")
            }
            UnlinkError::LastLogin => Self::new(
                StatusCode::CONFLICT,
                "last_login",
                "There would be no way to log in any more. Set a password or link another service first.",
            ),
        }
    }
}

/// The problem of an address that another account has, told only to a person who has proved that the address
/// is theirs.
pub fn email_taken() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "email_taken",
        "There is an account with this e-mail address. Log in, or reset its password.",
    )
    .with_errors(vec![FieldError::at("/email", "taken", "belongs to an account")])
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        log(&error);
        if is_passing(&error) {
            Self::unavailable(
                "store_unavailable",
                "The store can't be reached. Repeat the request in a moment.",
            )
        } else if is_of_another_copy(&error) {
            Self::unavailable(
                "read_model_unavailable",
                "What this reads is being rebuilt. Repeat the request in a moment.",
            )
        } else {
            Self::internal()
        }
    }
}

/// SQLSTATE classes of a database that serves nobody just now: no connection, no log-in, no such database
/// (as while one is restored), deadlock, no resources, not ready for it, told to stop, a disk that fails.
const AWAY: [&str; 8] = ["08", "28", "3D", "40", "53", "55", "57", "58"];

/// True if the database as a whole is away, overloaded or restarting, rather than this query wrong.
fn is_passing(error: &sqlx::Error) -> bool {
    let away = matches!(
        error,
        sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
    );
    let code = error.as_database_error().and_then(|error| error.code());
    away || code.is_some_and(|code| AWAY.iter().any(|class| code.starts_with(class)))
}

/// True if the query is for another copy of a read model than the one it met: a rebuilt copy took the place
/// of the old one, or an older release made the copy and this release's is on its way, or none was ever made.
/// Then a schema, a table or a column is missing, or an open one is gone.
pub fn is_of_another_copy(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return false };
    match error.code().as_deref() {
        Some("42P01" | "42703" | "0A000" | "3F000") => true,
        Some("XX000") => error.message().contains("could not open relation"),
        _ => false,
    }
}

fn overloaded() -> Problem {
    Problem::unavailable("overloaded", "Too much is asked at once. Repeat the request in a moment.")
}

fn log(error: &(dyn Error + 'static)) {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::error!(error = chain, "a request failed");
}
