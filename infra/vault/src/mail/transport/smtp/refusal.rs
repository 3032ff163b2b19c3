//! Refusals of a mail server: whose fault each is. A letter is given up only where its recipient is at fault;
//! everything else is mended by those who run the service or the server, and the letter waits for that.

use super::SendError;
use lettre::transport::smtp::Error;
use std::error::Error as _;

/// The error of a step that is about the service, the server or the letters as such. Before and after the
/// recipient's own step no refusal is the recipient's fault: a host that takes no mail, a sender that is not
/// ours, a missing login, a reputation, a quota.
///
/// The server's own words are left out, here and below: they often repeat the address.
pub(super) fn at(step: &'static str) -> impl Fn(Error) -> SendError {
    move |error| {
        SendError::Failed(match error.status() {
            Some(code) => format!("the mail server answered {code} {step}"),
            None if error.is_tls() => "no TLS with the mail server".to_owned(),
            None if error.is_client() => "the mail server lacks what this needs: a way to log in".to_owned(),
            None => "the mail server can't be reached".to_owned(),
        })
    }
}

/// The error of the step that names the recipient.
pub(super) fn at_recipient(error: Error) -> SendError {
    let words = error.source().map(ToString::to_string).unwrap_or_default();
    match error.status() {
        Some(code) if error.is_permanent() && is_recipients_fault(&code.to_string(), &words) => {
            SendError::Refused(format!("the mail server refused the recipient with {code}"))
        }
        Some(_) | None => at("to the recipient")(error),
    }
}

/// True if an answer to RCPT says that there is no such recipient, or none who takes mail. Servers put off to
/// this step what they have against the sender, too; the enhanced code (RFC 3463) tells the one from the other,
/// and where there is none, the word "relay" does: such a server does not carry our mail.
fn is_recipients_fault(code: &str, words: &str) -> bool {
    let can_be = matches!(code, "501" | "550" | "551" | "552" | "553" | "554" | "556");
    let is_theirs = match enhanced(words) {
        // 5.1.7 and 5.1.8 are about the sender's address.
        Some((1, 7 | 8)) => false,
        // "Other", the address, the mailbox; and that no host answers for the address, or knows it.
        Some((0..=2, _) | (4, 1 | 4)) => true,
        Some(_) => false,
        None => !words.to_lowercase().contains("relay"),
    };
    can_be && is_theirs
}

/// The subject and the detail of the enhanced code that begins the server's words: 1 and 2 of `5.1.2`.
fn enhanced(words: &str) -> Option<(u16, u16)> {
    let first = words.split_whitespace().next()?.trim_matches(|letter: char| !letter.is_ascii_digit());
    let mut numbers = first.split('.').map(|number| number.parse::<u16>().ok());
    let (class, subject, detail) = (numbers.next()??, numbers.next()??, numbers.next()??);
    (class == 5 && numbers.next().is_none()).then_some((subject, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_given_up(answer: &str) -> bool {
        let (code, words) = answer.split_once(' ').unwrap_or((answer, ""));
        is_recipients_fault(code, words)
    }

    #[test]
    fn a_recipient_who_is_not_there_is_at_fault() {
        for answer in [
            "550",
            "550 no such user here",
            "550 5.1.1 <a@b.kr>: no such mailbox",
            "550 #5.1.0 Address rejected.",
            "553 5.1.3 bad address",
            "501 5.1.3 Bad recipient address syntax",
            "552 5.2.2 mailbox full",
            "550 5.2.1 disabled",
            "550 5.4.1 Recipient address rejected: Access denied",
            "556 5.1.10 the domain takes no mail",
            "554 5.0.0 unknown",
        ] {
            assert!(is_given_up(answer), "{answer}");
        }
    }

    #[test]
    fn what_a_server_has_against_the_sender_is_not_the_recipients_fault() {
        for answer in [
            "554 5.7.1 Relay access denied",
            "550 5.7.26 unauthenticated mail",
            "550 relay not permitted",
            "550 5.1.8 <us@b.kr>: Sender address rejected: Domain not found",
            "553 5.1.7 bad sender",
            "550 5.4.5 Daily sending limit exceeded",
            "554 5.3.2 not now",
            "503 5.5.1 MAIL first",
            "530 5.7.0 Authentication required",
            "535 log in first",
            "521 takes no mail",
        ] {
            assert!(!is_given_up(answer), "{answer}");
        }
    }
}
