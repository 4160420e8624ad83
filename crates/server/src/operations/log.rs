//! The log from outside: the newest checkpoint, hash tiles (C2SP tlog-tiles), consistency. Never the entries (rule 17).

use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::{Handled, Refusal, handle},
};
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use claviger_ledger::{
    edge::{Edge, FULL_TILE, TileId},
    hash::NodeHash,
    prove::{ProveError, Prover, tiles_for_consistency_between},
};
use claviger_protocol::{
    log::{ConsistencyCall, ConsistencyReply},
    problem::Code,
    route,
    wire::Bytes,
};
use claviger_storage::{Reader, StorageError, log::Head};
use std::collections::{BTreeSet, HashMap};

/// Bytes of a hash.
const HASH: usize = 32;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::CHECKPOINT, checkpoint),
        handle(route::TILE, tile),
        handle(route::CONSISTENCY, consistency),
    ]
}

async fn checkpoint(State(app): State<Shared>) -> Result<String, Refusal> {
    let head = app.store.reader().await?.committed_head().await?;
    if head.checkpoint.is_empty() {
        Err(Code::NotFound.into())
    } else {
        Ok(head.checkpoint)
    }
}

async fn consistency(
    State(app): State<Shared>,
    _: Caller,
    Json(call): Json<ConsistencyCall>,
) -> Result<axum::Json<ConsistencyReply>, Refusal> {
    let mut reader = app.store.snapshot().await?;
    let head = reader.committed_head().await?;
    let edge = edge(&head)?;
    let to = call.to.unwrap_or_else(|| edge.size());
    let wanted = tiles_for_consistency_between(&edge, call.from, to).map_err(beyond)?;
    let tiles = full_tiles(&mut *reader, wanted).await?;
    let proof = Prover::new(&edge, &tiles)
        .consistency_between(call.from, to)
        .map_err(Refusal::internal)?;
    Ok(axum::Json(ConsistencyReply {
        checkpoint: head.checkpoint,
        proof: bytes(&proof),
        at: head.last_time,
    }))
}

fn beyond(error: ProveError) -> Refusal {
    Refusal::new(Code::BadRequest).detail(error.to_string())
}

async fn tile(
    State(app): State<Shared>,
    _: Caller,
    Path((level, index)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let level: u8 = level.parse().map_err(|_| Code::NotFound)?;
    let (index, width) = read_index(&index).ok_or(Code::NotFound)?;
    let mut reader = app.store.snapshot().await?;
    let mut hashes = match reader.tile(TileId { level, index }).await? {
        Some(tile) => tile.hashes,
        None => at_edge(&reader.committed_head().await?, level, index).ok_or(Code::NotFound)?,
    };
    let length = width.map_or(FULL_TILE, |width| usize::from(width) * HASH);
    if hashes.len() < length {
        return Err(Code::NotFound.into());
    }
    hashes.truncate(length);
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], hashes).into_response())
}

/// The index of a tile in the form of C2SP tlog-tiles (`x001/x234/067`), with the width of a partial one (`.p/5`).
fn read_index(text: &str) -> Option<(u64, Option<u8>)> {
    let (path, width) = match text.split_once(".p/") {
        None => (text, None),
        Some((path, width)) => {
            let number: u8 = width.parse().ok().filter(|number| *number > 0)?;
            (
                path,
                Some(number).filter(|number| number.to_string() == width)?.into(),
            )
        }
    };
    let mut parts: Vec<&str> = path.split('/').collect();
    let last = parts.pop()?;
    let mut index: u64 = 0;
    for part in parts
        .iter()
        .map(|part| part.strip_prefix('x'))
        .chain([Some(last)])
    {
        let part = part.filter(|part| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        index = index.checked_mul(1_000)?.checked_add(part.parse().ok()?)?;
    }
    // One form for each number: no leading group of zeros.
    let canonical = parts.first().is_none_or(|first| *first != "x000");
    canonical.then_some((index, width))
}

/// The hashes of a tile that is not full yet.
fn at_edge(head: &Head, level: u8, index: u64) -> Option<Vec<u8>> {
    // Version(1) ‖ size(8) ‖ the hashes of the tiles at the edge, from level 0 up.
    let size = head.edge.get(1..9)?.try_into().map(u64::from_be_bytes).ok()?;
    let digits = size.to_le_bytes();
    let below: usize = digits
        .iter()
        .take(level.into())
        .map(|width| usize::from(*width) * HASH)
        .sum();
    let width = usize::from(*digits.get(usize::from(level))?) * HASH;
    let full = size.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0);
    if index != full || width == 0 {
        return None;
    }
    head.edge.get(9 + below..9 + below + width).map(<[u8]>::to_vec)
}

/// The right edge of the committed tree.
///
/// # Errors
/// When the stored bytes are none.
pub fn edge(head: &Head) -> Result<Edge, Refusal> {
    if head.edge.is_empty() {
        Ok(Edge::new())
    } else {
        Edge::from_bytes(&head.edge).map_err(Refusal::internal)
    }
}

/// Full tiles, for a prover.
///
/// # Errors
/// When the tables cannot be read.
pub async fn full_tiles(
    reader: &mut dyn Reader,
    wanted: BTreeSet<TileId>,
) -> Result<HashMap<TileId, Vec<u8>>, StorageError> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let tiles = reader.tiles(&wanted.into_iter().collect::<Vec<_>>()).await?;
    Ok(tiles.into_iter().map(|tile| (tile.id, tile.hashes)).collect())
}

/// Hashes as they travel.
pub fn bytes(hashes: &[NodeHash]) -> Vec<Bytes> {
    hashes.iter().map(|hash| (*hash.as_bytes()).into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_have_one_form() {
        assert_eq!(read_index("067"), Some((67, None)));
        assert_eq!(read_index("x001/x234/067"), Some((1_234_067, None)));
        assert_eq!(read_index("x001/000.p/255"), Some((1_000, Some(255))));
        for wrong in [
            "",
            "67",
            "x067",
            "001/067",
            "x000/067",
            "067.p/0",
            "067.p/256",
            "067.p/05",
            "-67",
            "+67",
        ] {
            assert_eq!(read_index(wrong), None, "{wrong}");
        }
    }
}
