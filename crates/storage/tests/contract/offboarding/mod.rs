//! Offboarding cases, their steps and rotations.

mod cases;
mod rotations;
mod steps;

use crate::ground::Ground;
use claviger_model::{
    blast::Numbers,
    ids::{CaseId, PrincipalId},
    offboarding::{Begun, Case, CaseState, Cause, Counted},
};
use claviger_storage::{Conflict, Locked, StorageError};

/// A case that is planned.
pub fn planned(ground: &Ground, person: PrincipalId) -> Case {
    Case {
        id: CaseId::random(&ground.entropy),
        person,
        cause: Cause::Admin,
        state: CaseState::Planned,
        reason: "leaves".to_owned(),
        opened_by: Some(ground.ada),
        opened_at: ground.now(),
        heir: None,
        start: None,
        brake: None,
        approved: None,
        begun: None,
        closed: None,
        returned_at: None,
        look_at: None,
    }
}

fn begun(ground: &Ground, case: Case) -> Case {
    Case {
        state: CaseState::Running,
        begun: Some(Begun {
            clicked_at: ground.now(),
            at: ground.later(1),
            counted: Some(Counted {
                numbers: Numbers {
                    known: 3,
                    ..Numbers::default()
                },
                digest: [7; 32],
            }),
        }),
        look_at: Some(ground.later(1)),
        ..case
    }
}

async fn somebody(ground: &Ground, locked: &mut dyn Locked) -> PrincipalId {
    let row = ground.person(PrincipalId::random(&ground.entropy), "Ben");
    locked.insert_principal(&row).await.unwrap();
    row.id
}

fn is(error: &StorageError, conflict: Conflict) -> bool {
    matches!(error, StorageError::Conflict(found) if *found == conflict)
}
