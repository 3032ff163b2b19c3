//! What is told. How it is worded is in [`korean`] and [`english`].

mod english;
mod korean;
#[cfg(test)]
mod tests;

use super::Language;
use std::{fmt, time::Duration};

const CODE_VALIDITY: Duration = Duration::from_secs(10 * 60);
const RESET_VALIDITY: Duration = Duration::from_secs(30 * 60);

/// Something that someone is told by mail or SMS.
pub enum Letter {
    /// To whoever signs up with this address, to show that it is theirs.
    SignUpCode {
        /// Six digits, good for ten minutes.
        code: String,
    },
    /// Someone tried to sign up with this address, which has an account.
    AlreadyRegistered,
    /// To whoever forgot their password.
    PasswordReset {
        /// Good once, for 30 minutes.
        link: String,
    },
    /// The password was changed or reset.
    PasswordChanged,
    /// To the address that an account is to have from now on.
    EmailChangeCode {
        /// Six digits, good for ten minutes.
        code: String,
    },
    /// To the address that an account had until now.
    EmailChanged,
    /// A refresh token was shown again after its use, so its session was ended.
    SessionsEnded {
        /// Whose session: what its owner would call it, in a few words.
        device: String,
    },
    /// To a phone, to show whose it is; the only one that goes by SMS.
    PhoneCode {
        /// Six digits, good for ten minutes.
        code: String,
    },
    /// An account elsewhere now opens this one.
    SocialLinked {
        /// Where that account is, as people call it.
        provider: String,
    },
    /// The account was withdrawn.
    Withdrawn {
        /// Undoes it within 30 days.
        link: String,
    },
    /// Someone's own data can be fetched.
    ExportReady {
        /// Where.
        link: String,
    },
}

/// How a letter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// To an e-mail address.
    Email,
    /// To a phone number.
    Sms,
}

/// A letter in words.
pub(super) struct Written {
    /// Empty where the channel has none.
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

    /// How long it is of use; as long as it takes where there is no such time.
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

/// Its kind only: what is in it is for its reader.
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

    /// As it is in the table, in metrics and in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}
