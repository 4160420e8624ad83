//! The leaves behind a report, each with its path to one checkpoint, and the devices' signed words.

use crate::{
    http::Refusal,
    operations::{
        log::{bytes, full_tiles},
        release::opening,
    },
};
use claviger_ledger::{
    edge::Edge,
    leaf::{Fact, Leaf, SOURCE_ADDRESS},
    prove::{Prover, tiles_for_inclusion},
};
use claviger_model::{
    event::EventKind,
    ids::{CaseId, PrincipalId},
    offboarding::{Case, Rotation},
};
use claviger_protocol::{
    log::HistoryEntry,
    offboarding::report::{DeviceEvidence, MOST_LEAVES},
    problem::Code,
    signed::Signed,
};
use claviger_storage::{Reader, log::LogEntry};
use std::collections::BTreeMap;

/// Rows of one statement.
const PAGE: u32 = 500;

/// The person's leaves from the opening of the case on, and those by which the values came that had to change.
///
/// # Errors
/// When there are more than [`MOST_LEAVES`], or the tables cannot be read.
pub async fn leaves(
    db: &mut dyn Reader,
    edge: &Edge,
    case: &Case,
    rotations: &[Rotation],
) -> Result<(Vec<HistoryEntry>, Vec<HistoryEntry>), Refusal> {
    let history = history(db, case.person, case.id).await?;
    let reads = reads(db, case.person, rotations).await?;
    if history.len().saturating_add(reads.len()) > MOST_LEAVES {
        return Err(Refusal::new(Code::TooLarge).detail("more leaves than a report can hold"));
    }
    let mut wanted = std::collections::BTreeSet::new();
    for entry in history.iter().chain(&reads) {
        wanted.extend(tiles_for_inclusion(edge, entry.index).map_err(Refusal::internal)?);
    }
    let tiles = full_tiles(db, wanted).await?;
    let prover = Prover::new(edge, &tiles);
    let proved = |entries: Vec<LogEntry>| -> Result<Vec<HistoryEntry>, Refusal> {
        let prove = |entry: LogEntry| {
            let path = prover.inclusion(entry.index).map_err(Refusal::internal)?;
            Ok(HistoryEntry {
                index: entry.index,
                proof: bytes(&path),
                // Where somebody called from is nothing that a report has to tell.
                openings: entry
                    .openings
                    .iter()
                    .filter(|kept| kept.field != SOURCE_ADDRESS)
                    .map(opening)
                    .collect(),
                leaf: entry.leaf.into(),
            })
        };
        entries.into_iter().map(prove).collect()
    };
    Ok((proved(history)?, proved(reads)?))
}

/// Walks back from the person's newest leaf to the one that opened the case.
async fn history(db: &mut dyn Reader, person: PrincipalId, case: CaseId) -> Result<Vec<LogEntry>, Refusal> {
    let (last, _) = db.last_of_subject(person).await?;
    let (mut found, mut before) = (Vec::new(), last.saturating_add(1));
    loop {
        let page = db.events_of_subject_before(person, before, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        for entry in page {
            before = entry.seq;
            let opens = opens(&entry.entry, case);
            found.push(entry.entry);
            if opens {
                found.reverse();
                return Ok(found);
            }
        }
        if found.len() > MOST_LEAVES {
            return Err(Refusal::new(Code::TooLarge).detail("more leaves than a report can hold"));
        }
        if !full {
            // Every case is opened by an event that concerns its person.
            return Err(Code::Internal.into());
        }
    }
}

fn opens(entry: &LogEntry, case: CaseId) -> bool {
    entry.kind == EventKind::OffboardingOpened
        && Leaf::parse(&entry.leaf).is_ok_and(|leaf| {
            leaf.facts.iter().any(|(field, fact)| {
                field.as_str() == "case"
                    && matches!(fact, Fact::Label(label) if label.as_str() == format!("case-{case}"))
            })
        })
}

/// The last leaf of each way in which the person got each version that had to change.
async fn reads(
    db: &mut dyn Reader,
    person: PrincipalId,
    rotations: &[Rotation],
) -> Result<Vec<LogEntry>, Refusal> {
    let mut found = BTreeMap::new();
    for rotation in rotations {
        for holding in db.came_to(person, rotation.secret, rotation.version).await? {
            if let Some(entry) = db.event_by_id(holding.event).await? {
                found.insert(entry.index, entry);
            }
            if found.len() > MOST_LEAVES {
                return Err(Refusal::new(Code::TooLarge).detail("more leaves than a report can hold"));
            }
        }
    }
    Ok(found.into_values().collect())
}

/// Orders and acknowledgements, verbatim.
///
/// # Errors
/// When the tables cannot be read.
pub async fn devices(db: &mut dyn Reader, case: CaseId) -> Result<Vec<DeviceEvidence>, Refusal> {
    let mut all = Vec::new();
    for row in db.case_devices(case).await? {
        let (Some(device), Some(order)) = (db.device(row.device).await?, db.order(row.order).await?) else {
            return Err(Code::Internal.into());
        };
        let signed = |bytes: &[u8]| serde_json::from_slice::<Signed>(bytes).map_err(Refusal::internal);
        all.push(DeviceEvidence {
            device: row.device,
            key: device.proof_key.into(),
            order: signed(&order.signed)?,
            acknowledgement: order
                .acknowledged
                .map(|acknowledged| signed(&acknowledged.signed))
                .transpose()?,
        });
    }
    Ok(all)
}
