//! What a sync tells and no cache keeps.

use claviger_protocol::{emergency::EmergencyReply, sync::EmergencyNews, wire::Bytes};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The newest word on emergency access.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<Option<EmergencyNews>>);

impl Told {
    /// As it was told last.
    pub(crate) fn emergency(&self) -> EmergencyReply {
        self.kept()
            .as_ref()
            .map(|news| news.told.clone())
            .unwrap_or_default()
    }

    /// What stands for it, so that the server tells only what is new.
    pub(super) fn mark(&self) -> Option<Bytes> {
        self.kept().as_ref().map(|news| news.mark.clone())
    }

    /// Keeps what a sync said; whether it is something else.
    pub(super) fn note(&self, news: EmergencyNews) -> bool {
        let mut kept = self.kept();
        let nothing = EmergencyReply::default();
        let changed = kept.as_ref().map_or(&nothing, |kept| &kept.told) != &news.told;
        *kept = Some(news);
        changed
    }

    fn kept(&self) -> MutexGuard<'_, Option<EmergencyNews>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
