//! Lists: where somebody may do what. They come from the scope index, and list = filter(decide).

use super::{Circumstances, Entitlements, Epoch, Subject};
use claviger_model::{
    action::Action,
    ids::ScopeId,
    scope::{EnvironmentClass, Scope},
    time::Timestamp,
};
use claviger_policy::{
    engine::PolicyEngine,
    entitled::{Entitlements as Rights, Rights as RightsAt},
    tree::{ScopeNode, ScopeTree},
};
use claviger_storage::{Locked, Reader, StorageError, principals::Principal};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// Scopes of one statement.
const PAGE: u32 = 1_000;

/// What somebody may do where, and the scopes that it takes to show it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Rights, by scope.
    pub rights: Rights,
    /// Every scope with a right at or below it, parents first.
    pub scopes: Vec<Scope>,
    /// How long copies of values may be kept, by scope, as the scopes' settings say.
    pub leases: BTreeMap<ScopeId, Duration>,
    /// Teams and grants.
    pub subject: Arc<Subject>,
}

impl Listed {
    /// The scopes where an action is allowed.
    pub fn scopes_with(&self, action: Action) -> Vec<ScopeId> {
        let allowed = |(_, rights): &(&ScopeId, &RightsAt)| rights.actions.contains(&action);
        self.rights
            .scopes
            .iter()
            .filter(allowed)
            .map(|(scope, _)| *scope)
            .collect()
    }

    /// Whether an action is allowed at a scope.
    pub fn allows(&self, scope: ScopeId, action: Action) -> bool {
        self.rights
            .scopes
            .get(&scope)
            .is_some_and(|rights| rights.actions.contains(&action))
    }

    /// How long a copy of a value may be kept there; none where it may not.
    pub fn lease(&self, scope: ScopeId) -> Option<Duration> {
        let rights = self.rights.scopes.get(&scope)?;
        let leasable = rights.leasable.contains(&Action::SecretUse);
        self.leases
            .get(&scope)
            .copied()
            .filter(|lease| leasable && !lease.is_zero())
    }

    pub(super) fn in_time(&self, now: Timestamp) -> bool {
        self.rights.valid_until.is_none_or(|end| now < end)
    }
}

impl Entitlements {
    /// What somebody may do where, in a transaction as it stands.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn listed(
        &self,
        locked: &mut dyn Locked,
        principal: &Principal,
        circumstances: &Circumstances,
    ) -> Result<Arc<Listed>, StorageError> {
        let epoch = Epoch::of(locked).await?;
        self.listed_at(locked, epoch, principal, circumstances).await
    }

    /// The same in a known epoch. The cost follows the scopes that the grants reach, not the vault.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn listed_at(
        &self,
        reader: &mut dyn Reader,
        epoch: Epoch,
        principal: &Principal,
        circumstances: &Circumstances,
    ) -> Result<Arc<Listed>, StorageError> {
        if let Some(kept) = self.caches.listed(epoch, principal, circumstances) {
            return Ok(kept);
        }
        let engine = self.engine(reader, epoch).await?;
        let subject = self.subject(reader, epoch, principal, circumstances).await?;
        let listed = Arc::new(list(reader, &engine, subject, circumstances).await?);
        self.caches.keep_listed(epoch, principal, circumstances, &listed);
        Ok(listed)
    }
}

/// Reads the scopes that the grants of a subject reach, and decides over them.
pub(crate) async fn list(
    reader: &mut dyn Reader,
    engine: &PolicyEngine,
    subject: Arc<Subject>,
    circumstances: &Circumstances,
) -> Result<Listed, StorageError> {
    let tops: BTreeSet<_> = subject.grants.iter().map(|grant| grant.scope).collect();
    let reached = reach(reader, &tops.into_iter().collect::<Vec<_>>()).await?;
    let node = |scope: &Scope| {
        (
            scope.id,
            ScopeNode {
                parent: scope.parent,
                class: scope.class,
            },
        )
    };
    let tree: ScopeTree = reached.values().map(node).collect();
    let rights = engine.entitled(
        &subject.caller,
        &subject.grants,
        &tree,
        circumstances,
        Action::ALL,
    );
    let shown: BTreeSet<_> = rights
        .scopes
        .keys()
        .filter_map(|scope| tree.chain(*scope))
        .flatten()
        .collect();
    let mut scopes: Vec<_> = reached
        .values()
        .filter(|scope| shown.contains(&scope.id))
        .cloned()
        .collect();
    scopes.sort_by_cached_key(|scope| (scope.path.segments().len(), scope.path.clone()));
    let leases = leases(&scopes);
    Ok(Listed {
        rights,
        scopes,
        leases,
        subject,
    })
}

/// The scopes at and below the given ones, and those above.
async fn reach(reader: &mut dyn Reader, tops: &[ScopeId]) -> Result<BTreeMap<ScopeId, Scope>, StorageError> {
    let mut reached = BTreeMap::new();
    if tops.is_empty() {
        return Ok(reached);
    }
    let mut after = None;
    loop {
        let page = reader.scopes_under(tops, after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|scope| scope.id);
        reached.extend(page.into_iter().map(|scope| (scope.id, scope)));
        if !full {
            break;
        }
    }
    let above: BTreeSet<_> = reader
        .scope_chains(tops)
        .await?
        .into_iter()
        .map(|(_, above, _)| above)
        .collect();
    let missing: Vec<_> = above
        .into_iter()
        .filter(|scope| !reached.contains_key(scope))
        .collect();
    if !missing.is_empty() {
        reached.extend(
            reader
                .scopes(&missing)
                .await?
                .into_iter()
                .map(|scope| (scope.id, scope)),
        );
    }
    Ok(reached)
}

/// The lease setting that holds at each scope; parents come first.
fn leases(scopes: &[Scope]) -> BTreeMap<ScopeId, Duration> {
    let mut settings: BTreeMap<ScopeId, (Option<u32>, Option<EnvironmentClass>)> = BTreeMap::new();
    let mut leases = BTreeMap::new();
    for scope in scopes {
        let (above, class_above) = scope
            .parent
            .and_then(|parent| settings.get(&parent))
            .copied()
            .unwrap_or_default();
        let (set, class) = (scope.lease_seconds.or(above), scope.class.or(class_above));
        settings.insert(scope.id, (set, class));
        let lease = match set {
            Some(seconds) => Duration::from_secs(seconds.into()),
            None => EnvironmentClass::effective(class).default_lease(),
        };
        leases.insert(scope.id, lease);
    }
    leases
}
