//! The step of a case: it is written down which systems are to be asked. The rest is the job's.

use crate::{
    connected::Systems,
    sequencer::{Change, Stop},
};
use claviger_model::{
    connected::{AskedState, CaseSystem, SystemKind, SystemName, Trying},
    offboarding::Case,
};

/// The systems of the configuration, as a transaction can hold them.
pub fn named(systems: &Systems) -> Vec<(SystemName, SystemKind)> {
    let each = systems.iter();
    each.map(|(name, system)| (name.clone(), system.connector.kind()))
        .collect()
}

/// Writes them down; those that stand there already stay as they are.
///
/// # Errors
/// When the tables cannot be written.
pub async fn queue(
    change: &mut Change,
    case: &Case,
    systems: &[(SystemName, SystemKind)],
) -> Result<(), Stop> {
    for (system, kind) in systems {
        let row = CaseSystem {
            case: case.id,
            system: system.clone(),
            kind: *kind,
            state: AskedState::Open,
            trying: Trying {
                next_at: change.now(),
                ..Trying::default()
            },
            asked_at: None,
            accepted: None,
        };
        change.db().insert_case_system(&row).await?;
    }
    Ok(())
}
