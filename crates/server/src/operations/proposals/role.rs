//! A role that is made or changed.

use crate::{
    events::Event,
    http::Refusal,
    operations::{
        grants::delegation::{Gift, anybody, may_assign},
        orders,
        state::State,
    },
    sequencer::{Acting, Change, Stop},
    stream::Audience,
};
use claviger_crypto::bytes::sha256;
use claviger_ledger::leaf::{Fact, NAME};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, RoleId},
    role::{MayGrant, Role},
};
use claviger_protocol::{
    problem::Code,
    roles::{RoleForm, canonical_role},
    stream::Hint,
};
use std::collections::BTreeSet;

/// What a form says, as a role.
///
/// # Errors
/// When it mixes values with power over access, or grants what it cannot.
pub fn made(id: RoleId, form: &RoleForm) -> Result<Role, Refusal> {
    Role::custom(
        id,
        form.name.clone(),
        form.actions.clone(),
        form.may_grant.clone(),
    )
    .map_err(|error| Refusal::new(Code::BadRequest).detail(error.to_string()))
}

/// Whether the role is so already.
///
/// # Errors
/// When it cannot be so, was changed meanwhile, or holds what its author may not grant.
pub async fn stands(change: &mut Change, author: &Acting, id: RoleId, form: &RoleForm) -> Result<bool, Stop> {
    let role = made(id, form)?;
    let current = change.db().role(id).await?;
    if current.as_ref() == Some(&role) {
        return Ok(true);
    }
    match (&current, &form.replaces) {
        (Some(current), _) if current.builtin => {
            return Err(Refusal::new(Code::WrongState)
                .detail("built-in roles are not changed")
                .into());
        }
        (Some(current), Some(seen)) => {
            let digest = sha256(&canonical_role(current).map_err(Refusal::internal)?);
            if seen.0 != digest {
                return Err(Code::Conflict.into());
            }
        }
        (None, None) => {}
        (Some(_), None) | (None, Some(_)) => return Err(Code::Conflict.into()),
    }
    within_what_the_author_may_grant(change, author, &role, current.as_ref()).await?;
    Ok(false)
}

/// Whoever makes roles cannot put more into one than the roles have that they may grant themselves.
async fn within_what_the_author_may_grant(
    change: &mut Change,
    author: &Acting,
    role: &Role,
    current: Option<&Role>,
) -> Result<(), Stop> {
    let roles = change.db().roles().await?;
    let root = change.db().root_scope().await?.ok_or(Code::NotFound)?;
    let place = change.place(root.id).await?.ok_or(Code::NotFound)?;
    let mut state = State::locked(change, author).await?;
    let anybody = anybody(&author.principal);
    let mut grantable = BTreeSet::new();
    for known in &roles {
        let gift = Gift {
            role: known.id,
            place: &place,
            receiver: &anybody,
            not_before: None,
            expires_at: None,
        };
        if may_assign(&mut state, &gift).await?.is_ok() {
            grantable.insert(known.id);
        }
    }
    Ok(within(role, current, &roles, &grantable)?)
}

/// Whether a role holds nothing beyond what others have that may be granted, and what it has already.
///
/// # Errors
/// Says what is beyond.
pub fn within(
    role: &Role,
    current: Option<&Role>,
    roles: &[Role],
    grantable: &BTreeSet<RoleId>,
) -> Result<(), Refusal> {
    let known: BTreeSet<_> = roles.iter().map(|role| role.id).chain([role.id]).collect();
    let granted = |role: &Role| -> BTreeSet<RoleId> {
        match &role.may_grant {
            MayGrant::Roles(roles) => roles.clone(),
            MayGrant::Every => known.clone(),
        }
    };
    let (mut actions, mut may_grant) = (role.actions.clone(), granted(role));
    if let Some(unknown) = may_grant.iter().find(|role| !known.contains(role)) {
        let detail = format!("there is no role `{unknown}` to grant");
        return Err(Refusal::new(Code::BadRequest).detail(detail));
    }
    if let Some(current) = current {
        let had = granted(current);
        actions.retain(|action| !current.allows(*action));
        may_grant.retain(|role| !had.contains(role));
    }
    let others = roles.iter().filter(|known| known.id != role.id);
    for other in others.filter(|known| grantable.contains(&known.id)) {
        actions.retain(|action| !other.allows(*action));
        may_grant.remove(&other.id);
    }
    // A role that may grant itself gives no more than whoever may grant it.
    may_grant.remove(&role.id);
    let actions = actions.iter().map(ToString::to_string);
    match actions.chain(may_grant.iter().map(ToString::to_string)).next() {
        None => Ok(()),
        Some(what) => Err(Refusal::new(Code::Forbidden).detail(format!(
            "you may not grant `{what}`, so you cannot put it into a role"
        ))),
    }
}

/// Writes the role; devices are ordered to destroy what its holders lose.
///
/// # Errors
/// When the tables cannot be written, or the name is taken.
pub async fn execute(change: &mut Change, id: RoleId, form: &RoleForm, event: Event) -> Result<(), Stop> {
    let role = made(id, form)?;
    let before = change.db().role(id).await?;
    let lost = before.as_ref().is_some_and(|before| {
        let reads = |action: &Action| action.reads_value() || *action == Action::SecretView;
        before
            .actions
            .iter()
            .any(|action| reads(action) && !role.allows(*action))
    });
    let holders: Vec<PrincipalId> = if lost {
        let now = change.now();
        change.db().holders_of(id, now).await?
    } else {
        Vec::new()
    };
    let access = orders::before_all(change, holders).await?;
    change.db().put_role(&role).await?;
    orders::after(change, access).await?;
    let event = event
        .fact("new", Fact::Flag(before.is_none()))
        .fact(
            "actions",
            Fact::Number(i64::try_from(role.actions.len()).unwrap_or(i64::MAX)),
        )
        .commit(NAME, role.name.to_string(), None)
        .commit(CONTENT, text(&role)?, None);
    change.record(event);
    change.hint(Audience::Everyone, Hint::Sync);
    Ok(())
}

/// The field that commits to what a role is.
const CONTENT: &str = "role-content";

fn text(role: &Role) -> Result<String, Refusal> {
    String::from_utf8(canonical_role(role).map_err(Refusal::internal)?).map_err(Refusal::internal)
}
