//! The settings by which a node serves.

use ipnet::IpNet;
use projections::Position;
use std::time::Duration;

/// The settings by which a node serves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The longest wait of a query for its caller's own writes, before it answers stale.
    pub consistency_bound: Duration,
    /// The position of the past that is served, if one is: read models are served as they stood there, to
    /// analysts only, and nothing can be written.
    pub as_of: Option<Position>,
    /// The web pages of other origins that may call from a browser.
    pub cors: Cors,
    /// The networks of trusted proxies, which say for whom they ask.
    pub trusted_proxies: Vec<IpNet>,
    /// The address of people's pages, without a slash at its end: letters link there.
    pub web_url: String,
    /// The address of this server for people, without a slash at its end: its own pages are there.
    pub public_url: String,
    /// True if letters can be read at `/dev/mailbox`.
    pub dev_mailbox: bool,
}

/// The web pages of other origins that may call from a browser.
#[derive(Clone, Debug)]
pub enum Cors {
    /// All pages, with a bearer token that they were given, never with cookies.
    Any,
    /// The pages of these origins, such as `https://example.kr`, with cookies, too.
    Origins(Vec<String>),
}

impl Cors {
    /// True if pages of the origin may call with cookies.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        match self {
            Self::Any => false,
            Self::Origins(origins) => origins.iter().any(|allowed| allowed == origin),
        }
    }
}
