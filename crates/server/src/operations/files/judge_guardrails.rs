//! Which changes of guardrails an identity may make: judged one by one, and all of them as one change.

use super::{
    judge::{Ground, Said, TWO_OWNERS, no},
    read::Wanted,
};
use crate::{
    http::Refusal,
    operations::{
        guardrails::changing::{Changing, somebody_keeps_the_key, unusable},
        proposals::guardrail_widens,
        state::State,
    },
};
use claviger_model::{guardrail::Guardrail, ids::PolicyId};
use claviger_policy::effect::Engines;
use claviger_protocol::{
    guardrails::GuardrailChange,
    policy_files::{Differs, FileChange},
    problem::Code,
};
use std::collections::BTreeMap;

/// The guardrails before and after, all changes at once.
pub(super) async fn changing(
    state: &mut State<'_>,
    wanted: &Wanted,
    changes: &[&FileChange],
) -> Result<Changing, Refusal> {
    let before = state.reader.guardrails().await?;
    let mut after: BTreeMap<PolicyId, Guardrail> = before
        .iter()
        .map(|guardrail| (guardrail.id, guardrail.clone()))
        .collect();
    let mut first = None;
    for change in changes {
        let id: PolicyId = change.id.parse().map_err(Refusal::internal)?;
        first = first.or(Some(id));
        match wanted.guardrails.get(&id) {
            Some(guardrail) => after.insert(id, guardrail.clone()),
            None => after.remove(&id),
        };
    }
    let roles = state.reader.roles().await?;
    Ok(Changing {
        id: first.ok_or(Code::Internal)?,
        // One of many; what counts is what was and what will be.
        what: GuardrailChange::Switch { enabled: true },
        before,
        after: after.into_values().collect(),
        roles,
    })
}

/// Whether one of them may be changed so.
pub(super) fn guardrail(ground: &Ground<'_>, changing: &Changing, change: &FileChange) -> Said {
    if !ground.identity.delegation.guardrails {
        return no(Code::Forbidden, "this identity changes no guardrails");
    }
    let find = |among: &[Guardrail]| {
        let found = among
            .iter()
            .find(|guardrail| guardrail.id.to_string() == change.id);
        found.cloned()
    };
    let (before, after) = (find(&changing.before), find(&changing.after));
    let relied_on = before.is_some_and(|before| before.builtin && before.enabled);
    if relied_on && after.as_ref().is_none_or(|after| !after.enabled) {
        let words = "a built-in guardrail is switched off by two Owners, never by files";
        return no(Code::SecondOwner, words);
    }
    let taken = |other: &&Guardrail| {
        after
            .as_ref()
            .is_some_and(|after| other.id != after.id && other.name.folded() == after.name.folded())
    };
    if change.differs != Differs::OnlyInOrganization && changing.after.iter().find(taken).is_some() {
        return no(Code::NameTaken, "another guardrail has this name");
    }
    Ok(())
}

/// Whether all changes together may be made.
pub(super) async fn guardrails_as_one(
    state: &mut State<'_>,
    ground: &Ground<'_>,
    changing: &Changing,
) -> Result<Said, Refusal> {
    if let Err(error) = Engines::of(&changing.roles, &changing.before, &changing.after) {
        return Ok(Err(unusable(error).into()));
    }
    let now = state.circumstances.now;
    match somebody_keeps_the_key(state.reader, changing, now).await {
        Err(refusal) if refusal.code() == Code::LastOwner => return Ok(Err(refusal.into())),
        other => other?,
    }
    let service = state.principal.clone();
    let people: Vec<_> = ground.behind.iter().map(|(row, _)| row.clone()).collect();
    let mut widens = false;
    for row in people.into_iter().chain([service.clone()]) {
        // Rule 13 asks for the author; here everybody who could be is one.
        state.principal = row;
        let found = guardrail_widens(state, changing).await;
        state.principal = service.clone();
        widens = widens || !found?.is_empty();
    }
    Ok(if widens {
        no(Code::SecondOwner, TWO_OWNERS)
    } else {
        Ok(())
    })
}
