//! A group of the identity provider that stands for a team. Who is in the group, only the provider knows; so its whole
//! team is taken as given to whoever maps it.

use super::grants_of;
use crate::{
    events::Event,
    http::Refusal,
    operations::{
        grants::delegation::{Gift, anybody, may_assign, refusal},
        state::State,
        teams::frees_oneself,
    },
    sequencer::{Acting, Change, Stop},
    stream::Audience,
};
use claviger_ledger::{label::Label, leaf::Fact};
use claviger_model::{
    ids::PrincipalId,
    principal::{PrincipalKind, PrincipalState},
};
use claviger_protocol::{problem::Code, stream::Hint};

const LONGEST: usize = 256;

/// Whether the group stands for the team already.
///
/// # Errors
/// When there is no such team, the group is no name, or the team holds what the author may not grant.
pub async fn stands(
    change: &mut Change,
    author: &Acting,
    group: &str,
    team: PrincipalId,
    issuer: &str,
) -> Result<bool, Stop> {
    if group.is_empty() || group.len() > LONGEST || group.chars().any(char::is_control) {
        return Err(Refusal::new(Code::BadRequest)
            .detail(format!(
                "a group has 1 to {LONGEST} bytes and no control characters"
            ))
            .into());
    }
    let row = change.db().principal(team).await?;
    let row = row
        .filter(|row| row.kind() == PrincipalKind::Team)
        .ok_or(Code::NotFound)?;
    if row.state != PrincipalState::Active {
        return Err(Code::WrongState.into());
    }
    let mapped = change.db().group_mappings(issuer).await?;
    let stood_for = mapped.iter().find(|(known, _)| known == group).map(|(_, of)| *of);
    if stood_for == Some(team) {
        return Ok(true);
    }
    if let Some(left) = stood_for
        && frees_oneself(change, author, left, author.who.principal).await?
    {
        return Err(Refusal::new(Code::SeparationOfDuties)
            .detail(
                "a guardrail names the team that this group stands for; nobody takes themselves out of it",
            )
            .into());
    }
    let now = change.now();
    let given = grants_of(change.db(), team, now).await?;
    let anybody = anybody(&author.principal);
    for grant in given.by_membership {
        let place = change.place(grant.scope).await?.ok_or(Code::NotFound)?;
        let gift = Gift {
            role: grant.role,
            place: &place,
            receiver: &anybody,
            not_before: grant.not_before,
            expires_at: grant.expires_at,
        };
        let mut state = State::locked(change, author).await?;
        if let Err(refused) = may_assign(&mut state, &gift).await? {
            return Err(refusal(&refused).into());
        }
    }
    Ok(false)
}

/// Maps the group. People join and leave when the provider vouches for them the next time, within the hour.
///
/// # Errors
/// When the tables cannot be written.
pub async fn execute(
    change: &mut Change,
    group: &str,
    team: PrincipalId,
    issuer: &str,
    event: Event,
) -> Result<(), Stop> {
    change.db().map_group(issuer, group, team).await?;
    let mut event = event.concerning(team).commit("group", group, None);
    if let Ok(label) = Label::new("group-mapped") {
        event = event.fact("change", Fact::Label(label));
    }
    change.record(event);
    change.hint(Audience::Everyone, Hint::Sync);
    Ok(())
}
