//! Accounts of leavers in connected systems: asked beside the lock, taken away by a job, verified afterwards.
//!
//! What a system did is written down after it did it, so that each action may be done again ([`claviger_connectors`]); under the lock
//! a row is read again, and a word that is late changes nothing. A system that is away holds up nobody but its own accounts.

pub mod accept;
mod act;
mod ask;
pub mod drive;
mod note;
mod now;
mod round;
mod silence;
pub mod step;

pub use now::{now, records};
pub use silence::{SILENT, is_silent};

use crate::{
    events::Event,
    operations::offboarding::case::{label_of, of_case},
    sequencer::Change,
};
use claviger_model::{
    connected::{CaseAccount, SystemName},
    event::EventKind,
    offboarding::Case,
};

/// The field that commits to an account's name.
pub const ACCOUNT: &str = "account";

/// An event about a system of a case.
fn of_system(event: Event, case: &Case, system: &SystemName, state: &str) -> Event {
    let event = label_of(of_case(event, case), "system", system.as_str());
    label_of(event, "state", state)
}

/// An event about an account; its name can be forgotten (rule 17).
fn of_account(event: Event, case: &Case, account: &CaseAccount, state: &str) -> Event {
    let event = of_system(event, case, &account.system, state);
    let event = label_of(event, "id", &format!("account-{}", account.id));
    event.commit(ACCOUNT, account.account.name.as_str(), Some(case.person))
}

/// The same, caused by the server itself.
fn of_account_itself(change: &mut Change, case: &Case, account: &CaseAccount, state: &str) -> Event {
    let event = change.own_event(EventKind::OffboardingAccount);
    of_account(event, case, account, state)
}
