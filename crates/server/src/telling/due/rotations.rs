//! Secrets whose value is older than it may be (`rotate_after_days`): once for each version, in one notice a day for each person.

use super::Ground;
use crate::telling::found::{Found, News};
use claviger_model::{
    ids::{PrincipalId, ScopeId, SecretId},
    notice::{About, NoticeKind},
    time::Timestamp,
};
use claviger_storage::StorageError;
use std::collections::{BTreeMap, BTreeSet};

const DAY_MS: i64 = 24 * 3600 * 1000;
/// Secrets of one read.
const ROWS: u32 = 1_000;

/// What one person is told of.
#[derive(Default)]
struct Digest {
    secrets: u32,
    one: Option<SecretId>,
    scopes: BTreeSet<ScopeId>,
}

/// Looks once a day (UTC), when a look passes its beginning.
///
/// # Errors
/// When the tables cannot be read.
pub async fn look(
    ground: &mut Ground<'_>,
    from: Timestamp,
    until: Timestamp,
    found: &mut Found,
) -> Result<(), StorageError> {
    let day = until.millis().div_euclid(DAY_MS);
    if from.millis().div_euclid(DAY_MS) == day {
        return Ok(());
    }
    let mut digests: BTreeMap<PrincipalId, Digest> = BTreeMap::new();
    let mut keepers: BTreeMap<(Option<PrincipalId>, ScopeId), Vec<PrincipalId>> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = ground.reader.secrets_due(ground.judge.now, after, ROWS).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for secret in page {
            let whose = (secret.owner, secret.scope);
            let told = match keepers.get(&whose) {
                Some(known) => known,
                None => {
                    let found = keepers_of(ground, whose).await?;
                    keepers.entry(whose).or_insert(found)
                }
            };
            // Nobody can do anything about it: it is told once somebody can.
            if told.is_empty() {
                continue;
            }
            found.due(secret.id, secret.version);
            for person in told {
                let digest = digests.entry(*person).or_default();
                digest.secrets = digest.secrets.saturating_add(1);
                digest.one = Some(secret.id);
                digest.scopes.insert(secret.scope);
            }
        }
    }
    for (person, digest) in digests {
        found.tell(&digest.news(day), person);
    }
    Ok(())
}

async fn keepers_of(
    ground: &mut Ground<'_>,
    (owner, scope): (Option<PrincipalId>, ScopeId),
) -> Result<Vec<PrincipalId>, StorageError> {
    match ground.place(scope).await? {
        Some(place) => ground.keepers(owner, &place, None).await,
        None => Ok(Vec::new()),
    }
}

impl Digest {
    /// About the one secret, or the one place, where it is one.
    fn news(&self, day: i64) -> News {
        let mut scopes = self.scopes.iter();
        News {
            kind: NoticeKind::RotationDue,
            at: Timestamp::from_millis(day.saturating_mul(DAY_MS)),
            about: About {
                secret: self.one.filter(|_| self.secrets == 1),
                scope: scopes.next().copied().filter(|_| scopes.next().is_none()),
                count: Some(self.secrets),
                ..About::default()
            },
            source: day.to_be_bytes().to_vec(),
        }
    }
}
