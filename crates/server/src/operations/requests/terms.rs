//! What a request would give: narrowed by its approvals, and judged as if it were given now.

use crate::{
    entitlement::{Circumstances, Entitlements, Epoch, Place},
    operations::grants::delegation::holds_own_service,
};
use claviger_model::{
    action::Action,
    approval::RequestSettings,
    ids::{RoleId, ScopeId},
    principal,
    role::{MayGrant, Role},
    time::Timestamp,
};
use claviger_policy::{
    assign::{AssignRefusal, Assignment, Giver, MayAssign},
    engine::PolicyEngine,
};
use claviger_storage::{
    Reader, StorageError,
    approvals::{Step, Terms},
    principals::Principal,
    requests::{Asked, Request},
};
use std::{sync::Arc, time::Duration};

/// How long a request waits for an answer.
pub const WAITS: Duration = Duration::from_secs(14 * 24 * 3600);

/// What is asked for, before anybody narrowed it; none for a rotation.
pub const fn asked(request: &Request) -> Option<Terms> {
    match request.asked {
        Asked::Rotation { .. } => None,
        Asked::Access { role, seconds, .. } => Some(Terms {
            role,
            scope: request.scope,
            seconds,
        }),
    }
}

/// What is on the table after these approvals, of which each stands on the one before.
pub fn narrowed(request: &Request, steps: &[Step]) -> Option<Terms> {
    steps
        .iter()
        .filter_map(|step| step.terms)
        .next_back()
        .or_else(|| asked(request))
}

/// Since when a request must have been made to be open still.
pub fn open_since(now: Timestamp) -> Timestamp {
    now.minus(WAITS)
}

/// When a request for access lapses; a rotation waits for ever.
pub fn lapses_at(request: &Request) -> Option<Timestamp> {
    match request.asked {
        Asked::Rotation { .. } => None,
        Asked::Access { .. } => Some(request.asked_at.plus(WAITS)),
    }
}

/// When these terms would end if they began now.
pub fn until(terms: Terms, begin: Timestamp) -> Timestamp {
    begin.plus(Duration::from_secs(terms.seconds.into()))
}

/// Whether a role gives nothing that another does not give.
pub fn is_within(less: &Role, more: &Role) -> bool {
    let grants = match (&less.may_grant, &more.may_grant) {
        (_, MayGrant::Every) => true,
        (MayGrant::Every, MayGrant::Roles(_)) => false,
        (MayGrant::Roles(less), MayGrant::Roles(more)) => less.is_subset(more),
    };
    grants && less.actions.is_subset(&more.actions)
}

/// As well signed in as can be: for judging people who are not calling now.
pub const fn favourable(now: Timestamp) -> Circumstances {
    Circumstances {
        now,
        multi_factor_at: Some(now),
        enrolled_device: true,
        source: None,
    }
}

/// What judging needs besides the tables.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// Decides.
    pub entitlements: &'a Entitlements,
    /// In which epoch.
    pub epoch: Epoch,
    /// When.
    pub now: Timestamp,
}

impl Judge<'_> {
    /// The engine.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn engine(&self, reader: &mut dyn Reader) -> Result<Arc<PolicyEngine>, StorageError> {
        self.entitlements.engine(reader, self.epoch).await
    }

    /// Whether somebody may do something at a place.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn allows(
        &self,
        reader: &mut dyn Reader,
        principal: &Principal,
        circumstances: &Circumstances,
        action: Action,
        place: &Place,
    ) -> Result<bool, StorageError> {
        let answer = self
            .entitlements
            .suppose_at(reader, self.epoch, principal, circumstances, action, place)
            .await?;
        Ok(answer.decision.allowed)
    }

    /// Whether somebody may give a role to somebody until then (rule 13 and the separation of duties).
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn may_give(
        &self,
        reader: &mut dyn Reader,
        (giver, circumstances): (&Principal, &Circumstances),
        receiver: &Principal,
        place: &Place,
        role: RoleId,
        until: Timestamp,
    ) -> Result<Result<MayAssign, AssignRefusal>, StorageError> {
        let engine = self.engine(reader).await?;
        let subject = self
            .entitlements
            .subject(reader, self.epoch, giver, circumstances)
            .await?;
        if holds_own_service(reader, &subject.caller, receiver, self.now).await? {
            return Ok(Err(AssignRefusal::ToOwnService));
        }
        let chain = &place.resource.chain;
        let grants: Vec<_> = subject
            .grants
            .iter()
            .filter(|grant| chain.contains(&grant.scope))
            .cloned()
            .collect();
        let giver = Giver {
            caller: &subject.caller,
            grants: &grants,
            circumstances,
        };
        let receiver = principal::Principal {
            id: receiver.id,
            name: receiver.name.clone(),
            state: receiver.state,
            nature: receiver.nature,
        };
        let assignment = Assignment {
            role,
            receiver: &receiver,
            scope: &place.resource,
            not_before: None,
            expires_at: Some(until),
        };
        Ok(engine.may_assign(&giver, &assignment))
    }

    /// The settings for requests along a chain, innermost first, with their scopes.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn settings(
        &self,
        reader: &mut dyn Reader,
        place: &Place,
    ) -> Result<Vec<(ScopeId, RequestSettings)>, StorageError> {
        let chain = &place.resource.chain;
        let mut found = reader.request_settings(chain).await?;
        found.sort_by_key(|(scope, _)| chain.iter().position(|other| other == scope));
        Ok(found)
    }
}
