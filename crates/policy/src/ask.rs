//! Putting a question to Cedar: one linked policy for each grant that counts, and the guardrails of the action.

use crate::{
    engine::{EngineError, PolicyEngine},
    entities::Unanswerable,
    question::Question,
    slice::{Slice, covers},
};
use cedar_policy::{AuthorizationError, Decision as Answer, PolicyId as CedarId, SlotId, Template};
use claviger_model::{grant::Grant, ids::PolicyId, role::Role};
use std::collections::HashMap;

/// A role as a Cedar template.
#[derive(Debug)]
pub(crate) struct RolePolicy {
    pub(crate) role: Role,
    template: Template,
}

/// What Cedar said.
#[derive(Default)]
pub(crate) struct CedarAnswer<'a> {
    pub(crate) allowed: bool,
    pub(crate) grants: Vec<&'a Grant>,
    pub(crate) guardrails: Vec<PolicyId>,
    pub(crate) failed: Vec<PolicyId>,
    pub(crate) failed_elsewhere: bool,
}

impl PolicyEngine {
    pub(crate) fn ask<'a>(
        &self,
        question: &Question<'a>,
        slice: &Slice<'a>,
    ) -> Result<CedarAnswer<'a>, Unanswerable> {
        let unanswerable = |_| Unanswerable;
        let forbids = self.by_action.get(&question.action).cloned().unwrap_or_default();
        let mut policies = forbids.set;
        let mut linked = HashMap::new();
        for (at, grant) in slice.counting.iter().enumerate() {
            let known = self.roles.get(&grant.role).ok_or(Unanswerable)?;
            if policies.template(known.template.id()).is_none() {
                policies
                    .add_template(known.template.clone())
                    .map_err(unanswerable)?;
            }
            let id = CedarId::new(format!("grant {at}"));
            let places = HashMap::from([
                (
                    SlotId::principal(),
                    self.schema.holder(question.caller, grant.principal),
                ),
                (SlotId::resource(), self.schema.scope(grant.scope)),
            ]);
            let template = known.template.id().clone();
            policies
                .link(template, id.clone(), places)
                .map_err(unanswerable)?;
            linked.insert(id, *grant);
        }
        let ends = |grant: &&Grant| grant.expires_at.is_some() && covers(grant, question);
        let shown = self
            .schema
            .show(question, forbids.looks, slice.counting.iter().any(ends))?;
        let response = self
            .authorizer
            .is_authorized(&shown.request, &policies, &shown.entities);
        let diagnostics = response.diagnostics();
        let mut answer = CedarAnswer {
            allowed: response.decision() == Answer::Allow,
            ..CedarAnswer::default()
        };
        for id in diagnostics.reason() {
            answer.grants.extend(linked.get(id));
            answer.guardrails.extend(self.guardrails.get(id));
        }
        for error in diagnostics.errors() {
            let AuthorizationError::PolicyEvaluationError(error) = error;
            answer.failed.extend(self.guardrails.get(error.policy_id()));
            answer.failed_elsewhere |= linked.contains_key(error.policy_id());
        }
        answer.grants.sort_by_key(|grant| grant.id);
        answer.guardrails.sort();
        Ok(answer)
    }
}

impl RolePolicy {
    pub(crate) fn new(role: Role) -> Result<Self, EngineError> {
        let actions: Vec<_> = role
            .actions
            .iter()
            .map(|action| format!("Action::\"{action}\""))
            .collect();
        let actions = actions.join(", ");
        let text = format!("permit (principal in ?principal, action in [{actions}], resource in ?resource);");
        let template = Template::parse(Some(CedarId::new(format!("role {}", role.id))), text);
        let broken = |detail: cedar_policy::ParseErrors| EngineError::Role {
            name: role.name.to_string(),
            detail: detail.to_string(),
        };
        let template = template.map_err(broken)?;
        Ok(Self { role, template })
    }
}
