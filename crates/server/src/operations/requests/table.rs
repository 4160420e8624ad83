//! What is on the table: what an approval would give now, as it is shown, and the digest that ties an approval to it.

use super::terms::{self, Judge};
use claviger_crypto::bytes::{constant_time_eq, sha256};
use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{PrincipalId, RequestId, RoleId, ScopeId},
    role::{MayGrant, Role},
    time::Timestamp,
};
use claviger_protocol::{
    requests::Terms as Shown,
    signed::{Signable, canonical},
    wire::Bytes,
};
use claviger_storage::{
    Reader, StorageError,
    approvals::{Step, Terms},
    requests::{Asked, Request},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// All that an approval stands on, in the form that is hashed. What an approver chooses instead is never more than this.
#[derive(Serialize, Deserialize)]
struct Found {
    request: RequestId,
    asked_by: PrincipalId,
    role: RoleId,
    role_name: String,
    actions: BTreeSet<Action>,
    may_grant: MayGrant,
    scope: ScopeId,
    path: String,
    seconds: u32,
    begins_at: Option<Timestamp>,
}

impl Signable for Found {
    const TYPE: &'static str = "claviger-request-terms-v1";
}

/// What is on the table after these approvals; none for a rotation, or where role or place are gone.
///
/// # Errors
/// When the tables cannot be read.
pub async fn shown(
    reader: &mut dyn Reader,
    judge: Judge<'_>,
    request: &Request,
    steps: &[Step],
) -> Result<Option<Shown>, StorageError> {
    let Some(terms) = terms::narrowed(request, steps) else {
        return Ok(None);
    };
    let engine = judge.engine(reader).await?;
    let place = judge
        .entitlements
        .place_at(reader, judge.epoch, terms.scope)
        .await?;
    let (Some(role), Some(place)) = (engine.role(terms.role), place) else {
        return Ok(None);
    };
    let begins_at = begins_at(reader, judge, request, terms).await?;
    Ok(told(
        request,
        terms,
        role,
        place.scope.path.to_string(),
        begins_at,
    ))
}

/// Whether an approval was made over what is on the table now.
pub fn is_same(now: Option<&Shown>, seen: &Bytes) -> bool {
    now.is_some_and(|now| constant_time_eq(&now.digest.0, &seen.0))
}

/// The living access that an extension prolongs, when it is the same as what would be given.
pub fn prolongs(grant: &Grant, terms: Terms, now: Timestamp) -> Option<Timestamp> {
    let same = grant.role == terms.role && grant.scope == terms.scope;
    grant
        .expires_at
        .filter(|end| same && grant.active_at(now) && *end > now)
}

async fn begins_at(
    reader: &mut dyn Reader,
    judge: Judge<'_>,
    request: &Request,
    terms: Terms,
) -> Result<Option<Timestamp>, StorageError> {
    let Asked::Access {
        extends: Some(before),
        ..
    } = request.asked
    else {
        return Ok(None);
    };
    let Some(link) = reader.given_by(&[before]).await?.into_iter().next() else {
        return Ok(None);
    };
    let grant = reader.grant(link.grant).await?;
    Ok(grant.and_then(|grant| prolongs(&grant, terms, judge.now)))
}

fn told(
    request: &Request,
    terms: Terms,
    role: &Role,
    path: String,
    begins_at: Option<Timestamp>,
) -> Option<Shown> {
    let found = Found {
        request: request.id,
        asked_by: request.asked_by,
        role: terms.role,
        role_name: role.name.to_string(),
        actions: role.actions.clone(),
        may_grant: role.may_grant.clone(),
        scope: terms.scope,
        path,
        seconds: terms.seconds,
        begins_at,
    };
    let digest = sha256(&canonical(&found).ok()?);
    Some(Shown {
        role: found.role,
        role_name: found.role_name,
        scope: found.scope,
        path: found.path,
        seconds: found.seconds,
        begins_at,
        digest: Bytes::from(digest),
    })
}
