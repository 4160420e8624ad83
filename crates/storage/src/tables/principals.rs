//! Principals and their identities.

use super::{
    cells::{Cells, all, one},
    changes::of_principal,
    handle::Handle,
    ids,
};
use crate::{
    Conflict, Result, StorageError,
    changes::ChangeKind,
    codes::Coded as _,
    principals::{
        Identity, Principal, PrincipalFilter, PrincipalReads, PrincipalWrites, TeamMember, TeamsChanged,
    },
    raw_id::{RawId as _, raw_or_null},
    translate::said,
};
use async_trait::async_trait;
use claviger_model::{
    ids::PrincipalId,
    name::Name,
    principal::{Nature, PrincipalKind},
    scope::EnvironmentClass,
};

#[async_trait]
impl PrincipalReads for Handle {
    async fn principal(&mut self, id: PrincipalId) -> Result<Option<Principal>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            principal_columns!(),
            " FROM principals p WHERE p.id = $1"
        ))
        .bind(id.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), principal)
    }

    async fn principals(&mut self, wanted: &[PrincipalId]) -> Result<Vec<Principal>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            principal_columns!(),
            " FROM principals p WHERE p.id ",
            any!("$1")
        ))
        .bind(ids(wanted))
        .fetch_all(self.db())
        .await?;
        all(&rows, principal)
    }

    async fn principals_page(
        &mut self,
        filter: PrincipalFilter,
        after: Option<PrincipalId>,
        limit: u32,
    ) -> Result<Vec<Principal>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            principal_columns!(),
            " FROM principals p WHERE p.id > $1 AND ($2 = '' OR p.kind = $2) AND ($3 = '' OR p.state = $3) \
             ORDER BY p.id LIMIT $4"
        ))
        .bind(raw_or_null(after.as_ref()).unwrap_or_default())
        .bind(filter.kind.map_or("", |kind| kind.text()))
        .bind(filter.state.map_or("", |state| state.text()))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, principal)
    }

    async fn principal_named(&mut self, kind: PrincipalKind, name: &Name) -> Result<Option<Principal>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            principal_columns!(),
            " FROM principals p WHERE p.kind = $1 AND p.folded = $2 AND p.kind <> 'person'"
        ))
        .bind(kind.text())
        .bind(name.folded())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), principal)
    }

    async fn principal_by_identity(&mut self, identity: &Identity) -> Result<Option<Principal>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            principal_columns!(),
            " FROM identities i JOIN principals p ON p.id = i.principal WHERE i.issuer = $1 AND i.subject = $2"
        ))
        .bind(&identity.issuer)
        .bind(&identity.subject)
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), principal)
    }

    async fn identities(&mut self, principal: PrincipalId) -> Result<Vec<Identity>> {
        let rows = sqlx::query(
            "SELECT i.issuer, i.subject FROM identities i WHERE i.principal = $1 ORDER BY i.issuer, i.subject",
        )
        .bind(principal.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(Identity {
                issuer: cells.take()?,
                subject: cells.take()?,
            })
        })
    }

    async fn team_members(&mut self, team: PrincipalId) -> Result<Vec<TeamMember>> {
        super::teams::members(self.db(), team).await
    }

    async fn teams_of(&mut self, member: PrincipalId) -> Result<Vec<TeamMember>> {
        super::teams::of_member(self.db(), member).await
    }

    async fn team_closure(&mut self, principal: PrincipalId) -> Result<Vec<PrincipalId>> {
        super::teams::closure(self.db(), principal).await
    }

    async fn members_closure(&mut self, team: PrincipalId) -> Result<Vec<PrincipalId>> {
        super::teams::members_closure(self.db(), team).await
    }

    async fn teams_of_groups(&mut self, issuer: &str, groups: &[String]) -> Result<Vec<PrincipalId>> {
        super::teams::of_groups(self.db(), issuer, groups).await
    }

    async fn group_mappings(&mut self, issuer: &str) -> Result<Vec<(String, PrincipalId)>> {
        super::teams::mappings(self.db(), issuer).await
    }
}

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

/// Reads `principal_columns!`.
pub fn principal(cells: &mut Cells<'_>) -> Result<Principal> {
    let (id, name, state, kind) = (cells.id()?, cells.name()?, cells.code()?, cells.code()?);
    let (outside, class, owner) = (cells.flag()?, cells.code_or_null()?, cells.id_or_null()?);
    let nature = match (kind, class, owner) {
        (PrincipalKind::Person, ..) => Nature::Person { outside },
        (PrincipalKind::Team, ..) => Nature::Team,
        (PrincipalKind::Service, Some(class), Some(owner)) => Nature::Service { class, owner },
        (PrincipalKind::Service, ..) => {
            return Err(StorageError::Corrupt {
                column: "class".to_owned(),
                source: said("a service without its class or owner"),
            });
        }
    };
    Ok(Principal {
        id,
        name,
        state,
        nature,
        email: cells.take()?,
        created_at: cells.time()?,
    })
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
