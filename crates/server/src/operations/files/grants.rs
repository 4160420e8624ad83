//! What differs of the grants of one file.

use super::{
    export::{GrantWords, grants_in, path_of},
    form::{GrantEntry, GrantsFile, ROLES, RolesFile, at_moment},
    read::{Beside, Wanted, Wrong, beside, entry, parsed, said, unique},
};
use claviger_model::{
    conditions::GrantConditions,
    ids::{PrincipalId, ScopeId},
    role::Role,
    time::Timestamp,
};
use claviger_protocol::policy_files::{FileKind, PolicyFile};
use claviger_storage::Reader;
use std::collections::{BTreeMap, BTreeSet};

/// Compares it with the living grants at its scope.
pub(super) async fn of_grants(
    db: &mut dyn Reader,
    file: &PolicyFile,
    roles: &[Role],
    texts: &BTreeMap<&str, &str>,
    now: Timestamp,
    wanted_of: &mut Wanted,
) -> Result<Beside, Wrong> {
    let mut said_in: GrantsFile = parsed(&file.text)?;
    unique(said_in.grants.iter().map(|grant| grant.id))?;
    for grant in &said_in.grants {
        let moments = [&grant.not_before, &grant.expires_at];
        if let Some(odd) = moments
            .into_iter()
            .flatten()
            .find(|moment| at_moment(moment).is_none())
        {
            return said(format!("`{odd}` is no moment as RFC 3339 writes them"));
        }
    }
    // What is over by itself says nothing any more; the file need not be edited for it.
    let over = |grant: &GrantEntry| {
        let end = grant.expires_at.as_deref().and_then(at_moment);
        end.is_some_and(|end| end <= now)
    };
    said_in.grants.retain(|grant| !over(grant));
    let Some(scope) = db.scopes(&[said_in.scope]).await?.into_iter().next() else {
        return said(format!("there is no scope `{}`", said_in.scope));
    };
    if path_of(&scope) != file.path {
        return said(format!("the grants of this scope stand in `{}`", path_of(&scope)));
    }
    let present = grants_in(db, &scope, now).await?;
    let scopes: BTreeSet<ScopeId> = said_in.grants.iter().map(|grant| grant.scope).collect();
    within(db, &scopes, scope.id, scope.parent.is_none()).await?;
    let people: BTreeSet<PrincipalId> = said_in.grants.iter().map(|grant| grant.principal).collect();
    let ids: Vec<_> = people.iter().copied().collect();
    let known: BTreeSet<_> = if ids.is_empty() {
        BTreeSet::new()
    } else {
        db.principals(&ids).await?.into_iter().map(|row| row.id).collect()
    };
    if let Some(unknown) = people.iter().find(|person| !known.contains(person)) {
        return said(format!("there is nobody `{unknown}`"));
    }
    let made: BTreeSet<_> = match texts.get(ROLES) {
        // One that does not parse is a problem of its own.
        Some(text) => toml::from_str::<RolesFile>(text)
            .unwrap_or_default()
            .roles
            .iter()
            .map(|role| role.id)
            .collect(),
        None => BTreeSet::new(),
    };
    for grant in &said_in.grants {
        if !roles.iter().any(|role| role.id == grant.role) && !made.contains(&grant.role) {
            return said(format!("there is no role `{}`", grant.role));
        }
        let conditions = grant.conditions.as_deref().map(GrantConditions::from_stored);
        let kept = present.iter().find(|known| known.id == grant.id);
        let unreadable = conditions
            .as_ref()
            .is_some_and(|conditions| conditions.known().is_none());
        if conditions.as_ref().is_some_and(GrantConditions::is_emergency) {
            return said(format!(
                "`{}` is marked as emergency access, which is drawn and never given",
                grant.id
            ));
        }
        if unreadable && kept.is_none_or(|known| Some(&known.conditions) != conditions.as_ref()) {
            return said(format!("the conditions of `{}` cannot be read", grant.id));
        }
    }
    let everybody = people
        .into_iter()
        .chain(present.iter().map(|grant| grant.principal))
        .collect();
    let everywhere = scopes
        .into_iter()
        .chain(present.iter().map(|grant| grant.scope))
        .collect();
    let words = GrantWords::read(db, roles, everybody, everywhere).await?;
    let as_entry = |grant: &GrantEntry| {
        let name = words.of(grant.principal, grant.role, grant.scope);
        entry(&grant.id, name, grant)
    };
    let wanted = said_in.grants.iter().map(as_entry).collect::<Result<_, _>>()?;
    let is = present
        .iter()
        .map(|grant| as_entry(&GrantEntry::from(grant)))
        .collect::<Result<_, _>>()?;
    let by_id = said_in.grants.iter().map(|grant| (grant.id, grant.clone()));
    wanted_of.grants.extend(by_id);
    let in_file = said_in
        .grants
        .iter()
        .flat_map(|grant| [&grant.not_before, &grant.expires_at]);
    let in_file = in_file.flatten().filter_map(|text| at_moment(text));
    let in_organization = present
        .iter()
        .flat_map(|grant| [grant.not_before, grant.expires_at]);
    let moments = in_file.chain(in_organization.flatten());
    let mut found = beside(&file.path, FileKind::Grant, wanted, is)?;
    found.valid_until = moments.filter(|moment| *moment > now).min();
    Ok(found)
}

/// Whether all scopes of a file belong into it.
async fn within(
    db: &mut dyn Reader,
    scopes: &BTreeSet<ScopeId>,
    top: ScopeId,
    alone: bool,
) -> Result<(), Wrong> {
    let inner: Vec<_> = scopes.iter().copied().filter(|scope| *scope != top).collect();
    if inner.is_empty() {
        return Ok(());
    }
    let chains = db.scope_chains(&inner).await?;
    let below: BTreeSet<_> = chains
        .iter()
        .filter(|(_, above, _)| *above == top)
        .map(|(scope, _, _)| *scope)
        .collect();
    match inner.iter().find(|scope| alone || !below.contains(scope)) {
        Some(elsewhere) => said(format!("`{elsewhere}` is not a scope of this file")),
        None => Ok(()),
    }
}
