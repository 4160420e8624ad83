//! A change of one guardrail, with the states before and after it, and whether it can be made at all.

use crate::{
    entitlement::best::{favourable, fulfilled},
    http::Refusal,
    operations::access::people::{Person, Where, people},
};
use claviger_model::{
    action::Action, grant::Grant, guardrail::Guardrail, ids::PolicyId, role::Role, time::Timestamp,
};
use claviger_policy::{
    engine::EngineError,
    loosening::at_the_worst_hour,
    question::Question,
    tree::{ScopeNode, ScopeTree},
};
use claviger_protocol::{guardrails::GuardrailChange, problem::Code, wire::Bytes};
use claviger_storage::Reader;
use std::{collections::BTreeSet, sync::Arc};

const PEOPLE: u32 = 500;

/// A change with the states before and after it.
pub struct Changing {
    /// Which guardrail.
    pub id: PolicyId,
    /// What becomes of it.
    pub what: GuardrailChange,
    /// All guardrails as they are.
    pub before: Vec<Guardrail>,
    /// All guardrails as they would be.
    pub after: Vec<Guardrail>,
    /// All roles.
    pub roles: Vec<Role>,
}

impl Changing {
    /// Reads the guardrails and says what they would be; whether the change is well formed.
    ///
    /// # Errors
    /// When the change cannot be made, in words.
    pub async fn read(
        db: &mut dyn Reader,
        id: PolicyId,
        what: GuardrailChange,
        replaces: Option<&Bytes>,
    ) -> Result<Self, Refusal> {
        let before = db.guardrails().await?;
        let current = before.iter().find(|guardrail| guardrail.id == id);
        match (current, replaces) {
            (Some(current), Some(seen)) if seen.0 == super::digest(current)? => {}
            (None, None) if matches!(what, GuardrailChange::Put { .. }) => {}
            (None, None) => return Err(Code::NotFound.into()),
            _ => return Err(Code::Conflict.into()),
        }
        let builtin = current.is_some_and(|guardrail| guardrail.builtin);
        if builtin && !matches!(what, GuardrailChange::Switch { .. }) {
            return Err(Refusal::new(Code::WrongState)
                .detail("built-in guardrails are switched on and off, never changed or deleted"));
        }
        let mut after: Vec<_> = before
            .iter()
            .filter(|guardrail| guardrail.id != id)
            .cloned()
            .collect();
        after.extend(becomes(id, &what, current));
        Ok(Self {
            id,
            what,
            roles: db.roles().await?,
            after,
            before,
        })
    }

    /// The guardrail as it is.
    pub fn current(&self) -> Option<&Guardrail> {
        self.before.iter().find(|guardrail| guardrail.id == self.id)
    }

    /// The guardrail as it would be.
    pub fn becomes(&self) -> Option<&Guardrail> {
        self.after.iter().find(|guardrail| guardrail.id == self.id)
    }

    /// Whether a second Owner is asked whatever the author gains: what everyone relies on from the first start goes.
    pub fn switches_off_a_builtin(&self) -> bool {
        self.current()
            .is_some_and(|current| current.builtin && current.enabled)
            && self.becomes().is_none_or(|becomes| !becomes.enabled)
    }
}

/// What a guardrail becomes; none when it is deleted.
pub fn becomes(id: PolicyId, what: &GuardrailChange, current: Option<&Guardrail>) -> Option<Guardrail> {
    match what {
        GuardrailChange::Put { name, text, enabled } => Some(Guardrail {
            id,
            name: name.clone(),
            text: text.clone(),
            builtin: false,
            enabled: *enabled,
        }),
        GuardrailChange::Switch { enabled } => current.map(|current| Guardrail {
            enabled: *enabled,
            ..current.clone()
        }),
        GuardrailChange::Delete => None,
    }
}

/// What is wrong with a text, as a refusal.
pub fn unusable(error: EngineError) -> Refusal {
    match error {
        EngineError::Guardrail { source, .. } => Refusal::new(Code::BadRequest).detail(source.to_string()),
        other => Refusal::internal(other),
    }
}

/// Refuses what would leave nobody who can change guardrails, at whatever hour and from wherever.
///
/// # Errors
/// When nobody would be left, or the tables cannot be read.
pub async fn somebody_keeps_the_key(
    db: &mut dyn Reader,
    changing: &Changing,
    now: Timestamp,
) -> Result<(), Refusal> {
    let engine = at_the_worst_hour(&changing.roles, &changing.after).map_err(unusable)?;
    let root = db.root_scope().await?.ok_or(Code::NotFound)?;
    let tree = ScopeTree::from_iter([(
        root.id,
        ScopeNode {
            parent: None,
            class: root.class,
        },
    )]);
    let resource = tree.resource(root.id, None).ok_or(Code::NotFound)?;
    let circumstances = favourable(now);
    let mut holders = BTreeSet::new();
    for role in changing
        .roles
        .iter()
        .filter(|role| role.allows(Action::PolicyManage))
    {
        holders.extend(db.holders_of(role.id, now).await?);
    }
    for holder in holders {
        let mut after = None;
        loop {
            let rows = db.people_in(holder, after.as_ref(), PEOPLE).await?;
            let full = rows.len() >= PEOPLE as usize;
            after = rows.last().map(claviger_storage::reach::AfterName::of);
            for person in people(db, rows, Where::At(&[root.id]), now).await? {
                let grants: Vec<_> = at_best(&person).iter().map(|grant| Grant::clone(grant)).collect();
                let question = Question {
                    caller: &person.caller,
                    action: Action::PolicyManage,
                    resource: &resource,
                    grants: &grants,
                    circumstances: &circumstances,
                };
                if engine.decide(&question).allowed {
                    return Ok(());
                }
            }
            if !full {
                break;
            }
        }
    }
    Err(Refusal::new(Code::LastOwner)
        .detail("nobody would be left who can change guardrails, at every hour and from everywhere"))
}

/// Somebody's grants with their conditions fulfilled.
pub fn at_best(person: &Person) -> Vec<Arc<Grant>> {
    let best = |grant: &Arc<Grant>| match grant.conditions.known() {
        Some(known) if known.is_empty() => Arc::clone(grant),
        _ => Arc::new(fulfilled(grant)),
    };
    person.grants.iter().map(best).collect()
}
