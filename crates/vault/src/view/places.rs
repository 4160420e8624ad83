//! The tree of places.

use super::list::SecretRef;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Places view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlacesView {
    /// Every scope with something in it for this person, parents before children, in display order.
    pub places: Vec<Place>,
    /// Favourites.
    pub favourites: Vec<SecretRef>,
    /// Secrets over all places.
    pub total: u32,
    /// Requests that wait for an answer by this person.
    pub to_answer: u32,
}

/// Place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Id.
    pub id: String,
    /// Parent.
    pub parent: Option<String>,
    /// One segment.
    pub name: String,
    /// Path.
    pub path: String,
    /// Number of segments; 1 is a project, 2 an environment, 3 and more lie within one.
    pub depth: u32,
    /// Of an environment and of what lies within; null for a project.
    pub class: Option<EnvironmentClass>,
    /// Secrets here and beneath.
    pub count: u32,
    /// Rights.
    pub rights: PlaceRights,
    /// How long an offline copy from here may be kept, null where policy allows none.
    pub offline_for: Option<i64>,
    /// Kept offline.
    pub kept_offline: Option<KeptOffline>,
}

/// Place rights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlaceRights {
    /// Create.
    pub create: bool,
    /// Keep offline.
    pub keep_offline: bool,
}

/// Kept offline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeptOffline {
    /// Values.
    pub values: u32,
    /// When the first of the leases ends; null while there is nothing to keep.
    pub readable_until: Option<i64>,
}

/// Environment class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EnvironmentClass {
    /// Production.
    Production,
    /// Staging.
    Staging,
    /// Development.
    Development,
    /// Test.
    Test,
    /// Sandbox.
    Sandbox,
    /// Unclassified.
    Unclassified,
}
