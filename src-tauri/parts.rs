//! What the vault is given on a desktop.

use crate::{browser, clock, device, timings};
use claviger_model::entropy::SystemEntropy;
use claviger_vault::{ProcBootClock, SecretServiceKeyStore, VaultParts, http_client};
use std::{error::Error, sync::Arc};
use tauri::{AppHandle, Manager};

/// Clock, randomness, keyring, folder, network and browser of this computer.
///
/// # Errors
/// When the person has no folder for data, or the TLS library cannot be set up.
pub fn of(app: &AppHandle) -> Result<VaultParts, Box<dyn Error>> {
    Ok(VaultParts {
        clock: clock::of_process(),
        boot: Arc::new(ProcBootClock),
        entropy: Arc::new(SystemEntropy),
        keys: Arc::new(SecretServiceKeyStore::new()),
        directory: app.path().data_dir()?.join("claviger"),
        http: http_client()?,
        open_url: Arc::new(browser::opener(app.clone())),
        device: device::name(),
        timings: timings::of_process()?,
    })
}
