//! The classes of many places at once.

use claviger_model::{ids::ScopeId, scope::EnvironmentClass};
use claviger_storage::{Reader, StorageError};
use std::collections::{BTreeMap, BTreeSet};

/// The class of the environment around each of these places; what nobody classified counts as production. Two statements,
/// whatever their number.
///
/// # Errors
/// When the tables cannot be read.
pub async fn classes(
    reader: &mut dyn Reader,
    scopes: &[ScopeId],
) -> Result<BTreeMap<ScopeId, EnvironmentClass>, StorageError> {
    if scopes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let chains = reader.scope_chains(scopes).await?;
    let above: BTreeSet<_> = chains.iter().map(|(_, above, _)| *above).collect();
    let rows = reader.scopes(&above.into_iter().collect::<Vec<_>>()).await?;
    let set: BTreeMap<_, _> = rows
        .iter()
        .filter_map(|scope| Some((scope.id, scope.class?)))
        .collect();
    let mut nearest: BTreeMap<ScopeId, (u32, EnvironmentClass)> = BTreeMap::new();
    for (scope, above, distance) in chains {
        let Some(class) = set.get(&above) else { continue };
        let found = nearest.entry(scope).or_insert((distance, *class));
        if distance < found.0 {
            *found = (distance, *class);
        }
    }
    Ok(scopes
        .iter()
        .map(|scope| {
            let class = nearest.get(scope).map(|(_, class)| *class);
            (*scope, EnvironmentClass::effective(class))
        })
        .collect())
}
