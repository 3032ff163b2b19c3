//! E-mail addresses: one mailbox, one address, in whichever of its forms it is typed.

use domain::value::Invalid;
use email_address::{EmailAddress, Options};
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// The most bytes of an e-mail address: RFC 5321's bound on a path, less its angle brackets.
const MAX: usize = 254;

/// An e-mail address. The debug output does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    /// The address as its owner writes it, composed (NFC).
    written: String,
    /// The address as mail servers take it: its domain in ASCII (IDNA), as every server knows it.
    envelope: String,
    /// The key that releases stored which knew no forms: the address as typed, in lower case.
    typed_key: String,
}

impl Email {
    /// Reads an address that a person typed.
    ///
    /// # Errors
    /// The text is no address that mail could be sent to.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let typed = text.trim();
        if typed.is_empty() {
            return Err(Invalid::Empty);
        }
        let too_long = |actual| Err(Invalid::TooLong { max: MAX, actual });
        if typed.len() > 4 * MAX {
            return too_long(typed.len());
        }
        let written: String = typed.nfc().collect();
        if !is_address(&written) {
            return if written.len() > MAX { too_long(written.len()) } else { Err(Invalid::NotAnEmail) };
        }
        let (local, domain) = written.rsplit_once('@').ok_or(Invalid::NotAnEmail)?;
        let domain = idna::domain_to_ascii(domain).map_err(|_| Invalid::NotAnEmail)?;
        let envelope = format!("{local}@{domain}");
        if envelope.len() > MAX {
            return too_long(envelope.len());
        }
        // Some letters are other signs in ASCII. A number at the end is no domain of mail, but an IP address.
        if !is_address(&envelope) || domain.rsplit('.').next().is_none_or(is_number) {
            return Err(Invalid::NotAnEmail);
        }
        Ok(Self { envelope, typed_key: typed.to_lowercase(), written })
    }

    /// The address as its owner writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The address as mail servers take it.
    #[must_use]
    pub fn envelope(&self) -> &str {
        &self.envelope
    }

    /// The form in which an address is unique: no provider worth its name tells upper from lower case.
    #[must_use]
    pub fn key(&self) -> String {
        self.envelope.to_lowercase().nfc().collect()
    }

    /// The keys under which the mailbox may be stored, the likeliest first. Rows of releases that knew no forms
    /// keep their keys, which are what was typed: the domain in Hangul, say, or in jamo. Who types the same
    /// again reaches the same account, and no other account can have the mailbox. Most addresses have one key.
    pub(crate) fn keys(&self) -> Vec<String> {
        let key = self.key();
        let (local, domain) = key.rsplit_once('@').unwrap_or((key.as_str(), ""));
        let unicode = format!("{local}@{}", idna::domain_to_unicode(domain).0);
        let apart = |text: &str| text.nfd().collect::<String>();
        let mut keys = vec![];
        for known in [self.typed_key.clone(), key.clone(), apart(&key), apart(&unicode), unicode] {
            if !keys.contains(&known) {
                keys.push(known);
            }
        }
        keys
    }
}

fn is_address(text: &str) -> bool {
    let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
    // Quoted names are allowed and nobody has one; they confuse every other reader of addresses.
    EmailAddress::parse_with_options(text, options).is_ok() && !text.contains('"')
}

fn is_number(label: &str) -> bool {
    label.bytes().all(|letter| letter.is_ascii_digit())
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email(text: &str) -> Email {
        Email::parse(text).expect("an address")
    }

    #[test]
    fn an_address_is_one_whatever_its_case_and_around_it() {
        let mina = email(" Mina.Kim+yard@Example.KR ");
        assert_eq!(mina.as_str(), "Mina.Kim+yard@Example.KR");
        assert_eq!(mina.key(), "mina.kim+yard@example.kr");
        assert_eq!(mina.keys(), ["mina.kim+yard@example.kr"], "one look is enough for most");
        for good in ["a@b.kr", "홍길동@예시.한국", "o'neil@x-y.example"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_mailbox_has_one_key_in_all_forms_of_its_domain() {
        let apart: String = "mina@예시.한국".nfd().collect();
        for form in ["mina@예시.한국", "MINA@예시.한국", &apart, "mina@xn--vv4b11d.xn--3e0b707e"] {
            assert_eq!(email(form).key(), "mina@xn--vv4b11d.xn--3e0b707e", "{form}");
            assert_eq!(email(form).envelope().to_lowercase(), "mina@xn--vv4b11d.xn--3e0b707e", "{form}");
        }
        let apart: String = "홍길동@b.kr".nfd().collect();
        assert_eq!(email(&apart).key(), email("홍길동@b.kr").key());
        // The Kelvin sign is a K to every mail server that composes, and to the lower case.
        assert_eq!(email("\u{212a}im@b.kr").as_str(), "Kim@b.kr");
        assert_eq!(email("mina@예시.한국").as_str(), "mina@예시.한국");
    }

    #[test]
    fn keys_of_earlier_releases_are_known() {
        let apart: String = "mina@예시.한국".nfd().collect();
        for form in ["mina@예시.한국", &apart, "Mina@XN--vv4b11d.xn--3e0b707e"] {
            let stored_before = form.to_lowercase();
            assert_eq!(email(form).keys()[0], stored_before, "what was typed comes first");
            for other in ["mina@예시.한국", &apart, "mina@xn--vv4b11d.xn--3e0b707e"] {
                assert!(email(other).keys().contains(&stored_before), "{other}: {stored_before}");
            }
        }
    }

    #[test]
    fn what_no_mail_goes_to_is_no_address() {
        let long = format!("{}@b.kr", "a".repeat(250));
        for bad in [
            "",
            " ",
            "mina",
            "mina@",
            "@b.kr",
            "a@b",
            "a b@c.kr",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "A <a@b.kr>",
            "\"a b\"@c.kr",
            "a@b.kr\r\nBcc: c@d.kr",
            "a@b.kr\0",
            "a@b.kr,c@d.kr",
            "a@b@c.kr",
            "a@example.kr.",
            "a@example。kr",
            "a\u{200b}@b.kr",
            &long,
        ] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
    }
}
