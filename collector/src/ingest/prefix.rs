//! Which network a request comes from: held for the length of the request, and never shown.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};

use crate::collector::Collector;

/// The other end of a request's connection.
///
/// Without `Debug`: what cannot be formatted is in no log.
#[derive(Clone, Copy)]
pub struct Peer(pub IpAddr);

/// What one customer of a network provider has: a /24 of IPv4, a /48 of IPv6.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Prefix([u8; 6]);

/// Whose quota the sections of a request count against, if anyone's.
pub(crate) struct Source(pub(crate) Option<Prefix>);

impl FromRequestParts<Collector> for Source {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        collector: &Collector,
    ) -> Result<Self, Infallible> {
        let Some(Peer(peer)) = parts.extensions.get().copied() else { return Ok(Self(None)) };
        let peer = peer.to_canonical();
        let prefix = match &collector.proxy_header {
            // A proxy that we know nothing of: all the world would share its quota.
            None if is_local(peer) => None,
            Some(name) if is_local(peer) => {
                Some(Prefix::of(forwarded(&parts.headers, name).unwrap_or(peer)))
            }
            // Whoever is not on our own network might write anything into a header.
            _ => Some(Prefix::of(peer)),
        };
        Ok(Self(prefix))
    }
}

impl Prefix {
    pub(crate) fn of(address: IpAddr) -> Self {
        let mut prefix = [0; 6];
        match address.to_canonical() {
            // No IPv6 address that is in use starts with eight zero bits.
            IpAddr::V4(address) => prefix[3..].copy_from_slice(&address.octets()[..3]),
            IpAddr::V6(address) => prefix.copy_from_slice(&address.octets()[..6]),
        }
        Self(prefix)
    }

    pub(crate) fn octets(self) -> [u8; 6] {
        self.0
    }
}

/// The address that the proxy next to us saw: the last of a list, whatever came before it.
fn forwarded(headers: &HeaderMap, name: &HeaderName) -> Option<IpAddr> {
    let list = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    let nearest = list.rsplit(',').next()?.trim();
    let with_port = || Some(nearest.parse::<SocketAddr>().ok()?.ip());
    nearest.parse().ok().or_else(with_port)
}

/// Whether an address is of this machine or of a network of its own.
fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_what_one_customer_has() {
        let is_one = |first: &str, second: &str| {
            Prefix::of(first.parse().unwrap()) == Prefix::of(second.parse().unwrap())
        };
        assert!(is_one("203.0.113.1", "203.0.113.254"));
        assert!(is_one("203.0.113.1", "::ffff:203.0.113.2"));
        assert!(!is_one("203.0.113.1", "203.0.112.1"));
        assert!(is_one("2001:db8:1::1", "2001:db8:1:ffff::2"));
        assert!(!is_one("2001:db8:1::1", "2001:db8:2::1"));
    }

    #[test]
    fn the_last_address_of_the_last_header_is_the_proxys() {
        let name = HeaderName::from_static("x-forwarded-for");
        let check = |values: &[&str], address: Option<&str>| {
            let values = values.iter().map(|value| (name.clone(), value.parse().unwrap()));
            let headers: HeaderMap = values.collect();
            assert_eq!(forwarded(&headers, &name), address.map(|text| text.parse().unwrap()));
        };
        check(&["203.0.113.1"], Some("203.0.113.1"));
        check(&["198.51.100.1, 203.0.113.1:4711"], Some("203.0.113.1"));
        check(&["198.51.100.1", "nonsense,[2001:db8::1]:80"], Some("2001:db8::1"));
        check(&["2001:db8::1"], Some("2001:db8::1"));
        check(&["203.0.113.1,"], None);
        check(&["unknown"], None);
        check(&[], None);
    }
}
