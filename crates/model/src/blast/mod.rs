//! The blast radius: what somebody or something can reach, and which values they hold that have not changed since.
//!
//! It is computed from facts alone ([`known`], [`BlastRadius::numbers`]): the same facts give the same radius, in the same
//! order, so that its canonical form has one digest. No value is part of it.

mod at_hand;
mod behind;
mod held;
mod known;
mod reached;

pub use at_hand::{DeviceAtHand, KeyAtHand, SessionAtHand};
pub use behind::{Alone, Waiting};
pub use held::{Current, Holding, How, Known, Risk, Standing};
pub use known::known;
pub use reached::{Drawable, Reached, Reacher, Through};

use crate::ids::{DeviceId, PrincipalId, SecretId, SessionId};
use serde::{Deserialize, Serialize};

/// Whom or what a blast radius is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what", content = "id")]
pub enum Suspect {
    /// A person who leaves, or whose account is in doubt.
    Person(PrincipalId),
    /// A device that was lost.
    Device(DeviceId),
    /// A session.
    Session(SessionId),
    /// A service identity.
    Service(PrincipalId),
    /// A secret: everyone who holds its value.
    Secret(SecretId),
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlastRadius {
    /// About whom or what.
    pub of: Suspect,
    /// The grants that reach them; in the order of ids.
    pub grants: Vec<Through>,
    /// Where they reach values now; in the order of ids.
    pub reach: Vec<Reached>,
    /// What they could draw.
    pub emergency: Vec<Drawable>,
    /// The values that they hold and that are current; the riskiest first.
    pub known: Vec<Known>,
    /// What waits for them.
    pub waiting: Vec<Waiting>,
    /// What only they answer for.
    pub alone: Vec<Alone>,
    /// Their devices.
    pub devices: Vec<DeviceAtHand>,
    /// Their sessions.
    pub sessions: Vec<SessionAtHand>,
    /// Keys of services that they made.
    pub keys: Vec<KeyAtHand>,
    /// Of a secret: who reaches its value now; in the order of ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reachers: Vec<Reacher>,
}

/// A blast radius in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Numbers {
    /// Grants.
    pub grants: u64,
    /// Places where values can be reached.
    pub places: u64,
    /// Secrets whose values can be reached.
    pub secrets: u64,
    /// Rights to emergency access.
    pub emergency: u64,
    /// Values held that are current.
    pub known: u64,
    /// Those of them that were shown or copied.
    pub seen: u64,
    /// Those of them that may be kept on a device.
    pub kept: u64,
    /// What waits for them.
    pub waiting: u64,
    /// What only they answer for.
    pub alone: u64,
    /// Devices.
    pub devices: u64,
    /// Sessions.
    pub sessions: u64,
    /// Keys of services.
    pub keys: u64,
    /// Of a secret: how many reach its value. Where it is none, the form is that of before there was this number.
    #[serde(skip_serializing_if = "is_none_of_them")]
    pub reachers: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_none_of_them(number: &u64) -> bool {
    *number == 0
}

impl BlastRadius {
    /// Nothing, about somebody or something.
    pub const fn nothing(of: Suspect) -> Self {
        Self {
            of,
            grants: Vec::new(),
            reach: Vec::new(),
            emergency: Vec::new(),
            known: Vec::new(),
            waiting: Vec::new(),
            alone: Vec::new(),
            devices: Vec::new(),
            sessions: Vec::new(),
            keys: Vec::new(),
            reachers: Vec::new(),
        }
    }

    /// How much there is of each.
    pub fn numbers(&self) -> Numbers {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let known =
            |which: &dyn Fn(&Known) -> bool| count(self.known.iter().filter(|one| which(one)).count());
        Numbers {
            grants: count(self.grants.len()),
            places: count(self.reach.len()),
            secrets: self.reach.iter().map(|reached| reached.secrets).sum(),
            emergency: count(self.emergency.len()),
            known: count(self.known.len()),
            seen: known(&|one| one.how() >= How::Copied),
            kept: known(&|one| one.holdings.iter().any(|holding| holding.kept_until.is_some())),
            waiting: count(self.waiting.len()),
            alone: count(self.alone.len()),
            devices: count(self.devices.len()),
            sessions: count(self.sessions.len()),
            keys: count(self.keys.len()),
            reachers: count(self.reachers.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        known::tests::{holding, standing, value},
        *,
    };
    use crate::{entropy::Sequence, scope::EnvironmentClass, secret::SecretKind, time::Timestamp};
    use std::collections::BTreeMap;

    #[test]
    fn numbers_count_each_value_once() {
        let entropy = Sequence::new(2);
        let secret = SecretId::from_bytes([1; 16]);
        let of = BTreeMap::from([(
            secret,
            standing(SecretKind::Generic, EnvironmentClass::Production),
        )]);
        let kept = Holding {
            kept_until: Some(Timestamp::from_millis(5)),
            ..holding(&entropy, How::Kept, 1)
        };
        let held = [([1; 32], kept), ([1; 32], holding(&entropy, How::Revealed, 2))];
        let radius = BlastRadius {
            known: known(&[value((secret, 1, 1))], held, &of),
            ..BlastRadius::nothing(Suspect::Secret(secret))
        };
        let numbers = radius.numbers();
        assert_eq!((numbers.known, numbers.seen, numbers.kept), (1, 1, 1));
    }
}
