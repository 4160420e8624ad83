//! What a failure of the tables means for the caller.

use crate::http::Refusal;
use claviger_protocol::problem::Code;
use claviger_storage::{Conflict, StorageError};

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        let refusal = match &error {
            StorageError::Conflict(conflict) => Self::new(code(*conflict)),
            StorageError::Unavailable(_) | StorageError::Untrusted(_) => Self::new(Code::StorageDown),
            StorageError::Full(_) => Self::new(Code::StorageFull).detail(
                "The server's disk is full or takes no more data. An administrator has to free some space.",
            ),
            StorageError::Unconfirmed(_) => Self::new(Code::Unconfirmed),
            _ => Self::new(Code::Internal),
        };
        refusal.because(error)
    }
}

const fn code(conflict: Conflict) -> Code {
    match conflict {
        Conflict::NameTaken => Code::NameTaken,
        Conflict::Misplaced | Conflict::NotAdmitted => Code::BadRequest,
        Conflict::Referred => Code::WrongState,
        Conflict::IdTaken
        | Conflict::IdentityLinked
        | Conflict::DeviceEnrolled
        | Conflict::AlreadyUsed
        | Conflict::Missing
        | Conflict::Changed => Code::Conflict,
    }
}
