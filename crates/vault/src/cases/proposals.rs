//! Changes that wait for a second owner (rule 13).

use super::{input, names, people};
use crate::{
    Vault,
    api::Nothing,
    view::{
        problem::Problem,
        role::{GuardrailBecomes, ProposalChange, ProposalGain, ProposalStands, ProposalView},
    },
};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, ProposalId, RoleId},
    role::{MayGrant, Role},
    time::Timestamp,
};
use claviger_protocol::{
    grants::RolesReply,
    guardrails::{GuardrailChange, GuardrailRecord, GuardrailsReply},
    principals::PrincipalRecord,
    roles::{
        ApproveProposal, ProposalRecord, ProposalState, ProposalsCall, ProposalsReply, ProposedChange,
        RefuseProposal,
    },
    route,
    wire::Bytes,
};

impl Vault {
    /// The newest changes that wait or waited for a second owner; for those who may manage roles.
    ///
    /// # Errors
    /// When they may not, or the server does not answer.
    pub async fn proposals(&self) -> Result<Vec<ProposalView>, Problem> {
        let call = ProposalsCall::default();
        let reply: ProposalsReply = self.inner.call(route::PROPOSALS, &[], &call).await?;
        if reply.proposals.is_empty() {
            return Ok(Vec::new());
        }
        let live = self.inner.live()?;
        let roles: RolesReply = self.inner.ask(route::ROLES, &[]).await?;
        let about_guardrails =
            |record: &ProposalRecord| matches!(record.change, ProposedChange::Guardrail { .. });
        let guardrails =
            if reply.proposals.iter().any(about_guardrails) && self.may_at_root(Action::PolicyManage)? {
                let reply: GuardrailsReply = self.inner.ask(route::GUARDRAILS, &[]).await?;
                reply.guardrails
            } else {
                Vec::new()
            };
        let named = Named {
            me: live.principal,
            paths: live.book(),
            people: self.everybody().await?,
            roles: roles.roles,
            guardrails,
        };
        let now = self.inner.now();
        Ok(reply
            .proposals
            .iter()
            .map(|record| named.view(record, now))
            .collect())
    }

    /// Approves a change just as it was shown, and makes it.
    ///
    /// # Errors
    /// When it was answered already or changed, or is this person's own.
    pub async fn approve_proposal(&self, id: &str, digest: &str) -> Result<(), Problem> {
        let id: ProposalId = names::id(id)?;
        let digest = Bytes::try_from(digest.to_owned()).map_err(|_| names::not_found())?;
        self.done(route::APPROVE_PROPOSAL, &[&id], &ApproveProposal { digest })
            .await
    }

    /// Refuses a change.
    ///
    /// # Errors
    /// When it was answered already, or the words cannot stand.
    pub async fn refuse_proposal(&self, id: &str, words: &str) -> Result<(), Problem> {
        let id: ProposalId = names::id(id)?;
        let words = input::words(words)?;
        self.done(route::REFUSE_PROPOSAL, &[&id], &RefuseProposal { words })
            .await
    }

    /// Takes a change of one's own back.
    ///
    /// # Errors
    /// When it was answered already.
    pub async fn withdraw_proposal(&self, id: &str) -> Result<(), Problem> {
        let id: ProposalId = names::id(id)?;
        self.inner
            .ask::<Nothing>(route::WITHDRAW_PROPOSAL, &[&id])
            .await?;
        Ok(())
    }
}

/// What it takes to name what a proposal refers to.
struct Named {
    me: PrincipalId,
    paths: std::sync::Arc<crate::state::book::Book>,
    people: Vec<PrincipalRecord>,
    roles: Vec<Role>,
    guardrails: Vec<GuardrailRecord>,
}

impl Named {
    fn view(&self, record: &ProposalRecord, now: Timestamp) -> ProposalView {
        let person = |id| people::one_of(&self.people, id);
        let gains = record.widens.iter().map(|widening| ProposalGain {
            who: person(widening.principal).name,
            path: self.paths.places.path(widening.scope).to_owned(),
            actions: widening.actions.iter().map(ToString::to_string).collect(),
            may_grant: widening.may_grant.iter().map(|role| self.role(*role)).collect(),
        });
        ProposalView {
            id: record.id.to_string(),
            digest: record.digest.clone().into(),
            change: self.change(&record.change),
            gains: gains.collect(),
            reason: record.reason.clone(),
            author: person(record.author),
            mine: record.author == self.me,
            at: record.proposed_at.millis(),
            lapses_at: record.expires_at.millis(),
            stands: stands(record, now),
            answered_by: record.answered_by.map(|id| person(id).name),
            words: record.word.clone(),
        }
    }

    fn change(&self, change: &ProposedChange) -> ProposalChange {
        match change {
            ProposedChange::Role { id, role } => ProposalChange::Role {
                name: role.name.to_string(),
                known: self.roles.iter().any(|known| known.id == *id),
                actions: role.actions.iter().map(ToString::to_string).collect(),
                may_grant: match &role.may_grant {
                    MayGrant::Every => None,
                    MayGrant::Roles(roles) => Some(roles.iter().map(|role| self.role(*role)).collect()),
                },
            },
            ProposedChange::Group { group, team } => ProposalChange::Group {
                group: group.clone(),
                team: people::one_of(&self.people, *team).name,
            },
            ProposedChange::Guardrail { id, what, replaces } => {
                let known = self.guardrails.iter().find(|record| record.guardrail.id == *id);
                let known = known.map(|record| record.guardrail.name.to_string());
                let known = known.unwrap_or_else(|| "a guardrail".to_owned());
                let (name, becomes, text) = match what {
                    GuardrailChange::Put { name, text, .. } => {
                        let becomes = if replaces.is_some() {
                            GuardrailBecomes::Other
                        } else {
                            GuardrailBecomes::New
                        };
                        (name.to_string(), becomes, Some(text.clone()))
                    }
                    GuardrailChange::Switch { enabled: true } => (known, GuardrailBecomes::On, None),
                    GuardrailChange::Switch { enabled: false } => (known, GuardrailBecomes::Off, None),
                    GuardrailChange::Delete => (known, GuardrailBecomes::Deleted, None),
                };
                ProposalChange::Guardrail { name, becomes, text }
            }
            ProposedChange::Delegation { delegation } => ProposalChange::Delegation {
                service: people::one_of(&self.people, delegation.service).name,
                path: self.paths.places.path(delegation.scope).to_owned(),
                may_grant: delegation.may_grant.iter().map(|role| self.role(*role)).collect(),
                roles: delegation.roles,
                guardrails: delegation.guardrails,
                ends_at: delegation.expires_at.millis(),
            },
        }
    }

    fn role(&self, id: RoleId) -> String {
        let known = self.roles.iter().find(|role| role.id == id);
        known.map_or_else(|| "a role".to_owned(), |role| role.name.to_string())
    }
}

fn stands(record: &ProposalRecord, now: Timestamp) -> ProposalStands {
    match record.state {
        ProposalState::Open if record.expires_at <= now => ProposalStands::Lapsed,
        ProposalState::Open => ProposalStands::Open,
        ProposalState::Executed => ProposalStands::Made,
        ProposalState::Refused => ProposalStands::Refused,
        ProposalState::Withdrawn => ProposalStands::Withdrawn,
        ProposalState::Expired => ProposalStands::Lapsed,
    }
}
