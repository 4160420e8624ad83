//! Bringing what changed, checking the log, obeying orders.
//!
//! A round is: the journal of offline reads, orders and their acknowledgements, then what changed, then the person's own history.
//! Rounds follow each hint of the event stream, each poll, and whatever the person does ([`Inner::hint_sync`]).

mod closed;
#[cfg(test)]
mod copies_tests;
mod device;
mod error;
mod history;
mod kept;
mod learn;
mod listen;
mod page;
mod prove;
mod release;
mod round;
mod scopes;
mod seal;
mod stream;
mod told;
mod watch;
mod wire;
mod words;

pub(crate) use closed::{ClosedError, Round};
pub(crate) use error::{ReleaseError, SyncError};
pub(crate) use history::standing;
pub(crate) use kept::{Attempts, kept_places};
pub(crate) use listen::listen;
pub(crate) use round::keep_in_sync;
pub(crate) use told::Told;
pub(crate) use watch::{LogWatch, whole};
