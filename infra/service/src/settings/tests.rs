//! Tests of how settings are read, and of the errors for values that can't be used.

use super::*;

fn with(name: &'static str, value: &'static str) -> Result<Settings, SettingsError> {
    Settings::read(|variable| match variable {
        _ if variable == name => Some(value.to_owned()),
        "DATABASE_URL" => Some("postgres://localhost/madang".to_owned()),
        "NATS_URL" => Some("nats://localhost".to_owned()),
        _ => None,
    })
}

#[test]
fn only_the_two_services_must_be_named() {
    let settings = Settings::new("postgres://localhost/madang", "nats://localhost");
    assert_eq!(settings.roles, Roles::ALL);
    assert_eq!(settings.consistency_bound, Duration::from_secs(1));
    let missing = with("NATS_URL", "").expect_err("an empty value is none");
    assert!(missing.to_string().contains("NATS_URL"), "{missing}");
}

#[test]
fn a_value_that_can_not_be_used_is_named_with_what_is_expected() {
    for (name, bad) in [
        ("MADANG_LISTEN", "8080"),
        ("MADANG_ROLES", "api,cook"),
        ("MADANG_LOG", "info,=,="),
        ("MADANG_LOG_FORMAT", "xml"),
        ("MADANG_CONSISTENCY_BOUND_MS", "-1"),
        ("MADANG_DB_CONNECTIONS", "1"),
        ("MADANG_STREAM_REPLICAS", "6"),
        ("MADANG_MAX_CONNECTIONS", "0"),
        ("MADANG_IDLE_SECONDS", "0"),
        ("MADANG_STALL_SECONDS", "soon"),
        ("MADANG_VIEWS_EVERY_SECONDS", "0"),
        ("MADANG_POPULAR_SEARCHES_EVERY_SECONDS", "soon"),
        ("MADANG_ALLOW_UNSAFE_POSTGRES", "maybe"),
        ("MADANG_ALLOWED_ORIGINS", "*"),
        ("MADANG_ALLOWED_ORIGINS", "https://a.kr/"),
        ("MADANG_ALLOWED_ORIGINS", "https://a.kr,"),
        ("MADANG_ALLOWED_ORIGINS", "https://A.kr"),
        ("MADANG_TRUSTED_PROXIES", "proxy"),
        ("MADANG_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("MADANG_WEB_URL", "a.kr"),
        ("MADANG_WEB_URL", "https://a.kr/?b"),
        ("MADANG_PUBLIC_URL", "api.a.kr"),
        ("S3_ENDPOINT", "s3.example.kr"),
        ("SMTP_URL", "mail.example.kr"),
        ("SMTP_URL", "http://mail.example.kr"),
        ("SMTP_URL", "smtp://mail.example.kr?tls=perhaps"),
        ("MADANG_MAIL_FROM", "Madang"),
        ("SMS_URL", "sms.example.kr"),
        ("SMS_URL", "ftp://sms.example.kr"),
        ("MADANG_EMBEDDER_URL", "localhost:11434"),
    ] {
        let error = with(name, bad).expect_err(bad);
        assert!(error.to_string().starts_with(name), "{error}");
    }
}

#[test]
fn origins_and_addresses_of_pages_are_read_as_they_will_be_compared() {
    let origins = with("MADANG_ALLOWED_ORIGINS", "https://a.kr, http://localhost:5173").expect("valid");
    assert_eq!(origins.allowed_origins.0, ["https://a.kr", "http://localhost:5173"]);
    assert_eq!(with("MADANG_WEB_URL", "https://a.kr/yard/").expect("valid").web_url.0, "https://a.kr/yard");
}

#[test]
fn a_storage_needs_its_keys_and_a_bucket_that_can_be_one() {
    let read = |bucket: &'static str, key: Option<&'static str>| {
        Settings::read(|name| match name {
            "S3_ENDPOINT" => Some("https://s3.example.kr/".to_owned()),
            "S3_BUCKET" => Some(bucket.to_owned()),
            "S3_ACCESS_KEY_ID" | "S3_SECRET_ACCESS_KEY" => key.map(str::to_owned),
            _ => {
                Some("nats://localhost".to_owned()).filter(|_| name.ends_with("E_URL") || name == "NATS_URL")
            }
        })
    };
    let s3 = read("yard", Some("key")).expect("valid").s3.expect("named");
    assert_eq!(s3.public_url.0, "https://s3.example.kr/yard", "seen where it is kept");
    for bucket in ["a", "Yard", "my.yard", "-yard", "yard-"] {
        let error = read(bucket, Some("key")).expect_err(bucket);
        assert!(error.to_string().starts_with("S3_BUCKET"), "{error}");
    }
    let missing = read("yard", None).expect_err("no keys");
    assert!(missing.to_string().starts_with("S3_ACCESS_KEY_ID"), "{missing}");
}

#[test]
fn who_mail_is_from_has_a_default_and_may_have_a_name_in_any_script() {
    let default = Settings::new("postgres://localhost/madang", "nats://localhost").mail_from;
    assert_eq!(default.to_string(), "Madang <no-reply@localhost>");
    let named = with("MADANG_MAIL_FROM", "마당 <hello@madang.example>").expect("valid").mail_from;
    assert_eq!(named.name.as_deref(), Some("마당"));
}

#[test]
fn nothing_secret_is_in_debug_output_or_in_what_is_said_of_a_bad_value() {
    const WORD: &str = "swordfish";
    let settings = Settings::read(|name| {
        Some(match name {
            "DATABASE_URL" => format!("postgres://madang:{WORD}@db/madang"),
            "NATS_URL" => format!("nats://madang:{WORD}@nats"),
            "SMTP_URL" => format!("smtps://madang:{WORD}@mail"),
            "SMS_URL" => format!("https://sms/?key={WORD}"),
            "SMS_TOKEN" => WORD.to_owned(),
            "S3_ENDPOINT" => "https://s3".to_owned(),
            "S3_ACCESS_KEY_ID" => "madang".to_owned(),
            "S3_SECRET_ACCESS_KEY" => WORD.to_owned(),
            _ => return None,
        })
    });
    let settings = settings.expect("valid");
    for secret in [&settings.database_url, &settings.nats_url] {
        assert!(secret.contains(WORD), "it is there to be used");
    }
    for shown in [format!("{settings:?}"), format!("{settings:#?}")] {
        assert!(!shown.contains(WORD), "{shown}");
        assert!(shown.contains("***"), "{shown}");
    }
    for name in ["SMTP_URL", "SMS_URL"] {
        let error = with(name, "nonsense://swordfish@nowhere").expect_err("no scheme of ours");
        assert!(!format!("{error} {error:?}").contains(WORD), "{error:?}");
    }
}

#[test]
fn roles_are_read_as_they_are_written() {
    let roles = with("MADANG_ROLES", "relay, projector").expect("valid").roles;
    assert!(!roles.api);
    assert_eq!(roles.to_string(), "relay,projector");
}
