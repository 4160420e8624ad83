//! The blast radius: what somebody or something can reach, and which values they hold that have not changed since.
//!
//! It is computed from facts alone ([`known`], [`BlastRadius::numbers`]): the same facts give the same radius, in the same
//! order, so that its canonical form has one digest. No value is part of it.

use crate::{
    action::Action,
    event::EventKind,
    ids::{
        DeviceId, DrawId, EmergencyId, EventId, GrantId, KeyId, PrincipalId, ProposalId, RequestId, RoleId,
        ScopeId, SecretId, SessionId,
    },
    scope::EnvironmentClass,
    secret::SecretKind,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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

/// What tells two ways of coming by a value apart, wherever the value stood.
type Way = (PrincipalId, DeviceId, How);

/// All that came of one value.
#[derive(Default)]
struct OfValue {
    by_secret: BTreeMap<SecretId, Vec<Holding>>,
    alike: BTreeMap<Way, Holding>,
}

impl OfValue {
    fn add(&mut self, holding: Holding) {
        let way = (holding.principal, holding.device, holding.how);
        match self.alike.get_mut(&way) {
            Some(latest) if order(latest, &holding).is_le() => {}
            Some(latest) => latest.clone_from(&holding),
            None => {
                self.alike.insert(way, holding.clone());
            }
        }
        self.by_secret.entry(holding.secret).or_default().push(holding);
    }

    /// What came from a secret, and the latest of each way in which the value came from others; the riskiest first.
    fn to(&self, secret: SecretId) -> Vec<Holding> {
        let mut holdings = self.by_secret.get(&secret).cloned().unwrap_or_default();
        let own: BTreeSet<Way> = holdings
            .iter()
            .map(|holding| (holding.principal, holding.device, holding.how))
            .collect();
        let others = self.alike.iter().filter(|(way, _)| !own.contains(way));
        holdings.extend(others.map(|(_, holding)| holding.clone()));
        holdings.sort_by(order);
        holdings
    }
}

fn order(a: &Holding, b: &Holding) -> std::cmp::Ordering {
    (b.how, b.last_at, a.device, a.secret, a.version, a.principal).cmp(&(
        a.how,
        a.last_at,
        b.device,
        b.secret,
        b.version,
        b.principal,
    ))
}

/// Puts holdings of values, each with its value's fingerprint, together by the secret that has the value today, the riskiest first. Where
/// a value stands in many places, each lists what came from itself, and of what came from the others the latest of each way. What has no
/// standing is left out: it was erased, value and all.
pub fn known(
    current: &[Current],
    held: impl IntoIterator<Item = ([u8; 32], Holding)>,
    standing: &BTreeMap<SecretId, Standing>,
) -> Vec<Known> {
    let mut values: BTreeMap<[u8; 32], OfValue> = BTreeMap::new();
    for (fingerprint, holding) in held {
        values.entry(fingerprint).or_default().add(holding);
    }
    let mut known: Vec<_> = current
        .iter()
        .filter_map(|current| {
            let standing = standing.get(&current.secret)?;
            let holdings = values.get(&current.fingerprint)?.to(current.secret);
            let how = holdings.first()?.how;
            Some(Known {
                secret: current.secret,
                version: current.version,
                scope: standing.scope,
                since: standing.since,
                in_bin: standing.in_bin,
                owner: standing.owner,
                risk: Risk::of(standing.kind, standing.class, how),
                holdings,
            })
        })
        .collect();
    known.sort_by(|a, b| (b.risk, a.secret).cmp(&(a.risk, b.secret)));
    known
}

/// A grant by which something is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Through {
    /// The grant.
    pub grant: GrantId,
    /// Its role.
    pub role: RoleId,
    /// Where it was given.
    pub scope: ScopeId,
    /// The team that holds it; none when it was given to them.
    pub team: Option<PrincipalId>,
    /// From when it counts.
    pub not_before: Option<Timestamp>,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

/// A place where values can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The place.
    pub scope: ScopeId,
    /// How many living secrets stand directly in it.
    pub secrets: u64,
    /// What can be done with them, of the actions that touch values.
    pub actions: BTreeSet<Action>,
    /// Through which grants.
    pub through: Vec<GrantId>,
}

/// A right to emergency access that could be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawable {
    /// The right.
    pub right: EmergencyId,
    /// What it would give.
    pub role: RoleId,
    /// Where.
    pub scope: ScopeId,
    /// Until when.
    pub ends_at: Timestamp,
}

/// Something that waits for a person, or that they began.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what", content = "id")]
pub enum Waiting {
    /// They asked for access.
    Request(RequestId),
    /// They asked that a value be changed; that stays.
    Rotation(RequestId),
    /// They approved a request that is still open.
    Approval(RequestId),
    /// They proposed a change that waits for a second Owner.
    Proposal(ProposalId),
    /// Somebody else's request, which they may answer; others may be there who may, too.
    Answer(RequestId),
    /// Somebody else's emergency access, which they may review.
    Review(DrawId),
}

/// Something that nobody else answers for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what", content = "id")]
pub enum Alone {
    /// A secret that they own.
    Secret(SecretId),
    /// A team in which nobody else is active.
    Team(PrincipalId),
    /// A service identity whose team has nobody else.
    Service(PrincipalId),
}

/// A device that may hold something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceAtHand {
    /// The device.
    pub device: DeviceId,
    /// Its last contact.
    pub seen_at: Timestamp,
    /// How many values it may keep now.
    pub leases: u64,
    /// When the longest of them ends.
    pub leased_until: Option<Timestamp>,
}

/// A session that lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionAtHand {
    /// The session.
    pub session: SessionId,
    /// On which device.
    pub device: DeviceId,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when at the longest.
    pub ends_at: Timestamp,
}

/// A living key of a service identity that they made, so that they may have its private half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAtHand {
    /// The key.
    pub key: KeyId,
    /// Whose.
    pub service: PrincipalId,
    /// Until when.
    pub ends_at: Timestamp,
    /// When it was last exchanged for a token.
    pub last_used_at: Option<Timestamp>,
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

/// Somebody who reaches the value of a secret, and through what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reacher {
    /// Who: a person or a service identity.
    pub principal: PrincipalId,
    /// What they can do with the value: use it, reveal it.
    pub actions: BTreeSet<Action>,
    /// The grants of a role that allows it; in the order of ids.
    pub through: Vec<Through>,
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
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::entropy::Sequence;

    fn holding(entropy: &Sequence, how: How, last_at: i64) -> Holding {
        Holding {
            principal: PrincipalId::from_bytes([1; 16]),
            device: DeviceId::random(entropy),
            secret: SecretId::from_bytes([2; 16]),
            version: 1,
            how,
            times: 1,
            first_at: Timestamp::from_millis(0),
            last_at: Timestamp::from_millis(last_at),
            event: EventId::random(entropy),
            kept_until: None,
        }
    }

    fn standing(kind: SecretKind, class: EnvironmentClass) -> Standing {
        Standing {
            scope: ScopeId::from_bytes([3; 16]),
            class,
            kind,
            owner: None,
            since: Timestamp::from_millis(0),
            in_bin: false,
        }
    }

    fn value((secret, version, fingerprint): (SecretId, u64, u8)) -> Current {
        Current {
            secret,
            version,
            fingerprint: [fingerprint; 32],
        }
    }

    #[test]
    fn a_value_that_stands_in_many_places_is_listed_once_for_each_way() {
        let entropy = Sequence::new(3);
        let device = DeviceId::random(&entropy);
        let secrets: Vec<_> = (0..200).map(|_| SecretId::random(&entropy)).collect();
        let of = secrets
            .iter()
            .map(|secret| {
                (
                    *secret,
                    standing(SecretKind::Generic, EnvironmentClass::Production),
                )
            })
            .collect();
        let current: Vec<_> = secrets.iter().map(|secret| value((*secret, 1, 1))).collect();
        let held = secrets.iter().zip(0..).flat_map(|(secret, at)| {
            let one = |how| Holding {
                device,
                secret: *secret,
                ..holding(&entropy, how, at)
            };
            [([1; 32], one(How::Used)), ([1; 32], one(How::Kept))]
        });
        let found = known(&current, held.collect::<Vec<_>>(), &of);
        assert_eq!(found.len(), 200);
        // Each was read where it stands; none repeats what came from the other 199 places.
        assert!(found.iter().all(|one| one.holdings.len() == 2), "linear");
        // A place where nobody read it has the latest of each way.
        let unread = SecretId::random(&entropy);
        let held = [
            ([1; 32], holding(&entropy, How::Used, 1)),
            (
                [1; 32],
                Holding {
                    device,
                    ..holding(&entropy, How::Copied, 1)
                },
            ),
            (
                [1; 32],
                Holding {
                    device,
                    ..holding(&entropy, How::Copied, 2)
                },
            ),
        ];
        let of = BTreeMap::from([(
            unread,
            standing(SecretKind::Generic, EnvironmentClass::Production),
        )]);
        let found = known(&[value((unread, 1, 1))], held, &of);
        let ways: Vec<_> = found[0]
            .holdings
            .iter()
            .map(|holding| (holding.how, holding.last_at.millis()))
            .collect();
        assert_eq!(ways, [(How::Copied, 2), (How::Used, 1)]);
    }

    #[test]
    fn the_riskiest_comes_first_and_what_was_erased_is_left_out() {
        let entropy = Sequence::new(1);
        let [staging, production, erased] = [1, 2, 3].map(|n| SecretId::from_bytes([n; 16]));
        let of = BTreeMap::from([
            (staging, standing(SecretKind::ApiKey, EnvironmentClass::Staging)),
            (
                production,
                standing(SecretKind::ApiKey, EnvironmentClass::Production),
            ),
        ]);
        let current = [(staging, 1, 1), (production, 4, 2), (erased, 1, 3)].map(value);
        let held = [
            ([1; 32], holding(&entropy, How::Revealed, 9)),
            ([2; 32], holding(&entropy, How::Used, 1)),
            ([2; 32], holding(&entropy, How::Copied, 2)),
            ([2; 32], holding(&entropy, How::Copied, 3)),
            ([3; 32], holding(&entropy, How::Revealed, 9)),
        ];
        let found = known(&current, held, &of);
        let order: Vec<_> = found.iter().map(|one| (one.secret, one.version)).collect();
        assert_eq!(order, [(production, 4), (staging, 1)]);
        let last: Vec<_> = found[0]
            .holdings
            .iter()
            .map(|holding| holding.last_at.millis())
            .collect();
        assert_eq!(last, [3, 2, 1], "what shows most, and the latest, first");
        assert_eq!(found[0].how(), How::Copied);
    }

    #[test]
    fn a_risk_is_from_1_to_100_and_falls_with_each_part() {
        let worst = Risk::of(SecretKind::KeyPair, EnvironmentClass::Production, How::Revealed);
        assert_eq!((worst.number(), worst.days()), (100, 1));
        let least = Risk::of(SecretKind::Generic, EnvironmentClass::Sandbox, How::Used);
        assert_eq!((least.number(), least.days()), (30, 14));
        let used = Risk::of(SecretKind::KeyPair, EnvironmentClass::Production, How::Used);
        assert!(least < used && used < worst);
    }

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
