//! Settings of this device: nothing secret, and needed before anything is open, so a plain file.

use super::Inner;
use crate::{
    account::file,
    view::device::{Settings, Theme},
};
use std::{io, path::Path, sync::PoisonError};

const FILE: &str = "settings.json";

/// Reads the settings; the defaults where there are none, or none that can be read.
pub(super) fn load(directory: &Path) -> Settings {
    file::read(directory, FILE).ok().flatten().unwrap_or(Settings {
        theme: Theme::System,
        lock_after_minutes: Some(10),
        clipboard_seconds: 30,
        reveal_seconds: 30,
    })
}

impl Inner {
    /// The settings of this device.
    pub(crate) fn settings(&self) -> Settings {
        self.settings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Keeps other settings.
    ///
    /// # Errors
    /// When the file cannot be written; they hold until the program ends.
    pub(crate) fn put_settings(&self, settings: Settings) -> Result<(), io::Error> {
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) = settings.clone();
        file::write(&self.parts.directory, FILE, &settings)
    }
}
