//! Who is in which team, and which of the provider's groups stand for teams.

use super::{
    Connection,
    cells::{Cells, all},
    changes::of_principal,
    handle::Handle,
    ids, texts,
};
use crate::{
    Result,
    changes::{ChangeKind, ChangeWrites as _},
    codes::Coded as _,
    principals::{MemberSource, TeamMember, TeamsChanged},
    raw_id::RawId as _,
};
use claviger_model::ids::PrincipalId;
use std::collections::BTreeSet;

pub async fn members(db: &mut Connection, team: PrincipalId) -> Result<Vec<TeamMember>> {
    let rows = sqlx::query(
        "SELECT m.team, m.member, m.source FROM team_members m WHERE m.team = $1 ORDER BY m.member, m.source",
    )
    .bind(team.raw())
    .fetch_all(db)
    .await?;
    all(&rows, member)
}

pub async fn of_member(db: &mut Connection, of: PrincipalId) -> Result<Vec<TeamMember>> {
    let rows = sqlx::query(
        "SELECT m.team, m.member, m.source FROM team_members m WHERE m.member = $1 ORDER BY m.team, m.source",
    )
    .bind(of.raw())
    .fetch_all(db)
    .await?;
    all(&rows, member)
}

pub async fn of_members(db: &mut Connection, members: &[PrincipalId]) -> Result<Vec<TeamMember>> {
    let rows = sqlx::query(concat!(
        "SELECT m.team, m.member, m.source FROM team_members m WHERE m.member ",
        any!("$1"),
        " ORDER BY m.team, m.member, m.source"
    ))
    .bind(ids(members))
    .fetch_all(db)
    .await?;
    all(&rows, member)
}

// UNION drops what was found before, so that teams within each other end.
pub async fn closure(db: &mut Connection, principal: PrincipalId) -> Result<Vec<PrincipalId>> {
    let rows = sqlx::query(
        "WITH RECURSIVE closure (id) AS (SELECT p.id FROM principals p WHERE p.id = $1 UNION \
         SELECT m.team FROM closure k JOIN team_members m ON m.member = k.id \
         JOIN principals t ON t.id = m.team AND t.state = 'active') \
         SELECT k.id FROM closure k",
    )
    .bind(principal.raw())
    .fetch_all(db)
    .await?;
    all(&rows, |cells| cells.id())
}

pub async fn members_closure(db: &mut Connection, team: PrincipalId) -> Result<Vec<PrincipalId>> {
    let rows = sqlx::query(
        "WITH RECURSIVE closure (id) AS (SELECT m.member FROM team_members m WHERE m.team = $1 UNION \
         SELECT m.member FROM closure k JOIN team_members m ON m.team = k.id) SELECT k.id FROM closure k",
    )
    .bind(team.raw())
    .fetch_all(db)
    .await?;
    all(&rows, |cells| cells.id())
}

pub async fn of_groups(db: &mut Connection, issuer: &str, groups: &[String]) -> Result<Vec<PrincipalId>> {
    let rows = sqlx::query(concat!(
        "SELECT DISTINCT t.team FROM group_teams t WHERE t.issuer = $1 AND t.provider_group ",
        any_text!("$2")
    ))
    .bind(issuer)
    .bind(texts(groups.iter().map(String::as_str)))
    .fetch_all(db)
    .await?;
    all(&rows, |cells| cells.id())
}

pub async fn mappings(db: &mut Connection, issuer: &str) -> Result<Vec<(String, PrincipalId)>> {
    let rows = sqlx::query(
        "SELECT t.provider_group, t.team FROM group_teams t WHERE t.issuer = $1 ORDER BY t.provider_group",
    )
    .bind(issuer)
    .fetch_all(db)
    .await?;
    all(&rows, |cells| Ok((cells.take()?, cells.id()?)))
}

pub async fn add(handle: &mut Handle, member: TeamMember) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO team_members (team, member, source) VALUES ($1, $2, $3) \
         ON CONFLICT (team, member, source) DO NOTHING",
    )
    .bind(member.team.raw())
    .bind(member.member.raw())
    .bind(member.source.text())
    .execute(handle.db())
    .await?;
    told(handle, done.rows_affected(), member.member).await
}

pub async fn remove(handle: &mut Handle, member: TeamMember) -> Result<bool> {
    let done = sqlx::query("DELETE FROM team_members WHERE team = $1 AND member = $2 AND source = $3")
        .bind(member.team.raw())
        .bind(member.member.raw())
        .bind(member.source.text())
        .execute(handle.db())
        .await?;
    told(handle, done.rows_affected(), member.member).await
}

async fn told(handle: &mut Handle, rows: u64, member: PrincipalId) -> Result<bool> {
    if rows > 0 {
        handle
            .tell(of_principal(ChangeKind::Entitlement, member, None))
            .await?;
    }
    Ok(rows > 0)
}

pub async fn set_provider_teams(
    handle: &mut Handle,
    member: PrincipalId,
    teams: &[PrincipalId],
) -> Result<TeamsChanged> {
    let wanted: BTreeSet<_> = teams.iter().copied().collect();
    let present = of_member(handle.db(), member).await?;
    let present: BTreeSet<_> = present
        .iter()
        .filter(|m| m.source == MemberSource::Provider)
        .map(|m| m.team)
        .collect();
    let changed = TeamsChanged {
        joined: wanted.difference(&present).copied().collect(),
        left: present.difference(&wanted).copied().collect(),
    };
    if !changed.left.is_empty() {
        sqlx::query(concat!(
            "DELETE FROM team_members WHERE member = $1 AND source = 'provider' AND team ",
            any!("$2")
        ))
        .bind(member.raw())
        .bind(ids(&changed.left))
        .execute(handle.db())
        .await?;
    }
    super::rows::insert(
        handle.db(),
        "INSERT INTO team_members (team, member, source) ",
        &changed.joined,
        |row, team| {
            row.push_bind(team.raw())
                .push_bind(member.raw())
                .push_bind(MemberSource::Provider.text());
        },
    )
    .await?;
    if changed != TeamsChanged::default() {
        handle
            .record_changes(&[of_principal(ChangeKind::Entitlement, member, None)])
            .await?;
    }
    Ok(changed)
}

pub async fn map_group(db: &mut Connection, issuer: &str, group: &str, team: PrincipalId) -> Result<()> {
    sqlx::query(
        "INSERT INTO group_teams (issuer, provider_group, team) VALUES ($1, $2, $3) \
         ON CONFLICT (issuer, provider_group) DO UPDATE SET team = excluded.team",
    )
    .bind(issuer)
    .bind(group)
    .bind(team.raw())
    .execute(db)
    .await?;
    Ok(())
}

pub async fn unmap_group(db: &mut Connection, issuer: &str, group: &str) -> Result<bool> {
    let done = sqlx::query("DELETE FROM group_teams WHERE issuer = $1 AND provider_group = $2")
        .bind(issuer)
        .bind(group)
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

fn member(cells: &mut Cells<'_>) -> Result<TeamMember> {
    Ok(TeamMember {
        team: cells.id()?,
        member: cells.id()?,
        source: cells.code()?,
    })
}
