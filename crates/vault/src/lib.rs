//! What a signed-in person can do, one use case a file; used by the shell and the CLI alike.
//!
//! [`Vault`] is the door: it is started once, shows its state and its events, and carries out what a person asks.
//! Inside, `account` knows the server and this device's keys, `session` signs in and keeps tokens fresh, `sync` brings what
//! changed and checks the log, `state` holds what is known right now (the book) and what the page is told.

mod account;
mod api;
mod cases;
mod env_file;
mod problem;
pub mod search;
mod session;
mod state;
mod sync;
#[cfg(test)]
mod testing;
mod vault;
pub mod view;

/// Values in memory: not printed, erased when they are dropped.
pub mod secret {
    pub use claviger_crypto::secret::{SecretBytes, SecretString};
}

pub use cases::{
    provisioning::NewToken,
    value::{self, Recorded},
};
pub use claviger_cache::{
    KeyStore, MemoryKeyStore, SecretServiceKeyStore,
    boot::{BootClock, ProcBootClock},
};
pub use claviger_model::time::Timestamp;
pub use claviger_protocol::release::Purpose;
pub use claviger_sign_in::http::client as http_client;
pub use vault::{DeviceName, OpenUrl, OpenUrlError, Timings, Vault, VaultParts};
pub use view::event::HostEvent;
