use super::*;

const SECRET: &str = "https://madang.example/r?token=902417";

/// One letter of each kind, and the text that it must carry.
fn letters() -> Vec<(Letter, &'static str)> {
    let secret = || SECRET.to_owned();
    vec![
        (Letter::SignUpCode { code: secret() }, SECRET),
        (Letter::AlreadyRegistered, ""),
        (Letter::PasswordReset { link: secret() }, SECRET),
        (Letter::PasswordChanged, ""),
        (Letter::EmailChangeCode { code: secret() }, SECRET),
        (Letter::EmailChanged, ""),
        (Letter::SessionsEnded { device: secret() }, SECRET),
        (Letter::PhoneCode { code: secret() }, SECRET),
        (Letter::SocialLinked { provider: secret() }, SECRET),
        (Letter::Withdrawn { link: secret() }, SECRET),
        (Letter::ExportReady { link: secret() }, SECRET),
    ]
}

#[test]
fn every_letter_carries_what_it_is_about_in_both_languages() {
    for (letter, carried) in letters() {
        for (language, name) in [(Language::Korean, "마당"), (Language::English, "Madang")] {
            let Written { subject, body } = letter.write(language);
            assert!(body.contains(carried), "{letter:?} in {language}");
            assert!(body.contains(name), "{letter:?} in {language}");
            assert!(!subject.contains('\n'), "{letter:?} in {language}");
            assert_eq!(subject.is_empty(), letter.channel() == Channel::Sms, "{letter:?} in {language}");
        }
    }
}

#[test]
fn an_sms_fits_into_one_message() {
    let code = || Letter::PhoneCode { code: "902417".to_owned() };
    let korean = code().write(Language::Korean).body;
    let bytes: usize = korean.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    assert!(bytes <= 90, "{bytes} bytes of EUC-KR");
    assert!(code().write(Language::English).body.len() <= 160);
}

#[test]
fn debug_output_of_a_letter_tells_no_secret() {
    for (letter, _) in letters() {
        let shown = format!("{letter:?}");
        assert!(shown.chars().all(char::is_alphabetic), "{shown}");
    }
}

#[test]
fn codes_are_good_for_ten_minutes_and_reset_links_for_thirty() {
    let minutes = |letter: &Letter| letter.validity().map(|validity| validity.as_secs() / 60);
    let secret = || SECRET.to_owned();
    for code in [
        Letter::SignUpCode { code: secret() },
        Letter::EmailChangeCode { code: secret() },
        Letter::PhoneCode { code: secret() },
    ] {
        assert_eq!(minutes(&code), Some(10), "{code:?}");
    }
    assert_eq!(minutes(&Letter::PasswordReset { link: secret() }), Some(30));
    assert_eq!(minutes(&Letter::Withdrawn { link: secret() }), None);
}
