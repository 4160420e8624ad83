//! Who may give what to whom: delegation (rule 13) and the separation of duties.

use crate::{
    decision::Decision,
    engine::PolicyEngine,
    question::{Caller, Circumstances, Question, Resource},
};
use claviger_model::{
    action::Action,
    builtin_roles,
    grant::Grant,
    ids::{GrantId, RoleId},
    principal::{Nature, Principal, PrincipalKind, PrincipalState},
    time::Timestamp,
};

/// Who wants to give, or approves a request to be given.
#[derive(Debug, Clone, Copy)]
pub struct Giver<'a> {
    /// Who.
    pub caller: &'a Caller,
    /// The grants to them or their teams at the scopes of the chain.
    pub grants: &'a [Grant],
    /// How and when.
    pub circumstances: &'a Circumstances,
}

/// What is to be given.
#[derive(Debug, Clone, Copy)]
pub struct Assignment<'a> {
    /// What.
    pub role: RoleId,
    /// To whom.
    pub receiver: &'a Principal,
    /// Where.
    pub scope: &'a Resource,
    /// From when.
    pub not_before: Option<Timestamp>,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

/// A right to give, with its grounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MayAssign {
    /// The decision on `grant.assign`.
    pub decision: Decision,
    /// The giver's grants whose roles may grant this one.
    pub by: Vec<GrantId>,
}

/// Why it may not be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssignRefusal {
    /// The giver may grant nothing here.
    #[error("you may not grant anything here")]
    NotAllowed(Box<Decision>),
    /// The role is not known.
    #[error("there is no such role")]
    UnknownRole,
    /// The giver's role does not say that it may grant this one.
    #[error("your role may not grant this one")]
    RoleNotGrantable,
    /// Only Owners make Owners.
    #[error("only an Owner can make an Owner")]
    OwnerByOther,
    /// Teams are filled by the identity provider too, which makes no Owners.
    #[error("only a person can be an Owner, not a team")]
    OwnerIsAPerson,
    /// To oneself.
    #[error("nobody grants to themselves")]
    ToOneself,
    /// To a team that the giver is in, be it by nesting.
    #[error("nobody grants to a team that they are in")]
    ToOwnTeam,
    /// To a service identity that the giver or a team of theirs answers for, and whose keys they can thus have.
    #[error("nobody grants to a service identity that they or their team answer for")]
    ToOwnService,
    /// The receiver is suspended or disabled.
    #[error("the receiver is not active")]
    ReceiverInactive,
    /// What applies files is given by two Owners together, with what may be granted by it.
    #[error("this role is given with a delegation, which two Owners make")]
    ByDelegation,
    /// Service identities never hold power over access.
    #[error("a service identity cannot hold this role")]
    NotForServices,
    /// Ready roles of service identities are for nobody else.
    #[error("only a service identity can hold this role")]
    ForServicesOnly,
    /// People from outside get values for a time only.
    #[error("people from outside need an end date for this role")]
    EndNeeded,
    /// The end is not after the start, or already over.
    #[error("the end must come after the start and after now")]
    EndBeforeStart,
}

impl PolicyEngine {
    /// Whether the giver may assign this; the same function answers for approvals, with the one who asks as receiver.
    ///
    /// # Errors
    /// Says why not.
    pub fn may_assign(
        &self,
        giver: &Giver<'_>,
        assignment: &Assignment<'_>,
    ) -> Result<MayAssign, AssignRefusal> {
        if assignment.role == builtin_roles::POLICY_FILES {
            return Err(AssignRefusal::ByDelegation);
        }
        self.may_delegate(giver, assignment)
    }

    /// The same for one of the two Owners who give the role of what applies files.
    ///
    /// # Errors
    /// Says why not.
    pub fn may_delegate(
        &self,
        giver: &Giver<'_>,
        assignment: &Assignment<'_>,
    ) -> Result<MayAssign, AssignRefusal> {
        let Giver {
            caller,
            grants,
            circumstances,
        } = *giver;
        let resource = assignment.scope;
        let question = Question {
            caller,
            action: Action::GrantAssign,
            resource,
            grants,
            circumstances,
        };
        let decision = self.decide(&question);
        if !decision.allowed {
            return Err(AssignRefusal::NotAllowed(Box::new(decision)));
        }
        separate(caller, assignment.receiver)?;
        self.fits(assignment, circumstances.now)?;
        let may_grant = |grant: &&Grant| {
            self.role(grant.role).is_some_and(|role| {
                let by_owner = assignment.role != builtin_roles::OWNER || role.id == builtin_roles::OWNER;
                role.may_grant.includes(assignment.role) && by_owner
            })
        };
        let deciding = grants.iter().filter(|grant| decision.grants.contains(&grant.id));
        let by: Vec<_> = deciding.filter(may_grant).map(|grant| grant.id).collect();
        if by.is_empty() {
            let owner = assignment.role == builtin_roles::OWNER;
            return Err(if owner {
                AssignRefusal::OwnerByOther
            } else {
                AssignRefusal::RoleNotGrantable
            });
        }
        Ok(MayAssign { decision, by })
    }

    fn fits(&self, assignment: &Assignment<'_>, now: Timestamp) -> Result<(), AssignRefusal> {
        let role = self.role(assignment.role).ok_or(AssignRefusal::UnknownRole)?;
        let receiver = assignment.receiver;
        if receiver.state != PrincipalState::Active {
            return Err(AssignRefusal::ReceiverInactive);
        }
        if !role.may_be_held_by(receiver.kind()) {
            return Err(if role.is_for_services() {
                AssignRefusal::ForServicesOnly
            } else {
                AssignRefusal::NotForServices
            });
        }
        // Rule 8: the provider's groups fill teams, and they never make Owners.
        if assignment.role == builtin_roles::OWNER && receiver.kind() == PrincipalKind::Team {
            return Err(AssignRefusal::OwnerIsAPerson);
        }
        let outside = matches!(receiver.nature, Nature::Person { outside: true });
        match assignment.expires_at {
            None if outside && role.touches_values() => Err(AssignRefusal::EndNeeded),
            Some(end) if end <= now || assignment.not_before.is_some_and(|start| end <= start) => {
                Err(AssignRefusal::EndBeforeStart)
            }
            _ => Ok(()),
        }
    }
}

/// The separation of duties: nobody gives to themselves, be it through a team or a service identity.
///
/// # Errors
/// Says which.
pub fn separate(giver: &Caller, receiver: &Principal) -> Result<(), AssignRefusal> {
    if giver.id == receiver.id {
        return Err(AssignRefusal::ToOneself);
    }
    if giver.membership(receiver.id).is_some() {
        return Err(AssignRefusal::ToOwnTeam);
    }
    match receiver.nature {
        Nature::Service { owner, .. } if giver.answers_to(owner) => Err(AssignRefusal::ToOwnService),
        _ => Ok(()),
    }
}
