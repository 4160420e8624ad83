//! What stands in scopes, as this process wrote it lately for a device: whoever comes next with a right to it gets the same
//! text. Each page reads how its scopes stand; what was written of another state is written anew.

use crate::{
    http::Refusal,
    operations::{secrets::locate::record_with, view::View},
};
use claviger_model::ids::{PrincipalId, ScopeId, SecretId};
use claviger_protocol::sync::PAGE;
use claviger_storage::secrets::{ScopeState, SecretKey};
use moka::sync::Cache;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// Of all kept texts together.
const BYTES: u64 = 64 * 1024 * 1024;
/// What a kept record takes besides its text.
const BESIDES: usize = 96;
/// Then they are written anew, so that what was erased does not stay here.
const KEPT: Duration = Duration::from_secs(600);
/// Scopes with more secrets are read page by page.
const LARGEST: u64 = 2 * PAGE as u64;
/// Scopes of the first statement of a page; each following one asks for twice as many.
const AT_ONCE: usize = 32;

/// The scopes of this process.
pub struct KeptScopes(Cache<ScopeId, Arc<KeptScope>>);

/// The living secrets of a scope in one state, by id.
struct KeptScope {
    state: ScopeState,
    secrets: Vec<KeptSecret>,
}

/// A record as a device gets it.
#[derive(Clone)]
pub struct KeptSecret(Arc<Written>);

struct Written {
    id: SecretId,
    owner: Option<PrincipalId>,
    text: Box<RawValue>,
}

impl KeptSecret {
    /// Who answers for the secret.
    pub fn owner(&self) -> Option<PrincipalId> {
        self.0.owner
    }
}

impl Serialize for KeptSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.text.serialize(serializer)
    }
}

impl KeptScopes {
    /// None yet.
    pub fn new() -> Self {
        let weigh = |_: &ScopeId, kept: &Arc<KeptScope>| {
            let texts = kept.secrets.iter().map(|secret| secret.0.text.get().len());
            let bytes = texts.fold(BESIDES, |sum, text| {
                sum.saturating_add(text).saturating_add(BESIDES)
            });
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        Self(
            Cache::builder()
                .weigher(weigh)
                .max_capacity(BYTES)
                .time_to_live(KEPT)
                .build(),
        )
    }

    fn get(&self, scope: ScopeId, state: ScopeState) -> Option<Arc<KeptScope>> {
        self.0.get(&scope).filter(|kept| kept.state == state)
    }
}

impl Default for KeptScopes {
    fn default() -> Self {
        Self::new()
    }
}

/// The living secrets of these scopes, which are sorted, by (scope, id), after a key.
///
/// # Errors
/// When the tables cannot be read.
pub async fn page(
    view: &mut View<'_>,
    kept: &KeptScopes,
    scopes: &[ScopeId],
    after: Option<SecretKey>,
    limit: usize,
) -> Result<Vec<KeptSecret>, Refusal> {
    let done = after.map_or(0, |key| scopes.partition_point(|scope| *scope < key.scope));
    let (mut rest, mut at_once) = (scopes.get(done..).unwrap_or_default(), AT_ONCE);
    let mut page = Vec::new();
    while page.len() < limit && !rest.is_empty() {
        let (asked, _) = rest.split_at(at_once.min(rest.len()));
        at_once = at_once.saturating_mul(2);
        let states: HashMap<_, _> = view.db().scope_states(asked).await?.into_iter().collect();
        let stretch = stretch(asked, &states, limit - page.len());
        rest = rest.get(stretch.len()..).unwrap_or_default();
        let known = known(view, kept, stretch, &states).await?;
        for scope in stretch {
            let after = after.filter(|key| key.scope == *scope);
            match known.get(scope) {
                Some(kept) => {
                    let from = after.map_or(0, |key| {
                        kept.secrets.partition_point(|secret| secret.0.id <= key.id)
                    });
                    page.extend(kept.secrets.iter().skip(from).cloned());
                }
                None if states.contains_key(scope) => {
                    page.extend(
                        read(view, &[*scope], after, limit - page.len().min(limit))
                            .await?
                            .into_iter()
                            .map(|(_, secret)| secret),
                    );
                }
                None => {}
            }
            if page.len() >= limit {
                page.truncate(limit);
                return Ok(page);
            }
        }
    }
    Ok(page)
}

/// The scopes that may fill what is left of a page; at least one.
fn stretch<'a>(asked: &'a [ScopeId], states: &HashMap<ScopeId, ScopeState>, left: usize) -> &'a [ScopeId] {
    let mut sum = 0_u64;
    let enough = asked.iter().position(|scope| {
        sum = sum.saturating_add(states.get(scope).map_or(0, |state| state.secrets));
        sum >= left as u64
    });
    let (stretch, _) = asked.split_at(enough.map_or(asked.len(), |last| last + 1));
    stretch
}

/// What is kept of these scopes, written now where it is not; those without secrets and the large ones are left out.
async fn known(
    view: &mut View<'_>,
    kept: &KeptScopes,
    scopes: &[ScopeId],
    states: &HashMap<ScopeId, ScopeState>,
) -> Result<HashMap<ScopeId, Arc<KeptScope>>, Refusal> {
    let mut known = HashMap::new();
    let mut unknown = Vec::new();
    for scope in scopes {
        let Some(state) = states.get(scope).filter(|state| state.secrets <= LARGEST) else {
            continue;
        };
        match kept.get(*scope, *state) {
            Some(found) => {
                known.insert(*scope, found);
            }
            None => unknown.push((*scope, *state)),
        }
    }
    if unknown.is_empty() {
        return Ok(known);
    }
    let wanted: Vec<_> = unknown.iter().map(|(scope, _)| *scope).collect();
    let mut written: HashMap<ScopeId, Vec<KeptSecret>> = HashMap::new();
    for (scope, secret) in read(view, &wanted, None, usize::MAX).await? {
        written.entry(scope).or_default().push(secret);
    }
    for (scope, state) in unknown {
        let secrets = written.remove(&scope).unwrap_or_default();
        let scope_now = Arc::new(KeptScope { state, secrets });
        kept.0.insert(scope, Arc::clone(&scope_now));
        known.insert(scope, scope_now);
    }
    Ok(known)
}

/// Reads and writes down the living secrets of these scopes by (scope, id), after a key, up to a limit.
async fn read(
    view: &mut View<'_>,
    scopes: &[ScopeId],
    mut after: Option<SecretKey>,
    limit: usize,
) -> Result<Vec<(ScopeId, KeptSecret)>, Refusal> {
    let mut found = Vec::new();
    while found.len() < limit {
        let wanted = PAGE.min(limit - found.len());
        let at_most = u32::try_from(wanted).unwrap_or(u32::MAX);
        let rows = view.db().secrets_with_facts_in(scopes, after, at_most).await?;
        let full = rows.len() >= wanted;
        for row in rows {
            let record = record_with(row);
            after = Some(SecretKey::from(&record.secret));
            let written = Written {
                id: record.secret.id,
                owner: record.secret.description.owner,
                text: to_raw_value(&record).map_err(Refusal::internal)?,
            };
            found.push((record.secret.scope, KeptSecret(Arc::new(written))));
        }
        if !full {
            break;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
