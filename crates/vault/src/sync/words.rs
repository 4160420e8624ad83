//! What is wrong with the log, in words for the person.

use claviger_ledger::{
    history::{Alteration, HistoryCheck},
    pin::PinError,
};

/// What a checkpoint that contradicts the pin means.
pub(super) fn pin_words(error: &PinError) -> String {
    match error {
        PinError::Shortened { known, shown } => {
            format!("The log of your organization was shortened: this device has seen {known} entries, the server shows {shown}.")
        }
        PinError::Forked { .. } | PinError::Inconsistent { .. } => {
            "The log of your organization was rewritten: what the server shows does not continue what this device has seen."
                .to_owned()
        }
        PinError::OtherLog { known, shown } => {
            format!("The server shows another log (`{shown}`) than this device has seen (`{known}`), as after restoring a backup.")
        }
    }
}

/// What is wrong with a history; nothing when it is whole.
pub(super) fn history_words(check: &HistoryCheck) -> String {
    match check {
        HistoryCheck::Whole { .. } => String::new(),
        HistoryCheck::Hole { after, next } => {
            format!("Entries are missing from your history between number {after} and number {next}.")
        }
        HistoryCheck::Altered { alteration, .. } => match alteration {
            Alteration::Unreadable(_) => {
                "An entry of your history cannot be read. A newer Claviger may be able to.".to_owned()
            }
            Alteration::NotConcerned => {
                "The server showed an entry as yours that does not concern you.".to_owned()
            }
            Alteration::NotInLog => "An entry of your history is not in the log.".to_owned(),
            Alteration::Chain { seq } => {
                format!("Entry {seq} of your history does not follow the one before it.")
            }
            Alteration::Opening { seq, field } => {
                format!("Entry {seq} of your history shows a {field} that is not the one that was recorded.")
            }
        },
        HistoryCheck::Fork { seq } => {
            format!("Your history was rewritten: entry {seq} is not the one that this device has seen.")
        }
        HistoryCheck::Shortened { known, shown } => {
            format!(
                "Your history was shortened: this device has seen {known} entries, the server shows {shown}."
            )
        }
    }
}
