//! E-mail by SMTP, a connection for each letter.

mod refusal;
mod server;

use super::{SendError, TransportError};
use crate::Email;
use crate::mail::queue::Waiting;
use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use refusal::{at, at_recipient};
use server::Server;
use service::settings::Secret;
use std::time::Duration;

/// The time that a server has to say good-bye.
const GOOD_BYE: Duration = Duration::from_secs(5);

pub(in crate::mail) struct Smtp {
    server: Server,
    from: Mailbox,
}

impl Smtp {
    pub(super) fn new(url: &Secret, from: Mailbox) -> Result<Self, TransportError> {
        let server = Server::parse(url).ok_or(TransportError("SMTP_URL"))?;
        Ok(Self { server, from })
    }

    pub(super) async fn send(&self, letter: &Waiting) -> Result<(), SendError> {
        let message = self.message(letter)?;
        let mut connection = self.server.connect().await.map_err(at("before any letter"))?;
        let sent = hand_over(&mut connection, &message).await;
        // The good-bye is no part of the attempt: a server that is slow with it has taken the letter all the
        // same, and another attempt would send the letter twice.
        tokio::spawn(async move { tokio::time::timeout(GOOD_BYE, connection.abort()).await });
        sent
    }

    fn message(&self, letter: &Waiting) -> Result<Message, SendError> {
        let refused = |what: &str| SendError::Refused(format!("{what} can't be written into a mail"));
        // Few servers take a domain that is not ASCII, and all know the same domain in ASCII.
        let envelope = Email::parse(&letter.recipient).map(|email| email.envelope().to_owned());
        let to: Address = envelope
            .unwrap_or_else(|_| letter.recipient.clone())
            .parse()
            .map_err(|_| refused("the address"))?;
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

/// Hands the letter over, step by step. Only the step of the recipient can give the letter up.
async fn hand_over(connection: &mut AsyncSmtpConnection, message: &Message) -> Result<(), SendError> {
    let (envelope, content) = (message.envelope(), message.formatted());
    let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    let mut parameters = vec![];
    if !envelope.from().into_iter().chain(envelope.to()).all(is_ascii) {
        needs(connection, Extension::SmtpUtfEight)?;
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !content.is_ascii() {
        needs(connection, Extension::EightBitMime)?;
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let sender = Mail::new(envelope.from().cloned(), parameters);
    connection.command(sender).await.map_err(at("to the sender"))?;
    for recipient in envelope.to() {
        connection.command(Rcpt::new(recipient.clone(), vec![])).await.map_err(at_recipient)?;
    }
    connection.command(Data).await.map_err(at("before the letter"))?;
    connection.message(&content).await.map(drop).map_err(at("to the letter"))
}

fn needs(connection: &AsyncSmtpConnection, extension: Extension) -> Result<(), SendError> {
    match connection.server_info().supports_feature(extension) {
        true => Ok(()),
        false => Err(SendError::Failed(format!("the mail server lacks what this needs: {extension}"))),
    }
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
    fn a_domain_of_any_script_is_ascii_on_its_way() {
        let message = smtp().message(&letter("mina@예시.한국")).map_err(drop).expect("a message");
        let to: Vec<String> = message.envelope().to().iter().map(ToString::to_string).collect();
        assert_eq!(to, ["mina@xn--vv4b11d.xn--3e0b707e"]);
        assert!(message.formatted().is_ascii());
    }

    #[test]
    fn an_address_that_is_none_is_refused_and_can_not_bring_in_headers() {
        for bad in ["", "a", "a@b.kr\r\nBcc: c@d.kr", "a@b.kr, c@d.kr"] {
            assert!(smtp().message(&letter(bad)).is_err(), "{bad}");
        }
    }
}
