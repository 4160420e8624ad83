//! The one function that decides.

use crate::{
    ask::RolePolicy,
    decision::{Decision, Reason},
    guardrails::{CheckedGuardrail, GuardrailChecker, GuardrailError},
    looks::Looks,
    question::{Caller, Question},
    schema::{PolicySchema, SchemaError},
    slice::may_count,
};
use cedar_policy::{Authorizer, EntityUid, PolicyId as CedarId, PolicySet};
use claviger_model::{
    action::Action,
    grant::Grant,
    guardrail::Guardrail,
    ids::{GrantId, PolicyId, PrincipalId, RoleId},
    principal::{PrincipalKind, PrincipalState},
    role::Role,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

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
    pub(crate) schema: Arc<PolicySchema>,
    pub(crate) roles: BTreeMap<RoleId, RolePolicy>,
    pub(crate) by_action: BTreeMap<Action, Forbids>,
    pub(crate) guardrails: HashMap<CedarId, PolicyId>,
    pub(crate) named_scopes: Vec<EntityUid>,
    pub(crate) named_principals: BTreeSet<PrincipalId>,
    pub(crate) authorizer: Authorizer,
    epoch: u64,
}

/// The guardrails that may forbid an action.
#[derive(Debug, Default, Clone)]
pub(crate) struct Forbids {
    pub(crate) set: PolicySet,
    pub(crate) looks: Looks,
}

impl PolicyEngine {
    /// Makes an engine of roles and guardrails; those that are not enabled do not count.
    ///
    /// # Errors
    /// Names the role or the enabled guardrail that cannot be used.
    pub fn new(roles: Vec<Role>, guardrails: &[Guardrail], epoch: u64) -> Result<Self, EngineError> {
        let checker = GuardrailChecker::new()?;
        let mut checked = Vec::new();
        for guardrail in guardrails.iter().filter(|guardrail| guardrail.enabled) {
            let broken = |source| EngineError::Guardrail {
                id: guardrail.id,
                name: guardrail.name.to_string(),
                source,
            };
            checked.push((guardrail.id, checker.check(&guardrail.text).map_err(broken)?));
        }
        Self::of_checked(roles, checked, epoch)
    }

    /// The same of guardrails that were checked before.
    ///
    /// # Errors
    /// Names the role or the guardrail that cannot be used.
    pub fn of_checked(
        roles: Vec<Role>,
        guardrails: Vec<(PolicyId, CheckedGuardrail)>,
        epoch: u64,
    ) -> Result<Self, EngineError> {
        let mut by_action: BTreeMap<Action, Forbids> = BTreeMap::new();
        let mut ids = HashMap::new();
        let mut named_scopes = Vec::new();
        let mut named_principals = BTreeSet::new();
        for (id, checked) in guardrails {
            let cedar_id = CedarId::new(format!("guardrail {id}"));
            let policy = checked.policy.new_id(cedar_id.clone());
            for action in checked.actions {
                let forbids = by_action.entry(action).or_default();
                let added = forbids.set.add(policy.clone());
                added.map_err(|error| EngineError::Guardrail {
                    id,
                    name: id.to_string(),
                    source: GuardrailError::Syntax(error.to_string()),
                })?;
                forbids.looks = forbids.looks.or(checked.looks);
            }
            ids.insert(cedar_id, id);
            named_scopes.extend(checked.scopes);
            // What is no id of ours names nobody.
            named_principals.extend(
                checked
                    .principals
                    .iter()
                    .filter_map(|uid| uid.id().unescaped().parse::<PrincipalId>().ok()),
            );
        }
        Ok(Self {
            roles: roles
                .into_iter()
                .map(|role| Ok((role.id, RolePolicy::new(role)?)))
                .collect::<Result<_, EngineError>>()?,
            schema: PolicySchema::known()?,
            by_action,
            guardrails: ids,
            named_scopes,
            named_principals,
            authorizer: Authorizer::new(),
            epoch,
        })
    }

    /// The epoch whose roles and guardrails these are (rule 10).
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether a guardrail names a person, a team or a service, so that people who are otherwise alike may be answered differently.
    pub fn names_principals(&self) -> bool {
        !self.named_principals.is_empty()
    }

    /// Whether a guardrail on one of these actions looks at what may be different a moment later.
    pub fn looks_at_the_moment(&self, actions: &[Action]) -> bool {
        let forbids = actions.iter().filter_map(|action| self.by_action.get(action));
        forbids.into_iter().any(|forbids| forbids.looks.hinders_cache())
    }

    /// Those of the principals that guardrails name which a caller is or is in, in order.
    pub(crate) fn named_among(&self, caller: &Caller) -> Vec<PrincipalId> {
        if self.named_principals.is_empty() {
            return Vec::new();
        }
        let named = &self.named_principals;
        named
            .iter()
            .filter(|id| caller.answers_to(**id))
            .copied()
            .collect()
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
            emergency: emergency(&answer.grants),
            guardrails: Vec::new(),
            valid_until: slice.boundary(question),
            cacheable,
        }
    }
}

/// The grant of emergency access without which it would be refused.
fn emergency(grants: &[&Grant]) -> Option<GrantId> {
    let drawn = grants.iter().all(|grant| grant.conditions.is_emergency());
    grants.first().filter(|_| drawn).map(|grant| grant.id)
}
