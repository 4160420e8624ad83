//! Where this server may connect to (rule 36): listed hosts, at public addresses or in listed networks, each address looked up once and
//! then kept for the whole conversation.

use crate::config::WebhookRules;
use claviger_model::network::Network;
use futures_util::future::BoxFuture;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};
use url::{Host, Url};

/// Why something is not connected to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// Not an https URL with a host, or more than that.
    #[error("the URL must be https, without user, password and fragment")]
    Form,
    /// The host is not listed.
    #[error("the host `{0}` is not in `webhooks.allow` of the server's configuration")]
    Host(String),
    /// The name leads nowhere.
    #[error("the host's name does not resolve")]
    Unknown,
    /// It leads to where nothing of ours is to be reached.
    #[error("the host's name leads to an address that is neither public nor in `webhooks.networks`")]
    Address,
}

/// Looks names up.
pub trait Resolver: Send + Sync {
    /// All addresses of a name.
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;
}

/// The system's.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

/// A URL on the list.
///
/// # Errors
/// Says what is wrong with it.
pub fn listed(rules: &WebhookRules, text: &str) -> Result<Url, NotAllowed> {
    let url = Url::parse(text).map_err(|_| NotAllowed::Form)?;
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if url.scheme() != "https" || !bare {
        return Err(NotAllowed::Form);
    }
    let host = url.host_str().ok_or(NotAllowed::Form)?.to_ascii_lowercase();
    let named = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    };
    if rules.allow.contains(&named) {
        Ok(url)
    } else {
        Err(NotAllowed::Host(named))
    }
}

/// The addresses of a listed URL. One that may not be reached spoils all: whoever answers so means no good.
///
/// # Errors
/// When there are none, or one may not be reached.
pub async fn pinned(
    rules: &WebhookRules,
    resolver: &dyn Resolver,
    url: &Url,
) -> Result<Vec<SocketAddr>, NotAllowed> {
    let port = url.port_or_known_default().ok_or(NotAllowed::Form)?;
    let found = match url.host().ok_or(NotAllowed::Form)? {
        Host::Ipv4(address) => vec![SocketAddr::from((address, port))],
        Host::Ipv6(address) => vec![SocketAddr::from((address, port))],
        Host::Domain(name) => {
            let found = resolver.resolve(name, port).await;
            found.map_err(|_| NotAllowed::Unknown)?
        }
    };
    if found.is_empty() {
        return Err(NotAllowed::Unknown);
    }
    let reachable = |address: &SocketAddr| may_reach(address.ip(), &rules.networks);
    if found.iter().all(reachable) {
        Ok(found)
    } else {
        Err(NotAllowed::Address)
    }
}

/// Whether an address is public or in one of the networks.
pub fn may_reach(address: IpAddr, networks: &[Network]) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(address))
        || match address {
            IpAddr::V4(address) => is_public_v4(address),
            IpAddr::V6(address) => is_public_v6(address),
        }
}

/// Global unicast by the IANA registry of special addresses (RFC 6890).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b)))
}

/// 2000::/3 without documentation, Teredo, ORCHID and what carries an IPv4 address (6to4).
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    (0x2000..0x4000).contains(&first)
        && first != 0x2002
        && first != 0x3fff
        && !(first == 0x2001 && (second < 0x200 || second == 0xdb8))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_public_addresses_and_listed_networks_are_reached() {
        let networks = [Network::parse("10.1.0.0/16").unwrap()];
        for public in [
            "93.184.215.14",
            "2606:2800:21f::1",
            "10.1.2.3",
            "::ffff:10.1.2.3",
            "100.63.0.1",
        ] {
            assert!(may_reach(public.parse().unwrap(), &networks), "{public}");
        }
        for hidden in [
            "127.0.0.1",
            "127.9.9.9",
            "::1",
            "::ffff:127.0.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "::",
            "10.2.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "2001::1",
            "::127.0.0.1",
        ] {
            assert!(!may_reach(hidden.parse().unwrap(), &networks), "{hidden}");
        }
    }

    #[test]
    fn only_listed_https_hosts_are_posted_to() {
        let rules = WebhookRules {
            allow: vec![
                "hooks.example.com".to_owned(),
                "hooks.example.com:8443".to_owned(),
            ],
            ..WebhookRules::default()
        };
        for good in [
            "https://hooks.example.com/x?y",
            "https://HOOKS.example.com:443/",
            "https://hooks.example.com:8443/",
        ] {
            assert!(listed(&rules, good).is_ok(), "{good}");
        }
        for bad in [
            "http://hooks.example.com/",
            "https://hooks.example.com:9/",
            "https://evil.example.com/",
            "https://hooks.example.com.evil.com/",
            "https://hooks.example.com@evil.com/",
            "https://user:pw@hooks.example.com/",
            "https://hooks.example.com/#x",
            "ftp://hooks.example.com/",
            "",
            "https://hooks.example.com\u{2044}.evil.com/",
        ] {
            assert!(listed(&rules, bad).is_err(), "{bad}");
        }
    }
}
