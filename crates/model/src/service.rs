//! Service identities: what they are for, and what their keys may be.

use crate::{network::Network, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest life of a key.
pub const LONGEST_KEY_LIFE: Duration = DAY.saturating_mul(365);
/// The life of a key whose maker says nothing of it.
pub const USUAL_KEY_LIFE: Duration = DAY.saturating_mul(90);
/// The longest life of an access token that a key is exchanged for.
pub const TOKEN_LIFE: Duration = Duration::from_secs(10 * 60);
/// How many keys of a service may be good at the same time: one in use, and the next one while it is brought out.
pub const LIVE_KEYS: usize = 2;
/// How many network ranges a key may name.
pub const NETWORKS: usize = 32;

/// What a service identity is for. It decides nothing; people look for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceKind {
    /// A job of continuous integration.
    CiJob,
    /// An application while it runs.
    Application,
    /// A bot.
    Bot,
    /// An agent that acts for people.
    Agent,
}

impl ServiceKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::CiJob, Self::Application, Self::Bot, Self::Agent];
}

/// What limits a key from its making to its end; nothing of it changes afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyTerms {
    /// From where it is good; anywhere when empty. Looked at on each call.
    pub networks: Vec<Network>,
    /// From when it is not good any more.
    pub ends_at: Timestamp,
}

/// Why terms cannot be those of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyTermsError {
    /// The end is not in the future.
    #[error("the end of a key must be in the future")]
    Over,
    /// Beyond [`LONGEST_KEY_LIFE`].
    #[error("a key can be good for one year at most")]
    TooLong,
    /// More than [`NETWORKS`].
    #[error("a key can name 32 networks at most")]
    TooManyNetworks,
}

impl KeyTerms {
    /// The terms of a key that is made now.
    ///
    /// # Errors
    /// Says which of them cannot be.
    pub fn new(
        now: Timestamp,
        ends_at: Option<Timestamp>,
        mut networks: Vec<Network>,
    ) -> Result<Self, KeyTermsError> {
        let ends_at = ends_at.unwrap_or_else(|| now.plus(USUAL_KEY_LIFE));
        networks.sort_unstable();
        networks.dedup();
        if ends_at <= now {
            Err(KeyTermsError::Over)
        } else if ends_at > now.plus(LONGEST_KEY_LIFE) {
            Err(KeyTermsError::TooLong)
        } else if networks.len() > NETWORKS {
            Err(KeyTermsError::TooManyNetworks)
        } else {
            Ok(Self { networks, ends_at })
        }
    }

    /// When a token that the key is exchanged for now must end.
    pub fn token_end(&self, now: Timestamp) -> Timestamp {
        now.plus(TOKEN_LIFE).min(self.ends_at)
    }
}

/// Whether an address lies in one of the ranges; none of them stands for anywhere.
pub fn admits(networks: &[Network], address: std::net::IpAddr) -> bool {
    networks.is_empty() || networks.iter().any(|network| network.contains(address))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn a_key_ends_within_a_year_and_after_ninety_days_when_nothing_is_said() {
        let terms = |end| KeyTerms::new(NOW, end, Vec::new());
        assert_eq!(terms(None).unwrap().ends_at, NOW.plus(DAY * 90));
        assert!(terms(Some(NOW.plus(DAY * 365))).is_ok());
        let beyond = NOW.plus(DAY * 365).plus(Duration::from_millis(1));
        assert_eq!(terms(Some(beyond)), Err(KeyTermsError::TooLong));
        for over in [NOW, NOW.minus(DAY), Timestamp::from_millis(i64::MIN)] {
            assert_eq!(terms(Some(over)), Err(KeyTermsError::Over));
        }
        assert_eq!(
            terms(Some(Timestamp::from_millis(i64::MAX))),
            Err(KeyTermsError::TooLong)
        );
    }

    #[test]
    fn a_token_ends_with_its_key() {
        let terms = KeyTerms::new(NOW, Some(NOW.plus(Duration::from_secs(60))), Vec::new()).unwrap();
        assert_eq!(terms.token_end(NOW), terms.ends_at);
        let long = KeyTerms::new(NOW, None, Vec::new()).unwrap();
        assert_eq!(long.token_end(NOW), NOW.plus(TOKEN_LIFE));
    }

    #[test]
    fn networks_count_once_and_not_without_end() {
        let networks = |count: u8| (0..count).map(|n| Network::parse(&format!("10.0.{n}.0/24")).unwrap());
        let twice: Vec<_> = networks(32).chain(networks(32)).collect();
        assert_eq!(KeyTerms::new(NOW, None, twice).unwrap().networks.len(), 32);
        let many = networks(33).collect();
        assert_eq!(
            KeyTerms::new(NOW, None, many),
            Err(KeyTermsError::TooManyNetworks)
        );
    }

    #[test]
    fn without_networks_a_key_is_good_anywhere() {
        let address = "192.0.2.7".parse().unwrap();
        assert!(admits(&[], address));
        assert!(admits(&[Network::parse("192.0.2.0/24").unwrap()], address));
        assert!(!admits(&[Network::parse("192.0.3.0/24").unwrap()], address));
    }
}
