//! What an identity may carry out: the checks of every change by hand, with its delegation as its right to grant, and rule 13 for
//! everybody who stands behind it. Nothing of files is carried out in which one change is refused.

use super::{
    identity::Identity,
    judge_grants,
    judge_guardrails::{changing, guardrail, guardrails_as_one},
    read::{Compared, Wanted},
};
use crate::{
    entitlement::Subject,
    http::Refusal,
    operations::{
        guardrails::changing::Changing,
        proposals::{by_roles, role_within},
        state::State,
    },
};
use claviger_model::{
    action::Action,
    builtin_roles::{OWNER, POLICY_FILES},
    ids::{PrincipalId, RoleId},
    principal::{Nature, PrincipalKind},
    role::{MayGrant, Role},
};
use claviger_protocol::{
    policy_files::{FileChange, FileKind, FileRefusal},
    problem::Code,
};
use claviger_storage::principals::Principal;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What was found of a plan.
#[derive(Default)]
pub(super) struct Judged {
    /// What may not be carried out; all may where there is none.
    pub refused: Vec<FileRefusal>,
    /// The change of guardrails as one; none where there is none.
    pub guardrails: Option<Changing>,
}

/// Everything that changes are judged by.
pub(super) struct Ground<'a> {
    /// Who asks.
    pub identity: &'a Identity,
    /// What files say.
    pub wanted: &'a Wanted,
    /// Roles as they are.
    pub roles: Vec<Role>,
    /// Roles as they would be.
    pub after: Vec<Role>,
    /// Which of those may be given and taken.
    pub grantable: BTreeSet<RoleId>,
    /// Everybody who has a key, could have one, or made the delegation: they get nothing by it.
    pub behind: Vec<(Principal, Arc<Subject>)>,
}

/// Judges what would be carried out.
///
/// # Errors
/// When the tables cannot be read.
pub(super) async fn judge(
    state: &mut State<'_>,
    identity: &Identity,
    found: &Compared,
) -> Result<Judged, Refusal> {
    let carried: Vec<&FileChange> = found.carried_out().collect();
    let mut judged = Judged::default();
    if carried.is_empty() {
        return Ok(judged);
    }
    tracing::debug!(changes = carried.len(), "policy files are judged");
    let ground = ground(state, identity, found).await?;
    for change in of_kind(&carried, FileKind::Role) {
        if let Err(no) = role(state, &ground, change).await? {
            judged.refused.push(no.of(change));
        }
    }
    let guardrails: Vec<_> = of_kind(&carried, FileKind::Guardrail).collect();
    if !guardrails.is_empty() {
        let changing = changing(state, &found.wanted, &guardrails).await?;
        let whole = guardrails_as_one(state, &ground, &changing).await?;
        for change in guardrails {
            let own = guardrail(&ground, &changing, change);
            if let Err(no) = own.and_then(|()| whole.clone()) {
                judged.refused.push(no.of(change));
            }
        }
        judged.guardrails = Some(changing);
    }
    let engine = judge_grants::engine(state, &ground).await?;
    for change in of_kind(&carried, FileKind::Grant) {
        if let Err(no) = judge_grants::grant(state, &ground, &engine, change).await? {
            judged.refused.push(no.of(change));
        }
    }
    Ok(judged)
}

fn of_kind<'a>(changes: &'a [&'a FileChange], kind: FileKind) -> impl Iterator<Item = &'a FileChange> {
    changes.iter().copied().filter(move |change| change.kind == kind)
}

/// Why a change may not be carried out.
#[derive(Clone)]
pub(super) struct No {
    code: Code,
    words: String,
}

/// What is said of one change.
pub(super) type Said = Result<(), No>;

/// No, in words.
pub(super) fn no(code: Code, words: impl Into<String>) -> Said {
    let words = words.into();
    Err(No { code, words })
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        let problem = refusal.problem();
        let words = problem.detail.clone().unwrap_or_else(|| problem.title.clone());
        Self {
            code: problem.code,
            words,
        }
    }
}

impl No {
    fn of(self, change: &FileChange) -> FileRefusal {
        FileRefusal {
            path: change.path.clone(),
            kind: change.kind,
            id: change.id.clone(),
            code: self.code,
            message: self.words,
        }
    }
}

async fn ground<'a>(
    state: &mut State<'_>,
    identity: &'a Identity,
    found: &'a Compared,
) -> Result<Ground<'a>, Refusal> {
    let roles = state.reader.roles().await?;
    let mut after: BTreeMap<RoleId, Role> = roles.iter().map(|role| (role.id, role.clone())).collect();
    for change in found.carried_out().filter(|change| change.kind == FileKind::Role) {
        let id: RoleId = change.id.parse().map_err(Refusal::internal)?;
        match found.wanted.roles.get(&id) {
            Some(role) => after.insert(id, role.clone()),
            None => after.remove(&id),
        };
    }
    let after: Vec<_> = after.into_values().collect();
    Ok(Ground {
        grantable: grantable(identity, &roles, &after),
        behind: behind(state, identity).await?,
        identity,
        wanted: &found.wanted,
        roles,
        after,
    })
}

/// The roles that were delegated, and of one's own those that hold nothing beyond them, where the identity makes roles.
fn grantable(identity: &Identity, before: &[Role], after: &[Role]) -> BTreeSet<RoleId> {
    let mut delegated = identity.delegation.may_grant.clone();
    delegated.retain(|id| ![OWNER, POLICY_FILES].contains(id));
    let mut found = delegated.clone();
    if identity.delegation.roles {
        let held: BTreeSet<Action> = before
            .iter()
            .filter(|role| delegated.contains(&role.id))
            .flat_map(|role| role.actions.iter().copied())
            .collect();
        let lesser = |role: &&Role| {
            let gives = match &role.may_grant {
                MayGrant::Roles(roles) => roles.is_subset(&delegated),
                MayGrant::Every => false,
            };
            !role.builtin && gives && role.actions.is_subset(&held)
        };
        found.extend(after.iter().filter(lesser).map(|role| role.id));
    }
    found
}

/// The people behind an identity.
async fn behind(
    state: &mut State<'_>,
    identity: &Identity,
) -> Result<Vec<(Principal, Arc<Subject>)>, Refusal> {
    let (service, now) = (state.principal.clone(), state.circumstances.now);
    let mut people: BTreeSet<PrincipalId> =
        [identity.grant.granted_by, identity.delegation.approved_by].into();
    if let Nature::Service { owner, .. } = service.nature {
        people.insert(owner);
        people.extend(state.reader.members_closure(owner).await?);
    }
    for key in state.reader.keys_of(&[service.id]).await? {
        if key.is_live(now) {
            people.insert(key.made_by);
        }
    }
    let ids: Vec<_> = people.into_iter().collect();
    let rows = state.reader.principals(&ids).await?;
    let mut found = Vec::new();
    for row in rows.into_iter().filter(|row| row.kind() == PrincipalKind::Person) {
        let subject = state.subject(&row).await?;
        found.push((row, subject));
    }
    Ok(found)
}

pub(super) const TWO_OWNERS: &str = "it would widen the access of somebody who stands behind this identity; an Owner makes this change, and \
     another one approves it";

async fn role(state: &mut State<'_>, ground: &Ground<'_>, change: &FileChange) -> Result<Said, Refusal> {
    if !ground.identity.delegation.roles {
        return Ok(no(Code::Forbidden, "this identity makes no roles"));
    }
    let id: RoleId = change.id.parse().map_err(Refusal::internal)?;
    let Some(role) = ground.wanted.roles.get(&id) else {
        let named = state.reader.role_is_named(id).await?;
        let words = "grants name this role; ended ones too, since they are history";
        return Ok(if named { no(Code::RoleInUse, words) } else { Ok(()) });
    };
    let taken = |other: &&Role| other.id != id && other.name.folded() == role.name.folded();
    if ground.after.iter().find(taken).is_some() {
        return Ok(no(Code::NameTaken, "another role has this name"));
    }
    let current = ground.roles.iter().find(|known| known.id == id);
    if let Err(refusal) = role_within(role, current, &ground.roles, &ground.grantable) {
        return Ok(Err(refusal.into()));
    }
    for (person, _) in &ground.behind {
        if !by_roles(state, person, &ground.roles, &ground.after)
            .await?
            .is_empty()
        {
            return Ok(no(Code::SecondOwner, TWO_OWNERS));
        }
    }
    Ok(Ok(()))
}
