//! Letters in English.

use super::{Letter, Written};

pub(super) fn write(letter: &Letter) -> Written {
    match letter {
        Letter::SignUpCode { code } => mail(
            "Your code for joining Madang",
            format!(
                "Welcome to Madang. To finish signing up, enter this code:\n\n{code}\n\n\
                 It is good for 10 minutes. If you did not want to sign up, you can ignore this mail."
            ),
        ),
        Letter::AlreadyRegistered => mail(
            "You already have a Madang account",
            "Someone tried to sign up with this address, which already has an account.\n\n\
             If it was you, just log in, or reset your password if you do not remember it. \
             If it was not you, there is nothing you need to do.",
        ),
        Letter::PasswordReset { link } => mail(
            "Reset your Madang password",
            format!(
                "Open this link to choose a new password:\n\n{link}\n\n\
                 It works once, within 30 minutes. If you did not ask for it, you can ignore this mail: \
                 your password stays as it is."
            ),
        ),
        Letter::PasswordChanged => mail(
            "Your Madang password was changed",
            "The password of your Madang account has just been changed.\n\n\
             If it was not you, please reset your password right now.",
        ),
        Letter::EmailChangeCode { code } => mail(
            "Your code for changing your Madang e-mail",
            format!(
                "To use this address for your Madang account, enter this code:\n\n{code}\n\n\
                 It is good for 10 minutes. If you did not ask for it, you can ignore this mail."
            ),
        ),
        Letter::EmailChanged => mail(
            "Your Madang e-mail was changed",
            "Your Madang account now uses another e-mail address. We will send nothing more to this one.\n\n\
             If it was not you, please log in right now and change your password and your e-mail. \
             If you can not log in, please tell whoever runs this service.",
        ),
        Letter::SessionsEnded { device } => mail(
            "We logged you out to be safe",
            format!(
                "A login that had been used before was used again, so to be safe we logged out this \
                 device:\n\n{device}\n\n\
                 If it was you, just log in again. If you can not explain it, please change your password."
            ),
        ),
        Letter::PhoneCode { code } => Written {
            subject: "",
            body: format!("[Madang] Your code is {code}. Please enter it within 10 minutes."),
        },
        Letter::SocialLinked { provider } => mail(
            "A new way to log in to Madang",
            format!(
                "You can now log in to Madang with your {provider} account, too.\n\n\
                 If it was not you who linked it, please unlink it right now and change your password."
            ),
        ),
        Letter::Withdrawn { link } => mail(
            "You have left Madang",
            format!(
                "Your account is closed. Thank you for the time with us.\n\n\
                 If you change your mind, this link brings it back within 30 days:\n\n{link}\n\n\
                 After 30 days your account and your personal data are deleted for good."
            ),
        ),
        Letter::ExportReady { link } => mail(
            "Your data is ready",
            format!(
                "The data you asked for is here:\n\n{link}\n\n\
                 It is personal, so please do not send it to anyone."
            ),
        ),
    }
}

fn mail(subject: &'static str, text: impl Into<String>) -> Written {
    Written { subject, body: format!("Hello from Madang.\n\n{}\n\nMadang\n", text.into()) }
}
