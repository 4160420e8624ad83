//! Who may do what: grants with their reasons.

use super::{
    DAY, emergency, guardrails,
    turn::{Seeder, Turn, principal},
};
use crate::company::{
    people::{AUDITOR, DEVELOPER, FOUNDER, OFFBOARDER, OUTSIDE, TEAMS},
    projects::{self, PROJECTS},
    stream,
};
use anyhow::Context;
use claviger_ledger::leaf::{Object, REASON};
use claviger_model::{
    builtin_roles::{
        AUDITOR as AUDIT, CI_DEPLOY, CI_TEST, CONSUMER, EDITOR, LEAD, OFFBOARDER as OFFBOARD, OWNER, READER,
        VIEWER,
    },
    conditions::GrantConditions,
    event::EventKind,
    grant::Grant,
    ids::{GrantId, RoleId, ScopeId},
    time::{Clock, Timestamp},
};
use std::time::Duration;

/// A grant that is to be given.
struct Gift<'a> {
    to: &'a str,
    role: RoleId,
    scope: ScopeId,
    at: &'a str,
    reason: &'a str,
    by: &'a str,
    until: Option<Timestamp>,
}

/// The standing grants.
pub(super) async fn give(seeder: &Seeder, now: Timestamp) -> anyhow::Result<()> {
    let mut turn = seeder
        .turn(seeder.clock.now().plus(Duration::from_secs(3600)))
        .await?;
    let root = seeder.root;
    let whole = |to, role, reason| Gift {
        to,
        role,
        scope: root,
        at: "",
        reason,
        by: FOUNDER,
        until: None,
    };
    for gift in [
        whole(FOUNDER, OWNER, "The bootstrap code made the first Owner"),
        whole(
            "Greta Lindqvist",
            OWNER,
            "Second owner, so that nobody stands alone",
        ),
        whole(AUDITOR, AUDIT, "Reads the log for the quarterly audit"),
        whole(OFFBOARDER, OFFBOARD, "Takes leavers' access away"),
    ] {
        give_one(&mut turn, gift).await?;
    }
    for team in TEAMS {
        let Some(lead) = team.people.first() else { continue };
        for project in PROJECTS
            .iter()
            .filter(|project| team.projects.contains(&project.name))
        {
            of_project(&mut turn, team.name, lead, project.name).await?;
            for (environment, _) in project.environments().skip(3) {
                let at = format!("{}/{environment}", project.name);
                let gift = at_path(team.name, READER, &at, "The team's own environment", lead, None);
                give_one(&mut turn, gift).await?;
            }
        }
    }
    let until = Some(now.plus(DAY * 20));
    give_one(
        &mut turn,
        at_path(
            OUTSIDE,
            CONSUMER,
            "payments/staging",
            "Contract until the relaunch",
            "Mara Okafor",
            until,
        ),
    )
    .await?;
    give_one(
        &mut turn,
        at_path(
            "payments-deploy",
            CI_DEPLOY,
            "payments/production",
            "Deploys",
            FOUNDER,
            None,
        ),
    )
    .await?;
    give_one(
        &mut turn,
        at_path(
            "payments-ci",
            CI_TEST,
            "payments/ci",
            "Runs the tests",
            FOUNDER,
            None,
        ),
    )
    .await?;
    turn.commit().await
}

/// What was given lately: on-call weeks and the like.
pub(super) async fn give_today(seeder: &Seeder, now: Timestamp) -> anyhow::Result<()> {
    let mut turn = seeder.turn(now.minus(DAY * 3)).await?;
    let (soon, later) = (
        now.plus(DAY * 3 + Duration::from_secs(4 * 3600)),
        now.plus(DAY * 12),
    );
    give_one(
        &mut turn,
        at_path(
            DEVELOPER,
            READER,
            "payments/production",
            "On-call this week",
            "Mara Okafor",
            Some(soon),
        ),
    )
    .await?;
    give_one(
        &mut turn,
        at_path(
            DEVELOPER,
            CONSUMER,
            "ledger/staging",
            "Helps with the settlement job",
            "Ines Moreau",
            Some(later),
        ),
    )
    .await?;
    give_one(
        &mut turn,
        at_path(
            "Kwame Mensah",
            READER,
            "ledger/production",
            "On-call this week",
            "Ines Moreau",
            Some(soon),
        ),
    )
    .await?;
    emergency::give(&mut turn, now).await?;
    guardrails::write(&mut turn).await?;
    turn.commit().await
}

async fn of_project(turn: &mut Turn<'_>, team: &str, lead: &str, project: &str) -> anyhow::Result<()> {
    let at = |environment: &str| format!("{project}/{environment}");
    give_one(
        turn,
        at_path(lead, LEAD, project, "Leads the team", FOUNDER, None),
    )
    .await?;
    give_one(
        turn,
        at_path(lead, EDITOR, project, "Rotates what the team runs", FOUNDER, None),
    )
    .await?;
    give_one(
        turn,
        at_path(team, VIEWER, project, "The team's project", lead, None),
    )
    .await?;
    give_one(
        turn,
        at_path(team, EDITOR, &at("development"), "Daily work", lead, None),
    )
    .await?;
    give_one(
        turn,
        at_path(
            team,
            READER,
            &at("staging"),
            "Rehearsals before a release",
            lead,
            None,
        ),
    )
    .await
}

fn at_path<'a>(
    to: &'a str,
    role: RoleId,
    at: &'a str,
    reason: &'a str,
    by: &'a str,
    until: Option<Timestamp>,
) -> Gift<'a> {
    Gift {
        to,
        role,
        scope: projects::id(at),
        at,
        reason,
        by,
        until,
    }
}

async fn give_one(turn: &mut Turn<'_>, gift: Gift<'_>) -> anyhow::Result<()> {
    let name = format!("grant/{}/{}/{}", gift.to, gift.role, gift.at);
    let grant = Grant {
        id: GrantId::random(&stream(&name)),
        principal: principal(gift.to),
        role: gift.role,
        scope: gift.scope,
        reason: gift.reason.to_owned(),
        granted_by: principal(gift.by),
        granted_at: turn.now(),
        not_before: None,
        expires_at: gift.until,
        conditions: GrantConditions::default(),
        ended: None,
    };
    turn.db()
        .insert_grant(&grant)
        .await
        .with_context(|| format!("`{name}`"))?;
    let object = Object {
        grant: Some(grant.id),
        role: Some(gift.role),
        scope: Some(gift.scope),
        principal: Some(grant.principal),
        ..Object::default()
    };
    let event = turn
        .event(gift.by, EventKind::GrantGiven)
        .on(object)
        .concerning(grant.principal)
        .commit(REASON, gift.reason, Some(grant.principal));
    turn.record(event);
    Ok(())
}
