//! How letters leave.

mod sms;
mod smtp;

use super::Channel;
use super::queue::Waiting;
use service::settings::Settings;
use sms::Sms;
use smtp::Smtp;

/// The way out for one channel.
pub(super) enum Transport {
    Smtp(Smtp),
    Sms(Sms),
    /// Nothing leaves; letters are kept to be read.
    Mailbox,
}

/// A transport can't be made of the settings. What they are may be a secret and is not shown.
#[derive(Debug, thiserror::Error)]
#[error("{0} can't be used")]
pub struct TransportError(&'static str);

/// Why a letter did not leave, in words that tell nothing of it.
pub(super) enum SendError {
    /// It will never be taken.
    Refused(String),
    /// Another attempt may succeed.
    Failed(String),
}

impl Transport {
    /// What the settings name for this channel, if anything.
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
