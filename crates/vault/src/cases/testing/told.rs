//! A device whose server knows the sample.

use super::Sample;
use crate::{
    Vault,
    testing::{
        device::{Device, until},
        server::PERSON,
    },
    view::{device::Settings, state::LogState},
};

impl Sample {
    /// The vault of a device that has heard of everything, with a whole log; it does not lock itself.
    pub(crate) async fn known_to(&self, device: &Device) -> Vault {
        {
            let mut told = device.server.told();
            let (entitlement, secrets) = self.told();
            (told.entitlement, told.secrets) = (Some(entitlement), secrets);
            told.log.record(PERSON);
        }
        let vault = device.start().await;
        let settings = Settings {
            lock_after_minutes: None,
            ..vault.settings().await.unwrap()
        };
        vault.set_settings(settings).await.unwrap();
        until(&vault, |state| state.log == LogState::Whole).await;
        vault.sync_now().await.unwrap();
        vault
    }
}
