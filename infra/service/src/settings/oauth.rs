//! The settings of the services that people may log in with.

use super::{Secret, SettingsError, Variables};
use url::Url;

/// A service that people may log in with.
#[derive(Clone, Debug)]
pub struct OAuthProvider {
    /// The service's name in addresses and tables: lower-case letters, digits and `_`.
    pub name: String,
    /// `MADANG_OAUTH_<NAME>_CLIENT_ID`: the id by which the service knows us.
    pub client_id: String,
    /// `MADANG_OAUTH_<NAME>_CLIENT_SECRET`: the secret that shows that a request is ours.
    pub client_secret: Secret,
    /// The protocol and the addresses of the service.
    pub service: OAuthService,
}

/// The protocol and the addresses of a service.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "there are a few, read once at the start")]
pub enum OAuthService {
    /// A service that speaks OpenID Connect.
    OpenId {
        /// `MADANG_OAUTH_<NAME>_ISSUER`: the address where the service describes itself; known for Google and
        /// Kakao.
        issuer: String,
        /// `MADANG_OAUTH_<NAME>_SCOPES`: the scopes that are requested beside `openid`.
        scopes: Vec<String>,
    },
    /// A service that speaks OAuth 2 with a profile of Naver's own. No variable sets its addresses; tests do.
    Naver {
        /// The address where people log in.
        authorize: Url,
        /// The address where a code is exchanged.
        token: Url,
        /// The address where the profile is read.
        profile: Url,
    },
}

const LIST: &str = "MADANG_OAUTH_PROVIDERS";
const NAMES: &str = "different names of lower-case letters, digits and _, with commas between them";
const ISSUER: &str = "an address such as https://login.example.kr (http only on this machine)";
const NAME_MAX: usize = 32;

pub(super) fn read<F>(env: &Variables<'_, F>) -> Result<Vec<OAuthProvider>, SettingsError>
where
    F: Fn(&str) -> Option<String>,
{
    let Some(list) = env.text(LIST) else { return Ok(vec![]) };
    let names: Vec<&str> = list.split(',').map(str::trim).collect();
    let is_repeated = names.iter().enumerate().any(|(n, name)| names[..n].contains(name));
    if is_repeated || !names.iter().all(|name| is_name(name)) {
        return Err(SettingsError::Unusable { name: LIST.into(), expected: NAMES });
    }
    names.into_iter().map(|name| provider(env, name)).collect()
}

fn provider<F>(env: &Variables<'_, F>, name: &str) -> Result<OAuthProvider, SettingsError>
where
    F: Fn(&str) -> Option<String>,
{
    let variable = |what: &str| format!("MADANG_OAUTH_{}_{what}", name.to_ascii_uppercase());
    let required = |what: &str, hint: &'static str| {
        let name = variable(what);
        env.text(&name).ok_or(SettingsError::Missing { name: name.into(), hint })
    };
    Ok(OAuthProvider {
        name: name.to_owned(),
        client_id: required("CLIENT_ID", "what the provider gave you")?,
        client_secret: required("CLIENT_SECRET", "what the provider gave you")?.into(),
        service: match name {
            "naver" => OAuthService::naver(),
            _ => {
                let (known, default) = match name {
                    "google" => (Some("https://accounts.google.com"), "email profile"),
                    // Kakao refuses all scopes that the app was not allowed; it sends the allowed details
                    // without scopes, too.
                    "kakao" => (Some("https://kauth.kakao.com"), ""),
                    _ => (None, "email profile"),
                };
                let issuer = match (env.text(&variable("ISSUER")), known) {
                    (Some(issuer), _) => issuer,
                    (None, Some(known)) => known.to_owned(),
                    (None, None) => required("ISSUER", "https://login.example.kr")?,
                };
                let unusable =
                    || SettingsError::Unusable { name: variable("ISSUER").into(), expected: ISSUER };
                let issuer = Some(issuer).filter(|issuer| Url::parse(issuer).is_ok_and(|url| is_safe(&url)));
                let scopes = env.text(&variable("SCOPES")).unwrap_or_else(|| default.to_owned());
                let scopes = scopes.split_whitespace().map(str::to_owned).collect();
                OAuthService::OpenId { issuer: issuer.ok_or_else(unusable)?, scopes }
            }
        },
    })
}

impl OAuthService {
    /// The addresses of Naver itself.
    #[must_use]
    pub fn naver() -> Self {
        let url = |text: &str| Url::parse(text).expect("it is an address");
        Self::Naver {
            authorize: url("https://nid.naver.com/oauth2.0/authorize"),
            token: url("https://nid.naver.com/oauth2.0/token"),
            profile: url("https://openapi.naver.com/v1/nid/me"),
        }
    }
}

/// True if the name can stand in an address, a table and the name of a variable.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(plain)
}

/// True if nobody on the way to the issuer can change its answers, which are believed.
fn is_safe(url: &Url) -> bool {
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn with(pairs: &[(&str, &str)]) -> Result<Vec<OAuthProvider>, String> {
        let settings = Settings::read(|variable| match variable {
            "DATABASE_URL" | "NATS_URL" => Some("x://localhost".to_owned()),
            _ => pairs.iter().find(|(name, _)| *name == variable).map(|(_, value)| (*value).to_owned()),
        });
        settings.map(|settings| settings.oauth_providers).map_err(|error| error.to_string())
    }

    #[test]
    fn known_services_need_no_issuer_and_others_do() {
        let ours = [
            ("MADANG_OAUTH_PROVIDERS", "google, naver,acme_2"),
            ("MADANG_OAUTH_GOOGLE_CLIENT_ID", "g"),
            ("MADANG_OAUTH_GOOGLE_CLIENT_SECRET", "swordfish"),
            ("MADANG_OAUTH_NAVER_CLIENT_ID", "n"),
            ("MADANG_OAUTH_NAVER_CLIENT_SECRET", "swordfish"),
            ("MADANG_OAUTH_ACME_2_CLIENT_ID", "a"),
            ("MADANG_OAUTH_ACME_2_CLIENT_SECRET", "swordfish"),
            ("MADANG_OAUTH_ACME_2_ISSUER", "https://login.acme.example"),
        ];
        let providers = with(&ours).expect("valid");
        let names: Vec<_> = providers.iter().map(|provider| provider.name.as_str()).collect();
        assert_eq!(names, ["google", "naver", "acme_2"]);
        assert!(!format!("{providers:?}").contains("swordfish"));
        for (n, (name, _)) in ours.iter().enumerate().skip(1) {
            let mut without = ours.to_vec();
            without.remove(n);
            let refused = with(&without).expect_err(name);
            assert!(refused.starts_with(name), "{refused}");
        }
        assert!(with(&[]).expect("valid").is_empty());
    }

    #[test]
    fn what_can_not_be_a_name_or_an_issuer_is_refused() {
        for bad in ["Google", "a-b", "a,,b", "a,a", "a/b", &"a".repeat(33)] {
            let refused = with(&[("MADANG_OAUTH_PROVIDERS", bad)]).expect_err(bad);
            assert!(refused.starts_with("MADANG_OAUTH_PROVIDERS"), "{refused}");
        }
        for bad in ["login.acme.example", "http://login.acme.example", "ftp://localhost"] {
            let refused = with(&[
                ("MADANG_OAUTH_PROVIDERS", "acme"),
                ("MADANG_OAUTH_ACME_CLIENT_ID", "a"),
                ("MADANG_OAUTH_ACME_CLIENT_SECRET", "a"),
                ("MADANG_OAUTH_ACME_ISSUER", bad),
            ]);
            let refused = refused.expect_err(bad);
            assert!(refused.starts_with("MADANG_OAUTH_ACME_ISSUER"), "{refused}");
        }
    }
}
