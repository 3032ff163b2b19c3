//! Letters: the reasons for writing to people. Their words are in [`korean`] and [`english`].

mod english;
mod korean;
#[cfg(test)]
mod tests;

use super::Language;
use std::{fmt, time::Duration};

const CODE_VALIDITY: Duration = Duration::from_secs(10 * 60);
const RESET_VALIDITY: Duration = Duration::from_secs(30 * 60);

/// A letter to a person, by mail or SMS.
pub enum Letter {
    /// The letter to a person who signs up with an address, with the code that shows that the address is
    /// theirs.
    SignUpCode {
        /// The code: six digits, good for ten minutes.
        code: String,
    },
    /// The letter to a person with whose address somebody tried to sign up again.
    AlreadyRegistered,
    /// The letter to a person who forgot their password.
    PasswordReset {
        /// The link to the page for a new password; good once, for 30 minutes.
        link: String,
    },
    /// The letter to a person whose password was changed or reset.
    PasswordChanged,
    /// The letter to the address that an account is to have from now on.
    EmailChangeCode {
        /// The code: six digits, good for ten minutes.
        code: String,
    },
    /// The letter to the address that an account had until now.
    EmailChanged,
    /// The letter to a person whose session was ended, because one of its refresh tokens was shown again
    /// after its use.
    SessionsEnded {
        /// The session's device: what its owner would call it, in a few words.
        device: String,
    },
    /// The letter to a phone, with the code that shows whose phone it is; the only letter that goes by SMS.
    PhoneCode {
        /// The code: six digits, good for ten minutes.
        code: String,
    },
    /// The letter to a person whose account now opens with an account at another service.
    SocialLinked {
        /// The other service, as people call it.
        provider: String,
    },
    /// The letter to a person who has left.
    Withdrawn {
        /// The link that brings the person back within 30 days.
        link: String,
    },
    /// The letter to a person whose export can be fetched.
    ExportReady {
        /// The link to the export.
        link: String,
    },
}

/// The channel that a letter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// E-mail, to an address.
    Email,
    /// SMS, to a phone number.
    Sms,
}

/// A letter's words in one language.
pub(super) struct Written {
    /// The subject; empty where the channel has none.
    pub(super) subject: &'static str,
    pub(super) body: String,
}

impl Letter {
    pub(super) fn channel(&self) -> Channel {
        match self {
            Self::PhoneCode { .. } => Channel::Sms,
            Self::SignUpCode { .. }
            | Self::AlreadyRegistered
            | Self::PasswordReset { .. }
            | Self::PasswordChanged
            | Self::EmailChangeCode { .. }
            | Self::EmailChanged
            | Self::SessionsEnded { .. }
            | Self::SocialLinked { .. }
            | Self::Withdrawn { .. }
            | Self::ExportReady { .. } => Channel::Email,
        }
    }

    /// The time for which the letter is of use; none where there is no such time.
    pub(super) fn validity(&self) -> Option<Duration> {
        match self {
            Self::SignUpCode { .. } | Self::EmailChangeCode { .. } | Self::PhoneCode { .. } => {
                Some(CODE_VALIDITY)
            }
            Self::PasswordReset { .. } => Some(RESET_VALIDITY),
            Self::AlreadyRegistered
            | Self::PasswordChanged
            | Self::EmailChanged
            | Self::SessionsEnded { .. }
            | Self::SocialLinked { .. }
            | Self::Withdrawn { .. }
            | Self::ExportReady { .. } => None,
        }
    }

    pub(super) fn write(&self, language: Language) -> Written {
        match language {
            Language::Korean => korean::write(self),
            Language::English => english::write(self),
        }
    }
}

/// The debug output shows the letter's kind only: its content is for its reader.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SignUpCode { .. } => "SignUpCode",
            Self::AlreadyRegistered => "AlreadyRegistered",
            Self::PasswordReset { .. } => "PasswordReset",
            Self::PasswordChanged => "PasswordChanged",
            Self::EmailChangeCode { .. } => "EmailChangeCode",
            Self::EmailChanged => "EmailChanged",
            Self::SessionsEnded { .. } => "SessionsEnded",
            Self::PhoneCode { .. } => "PhoneCode",
            Self::SocialLinked { .. } => "SocialLinked",
            Self::Withdrawn { .. } => "Withdrawn",
            Self::ExportReady { .. } => "ExportReady",
        })
    }
}

impl Channel {
    pub(super) const ALL: [Self; 2] = [Self::Email, Self::Sms];

    /// The channel's name in the table, in metrics and in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}
