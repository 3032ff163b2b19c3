//! An account's private side as JSON. Addresses and numbers have no debug output.

use crate::edge::body::{Fields, given, nullable};
use crate::edge::{FieldError, Problem};
use crate::sign_ups::dto::ChosenLanguage;
use domain::user::{Role, User};
use domain::value::{DisplayName, Invalid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vault::accounts::{ChangeDetails, Details};

const INTERESTS_MAX: usize = 20;
const BIRTH_YEARS: std::ops::RangeInclusive<i16> = 1900..=2100;

/// The private side of an account, which only its owner is shown.
#[derive(Serialize, ToSchema)]
pub struct PrivateAccount {
    /// The e-mail address that letters go to. None for people who were moved here without one.
    #[schema(example = "mina@example.kr")]
    pub email: Option<String>,
    /// The phone number in international form; proved by a code.
    #[schema(example = "+821012345678")]
    pub phone: Option<String>,
    /// The language of letters: `ko` or `en`.
    #[schema(example = "ko")]
    pub language: String,
    /// True if the account has a password to log in with.
    pub has_password: bool,
    /// The year of birth, a year of the common era.
    #[schema(example = 1999)]
    pub birth_year: Option<i16>,
    /// The region, as free text.
    #[schema(example = "서울 마포구")]
    pub region: Option<String>,
    /// The interests: free words, in their order.
    pub interests: Vec<String>,
    /// The roles, for what the person may do beyond what every member may: some of author, moderator,
    /// analyst, admin.
    pub roles: Vec<&'static str>,
}

impl PrivateAccount {
    /// The private account, from what the vault and the log have of a person.
    #[must_use]
    pub fn of(details: Details, user: &User) -> Self {
        let Details { email, phone, language, has_password, birth_year, region, interests } = details;
        let roles = Role::among(&user.roles).map(Role::name).collect();
        Self { email, phone, language, has_password, birth_year, region, interests, roles }
    }
}

/// The details of an account that change; a field that is left out stays, and null takes it away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeAccount {
    /// The language of letters.
    #[serde(default, deserialize_with = "given")]
    language: Option<ChosenLanguage>,
    /// The year of birth, from 1900.
    #[serde(default, deserialize_with = "nullable")]
    birth_year: Option<Option<i16>>,
    /// The region, 1 to 50 characters.
    #[serde(default, deserialize_with = "nullable")]
    region: Option<Option<String>>,
    /// The interests, up to 20 of 1 to 50 characters.
    #[serde(default, deserialize_with = "given")]
    interests: Option<Vec<String>>,
}

/// The e-mail address at which a person wants to be reached.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEmail {
    /// The new address; a code is sent there.
    #[schema(example = "mina@example.kr")]
    pub email: String,
    /// The account's password. Left out by a person who has none.
    #[serde(default)]
    #[schema(format = Password)]
    pub password: Option<String>,
}

/// The phone number at which a person can be called.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPhone {
    /// The number; a code is sent there by SMS. Without country code it is a Korean number.
    #[schema(example = "010-1234-5678")]
    pub phone: String,
}

/// The code that came by mail or SMS.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The code: six digits.
    #[schema(example = "042137")]
    pub code: String,
}

impl ChangeAccount {
    /// Checks every field.
    ///
    /// # Errors
    /// 422 with all fields that are wrong.
    pub fn parse(&self) -> Result<ChangeDetails, Problem> {
        let mut fields = Fields::default();
        let short = |text: &str| DisplayName::parse(text).map(|text| text.to_string());
        let region = match &self.region {
            None => Some(None),
            Some(None) => Some(Some(None)),
            Some(Some(text)) => fields.take("/region", short(text)).map(|text| Some(Some(text))),
        };
        let interests = match &self.interests {
            None => Some(None),
            Some(words) if words.len() > INTERESTS_MAX => {
                fields.refuse("/interests", &Invalid::TooMany { max: INTERESTS_MAX, actual: words.len() });
                None
            }
            Some(words) => fields.take_each("/interests", words, short).map(Some),
        };
        let years = self.birth_year.flatten().is_none_or(|year| BIRTH_YEARS.contains(&year));
        if !years {
            fields.add(FieldError::at("/birth_year", "out_of_range", "must be a year from 1900 to 2100"));
        }
        match (region, interests, years) {
            (Some(region), Some(interests), true) => Ok(ChangeDetails {
                language: self.language.map(Into::into),
                birth_year: self.birth_year,
                region,
                interests,
            }),
            _ => Err(fields.problem()),
        }
    }
}
