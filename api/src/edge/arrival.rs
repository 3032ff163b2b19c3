//! The arrival of a request is what the layers learnt of it before its handler runs; extractors build on it.

use super::cookies;
use axum::http::{HeaderMap, header};
use std::net::IpAddr;
use uuid::Uuid;
use vault::{Caller, TokenError, Vault};

/// One request's circumstances, kept among its extensions.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The id that ties together everything that the request causes.
    pub correlation_id: Uuid,
    /// The verdict on the token that the request carries.
    pub bearer: Bearer,
    /// True if the token is a browser's cookie.
    pub by_cookie: bool,
    /// The address that the request came from.
    pub peer: IpAddr,
}

impl Arrival {
    /// The network by which limits are counted.
    #[must_use]
    pub fn network(&self) -> Vec<u8> {
        network(self.peer)
    }
}

/// The network of an address: a whole /64 of IPv6, because one customer has so much.
#[must_use]
pub fn network(peer: IpAddr) -> Vec<u8> {
    match peer.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

/// The token of the `Authorization` header, or where there is none that of a browser's cookie.
#[derive(Clone, Debug)]
pub enum Bearer {
    /// No token.
    Absent,
    /// A token of ours.
    Known(Caller),
    /// A token of ours, too old.
    Expired,
    /// A token of ours, of a session that was ended.
    SessionEnded,
    /// Any other text.
    Invalid,
}

impl Bearer {
    /// Reads and verifies the token; the flag is true if it is a cookie.
    #[must_use]
    pub fn of(headers: &HeaderMap, vault: &Vault) -> (Self, bool) {
        match (headers.get(header::AUTHORIZATION), cookies::access(headers)) {
            (Some(value), _) => {
                let token = value.to_str().ok().and_then(token_in);
                (token.map_or(Self::Invalid, |token| Self::verified(token, vault)), false)
            }
            (None, Some(token)) => (Self::verified(token, vault), true),
            (None, None) => (Self::Absent, false),
        }
    }

    fn verified(token: &str, vault: &Vault) -> Self {
        match vault.verify_token(token) {
            Ok(caller) => Self::Known(caller),
            Err(TokenError::Expired) => Self::Expired,
            Err(TokenError::SessionEnded) => Self::SessionEnded,
            Err(TokenError::Invalid) => Self::Invalid,
        }
    }
}

fn token_in(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_an_address_or_a_64th() {
        let network = |text: &str| network(text.parse().expect("an address"));
        assert_ne!(network("10.0.0.1"), network("10.0.0.2"));
        assert_eq!(network("::ffff:10.0.0.1"), network("10.0.0.1"));
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
    }

    #[test]
    fn the_scheme_is_read_in_any_case_and_no_other_counts() {
        assert_eq!(token_in("Bearer abc"), Some("abc"));
        assert_eq!(token_in("bearer  abc "), Some("abc"));
        assert_eq!(token_in("Basic abc"), None);
        assert_eq!(token_in("Bearer"), None);
    }
}
