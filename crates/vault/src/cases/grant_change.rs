//! Taking from a grant: the plan that the person sees, and carrying out that very plan.

use super::{access::shown::Shown, input, names};
use crate::{
    Vault,
    view::{
        grant_change::{DeviceLoss, GrantChange, GrantPlanView, LossAt, LossGroup},
        problem::Problem,
    },
};
use claviger_model::{action::Action, ids::GrantId, time::Timestamp};
use claviger_protocol::{
    grant_change::{self as wire, ChangeGrant, ChangeGrantReply, GrantPlan, PlanGrantChange},
    route,
    wire::Bytes,
};

impl Vault {
    /// Exactly what will be lost, by whom; nothing is changed.
    ///
    /// # Errors
    /// When the change is none, or not for this person.
    pub async fn plan_grant_change(
        &self,
        grant: &str,
        change: &GrantChange,
    ) -> Result<GrantPlanView, Problem> {
        let call = PlanGrantChange {
            change: wanted(change)?,
        };
        let id: GrantId = names::id(grant)?;
        let plan: GrantPlan = self.inner.call(route::PLAN_GRANT_CHANGE, &[&id], &call).await?;
        let shown = self.shown(&plan.principals, &plan.scopes).await?;
        Ok(view(&shown, &plan))
    }

    /// Carries out the plan that was shown, or nothing.
    ///
    /// # Errors
    /// When something changed since, the reason cannot stand, or the server refuses.
    pub async fn change_grant(
        &self,
        grant: &str,
        change: &GrantChange,
        digest: &str,
        reason: &str,
    ) -> Result<(), Problem> {
        let change = wanted(change)?;
        let narrows = matches!(change, wire::GrantChange::Narrow { .. });
        let call = ChangeGrant {
            change,
            digest: Bytes::try_from(digest.to_owned()).map_err(|_| names::not_found())?,
            reason: input::words(reason)?,
            new_grant: narrows.then(|| GrantId::random(&*self.inner.parts.entropy)),
        };
        let id: GrantId = names::id(grant)?;
        self.inner
            .call::<_, ChangeGrantReply>(route::CHANGE_GRANT, &[&id], &call)
            .await?;
        self.inner.hint_sync();
        Ok(())
    }
}

fn wanted(change: &GrantChange) -> Result<wire::GrantChange, Problem> {
    Ok(match change {
        GrantChange::Revoke => wire::GrantChange::Revoke,
        GrantChange::Shorten { ends_at } => wire::GrantChange::Shorten {
            expires_at: Timestamp::from_millis(*ends_at),
        },
        GrantChange::Narrow { role, place } => wire::GrantChange::Narrow {
            role: role.as_deref().map(names::id).transpose()?,
            scope: place.as_deref().map(names::id).transpose()?,
        },
    })
}

fn view(shown: &Shown<'_>, plan: &GrantPlan) -> GrantPlanView {
    let group = |group: &wire::LossGroup| LossGroup {
        people: group.people.iter().map(|person| shown.person(*person)).collect(),
        people_total: names::number(group.people_total),
        places: group
            .scopes
            .iter()
            .map(|loss| LossAt {
                path: shown.path(loss.scope),
                secrets: names::number(loss.secrets),
                actions: loss
                    .actions
                    .iter()
                    .map(|action| words(*action).to_owned())
                    .collect(),
            })
            .collect(),
        places_total: names::number(group.scopes_total),
        secrets_total: names::number(group.secrets_total),
    };
    let device = |device: &wire::DeviceLoss| DeviceLoss {
        person: shown.person(device.principal),
        name: device.name.clone(),
        values: names::number(device.leases),
    };
    GrantPlanView {
        digest: plan.digest.clone().into(),
        holder: shown.person(plan.grant.principal),
        role: shown.role(plan.grant.role),
        path: shown.path(plan.grant.scope),
        instead: plan.instead.map(|instead| {
            let (role, path) = (shown.role(instead.role).name, shown.path(instead.scope));
            if path.is_empty() {
                format!("{role} in the whole organization")
            } else {
                format!("{role} at {path}")
            }
        }),
        at: plan.at.map(Timestamp::millis),
        reached: names::number(plan.reached),
        losses: plan.losses.iter().map(group).collect(),
        devices: plan.devices.iter().map(device).collect(),
        devices_total: names::number(plan.devices_total),
        values_total: names::number(plan.leases_total),
    }
}

/// An action as people say it.
pub(super) const fn words(action: Action) -> &'static str {
    match action {
        Action::SecretView => "see names",
        Action::SecretUse => "use values",
        Action::SecretReveal => "reveal and copy values",
        Action::SecretWrite => "write new versions",
        Action::SecretCreate => "make secrets",
        Action::SecretEdit => "edit details",
        Action::SecretMove => "move secrets",
        Action::SecretDelete => "delete secrets",
        Action::SecretRestore => "restore secrets",
        Action::RotationRequest => "ask for rotations",
        Action::RotationFulfil => "answer rotations",
        Action::GrantView => "see who has what",
        Action::GrantAssign => "give access",
        Action::GrantRevoke => "take access away",
        Action::RequestAsk => "ask for access",
        Action::RequestAnswer => "answer requests for access",
        Action::ScopeView => "see the place",
        Action::ScopeCreate => "make places",
        Action::ScopeEdit => "change places",
        Action::ScopeMove => "move places",
        Action::ScopeClassify => "set classes of environments",
        Action::PrincipalView => "browse people",
        Action::PrincipalDisable => "disable accounts",
        Action::TeamManage => "manage teams",
        Action::ServiceManage => "manage service identities",
        Action::SessionEnd => "end sessions and devices",
        Action::RoleManage => "manage roles",
        Action::PolicyManage => "manage guardrails",
        Action::FilesApply => "apply policies from files",
        Action::StoreManage => "manage stores",
        Action::LogRead => "search the log",
        Action::FindingsRead => "read findings",
        Action::ReviewConduct => "conduct reviews",
        Action::OffboardingConduct => "conduct offboarding",
    }
}
