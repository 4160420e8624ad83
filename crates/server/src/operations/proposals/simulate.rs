//! What the author of a change would gain by it.

use crate::{
    entitlement::Subject,
    operations::state::State,
    sequencer::{Acting, Change, Stop},
};
use claviger_model::{
    grant::Grant,
    ids::{PrincipalId, ScopeId},
    principal::{Nature, PrincipalKind},
    role::Role,
};
use claviger_policy::widening::{Widened, widened};
use claviger_protocol::roles::{ProposedChange, Widening};
use claviger_storage::principals::{Principal, PrincipalFilter};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

const PAGE: u32 = 500;

/// Simulates a change for its author and the service identities that they answer for.
///
/// # Errors
/// When the tables cannot be read.
pub async fn simulate(
    change: &mut Change,
    author: &Acting,
    content: &ProposedChange,
) -> Result<Vec<Widening>, Stop> {
    let roles = change.db().roles().await?;
    let own = subject(change, author, &author.principal).await?;
    match content {
        ProposedChange::Role { id, role } => {
            let mut after: Vec<Role> = roles.iter().filter(|known| known.id != *id).cloned().collect();
            after.push(super::role::made(*id, role)?);
            let mut found = compare(
                change,
                author.who.principal,
                (&roles, &own.grants),
                (&after, &own.grants),
            )
            .await?;
            for service in services_of(
                change,
                &own.caller
                    .teams
                    .iter()
                    .map(|m| m.team)
                    .chain([own.caller.id])
                    .collect(),
                Some(own.caller.id),
            )
            .await?
            {
                let theirs = subject(change, author, &service).await?;
                found.extend(
                    compare(
                        change,
                        service.id,
                        (&roles, &theirs.grants),
                        (&after, &theirs.grants),
                    )
                    .await?,
                );
            }
            Ok(found)
        }
        ProposedChange::Group { team, .. } => {
            if own.caller.membership(*team).is_some() {
                return Ok(Vec::new());
            }
            let given = grants_of(change, *team).await?;
            let after: Vec<Grant> = own
                .grants
                .iter()
                .cloned()
                .chain(given.by_membership)
                .chain(given.by_services)
                .collect();
            compare(
                change,
                author.who.principal,
                (&roles, &own.grants),
                (&roles, &after),
            )
            .await
        }
    }
}

/// What being in a team gives.
pub struct Given {
    /// Live grants of the team and of those that it is nested in.
    pub by_membership: Vec<Grant>,
    /// Live grants of the service identities that these teams answer for.
    pub by_services: Vec<Grant>,
}

/// What being in a team gives.
///
/// # Errors
/// When the tables cannot be read.
pub async fn grants_of(change: &mut Change, team: PrincipalId) -> Result<Given, Stop> {
    let now = change.now();
    let teams = change.db().team_closure(team).await?;
    let by_membership = change.db().scope_index(&teams, now).await?;
    let mut by_services = Vec::new();
    for service in services_of(change, &teams.into_iter().collect(), None).await? {
        let holders = change.db().team_closure(service.id).await?;
        by_services.extend(change.db().scope_index(&holders, now).await?);
    }
    Ok(Given {
        by_membership,
        by_services,
    })
}

/// The service identities that one of these answers for, and those of which somebody made a live key.
///
/// # Errors
/// When the tables cannot be read.
pub async fn services_of(
    change: &mut Change,
    owners: &BTreeSet<PrincipalId>,
    maker: Option<PrincipalId>,
) -> Result<Vec<Principal>, Stop> {
    let now = change.now();
    let services = PrincipalFilter {
        kind: Some(PrincipalKind::Service),
        state: None,
    };
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = change.db().principals_page(services, after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|row| row.id);
        let keyed = match maker.filter(|_| !page.is_empty()) {
            Some(maker) => {
                let ids: Vec<_> = page.iter().map(|row| row.id).collect();
                change.db().services_keyed_by(&ids, maker, now).await?
            }
            None => Vec::new(),
        };
        found.extend(page.into_iter().filter(|row| {
            keyed.contains(&row.id)
                || matches!(row.nature, Nature::Service { owner, .. } if owners.contains(&owner))
        }));
        if !full {
            return Ok(found);
        }
    }
}

async fn subject(change: &mut Change, author: &Acting, of: &Principal) -> Result<Arc<Subject>, Stop> {
    let mut state = State::locked(change, author).await?;
    Ok(state.subject(of).await?)
}

/// What somebody would have with other roles or grants.
///
/// # Errors
/// When the tables cannot be read.
pub async fn compare(
    change: &mut Change,
    principal: PrincipalId,
    before: (&[Role], &[Grant]),
    after: (&[Role], &[Grant]),
) -> Result<Vec<Widening>, Stop> {
    let scopes: BTreeSet<ScopeId> = after.1.iter().map(|grant| grant.scope).collect();
    let scopes: Vec<_> = scopes.into_iter().collect();
    let mut above: BTreeMap<ScopeId, Vec<ScopeId>> = BTreeMap::new();
    if !scopes.is_empty() {
        for (scope, ancestor, _) in change.db().scope_chains(&scopes).await? {
            above.entry(scope).or_default().push(ancestor);
        }
    }
    let found = widened(before, after, |scope| {
        above.get(&scope).cloned().unwrap_or_default()
    });
    let widening = |widened: Widened| Widening {
        principal,
        scope: widened.scope,
        actions: widened.actions,
        may_grant: widened.may_grant,
    };
    Ok(found.into_iter().map(widening).collect())
}
