//! Who gains and who loses when a scope moves: their rights over what moves, where it is and where it would be.

use crate::{
    entitlement::{Circumstances, Place},
    operations::state::State,
};
use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{PrincipalId, ScopeId},
    principal::{PrincipalKind, PrincipalState},
    scope::{EnvironmentClass, Scope},
};
use claviger_policy::{
    entitled::Entitlements,
    tree::{ScopeNode, ScopeTree},
};
use claviger_protocol::moving::{AccessChange, MoveEffect};
use claviger_storage::StorageError;
use std::collections::{BTreeMap, BTreeSet};

const PAGE: u32 = 1_000;

/// A move, thought through.
pub struct Moved {
    /// What is shown.
    pub effect: MoveEffect,
    /// What moves.
    pub below: Vec<Scope>,
    /// Grants that would reach it and do not now.
    pub coming: Vec<Grant>,
    /// Everyone whose grants it touches.
    pub holders: BTreeSet<PrincipalId>,
}

/// Thinks a move through.
///
/// # Errors
/// When the tables cannot be read.
pub async fn moved(state: &mut State<'_>, from: &Place, to: &Place) -> Result<Moved, StorageError> {
    let below = state.below(from.id()).await?;
    let mut nodes: BTreeMap<ScopeId, ScopeNode> = below.iter().map(node).collect();
    for end in [from.id(), to.id()] {
        nodes.extend(state.reader.scope_chain(end).await?.iter().map(node));
    }
    let today: ScopeTree = nodes.iter().map(|(id, node)| (*id, *node)).collect();
    if let Some(top) = nodes.get_mut(&from.id()) {
        top.parent = Some(to.id());
    }
    let then: ScopeTree = nodes.into_iter().collect();
    let class = |tree: &ScopeTree, scope| {
        tree.resource(scope, None)
            .map(|resource| EnvironmentClass::effective(resource.class))
    };
    let changes_class = below
        .iter()
        .any(|scope| class(&today, scope.id) != class(&then, scope.id));

    let (old, new): (BTreeSet<_>, BTreeSet<_>) = (
        from.resource.chain.iter().copied().collect(),
        to.resource.chain.iter().copied().collect(),
    );
    let inside: BTreeSet<_> = below.iter().map(|scope| scope.id).collect();
    let coming = grants_at(
        state,
        new.difference(&old)
            .copied()
            .filter(|scope| !inside.contains(scope)),
    )
    .await?;
    let going = grants_at(
        state,
        old.difference(&new)
            .copied()
            .filter(|scope| !inside.contains(scope)),
    )
    .await?;
    let mut holders: BTreeSet<_> = coming.iter().chain(&going).map(|grant| grant.principal).collect();
    if changes_class {
        let all = grants_at(state, old.union(&new).chain(&inside).copied()).await?;
        holders.extend(all.into_iter().map(|grant| grant.principal));
    }
    let changes = changes(state, &holders, &inside, &today, &then).await?;
    let counted = state
        .reader
        .count_secrets(&inside.iter().copied().collect::<Vec<_>>())
        .await?;
    let path = from
        .scope
        .path
        .segments()
        .last()
        .map_or_else(String::new, ToString::to_string);
    let path = if to.scope.path.segments().is_empty() {
        path
    } else {
        format!("{}/{path}", to.scope.path)
    };
    Ok(Moved {
        effect: MoveEffect {
            path,
            scopes: u32::try_from(below.len()).unwrap_or(u32::MAX),
            secrets: counted.into_iter().map(|(_, count)| count).sum(),
            changes_class,
            changes,
        },
        below,
        coming,
        holders,
    })
}

async fn changes(
    state: &mut State<'_>,
    holders: &BTreeSet<PrincipalId>,
    inside: &BTreeSet<ScopeId>,
    today: &ScopeTree,
    then: &ScopeTree,
) -> Result<Vec<AccessChange>, StorageError> {
    let mut people = BTreeMap::new();
    for holder in holders {
        let mut ids = state.reader.members_closure(*holder).await?;
        ids.push(*holder);
        for row in state.reader.principals(&ids).await? {
            if row.kind() != PrincipalKind::Team && row.state == PrincipalState::Active {
                people.insert(row.id, row);
            }
        }
    }
    let engine = state.engine().await?;
    let now = state.circumstances.now;
    // What is shown must not depend on how others happen to be signed in.
    let how = Circumstances {
        now,
        multi_factor_at: Some(now),
        enrolled_device: true,
        source: None,
    };
    let mut changes = Vec::new();
    for row in people.into_values() {
        let subject = state.subject(&row).await?;
        let rights = |tree| engine.entitled(&subject.caller, &subject.grants, tree, &how, Action::ALL);
        let (before, after) = (rights(today), rights(then));
        let (gains, loses) = (beyond(&after, &before, inside), beyond(&before, &after, inside));
        if !gains.is_empty() || !loses.is_empty() {
            changes.push(AccessChange {
                principal: row.id,
                gains: gains.into_iter().collect(),
                loses: loses.into_iter().collect(),
            });
        }
    }
    Ok(changes)
}

/// Actions allowed by one and not by the other somewhere in what moves.
fn beyond(this: &Entitlements, other: &Entitlements, inside: &BTreeSet<ScopeId>) -> BTreeSet<Action> {
    claviger_policy::gain::beyond(this, other)
        .into_iter()
        .filter(|(scope, _)| inside.contains(scope))
        .flat_map(|(_, actions)| actions)
        .collect()
}

async fn grants_at(
    state: &mut State<'_>,
    scopes: impl Iterator<Item = ScopeId>,
) -> Result<Vec<Grant>, StorageError> {
    let scopes: Vec<_> = scopes.collect();
    let (now, mut found, mut after) = (state.circumstances.now, Vec::new(), None);
    while !scopes.is_empty() {
        let page = state.reader.grants_at(&scopes, now, after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|grant| grant.id);
        found.extend(page);
        if !full {
            break;
        }
    }
    Ok(found)
}

fn node(scope: &Scope) -> (ScopeId, ScopeNode) {
    let node = ScopeNode {
        parent: scope.parent,
        class: scope.class,
    };
    (scope.id, node)
}
