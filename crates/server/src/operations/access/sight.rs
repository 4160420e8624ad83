//! What the one who asks may see of grants, and do to them.

use crate::{http::Refusal, operations::view::View};
use claviger_model::{action::Action, builtin_roles::POLICY_FILES, grant::Grant, ids::ScopeId};
use claviger_policy::{engine::PolicyEngine, question::Caller};
use claviger_protocol::access::GrantStep;
use std::collections::HashMap;

/// The rights of the one who asks, at the places where grants were given.
pub struct Sight {
    me: Caller,
    rights: HashMap<ScopeId, Rights>,
}

#[derive(Clone, Copy, Default)]
struct Rights {
    view: bool,
    revoke: bool,
    assign: bool,
}

impl Sight {
    /// Decides at each of these places.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn at(view: &mut View<'_>, scopes: impl IntoIterator<Item = ScopeId>) -> Result<Self, Refusal> {
        let me = view.subject().await?.caller.clone();
        let mut rights = HashMap::new();
        for scope in scopes {
            if rights.contains_key(&scope) {
                continue;
            }
            let Some(place) = view.place(scope).await? else {
                continue;
            };
            let mut found = Rights {
                view: view.decide(Action::GrantView, &place).await?.decision.allowed,
                ..Rights::default()
            };
            if found.view {
                // What only a fresh sign-in is missing for is offered: it is asked for when it is done.
                found.revoke = view.offers(Action::GrantRevoke, &place).await?;
                found.assign = view.offers(Action::GrantAssign, &place).await?;
            }
            rights.insert(scope, found);
        }
        Ok(Self { me, rights })
    }

    /// Whether they may look at grants given there.
    pub fn views(&self, scope: ScopeId) -> bool {
        self.rights.get(&scope).is_some_and(|rights| rights.view)
    }

    /// Whether reason and giver of a grant are for them.
    pub fn reads(&self, grant: &Grant) -> bool {
        self.views(grant.scope) || self.me.answers_to(grant.principal)
    }

    /// What they may do to it: its holder can give back; nobody narrows what is their own, since that is giving.
    pub fn may(&self, grant: &Grant) -> Vec<GrantStep> {
        let own = grant.principal == self.me.id;
        let rights = self.rights.get(&grant.scope).copied().unwrap_or_default();
        let mut steps = Vec::new();
        if own || rights.revoke {
            steps.push(GrantStep::Shorten);
            // Emergency access is ended, and what applies files is given by two Owners anew.
            let whole = grant.conditions.is_emergency() || grant.role == POLICY_FILES;
            if !whole && rights.revoke && rights.assign && !self.me.answers_to(grant.principal) {
                steps.push(GrantStep::Narrow);
            }
            steps.push(GrantStep::Revoke);
        }
        steps
    }
}

/// Whether somebody has a right to look at grants somewhere at or below a place: at the place, or where it was given them.
///
/// # Errors
/// `step_up` where only a fresh sign-in is missing for it, or when the tables cannot be read.
pub async fn views_below(
    view: &mut View<'_>,
    engine: &PolicyEngine,
    scope: ScopeId,
) -> Result<bool, Refusal> {
    let subject = view.subject().await?;
    let mut stale = Vec::new();
    for grant in subject.grants.iter() {
        let gives = engine
            .role(grant.role)
            .is_some_and(|role| role.allows(Action::GrantView));
        if !gives {
            continue;
        }
        let Some(place) = view.place(grant.scope).await? else {
            continue;
        };
        if !place.resource.chain.contains(&scope) {
            continue;
        }
        if view.decide(Action::GrantView, &place).await?.decision.allowed {
            return Ok(true);
        }
        stale.push(place);
    }
    for place in stale {
        view.signed_in_enough(Action::GrantView, &place).await?;
    }
    Ok(false)
}
