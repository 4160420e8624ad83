//! Grants and rights to emergency access end; they stay in the history of grants.

use super::Left;
use crate::{
    operations::{
        grants::end::object,
        offboarding::case::{begin::effect, in_the_name_of, label, of_case},
    },
    sequencer::{Change, Stop},
};
use claviger_ledger::leaf::Object;
use claviger_model::{
    event::EventKind,
    grant::Ended,
    offboarding::{Case, EffectKind},
};

/// Ends all of them.
pub(super) async fn end(change: &mut Change, case: &Case) -> Result<Left, Stop> {
    let now = change.now();
    let end = Ended {
        at: now,
        by: in_the_name_of(case),
        reason: case.reason.clone(),
    };
    let mut effects = Vec::new();
    for grant in change.db().end_grants_of(case.person, &end).await? {
        let event = of_case(change.own_event(EventKind::GrantEnded), case).on(object(&grant));
        change.record(event);
        effects.push(effect(case, EffectKind::Grant, *grant.id.as_bytes(), now));
    }
    for right in change.db().emergency_rights_of(case.person, now).await? {
        change.db().end_emergency_right(right.id, &end).await?;
        let object = Object {
            principal: Some(right.principal),
            role: Some(right.role),
            scope: Some(right.scope),
            ..Object::default()
        };
        let event = of_case(change.own_event(EventKind::EmergencyEnded), case).on(object);
        change.record(label(event, "right", &format!("right-{}", right.id)));
        effects.push(effect(
            case,
            EffectKind::EmergencyRight,
            *right.id.as_bytes(),
            now,
        ));
    }
    change.db().insert_effects(&effects).await?;
    Ok(Left::Nothing)
}
