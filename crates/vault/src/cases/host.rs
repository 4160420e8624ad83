//! What the program around asks of the vault beside its use cases: the time, a way to tell the page, settings.

use crate::{
    Vault,
    account::AccountError,
    view::{
        device::Settings,
        event::{ChangedArea, HostEvent},
        problem::Problem,
    },
};
use claviger_model::time::Timestamp;
use std::ops::RangeInclusive;

/// Minutes until the lock.
const LOCK: RangeInclusive<u32> = 1..=24 * 60;
/// Seconds for which a value may stay on the screen or in the clipboard.
const STAY: RangeInclusive<u32> = 5..=600;

impl Vault {
    /// The present moment, as the vault sees it.
    pub fn now(&self) -> Timestamp {
        self.inner.now()
    }

    /// Tells the page something that happened outside of the vault.
    pub fn announce(&self, event: HostEvent) {
        self.inner.board.tell(event);
    }

    /// The settings of this device.
    pub async fn settings(&self) -> Result<Settings, Problem> {
        Ok(self.inner.settings())
    }

    /// Changes the settings of this device.
    ///
    /// # Errors
    /// When one is out of range, or they cannot be written.
    pub async fn set_settings(&self, settings: Settings) -> Result<(), Problem> {
        check(&settings)?;
        self.inner.put_settings(settings).map_err(AccountError::File)?;
        self.inner.board.changed(&[ChangedArea::Settings], &[]);
        Ok(())
    }
}

fn check(settings: &Settings) -> Result<(), Problem> {
    let sound = settings
        .lock_after_minutes
        .is_none_or(|minutes| LOCK.contains(&minutes))
        && STAY.contains(&settings.clipboard_seconds)
        && STAY.contains(&settings.reveal_seconds);
    if sound {
        Ok(())
    } else {
        Err(Problem {
            code: "settingsInvalid".to_owned(),
            message: "A setting is out of range.".to_owned(),
            detail: Some(
                "The lock takes 1 minute to 24 hours; clipboard and screen take 5 seconds to 10 minutes."
                    .to_owned(),
            ),
            remedy: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::device::Theme;

    #[test]
    fn a_value_stays_neither_for_ever_nor_for_no_time() {
        let settings = |lock_after_minutes, clipboard_seconds, reveal_seconds| Settings {
            theme: Theme::System,
            lock_after_minutes,
            clipboard_seconds,
            reveal_seconds,
        };
        assert!(check(&settings(None, 30, 30)).is_ok());
        assert!(check(&settings(Some(5), 5, 600)).is_ok());
        for wrong in [
            settings(Some(0), 30, 30),
            settings(None, 601, 30),
            settings(None, 30, 0),
        ] {
            assert_eq!(
                check(&wrong).map_err(|problem| problem.code),
                Err("settingsInvalid".to_owned())
            );
        }
    }
}
