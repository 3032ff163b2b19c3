//! A real OpenID provider, run by Node, and a browser that logs in there.

use reqwest::Url;
use service::settings::{OAuthProvider, Settings};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// The address at which the API says it is reached: the provider sends people there, and the tests' browser
/// stops there.
pub const PUBLIC_URL: &str = "https://api.yard.example";

/// A running provider; it ends with this value, or with this process.
pub struct Provider {
    pub issuer: String,
    child: Child,
}

impl Provider {
    /// Starts a provider. It tells details at an endpoint of its own, as Kakao may, or all of them in the ID
    /// token, as Google does.
    pub fn start(all_at_once: bool) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("support/openid");
        assert!(
            folder.join("node_modules").exists(),
            "install it first: npm ci --prefix {}",
            folder.display()
        );
        let mut child = Command::new("node")
            .arg(folder.join("server.mjs"))
            .arg(format!("{PUBLIC_URL}/v1/oauth/PROVIDER/callback"))
            .arg(if all_at_once { "all-at-once" } else { "apart" })
            // The provider ends when this process does, however this process ends.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Node is installed");
        let mut issuer = String::new();
        let out = child.stdout.take().expect("it is piped");
        BufReader::new(out).read_line(&mut issuer).expect("it says where it is");
        assert!(issuer.starts_with("http"), "the provider did not start");
        Self { issuer: issuer.trim().to_owned(), child }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The two providers that all tests share, configured as an operator does: `acme` tells details apart,
/// `globex` all at once.
pub fn providers() -> Vec<OAuthProvider> {
    static ACME: OnceLock<Provider> = OnceLock::new();
    static GLOBEX: OnceLock<Provider> = OnceLock::new();
    let acme = ACME.get_or_init(|| Provider::start(false));
    let globex = GLOBEX.get_or_init(|| Provider::start(true));
    [configured("acme", &acme.issuer), configured("globex", &globex.issuer)].concat()
}

/// The settings of one provider, read from environment variables.
pub fn configured(name: &str, issuer: &str) -> Vec<OAuthProvider> {
    let settings = Settings::read(|variable| match variable.rsplit_once('_')? {
        ("DATABASE", "URL") | ("NATS", "URL") => Some("x://localhost".to_owned()),
        ("MADANG_OAUTH", "PROVIDERS") => Some(name.to_owned()),
        (_, "ID") => Some(name.to_owned()),
        (_, "SECRET") => Some(format!("{name}-secret-that-nobody-else-knows")),
        (_, "ISSUER") => Some(issuer.to_owned()),
        _ => None,
    });
    settings.expect("valid").oauth_providers
}

/// Logs in at the provider with a browser of its own and agrees; returns the address to which the provider
/// sends the browser back.
pub async fn log_in_there(authorization_url: &str, login: &str) -> Url {
    let browser = super::client_builder().cookie_store(true).build().expect("a client");
    let mut url = Url::parse(authorization_url).expect("an address");
    for _ in 0..20 {
        if url.as_str().starts_with(PUBLIC_URL) {
            return url;
        }
        let page = browser.get(url.clone()).send().await.expect("an answer");
        let moved = match page.status().as_u16() {
            200 => {
                let html = page.text().await.expect("a page");
                let form = match html.contains("name=\"login\"") {
                    true => format!("prompt=login&login={login}&password=any"),
                    false => "prompt=consent".to_owned(),
                };
                let (_, action) = html.split_once("action=\"").expect("a form");
                let action = action.split('"').next().expect("an end");
                let action = url.join(action).expect("an address");
                let sent = browser.post(action).body(form);
                let sent = sent.header("content-type", "application/x-www-form-urlencoded");
                sent.send().await.expect("an answer")
            }
            _ => page,
        };
        assert_eq!(moved.status(), 303, "{}", moved.text().await.unwrap_or_default());
        let location = moved.headers()["location"].to_str().expect("ASCII");
        url = url.join(location).expect("an address");
    }
    panic!("the provider leads nowhere");
}
