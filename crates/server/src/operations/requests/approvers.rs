//! Who can approve: those who may give it and may answer requests there, the nearest first, few.

use super::terms::{Judge, favourable, until};
use crate::entitlement::Place;
use claviger_model::{
    action::Action,
    ids::PrincipalId,
    principal::{PrincipalKind, PrincipalState},
};
use claviger_storage::{Reader, StorageError, approvals::Terms, principals::Principal};
use std::collections::BTreeSet;

/// How many are named.
pub const NAMED: usize = 5;
/// How many grants and people are looked at; the nearest come first.
const LOOKED_AT: usize = 200;

/// Some who can approve these terms for somebody.
///
/// # Errors
/// When the tables cannot be read.
pub async fn approvers(
    reader: &mut dyn Reader,
    judge: Judge<'_>,
    place: &Place,
    receiver: &Principal,
    terms: Terms,
) -> Result<Vec<PrincipalId>, StorageError> {
    let engine = judge.engine(reader).await?;
    let giving: Vec<_> = engine
        .roles()
        .filter(|role| role.allows(Action::GrantAssign) && role.may_grant.includes(terms.role))
        .map(|role| role.id)
        .collect();
    if giving.is_empty() {
        return Ok(Vec::new());
    }
    let chain = &place.resource.chain;
    let limit = u32::try_from(LOOKED_AT).unwrap_or(u32::MAX);
    let mut grants = reader.grants_of_roles(&giving, chain, judge.now, limit).await?;
    grants.sort_by_key(|grant| (chain.iter().position(|scope| *scope == grant.scope), grant.id));
    let (mut seen, mut found) = (BTreeSet::from([receiver.id]), Vec::new());
    for grant in grants {
        for person in people(reader, grant.principal).await? {
            if found.len() >= NAMED || seen.len() > LOOKED_AT {
                return Ok(found);
            }
            if seen.insert(person.id) && can_approve(reader, judge, &person, receiver, place, terms).await? {
                found.push(person.id);
            }
        }
    }
    Ok(found)
}

/// Whether somebody, signed in as well as can be, could approve these terms.
///
/// # Errors
/// When the tables cannot be read.
pub async fn can_approve(
    reader: &mut dyn Reader,
    judge: Judge<'_>,
    person: &Principal,
    receiver: &Principal,
    place: &Place,
    terms: Terms,
) -> Result<bool, StorageError> {
    let circumstances = favourable(judge.now);
    Ok(judge
        .allows(reader, person, &circumstances, Action::RequestAnswer, place)
        .await?
        && judge
            .may_give(
                reader,
                (person, &circumstances),
                receiver,
                place,
                terms.role,
                until(terms, judge.now),
            )
            .await?
            .is_ok())
}

async fn people(reader: &mut dyn Reader, holder: PrincipalId) -> Result<Vec<Principal>, StorageError> {
    let Some(first) = reader.principal(holder).await? else {
        return Ok(Vec::new());
    };
    let mut all = if first.kind() == PrincipalKind::Team {
        let members = reader.members_closure(holder).await?;
        reader.principals(&members).await?
    } else {
        vec![first]
    };
    all.retain(|one| one.kind() == PrincipalKind::Person && one.state == PrincipalState::Active);
    all.sort_by_key(|one| one.id);
    Ok(all)
}
