//! People as JSON. No secret has a field here.

use crate::edge::body::Fields;
use crate::edge::{FieldError, Problem};
use chrono::{DateTime, Utc};
use domain::user::{User as State, UserCommand};
use domain::value::{Bio, DisplayName, Handle};
use infra::event_store::Answer;
use projections::profiles;
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;
use uuid::Uuid;

const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 8..=128;

/// A person as they are listed and read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Person {
    /// Which.
    pub id: Uuid,
    /// As its owner writes it.
    #[schema(example = "마당쇠")]
    pub handle: String,
    /// Free text.
    #[schema(example = "Mina Kim")]
    pub display_name: String,
    /// What they say of themself; may be empty.
    pub bio: String,
    /// Shown on the profile, in order.
    pub links: Vec<String>,
    /// How many follow them.
    pub follower_count: i64,
    /// How many they follow.
    pub following_count: i64,
    /// How many posts they have.
    pub post_count: i64,
    /// Whether the caller follows them.
    pub followed_by_me: bool,
    /// Whether they follow the caller.
    pub follows_me: bool,
    /// When they registered.
    pub created_at: DateTime<Utc>,
}

impl From<profiles::Person> for Person {
    fn from(person: profiles::Person) -> Self {
        Self {
            id: person.id.0,
            handle: person.handle,
            display_name: person.display_name,
            bio: person.bio,
            links: person.links,
            follower_count: person.follower_count,
            following_count: person.following_count,
            post_count: person.post_count,
            followed_by_me: person.followed_by_me,
            follows_me: person.follows_me,
            created_at: person.created_at,
        }
    }
}

impl Person {
    /// A person right after they registered: they know nobody yet.
    #[must_use]
    pub fn registered(answer: Answer<State>) -> Self {
        Self {
            id: answer.id,
            handle: answer.state.handle,
            display_name: answer.state.display_name,
            bio: answer.state.bio,
            links: answer.state.links,
            follower_count: 0,
            following_count: 0,
            post_count: 0,
            followed_by_me: false,
            follows_me: false,
            created_at: answer.created_at,
        }
    }
}

/// A person's own account, without what others have done to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    /// Which person.
    pub id: Uuid,
    /// As its owner writes it.
    #[schema(example = "마당쇠")]
    pub handle: String,
    /// Free text.
    #[schema(example = "Mina Kim")]
    pub display_name: String,
    /// What they say of themself; may be empty.
    pub bio: String,
    /// Shown on the profile, in order.
    pub links: Vec<String>,
    /// When they registered.
    pub created_at: DateTime<Utc>,
}

impl Account {
    /// An account as its aggregate has it.
    #[must_use]
    pub fn of(id: Uuid, user: State, created_at: DateTime<Utc>) -> Self {
        let State { handle, display_name, bio, links, registered: _, deactivated: _ } = user;
        Self { id, handle, display_name, bio, links, created_at }
    }
}

impl From<Answer<State>> for Account {
    fn from(answer: Answer<State>) -> Self {
        Self::of(answer.id, answer.state, answer.created_at)
    }
}

/// A new member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterUser {
    /// 2 to 20 letters, digits or `_`, Hangul included. Unique, whatever its case and look-alikes.
    #[schema(example = "마당쇠")]
    handle: String,
    /// 1 to 50 characters.
    #[schema(example = "Mina Kim")]
    display_name: String,
    /// Up to 500 characters.
    #[serde(default)]
    bio: String,
    /// 8 to 128 characters. Only operators may leave it out.
    #[serde(default)]
    #[schema(format = Password, example = "correct horse battery")]
    password: Option<String>,
    /// For operators who move people from another service.
    #[serde(default)]
    id: Option<Uuid>,
}

impl fmt::Debug for RegisterUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisterUser").field("handle", &self.handle).finish_non_exhaustive()
    }
}

/// A registration whose form is right.
pub struct Registration {
    /// Of the person to be.
    pub id: Uuid,
    /// For the vault only.
    pub password: Option<String>,
    /// Unique form of the handle.
    pub handle_key: String,
    /// For the log.
    pub command: UserCommand,
}

impl RegisterUser {
    /// Checks every field.
    ///
    /// # Errors
    /// 403 if a field is for operators only; 422 with all that is wrong.
    pub fn parse(&self, by_operator: bool) -> Result<Registration, Problem> {
        if self.id.is_some() && !by_operator {
            return Err(Problem::forbidden("operators_only", "Only operators may send `id`."));
        }
        let mut fields = Fields::default();
        let handle = fields.take("/handle", Handle::parse(&self.handle));
        let display_name = fields.take("/display_name", DisplayName::parse(&self.display_name));
        let bio = fields.take("/bio", Bio::parse(&self.bio));
        let password = self.password.clone();
        let password_error = match password.as_deref().map(|password| password.chars().count()) {
            None if by_operator => None,
            None => Some(("missing_field", "is missing; send it")),
            Some(length) if length < *PASSWORD_LENGTH.start() => {
                Some(("too_short", "must have at least 8 characters"))
            }
            Some(length) if length > *PASSWORD_LENGTH.end() => {
                Some(("too_long", "must have at most 128 characters"))
            }
            Some(_) => None,
        };
        if let Some((code, detail)) = password_error {
            fields.add(FieldError::at("/password", code, detail));
        }
        match (handle, display_name, bio, password_error) {
            (Some(handle), Some(display_name), Some(bio), None) => Ok(Registration {
                id: self.id.unwrap_or_else(Uuid::now_v7),
                password,
                handle_key: handle.key(),
                command: UserCommand::Register { handle, display_name, bio },
            }),
            _ => Err(fields.problem()),
        }
    }
}

/// Whether this can be a password at all.
#[must_use]
pub fn is_password_length(password: &str) -> bool {
    password.len() <= 4 * PASSWORD_LENGTH.end() && PASSWORD_LENGTH.contains(&password.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(json: &str) -> RegisterUser {
        crate::edge::body::parse(json.as_bytes()).expect("fits")
    }

    #[test]
    fn every_wrong_field_of_a_form_is_named_at_once() {
        let form = form(r#"{"handle": "a b", "display_name": " ", "password": "short"}"#);
        let refused = form.parse(false).map(|_| ()).expect_err("three wrong");
        assert_eq!(refused.status(), 422);
        let shown = format!("{refused:?}");
        for pointer in ["/handle", "/display_name", "/password"] {
            assert!(shown.contains(pointer), "{pointer} in {shown}");
        }
    }

    #[test]
    fn only_operators_choose_ids_and_leave_passwords_out() {
        let json =
            r#"{"handle": "mina", "display_name": "Mina", "id": "0198a2f0-0000-7000-8000-000000000001"}"#;
        assert_eq!(form(json).parse(false).map(|_| ()).expect_err("refused").status(), 403);
        assert!(form(json).parse(true).is_ok());
    }

    #[test]
    fn a_password_is_not_in_debug_output() {
        let form = form(r#"{"handle": "mina", "display_name": "Mina", "password": "secret-words"}"#);
        assert!(!format!("{form:?}").contains("secret"));
    }
}
