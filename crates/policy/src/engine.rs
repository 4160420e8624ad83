//! The one function that decides.

use crate::{
    decision::{Decision, Reason},
    entities::Unanswerable,
    guardrails::{GuardrailChecker, GuardrailError, Looks},
    question::Question,
    schema::{PolicySchema, SchemaError},
    standing::{Standing, boundary, standing},
};
use cedar_policy::{Authorizer, Decision as Answer, PolicyId as CedarId, PolicySet, SlotId, Template};
use claviger_model::{
    action::Action,
    grant::Grant,
    guardrail::Guardrail,
    ids::{PolicyId, RoleId},
    principal::{PrincipalKind, PrincipalState},
    role::Role,
    time::Timestamp,
};
use std::collections::{BTreeMap, HashMap};

/// Why no engine can be made; then nothing is allowed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The program's own schema.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// An enabled guardrail that is not valid, perhaps written for another version of the schema.
    #[error("guardrail `{name}` cannot be used")]
    Guardrail {
        /// Its id.
        id: PolicyId,
        /// Its name.
        name: String,
        /// What is wrong with it.
        source: GuardrailError,
    },
    /// A role that makes no policy.
    #[error("role `{name}` makes no policy: {detail}")]
    Role {
        /// Its name.
        name: String,
        /// What the engine said.
        detail: String,
    },
}

/// Decides by the roles and guardrails of one epoch; shared between threads.
#[derive(Debug)]
pub struct PolicyEngine {
    pub(crate) schema: PolicySchema,
    pub(crate) roles: BTreeMap<RoleId, RolePolicy>,
    by_action: BTreeMap<Action, Forbids>,
    guardrails: HashMap<CedarId, PolicyId>,
    pub(crate) named_scopes: Vec<cedar_policy::EntityUid>,
    authorizer: Authorizer,
    epoch: u64,
}

#[derive(Debug)]
pub(crate) struct RolePolicy {
    pub(crate) role: Role,
    template: Template,
}

/// The guardrails that may forbid an action.
#[derive(Debug, Default, Clone)]
struct Forbids {
    set: PolicySet,
    looks: Looks,
}

impl PolicyEngine {
    /// Makes an engine of roles and guardrails; those that are not enabled do not count.
    ///
    /// # Errors
    /// Names the role or the enabled guardrail that cannot be used.
    pub fn new(roles: Vec<Role>, guardrails: &[Guardrail], epoch: u64) -> Result<Self, EngineError> {
        let checker = GuardrailChecker::new()?;
        let mut by_action: BTreeMap<Action, Forbids> = BTreeMap::new();
        let mut ids = HashMap::new();
        let mut named_scopes = Vec::new();
        for guardrail in guardrails.iter().filter(|guardrail| guardrail.enabled) {
            let broken = |source| EngineError::Guardrail {
                id: guardrail.id,
                name: guardrail.name.to_string(),
                source,
            };
            let checked = checker.check(&guardrail.text).map_err(broken)?;
            let cedar_id = CedarId::new(format!("guardrail {}", guardrail.id));
            let policy = checked.policy.new_id(cedar_id.clone());
            for action in checked.actions {
                let forbids = by_action.entry(action).or_default();
                let added = forbids.set.add(policy.clone());
                added.map_err(|error| broken(GuardrailError::Syntax(error.to_string())))?;
                forbids.looks = forbids.looks.or(checked.looks);
            }
            ids.insert(cedar_id, guardrail.id);
            named_scopes.extend(checked.scopes);
        }
        Ok(Self {
            roles: roles
                .into_iter()
                .map(|role| Ok((role.id, RolePolicy::new(role)?)))
                .collect::<Result<_, EngineError>>()?,
            schema: checker.into_schema(),
            by_action,
            guardrails: ids,
            named_scopes,
            authorizer: Authorizer::new(),
            epoch,
        })
    }

    /// The epoch whose roles and guardrails these are (rule 10).
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The roles, by id.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.values().map(|known| &known.role)
    }

    /// A role.
    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.get(&id).map(|known| &known.role)
    }

    /// Decides. Whatever is missing, unknown or broken is a refusal.
    pub fn decide(&self, question: &Question<'_>) -> Decision {
        match question.caller.state {
            PrincipalState::Active => {}
            PrincipalState::Suspended => return Decision::refusal(Reason::PrincipalSuspended),
            PrincipalState::Disabled => return Decision::refusal(Reason::PrincipalDisabled),
        }
        if question.caller.nature.kind() == PrincipalKind::Team {
            return Decision::refusal(Reason::NotAnActor);
        }
        let slice = self.slice(question);
        let refused = |reason| Decision {
            valid_until: slice.boundary(question),
            cacheable: !slice.by_place,
            ..Decision::refusal(reason)
        };
        let elsewhen = || slice.relevant.iter().any(|grant| may_count(grant, question));
        let without_right = || {
            refused(if elsewhen() {
                Reason::ConditionsUnmet
            } else {
                Reason::NoGrant
            })
        };
        if slice.counting.is_empty() {
            return without_right();
        }
        let Ok(answer) = self.ask(question, &slice) else {
            return Decision {
                cacheable: false,
                ..refused(Reason::PolicyError)
            };
        };
        let forbids = self.by_action.get(&question.action);
        let looks = forbids.map_or(Looks::default(), |forbids| forbids.looks);
        let cacheable = !slice.by_place && !looks.hinders_cache();
        if !answer.failed.is_empty() || answer.failed_elsewhere {
            let guardrails = answer.failed;
            return Decision {
                guardrails,
                cacheable: false,
                ..refused(Reason::PolicyError)
            };
        }
        if !answer.allowed {
            let refusal = if answer.guardrails.is_empty() {
                without_right()
            } else {
                refused(Reason::Guardrail)
            };
            return Decision {
                guardrails: answer.guardrails,
                cacheable,
                ..refusal
            };
        }
        let lasting = |grant: &&Grant| {
            grant
                .conditions
                .known()
                .is_some_and(|known| !known.hinders_lease())
        };
        Decision {
            allowed: true,
            reason: Reason::Granted,
            leasable: question.action.reads_value()
                && !looks.hinders_lease()
                && answer.grants.iter().any(lasting),
            grants: answer.grants.iter().map(|grant| grant.id).collect(),
            guardrails: Vec::new(),
            valid_until: slice.boundary(question),
            cacheable,
        }
    }

    fn slice<'a>(&self, question: &Question<'a>) -> Slice<'a> {
        let gives = |grant: &&Grant| {
            self.role(grant.role).is_some_and(|role| {
                role.allows(question.action) && role.may_be_held_by(question.caller.nature.kind())
            })
        };
        let relevant: Vec<_> = question.grants.iter().filter(gives).collect();
        let counts = |grant: &&Grant| {
            let role = self.role(grant.role);
            standing(grant, role, question.caller, question.circumstances) == Standing::Counts
        };
        let by_place = |grant: &&Grant| {
            grant
                .conditions
                .known()
                .is_some_and(|known| !known.networks.is_empty())
        };
        Slice {
            counting: relevant.iter().copied().filter(counts).collect(),
            by_place: relevant.iter().any(by_place),
            relevant,
        }
    }

    fn ask<'a>(&self, question: &Question<'a>, slice: &Slice<'a>) -> Result<CedarAnswer<'a>, Unanswerable> {
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
            let cedar_policy::AuthorizationError::PolicyEvaluationError(error) = error;
            answer.failed.extend(self.guardrails.get(error.policy_id()));
            answer.failed_elsewhere |= linked.contains_key(error.policy_id());
        }
        answer.grants.sort_by_key(|grant| grant.id);
        answer.guardrails.sort();
        Ok(answer)
    }
}

/// Whether a grant reaches the caller and the place; Cedar says the same, this is for words and boundaries.
pub(crate) fn covers(grant: &Grant, question: &Question<'_>) -> bool {
    question.caller.answers_to(grant.principal) && question.resource.chain.contains(&grant.scope)
}

// A grant that is over never counts again, so it is no promise of another time.
fn may_count(grant: &Grant, question: &Question<'_>) -> bool {
    let over = grant
        .expires_at
        .is_some_and(|end| end <= question.circumstances.now);
    grant.ended.is_none() && !over && covers(grant, question)
}

/// The grants whose roles have the action.
struct Slice<'a> {
    relevant: Vec<&'a Grant>,
    counting: Vec<&'a Grant>,
    by_place: bool,
}

impl Slice<'_> {
    fn boundary(&self, question: &Question<'_>) -> Option<Timestamp> {
        self.relevant
            .iter()
            .filter_map(|grant| boundary(grant, question.circumstances))
            .min()
    }
}

#[derive(Default)]
struct CedarAnswer<'a> {
    allowed: bool,
    grants: Vec<&'a Grant>,
    guardrails: Vec<PolicyId>,
    failed: Vec<PolicyId>,
    failed_elsewhere: bool,
}

impl RolePolicy {
    fn new(role: Role) -> Result<Self, EngineError> {
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
