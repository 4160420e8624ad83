//! What somebody is entitled to, and through what, as a device keeps it.

use crate::{
    entitlement::list::Listed,
    http::Refusal,
    operations::{grants::lives, principals::named, view::View},
};
use claviger_model::{action::Action, ids::PrincipalId};
use claviger_protocol::{
    sync::{Entitlement, RoleName, ScopeRights},
    wire::Bytes,
};
use std::collections::{BTreeMap, BTreeSet};

/// The entitlement, with its digest.
///
/// # Errors
/// When the tables cannot be read.
pub async fn of(view: &mut View<'_>, listed: &Listed) -> Result<Entitlement, Refusal> {
    let (now, stepped_up) = (view.now(), view.listed_after_step_up().await?);
    let mut grants: Vec<_> = listed
        .subject
        .grants
        .iter()
        .filter(|grant| lives(grant, now))
        .cloned()
        .collect();
    grants.sort_by_key(|grant| grant.id);
    let named_roles: BTreeSet<_> = grants.iter().map(|grant| grant.role).collect();
    let mut roles: Vec<_> = view
        .db()
        .roles()
        .await?
        .into_iter()
        .filter(|role| named_roles.contains(&role.id))
        .map(|role| RoleName {
            id: role.id,
            name: role.name.to_string(),
        })
        .collect();
    roles.sort_by_key(|role| role.id);
    let people: BTreeSet<PrincipalId> = grants
        .iter()
        .flat_map(|grant| [grant.principal, grant.granted_by])
        .chain(
            listed
                .subject
                .caller
                .teams
                .iter()
                .map(|membership| membership.team),
        )
        .collect();
    let mut entitlement = Entitlement {
        digest: Bytes::default(),
        scopes: listed.scopes.clone(),
        rights: rights(listed, &stepped_up),
        grants,
        roles,
        principals: named(view.db(), people).await?,
        looks_afresh: looks_afresh(listed, &stepped_up),
        valid_until: [listed, &stepped_up]
            .iter()
            .filter_map(|listed| listed.rights.valid_until)
            .min(),
    };
    entitlement.digest = entitlement.computed_digest().map_err(Refusal::internal)?;
    Ok(entitlement)
}

fn looks_afresh(listed: &Listed, stepped_up: &Listed) -> bool {
    let shown: BTreeSet<_> = listed.scopes.iter().map(|scope| scope.id).collect();
    let later = stepped_up.scopes_with(Action::GrantView);
    later.iter().any(|scope| !shown.contains(scope))
}

/// Rights where they differ from the parent's. What only a fresh sign-in is missing for is among them: the server asks for
/// it when it is done. What shows at all, and what may be kept, is what holds now.
fn rights(listed: &Listed, stepped_up: &Listed) -> Vec<ScopeRights> {
    let mut effective: BTreeMap<_, (Vec<Action>, Option<u64>)> = BTreeMap::new();
    let mut differing = Vec::new();
    for scope in &listed.scopes {
        let actions: BTreeSet<Action> = listed
            .rights
            .scopes
            .get(&scope.id)
            .map(|rights| rights.actions.clone())
            .unwrap_or_default();
        let later = stepped_up.rights.scopes.get(&scope.id);
        let later = later.into_iter().flat_map(|rights| &rights.actions);
        let shows = actions.contains(&Action::SecretView);
        let offered = later.filter(|action| shows || !action.is_about_secrets());
        let actions: Vec<Action> = actions
            .iter()
            .chain(offered)
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let lease = listed
            .lease(scope.id)
            .map(|lease| u64::try_from(lease.as_millis()).unwrap_or(u64::MAX));
        let here = (actions, lease);
        let nothing = (Vec::new(), None);
        let above = scope
            .parent
            .and_then(|parent| effective.get(&parent))
            .unwrap_or(&nothing);
        if *above != here {
            let (actions, lease_ms) = here.clone();
            differing.push(ScopeRights {
                scope: scope.id,
                actions,
                lease_ms,
            });
        }
        effective.insert(scope.id, here);
    }
    differing
}
