//! Rights and draws as somebody may see them (`GET /v1/emergency`, `POST /v1/emergency/draws`): their own, and those where they may
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
    emergency::{DrawPlace, DrawRecord, DrawsCall, DrawsReply, EmergencyReply, MOST_RIGHTS, PAGE},
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
    let mut scopes: BTreeSet<_> = seen.iter().copied().collect();
    let mut state = State::committed(&mut view);
    for scope in &seen {
        // What is held above a place reaches it. The topmost are enough: what lies above the others is among them or above these.
        let Some(place) = state.place(*scope).await? else {
            continue;
        };
        if place.scope.parent.is_some_and(|parent| seen.contains(&parent)) {
            continue;
        }
        scopes.extend(place.resource.chain.iter().copied());
    }
    let scopes: Vec<_> = scopes.into_iter().collect();
    let now = state.circumstances.now;
    let mut rights = state.reader.emergency_rights_of(state.principal.id, now).await?;
    let mut more_rights = false;
    if !scopes.is_empty() {
        let me = state.principal.id;
        // One's own may be among them, and one more tells whether others follow.
        let own = u32::try_from(rights.len()).unwrap_or(u32::MAX);
        let limit = MOST_RIGHTS.saturating_add(own).saturating_add(1);
        let mut there = state.reader.emergency_rights_at(&scopes, now, limit).await?;
        there.retain(|right| right.principal != me);
        more_rights = there.len() > MOST_RIGHTS as usize;
        there.truncate(MOST_RIGHTS as usize);
        rights.extend(there);
    }
    let reply = reply(&mut state, rights, &seen).await?;
    Ok(axum::Json(EmergencyReply { more_rights, ..reply }))
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
    let mut found = EmergencyReply::default();
    for right in rights {
        let own = right.principal == state.principal.id;
        let open = own || is_seen(state, right.principal, right.scope).await?;
        found.rights.extend(records::right(state, right, open).await?);
    }
    (found.draws, found.next) = page(state, seen, &DrawsCall::default()).await?;
    let mut named_there = people(&found.draws);
    for right in &found.rights {
        named_there.insert(right.principal);
        named_there.extend(right.given_by);
    }
    found.principals = named(&mut *state.reader, named_there).await?;
    Ok(found)
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

fn people(draws: &[DrawRecord]) -> BTreeSet<PrincipalId> {
    let named = |draw: &DrawRecord| [Some(draw.principal), draw.review.as_ref().map(|review| review.by)];
    draws.iter().flat_map(named).flatten().collect()
}
