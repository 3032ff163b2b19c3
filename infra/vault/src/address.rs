//! E-mail addresses and phone numbers: checked in form here, proved by a code. Both are typed in many forms, and
//! are one in all of them.

mod email;
mod phone;

pub use email::Email;
pub use phone::Phone;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_plain(text: &str) -> bool {
        !text.chars().any(|c| c.is_control() || c.is_whitespace() || ",<>\"".contains(c))
    }

    proptest! {
        #[test]
        fn nothing_that_is_parsed_can_break_a_header_or_a_line(text in "\\PC{0,30}@\\PC{0,30}|\\+?[0-9 ()-]{0,40}|.{0,60}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert!(is_plain(email.as_str()) && is_plain(email.envelope()), "{}", email.as_str());
            }
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert!(is_plain(phone.as_str()), "{}", phone.as_str());
            }
        }

        #[test]
        fn what_was_parsed_is_parsed_to_the_same(text in "[a-zA-Z가-힣ᄀ-ᄒ.]{1,8}@[a-z가-힣]{1,8}\\.(kr|한국)|\\+?[0-9 ()-]{0,20}") {
            if let Ok(email) = Email::parse(&text) {
                for form in [email.as_str(), email.envelope(), &email.key()] {
                    prop_assert_eq!(Email::parse(form).map(|again| again.key()), Ok(email.key()));
                }
            }
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone));
            }
        }
    }
}
