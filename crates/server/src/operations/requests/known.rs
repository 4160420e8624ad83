//! What somebody may know of without a right to it (`POST /v1/known`): name, owner, and who can grant.

use super::{
    approvers::approvers,
    terms::{Judge, favourable},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::Place,
    http::Refusal,
    operations::{principals::named, view::View},
};
use axum::extract::State;
use claviger_model::{
    action::Action,
    approval::SHORTEST_SECONDS,
    builtin_roles,
    ids::{PrincipalId, ScopeId},
    scope::Discoverable,
};
use claviger_protocol::requests::{KnownCall, KnownKey, KnownReply, KnownScope, KnownSecret};
use claviger_storage::{Reader, StorageError, approvals::Terms, principals::Principal, secrets::SecretKey};
use std::collections::{BTreeMap, BTreeSet};

const PAGE: u32 = 500;

/// Whether somebody may know what is in a scope by its setting.
pub fn is_open_to(setting: &Discoverable, person: PrincipalId, teams: &[PrincipalId]) -> bool {
    match setting {
        Discoverable::Nobody => false,
        Discoverable::Everyone => true,
        Discoverable::Teams(named) => named.iter().any(|team| *team == person || teams.contains(team)),
    }
}

/// Whether somebody may ask for something at a place: by right, or since it is open to them. A guardrail against asking
/// holds in both cases.
///
/// # Errors
/// When the tables cannot be read.
pub async fn may_ask(
    reader: &mut dyn Reader,
    judge: Judge<'_>,
    person: &Principal,
    circumstances: &crate::entitlement::Circumstances,
    place: &Place,
) -> Result<bool, StorageError> {
    let answer = judge
        .entitlements
        .suppose_at(
            reader,
            judge.epoch,
            person,
            circumstances,
            Action::RequestAsk,
            place,
        )
        .await?;
    if answer.decision.allowed {
        return Ok(true);
    }
    if !answer.decision.guardrails.is_empty() {
        return Ok(false);
    }
    let subject = judge
        .entitlements
        .subject(reader, judge.epoch, person, circumstances)
        .await?;
    let teams: Vec<_> = subject
        .caller
        .teams
        .iter()
        .map(|membership| membership.team)
        .collect();
    Ok(is_open_to(&place.scope.discoverable, person.id, &teams))
}

/// The secrets of scopes that are open to the caller and where they see nothing by right.
pub async fn known(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<KnownCall>,
) -> Result<axum::Json<KnownReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let listed = view.listed().await?;
    let teams: Vec<_> = listed
        .subject
        .caller
        .teams
        .iter()
        .map(|membership| membership.team)
        .collect();
    let mut open = BTreeMap::new();
    let mut after = None;
    loop {
        let page = view.db().discoverable_scopes(after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|scope| scope.id);
        let theirs = page.into_iter().filter(|scope| {
            is_open_to(&scope.discoverable, caller.principal, &teams)
                && !listed.allows(scope.id, Action::SecretView)
        });
        open.extend(theirs.map(|scope| (scope.id, scope)));
        if !full {
            break;
        }
    }
    let ids: Vec<ScopeId> = open.keys().copied().collect();
    let found = if ids.is_empty() {
        Vec::new()
    } else {
        let after = call.after.map(|key| SecretKey {
            scope: key.scope,
            id: key.secret,
        });
        view.db().secrets_in(&ids, after, PAGE).await?
    };
    let next = found
        .last()
        .filter(|_| found.len() >= PAGE as usize)
        .map(|secret| KnownKey {
            scope: secret.scope,
            secret: secret.id,
        });
    let (person, now) = (view.principal.clone(), view.now());
    let judge = view.judge();
    let mut people: BTreeSet<PrincipalId> = BTreeSet::new();
    let mut scopes = Vec::new();
    for scope in found.iter().map(|secret| secret.scope).collect::<BTreeSet<_>>() {
        let (Some(known), Some(place)) = (open.get(&scope), view.place(scope).await?) else {
            continue;
        };
        // A guardrail may forbid what the setting opens.
        if !may_ask(view.db(), judge, &person, &favourable(now), &place).await? {
            continue;
        }
        let terms = Terms {
            role: builtin_roles::VIEWER,
            scope,
            seconds: SHORTEST_SECONDS,
        };
        let can_grant = approvers(view.db(), judge, &place, &person, terms).await?;
        people.extend(&can_grant);
        scopes.push(KnownScope {
            scope,
            path: known.path.to_string(),
            can_grant,
        });
    }
    let shown: BTreeSet<_> = scopes.iter().map(|scope| scope.scope).collect();
    let secrets: Vec<_> = found
        .into_iter()
        .filter(|secret| shown.contains(&secret.scope))
        .map(|secret| KnownSecret {
            secret: secret.id,
            name: secret.description.name.to_string(),
            scope: secret.scope,
            owner: secret.description.owner,
        })
        .collect();
    people.extend(secrets.iter().filter_map(|secret| secret.owner));
    Ok(axum::Json(KnownReply {
        principals: named(view.db(), people).await?,
        secrets,
        scopes,
        next,
    }))
}
