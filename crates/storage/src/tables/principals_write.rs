//! Writes of principals and their identities, and the doors to those of teams.

use super::{changes::of_principal, handle::Handle};
use crate::{
    Conflict, Result, StorageError,
    changes::ChangeKind,
    codes::Coded as _,
    principals::{Identity, Principal, PrincipalWrites, TeamMember, TeamsChanged, ZoneSource},
    raw_id::{RawId as _, raw_or_null},
};
use async_trait::async_trait;
use claviger_model::{ids::PrincipalId, principal::Nature, scope::EnvironmentClass};

#[async_trait]
impl PrincipalWrites for Handle {
    async fn insert_principal(&mut self, principal: &Principal) -> Result<()> {
        let nature = Columns::of(&principal.nature);
        sqlx::query(
            "INSERT INTO principals (id, name, folded, state, kind, outside, class, owner, email, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(principal.id.raw())
        .bind(principal.name.as_str())
        .bind(principal.name.folded())
        .bind(principal.state.text())
        .bind(principal.kind().text())
        .bind(nature.outside)
        .bind(nature.class)
        .bind(raw_or_null(nature.owner.as_ref()))
        .bind(principal.email.as_deref())
        .bind(principal.created_at.millis())
        .execute(self.db())
        .await?;
        self.tell(of_principal(ChangeKind::Principal, principal.id, None))
            .await?;
        Ok(())
    }

    async fn update_principal(&mut self, principal: &Principal) -> Result<bool> {
        let nature = Columns::of(&principal.nature);
        let done = sqlx::query(
            "UPDATE principals SET name = $2, folded = $3, state = $4, outside = $6, class = $7, owner = $8, email = $9 \
             WHERE id = $1 AND kind = $5",
        )
        .bind(principal.id.raw())
        .bind(principal.name.as_str())
        .bind(principal.name.folded())
        .bind(principal.state.text())
        .bind(principal.kind().text())
        .bind(nature.outside)
        .bind(nature.class)
        .bind(raw_or_null(nature.owner.as_ref()))
        .bind(principal.email.as_deref())
        .execute(self.db())
        .await?;
        let existed = done.rows_affected() > 0;
        if existed {
            self.tell(of_principal(ChangeKind::Principal, principal.id, None))
                .await?;
        }
        Ok(existed)
    }

    async fn set_mail_address(&mut self, person: PrincipalId, address: Option<&str>) -> Result<()> {
        let query = match address {
            Some(address) => sqlx::query(
                "INSERT INTO mail_addresses (person, address) VALUES ($1, $2) \
                 ON CONFLICT (person) DO UPDATE SET address = excluded.address",
            )
            .bind(person.raw().to_vec())
            .bind(address.to_owned()),
            None => sqlx::query("DELETE FROM mail_addresses WHERE person = $1").bind(person.raw().to_vec()),
        };
        query.execute(self.db()).await?;
        Ok(())
    }

    async fn set_zone(&mut self, person: PrincipalId, said_by: ZoneSource, zone: Option<&str>) -> Result<()> {
        let query = match zone {
            Some(zone) => sqlx::query(
                "INSERT INTO person_zones (person, said_by, zone) VALUES ($1, $2, $3) \
                 ON CONFLICT (person, said_by) DO UPDATE SET zone = excluded.zone",
            )
            .bind(person.raw().to_vec())
            .bind(said_by.text())
            .bind(zone.to_owned()),
            None => sqlx::query("DELETE FROM person_zones WHERE person = $1 AND said_by = $2")
                .bind(person.raw().to_vec())
                .bind(said_by.text()),
        };
        query.execute(self.db()).await?;
        Ok(())
    }

    async fn link_identity(&mut self, principal: PrincipalId, identity: &Identity) -> Result<()> {
        sqlx::query("INSERT INTO identities (issuer, subject, principal) VALUES ($1, $2, $3)")
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .bind(principal.raw())
            .execute(self.db())
            .await
            .map_err(|error| match StorageError::from(error) {
                // SQLite reports a clash of the two-column key by its first column.
                StorageError::Conflict(Conflict::IdTaken) => Conflict::IdentityLinked.into(),
                other => other,
            })?;
        Ok(())
    }

    async fn add_team_member(&mut self, member: TeamMember) -> Result<bool> {
        super::teams::add(self, member).await
    }

    async fn remove_team_member(&mut self, member: TeamMember) -> Result<bool> {
        super::teams::remove(self, member).await
    }

    async fn set_provider_teams(
        &mut self,
        member: PrincipalId,
        teams: &[PrincipalId],
    ) -> Result<TeamsChanged> {
        super::teams::set_provider_teams(self, member, teams).await
    }

    async fn map_group(&mut self, issuer: &str, group: &str, team: PrincipalId) -> Result<()> {
        super::teams::map_group(self.db(), issuer, group, team).await
    }

    async fn unmap_group(&mut self, issuer: &str, group: &str) -> Result<bool> {
        super::teams::unmap_group(self.db(), issuer, group).await
    }
}

/// A nature as it stands in columns.
struct Columns {
    outside: i64,
    class: Option<&'static str>,
    owner: Option<PrincipalId>,
}

impl Columns {
    fn of(nature: &Nature) -> Self {
        match nature {
            Nature::Person { outside } => Self {
                outside: i64::from(*outside),
                class: None,
                owner: None,
            },
            Nature::Team => Self {
                outside: 0,
                class: None,
                owner: None,
            },
            Nature::Service { class, owner } => Self {
                outside: 0,
                class: Some(EnvironmentClass::text(*class)),
                owner: Some(*owner),
            },
        }
    }
}
