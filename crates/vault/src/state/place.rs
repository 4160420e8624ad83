//! Where the person stands between no server and an open vault.

use super::{Live, Tasks};
use crate::{
    account::{Identity, Server},
    view::state::{LockReason, PersonRef, UnlockWay},
};
use claviger_model::time::Timestamp;
use claviger_sign_in::cancel::Cancel;
use std::sync::Arc;

/// Everything that changes when somebody comes or goes.
#[derive(Default)]
pub(crate) struct Place {
    /// The pinned server.
    pub(crate) server: Option<Arc<Server>>,
    /// Fetched, shown to the person and not pinned yet.
    pub(crate) offered: Option<Arc<Server>>,
    /// This device's keys; gone while locked, where the keyring has them.
    pub(crate) identity: Option<Arc<Identity>>,
    /// Whoever is signed in.
    pub(crate) live: Option<Arc<Live>>,
    /// Since when it is locked, and why.
    pub(crate) locked: Option<Locked>,
    /// Takes back the sign-in that is under way.
    pub(crate) signing_in: Option<Cancel>,
    /// Work in the background.
    pub(crate) tasks: Option<Tasks>,
}

/// A lock.
#[derive(Debug, Clone)]
pub(crate) struct Locked {
    pub(crate) since: Timestamp,
    pub(crate) reason: LockReason,
    pub(crate) person: PersonRef,
    pub(crate) unlock: UnlockWay,
}
