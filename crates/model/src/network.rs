//! Network ranges in CIDR notation (RFC 4632, RFC 4291 §2.3).

use serde::{Deserialize, Serialize};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// A text that is no network range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Not `address/bits`.
    #[error("`{0}` is not a network range such as `10.0.0.0/8`")]
    Form(String),
    /// More bits than the address has.
    #[error("`{0}` has a prefix longer than its address")]
    Prefix(String),
    /// Bits are set that the prefix does not cover; the author probably meant something else.
    #[error("`{0}` has bits set after its prefix")]
    HostBits(String),
}

/// A range of addresses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Parses `address/bits`; an address alone is the range of that one.
    ///
    /// # Errors
    /// Names what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, NetworkError> {
        let shown = || text.chars().take(64).collect::<String>();
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError::Form(shown()))?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => width,
            Some(bits) if bits.bytes().all(|b| b.is_ascii_digit()) => {
                bits.parse().map_err(|_| NetworkError::Form(shown()))?
            }
            Some(_) => return Err(NetworkError::Form(shown())),
        };
        if bits > width {
            return Err(NetworkError::Prefix(shown()));
        }
        let network = Self { address, bits };
        if network.masked(address) == address {
            Ok(network)
        } else {
            Err(NetworkError::HostBits(shown()))
        }
    }

    /// Whether an address lies in the range. An IPv4 address in IPv6 clothes (`::ffff:a.b.c.d`) counts as what it is.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = if self.address.is_ipv4() {
            address.to_canonical()
        } else {
            address
        };
        address.is_ipv4() == self.address.is_ipv4() && self.masked(address) == self.address
    }

    fn masked(&self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(v4) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
            }
            IpAddr::V6(v6) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
            }
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;
    fn try_from(text: String) -> Result<Self, NetworkError> {
        Self::parse(&text)
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_hold_what_they_say() {
        for (range, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::/0", "2001:db8::1", "10.0.0.1"),
            ("10.0.0.0/8", "::ffff:10.1.2.3", "::ffff:11.1.2.3"),
        ] {
            let network = Network::parse(range).unwrap();
            assert!(network.contains(inside.parse().unwrap()), "{inside} in {range}");
            assert!(
                !network.contains(outside.parse().unwrap()),
                "{outside} not in {range}"
            );
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in [
            "",
            "10.0.0.0/",
            "10.0.0/8",
            "10.0.0.0/+8",
            "10.0.0.0/8/8",
            "a/8",
            "10.0.0.0/256",
        ] {
            assert!(
                matches!(Network::parse(text), Err(NetworkError::Form(_))),
                "{text}"
            );
        }
        assert!(matches!(
            Network::parse("10.0.0.0/33"),
            Err(NetworkError::Prefix(_))
        ));
        assert!(matches!(Network::parse("::/129"), Err(NetworkError::Prefix(_))));
        assert!(matches!(
            Network::parse("10.0.0.1/8"),
            Err(NetworkError::HostBits(_))
        ));
    }

    proptest! {
        #[test]
        fn a_range_survives_its_text(address: IpAddr, bits in 0u8..=128) {
            let width = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.min(width);
            let unmasked = Network { address, bits };
            let network = Network { address: unmasked.masked(address), bits };
            prop_assert_eq!(Network::parse(&network.to_string()), Ok(network));
            prop_assert!(network.contains(address));
        }
    }
}
