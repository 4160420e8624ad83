//! What a grant would do: computed for its preview, and again under the lock when it is given by a preview's digest.

use super::reach::{Reached, reached};
use crate::{
    entitlement::Place,
    http::Refusal,
    operations::{access::GuardrailNames, state::State},
};
use claviger_crypto::bytes::sha256;
use claviger_model::{
    action::{Action, Plane},
    conditions::GrantConditions,
    grant::Grant,
    ids::ScopeId,
    principal::PrincipalKind,
    scope::EnvironmentClass,
};
use claviger_policy::hours::hours_at;
use claviger_protocol::{
    giving::{GrantEffect, GrantPlan, Newly, PlaceGained, Warning},
    grants::GiveGrant,
};
use claviger_storage::principals::Principal;
use std::collections::{BTreeMap, BTreeSet};

/// Places that are named.
const PLACES: usize = 200;
/// From how many secrets on a grant of values is wide.
const WIDE: u64 = 100;
/// From how many others on a team would do.
const OTHERS: usize = 2;
const PAGE: u32 = 500;

/// The effect of a grant with its digest. Whether it may be given is asked elsewhere.
///
/// # Errors
/// When the tables cannot be read.
pub async fn plan(
    state: &mut State<'_>,
    place: &Place,
    receiver: &Principal,
    call: &GiveGrant,
) -> Result<GrantPlan, Refusal> {
    let grant = Grant {
        id: call.id,
        principal: call.principal,
        role: call.role,
        scope: call.scope,
        reason: String::new(),
        granted_by: state.principal.id,
        granted_at: state.circumstances.now,
        not_before: call.not_before,
        expires_at: call.expires_at,
        conditions: GrantConditions::Known(call.conditions.clone()),
        ended: None,
    };
    let reached = reached(state, place, receiver, &grant).await?;
    let warnings = warnings(state, receiver, &grant, &reached).await?;
    let gained: BTreeSet<ScopeId> = reached
        .newly
        .values()
        .flat_map(|newly| newly.scopes.iter().copied())
        .collect();
    let mut places: Vec<_> = reached
        .scopes
        .iter()
        .filter(|scope| gained.contains(&scope.id))
        .map(|scope| PlaceGained {
            scope: scope.id,
            path: scope.path.to_string(),
            secrets: reached.secrets.get(&scope.id).copied().unwrap_or(0),
        })
        .collect();
    places.sort_by(|a, b| a.path.cmp(&b.path));
    let further_places = count(places.len().saturating_sub(PLACES));
    places.truncate(PLACES);
    let effect = GrantEffect {
        people: reached.people,
        services: reached.services,
        newly: newly(&reached),
        places,
        further_places,
        exact: reached.exact,
        warnings,
    };
    Ok(GrantPlan {
        digest: digest(call, &effect)?.into(),
        effect,
    })
}

fn digest(call: &GiveGrant, effect: &GrantEffect) -> Result<[u8; 32], Refusal> {
    let call = GiveGrant {
        plan: None,
        // Words may be mended between the preview and the giving.
        reason: String::new(),
        ..call.clone()
    };
    let canonical = serde_json_canonicalizer::to_vec(&(call, effect)).map_err(Refusal::internal)?;
    Ok(sha256(&canonical))
}

fn newly(reached: &Reached) -> Vec<Newly> {
    let one = |(action, gained): (&Action, &super::reach::Gained)| Newly {
        action: *action,
        scopes: count(gained.scopes.len()),
        secrets: secrets(reached, gained.scopes.iter()),
        receivers: gained.receivers,
    };
    reached.newly.iter().map(one).collect()
}

fn secrets<'a>(reached: &Reached, scopes: impl Iterator<Item = &'a ScopeId>) -> u64 {
    scopes.filter_map(|scope| reached.secrets.get(scope)).sum()
}

async fn warnings(
    state: &mut State<'_>,
    receiver: &Principal,
    grant: &Grant,
    reached: &Reached,
) -> Result<Vec<Warning>, Refusal> {
    let mut warnings = Vec::new();
    if reached.newly.is_empty() {
        warnings.push(Warning::NothingNew);
    }
    let values: BTreeSet<ScopeId> = reached
        .newly
        .iter()
        .filter(|(action, _)| action.plane() == Plane::Data)
        .flat_map(|(_, gained)| gained.scopes.iter().copied())
        .collect();
    let opened = secrets(reached, values.iter());
    if opened >= WIDE {
        warnings.push(Warning::Wide {
            secrets: opened,
            scopes: count(values.len()),
        });
    }
    let production: Vec<_> = values
        .iter()
        .filter(|scope| {
            let class = reached.classes.get(scope).copied().flatten();
            EnvironmentClass::effective(class) == EnvironmentClass::Production
        })
        .collect();
    if !production.is_empty() {
        warnings.push(Warning::Production {
            secrets: secrets(reached, production.into_iter()),
        });
    }
    if grant.expires_at.is_none() {
        warnings.push(Warning::Permanent);
    }
    if receiver.kind() == PrincipalKind::Person && reached.may_see_grants {
        let others = others(state, grant).await?;
        if others >= OTHERS {
            warnings.push(Warning::TeamWouldDo {
                others: count(others),
            });
        }
    }
    let now = state.circumstances.now;
    if let Some(from) = grant.not_before.filter(|from| *from > now) {
        warnings.push(Warning::NotYet { from });
    }
    if let Some(hours) = grant.conditions.known().and_then(|known| known.hours.as_ref()) {
        let here = hours_at(hours, now);
        if !here.as_ref().is_some_and(|here| here.within) {
            warnings.push(Warning::OutsideHours {
                from: here.and_then(|here| here.boundary),
            });
        }
    }
    if !reached.held_back_by.is_empty() {
        let ids: Vec<_> = reached.held_back_by.iter().copied().collect();
        let guardrails = GuardrailNames::default().of(state.reader, &ids).await?;
        warnings.push(Warning::HeldBack { guardrails });
    }
    Ok(warnings)
}

/// How many other people hold the same role at the same place by grants of their own.
async fn others(state: &mut State<'_>, grant: &Grant) -> Result<usize, Refusal> {
    let now = state.circumstances.now;
    let page = state.reader.grants_at(&[grant.scope], now, None, PAGE).await?;
    let holders: BTreeMap<_, _> = page
        .into_iter()
        .filter(|held| held.role == grant.role && held.principal != grant.principal)
        .map(|held| (held.principal, ()))
        .collect();
    let holders: Vec<_> = holders.into_keys().collect();
    if holders.is_empty() {
        return Ok(0);
    }
    let rows = state.reader.principals(&holders).await?;
    Ok(rows
        .iter()
        .filter(|row| row.kind() == PrincipalKind::Person)
        .count())
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
