//! The door: what the shell and the CLI hold.

use crate::{
    state::{Inner, Lifecycle},
    view::{
        event::HostEvent,
        problem::Problem,
        state::{AppState, LockReason, ServerView},
    },
};
use claviger_cache::{KeyStore, boot::BootClock};
use claviger_model::{entropy::Entropy, time::Clock};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::broadcast;
use url::Url;

/// Why the browser was not opened.
pub type OpenUrlError = Box<dyn std::error::Error + Send + Sync>;
/// Opens an address in the person's browser.
pub type OpenUrl = Arc<dyn Fn(&Url) -> Result<(), OpenUrlError> + Send + Sync>;

/// What the vault is given from outside.
#[derive(Clone)]
pub struct VaultParts {
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The machine's running time.
    pub boot: Arc<dyn BootClock>,
    /// Randomness for keys, ids and nonces.
    pub entropy: Arc<dyn Entropy>,
    /// The keyring.
    pub keys: Arc<dyn KeyStore>,
    /// Where the pinned server, the settings and the caches are; made when it is missing.
    pub directory: PathBuf,
    /// Follows no redirects; see [`crate::http_client`].
    pub http: reqwest::Client,
    /// Opens the browser.
    pub open_url: OpenUrl,
    /// What this device is called.
    pub device: DeviceName,
    /// How often things happen.
    pub timings: Timings,
}

/// What a device says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceName {
    /// As its owner calls it, such as the host's name.
    pub name: String,
    /// Operating system and version.
    pub platform: String,
}

/// How often things happen, and how long they may take.
#[derive(Debug, Clone, Copy)]
pub struct Timings {
    /// Between two syncs where the event stream is silent.
    pub poll: Duration,
    /// Between two looks at leases, the clock and the lock.
    pub tick: Duration,
    /// An access token is renewed so long before it ends.
    pub refresh_margin: Duration,
    /// The identity provider is asked so long before it must be.
    pub reassert_margin: Duration,
    /// The first pause after the connection was lost; it doubles.
    pub reconnect_first: Duration,
    /// The longest pause.
    pub reconnect_last: Duration,
    /// A stream that was silent for so long counts as lost.
    pub stream_silence: Duration,
    /// How long a value is asked for while there was no way to the server, before its offline copy serves.
    pub offline_patience: Duration,
    /// How long the browser may take.
    pub sign_in_patience: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(300),
            tick: Duration::from_secs(60),
            refresh_margin: Duration::from_secs(60),
            reassert_margin: Duration::from_secs(600),
            reconnect_first: Duration::from_secs(1),
            reconnect_last: Duration::from_secs(60),
            stream_silence: Duration::from_secs(60),
            offline_patience: Duration::from_secs(2),
            sign_in_patience: Duration::from_secs(600),
        }
    }
}

/// A person's vault; clones share it.
#[derive(Clone)]
pub struct Vault {
    pub(crate) inner: Arc<Inner>,
    // Ends the background work with the last clone.
    _lifecycle: Arc<Lifecycle>,
}

impl Vault {
    /// Starts: finds what this device knows, opens it if it may, and connects in the background.
    pub async fn start(parts: VaultParts) -> Self {
        let inner = Arc::new(Inner::new(parts));
        let lifecycle = Arc::new(Lifecycle::of(&inner));
        inner.begin().await;
        Self {
            inner,
            _lifecycle: lifecycle,
        }
    }

    /// The state of the app as a whole.
    pub fn state(&self) -> AppState {
        self.inner.board.state()
    }

    /// What the page is told without asking; a receiver that lags should ask for the state.
    pub fn events(&self) -> broadcast::Receiver<HostEvent> {
        self.inner.board.events()
    }

    /// Fetches the enrolment bundle of a server; nothing is pinned before [`Vault::confirm_server`].
    ///
    /// # Errors
    /// As a [`Problem`]; so for all that follow.
    pub async fn connect_server(&self, origin: &str) -> Result<ServerView, Problem> {
        self.inner.connect_server(origin).await.map_err(Into::into)
    }

    /// Pins the bundle whose fingerprint the person saw.
    pub async fn confirm_server(&self, origin: &str, fingerprint: &str) -> Result<(), Problem> {
        self.inner
            .confirm_server(origin, fingerprint)
            .await
            .map_err(Into::into)
    }

    /// Unpins the server and destroys what this device holds of it.
    pub async fn forget_server(&self) -> Result<(), Problem> {
        self.inner.forget_server().await.map_err(Into::into)
    }

    /// Signs in through the browser; ends when the person is signed in.
    pub async fn sign_in(&self, bootstrap_code: Option<String>) -> Result<(), Problem> {
        self.inner.sign_in(bootstrap_code).await.map_err(Into::into)
    }

    /// Takes back a sign-in that waits for the browser.
    pub fn cancel_sign_in(&self) {
        self.inner.cancel_sign_in();
    }

    /// Ends the session, here and on the server. The sealed copy on this device stays for the person's return; signing in as
    /// somebody else or [`Vault::forget_server`] destroys it.
    pub async fn sign_out(&self) -> Result<(), Problem> {
        self.inner.sign_out().await.map_err(Into::into)
    }

    /// Locks: closes the cache and forgets tokens and names.
    pub async fn lock(&self, reason: LockReason) {
        self.inner.lock(reason).await;
    }

    /// Opens again with the keys in the keyring.
    pub async fn unlock(&self) -> Result<(), Problem> {
        self.inner.unlock().await.map_err(Into::into)
    }

    /// Asks the keyring again that was locked or absent: opens what it has, and keeps the running session in it.
    pub async fn retry_keyring(&self) -> Result<(), Problem> {
        self.inner.retry_keyring().await
    }

    /// The person is there: the time until the lock starts anew.
    pub fn note_activity(&self) {
        self.inner.note_activity();
    }

    /// Syncs at once and waits for it.
    pub async fn sync_now(&self) -> Result<(), Problem> {
        self.inner.sync_now().await.map_err(Into::into)
    }
}
