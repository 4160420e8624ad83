//! Offboarding: blast radius, looking up a leak, cases.

pub mod cases;
pub mod connected;
pub mod leak;
pub mod radius;
pub mod report;

use crate::session::DeviceState;
use claviger_model::{
    ids::{DeviceId, PrincipalId, ScopeId, SecretId},
    name::Name,
    secret::SecretKind,
};
use serde::{Deserialize, Serialize};

/// A secret that a reply names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedSecret {
    /// Its id.
    pub id: SecretId,
    /// Where it stands.
    pub scope: ScopeId,
    /// Its name.
    pub name: Name,
    /// What it is.
    pub kind: SecretKind,
    /// Whether it is in the bin.
    pub in_bin: bool,
}

/// A device that a reply names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedDevice {
    /// Its id.
    pub id: DeviceId,
    /// Whose it is.
    pub principal: PrincipalId,
    /// As its owner calls it.
    pub name: Name,
    /// Operating system.
    pub platform: String,
    /// Where it stands.
    pub state: DeviceState,
}
