//! Rows of offboarding cases, cell by cell.

use super::super::cells::Cells;
use crate::{Digest, Result, offboarding::Span};
use claviger_model::{
    blast::{Numbers, Risk},
    ids::CaseId,
    offboarding::{Approved, Begun, Case, Closed, Counted, Effect, Restored, Rotation, Settled, Start},
    time::Timestamp,
};

pub(super) fn span(cells: &mut Cells<'_>) -> Result<Span> {
    Ok(Span {
        from: cells.time()?,
        until: cells.time()?,
    })
}

/// Reads `case_columns!`.
pub(super) fn case(cells: &mut Cells<'_>) -> Result<Case> {
    let (id, person, cause, state) = (cells.id()?, cells.id()?, cells.code()?, cells.code()?);
    let (reason, opened_by, opened_at, heir) = (
        cells.take()?,
        cells.id_or_null()?,
        cells.time()?,
        cells.id_or_null()?,
    );
    let (at, local, zone): (_, Option<String>, Option<String>) =
        (cells.time_or_null()?, cells.take()?, cells.take()?);
    let start = at
        .zip(local)
        .zip(zone)
        .map(|((at, local), zone)| Start { at, local, zone });
    let brake = cells.code_or_null()?;
    let approved = cells.id_or_null()?.zip(cells.time_or_null()?);
    let (clicked_at, begun_at): (Option<Timestamp>, Option<Timestamp>) =
        (cells.time_or_null()?, cells.time_or_null()?);
    let numbers: Option<Numbers> = numbers(cells)?;
    let digest: Option<Digest> = cells.digest_or_null()?;
    let counted = numbers
        .zip(digest)
        .map(|(numbers, digest)| Counted { numbers, digest });
    let begun = clicked_at.zip(begun_at).map(|(clicked_at, at)| Begun {
        clicked_at,
        at,
        counted,
    });
    let (by, closed_at, closed_reason) = (cells.id_or_null()?, cells.time_or_null()?, cells.take()?);
    Ok(Case {
        id,
        person,
        cause,
        state,
        reason,
        opened_by,
        opened_at,
        heir,
        start,
        brake,
        approved: approved.map(|(by, at)| Approved { by, at }),
        begun,
        closed: closed_at.map(|at| Closed {
            at,
            by,
            reason: closed_reason,
        }),
        returned_at: cells.time_or_null()?,
        look_at: cells.time_or_null()?,
    })
}

/// Stands for the numbers of a case that has begun and was not counted.
pub(in super::super) const NOT_COUNTED: &str = "{}";

/// None before a case has begun, and where it could not be counted.
fn numbers(cells: &mut Cells<'_>) -> Result<Option<Numbers>> {
    let text: Option<String> = cells.take()?;
    let Some(text) = text.filter(|text| text != NOT_COUNTED) else {
        return Ok(None);
    };
    serde_json::from_str(&text).map_err(|error| crate::StorageError::Corrupt {
        column: "numbers".to_owned(),
        source: Box::new(error),
    })
}

/// Reads `effect_columns!`.
pub(super) fn effect(cells: &mut Cells<'_>) -> Result<Effect> {
    let (case, kind, object) = (cells.id()?, cells.code()?, bytes(cells)?);
    let (detail, at) = (bytes_or_null(cells)?, cells.time()?);
    let (by, restored_at, as_grant) = (cells.id_or_null()?, cells.time_or_null()?, cells.id_or_null()?);
    Ok(Effect {
        case,
        kind,
        object,
        detail,
        at,
        restored: by.zip(restored_at).map(|(by, at)| Restored { by, at, as_grant }),
    })
}

// The id of whatever kind of thing the effect is about.
fn bytes(cells: &mut Cells<'_>) -> Result<[u8; 16]> {
    let id: CaseId = cells.id()?;
    Ok(*id.as_bytes())
}

fn bytes_or_null(cells: &mut Cells<'_>) -> Result<Option<[u8; 16]>> {
    let id: Option<CaseId> = cells.id_or_null()?;
    Ok(id.map(|id| *id.as_bytes()))
}

/// Reads `rotation_columns!`.
pub(super) fn rotation(cells: &mut Cells<'_>) -> Result<Rotation> {
    let (case, secret, version, fingerprint) = (cells.id()?, cells.id()?, cells.number()?, cells.digest()?);
    let (how, risk, owner, due_at) = (
        cells.code()?,
        Risk::from_number(cells.number()?),
        cells.id_or_null()?,
        cells.time()?,
    );
    let (request, state) = (cells.id_or_null()?, cells.code()?);
    let (at, by, version_after, words) = (
        cells.time_or_null()?,
        cells.id_or_null()?,
        cells.number_or_null()?,
        cells.take()?,
    );
    Ok(Rotation {
        case,
        secret,
        version,
        fingerprint,
        how,
        risk,
        owner,
        due_at,
        request,
        state,
        settled: at.map(|at| Settled {
            at,
            by,
            version: version_after,
            words,
        }),
    })
}
