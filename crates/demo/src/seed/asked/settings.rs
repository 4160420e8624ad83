//! How places approve, and where one can ask without a right.

use super::{HOUR, HOURS};
use crate::{
    company::{projects, stream},
    seed::turn::{Seeder, Turn, principal},
};
use claviger_ledger::leaf::{Fact, NAME, Object};
use claviger_model::{
    approval::{ApprovalRule, Approves, RequestSettings},
    builtin_roles::READER,
    conditions::Conditions,
    event::EventKind,
    ids::PolicyId,
    name::Name,
    scope::{Discoverable, EnvironmentClass},
    time::Clock,
};
use claviger_storage::scopes::ScopeSettings;

/// How places approve, from the beginning.
pub(in crate::seed) async fn settle(seeder: &Seeder) -> anyhow::Result<()> {
    let mut turn = seeder.turn(seeder.clock.now().plus(HOUR)).await?;
    open(
        &mut turn,
        "ledger/production",
        "Ines Moreau",
        Discoverable::Everyone,
    )
    .await?;
    let teams = vec![principal("Payments")];
    open(
        &mut turn,
        "identity/staging",
        "Lin Sato",
        Discoverable::Teams(teams),
    )
    .await?;
    let two = RequestSettings {
        steps: Some(2),
        ..RequestSettings::default()
    };
    approves(&mut turn, "identity/production", "Lin Sato", two).await?;
    let rule = ApprovalRule {
        id: on_call(),
        name: Name::parse("Payments look into Ledger's staging")?,
        approves: Approves::Access {
            role: READER,
            most_seconds: 8 * HOURS,
        },
        teams: [principal("Payments")].into(),
        classes: [EnvironmentClass::Staging].into(),
        conditions: Conditions::default(),
        author: principal("Ines Moreau"),
    };
    let by_rule = RequestSettings {
        rotations_need_approval: Some(true),
        rules: vec![rule],
        ..RequestSettings::default()
    };
    approves(&mut turn, "ledger", "Ines Moreau", by_rule).await?;
    turn.commit().await
}

/// The rule.
pub(super) fn on_call() -> PolicyId {
    PolicyId::random(&stream("rule/ledger"))
}

async fn open(turn: &mut Turn<'_>, path: &str, by: &str, discoverable: Discoverable) -> anyhow::Result<()> {
    let (id, now) = (projects::id(path), turn.now());
    let scope = turn.db().scope(id).await?;
    let settings = ScopeSettings {
        class: scope.as_ref().and_then(|scope| scope.class),
        discoverable,
        lease_seconds: scope.and_then(|scope| scope.lease_seconds),
    };
    turn.db().set_scope(id, &settings, now).await?;
    edited(turn, path, by, None);
    Ok(())
}

async fn approves(
    turn: &mut Turn<'_>,
    path: &str,
    by: &str,
    settings: RequestSettings,
) -> anyhow::Result<()> {
    let now = turn.now();
    turn.db()
        .put_request_settings(projects::id(path), &settings, now)
        .await?;
    edited(turn, path, by, Some(settings.rules.len()));
    Ok(())
}

fn edited(turn: &mut Turn<'_>, path: &str, by: &str, rules: Option<usize>) {
    let object = Object {
        scope: Some(projects::id(path)),
        ..Object::default()
    };
    let event = turn
        .event(by, EventKind::ScopeEdited)
        .on(object)
        .commit(NAME, path, None);
    let rules = rules.and_then(|rules| i64::try_from(rules).ok());
    turn.record(match rules {
        Some(rules) => event.fact("approval-rules", Fact::Number(rules)),
        None => event,
    });
}
