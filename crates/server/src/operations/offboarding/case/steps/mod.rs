//! The steps after access is refused. Each looks at what is there now, ends some of it, and writes down what it did; so one that was
//! cut short goes on, and one that is done again does nothing.

mod grants;
mod ownership;
mod requests;
pub mod rotations;
mod teams;

pub use teams::MEMBER_LEFT;

use crate::{
    operations::offboarding::connected,
    sequencer::{Change, Stop},
};
use claviger_model::{
    connected::{SystemKind, SystemName},
    offboarding::{Case, StepKind},
};

/// Things of one transaction; the rest follows in the next, so that others get the lock in between.
pub const ROUND: usize = 100;

/// Whether there is more to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Yes.
    Some,
    /// No.
    Nothing,
}

/// Does some of a step.
///
/// # Errors
/// When the tables cannot be read or written; nothing of this transaction is kept then.
pub async fn run(
    change: &mut Change,
    case: &Case,
    kind: StepKind,
    systems: &[(SystemName, SystemKind)],
) -> Result<Left, Stop> {
    match kind {
        // In the transaction that began the case.
        StepKind::Access => Ok(Left::Nothing),
        StepKind::Grants => grants::end(change, case).await,
        StepKind::Teams => teams::leave(change, case).await,
        StepKind::Requests => requests::withdraw(change, case).await,
        StepKind::Ownership => ownership::hand_over(change, case).await,
        // Queued before, portion by portion.
        StepKind::Rotations => rotations::rest(change, case).await,
        StepKind::Connected => {
            connected::step::queue(change, case, systems).await?;
            Ok(Left::Nothing)
        }
    }
}
