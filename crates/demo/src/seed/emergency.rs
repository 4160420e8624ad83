//! A right to emergency access that was given beforehand.

use super::turn::{Turn, principal};
use crate::company::{people::DEVELOPER, projects, stream};
use anyhow::Context;
use claviger_ledger::leaf::{Fact, Object, REASON};
use claviger_model::{
    builtin_roles::READER, emergency::EmergencyRight, event::EventKind, ids::EmergencyId, time::Timestamp,
};
use std::time::Duration;

const LEAD: &str = "Ines Moreau";
const PLACE: &str = "ledger/production";
const WHY: &str = "Steps in when settlement hangs at night";

pub(super) async fn give(turn: &mut Turn<'_>, now: Timestamp) -> anyhow::Result<()> {
    let right = EmergencyRight {
        id: EmergencyId::random(&stream("emergency")),
        principal: principal(DEVELOPER),
        role: READER,
        scope: projects::id(PLACE),
        reason: WHY.to_owned(),
        given_by: principal(LEAD),
        given_at: turn.now(),
        ends_at: now.plus(Duration::from_secs(90 * 24 * 3600)),
        ended: None,
    };
    turn.db()
        .insert_emergency_right(&right)
        .await
        .context("the emergency right")?;
    let object = Object {
        principal: Some(right.principal),
        role: Some(right.role),
        scope: Some(right.scope),
        ..Object::default()
    };
    let event = turn
        .event(LEAD, EventKind::EmergencyGiven)
        .on(object)
        .concerning(right.principal)
        .fact("until", Fact::Number(right.ends_at.millis()))
        .commit(REASON, WHY, Some(right.principal));
    turn.record(event);
    Ok(())
}
