//! Carrying out what files say, by the code that makes every such change, in the transaction of the caller: guardrails, roles, grants
//! that end, grants that are given, and roles that go.

use super::{
    form::GrantEntry,
    judge_grants::{as_call, shortened},
    read::Compared,
};
use crate::{
    events::Event,
    http::Refusal,
    operations::{
        access::{change::carry_out, plan},
        grants,
        guardrails::{self, changing::Changing, effect::Simulation},
        proposals::{guardrails_felt, write_guardrail, write_role},
        roles,
        state::State,
    },
    sequencer::{Acting, Change, Stop},
};
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::{
    conditions::GrantConditions,
    event::EventKind,
    grant::Grant,
    guardrail::Guardrail,
    ids::{GrantId, RoleId},
};
use claviger_protocol::{
    grant_change::{ChangeGrant, GrantChange},
    policy_files::{Differs, FileChange, FileKind},
    problem::Code,
    roles::RoleForm,
    wire::Bytes,
};

/// Makes all changes.
///
/// # Errors
/// When one of them cannot be made: then none is, since the transaction is not committed.
pub(super) async fn out(
    change: &mut Change,
    acting: &Acting,
    found: &Compared,
    guardrails: Option<(Changing, Simulation)>,
    reason: &str,
) -> Result<(), Stop> {
    if let Some((changing, simulation)) = guardrails {
        all_guardrails(change, acting, &changing, &simulation, reason).await?;
    }
    let of_kind = |kind: FileKind| found.carried_out().filter(move |change| change.kind == kind);
    for file in of_kind(FileKind::Role) {
        let id: RoleId = file.id.parse().map_err(Refusal::internal)?;
        if let Some(role) = found.wanted.roles.get(&id) {
            let form = RoleForm {
                name: role.name.clone(),
                actions: role.actions.clone(),
                may_grant: role.may_grant.clone(),
                replaces: None,
            };
            let event = by_files(change.event(acting.who, EventKind::RoleChanged), reason).on(of_role(id));
            write_role(change, id, &form, event).await?;
        }
    }
    for file in of_kind(FileKind::Grant).filter(|file| file.differs != Differs::OnlyInFile) {
        let id: GrantId = file.id.parse().map_err(Refusal::internal)?;
        less(change, acting, file, found.wanted.grants.get(&id), id, reason).await?;
    }
    for file in of_kind(FileKind::Grant).filter(|file| file.differs == Differs::OnlyInFile) {
        let id: GrantId = file.id.parse().map_err(Refusal::internal)?;
        if let Some(entry) = found.wanted.grants.get(&id) {
            give(change, acting, entry).await?;
        }
    }
    for file in of_kind(FileKind::Role).filter(|file| file.differs == Differs::OnlyInOrganization) {
        let id: RoleId = file.id.parse().map_err(Refusal::internal)?;
        let event = by_files(change.event(acting.who, EventKind::RoleDeleted), reason).on(of_role(id));
        roles::take_away(change, id, event).await?;
    }
    Ok(())
}

fn of_role(id: RoleId) -> Object {
    Object {
        role: Some(id),
        ..Object::default()
    }
}

fn by_files(event: Event, reason: &str) -> Event {
    event.fact("files", Fact::Flag(true)).because(reason.to_owned())
}

async fn all_guardrails(
    change: &mut Change,
    acting: &Acting,
    changing: &Changing,
    simulation: &Simulation,
    reason: &str,
) -> Result<(), Stop> {
    let find = |among: &[Guardrail], id| among.iter().find(|known| known.id == id).cloned();
    let mut written = Vec::new();
    for before in changing
        .before
        .iter()
        .filter(|before| find(&changing.after, before.id).is_none())
    {
        let event = by_files(change.event(acting.who, EventKind::PolicyDeleted), reason);
        let event = event.on(guardrails::object(before.id));
        let people = simulation.effects.len();
        write_guardrail(change, (Some(before), None), acting.who.principal, event, people).await?;
    }
    for after in &changing.after {
        let before = find(&changing.before, after.id);
        if before.as_ref() == Some(after) {
            continue;
        }
        let event = by_files(change.event(acting.who, EventKind::PolicyChanged), reason);
        let event = event.on(guardrails::object(after.id));
        let people = simulation.effects.len();
        let becomes = (before.as_ref(), Some(after));
        write_guardrail(change, becomes, acting.who.principal, event, people).await?;
        written.push(after);
    }
    guardrails_felt(change, simulation, written).await
}

/// Ends or shortens a grant, as its plan says.
async fn less(
    change: &mut Change,
    acting: &Acting,
    file: &FileChange,
    entry: Option<&GrantEntry>,
    id: GrantId,
    reason: &str,
) -> Result<(), Stop> {
    let now = change.now();
    let grant = change.db().grant(id).await?.ok_or(Code::NotFound)?;
    let (wanted, kind) = match entry {
        None => (GrantChange::Revoke, EventKind::GrantEnded),
        Some(entry) => {
            let expires_at = shortened(file, &grant, entry, now).ok_or(Code::Conflict)?;
            (GrantChange::Shorten { expires_at }, EventKind::GrantShortened)
        }
    };
    let instead = plan::replacement(&grant, wanted, now)?;
    let engine = State::locked(change, acting).await?.engine().await?;
    let event = change
        .event(acting.who, kind)
        .on(grants::object(&grant))
        .concerning(grant.principal)
        .fact("files", Fact::Flag(true));
    let plan = plan::make(change.db(), &engine, grant, instead, wanted, now).await?;
    let call = ChangeGrant {
        change: wanted,
        digest: Bytes::from(plan.digest),
        reason: reason.to_owned(),
        new_grant: None,
    };
    carry_out(change, acting, plan, call, event).await?;
    Ok(())
}

async fn give(change: &mut Change, acting: &Acting, entry: &GrantEntry) -> Result<(), Stop> {
    let call = as_call(entry)?;
    let receiver = change
        .db()
        .principal(call.principal)
        .await?
        .ok_or(Code::NotFound)?;
    let grant = Grant {
        id: call.id,
        principal: call.principal,
        role: call.role,
        scope: call.scope,
        reason: call.reason,
        granted_by: acting.who.principal,
        granted_at: change.now(),
        not_before: call.not_before,
        expires_at: call.expires_at,
        conditions: GrantConditions::Known(call.conditions),
        ended: None,
    };
    let event = change
        .event(acting.who, EventKind::GrantGiven)
        .on(grants::object(&grant))
        .concerning(receiver.id)
        .fact("files", Fact::Flag(true));
    grants::write(change, &grant, &receiver, event).await
}
