//! Values that are held: how they came, and how bad that is.

use crate::{
    event::EventKind,
    ids::{DeviceId, EventId, PrincipalId, ScopeId, SecretId},
    scope::EnvironmentClass,
    secret::SecretKind,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// How a value came to a device, from what shows least of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Injected into a process.
    Used,
    /// Kept for use without the server.
    Kept,
    /// Read without the server, as the device reported.
    ReadOffline,
    /// Copied.
    Copied,
    /// Shown.
    Revealed,
}

impl How {
    /// What an event of the log says; none for events by which no value came to anybody.
    pub const fn of(kind: EventKind) -> Option<Self> {
        match kind {
            EventKind::SecretUsed => Some(Self::Used),
            EventKind::SecretLeased => Some(Self::Kept),
            EventKind::SecretReadOffline => Some(Self::ReadOffline),
            EventKind::SecretCopied => Some(Self::Copied),
            EventKind::SecretRevealed => Some(Self::Revealed),
            _ => None,
        }
    }
}

/// That a version of a value came to a device in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// Whose device.
    pub principal: PrincipalId,
    /// The device.
    pub device: DeviceId,
    /// Where the value stood when it came.
    pub secret: SecretId,
    /// As which version.
    pub version: u64,
    /// In which way.
    pub how: How,
    /// How often.
    pub times: u64,
    /// The first time.
    pub first_at: Timestamp,
    /// The last time.
    pub last_at: Timestamp,
    /// The leaf of the last time.
    pub event: EventId,
    /// Until when it may be kept at the longest; none where it never was.
    pub kept_until: Option<Timestamp>,
}

/// How bad it is that somebody holds a value, from 1 to 100: a sum of three parts, so that people can follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Risk(u8);

impl Risk {
    /// Where the value is good for (production 40 to sandbox 5), how it came (shown or copied 40, kept 30, used 15), and
    /// what it is (a key that nobody notices being used 20, down to a one-time code's seed 12 and anything else 10).
    pub const fn of(kind: SecretKind, class: EnvironmentClass, how: How) -> Self {
        let place = match class {
            EnvironmentClass::Production => 40,
            EnvironmentClass::Staging => 20,
            EnvironmentClass::Testing => 15,
            EnvironmentClass::Development => 10,
            EnvironmentClass::Sandbox => 5,
        };
        let way = match how {
            How::Revealed | How::Copied => 40,
            How::ReadOffline | How::Kept => 30,
            How::Used => 15,
        };
        let what = match kind {
            SecretKind::KeyPair | SecretKind::ConnectionString => 20,
            SecretKind::ApiKey | SecretKind::Password => 18,
            SecretKind::Certificate => 15,
            SecretKind::OneTimeCode => 12,
            SecretKind::Generic => 10,
        };
        Self(place + way + what)
    }

    /// The number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Reads a number that stands in a table.
    pub const fn from_number(number: u8) -> Self {
        Self(number)
    }

    /// Within how many days the value has to change.
    pub const fn days(self) -> u64 {
        match self.0 {
            80.. => 1,
            60..=79 => 3,
            40..=59 => 7,
            _ => 14,
        }
    }
}

/// A value that is current somewhere, and how it came to those whom the radius is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The secret that has it today.
    pub secret: SecretId,
    /// The version that is current.
    pub version: u64,
    /// Where the secret stands.
    pub scope: ScopeId,
    /// Since when the value has not changed.
    pub since: Timestamp,
    /// Whether the secret is in the bin; its value may still be good at its target.
    pub in_bin: bool,
    /// Who answers for it.
    pub owner: Option<PrincipalId>,
    /// How bad it is.
    pub risk: Risk,
    /// How it came; the riskiest and latest first.
    pub holdings: Vec<Holding>,
}

impl Known {
    /// The way that shows most of the value.
    pub fn how(&self) -> How {
        self.holdings
            .iter()
            .map(|holding| holding.how)
            .max()
            .unwrap_or(How::Used)
    }
}

/// What is known of a secret whose value somebody holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub scope: ScopeId,
    /// The class of the environment around it.
    pub class: EnvironmentClass,
    /// What it is.
    pub kind: SecretKind,
    /// Who answers for it.
    pub owner: Option<PrincipalId>,
    /// When its value last changed.
    pub since: Timestamp,
    /// Whether it is in the bin.
    pub in_bin: bool,
}

/// A value that is current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current {
    /// The secret that has it today, be it in the bin.
    pub secret: SecretId,
    /// As which version.
    pub version: u64,
    /// What tells it from other values.
    pub fingerprint: [u8; 32],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_risk_is_from_1_to_100_and_falls_with_each_part() {
        let worst = Risk::of(SecretKind::KeyPair, EnvironmentClass::Production, How::Revealed);
        assert_eq!((worst.number(), worst.days()), (100, 1));
        let least = Risk::of(SecretKind::Generic, EnvironmentClass::Sandbox, How::Used);
        assert_eq!((least.number(), least.days()), (30, 14));
        let used = Risk::of(SecretKind::KeyPair, EnvironmentClass::Production, How::Used);
        assert!(least < used && used < worst);
    }
}
