//! What a guardrail by itself would have refused, of what is known of the past: who, what and where, but not how.

use crate::{
    bounds::Bound,
    engine::{EngineError, PolicyEngine},
    guardrails::CheckedGuardrail,
    looks::Looks,
    question::{Caller, Circumstances, Resource},
    survey::Survey,
};
use claviger_model::{
    action::Action,
    builtin_roles::POLICY_FILES,
    conditions::GrantConditions,
    grant::Grant,
    ids::{GrantId, PolicyId, PrincipalId, RoleId},
    name::Name,
    principal::{Nature, PrincipalState},
    role::{MayGrant, Role},
    time::Timestamp,
};

/// Whether something would have been refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refused {
    /// No.
    No,
    /// Under some circumstances; which there were is not known any more.
    Perhaps,
    /// Whatever the circumstances were.
    Yes,
}

/// The two bounds of one guardrail, with nothing else that decides.
pub struct Refusing {
    certainly: PolicyEngine,
    possibly: PolicyEngine,
}

/// Roles that stand for whatever grant there was.
const PEOPLE: RoleId = RoleId::from_bytes([0xf1; 16]);
const SERVICES: RoleId = RoleId::from_bytes([0xf2; 16]);

impl Refusing {
    /// Of a guardrail.
    ///
    /// # Errors
    /// When the engine does not read its own form of it, which is a defect.
    pub fn of(guardrail: &CheckedGuardrail) -> Result<Self, EngineError> {
        let id = PolicyId::from_bytes([0xf3; 16]);
        let engine = |bound| {
            let bounded = guardrail
                .bounded(bound, Looks::ALL)
                .map_err(|source| EngineError::Guardrail {
                    id,
                    name: String::new(),
                    source,
                })?;
            PolicyEngine::of_checked(roles(), vec![(id, bounded)], 0)
        };
        Ok(Self {
            certainly: engine(Bound::Certainly)?,
            possibly: engine(Bound::Possibly)?,
        })
    }

    /// Begins to ask.
    pub fn survey(&self, now: Timestamp) -> PastSurvey<'_> {
        let circumstances = Circumstances {
            now,
            multi_factor_at: None,
            enrolled_device: true,
            source: None,
        };
        PastSurvey {
            certainly: Survey::new(&self.certainly, circumstances),
            possibly: Survey::new(&self.possibly, circumstances),
        }
    }
}

fn roles() -> Vec<Role> {
    let Ok(name) = Name::parse("whatever there was") else {
        return Vec::new();
    };
    let role = |id, of: &dyn Fn(&Action) -> bool| Role {
        id,
        name: name.clone(),
        actions: Action::ALL.iter().copied().filter(of).collect(),
        may_grant: MayGrant::nothing(),
        builtin: true,
    };
    vec![
        role(PEOPLE, &|_| true),
        role(SERVICES, &|action| !action.is_authority()),
        // The only power that a service identity has.
        role(POLICY_FILES, &|action| *action == Action::FilesApply),
    ]
}

/// Asks about one use after the other; those that are alike once.
pub struct PastSurvey<'a> {
    certainly: Survey<'a>,
    possibly: Survey<'a>,
}

/// Somebody as they were when they did something: who is disabled today was not then.
pub fn as_then(caller: Caller) -> Caller {
    Caller {
        state: PrincipalState::Active,
        ..caller
    }
}

impl PastSurvey<'_> {
    /// Whether this would have been refused, with teams and place as they are today and somebody [`as_then`].
    pub fn ask(&mut self, caller: &Caller, action: Action, resource: &Resource) -> Refused {
        let Some(scope) = resource.scope() else {
            return Refused::No;
        };
        let role = match caller.nature {
            Nature::Service { .. } if action == Action::FilesApply => POLICY_FILES,
            Nature::Service { .. } => SERVICES,
            _ => PEOPLE,
        };
        let grant = Grant {
            id: GrantId::from_bytes([0; 16]),
            principal: caller.id,
            role,
            scope,
            reason: String::new(),
            granted_by: PrincipalId::from_bytes([0; 16]),
            granted_at: Timestamp::from_millis(0),
            not_before: None,
            expires_at: None,
            conditions: GrantConditions::default(),
            ended: None,
        };
        let grants = [grant];
        let allows = |survey: &mut Survey<'_>| survey.ask(caller, action, resource, &grants).allowed;
        if !allows(&mut self.certainly) {
            Refused::Yes
        } else if !allows(&mut self.possibly) {
            Refused::Perhaps
        } else {
            Refused::No
        }
    }
}
