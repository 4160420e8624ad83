//! Rotations of offboarding cases: whom they concern, and what is said of several at once. Who left is never said.

use super::{
    Ground,
    found::{Found, News},
};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, RequestId, ScopeId, SecretId},
    notice::{About, NoticeKind},
    offboarding::Rotation,
    principal::PrincipalKind,
    time::Timestamp,
};
use claviger_storage::StorageError;
use std::collections::{BTreeMap, BTreeSet};

/// What one person is told of, as one notice.
#[derive(Default)]
struct Digest {
    secrets: BTreeSet<SecretId>,
    scopes: BTreeSet<ScopeId>,
    requests: BTreeSet<RequestId>,
    first_due: Option<Timestamp>,
    source: Vec<u8>,
}

/// Tells each person once of all the rotations that they answer for; `at` and `source` tell these notices from the last ones.
///
/// # Errors
/// When the tables cannot be read.
pub async fn tell(
    ground: &mut Ground<'_>,
    (kind, at, source): (NoticeKind, Timestamp, &[u8]),
    rotations: &[Rotation],
    found: &mut Found,
) -> Result<(), StorageError> {
    let mut digests: BTreeMap<PrincipalId, Digest> = BTreeMap::new();
    let mut known: BTreeMap<(Option<PrincipalId>, ScopeId), BTreeSet<PrincipalId>> = BTreeMap::new();
    for rotation in rotations {
        let Some(secret) = ground.reader.secret(rotation.secret).await? else {
            continue;
        };
        let whose = (secret.description.owner, secret.scope);
        if let std::collections::btree_map::Entry::Vacant(vacant) = known.entry(whose) {
            vacant.insert(ground.answerers(whose).await?);
        }
        for person in known.get(&whose).into_iter().flatten() {
            digests
                .entry(*person)
                .or_default()
                .add(rotation, secret.scope, source);
        }
    }
    for (person, digest) in digests {
        found.tell(&digest.news(kind, at), person);
    }
    Ok(())
}

impl Digest {
    fn add(&mut self, rotation: &Rotation, scope: ScopeId, source: &[u8]) {
        if self.source.is_empty() {
            self.source.extend_from_slice(source);
        }
        self.source.extend_from_slice(rotation.case.as_bytes());
        self.source.extend_from_slice(rotation.secret.as_bytes());
        self.source
            .extend_from_slice(&rotation.due_at.millis().to_be_bytes());
        self.secrets.insert(rotation.secret);
        self.scopes.insert(scope);
        self.requests.extend(rotation.request);
        self.first_due = self
            .first_due
            .map_or(Some(rotation.due_at), |first| Some(first.min(rotation.due_at)));
    }

    /// About the one secret and its request, or the one place, where it is one.
    fn news(self, kind: NoticeKind, at: Timestamp) -> News {
        let one_place = self.scopes.len() == 1;
        let one = self.secrets.len() == 1;
        News {
            kind,
            at,
            about: About {
                request: self.requests.iter().next().copied().filter(|_| one),
                secret: self.secrets.iter().next().copied().filter(|_| one),
                scope: self.scopes.iter().next().copied().filter(|_| one_place),
                count: u32::try_from(self.secrets.len()).ok(),
                ends_at: self.first_due,
                ..About::default()
            },
            source: self.source,
        }
    }
}

impl Ground<'_> {
    /// Those who answer for secrets of an owner at a place: the owner who knows of them, also where they may not write them, and
    /// those who look after them.
    async fn answerers(
        &mut self,
        (owner, scope): (Option<PrincipalId>, ScopeId),
    ) -> Result<BTreeSet<PrincipalId>, StorageError> {
        let Some(place) = self.place(scope).await? else {
            return Ok(BTreeSet::new());
        };
        let mut answerers: BTreeSet<_> = self.keepers(owner, &place, None).await?.into_iter().collect();
        if let Some(owner) = owner
            && let Some(row) = self.reader.principal(owner).await?
            && row.kind() == PrincipalKind::Person
        {
            let people = self.people(owner).await?;
            answerers.extend(self.who_may(people, Action::SecretView, &place).await?);
        }
        Ok(answerers)
    }
}
