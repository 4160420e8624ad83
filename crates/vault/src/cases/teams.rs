//! Teams: made here, filled by hand or by the identity provider's groups.

use super::{access::shown, input, names, people};
use crate::{
    Vault,
    view::{
        problem::Problem,
        role::ChangeOutcome,
        team::{TeamMember, TeamView},
    },
};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, ProposalId},
    name::Name,
};
use claviger_protocol::{
    roles::Changed,
    route,
    teams::{AddMember, CreateTeam, MapGroup, RemoveMember, RenameTeam, TeamReply, UnmapGroup},
};

impl Vault {
    /// A team and who is directly in it.
    ///
    /// # Errors
    /// Not found for those who may not know.
    pub async fn team(&self, id: &str) -> Result<TeamView, Problem> {
        let team: PrincipalId = names::id(id)?;
        let reply: TeamReply = self.inner.ask(route::TEAM, &[&team]).await?;
        let everybody = self.everybody().await?;
        let find = |id| everybody.iter().find(|record| record.id == id);
        let itself = find(team).ok_or_else(names::not_found)?;
        let member = |member: &claviger_protocol::teams::Member| {
            Some(TeamMember {
                principal: shown::record(find(member.id)?),
                by_provider: member.by_provider,
                by_hand: member.by_hand,
            })
        };
        let within = reply.within.iter().map(|id| people::one_of(&everybody, *id).name);
        Ok(TeamView {
            team: shown::record(itself),
            members: reply.members.iter().filter_map(member).collect(),
            within: within.collect(),
            groups: reply.groups.clone(),
            may_manage: self.may_at_root(Action::TeamManage)?,
        })
    }

    /// Makes a team; answers with its id.
    ///
    /// # Errors
    /// When the name cannot stand or is taken, or the server refuses.
    pub async fn create_team(&self, name: &str) -> Result<String, Problem> {
        let id = PrincipalId::random(&*self.inner.parts.entropy);
        let name = input::name(name)?;
        self.done(route::CREATE_TEAM, &[], &CreateTeam { id, name })
            .await?;
        Ok(id.to_string())
    }

    /// Renames a team.
    ///
    /// # Errors
    /// As [`Vault::create_team`].
    pub async fn rename_team(&self, id: &str, name: &str) -> Result<(), Problem> {
        let team: PrincipalId = names::id(id)?;
        let name: Name = input::name(name)?;
        self.done(route::RENAME_TEAM, &[&team], &RenameTeam { name })
            .await
    }

    /// Puts somebody into a team.
    ///
    /// # Errors
    /// When teams would contain each other, or the server refuses.
    pub async fn add_member(&self, team: &str, member: &str) -> Result<(), Problem> {
        let team: PrincipalId = names::id(team)?;
        let member = names::id(member)?;
        self.done(route::ADD_MEMBER, &[&team], &AddMember { member })
            .await
    }

    /// Takes somebody out who was put in by hand.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn remove_member(&self, team: &str, member: &str) -> Result<(), Problem> {
        let team: PrincipalId = names::id(team)?;
        let member = names::id(member)?;
        self.done(route::REMOVE_MEMBER, &[&team], &RemoveMember { member })
            .await
    }

    /// Lets a group of the identity provider stand for a team; `propose` to let it wait for a second owner should it
    /// need one.
    ///
    /// # Errors
    /// `secondOwnerNeeded` when it does and was not proposed.
    pub async fn map_group(
        &self,
        team: &str,
        group: &str,
        reason: &str,
        propose: bool,
    ) -> Result<ChangeOutcome, Problem> {
        let team: PrincipalId = names::id(team)?;
        let call = MapGroup {
            group: group.trim().to_owned(),
            reason: input::words(reason)?,
            proposal: propose.then(|| ProposalId::random(&*self.inner.parts.entropy)),
        };
        let changed: Changed = self.inner.call(route::MAP_GROUP, &[&team], &call).await?;
        self.inner.hint_sync();
        Ok(super::roles::outcome(&changed))
    }

    /// The group stands for the team no more.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn unmap_group(&self, team: &str, group: &str) -> Result<(), Problem> {
        let team: PrincipalId = names::id(team)?;
        let group = group.to_owned();
        self.done(route::UNMAP_GROUP, &[&team], &UnmapGroup { group })
            .await
    }
}
