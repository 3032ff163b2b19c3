//! How this node serves.

use ipnet::IpNet;
use projections::Position;
use std::time::Duration;

/// How this node serves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a query waits for its caller's own writes before it answers stale.
    pub consistency_bound: Duration,
    /// Read models are served as they stood at this position, to analysts only, and nothing can be written.
    pub as_of: Option<Position>,
    /// Which web pages of other origins may call from a browser.
    pub cors: Cors,
    /// Proxies that say for whom they ask.
    pub trusted_proxies: Vec<IpNet>,
    /// Where people's pages are, without a slash at its end: letters link there.
    pub web_url: String,
    /// Where this server is for people, without a slash at its end: its own pages are there.
    pub public_url: String,
    /// Whether letters can be read at `/dev/mailbox`.
    pub dev_mailbox: bool,
}

/// Which web pages of other origins may call from a browser.
#[derive(Clone, Debug)]
pub enum Cors {
    /// All, with a bearer token that they were given, never with cookies.
    Any,
    /// Those of these origins, such as `https://example.kr`, with cookies, too.
    Origins(Vec<String>),
}

impl Cors {
    /// Whether pages of the origin may call with cookies.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        match self {
            Self::Any => false,
            Self::Origins(origins) => origins.iter().any(|allowed| allowed == origin),
        }
    }
}
