//! Rights and draws as records, for one reader.

use super::review::may_review;
use crate::{operations::state::State, sequencer::Stop};
use claviger_model::{
    action::Action,
    emergency::{EmergencyDraw, EmergencyRight},
    ids::{DrawId, PrincipalId, RoleId, ScopeId},
};
use claviger_protocol::{
    emergency::{DrawRecord, ReadRecord, ReviewRecord, RightRecord},
    problem::Code,
};
use claviger_storage::StorageError;
use std::collections::BTreeMap;

/// With these one sees what others hold and drew.
pub const SEEN: [Action; 2] = [Action::GrantView, Action::GrantAssign];

/// Whether the caller may see somebody's emergency access at a place.
///
/// # Errors
/// When the tables cannot be read.
pub async fn is_seen(state: &mut State<'_>, of: PrincipalId, scope: ScopeId) -> Result<bool, StorageError> {
    Ok(of == state.principal.id || any(state, &SEEN, scope).await?)
}

async fn any(state: &mut State<'_>, actions: &[Action], scope: ScopeId) -> Result<bool, StorageError> {
    let Some(place) = state.place(scope).await? else {
        return Ok(false);
    };
    for action in actions {
        if state.decide(*action, &place).await?.decision.allowed {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A right; `open` to those who see why it was given and by whom.
///
/// # Errors
/// When the tables cannot be read.
pub async fn right(
    state: &mut State<'_>,
    right: EmergencyRight,
    open: bool,
) -> Result<Option<RightRecord>, StorageError> {
    let Some((role_name, path)) = named_at(state, right.role, right.scope).await? else {
        return Ok(None);
    };
    let own = right.principal == state.principal.id;
    Ok(Some(RightRecord {
        id: right.id,
        principal: right.principal,
        role: right.role,
        role_name,
        scope: right.scope,
        path,
        reason: Some(right.reason).filter(|_| open),
        given_by: Some(right.given_by).filter(|_| open),
        given_at: right.given_at,
        ends_at: right.ends_at,
        may_end: own || any(state, &[Action::GrantRevoke], right.scope).await?,
    }))
}

/// Draws, with what was read under them.
///
/// # Errors
/// When the tables cannot be read.
pub async fn draws(
    state: &mut State<'_>,
    draws: Vec<EmergencyDraw>,
) -> Result<Vec<DrawRecord>, StorageError> {
    let ids: Vec<DrawId> = draws.iter().map(|draw| draw.id).collect();
    let mut reads: BTreeMap<DrawId, Vec<ReadRecord>> = BTreeMap::new();
    for read in state.reader.emergency_reads(&ids).await? {
        reads.entry(read.draw).or_default().push(ReadRecord {
            secret: read.secret,
            at: read.at,
            request: read.request,
        });
    }
    let mut records = Vec::with_capacity(draws.len());
    for one in draws {
        let reads = reads.remove(&one.id).unwrap_or_default();
        records.extend(draw(state, one, reads).await?);
    }
    Ok(records)
}

async fn draw(
    state: &mut State<'_>,
    draw: EmergencyDraw,
    reads: Vec<ReadRecord>,
) -> Result<Option<DrawRecord>, StorageError> {
    let Some((role_name, path)) = named_at(state, draw.role, draw.scope).await? else {
        return Ok(None);
    };
    let over = draw.over_at() <= state.circumstances.now;
    let own = draw.principal == state.principal.id;
    Ok(Some(DrawRecord {
        id: draw.id,
        right: draw.right,
        grant: draw.grant,
        principal: draw.principal,
        role: draw.role,
        role_name,
        scope: draw.scope,
        path,
        reason: draw.reason.clone(),
        drawn_at: draw.drawn_at,
        over_at: draw.over_at(),
        review_due: draw.review_due(),
        again: draw.again,
        reads,
        may_end: !over && (own || any(state, &[Action::GrantRevoke], draw.scope).await?),
        may_review: draw.review.is_none() && may_review(state, &draw).await?.is_ok(),
        review: draw.review.map(|review| ReviewRecord {
            by: review.by,
            at: review.at,
            verdict: review.verdict,
            words: review.words,
        }),
    }))
}

/// A draw, for the answer to whoever drew or reviewed it.
///
/// # Errors
/// When the tables cannot be read.
pub async fn drawn(state: &mut State<'_>, of: EmergencyDraw) -> Result<DrawRecord, Stop> {
    let record = draws(state, vec![of]).await?.into_iter().next();
    Ok(record.ok_or(Code::Internal)?)
}

async fn named_at(
    state: &mut State<'_>,
    role: RoleId,
    scope: ScopeId,
) -> Result<Option<(String, String)>, StorageError> {
    let engine = state.engine().await?;
    let name = engine.role(role).map(|role| role.name.to_string());
    let place = state.place(scope).await?;
    Ok(name.zip(place.map(|place| place.scope.path.to_string())))
}
