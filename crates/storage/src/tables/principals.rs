//! Principals and their identities.

use super::{
    cells::{Cells, all, one},
    handle::Handle,
    ids,
};
use crate::{
    Result, StorageError,
    codes::Coded as _,
    principals::{Identity, NamePlace, Principal, PrincipalFilter, PrincipalReads, TeamMember, ZoneSource},
    raw_id::{RawId as _, raw_or_null},
    translate::said,
};
use async_trait::async_trait;
use claviger_model::{
    ids::PrincipalId,
    name::{Name, folded},
    principal::{Nature, PrincipalKind},
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

    async fn mail_addresses(&mut self, people: &[PrincipalId]) -> Result<Vec<(PrincipalId, String)>> {
        let rows = sqlx::query(concat!(
            "SELECT m.person, m.address FROM mail_addresses m WHERE m.person ",
            any!("$1")
        ))
        .bind(ids(people))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((cells.id()?, cells.take()?)))
    }

    async fn zones_of(&mut self, person: PrincipalId) -> Result<Vec<(ZoneSource, String)>> {
        let rows = sqlx::query(
            "SELECT z.said_by, z.zone FROM person_zones z WHERE z.person = $1 ORDER BY z.said_by DESC",
        )
        .bind(person.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((cells.code()?, cells.take()?)))
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

    async fn principals_by_name(
        &mut self,
        filter: PrincipalFilter,
        text: &str,
        after: Option<&NamePlace>,
        limit: u32,
    ) -> Result<Vec<Principal>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            principal_columns!(),
            " FROM principals p WHERE (p.folded > $1 OR (p.folded = $1 AND p.id > $2)) \
             AND ($3 = '' OR p.kind = $3) AND ($4 = '' OR p.state = $4) \
             AND ($5 = '' OR p.folded LIKE $6 ESCAPE '!' OR lower(COALESCE(p.email, '')) LIKE $6 ESCAPE '!') \
             ORDER BY p.folded, p.id LIMIT $7"
        ))
        .bind(after.map_or("", |place| place.folded.as_str()))
        .bind(raw_or_null(after.map(|place| &place.id)).unwrap_or_default())
        .bind(filter.kind.map_or("", |kind| kind.text()))
        .bind(filter.state.map_or("", |state| state.text()))
        .bind(text)
        .bind(contains(text))
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

    async fn teams_of_all(&mut self, members: &[PrincipalId]) -> Result<Vec<TeamMember>> {
        super::teams::of_members(self.db(), members).await
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

/// A pattern for `LIKE … ESCAPE '!'` that matches whatever contains the text, folded as names are.
fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in folded(text).chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
