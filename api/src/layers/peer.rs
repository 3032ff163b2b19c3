//! The peer of a request: the address of the client, whichever proxies of ours stand in between.

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderName;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Once;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The warning of a proxy that can't be understood: whoever comes through that proxy shares one limit. One line
/// is enough for an operator to see it, and each request would write one.
static WARNING: Once = Once::new();

/// Returns the address of the client: the one that is connected, or, if that is a proxy of ours, the one for
/// which the proxy asks. Each proxy adds at the end of the header the address for which it asks, so addresses
/// before the last that none of our proxies has may be made up.
pub(super) fn of(request: &Request, trusted: &[IpNet]) -> IpAddr {
    let known = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let connected = known.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
    let is_ours = |address: &IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    if !is_ours(&connected) {
        return connected;
    }
    let lines = request.headers().get_all(FORWARDED_FOR).iter().rev();
    let hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    let mut farthest = connected;
    for hop in hops.filter(|hop| !hop.is_empty()) {
        let Some(address) = std::str::from_utf8(hop).ok().and_then(address) else {
            warn(farthest, hop);
            break;
        };
        farthest = address;
        if !is_ours(&address) {
            break;
        }
    }
    farthest
}

/// Reads the address of one hop. Proxies write a hop in many ways: bare, with a port, in brackets, in quotes, with an
/// interface, or as an element of the header `Forwarded` (RFC 7239).
fn address(hop: &str) -> Option<IpAddr> {
    let node = hop.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value)
    });
    let node = node.unwrap_or(hop).trim().trim_matches('"').trim();
    let host = match (node.strip_prefix('['), node.split_once(':')) {
        (Some(bracketed), _) => bracketed.split_once(']')?.0,
        // An IPv6 address has more than one colon, and without brackets no port.
        (None, Some((host, port))) if !port.contains(':') => host,
        (None, Some(_) | None) => node,
    };
    let host = host.split_once('%').map_or(host, |(host, _interface)| host);
    host.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

fn warn(proxy: IpAddr, hop: &[u8]) {
    WARNING.call_once(|| {
        let hop = String::from_utf8_lossy(hop);
        tracing::warn!(
            %proxy, ?hop,
            "a trusted proxy names its caller in X-Forwarded-For by something else than an address, so its callers \
             share one limit; let it write the address there"
        );
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn peer(connected: &str, forwarded: &[&str]) -> String {
        let trusted: Vec<IpNet> =
            ["10.0.0.0/8", "::1/128"].map(|text| text.parse().expect("a network")).into();
        let mut request = Request::new(Body::empty());
        let address = SocketAddr::new(connected.parse().expect("an address"), 1);
        request.extensions_mut().insert(ConnectInfo(address));
        for line in forwarded {
            request.headers_mut().append(FORWARDED_FOR, line.parse().expect("a header"));
        }
        of(&request, &trusted).to_string()
    }

    #[test]
    fn who_asks_is_the_last_that_no_proxy_of_ours_was() {
        assert_eq!(peer("203.0.113.7", &["198.51.100.1"]), "203.0.113.7", "anyone can say so");
        assert_eq!(peer("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(peer("10.0.0.1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(peer("10.0.0.1", &["1.2.3.4, 203.0.113.7, 10.0.0.2"]), "203.0.113.7");
        assert_eq!(peer("10.0.0.1", &["1.2.3.4", "203.0.113.7"]), "203.0.113.7");
        assert_eq!(peer("10.0.0.1", &["1.2.3.4:5, 203.0.113.7:6, 10.0.0.2:7"]), "203.0.113.7");
        assert_eq!(peer("::1", &["2001:db8::1"]), "2001:db8::1");
        assert_eq!(peer("10.0.0.1", &["10.0.0.3"]), "10.0.0.3");
    }

    #[test]
    fn an_address_is_read_however_proxies_write_it() {
        for v4 in [
            "198.51.100.1",
            "198.51.100.1:40000",
            "\"198.51.100.1\"",
            "\"198.51.100.1:40000\"",
            "[198.51.100.1]:40000",
            "::ffff:198.51.100.1",
            "[::ffff:198.51.100.1]:40000",
            "for=198.51.100.1",
            "For=\"198.51.100.1:40000\";proto=https;by=203.0.113.43",
            "proto=https; for = 198.51.100.1",
        ] {
            assert_eq!(peer("10.0.0.1", &[v4]), "198.51.100.1", "{v4}");
            assert_eq!(peer("10.0.0.1", &[&format!("{v4}, 10.0.0.2:443")]), "198.51.100.1", "{v4}");
        }
        for v6 in [
            "2001:db8::1",
            "[2001:db8::1]",
            "[2001:db8::1]:40000",
            "\"[2001:db8::1]:40000\"",
            "2001:db8::1%eth0",
            "[2001:db8::1%25eth0]:40000",
            "for=\"[2001:db8::1]:40000\"",
        ] {
            assert_eq!(peer("10.0.0.1", &[v6]), "2001:db8::1", "{v6}");
        }
    }

    #[test]
    fn empty_places_of_the_list_say_nothing() {
        for forwarded in ["198.51.100.1,", ",198.51.100.1, ,", "198.51.100.1 , 10.0.0.2,"] {
            assert_eq!(peer("10.0.0.1", &[forwarded]), "198.51.100.1", "{forwarded}");
        }
    }

    #[test]
    fn behind_what_is_no_address_nothing_is_believed() {
        for nothing in ["nonsense", "unknown", "_hidden", "for=unknown", "proto=https", "[", "1.2.3.4.5"] {
            assert_eq!(peer("10.0.0.1", &[nothing]), "10.0.0.1", "{nothing}");
            assert_eq!(peer("10.0.0.1", &["198.51.100.1", nothing]), "10.0.0.1", "{nothing}");
        }
    }
}
