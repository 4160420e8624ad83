//! Whom grants reach.

use super::{cells::all, handle::Handle, ids, principals::principal};
use crate::{
    Result,
    principals::Principal,
    raw_id::RawId as _,
    reach::{AfterName, ReachReads},
};
use async_trait::async_trait;
use claviger_model::{
    ids::{PrincipalId, ScopeId},
    time::Timestamp,
};

/// Goes down from the first ones into active teams, and takes those that act, in the order of names.
macro_rules! below {
    ($first:expr, $folded:literal, $id:literal, $limit:literal) => {
        concat!(
            "WITH RECURSIVE reached (id) AS (",
            $first,
            " UNION SELECT m.member FROM reached k JOIN principals t ON t.id = k.id AND t.kind = 'team' \
             AND t.state = 'active' JOIN team_members m ON m.team = k.id) SELECT ",
            principal_columns!(),
            " FROM reached k JOIN principals p ON p.id = k.id WHERE p.kind <> 'team' AND (p.folded > ",
            $folded,
            " OR (p.folded = ",
            $folded,
            " AND p.id > ",
            $id,
            ")) ORDER BY p.folded, p.id LIMIT ",
            $limit
        )
    };
}

#[async_trait]
impl ReachReads for Handle {
    async fn reached(
        &mut self,
        scopes: &[ScopeId],
        now: Timestamp,
        after: Option<&AfterName>,
        limit: u32,
    ) -> Result<Vec<Principal>> {
        let rows = sqlx::query(below!(
            concat!(
                "SELECT g.principal FROM grants g WHERE ",
                live!("$1"),
                " AND g.scope ",
                any!("$2")
            ),
            "$3",
            "$4",
            "$5"
        ))
        .bind(now.millis())
        .bind(ids(scopes))
        .bind(after.map_or("", |after| after.folded.as_str()))
        .bind(after.map_or(&[][..], |after| after.id.raw()))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, principal)
    }

    // SQLite joins in the order that is written: else it reads who is in which team of everybody.
    async fn team_edges(&mut self, members: &[PrincipalId]) -> Result<Vec<(PrincipalId, PrincipalId)>> {
        let rows = sqlx::query(concat!(
            "WITH RECURSIVE up (id) AS (SELECT p.id FROM principals p WHERE p.id ",
            any!("$1"),
            " UNION SELECT m.team FROM up k JOIN team_members m ON m.member = k.id \
             JOIN principals t ON t.id = m.team AND t.state = 'active') \
             SELECT DISTINCT m.member, m.team FROM up k CROSS JOIN team_members m CROSS JOIN principals t \
             WHERE m.member = k.id AND t.id = m.team AND t.state = 'active' ORDER BY m.member, m.team"
        ))
        .bind(ids(members))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((cells.id()?, cells.id()?)))
    }

    async fn people_in(
        &mut self,
        of: PrincipalId,
        after: Option<&AfterName>,
        limit: u32,
    ) -> Result<Vec<Principal>> {
        let rows = sqlx::query(below!(
            "SELECT p.id FROM principals p WHERE p.id = $1",
            "$2",
            "$3",
            "$4"
        ))
        .bind(of.raw())
        .bind(after.map_or("", |after| after.folded.as_str()))
        .bind(after.map_or(&[][..], |after| after.id.raw()))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, principal)
    }
}
