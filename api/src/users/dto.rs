//! People as JSON. No field of an answer holds a secret.

use crate::edge::body::Fields;
use crate::edge::{FieldError, Problem};
use crate::edge::{avatar_path, banner_path};
use chrono::{DateTime, Utc};
use domain::user::{User as State, UserCommand};
use domain::value::{Bio, DisplayName, Handle};
use event_log::event_store::Answer;
use projections::profiles;
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;
use uuid::Uuid;
use vault::{Email, password_length};

const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 8..=128;

/// A person as they are listed and read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Person {
    /// The person's id.
    pub id: Uuid,
    /// The handle, as its owner writes it.
    #[schema(example = "마당쇠")]
    pub handle: String,
    /// The display name: free text.
    #[schema(example = "Mina Kim")]
    pub display_name: String,
    /// The person's text about themself; may be empty.
    pub bio: String,
    /// The links on the profile, in order.
    pub links: Vec<String>,
    /// The address of the photo beside the person's name, or of a drawing that stands for it.
    #[schema(example = "/v1/users/mina/avatar")]
    pub avatar_url: String,
    /// The address of the photo over the person's profile, or of a drawing that stands for it.
    #[schema(example = "/v1/users/mina/banner")]
    pub banner_url: String,
    /// True if the person decides who follows them; only followers see what they publish, and who follows
    /// them.
    pub private: bool,
    /// The number of people who follow this person.
    pub follower_count: i64,
    /// The number of people whom this person follows.
    pub following_count: i64,
    /// The number of the person's posts.
    pub post_count: i64,
    /// True if the caller follows the person.
    pub followed_by_me: bool,
    /// True if the person follows the caller.
    pub follows_me: bool,
    /// True if the caller has asked to follow the person and was not answered yet.
    pub follow_requested_by_me: bool,
    /// True if the caller blocks the person.
    pub blocked_by_me: bool,
    /// True if the caller mutes the person.
    pub muted_by_me: bool,
    /// The time of the registration.
    pub created_at: DateTime<Utc>,
}

impl From<profiles::Person> for Person {
    fn from(person: profiles::Person) -> Self {
        Self {
            id: person.id.0,
            avatar_url: avatar_path(&person.handle),
            banner_url: banner_path(&person.handle),
            handle: person.handle,
            display_name: person.display_name,
            bio: person.bio,
            links: person.links,
            private: person.private,
            follower_count: person.follower_count,
            following_count: person.following_count,
            post_count: person.post_count,
            followed_by_me: person.followed_by_me,
            follows_me: person.follows_me,
            follow_requested_by_me: person.follow_requested_by_me,
            blocked_by_me: person.blocked_by_me,
            muted_by_me: person.muted_by_me,
            created_at: person.created_at,
        }
    }
}

impl Person {
    /// Makes the JSON of a person right after they registered: they know nobody yet.
    #[must_use]
    pub fn registered(answer: Answer<State>) -> Self {
        Self {
            id: answer.id,
            avatar_url: avatar_path(&answer.state.handle),
            banner_url: banner_path(&answer.state.handle),
            handle: answer.state.handle,
            display_name: answer.state.display_name,
            bio: answer.state.bio,
            links: answer.state.links,
            private: false,
            follower_count: 0,
            following_count: 0,
            post_count: 0,
            followed_by_me: false,
            follows_me: false,
            follow_requested_by_me: false,
            blocked_by_me: false,
            muted_by_me: false,
            created_at: answer.created_at,
        }
    }
}

/// A person's own account, without what others have done to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    /// The person's id.
    pub id: Uuid,
    /// The handle, as its owner writes it.
    #[schema(example = "마당쇠")]
    pub handle: String,
    /// The display name: free text.
    #[schema(example = "Mina Kim")]
    pub display_name: String,
    /// The person's text about themself; may be empty.
    pub bio: String,
    /// The links on the profile, in order.
    pub links: Vec<String>,
    /// True if the person decides who follows them.
    pub private: bool,
    /// The time of the registration.
    pub created_at: DateTime<Utc>,
}

impl Account {
    /// Makes the JSON of an account from its aggregate's state.
    #[must_use]
    pub fn of(id: Uuid, user: State, created_at: DateTime<Utc>) -> Self {
        let State {
            handle,
            display_name,
            bio,
            links,
            registered: _,
            deactivated: _,
            erased: _,
            roles: _,
            avatar_media_id: _,
            banner_media_id: _,
            pinned_post_ids: _,
            private,
        } = user;
        Self { id, handle, display_name, bio, links, private, created_at }
    }
}

impl From<Answer<State>> for Account {
    fn from(answer: Answer<State>) -> Self {
        Self::of(answer.id, answer.state, answer.created_at)
    }
}

/// A person who is moved here from another service.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterUser {
    /// The handle: 2 to 20 letters, digits or `_`, Hangul included. Unique, whatever its case and
    /// look-alikes.
    #[schema(example = "마당쇠")]
    handle: String,
    /// The display name: 1 to 50 characters.
    #[schema(example = "Mina Kim")]
    display_name: String,
    /// The bio: up to 500 characters.
    #[serde(default)]
    bio: String,
    /// The e-mail address, proved to be the person's at the other service.
    #[serde(default)]
    #[schema(example = "mina@example.kr")]
    email: Option<String>,
    /// The password: 8 to 128 characters. A person without one can't log in before they have reset it by
    /// mail.
    #[serde(default)]
    #[schema(format = Password, example = "correct horse battery")]
    password: Option<String>,
    /// The person's id, of the operator's choice; needed where an address comes with an Idempotency-Key.
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
    /// The id of the person to be.
    pub id: Uuid,
    /// The e-mail address, for the vault only.
    pub email: Option<Email>,
    /// The password, for the vault only.
    pub password: Option<String>,
    /// The unique form of the handle.
    pub handle_key: String,
    /// The command, for the log.
    pub command: UserCommand,
}

impl RegisterUser {
    /// Checks every field.
    ///
    /// # Errors
    /// 422 with all that is wrong.
    pub fn parse(&self, may_be_repeated: bool) -> Result<Registration, Problem> {
        let mut fields = Fields::default();
        if may_be_repeated && self.email.is_some() && self.id.is_none() {
            let detail =
                "is needed with an Idempotency-Key, so that a repeat has the address of the same person";
            fields.add(FieldError::at("/id", "missing_field", detail));
            return Err(fields.problem());
        }
        let handle = fields.take("/handle", Handle::parse(&self.handle));
        let display_name = fields.take("/display_name", DisplayName::parse(&self.display_name));
        let bio = fields.take("/bio", Bio::parse(&self.bio));
        let email = match &self.email {
            None => Some(None),
            Some(text) => fields.take("/email", Email::parse(text)).map(Some),
        };
        let password = self.password.clone();
        let fits = password
            .as_deref()
            .is_none_or(|password| note_password_length(&mut fields, "/password", password));
        match (handle, display_name, bio, email, fits) {
            (Some(handle), Some(display_name), Some(bio), Some(email), true) => Ok(Registration {
                id: self.id.unwrap_or_else(Uuid::now_v7),
                email,
                password,
                handle_key: handle.key(),
                command: UserCommand::Register { handle, display_name, bio },
            }),
            _ => Err(fields.problem()),
        }
    }
}

/// Adds an error if this can be no new password; returns whether it can. The rule is not for logins: a person
/// whose password is of an earlier rule must get in, too.
pub fn note_password_length(fields: &mut Fields, pointer: &str, password: &str) -> bool {
    let length = password_length(password);
    let (code, detail) = match length {
        _ if length < *PASSWORD_LENGTH.start() => ("too_short", "must have at least 8 characters"),
        _ if length > *PASSWORD_LENGTH.end() => ("too_long", "must have at most 128 characters"),
        _ => return true,
    };
    fields.add(FieldError::at(pointer, code, detail));
    false
}

/// Checks the length of a password where no other field can be wrong.
///
/// # Errors
/// 422 if the password is too short or too long.
pub fn check_password_length(mut fields: Fields, pointer: &str, password: &str) -> Result<(), Problem> {
    match note_password_length(&mut fields, pointer, password) {
        true => Ok(()),
        false => Err(fields.problem()),
    }
}

/// Returns the path at which the profile of this handle is read.
#[must_use]
pub fn location(handle: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let encoded: String = handle
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    format!("/v1/users/{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(json: &str) -> RegisterUser {
        crate::edge::body::parse(json.as_bytes()).expect("fits")
    }

    #[test]
    fn every_wrong_field_of_a_form_is_named_at_once() {
        let form = form(r#"{"handle": "a b", "display_name": " ", "email": "mina", "password": "short"}"#);
        let refused = form.parse(false).map(|_| ()).expect_err("four wrong");
        assert_eq!(refused.status(), 422);
        let shown = format!("{refused:?}");
        for pointer in ["/handle", "/display_name", "/email", "/password"] {
            assert!(shown.contains(pointer), "{pointer} in {shown}");
        }
    }

    #[test]
    fn a_password_is_not_in_debug_output() {
        let form = form(r#"{"handle": "mina", "display_name": "Mina", "password": "secret-words"}"#);
        assert!(!format!("{form:?}").contains("secret"));
    }

    #[test]
    fn a_handle_of_any_letters_can_stand_in_a_location() {
        assert_eq!(location("mina_92"), "/v1/users/mina_92");
        assert_eq!(location("가a"), "/v1/users/%EA%B0%80a");
    }
}
