//! One's own history with proofs (`POST /v1/history`).

use super::{
    log::{bytes, edge, full_tiles},
    release::opening,
    view::View,
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::{Handled, Refusal, handle},
};
use axum::extract::State;
use claviger_ledger::{
    leaf::SOURCE_ADDRESS,
    prove::{Prover, tiles_for_consistency, tiles_for_inclusion},
};
use claviger_model::ids::PrincipalId;
use claviger_protocol::{
    log::{HistoryCall, HistoryEntry, HistoryReply, PAGE},
    route,
};
use claviger_storage::log::Opening;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![handle(route::HISTORY, history)]
}

async fn history(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<HistoryCall>,
) -> Result<axum::Json<HistoryReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let reader = view.db();
    let head = reader.committed_head().await?;
    let edge = edge(&head)?;
    let (last, _) = reader.last_of_subject(caller.principal).await?;
    let limit = u32::try_from(PAGE).unwrap_or(u32::MAX).saturating_add(1);
    let mut found = reader
        .events_of_subject(caller.principal, call.after, limit)
        .await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);

    // A device that has seen a longer log gets no proof, and says what that means.
    let consistent = call.pinned <= edge.size();
    let mut wanted = std::collections::BTreeSet::new();
    for entry in &found {
        wanted.extend(tiles_for_inclusion(&edge, entry.entry.index).map_err(Refusal::internal)?);
    }
    if consistent {
        wanted.extend(tiles_for_consistency(&edge, call.pinned).map_err(Refusal::internal)?);
    }
    let tiles = full_tiles(reader, wanted).await?;
    let prover = Prover::new(&edge, &tiles);
    let consistency = if consistent {
        prover.consistency(call.pinned).map_err(Refusal::internal)?
    } else {
        Vec::new()
    };
    let mut entries = Vec::with_capacity(found.len());
    for entry in found {
        let proof = prover.inclusion(entry.entry.index).map_err(Refusal::internal)?;
        entries.push(HistoryEntry {
            leaf: entry.entry.leaf.into(),
            index: entry.entry.index,
            proof: bytes(&proof),
            openings: entry
                .entry
                .openings
                .iter()
                .filter(|kept| may_see(caller.principal, kept))
                .map(opening)
                .collect(),
        });
    }
    Ok(axum::Json(HistoryReply {
        subject: caller.principal,
        entries,
        head: last,
        checkpoint: head.checkpoint,
        consistency: bytes(&consistency),
        more,
    }))
}

/// Where somebody else called from is theirs, even in a leaf that concerns both.
fn may_see(person: PrincipalId, opening: &Opening) -> bool {
    opening.field != SOURCE_ADDRESS || opening.about == Some(person)
}
