//! Addresses of web pages: of those that may call us, and of those that letters link to.

use ipnet::IpNet;
use std::net::IpAddr;
use std::str::FromStr;

/// Origins of web pages: scheme, host and perhaps a port, as browsers send them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(pub Vec<String>);

impl FromStr for Origins {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let origins = text.split(',').map(|origin| {
            let origin = origin.trim();
            let (_, authority) = split_web(origin)?;
            let is_plain = !authority.contains(['/', '?', '#', '@', '*']);
            // The origin must have the form in which browsers write it, or it would never equal theirs.
            let is_canonical = origin.to_ascii_lowercase() == origin && origin.is_ascii();
            (is_plain && is_canonical).then(|| origin.to_owned()).ok_or(())
        });
        origins.collect::<Result<_, _>>().map(Self)
    }
}

/// The address under which web pages are, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebUrl(pub String);

impl Default for WebUrl {
    fn default() -> Self {
        Self("http://localhost:8080".to_owned())
    }
}

impl FromStr for WebUrl {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (_, rest) = split_web(text)?;
        let is_plain = !rest.contains(['?', '#', '@', '"', '<', '>']) && !rest.contains(char::is_whitespace);
        is_plain.then(|| Self(text.trim_end_matches('/').to_owned())).ok_or(())
    }
}

fn split_web(text: &str) -> Result<(&str, &str), ()> {
    let (scheme, rest) = text.split_once("://").ok_or(())?;
    (matches!(scheme, "http" | "https") && !rest.is_empty()).then_some((scheme, rest)).ok_or(())
}

/// Networks, such as those of proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(pub Vec<IpNet>);

impl FromStr for Networks {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let networks = text.split(',').map(|network| {
            let network = network.trim();
            network.parse().or_else(|_| network.parse::<IpAddr>().map(IpNet::from)).map_err(|_| ())
        });
        networks.collect::<Result<_, _>>().map(Self)
    }
}
