//! Rights and draws as somebody may see them (`GET /v1/emergency` and further pages of it): their own, and those where they may
//! look at grants.

use super::records::{self, SEEN, is_seen};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{principals::named, state::State, view::View},
};
use axum::extract::State as Extract;
use claviger_crypto::bytes::sha256;
use claviger_model::{
    emergency::EmergencyRight,
    ids::{PrincipalId, ScopeId},
};
use claviger_protocol::{
    emergency::{
        DrawPlace, DrawRecord, DrawsCall, DrawsReply, EmergencyReply, MOST_RIGHTS, PAGE, RightPlace,
        RightRecord, RightsCall, RightsReply,
    },
    sync::EmergencyNews,
    wire::Bytes,
};
use claviger_storage::{StorageError, emergency};
use std::{collections::BTreeSet, time::Duration};

/// How long what is reviewed is shown.
const SHOWN: Duration = Duration::from_secs(90 * 24 * 3600);

/// The rights that the caller may see, and the first draws.
pub async fn list(
    Extract(app): Extract<Shared>,
    caller: Caller,
) -> Result<axum::Json<EmergencyReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let seen = seen(&mut view).await?;
    let mut state = State::committed(&mut view);
    let now = state.circumstances.now;
    let mut rights = state.reader.emergency_rights_of(state.principal.id, now).await?;
    let (others, next_rights) = of_others(&mut state, &seen, None).await?;
    rights.extend(others);
    let reply = reply(&mut state, rights, &seen).await?;
    Ok(axum::Json(EmergencyReply { next_rights, ..reply }))
}

/// Further rights of others.
pub async fn rights(
    Extract(app): Extract<Shared>,
    caller: Caller,
    Json(call): Json<RightsCall>,
) -> Result<axum::Json<RightsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let seen = seen(&mut view).await?;
    let mut state = State::committed(&mut view);
    let (others, next) = of_others(&mut state, &seen, call.after).await?;
    let rights = shown(&mut state, others).await?;
    let principals = named(&mut *state.reader, holders(&rights)).await?;
    Ok(axum::Json(RightsReply {
        rights,
        next,
        principals,
    }))
}

/// A page of the rights of others that reach a place the caller sees, and where the next one begins.
async fn of_others(
    state: &mut State<'_>,
    seen: &[ScopeId],
    after: Option<RightPlace>,
) -> Result<(Vec<EmergencyRight>, Option<RightPlace>), StorageError> {
    let mut scopes: BTreeSet<_> = seen.iter().copied().collect();
    for scope in seen {
        // What is held above a place reaches it. The topmost are enough: what lies above the others is among them or above these.
        let Some(place) = state.place(*scope).await? else {
            continue;
        };
        if place.scope.parent.is_some_and(|parent| seen.contains(&parent)) {
            continue;
        }
        scopes.extend(place.resource.chain.iter().copied());
    }
    if scopes.is_empty() {
        return Ok((Vec::new(), None));
    }
    let scopes: Vec<_> = scopes.into_iter().collect();
    let page = emergency::RightsPage {
        but: state.principal.id,
        scopes: &scopes,
        now: state.circumstances.now,
        after: after.map(|after| (after.ends_at, after.id)),
        limit: MOST_RIGHTS.saturating_add(1),
    };
    let mut rights = state.reader.emergency_rights_at(page).await?;
    let further = rights.len() > MOST_RIGHTS as usize;
    rights.truncate(MOST_RIGHTS as usize);
    let next = rights.last().filter(|_| further).map(|last| RightPlace {
        ends_at: last.ends_at,
        id: last.id,
    });
    Ok((rights, next))
}

/// Further draws.
pub async fn draws(
    Extract(app): Extract<Shared>,
    caller: Caller,
    Json(call): Json<DrawsCall>,
) -> Result<axum::Json<DrawsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let seen = seen(&mut view).await?;
    let mut state = State::committed(&mut view);
    let (draws, next) = page(&mut state, &seen, &call).await?;
    let principals = named(&mut *state.reader, people(&draws)).await?;
    Ok(axum::Json(DrawsReply {
        draws,
        next,
        principals,
    }))
}

/// What concerns somebody now, for their sync: their own rights, and the first draws that they may see; nothing when they were told it
/// before. `entitlement` stands for what they may see.
///
/// # Errors
/// When the tables cannot be read.
pub async fn of_mine(
    view: &mut View<'_>,
    entitlement: &Bytes,
    told: Option<&Bytes>,
) -> Result<Option<EmergencyNews>, Refusal> {
    let changes = view.db().emergency_changes().await?;
    let mut stands_for = b"claviger-emergency-v1".to_vec();
    stands_for.extend_from_slice(view.principal.id.as_bytes());
    stands_for.extend_from_slice(&changes.to_be_bytes());
    stands_for.extend_from_slice(&entitlement.0);
    let mark = Bytes::from(sha256(&stands_for));
    if told == Some(&mark) {
        return Ok(None);
    }
    let seen = seen(view).await?;
    let mut state = State::committed(view);
    let now = state.circumstances.now;
    let rights = state.reader.emergency_rights_of(state.principal.id, now).await?;
    let told = reply(&mut state, rights, &seen).await?;
    Ok(Some(EmergencyNews { mark, told }))
}

/// The places where the caller sees what others hold and drew.
async fn seen(view: &mut View<'_>) -> Result<Vec<ScopeId>, Refusal> {
    let listed = view.listed().await?;
    let seen: BTreeSet<_> = SEEN
        .iter()
        .flat_map(|action| listed.scopes_with(*action))
        .collect();
    Ok(seen.into_iter().collect())
}

async fn reply(
    state: &mut State<'_>,
    rights: Vec<EmergencyRight>,
    seen: &[ScopeId],
) -> Result<EmergencyReply, Refusal> {
    let rights = shown(state, rights).await?;
    let (draws, next) = page(state, seen, &DrawsCall::default()).await?;
    let there: BTreeSet<_> = people(&draws).into_iter().chain(holders(&rights)).collect();
    Ok(EmergencyReply {
        principals: named(&mut *state.reader, there).await?,
        rights,
        next_rights: None,
        draws,
        next,
    })
}

/// Rights with what the caller may know of each.
async fn shown(state: &mut State<'_>, rights: Vec<EmergencyRight>) -> Result<Vec<RightRecord>, Refusal> {
    let mut shown = Vec::with_capacity(rights.len());
    for right in rights {
        let own = right.principal == state.principal.id;
        let open = own || is_seen(state, right.principal, right.scope).await?;
        shown.extend(records::right(state, right, open).await?);
    }
    Ok(shown)
}

async fn page(
    state: &mut State<'_>,
    seen: &[ScopeId],
    call: &DrawsCall,
) -> Result<(Vec<DrawRecord>, Option<DrawPlace>), StorageError> {
    let now = state.circumstances.now;
    let limit = call.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let asked = emergency::DrawsPage {
        principal: state.principal.id,
        scopes: seen,
        now,
        since: now.minus(SHOWN),
        after: call.after.map(|after| emergency::DrawPlace {
            part: after.part,
            at: after.at,
            id: after.id,
        }),
        limit: limit.saturating_add(1),
    };
    let mut rows = state.reader.emergency_draws(asked).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let further = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| further).map(|last| {
        let place = emergency::DrawPlace::of(last, now);
        DrawPlace {
            part: place.part,
            at: place.at,
            id: place.id,
        }
    });
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        if is_seen(state, row.principal, row.scope).await? {
            shown.push(row);
        }
    }
    Ok((records::draws(state, shown).await?, next))
}

fn holders(rights: &[RightRecord]) -> BTreeSet<PrincipalId> {
    let named = |right: &RightRecord| [Some(right.principal), right.given_by];
    rights.iter().flat_map(named).flatten().collect()
}

fn people(draws: &[DrawRecord]) -> BTreeSet<PrincipalId> {
    let named = |draw: &DrawRecord| [Some(draw.principal), draw.review.as_ref().map(|review| review.by)];
    draws.iter().flat_map(named).flatten().collect()
}
