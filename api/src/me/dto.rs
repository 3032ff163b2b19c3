//! Changes to one's own account as JSON.

use crate::edge::Problem;
use crate::edge::body::{Fields, given};
use domain::user::UserCommand;
use domain::value::{Bio, DisplayName, Handle, Invalid, Link, Links};
use serde::Deserialize;
use utoipa::ToSchema;

/// All that an account's profile says from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceMe {
    /// The handle: 2 to 20 letters, digits or `_`, Hangul included. Unique, whatever its case and
    /// look-alikes.
    handle: String,
    /// The display name: 1 to 50 characters.
    display_name: String,
    /// The bio: up to 500 characters; may be empty.
    bio: String,
    /// Up to 5 addresses that begin with http:// or https://.
    links: Vec<String>,
}

/// The fields of an account to change; a field that is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMe {
    /// The handle: 2 to 20 letters, digits or `_`, Hangul included. Unique, whatever its case and
    /// look-alikes.
    #[serde(default, deserialize_with = "given")]
    handle: Option<String>,
    /// The display name: 1 to 50 characters.
    #[serde(default, deserialize_with = "given")]
    display_name: Option<String>,
    /// The bio: up to 500 characters; may be empty.
    #[serde(default, deserialize_with = "given")]
    bio: Option<String>,
    /// Up to 5 addresses that begin with http:// or https://.
    #[serde(default, deserialize_with = "given")]
    links: Option<Vec<String>>,
}

/// The choice of who may follow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPrivacy {
    /// True if the caller decides who follows them.
    pub private: bool,
}

/// A change as the commands that carry it out, in this order.
#[derive(Debug, Default)]
pub struct ChangeMeCommands {
    /// The change of the handle, which others may have.
    pub handle: Option<UserCommand>,
    /// The change of all else.
    pub profile: Option<UserCommand>,
}

impl From<ReplaceMe> for ChangeMe {
    fn from(all: ReplaceMe) -> Self {
        Self {
            handle: Some(all.handle),
            display_name: Some(all.display_name),
            bio: Some(all.bio),
            links: Some(all.links),
        }
    }
}

impl ChangeMe {
    /// Checks every field.
    ///
    /// # Errors
    /// 422 with all that is wrong.
    pub fn parse(&self) -> Result<ChangeMeCommands, Problem> {
        let mut fields = Fields::default();
        let handle = given_field(&mut fields, "/handle", self.handle.as_deref(), Handle::parse);
        let display_name =
            given_field(&mut fields, "/display_name", self.display_name.as_deref(), DisplayName::parse);
        let bio = given_field(&mut fields, "/bio", self.bio.as_deref(), Bio::parse);
        let links = match &self.links {
            None => Some(None),
            Some(links) => {
                let links = fields.take_each("/links", links, Link::parse);
                links.and_then(|links| fields.take("/links", Links::new(links))).map(Some)
            }
        };
        let (Some(handle), Some(display_name), Some(bio), Some(links)) = (handle, display_name, bio, links)
        else {
            return Err(fields.problem());
        };
        let handle = handle.map(|handle| UserCommand::ChangeHandle { handle });
        let touches_profile = display_name.is_some() || bio.is_some() || links.is_some();
        // A change of nothing is a command, too: it answers with the account as it is.
        let profile = (touches_profile || handle.is_none()).then_some(UserCommand::ChangeProfile {
            display_name,
            bio,
            links,
        });
        Ok(ChangeMeCommands { handle, profile })
    }
}

/// Parses a field: `None` if the input is wrong, `Some(None)` if it was not given.
#[allow(clippy::option_option)]
fn given_field<T>(
    fields: &mut Fields,
    pointer: &str,
    input: Option<&str>,
    parse: impl Fn(&str) -> Result<T, Invalid>,
) -> Option<Option<T>> {
    match input {
        None => Some(None),
        Some(input) => fields.take(pointer, parse(input)).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(json: &str) -> Result<ChangeMeCommands, u16> {
        let change: ChangeMe = crate::edge::body::parse(json.as_bytes()).expect("fits");
        change.parse().map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn handle_and_profile_are_changed_by_a_command_each() {
        let both = change(r#"{"handle": "mina", "bio": ""}"#).expect("valid");
        assert!(both.handle.is_some() && both.profile.is_some());
        let handle = change(r#"{"handle": "mina"}"#).expect("valid");
        assert!(handle.handle.is_some() && handle.profile.is_none());
        let nothing = change("{}").expect("valid");
        assert!(nothing.handle.is_none() && nothing.profile.is_some());
    }

    #[test]
    fn links_are_checked_one_by_one() {
        assert_eq!(change(r#"{"links": ["https://a.kr", "javascript:1"]}"#).map(|_| ()), Err(422));
        assert!(change(r#"{"links": []}"#).is_ok());
    }
}
