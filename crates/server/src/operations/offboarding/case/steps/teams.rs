//! They leave their teams, those of the provider's groups too: who comes back is in those that the provider names then.

use super::Left;
use crate::{
    operations::offboarding::case::{begin::effect, label, of_case},
    sequencer::{Change, Stop},
};
use claviger_ledger::leaf::Object;
use claviger_model::{
    event::EventKind,
    offboarding::{Case, EffectKind},
};
use claviger_storage::principals::MemberSource;

/// How the log says that they left a team.
pub const MEMBER_LEFT: &str = "member-left";

/// Takes them out of all.
pub(super) async fn leave(change: &mut Change, case: &Case) -> Result<Left, Stop> {
    let now = change.now();
    let mut effects = Vec::new();
    for membership in change.db().teams_of(case.person).await? {
        if !change.db().remove_team_member(membership).await? {
            continue;
        }
        let kind = match membership.source {
            MemberSource::Local => EffectKind::LocalTeam,
            MemberSource::Provider => EffectKind::ProviderTeam,
        };
        effects.push(effect(case, kind, *membership.team.as_bytes(), now));
        let object = Object {
            principal: Some(membership.team),
            ..Object::default()
        };
        let event = of_case(change.own_event(EventKind::TeamChanged), case).on(object);
        change.record(label(event, "change", MEMBER_LEFT));
    }
    change.db().insert_effects(&effects).await?;
    Ok(Left::Nothing)
}
