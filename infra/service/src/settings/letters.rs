//! The addresses of the services that send letters.

use super::Secret;
use lettre::transport::smtp::SmtpTransport;
use std::str::FromStr;
use url::Url;

/// An `SMTP_URL` that can be used.
pub(super) struct SmtpUrl(pub(super) Secret);

impl FromStr for SmtpUrl {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        SmtpTransport::from_url(text).map(|_| Self(text.into())).map_err(drop)
    }
}

/// An `SMS_URL` that can be used.
pub(super) struct SmsUrl(pub(super) Secret);

impl FromStr for SmsUrl {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let url = Url::parse(text).map_err(drop)?;
        if matches!(url.scheme(), "http" | "https") { Ok(Self(text.into())) } else { Err(()) }
    }
}
