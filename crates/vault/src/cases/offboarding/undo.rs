//! The way back: somebody is enabled again, which restores nothing, and grants and teams that a case ended are given again.

use crate::{
    Vault,
    cases::{input, names},
    view::{
        offboarding::cases::{EndedAccessView, EndedGrantView, EndedOfView, EndedTeamView},
        problem::Problem,
    },
};
use claviger_model::{
    ids::{CaseId, PrincipalId},
    time::Timestamp,
};
use claviger_protocol::{
    offboarding::cases::{EnablePerson, EndedGrants, EndedOf, RestoreGrants, RestoredGrants},
    principals::PrincipalRecord,
    route,
};

impl Vault {
    /// The grants that a case ended, and the local teams.
    ///
    /// # Errors
    /// When there is no such case, or the server does not answer.
    pub async fn ended_grants(&self, case: &str) -> Result<EndedAccessView, Problem> {
        let id: CaseId = names::id(case)?;
        let reply: EndedGrants = self.inner.ask(route::CASE_GRANTS, &[&id]).await?;
        self.ended(reply).await
    }

    /// What somebody's newest case ended and this person may give again; none where there is nothing of it.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn ended_of(&self, person: &str) -> Result<Option<EndedOfView>, Problem> {
        let id: PrincipalId = names::id(person)?;
        let reply: EndedOf = self.inner.ask(route::ENDED_OF, &[&id]).await?;
        let Some(case) = reply.case else {
            return Ok(None);
        };
        Ok(Some(EndedOfView {
            case: case.to_string(),
            access: self.ended(reply.ended).await?,
        }))
    }

    async fn ended(&self, reply: EndedGrants) -> Result<EndedAccessView, Problem> {
        let shown = self.shown(&[], &reply.scopes).await?;
        let grants = reply
            .grants
            .iter()
            .map(|ended| EndedGrantView {
                id: ended.grant.id.to_string(),
                role: shown.role(ended.grant.role),
                path: shown.path(ended.grant.scope),
                ends_at: ended.grant.expires_at.map(Timestamp::millis),
                conditions: shown.conditions(&ended.grant.conditions),
                restored: ended.restored_as.is_some(),
            })
            .collect();
        let teams = reply.teams.into_iter().map(|ended| EndedTeamView {
            id: ended.team.to_string(),
            name: ended.name,
            restored: ended.restored,
        });
        Ok(EndedAccessView {
            grants,
            teams: teams.collect(),
        })
    }

    /// Gives grants again that a case ended, and puts its person into teams again; all or none. Each has to be this person's to give.
    ///
    /// # Errors
    /// When one is not, the time for it is over, or the person is not enabled.
    pub async fn restore_grants(
        &self,
        case: &str,
        grants: &[String],
        teams: &[String],
        reason: &str,
    ) -> Result<(), Problem> {
        let id: CaseId = names::id(case)?;
        let call = RestoreGrants {
            grants: grants
                .iter()
                .map(|grant| names::id(grant))
                .collect::<Result<_, _>>()?,
            teams: teams
                .iter()
                .map(|team| names::id(team))
                .collect::<Result<_, _>>()?,
            reason: input::words(reason)?,
        };
        self.inner
            .call::<_, RestoredGrants>(route::RESTORE_GRANTS, &[&id], &call)
            .await?;
        self.inner.hint_sync();
        Ok(())
    }

    /// Enables somebody again; nothing that they had comes back with them.
    ///
    /// # Errors
    /// While the steps of a case go on, or when this person may not.
    pub async fn enable_person(&self, person: &str, reason: &str) -> Result<(), Problem> {
        let id: PrincipalId = names::id(person)?;
        let call = EnablePerson {
            reason: input::words(reason)?,
        };
        self.inner
            .call::<_, PrincipalRecord>(route::ENABLE_PERSON, &[&id], &call)
            .await?;
        self.inner.hint_sync();
        Ok(())
    }
}
