//! The one function that decides.

use crate::{
    ask::RolePolicy,
    decision::{Decision, Reason},
    guardrails::{GuardrailChecker, GuardrailError},
    looks::Looks,
    question::Question,
    schema::{PolicySchema, SchemaError},
    slice::may_count,
};
use cedar_policy::{Authorizer, EntityUid, PolicyId as CedarId, PolicySet};
use claviger_model::{
    action::Action,
    grant::Grant,
    guardrail::Guardrail,
    ids::{PolicyId, RoleId},
    principal::{PrincipalKind, PrincipalState},
    role::Role,
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
    pub(crate) by_action: BTreeMap<Action, Forbids>,
    pub(crate) guardrails: HashMap<CedarId, PolicyId>,
    pub(crate) named_scopes: Vec<EntityUid>,
    pub(crate) names_principals: bool,
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
        let mut by_action: BTreeMap<Action, Forbids> = BTreeMap::new();
        let mut ids = HashMap::new();
        let mut named_scopes = Vec::new();
        let mut names_principals = false;
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
            names_principals |= checked.names_principals;
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
            names_principals,
            authorizer: Authorizer::new(),
            epoch,
        })
    }

    /// The epoch whose roles and guardrails these are (rule 10).
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether a guardrail names a person, a team or a service, so that people who are otherwise alike may be answered differently.
    pub const fn names_principals(&self) -> bool {
        self.names_principals
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
}
