//! What the provider says through SCIM.

use super::{
    cells::{Cells, all, one},
    handle::Handle,
    ids,
};
use crate::{
    Digest, Result, StorageError,
    raw_id::{RawId as _, int},
    scim::{ScimGroup, ScimMember, ScimReads, ScimToken, ScimUser, TokenEnded},
    translate::said,
};
use async_trait::async_trait;
use claviger_model::{
    ids::{KeyId, PrincipalId, ScimId},
    name::folded,
    time::Timestamp,
};

/// One row of a query with one value.
macro_rules! found {
    ($self:ident, $read:ident, $value:expr, $($sql:expr),+ $(,)?) => {{
        let row = sqlx::query(concat!("SELECT ", $($sql),+))
            .bind($value)
            .fetch_optional($self.db())
            .await?;
        one(row.as_ref(), $read)
    }};
}

/// A page of a query without other values.
macro_rules! page {
    ($self:ident, $read:ident, $skip:ident, $limit:ident, $($sql:expr),+ $(,)?) => {{
        let rows = sqlx::query(concat!("SELECT ", $($sql),+, " LIMIT $1 OFFSET $2"))
            .bind(i64::from($limit))
            .bind(int($skip))
            .fetch_all($self.db())
            .await?;
        all(&rows, $read)
    }};
}

#[async_trait]
impl ScimReads for Handle {
    async fn scim_token(&mut self, id: KeyId) -> Result<Option<ScimToken>> {
        found!(
            self,
            token,
            id.raw(),
            scim_token_columns!(),
            " FROM scim_tokens k WHERE k.id = $1"
        )
    }

    async fn scim_token_by_hash(&mut self, hash: &Digest) -> Result<Option<ScimToken>> {
        found!(
            self,
            token,
            hash.as_slice(),
            scim_token_columns!(),
            " FROM scim_tokens k WHERE k.hash = $1"
        )
    }

    async fn scim_tokens(&mut self, limit: u32) -> Result<Vec<ScimToken>> {
        let skip = 0;
        page!(
            self,
            token,
            skip,
            limit,
            scim_token_columns!(),
            " FROM scim_tokens k ORDER BY k.made_at DESC, k.id"
        )
    }

    async fn made_live_token(&mut self, person: PrincipalId, now: Timestamp) -> Result<bool> {
        let row = sqlx::query(
            "SELECT 1 FROM scim_tokens k WHERE k.made_by = $1 AND k.ended_at IS NULL AND k.ends_at > $2 LIMIT 1",
        )
        .bind(person.raw())
        .bind(now.millis())
        .fetch_optional(self.db())
        .await?;
        Ok(row.is_some())
    }

    async fn scim_user(&mut self, id: ScimId) -> Result<Option<ScimUser>> {
        found!(
            self,
            user,
            id.raw(),
            scim_user_columns!(),
            " FROM scim_users u WHERE u.id = $1"
        )
    }

    async fn scim_user_named(&mut self, user_name: &str) -> Result<Option<ScimUser>> {
        found!(
            self,
            user,
            folded(user_name),
            scim_user_columns!(),
            " FROM scim_users u WHERE u.folded = $1"
        )
    }

    async fn scim_user_by_external(&mut self, external_id: &str) -> Result<Option<ScimUser>> {
        found!(
            self,
            user,
            external_id,
            scim_user_columns!(),
            " FROM scim_users u WHERE u.external_id = $1"
        )
    }

    async fn scim_user_of(&mut self, principal: PrincipalId) -> Result<Option<ScimUser>> {
        found!(
            self,
            user,
            principal.raw(),
            scim_user_columns!(),
            " FROM scim_users u WHERE u.principal = $1"
        )
    }

    async fn scim_users_among(&mut self, wanted: &[ScimId]) -> Result<Vec<ScimUser>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            scim_user_columns!(),
            " FROM scim_users u WHERE u.id ",
            any!("$1")
        ))
        .bind(ids(wanted))
        .fetch_all(self.db())
        .await?;
        all(&rows, user)
    }

    async fn scim_users(&mut self, skip: u64, limit: u32) -> Result<Vec<ScimUser>> {
        page!(
            self,
            user,
            skip,
            limit,
            scim_user_columns!(),
            " FROM scim_users u ORDER BY u.made_at, u.id"
        )
    }

    async fn count_scim_users(&mut self) -> Result<u64> {
        let row = sqlx::query("SELECT COUNT(*) FROM scim_users")
            .fetch_one(self.db())
            .await?;
        Cells::of(&row).number()
    }

    async fn scim_group(&mut self, id: ScimId) -> Result<Option<ScimGroup>> {
        found!(
            self,
            group,
            id.raw(),
            scim_group_columns!(),
            " FROM scim_groups g WHERE g.id = $1"
        )
    }

    async fn scim_group_named(&mut self, display: &str) -> Result<Option<ScimGroup>> {
        found!(
            self,
            group,
            folded(display),
            scim_group_columns!(),
            " FROM scim_groups g WHERE g.folded = $1"
        )
    }

    async fn scim_group_by_external(&mut self, external_id: &str) -> Result<Option<ScimGroup>> {
        found!(
            self,
            group,
            external_id,
            scim_group_columns!(),
            " FROM scim_groups g WHERE g.external_id = $1"
        )
    }

    async fn scim_groups(&mut self, skip: u64, limit: u32) -> Result<Vec<ScimGroup>> {
        page!(
            self,
            group,
            skip,
            limit,
            scim_group_columns!(),
            " FROM scim_groups g ORDER BY g.made_at, g.id"
        )
    }

    async fn count_scim_groups(&mut self) -> Result<u64> {
        let row = sqlx::query("SELECT COUNT(*) FROM scim_groups")
            .fetch_one(self.db())
            .await?;
        Cells::of(&row).number()
    }

    async fn scim_members(&mut self, groups: &[ScimId]) -> Result<Vec<ScimMember>> {
        let rows = sqlx::query(concat!(
            "SELECT m.scim_group, m.scim_user FROM scim_members m JOIN scim_users u ON u.id = m.scim_user \
             WHERE m.scim_group ",
            any!("$1"),
            " ORDER BY u.made_at, u.id"
        ))
        .bind(ids(groups))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(ScimMember {
                group: cells.id()?,
                user: cells.id()?,
            })
        })
    }

    async fn scim_groups_of(&mut self, users: &[ScimId]) -> Result<Vec<(ScimId, ScimGroup)>> {
        let rows = sqlx::query(concat!(
            "SELECT m.scim_user, ",
            scim_group_columns!(),
            " FROM scim_members m JOIN scim_groups g ON g.id = m.scim_group WHERE m.scim_user ",
            any!("$1"),
            " ORDER BY g.made_at, g.id"
        ))
        .bind(ids(users))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((cells.id()?, group(cells)?)))
    }

    async fn person_by_claim(
        &mut self,
        issuer: &str,
        claim: &str,
        value: &str,
    ) -> Result<Option<PrincipalId>> {
        let row = sqlx::query(
            "SELECT c.principal FROM provider_claims c WHERE c.issuer = $1 AND c.claim = $2 AND c.value = $3",
        )
        .bind(issuer)
        .bind(claim)
        .bind(value)
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), |cells| cells.id())
    }
}

/// Reads `scim_token_columns!`.
fn token(cells: &mut Cells<'_>) -> Result<ScimToken> {
    let (id, name, hash) = (cells.id()?, cells.name()?, cells.digest()?);
    let (made_by, made_at, ends_at) = (cells.id()?, cells.time()?, cells.time()?);
    let (last_used_at, replaces) = (cells.time_or_null()?, cells.id_or_null()?);
    let ended = match (cells.time_or_null()?, cells.id_or_null()?) {
        (Some(at), Some(by)) => Some(TokenEnded { at, by }),
        (None, None) => None,
        _ => {
            return Err(StorageError::Corrupt {
                column: "ended_by".to_owned(),
                source: said("half an end"),
            });
        }
    };
    Ok(ScimToken {
        id,
        name,
        hash,
        made_by,
        made_at,
        ends_at,
        last_used_at,
        replaces,
        ended,
    })
}

/// Reads `scim_user_columns!`.
fn user(cells: &mut Cells<'_>) -> Result<ScimUser> {
    Ok(ScimUser {
        id: cells.id()?,
        principal: cells.id()?,
        user_name: cells.take()?,
        external_id: cells.take()?,
        active: cells.flag()?,
        attributes: cells.json()?,
        version: cells.number()?,
        made_at: cells.time()?,
        changed_at: cells.time()?,
    })
}

/// Reads `scim_group_columns!`.
fn group(cells: &mut Cells<'_>) -> Result<ScimGroup> {
    Ok(ScimGroup {
        id: cells.id()?,
        display: cells.take()?,
        external_id: cells.take()?,
        version: cells.number()?,
        made_at: cells.time()?,
        changed_at: cells.time()?,
    })
}
