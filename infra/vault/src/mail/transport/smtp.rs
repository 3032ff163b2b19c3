//! E-mail by SMTP, a connection for each letter.

use super::{SendError, TransportError};
use crate::mail::queue::Waiting;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use service::settings::Secret;

type Connections = AsyncSmtpTransport<Tokio1Executor>;

pub(in crate::mail) struct Smtp {
    connections: Connections,
    from: Mailbox,
}

impl Smtp {
    pub(super) fn new(url: &Secret, from: Mailbox) -> Result<Self, TransportError> {
        let connections = Connections::from_url(url).map_err(|_| TransportError("SMTP_URL"))?.build();
        Ok(Self { connections, from })
    }

    pub(super) async fn send(&self, letter: &Waiting) -> Result<(), SendError> {
        let message = self.message(letter)?;
        self.connections.send(message).await.map(drop).map_err(|error| told(&error))
    }

    fn message(&self, letter: &Waiting) -> Result<Message, SendError> {
        let refused = |what: &str| SendError::Refused(format!("{what} can't be written into a mail"));
        let to: Address = letter.recipient.parse().map_err(|_| refused("the address"))?;
        // The id is the same for each attempt, so that a repeat can be recognised.
        let id = format!("<{}@{}>", letter.id, self.from.email.domain());
        let raw =
            |name, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
        Message::builder()
            .from(self.from.clone())
            .to(to.into())
            .subject(letter.subject.clone())
            .message_id(Some(id))
            // The header keeps anybody's "I am on holiday" from coming back (RFC 3834).
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("Content-Language", &letter.language))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.clone())
            .map_err(|_| refused("the letter"))
    }
}

/// The error as a log line may show it. The server's own words are left out: they often repeat the address.
fn told(error: &Error) -> SendError {
    match error.status() {
        Some(code) if error.is_permanent() && !is_about_us(&code.to_string()) => {
            SendError::Refused(format!("the mail server refused it with {code}"))
        }
        Some(code) => SendError::Failed(format!("the mail server answered {code}")),
        None if error.is_tls() => SendError::Failed("no TLS with the mail server".to_owned()),
        None if error.is_client() => {
            SendError::Failed("the mail server lacks what this needs: a way to log in, SMTPUTF8".to_owned())
        }
        None => SendError::Failed("the mail server can't be reached".to_owned()),
    }
}

/// True for permanent refusals that are mended by those who run the service or the server, not by giving up
/// letters: a command that is not understood, a host that takes no mail, a login that is missing or wrong.
fn is_about_us(code: &str) -> bool {
    matches!(code, "500" | "502" | "503" | "504" | "521" | "530" | "534" | "535" | "538")
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn letter(recipient: &str) -> Waiting {
        Waiting {
            id: Uuid::from_u128(7),
            recipient: recipient.to_owned(),
            language: "ko".to_owned(),
            subject: "마당 가입 인증 코드".to_owned(),
            body: "코드는 902417".to_owned(),
            attempts: 1,
        }
    }

    fn smtp() -> Smtp {
        let from = "마당 <no-reply@madang.example>".parse().expect("a mailbox");
        Smtp::new(&"smtp://localhost".into(), from).expect("a URL")
    }

    #[test]
    fn every_attempt_has_the_same_message_id_and_a_subject_that_any_server_carries() {
        let message = || smtp().message(&letter("a@b.kr")).map_err(drop).expect("a message").formatted();
        let text = String::from_utf8(message()).expect("ASCII");
        assert!(text.is_ascii(), "{text}");
        let id = "Message-ID: <00000000-0000-0000-0000-000000000007@madang.example>\r\n";
        assert!(text.contains(id), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated\r\n"), "{text}");
    }

    #[test]
    fn an_address_that_is_none_is_refused_and_can_not_bring_in_headers() {
        for bad in ["", "a", "a@b.kr\r\nBcc: c@d.kr", "a@b.kr, c@d.kr"] {
            assert!(smtp().message(&letter(bad)).is_err(), "{bad}");
        }
    }
}
