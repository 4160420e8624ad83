//! What taking from a grant would take.

use super::{access::RoleRef, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What is to become of a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum GrantChange {
    /// It ends now.
    Revoke,
    /// It ends earlier.
    #[serde(rename_all = "camelCase")]
    Shorten {
        /// When.
        ends_at: i64,
    },
    /// A lesser one takes its place.
    #[serde(rename_all = "camelCase")]
    Narrow {
        /// The role; the same when null.
        role: Option<String>,
        /// The place; the same when null.
        place: Option<String>,
    },
}

/// What is lost at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LossAt {
    /// Path, empty for the organization.
    pub path: String,
    /// Secrets directly there.
    pub secrets: u32,
    /// What can be done there no more, in words.
    pub actions: Vec<String>,
}

/// People who lose the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LossGroup {
    /// The first of them.
    pub people: Vec<PersonRef>,
    /// How many they are.
    pub people_total: u32,
    /// The first places.
    pub places: Vec<LossAt>,
    /// How many places.
    pub places_total: u32,
    /// Secrets of all of them.
    pub secrets_total: u32,
}

/// A device that is told to destroy something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviceLoss {
    /// Whose.
    pub person: PersonRef,
    /// What it is called.
    pub name: String,
    /// Values that it keeps and must destroy.
    pub values: u32,
}

/// Exactly what will be lost, by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GrantPlanView {
    /// Handed back to carry it out.
    pub digest: String,
    /// Who holds the grant.
    pub holder: PersonRef,
    /// Its role.
    pub role: RoleRef,
    /// Its place, by path.
    pub path: String,
    /// What takes its place, in words.
    pub instead: Option<String>,
    /// When it is lost; null for at once.
    pub at: Option<i64>,
    /// How many people it reaches.
    pub reached: u32,
    /// Those who lose something.
    pub losses: Vec<LossGroup>,
    /// The first devices.
    pub devices: Vec<DeviceLoss>,
    /// How many devices.
    pub devices_total: u32,
    /// Values on them that are destroyed.
    pub values_total: u32,
}
