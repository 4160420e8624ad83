//! What the author of a change would gain by it.

use super::{
    drawable::{joined, with_emergency},
    guardrail,
};
use crate::{
    entitlement::Subject,
    operations::state::State,
    sequencer::{Acting, Change, Stop},
};
use claviger_model::{
    grant::Grant,
    ids::{PrincipalId, ScopeId},
    role::Role,
    time::Timestamp,
};
use claviger_policy::widening::{Widened, widened};
use claviger_protocol::roles::{ProposedChange, Widening};
use claviger_storage::{Reader, StorageError, principals::Principal};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Simulates a change for its author and the service identities that they answer for.
///
/// # Errors
/// When the tables cannot be read.
pub async fn simulate(
    change: &mut Change,
    author: &Acting,
    content: &ProposedChange,
) -> Result<Vec<Widening>, Stop> {
    let of = &author.principal;
    let roles = change.db().roles().await?;
    let own = subject(change, author, of).await?;
    match content {
        ProposedChange::Role { id, role } => {
            let mut after: Vec<Role> = roles.iter().filter(|known| known.id != *id).cloned().collect();
            after.push(super::role::made(*id, role)?);
            let mut state = State::locked(change, author).await?;
            Ok(by_roles(&mut state, of, &roles, &after).await?)
        }
        ProposedChange::Group { team, .. } => {
            if own.caller.membership(*team).is_some() {
                return Ok(Vec::new());
            }
            let now = change.now();
            let given = grants_of(change.db(), *team, now).await?;
            let after: Vec<Grant> = own
                .grants
                .iter()
                .cloned()
                .chain(given.by_membership)
                .chain(given.by_services)
                .collect();
            Ok(compare(change.db(), of.id, (&roles, &own.grants), (&roles, &after)).await?)
        }
        ProposedChange::Guardrail { id, what, replaces } => {
            let changing = guardrail::changing(change, *id, what, replaces.as_ref()).await?;
            let mut state = State::locked(change, author).await?;
            Ok(guardrail::widens(&mut state, &changing).await?)
        }
        // Its author and who approves it never get anything by it (`files::judge`).
        ProposedChange::Delegation { .. } => Ok(Vec::new()),
    }
}

/// What other roles would give somebody, and the service identities that they answer for or made a key of.
///
/// # Errors
/// When the tables cannot be read.
pub async fn by_roles(
    state: &mut State<'_>,
    of: &Principal,
    before: &[Role],
    after: &[Role],
) -> Result<Vec<Widening>, StorageError> {
    let now = state.circumstances.now;
    let own = state.subject(of).await?;
    let (before_own, after_own) = ((before, &own.grants[..]), (after, &own.grants[..]));
    let mut found = compare(state.reader, of.id, before_own, after_own).await?;
    // What can be drawn hides nothing of what is gained for good; so it is looked at besides.
    if let Some(all) = with_emergency(state.reader, of.id, &own.grants, now).await? {
        let drawn = compare(state.reader, of.id, (before, &all), (after, &all)).await?;
        found = joined(found.into_iter().chain(drawn));
    }
    let teams = own.caller.teams.iter().map(|membership| membership.team);
    let owners: Vec<PrincipalId> = teams.chain([own.caller.id]).collect();
    for service in state
        .reader
        .services_answered_for(&owners, Some(own.caller.id), now)
        .await?
    {
        let theirs = state.subject(&service).await?;
        let grants = &theirs.grants[..];
        found.extend(compare(state.reader, service.id, (before, grants), (after, grants)).await?);
    }
    Ok(found)
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
pub async fn grants_of(
    db: &mut dyn Reader,
    team: PrincipalId,
    now: Timestamp,
) -> Result<Given, StorageError> {
    let teams = db.team_closure(team).await?;
    let by_membership = db.scope_index(&teams, now).await?;
    let mut by_services = Vec::new();
    for service in db.services_answered_for(&teams, None, now).await? {
        let holders = db.team_closure(service.id).await?;
        by_services.extend(db.scope_index(&holders, now).await?);
    }
    Ok(Given {
        by_membership,
        by_services,
    })
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
    db: &mut dyn Reader,
    principal: PrincipalId,
    before: (&[Role], &[Grant]),
    after: (&[Role], &[Grant]),
) -> Result<Vec<Widening>, StorageError> {
    let scopes: BTreeSet<ScopeId> = after.1.iter().map(|grant| grant.scope).collect();
    let scopes: Vec<_> = scopes.into_iter().collect();
    let mut above: BTreeMap<ScopeId, Vec<ScopeId>> = BTreeMap::new();
    if !scopes.is_empty() {
        for (scope, ancestor, _) in db.scope_chains(&scopes).await? {
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
