//! The state of the app as a whole: session, connection, keyring, log.

use super::problem::Problem;
use serde::{Deserialize, Serialize};
use specta::Type;

/// App state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppState {
    /// Session.
    pub session: SessionState,
    /// Connection.
    pub connection: Connection,
    /// Keyring.
    pub keyring: Keyring,
    /// Log.
    pub log: LogState,
    /// Why this computer's copy is not kept up to date, as on a full disk; null while it is.
    pub storage: Option<Problem>,
    /// Version of the app.
    pub version: String,
}

/// Session state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum SessionState {
    /// Starting.
    Starting,
    /// No server.
    NoServer,
    /// Signed out.
    #[serde(rename_all = "camelCase")]
    SignedOut {
        /// Server.
        server: ServerView,
        /// Problem.
        problem: Option<Problem>,
    },
    /// Signing in.
    #[serde(rename_all = "camelCase")]
    SigningIn {
        /// Server.
        server: ServerView,
        /// Since.
        since: i64,
    },
    /// Locked.
    #[serde(rename_all = "camelCase")]
    Locked {
        /// Server.
        server: ServerView,
        /// Person.
        person: PersonRef,
        /// Since.
        since: i64,
        /// Reason.
        reason: LockReason,
        /// Unlock.
        unlock: UnlockWay,
    },
    /// Signed in.
    #[serde(rename_all = "camelCase")]
    SignedIn {
        /// Server.
        server: ServerView,
        /// Person.
        person: PersonRef,
        /// Device.
        device: DeviceRef,
        /// Session.
        session: SessionRef,
    },
}

/// Lock reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LockReason {
    /// Asked.
    Asked,
    /// Idle.
    Idle,
    /// Sleep.
    Sleep,
    /// Clock.
    Clock,
}

/// `device`: the keyring of the operating system is enough. `signIn`: the browser has to vouch for the person again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum UnlockWay {
    /// Device.
    Device,
    /// Sign in.
    SignIn,
}

/// Server view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServerView {
    /// Origin.
    pub origin: String,
    /// Organization.
    pub organization: String,
    /// SHA-256 over the keys of the enrolment bundle, lower case hex without separators.
    pub fingerprint: String,
    /// No Owner exists yet: the sign-in may carry the bootstrap code.
    pub bootstrap_open: bool,
}

/// Person ref.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PersonRef {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Email.
    pub email: Option<String>,
    /// Initials.
    pub initials: String,
    /// Team.
    pub team: Option<String>,
}

/// Device ref.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviceRef {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// Session ref.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SessionRef {
    /// Id.
    pub id: String,
    /// Started at.
    pub started_at: i64,
    /// End of the absolute life: the identity provider is asked again.
    pub ends_at: i64,
}

/// Connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Connection {
    /// Connecting.
    Connecting,
    /// Online.
    #[serde(rename_all = "camelCase")]
    Online {
        /// Last sync.
        last_sync: Option<i64>,
        /// Progress.
        progress: Option<Progress>,
    },
    /// Offline.
    #[serde(rename_all = "camelCase")]
    Offline {
        /// Since.
        since: i64,
        /// Last sync.
        last_sync: Option<i64>,
        /// Reason.
        reason: OfflineReason,
    },
}

/// Progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Done.
    pub done: u32,
    /// Total.
    pub total: u32,
}

/// Offline reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum OfflineReason {
    /// Unreachable.
    Unreachable,
    /// Certificate.
    Certificate,
    /// Server error.
    ServerError,
    /// Session ended.
    SessionEnded,
    /// Clock.
    Clock,
}

/// Keyring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Keyring {
    /// Ok.
    Ok,
    /// Locked.
    #[serde(rename_all = "camelCase")]
    Locked {
        /// Detail.
        detail: Option<String>,
    },
    /// Absent.
    #[serde(rename_all = "camelCase")]
    Absent {
        /// Detail.
        detail: Option<String>,
    },
    /// The file of the cache is older than the device remembers.
    #[serde(rename_all = "camelCase")]
    RolledBack {
        /// Detail.
        detail: Option<String>,
    },
}

/// Log state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum LogState {
    /// Whole.
    Whole,
    /// Unproven.
    #[serde(rename_all = "camelCase")]
    Unproven {
        /// Words.
        words: String,
    },
    /// Violated.
    #[serde(rename_all = "camelCase")]
    Violated {
        /// Words.
        words: String,
    },
}
