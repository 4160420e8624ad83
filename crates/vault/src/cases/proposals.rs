//! Changes that wait for a second owner (rule 13).

use super::{input, names, people};
use crate::{
    Vault,
    api::Nothing,
    view::{
        problem::Problem,
        role::{ProposalChange, ProposalGain, ProposalStands, ProposalView},
    },
};
use claviger_model::{
    ids::{PrincipalId, ProposalId, RoleId},
    role::{MayGrant, Role},
    time::Timestamp,
};
use claviger_protocol::{
    grants::RolesReply,
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
        let named = Named {
            me: live.principal,
            paths: live.book(),
            people: self.everybody().await?,
            roles: roles.roles,
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
