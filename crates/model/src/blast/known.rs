//! Holdings put together by the value that they are of.

use super::{Current, Holding, How, Known, Risk, Standing};
use crate::ids::{DeviceId, PrincipalId, SecretId};
use std::collections::{BTreeMap, BTreeSet};

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

#[cfg(test)]
pub(super) mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::{
        entropy::Sequence,
        ids::{EventId, ScopeId},
        scope::EnvironmentClass,
        secret::SecretKind,
        time::Timestamp,
    };

    pub fn holding(entropy: &Sequence, how: How, last_at: i64) -> Holding {
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

    pub fn standing(kind: SecretKind, class: EnvironmentClass) -> Standing {
        Standing {
            scope: ScopeId::from_bytes([3; 16]),
            class,
            kind,
            owner: None,
            since: Timestamp::from_millis(0),
            in_bin: false,
        }
    }

    pub fn value((secret, version, fingerprint): (SecretId, u64, u8)) -> Current {
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
}
