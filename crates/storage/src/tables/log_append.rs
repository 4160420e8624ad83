//! Appends to the log: one statement a table, whatever the number of events.

use super::{
    Connection, Db,
    cells::{Cells, all},
    handle::Handle,
    ids, releases,
    rows::Inserts,
    sign_in,
};
use crate::{
    Digest, Result, StorageError,
    codes::Coded as _,
    log::{Appended, AppendedEvent, Draft, Head, Opening, Placement, SignCheckpoint, SubjectLink},
    raw_id::{RawId as _, int, raw_or_null},
    releases::Release,
    sign_in::ProofUse,
};
use claviger_ledger::{edge::FullTile, hash::NodeHash};
use claviger_model::ids::{DeviceId, PrincipalId, ScopeId, SecretId};
use sqlx::QueryBuilder;
use std::collections::{BTreeSet, HashMap};

/// The last link of each of a bound list of subjects.
macro_rules! last_links {
    ($place:literal) => {
        concat!(
            "SELECT s.subject, s.seq, s.leaf_hash FROM ",
            wanted!($place),
            " JOIN log_subjects s ON s.subject = wanted.id \
             AND s.seq = (SELECT MAX(m.seq) FROM log_subjects m WHERE m.subject = wanted.id)"
        )
    };
}
pub(super) use last_links;

/// What is derived from a draft into columns, beside its leaf.
struct Columns {
    kind: &'static str,
    outcome: &'static str,
    actor: Option<PrincipalId>,
    device: Option<DeviceId>,
    secret: Option<SecretId>,
    scope: Option<ScopeId>,
    openings: Vec<Opening>,
}

/// Appends the drafts in their order, all or none, and notes releases and used proofs beside them.
pub async fn append(
    handle: &mut Handle,
    drafts: Vec<Draft>,
    released: &[Release],
    used: &[ProofUse],
    sign: &dyn SignCheckpoint,
) -> Result<Appended> {
    let held = handle.held()?;
    let (at, mut index) = (held.now, held.head.next_index);
    let mut edge = held.known.edge(&held.head.edge)?;
    let origin = held.head.origin.clone();
    let subjects: BTreeSet<PrincipalId> = drafts.iter().flat_map(|draft| &draft.subjects).copied().collect();
    let mut last = links(handle, subjects).await?;

    let mut events = Vec::with_capacity(drafts.len());
    let mut columns = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let subjects = draft
            .subjects
            .iter()
            .map(|subject| next_link(*subject, &last))
            .collect();
        let placement = Placement { index, at, subjects };
        let leaf = (draft.seal)(&placement).map_err(StorageError::Notary)?;
        let leaf_hash = *NodeHash::of_leaf(&leaf).as_bytes();
        last.extend(
            placement
                .subjects
                .iter()
                .map(|link| (link.id, (link.seq, leaf_hash))),
        );
        index += 1;
        events.push(AppendedEvent {
            event: draft.event,
            placement,
            leaf,
            leaf_hash,
        });
        columns.push(Columns {
            kind: draft.kind.text(),
            outcome: draft.outcome.text(),
            actor: draft.actor,
            device: draft.device,
            secret: draft.secret,
            scope: draft.scope,
            openings: draft.openings,
        });
    }

    let tiles = edge.append(events.iter().map(|event| NodeHash::from_bytes(event.leaf_hash)));
    let checkpoint = sign
        .sign(&origin, edge.size(), edge.root().as_bytes())
        .map_err(StorageError::Notary)?;
    let held = handle.held()?;
    held.appending = true;
    let head = Head {
        next_index: index,
        last_time: at,
        edge: edge.to_bytes(),
        checkpoint: checkpoint.clone(),
        ..held.head.clone()
    };
    let mut inserts = Inserts::default();
    sign_in::insert(&mut inserts, used);
    write(&mut inserts, &events, &columns, &tiles);
    releases::insert(&mut inserts, released);
    let head_written = inserts.then(|query| set_head(query, &head));
    inserts.execute(handle.db()).await?;

    let held = handle.held()?;
    held.appending = false;
    held.log_changed = true;
    held.known.keep(&head.edge, &edge);
    held.written = head_written.then(|| head.clone());
    held.head = head;
    Ok(Appended {
        events,
        tiles,
        edge,
        checkpoint,
    })
}

/// What [`Handle::finish`] would write, as one more statement of a query that holds several.
fn set_head(query: &mut QueryBuilder<Db>, head: &Head) {
    query
        .push("UPDATE log_head SET next_index = ")
        .push_bind(int(head.next_index))
        .push(", last_time = ")
        .push_bind(head.last_time.millis())
        .push(", sync_cursor = ")
        .push_bind(int(head.sync_cursor))
        .push(", sync_floor = ")
        .push_bind(int(head.sync_floor))
        .push(", origin = ")
        .push_bind(head.origin.clone())
        .push(", edge = ")
        .push_bind(head.edge.clone())
        .push(", checkpoint = ")
        .push_bind(head.checkpoint.clone())
        .push(" WHERE id = 1");
}

/// The last links of these subjects: those that were read before, and the others now. An append moves them on, so that
/// what was read counts once.
async fn links(
    handle: &mut Handle,
    subjects: BTreeSet<PrincipalId>,
) -> Result<HashMap<PrincipalId, (u64, Digest)>> {
    let known = std::mem::take(&mut handle.held()?.links);
    let unread = subjects
        .iter()
        .filter(|subject| !known.contains_key(subject))
        .copied()
        .collect();
    let mut last = last_of(handle.db(), unread).await?;
    last.extend(
        known
            .into_iter()
            .filter_map(|(subject, link)| Some((subject, link?))),
    );
    Ok(last)
}

/// A subject's place after its last leaf.
fn next_link(id: PrincipalId, last: &HashMap<PrincipalId, (u64, Digest)>) -> SubjectLink {
    match last.get(&id) {
        Some((seq, hash)) => SubjectLink {
            id,
            seq: seq.saturating_add(1),
            prev: Some(*hash),
        },
        None => SubjectLink {
            id,
            seq: 1,
            prev: None,
        },
    }
}

/// The last number and leaf hash of these subjects.
async fn last_of(
    db: &mut Connection,
    subjects: Vec<PrincipalId>,
) -> Result<HashMap<PrincipalId, (u64, Digest)>> {
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(last_links!("$1"))
        .bind(ids(&subjects))
        .fetch_all(db)
        .await?;
    Ok(all(&rows, last_link)?.into_iter().collect())
}

/// Reads [`last_links!`].
pub fn last_link(cells: &mut Cells<'_>) -> Result<(PrincipalId, (u64, Digest))> {
    Ok((cells.id()?, (cells.number()?, cells.digest()?)))
}

fn write(inserts: &mut Inserts, events: &[AppendedEvent], columns: &[Columns], tiles: &[FullTile]) {
    let rows: Vec<_> = events.iter().zip(columns).collect();
    inserts.add(
        "INSERT INTO log_events (idx, event, at, kind, outcome, actor, device, secret, scope, leaf, leaf_hash) ",
        &rows,
        |row, (event, columns)| {
            row.push_bind(int(event.placement.index))
                .push_bind(event.event.raw())
                .push_bind(event.placement.at.millis())
                .push_bind(columns.kind)
                .push_bind(columns.outcome)
                .push_bind(raw_or_null(columns.actor.as_ref()))
                .push_bind(raw_or_null(columns.device.as_ref()))
                .push_bind(raw_or_null(columns.secret.as_ref()))
                .push_bind(raw_or_null(columns.scope.as_ref()))
                .push_bind(event.leaf.as_slice())
                .push_bind(event.leaf_hash.as_slice());
        },
    );

    let links: Vec<_> = events
        .iter()
        .flat_map(|event| event.placement.subjects.iter().map(move |link| (event, link)))
        .collect();
    inserts.add(
        "INSERT INTO log_subjects (subject, seq, idx, leaf_hash) ",
        &links,
        |row, (event, link)| {
            row.push_bind(link.id.raw())
                .push_bind(int(link.seq))
                .push_bind(int(event.placement.index))
                .push_bind(event.leaf_hash.as_slice());
        },
    );

    let openings: Vec<_> = rows
        .iter()
        .flat_map(|(event, columns)| columns.openings.iter().map(move |o| (event, o)))
        .collect();
    inserts.add(
        "INSERT INTO log_openings (idx, field, about, opening_key, value) ",
        &openings,
        |row, (event, opening)| {
            row.push_bind(int(event.placement.index))
                .push_bind(opening.field.as_str())
                .push_bind(raw_or_null(opening.about.as_ref()))
                .push_bind(opening.key.as_slice())
                .push_bind(opening.value.as_str());
        },
    );

    inserts.add(
        "INSERT INTO log_tiles (level, tile, hashes) ",
        tiles,
        |row, tile| {
            row.push_bind(i64::from(tile.id.level))
                .push_bind(int(tile.id.index))
                .push_bind(tile.hashes.as_slice());
        },
    );
}
