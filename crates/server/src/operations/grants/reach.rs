//! Whom a grant reaches, and what each of them gains by it.

use crate::{
    entitlement::{Circumstances, Place},
    operations::state::State,
};
use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{PolicyId, ScopeId},
    principal::{PrincipalKind, PrincipalState},
    scope::{EnvironmentClass, Scope},
};
use claviger_policy::tree::{ScopeNode, ScopeTree};
use claviger_storage::{StorageError, principals::Principal};
use std::collections::{BTreeMap, BTreeSet};

/// Receivers that are looked at one by one.
const RECEIVERS: usize = 100;

/// What is newly allowed by one action.
#[derive(Debug, Clone, Default)]
pub struct Gained {
    /// Where to any of them.
    pub scopes: BTreeSet<ScopeId>,
    /// How many of them gain it somewhere.
    pub receivers: u32,
}

/// The reach of a grant.
#[derive(Debug, Clone, Default)]
pub struct Reached {
    /// People who would have it.
    pub people: u32,
    /// Services that would have it.
    pub services: u32,
    /// By action.
    pub newly: BTreeMap<Action, Gained>,
    /// The scopes that it covers.
    pub scopes: Vec<Scope>,
    /// The class around each.
    pub classes: BTreeMap<ScopeId, Option<EnvironmentClass>>,
    /// Secrets directly in each.
    pub secrets: BTreeMap<ScopeId, u64>,
    /// Guardrails that keep back a part.
    pub held_back_by: BTreeSet<PolicyId>,
    /// Whether what each has already was subtracted.
    pub exact: bool,
    /// Whether the caller may see what others have here.
    pub may_see_grants: bool,
}

/// Follows a grant to everyone and everything that it reaches.
///
/// # Errors
/// When the tables cannot be read.
pub async fn reached(
    state: &mut State<'_>,
    place: &Place,
    receiver: &Principal,
    grant: &Grant,
) -> Result<Reached, StorageError> {
    let scopes = state.below(grant.scope).await?;
    let chain = state.reader.scope_chain(grant.scope).await?;
    let tree: ScopeTree = scopes.iter().chain(&chain).map(node).collect();
    let ids: Vec<_> = scopes.iter().map(|scope| scope.id).collect();
    let may_see_grants = state.decide(Action::GrantView, place).await?.decision.allowed;
    let mut reached = Reached {
        secrets: state.reader.count_secrets(&ids).await?.into_iter().collect(),
        classes: ids
            .iter()
            .filter_map(|scope| Some((*scope, tree.resource(*scope, None)?.class)))
            .collect(),
        exact: may_see_grants,
        may_see_grants,
        ..Reached::default()
    };
    let engine = state.engine().await?;
    let how = as_begun(&state.circumstances, grant);
    let covered: BTreeSet<_> = tree.scopes().collect();
    for (number, member) in receivers(state, receiver).await?.into_iter().enumerate() {
        let subject = state.subject(&member).await?;
        // Through a team that is not active nobody has anything.
        if !subject.caller.answers_to(receiver.id) {
            continue;
        }
        match member.kind() {
            PrincipalKind::Service => reached.services += 1,
            PrincipalKind::Person | PrincipalKind::Team => reached.people += 1,
        }
        if number >= RECEIVERS {
            reached.exact = false;
            continue;
        }
        let held: Vec<_> = subject
            .grants
            .iter()
            .filter(|held| may_see_grants && covered.contains(&held.scope))
            .cloned()
            .collect();
        let gain = engine.gain(&subject.caller, &held, grant, &tree, &how);
        reached.held_back_by.extend(gain.held_back_by);
        let mut gained: BTreeMap<Action, BTreeSet<ScopeId>> = BTreeMap::new();
        for (scope, actions) in gain.newly {
            for action in actions {
                gained.entry(action).or_default().insert(scope);
            }
        }
        for (action, scopes) in gained {
            let newly = reached.newly.entry(action).or_default();
            newly.scopes.extend(scopes);
            newly.receivers += 1;
        }
    }
    reached.scopes = scopes;
    Ok(reached)
}

/// The receiver, or everyone in it; only those who can act.
async fn receivers(state: &mut State<'_>, receiver: &Principal) -> Result<Vec<Principal>, StorageError> {
    if receiver.kind() != PrincipalKind::Team {
        return Ok(vec![receiver.clone()]);
    }
    let members = state.reader.members_closure(receiver.id).await?;
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let mut members = state.reader.principals(&members).await?;
    members.retain(|row| row.kind() != PrincipalKind::Team && row.state == PrincipalState::Active);
    members.sort_by_key(|row| row.id);
    Ok(members)
}

/// When the grant has begun, signed in as well as can be: what is shown must not depend on the receivers' sessions.
fn as_begun(now: &Circumstances, grant: &Grant) -> Circumstances {
    let now = grant.not_before.map_or(now.now, |from| from.max(now.now));
    Circumstances {
        now,
        multi_factor_at: Some(now),
        enrolled_device: true,
        source: None,
    }
}

fn node(scope: &Scope) -> (ScopeId, ScopeNode) {
    let node = ScopeNode {
        parent: scope.parent,
        class: scope.class,
    };
    (scope.id, node)
}
