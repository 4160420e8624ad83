//! Local teams that a case took somebody out of are given back within 30 days, each as a new membership, by somebody who may put them
//! into it. What the provider's groups gave comes back by the provider alone.

use super::{grants::too_late_for, of_case};
use crate::{
    http::Refusal,
    operations::teams,
    sequencer::{Acting, Change, Stop},
};
use claviger_model::{
    ids::PrincipalId,
    offboarding::{Case, EffectKind, Restored},
};
use claviger_protocol::problem::Code;
use claviger_storage::principals::Principal;

/// Puts the person of a case into a team again. One that they were given again stays as it is.
///
/// # Errors
/// When the case took them out of no such team, it is too late, or the caller may not put them into it.
pub async fn again(
    change: &mut Change,
    acting: &Acting,
    case: &Case,
    person: &Principal,
    team: PrincipalId,
    reason: &str,
) -> Result<(), Stop> {
    // Whoever may not manage teams does not hear which there were.
    let (row, policies) = teams::managed(change, acting, team).await?;
    let effect = change
        .db()
        .case_effect(case.id, EffectKind::LocalTeam, *team.as_bytes())
        .await?;
    let Some(effect) = effect else {
        return Err(change.unknown(acting, teams::KIND, team));
    };
    if effect.restored.is_some() {
        return Ok(());
    }
    let now = change.now();
    let event = of_case(teams::event(change, acting, team, teams::MEMBER_ADDED), case);
    if let Some(words) = too_late_for(case, now) {
        let refusal = Refusal::new(Code::WrongState).detail(words);
        return Err(Stop::Refused(refusal, Box::new(event.refused(Code::WrongState))));
    }
    let event = event.decided_by(policies).because(reason);
    teams::put_in(change, acting, &row, person, event).await?;
    let restored = Restored {
        by: acting.who.principal,
        at: now,
        as_grant: None,
    };
    change
        .db()
        .restore_effect(case.id, EffectKind::LocalTeam, *team.as_bytes(), &restored)
        .await?;
    Ok(())
}
