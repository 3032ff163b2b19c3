//! Sign-ups as JSON. A type that holds a secret has no debug output.

use crate::edge::{Fields, Problem};
use crate::users::dto::note_password_length;
use domain::value::{DisplayName, Handle};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vault::mail::{Language, UnknownLanguage};
use vault::sign_ups::NewSignUp;
use vault::{CodeSent, Email};

/// The form of a person who wants to become a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    /// The person's e-mail address, as a code sent there proves.
    #[schema(example = "mina@example.kr")]
    email: String,
    /// The password: 8 to 128 characters.
    #[schema(format = Password, example = "correct horse battery")]
    password: String,
    /// The handle: 2 to 20 letters, digits or `_`, Hangul included. Unique, whatever its case and
    /// look-alikes.
    #[schema(example = "마당쇠")]
    handle: String,
    /// The display name: 1 to 50 characters.
    #[schema(example = "Mina Kim")]
    display_name: String,
    /// The language in which letters are written. Without it `Accept-Language` counts.
    #[serde(default)]
    pub language: Option<ChosenLanguage>,
}

/// A language that letters are written in.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
// The type is read through a string, so that a text that is no language is refused as any other wrong field.
#[serde(try_from = "String")]
#[schema(rename_all = "lowercase")]
pub enum ChosenLanguage {
    /// Korean.
    Ko,
    /// English.
    En,
}

impl From<ChosenLanguage> for Language {
    fn from(chosen: ChosenLanguage) -> Self {
        match chosen {
            ChosenLanguage::Ko => Self::Korean,
            ChosenLanguage::En => Self::English,
        }
    }
}

impl TryFrom<String> for ChosenLanguage {
    type Error = UnknownLanguage;

    fn try_from(text: String) -> Result<Self, UnknownLanguage> {
        text.parse().map(|language| match language {
            Language::Korean => Self::Ko,
            Language::English => Self::En,
        })
    }
}

/// A sign-up under way.
#[derive(Serialize, ToSchema)]
pub struct SignUpStarted {
    /// The sign-up's id, for the confirmation, together with the code.
    pub id: Uuid,
    /// How long the code is good for.
    pub code_expires_in_seconds: u64,
    /// When another code can be sent.
    pub resend_after_seconds: u64,
}

impl From<CodeSent> for SignUpStarted {
    fn from(sent: CodeSent) -> Self {
        let CodeSent { id, good_for, resend_after } = sent;
        Self { id, code_expires_in_seconds: good_for.as_secs(), resend_after_seconds: resend_after.as_secs() }
    }
}

/// The proof of the address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The six digits of the letter.
    #[schema(example = "042137")]
    pub code: String,
    /// Another handle, if the one typed first was taken meanwhile.
    #[serde(default)]
    pub handle: Option<String>,
    /// True to put the tokens into cookies, for browsers; needs the header `Madang-CSRF: 1`.
    #[serde(default)]
    pub use_cookies: bool,
}

impl SignUp {
    /// Checks every field.
    ///
    /// # Errors
    /// 422 with all that is wrong.
    pub fn parse(&self, language: Language) -> Result<(NewSignUp, Handle), Problem> {
        let mut fields = Fields::default();
        let email = fields.take("/email", Email::parse(&self.email));
        let fits = note_password_length(&mut fields, "/password", &self.password);
        let handle = fields.take("/handle", Handle::parse(&self.handle));
        let display_name = fields.take("/display_name", DisplayName::parse(&self.display_name));
        let (Some(email), true, Some(handle), Some(display_name)) = (email, fits, handle, display_name)
        else {
            return Err(fields.problem());
        };
        let new = NewSignUp {
            email,
            password: self.password.clone(),
            handle: handle.to_string(),
            display_name: display_name.to_string(),
            language,
        };
        Ok((new, handle))
    }
}
