//! Giving access: choosing the least role that would do, seeing what it newly allows, and giving just that.

use super::{access::shown, conditions, input, names};
use crate::{
    Vault,
    view::{
        giving::{
            GiveAccess, GiveChoice, GiveNewly, GivePlace, GivePlan, GiveReceiver, GiveReceivers, GiveWarning,
        },
        problem::Problem,
    },
};
use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{GrantId, PrincipalId, ScopeId},
    time::Timestamp,
};
use claviger_protocol::{
    giving::{ChoicesCall, ChoicesReply, GrantPlan, ReceiversCall, ReceiversReply, Warning},
    grants::{GiveGrant, RolesReply},
    route,
    wire::Bytes,
};

/// People that a search shows.
const FOUND: u32 = 50;

impl Vault {
    /// Roles at a place, the least first: those that may be given, and why the others may not. With an action only
    /// those that have it; with somebody, as for them.
    ///
    /// # Errors
    /// When the place is not to be known, or the server does not answer.
    pub async fn give_choices(
        &self,
        place: &str,
        principal: Option<&str>,
        action: Option<&str>,
    ) -> Result<Vec<GiveChoice>, Problem> {
        let call = ChoicesCall {
            scope: names::id::<ScopeId>(place)?,
            principal: principal.map(names::id::<PrincipalId>).transpose()?,
            action: action.map(names::id::<Action>).transpose()?,
        };
        let reply: ChoicesReply = self.inner.call(route::GRANT_CHOICES, &[], &call).await?;
        let roles: RolesReply = self.inner.ask(route::ROLES, &[]).await?;
        let choice = |choice: &claviger_protocol::giving::Choice| {
            let role = roles.roles.iter().find(|role| role.id == choice.role)?;
            Some(GiveChoice {
                role: role.id.to_string(),
                name: role.name.to_string(),
                actions: role.actions.iter().map(ToString::to_string).collect(),
                refused: choice.refused.as_ref().map(|refused| refused.words.clone()),
                needs_end: choice.refused.as_ref().is_some_and(|refused| refused.needs_end),
            })
        };
        Ok(reply.choices.iter().filter_map(choice).collect())
    }

    /// People, teams and services who may receive a role here from this person, by name.
    ///
    /// # Errors
    /// When they may not browse people, or the server does not answer.
    pub async fn give_receivers(
        &self,
        place: &str,
        role: &str,
        letters: &str,
    ) -> Result<GiveReceivers, Problem> {
        let call = ReceiversCall {
            scope: names::id(place)?,
            role: names::id(role)?,
            text: letters.trim().to_owned(),
            after: None,
            limit: Some(FOUND),
        };
        let reply: ReceiversReply = self.inner.call(route::GRANT_RECEIVERS, &[], &call).await?;
        let receiver = |receiver: &claviger_protocol::giving::Receiver| GiveReceiver {
            principal: shown::record(&receiver.principal),
            needs_end: receiver.needs_end,
        };
        Ok(GiveReceivers {
            receivers: reply.receivers.iter().map(receiver).collect(),
            more: reply.next.is_some(),
        })
    }

    /// What giving it would do; nothing is changed.
    ///
    /// # Errors
    /// When a condition cannot be read, or this person may not give it.
    pub async fn plan_access(&self, give: &GiveAccess) -> Result<GivePlan, Problem> {
        let grant = GrantId::random(&*self.inner.parts.entropy);
        let call = wanted(grant, give)?;
        let plan: GrantPlan = self.inner.call(route::PREVIEW_GRANT, &[], &call).await?;
        Ok(shown(grant, &plan))
    }

    /// Gives just what was shown, or nothing.
    ///
    /// # Errors
    /// When something changed since, the reason cannot stand, or the server refuses.
    pub async fn give_access(
        &self,
        give: &GiveAccess,
        grant: &str,
        digest: &str,
        reason: &str,
    ) -> Result<(), Problem> {
        let digest = Bytes::try_from(digest.to_owned()).map_err(|_| names::not_found())?;
        let call = GiveGrant {
            reason: input::words(reason)?,
            plan: Some(digest),
            ..wanted(names::id(grant)?, give)?
        };
        self.inner.call::<_, Grant>(route::GIVE_GRANT, &[], &call).await?;
        self.inner.hint_sync();
        Ok(())
    }
}

fn wanted(grant: GrantId, give: &GiveAccess) -> Result<GiveGrant, Problem> {
    Ok(GiveGrant {
        id: grant,
        principal: names::id(&give.principal)?,
        role: names::id(&give.role)?,
        scope: names::id(&give.place)?,
        reason: String::new(),
        not_before: give.starts_at.map(Timestamp::from_millis),
        expires_at: give.ends_at.map(Timestamp::from_millis),
        conditions: conditions::wanted(&give.conditions)?,
        plan: None,
    })
}

/// A plan as the page sees it, under the id that its execution takes.
pub(super) fn shown(id: impl ToString, plan: &GrantPlan) -> GivePlan {
    let effect = &plan.effect;
    let newly = effect.newly.iter().map(|newly| GiveNewly {
        action: newly.action.to_string(),
        places: newly.scopes,
        secrets: names::number(newly.secrets),
    });
    let place = |place: &claviger_protocol::giving::PlaceGained| GivePlace {
        path: place.path.clone(),
        secrets: names::number(place.secrets),
    };
    GivePlan {
        grant: id.to_string(),
        digest: plan.digest.clone().into(),
        people: effect.people,
        services: effect.services,
        newly: newly.collect(),
        places: effect.places.iter().map(place).collect(),
        further_places: effect.further_places,
        exact: effect.exact,
        warnings: effect.warnings.iter().map(warning).collect(),
    }
}

fn warning(warning: &Warning) -> GiveWarning {
    match warning {
        Warning::NothingNew => GiveWarning::NothingNew,
        Warning::Wide { secrets, .. } => GiveWarning::Wide {
            secrets: names::number(*secrets),
        },
        Warning::Production { secrets } => GiveWarning::Production {
            secrets: names::number(*secrets),
        },
        Warning::Permanent => GiveWarning::Permanent,
        Warning::TeamWouldDo { others } => GiveWarning::TeamWouldDo { others: *others },
        Warning::NotYet { from } => GiveWarning::NotYet { from: from.millis() },
        Warning::OutsideHours { from } => GiveWarning::OutsideHours {
            from: from.map(Timestamp::millis),
        },
        Warning::HeldBack { guardrails } => GiveWarning::HeldBack {
            guardrails: guardrails
                .iter()
                .map(|guardrail| guardrail.name.clone())
                .collect(),
        },
    }
}
