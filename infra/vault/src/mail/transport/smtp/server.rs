//! The mail server that `SMTP_URL` names, and how to get a connection that takes letters.
//!
//! The library's own transport sends a letter in one call, and its error does not tell which step was refused.
//! Only that step tells whose fault a refusal is, so the steps are taken here one by one.

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

pub(super) struct Server {
    host: String,
    port: u16,
    tls: Tls,
    hello: ClientId,
    credentials: Option<Credentials>,
}

impl Server {
    /// Reads the URL as the library's transport does.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let url = Url::parse(url).ok()?;
        let host = match url.host()? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let asked = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let parameters = || TlsParameters::new(host.clone()).ok();
        let (tls, usual_port) = match (url.scheme(), asked.as_deref()) {
            ("smtp", None) => (Tls::None, SMTP_PORT),
            ("smtp", Some("required")) => (Tls::Required(parameters()?), SUBMISSION_PORT),
            ("smtp", Some("opportunistic")) => (Tls::Opportunistic(parameters()?), SUBMISSION_PORT),
            ("smtps", _) => (Tls::Wrapper(parameters()?), SUBMISSIONS_PORT),
            _ => return None,
        };
        let hello = match url.path().trim_matches('/') {
            "" => ClientId::default(),
            name => ClientId::Domain(name.to_owned()),
        };
        let credentials = match url.password() {
            Some(password) => Some(Credentials::new(decoded(url.username())?, decoded(password)?)),
            None => None,
        };
        Some(Self { port: url.port().unwrap_or(usual_port), host, tls, hello, credentials })
    }

    /// Connects, and does all that the server wants before it takes a letter: TLS and the login.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let address = (self.host.as_str(), self.port);
        let wrapped = match &self.tls {
            Tls::Wrapper(parameters) => Some(parameters.clone()),
            Tls::None | Tls::Opportunistic(_) | Tls::Required(_) => None,
        };
        // The time limit is the caller's: it is one for all steps.
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, None, &self.hello, wrapped, None).await?;
        match &self.tls {
            Tls::Opportunistic(parameters) if connection.can_starttls() => {
                connection.starttls(parameters.clone(), &self.hello).await?;
            }
            Tls::Required(parameters) => connection.starttls(parameters.clone(), &self.hello).await?,
            Tls::None | Tls::Opportunistic(_) | Tls::Wrapper(_) => {}
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port_of(url: &str) -> Option<u16> {
        Server::parse(url).map(|server| server.port)
    }

    #[test]
    fn the_url_says_where_the_server_is_and_how_it_is_spoken_to() {
        assert_eq!(port_of("smtp://mail.example.kr"), Some(25));
        assert_eq!(port_of("smtp://mail.example.kr?tls=required"), Some(587));
        assert_eq!(port_of("smtp://mail.example.kr:2525?tls=opportunistic"), Some(2525));
        assert_eq!(port_of("smtps://mail.example.kr"), Some(465));
        for bad in ["mail.example.kr", "https://mail.example.kr", "smtp://mail.example.kr?tls=perhaps"] {
            assert_eq!(port_of(bad), None, "{bad}");
        }
        assert_eq!(Server::parse("smtp://[::1]:25").expect("a URL").host, "::1");
    }

    #[test]
    fn the_login_is_in_the_url_percent_encoded() {
        let server = Server::parse("smtps://mina%40b.kr:a%2Bb%2F%ED%95%9C@mail.example.kr").expect("a URL");
        let login = Credentials::new("mina@b.kr".to_owned(), "a+b/한".to_owned());
        assert_eq!(server.credentials, Some(login));
        let hello = Server::parse("smtp://mail.example.kr/yard.example").expect("a URL").hello;
        assert_eq!(hello, ClientId::Domain("yard.example".to_owned()));
    }
}
