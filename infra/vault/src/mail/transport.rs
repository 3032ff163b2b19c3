//! Transports: how letters leave.

mod sms;
mod smtp;

use super::Channel;
use super::queue::Waiting;
use service::settings::Settings;
use sms::Sms;
use smtp::Smtp;

/// The transport of one channel.
pub(super) enum Transport {
    Smtp(Smtp),
    Sms(Sms),
    /// No letter leaves; the letters stay to be read in the mailbox.
    Mailbox,
}

/// The error of a transport that can't be made of the settings. It names the setting; the value may be a
/// secret and is not shown.
#[derive(Debug, thiserror::Error)]
#[error("{0} can't be used")]
pub struct TransportError(&'static str);

/// The reason why a letter did not leave, in words that tell nothing of the letter.
pub(super) enum SendError {
    /// The letter will never be taken.
    Refused(String),
    /// Another attempt may succeed.
    Failed(String),
}

impl Transport {
    /// The transport that the settings name for this channel, if they name one.
    pub(super) fn of(channel: Channel, settings: &Settings) -> Result<Option<Self>, TransportError> {
        let named = match channel {
            Channel::Email => {
                let smtp = settings.smtp_url.as_ref().map(|url| Smtp::new(url, settings.mail_from.clone()));
                smtp.transpose()?.map(Self::Smtp)
            }
            Channel::Sms => {
                let sms = settings.sms_url.as_ref().map(|url| Sms::new(url, settings.sms_token.clone()));
                sms.transpose()?.map(Self::Sms)
            }
        };
        Ok(named.or_else(|| settings.dev_mailbox.then_some(Self::Mailbox)))
    }

    pub(super) async fn send(&self, letter: &Waiting) -> Result<(), SendError> {
        match self {
            Self::Smtp(smtp) => smtp.send(letter).await,
            Self::Sms(sms) => sms.send(letter).await,
            Self::Mailbox => Ok(()),
        }
    }
}
